//! Typed tables, and how their keys become bytes that sort as their parts do.
//!
//! A key is the table's name and its parts. Name and parts but the last are followed by `00 01`, and a NUL in them is
//! written `00 FF`; the last part stands as it is. No two keys collide, and keys sort by their parts, each part in the
//! binary order of its UTF-8.

use crate::engine::{Key, Range, after_all};
use std::marker::PhantomData;

const END: [u8; 2] = [0x00, 0x01];
const AFTER_END: [u8; 2] = [0x00, 0x02];
const NUL: [u8; 2] = [0x00, 0xFF];

/// A kind of record: its name, the number of parts of its keys, and the type of its values.
///
/// A secondary index is a table as well, with the values `()` or the key that it leads to.
pub struct Table<const PARTS: usize, V> {
    name: &'static str,
    values: PhantomData<fn() -> V>,
}

impl<const PARTS: usize, V> Table<PARTS, V> {
    /// The table of this name; names are short, unique, and never change once records exist.
    pub const fn new(name: &'static str) -> Self {
        const { assert!(PARTS > 0, "a key has at least one part") };
        Self { name, values: PhantomData }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The bytes of the key made of these parts.
    pub fn key(&self, parts: [&str; PARTS]) -> Key {
        let mut key = ended(self.name);
        for (place, part) in parts.into_iter().enumerate() {
            if place + 1 == PARTS { key.extend_from_slice(part.as_bytes()) } else { key.extend(ended(part)) }
        }
        key
    }

    /// All rows of the table.
    pub fn all(&self) -> Rows<'_, PARTS, V> {
        self.under([])
    }

    /// The rows whose keys begin with these parts, fewer than a whole key has.
    pub fn under<const GIVEN: usize>(&self, parts: [&str; GIVEN]) -> Rows<'_, PARTS, V> {
        const { assert!(GIVEN < PARTS, "a whole key leads to one row: get it") };
        let mut stem = ended(self.name);
        parts.into_iter().for_each(|part| stem.extend(ended(part)));
        Rows { table: self, range: Range::prefix(stem.clone()), stem, at_last: GIVEN + 1 == PARTS }
    }

    /// The parts of a key of this table; `None` if it is no such key.
    pub(crate) fn parts(&self, key: &[u8]) -> Option<Vec<String>> {
        let (name, mut rest) = read_ended(key)?;
        if name != self.name {
            return None;
        }
        let mut parts = Vec::with_capacity(PARTS);
        for _ in 1..PARTS {
            let (part, after) = read_ended(rest)?;
            parts.push(part);
            rest = after;
        }
        parts.push(String::from_utf8(rest.to_vec()).ok()?);
        Some(parts)
    }
}

/// Some rows of a table, in the order of their keys; narrowed by the part that follows those given, here called the
/// name.
#[derive(Clone)]
pub struct Rows<'t, const PARTS: usize, V> {
    pub(crate) table: &'t Table<PARTS, V>,
    pub(crate) range: Range,
    stem: Key,
    at_last: bool,
}

impl<const PARTS: usize, V> Rows<'_, PARTS, V> {
    /// Only names that start with this text.
    #[must_use]
    pub fn starting_with(mut self, text: &str) -> Self {
        let within = Range::prefix(self.bound(text));
        self.range.end = match (self.range.end, within.end) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.not_before(within.start)
    }

    /// Only this name and those after it.
    #[must_use]
    pub fn from(self, name: &str) -> Self {
        let bound = self.bound(name);
        self.not_before(bound)
    }

    /// Only names after this one.
    #[must_use]
    pub fn after(self, name: &str) -> Self {
        let mut bound = self.bound(name);
        if self.at_last {
            bound.push(0)
        } else {
            bound.extend(AFTER_END)
        }
        self.not_before(bound)
    }

    /// Only names after all that start with this text.
    #[must_use]
    pub fn past(self, text: &str) -> Self {
        match after_all(&self.bound(text)) {
            Some(bound) => self.not_before(bound),
            None => self,
        }
    }

    fn bound(&self, text: &str) -> Key {
        let mut bound = self.stem.clone();
        if self.at_last {
            bound.extend_from_slice(text.as_bytes())
        } else {
            bound.extend(escaped(text))
        }
        bound
    }

    fn not_before(mut self, bound: Key) -> Self {
        self.range.start = self.range.start.max(bound);
        self
    }
}

fn ended(part: &str) -> Key {
    let mut bytes = escaped(part);
    bytes.extend(END);
    bytes
}

fn escaped(part: &str) -> Key {
    let mut bytes = Key::with_capacity(part.len() + END.len());
    for byte in part.bytes() {
        if byte == 0 { bytes.extend(NUL) } else { bytes.push(byte) }
    }
    bytes
}

fn read_ended(bytes: &[u8]) -> Option<(String, &[u8])> {
    let mut part = Vec::new();
    let mut rest = bytes.iter();
    loop {
        match *rest.next()? {
            0 => match [0, *rest.next()?] {
                END => return Some((String::from_utf8(part).ok()?, rest.as_slice())),
                NUL => part.push(0),
                _ => return None,
            },
            byte => part.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TABLE: Table<3, ()> = Table::new("table");

    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![Just('\0'), Just('\u{1}'), Just('\u{2}'), Just('a'), any::<char>()],
            0..4,
        )
        .prop_map(String::from_iter)
    }

    fn holds(rows: &Rows<'_, 3, ()>, key: &Key) -> bool {
        *key >= rows.range.start && rows.range.end.as_ref().is_none_or(|end| key < end)
    }

    proptest! {
        #[test]
        fn keys_sort_as_their_parts_do(a in [text(), text(), text()], b in [text(), text(), text()]) {
            let key = |parts: &[String; 3]| TABLE.key([&parts[0], &parts[1], &parts[2]]);
            prop_assert_eq!(key(&a).cmp(&key(&b)), a.cmp(&b));
        }

        #[test]
        fn a_key_gives_its_parts_back(parts in [text(), text(), text()]) {
            let key = TABLE.key([&parts[0], &parts[1], &parts[2]]);
            prop_assert_eq!(TABLE.parts(&key), Some(parts.to_vec()));
        }

        #[test]
        fn no_bytes_break_the_reading_of_keys(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            if let Some(parts) = TABLE.parts(&bytes) {
                prop_assert_eq!(TABLE.key([&parts[0], &parts[1], &parts[2]]), bytes);
            }
        }

        #[test]
        fn rows_are_those_that_their_description_says(
            given in text(), key in [text(), text(), text()], prefix in text(), from in text(), after in text(), past in text()
        ) {
            let [first, second, last] = &key;
            let bytes = TABLE.key([first, second, last]);
            let rows = || TABLE.under([&given, second]);
            let same = *first == given;
            prop_assert_eq!(holds(&rows(), &bytes), same);
            prop_assert_eq!(holds(&rows().starting_with(&prefix), &bytes), same && last.starts_with(&prefix));
            prop_assert_eq!(holds(&rows().from(&from), &bytes), same && *last >= from);
            prop_assert_eq!(holds(&rows().after(&after), &bytes), same && *last > after);
            prop_assert_eq!(
                holds(&rows().past(&past), &bytes),
                same && !last.starts_with(&past) && *last > past
            );
            let rows = || TABLE.under([&given]);
            prop_assert_eq!(holds(&rows().starting_with(&prefix), &bytes), same && second.starts_with(&prefix));
            prop_assert_eq!(holds(&rows().from(&from), &bytes), same && *second >= from);
            prop_assert_eq!(holds(&rows().after(&after), &bytes), same && *second > after);
            prop_assert_eq!(
                holds(&rows().past(&past), &bytes),
                same && !second.starts_with(&past) && *second > past
            );
        }
    }

    #[test]
    fn tables_whose_names_begin_alike_share_no_rows() {
        let longer: Table<1, ()> = Table::new("tables");
        assert!(!holds(&TABLE.all(), &longer.key(["a"])));
        assert_eq!(TABLE.parts(&longer.key(["a"])), None);
    }
}
