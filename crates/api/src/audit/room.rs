//! How much of what somebody sent a record holds: nobody fills the audit by asking for much.

use serde_json::Value;

/// The longest text that is kept, in characters.
const LONGEST: usize = 1024;

/// How many bytes the lists and maps of a record may take together, written as JSON.
const LISTS: usize = 32 * 1024;

/// The beginning of a text, fit to be kept.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The bytes that are left for what a record says. Its own members are always kept, of their lists and maps what has room.
pub(super) struct Room(usize);

impl Room {
    /// That of a new record.
    pub(super) const fn new() -> Self {
        Self(LISTS)
    }

    /// Whether all of these have room as they are, however they are written: then nothing has to be looked at closely.
    pub(super) fn holds<'v>(&self, mut values: impl Iterator<Item = &'v Value>) -> bool {
        values.try_fold(self.0, |left, value| left.checked_sub(at_most(value))).is_some()
    }

    /// Cuts a value, whoever put it there, and gives whether there was room for it. A list or map ends where there is no
    /// more, and says how many are not told.
    pub(super) fn fit(&mut self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                if text.len() > LONGEST {
                    *text = short(text);
                }
                self.take(written(text))
            }
            Value::Array(elements) => {
                let had_room = self.take("[],".len());
                let all = elements.len();
                elements.retain_mut(|element| self.fit(element));
                if elements.len() < all {
                    let untold = untold(all - elements.len());
                    elements.push(untold);
                }
                had_room
            }
            Value::Object(members) => {
                let had_room = self.take("{},".len());
                let all = members.len();
                members.retain(|name, value| self.take(written(name)) && self.fit(value));
                if members.len() < all {
                    let untold = untold(all - members.len());
                    members.insert("…".to_owned(), untold);
                }
                had_room
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => self.take("false,".len()),
        }
    }

    /// Takes some of the room; all of it where there is less, so that what comes after has none either.
    fn take(&mut self, bytes: usize) -> bool {
        let has_room = bytes <= self.0;
        self.0 = self.0.saturating_sub(bytes);
        has_room
    }
}

/// How many bytes a value takes in JSON at most. What has to be cut takes more than there can be.
fn at_most(value: &Value) -> usize {
    const LONGEST_ESCAPE: usize = "\\u0000".len();
    let of_text = |text: &str| text.len() * LONGEST_ESCAPE + "\"\",".len();
    match value {
        Value::String(text) if text.len() > LONGEST => usize::MAX,
        Value::String(text) => of_text(text),
        Value::Array(elements) => elements.iter().map(at_most).fold("[],".len(), usize::saturating_add),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| of_text(name).saturating_add(at_most(value)))
            .fold("{},".len(), usize::saturating_add),
        Value::Null | Value::Bool(_) | Value::Number(_) => "false,".len(),
    }
}

fn untold(how_many: usize) -> Value {
    format!("and {how_many} more").into()
}

/// How many bytes a text takes in JSON, with its quotes and what parts it from the next.
fn written(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' => 2,
        0..=0x1f => 6,
        _ => 1,
    };
    text.bytes().map(escaped).sum::<usize>() + "\"\",".len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_small_stays_as_it_is() {
        let value = json!({ "a": ["x", 1, null, true], "b": { "c": [] } });
        let mut fitted = value.clone();
        assert!(Room::new().holds([&value, &value].into_iter()));
        assert!(Room::new().fit(&mut fitted));
        assert_eq!(fitted, value);
    }

    #[test]
    fn no_list_or_map_takes_more_than_its_room_however_it_is_made() {
        let many = |element: Value| Value::from(vec![element; 50_000]);
        let map =
            |many: u32, name: &str| (0..many).map(|number| (format!("{name}{number}"), json!(1))).collect();
        for mut value in [
            many(json!("")),
            many(json!(null)),
            many(json!([])),
            many(json!({})),
            many(json!("\u{1}".repeat(LONGEST))),
            many(json!(["x", { "a": "b" }])),
            json!([many(json!("a")), many(json!("b"))]),
            map(50_000, ""),
            map(10, &"k".repeat(LONGEST * 40)),
            map(50_000, "\"\\"),
        ] {
            assert!(!Room::new().holds([&value].into_iter()));
            Room::new().fit(&mut value);
            let written = value.to_string();
            assert!(written.len() < LISTS + 200, "{} bytes", written.len());
            assert!(written.contains(" more\""), "it says that there were more");
        }
    }

    #[test]
    fn what_is_not_looked_at_closely_would_not_have_been_cut() {
        let texts = ["a", "\u{1}", "\"", "ä", ""].map(|text| text.repeat(900));
        for left in (0..12_000).step_by(7) {
            for text in &texts {
                let value = json!([{ text.clone(): text }, null, [text]]);
                let mut fitted = value.clone();
                if Room(left).holds([&value].into_iter()) {
                    assert!(Room(left).fit(&mut fitted) && fitted == value, "{left}");
                }
            }
        }
        assert!(!Room::new().holds([&json!("a".repeat(LONGEST + 1))].into_iter()), "it has to be cut");
    }

    #[test]
    fn a_list_says_how_many_it_does_not_tell() {
        let mut value = json!(["a", "b", "c"]);
        assert!(Room(12).fit(&mut value));
        assert_eq!(value, json!(["a", "b", "and 1 more"]));
        assert!(!Room(2).fit(&mut value));
        assert_eq!(value, json!(["and 3 more"]));
    }
}
