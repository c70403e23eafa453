//! Every constraint that the model of identity pools puts on the operations that are served, broken one at a time.
//!
//! What must be said is read from the model's text anew, by code that shares nothing with the server's own.

use crate::support::{Server, to};
use regex::Regex;
use serde_json::{Map, Value, json};

/// A text that each pattern of the model takes, and one of the same length that it does not.
const PATTERNS: [(&str, char, char); 10] = [
    (r"\d+", '1', 'x'),
    (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", 'x', ' '),
    (r"[\w_]+", 'x', '-'),
    (r"[\w._:/-]+", 'x', ' '),
    (r"[\w._-]+", 'x', ' '),
    (r"[\w-]+:[0-9a-f-]+", '0', 'X'),
    (r"[\w\s+=,.@-]+", 'x', '<'),
    (r"[\w.;_/-]+", 'x', ' '),
    (r"[\S]+", 'x', ' '),
    (r"(un)?authenticated", 'x', 'X'),
];

struct Model(Value);

impl Model {
    fn shape(&self, reference: &Value) -> &Value {
        &self.0["shapes"][reference["shape"].as_str().unwrap()]
    }

    /// A value that breaks nothing; of a structure what it must have.
    fn good(&self, shape: &Value) -> Value {
        match shape["type"].as_str().unwrap() {
            "structure" => {
                let required = shape["required"].as_array().into_iter().flatten();
                let member = |name: &Value| {
                    let name = name.as_str().unwrap();
                    (name.to_owned(), self.good(self.shape(&shape["members"][name])))
                };
                Value::Object(required.map(member).collect())
            }
            "string" => good_text(shape, shape["min"].as_u64().unwrap_or(0).max(1)),
            "integer" | "long" => shape["min"].clone(),
            "boolean" => json!(true),
            "list" => json!([self.good(self.shape(&shape["member"]))]),
            "map" => self.map(shape, &[self.good(self.shape(&shape["key"]))], None),
            // What is of no type here cannot be good, and so its operation fails the test.
            _ => Value::Null,
        }
    }

    /// A map of these keys, to a good value if no other is given.
    fn map(&self, shape: &Value, keys: &[Value], value: Option<&Value>) -> Value {
        let value = value.cloned().unwrap_or_else(|| self.good(self.shape(&shape["value"])));
        keys.iter().map(|key| (key.as_str().unwrap().to_owned(), value.clone())).collect::<Map<_, _>>().into()
    }

    /// Values that break something of the shape itself.
    fn bad(&self, shape: &Value) -> Vec<Value> {
        let (least, most) = (shape["min"].as_i64(), shape["max"].as_i64());
        let mut bad = Vec::new();
        match shape["type"].as_str().unwrap() {
            "string" => {
                bad.extend(most.map(|most| long_text(shape, most as u64 + 1)));
                bad.extend(least.filter(|least| *least > 0).map(|least| long_text(shape, least as u64 - 1)));
                let length = shape["min"].as_u64().unwrap_or(0).max(1);
                bad.extend(
                    pattern(shape).map(|(_, _, wrong)| json!(wrong.to_string().repeat(length as usize))),
                );
                bad.extend(shape.get("enum").map(|_| json!("Guess")));
            }
            "integer" | "long" => {
                bad.extend(least.map(|least| json!(least - 1)));
                bad.extend(most.map(|most| json!(most + 1)));
            }
            "list" => {
                let element = self.good(self.shape(&shape["member"]));
                bad.extend(least.filter(|least| *least > 0).map(|_| json!([])));
                bad.extend(most.map(|most| json!(vec![element; most as usize + 1])));
            }
            "map" => {
                let key = self.shape(&shape["key"]);
                // Keys of this pattern are two, and no more.
                let closed = key["pattern"] == "(un)?authenticated";
                let keys = |number: i64| (0..number).map(|n| json!(format!("key{n}"))).collect::<Vec<_>>();
                bad.extend(most.filter(|_| !closed).map(|most| self.map(shape, &keys(most + 1), None)));
            }
            _ => {}
        }
        bad
    }
}

fn pattern(shape: &Value) -> Option<(&'static str, char, char)> {
    let source = shape["pattern"].as_str()?;
    let known = PATTERNS.into_iter().find(|(known, ..)| *known == source);
    assert!(known.is_some(), "the pattern {source} has no text here");
    known
}

/// A text of this length that takes the pattern, if one of this length can.
fn long_text(shape: &Value, length: u64) -> Value {
    let length = usize::try_from(length).unwrap();
    let letter = pattern(shape).map_or('x', |(_, good, _)| good).to_string();
    match shape["pattern"].as_str() {
        Some(r"[\w-]+:[0-9a-f-]+") if length > 2 => json!(format!("r:{}", letter.repeat(length - 2))),
        _ => json!(letter.repeat(length)),
    }
}

fn good_text(shape: &Value, length: u64) -> Value {
    if let Some(values) = shape["enum"].as_array() {
        return values[0].clone();
    }
    match shape["pattern"].as_str() {
        Some("(un)?authenticated") => json!("authenticated"),
        Some(r"[\w-]+:[0-9a-f-]+") => json!("us-east-1:0"),
        _ => long_text(shape, length),
    }
}

/// What must be said of the constraints of a shape, broken by this value or whether broken or not.
fn said(shape: &Value, value: Option<&Value>) -> Vec<String> {
    let length = value.map(|value| match value {
        Value::String(text) => text.chars().count() as i64,
        Value::Array(elements) => elements.len() as i64,
        Value::Object(entries) => entries.len() as i64,
        Value::Null | Value::Bool(_) | Value::Number(_) => value.as_i64().unwrap(),
    });
    let measure = if ["integer", "long"].iter().any(|of| shape["type"] == *of) { "value" } else { "length" };
    let mut said = Vec::new();
    if let Some(most) = shape["max"].as_i64().filter(|most| length.is_none_or(|length| length > *most)) {
        said.push(format!("Member must have {measure} less than or equal to {most}"));
    }
    if let Some(least) = shape["min"].as_i64().filter(|least| length.is_none_or(|length| length < *least)) {
        said.push(format!("Member must have {measure} greater than or equal to {least}"));
    }
    if let Some(source) = shape["pattern"].as_str() {
        let matches =
            |text: &Value| Regex::new(&format!("^(?:{source})$")).unwrap().is_match(text.as_str().unwrap());
        if !value.is_some_and(matches) {
            said.push(format!("Member must satisfy regular expression pattern: {source}"));
        }
    }
    if let Some(values) =
        shape["enum"].as_array().filter(|values| !value.is_some_and(|it| values.contains(it)))
    {
        let values: Vec<&str> = values.iter().map(|value| value.as_str().unwrap()).collect();
        said.push(format!("Member must satisfy enum value set: [{}]", values.join(", ")));
    }
    said
}

/// A value that breaks something, where it stands in the input, and what must be said of it after `at 'PATH' failed …`.
struct Broken {
    input: Value,
    path: String,
    said: Vec<String>,
}

impl Model {
    /// Every way to break what stands at a place; `place` puts a value there.
    fn broken(&self, shape: &Value, path: &str, place: &dyn Fn(Value) -> Value) -> Vec<Broken> {
        let at = |value: Value, path: &str, said: Vec<String>| Broken {
            input: place(value),
            path: path.to_owned(),
            said,
        };
        let mut found: Vec<Broken> = self
            .bad(shape)
            .into_iter()
            .map(|bad| {
                let said = said(shape, Some(&bad));
                at(bad, path, said)
            })
            .collect();
        match shape["type"].as_str().unwrap() {
            "structure" => found.extend(self.broken_members(shape, path, place)),
            "list" => {
                let element = self.shape(&shape["member"]);
                let each = |has_null| bracketed("Member must satisfy constraint", element, has_null);
                found.extend(
                    self.bad(element).into_iter().map(|bad| at(json!([bad]), path, vec![each(false)])),
                );
                found.push(at(json!([null]), path, vec![each(true)]));
                if element["type"] == "structure" {
                    found.extend(
                        self.broken(element, &format!("{path}.1.member"), &|value| place(json!([value]))),
                    );
                }
            }
            "map" => {
                let (key, value) = (self.shape(&shape["key"]), self.shape(&shape["value"]));
                for bad in self.bad(key) {
                    found.push(at(
                        self.map(shape, &[bad], None),
                        path,
                        vec![bracketed("Map keys must satisfy constraint", key, false)],
                    ));
                }
                let keys = [self.good(key)];
                let each = |has_null| bracketed("Map value must satisfy constraint", value, has_null);
                for bad in self.bad(value) {
                    found.push(at(self.map(shape, &keys, Some(&bad)), path, vec![each(false)]));
                }
                found.push(at(self.map(shape, &keys, Some(&Value::Null)), path, vec![each(true)]));
                if value["type"] == "structure" {
                    let path = format!("{path}.{}.member", keys[0].as_str().unwrap());
                    found.extend(
                        self.broken(value, &path, &|value| place(self.map(shape, &keys, Some(&value)))),
                    );
                }
            }
            _ => {}
        }
        found
    }

    fn broken_members(&self, shape: &Value, path: &str, place: &dyn Fn(Value) -> Value) -> Vec<Broken> {
        let mut found = Vec::new();
        for (name, reference) in shape["members"].as_object().unwrap() {
            let mut letters = name.chars();
            let first = letters.next().unwrap().to_ascii_lowercase();
            let separator = if path.is_empty() { "" } else { "." };
            let path = format!("{path}{separator}{first}{}", letters.as_str());
            let with = |value: Value| {
                let mut whole = self.good(shape);
                whole[name] = value;
                place(whole)
            };
            if shape["required"].as_array().is_some_and(|required| required.contains(&json!(name))) {
                let said = vec!["Member must not be null".to_owned()];
                found.push(Broken { input: with(Value::Null), path: path.clone(), said });
            }
            found.extend(self.broken(self.shape(reference), &path, &with));
        }
        found
    }
}

fn bracketed(words: &str, shape: &Value, has_null: bool) -> String {
    let mut all = said(shape, None);
    all.extend(has_null.then(|| "Member must not be null".to_owned()));
    format!("{words}: [{}]", all.join(", "))
}

#[tokio::test]
async fn whoever_breaks_a_constraint_of_a_served_operation_is_told_so_in_awss_words() {
    let server = Server::start().await;
    let model =
        Model(serde_json::from_str(include_str!("../../../../models/cognito-identity.json")).unwrap());
    let mut wrong = Vec::new();
    for operation in server.app.services.cognito_identity.operations {
        let input = model.shape(&model.0["operations"][operation.name]["input"]);
        let broken = model.broken(input, "", &|whole| whole);
        assert!(broken.len() > 2, "{} has no constraint to break", operation.name);
        for Broken { input, path, said } in broken {
            let asked = to(&format!("AWSCognitoIdentityService.{}", operation.name), input.to_string());
            let answer = server.signed(&server.root(), asked).await;
            let message = if answer.status == 200 { "success".to_owned() } else { answer.member("/message") };
            let number = said.len();
            let plural = if number == 1 { "" } else { "s" };
            let mut parts = message.split("; Value");
            let first = parts.next().and_then(|first| {
                first.strip_prefix(&format!("{number} validation error{plural} detected: Value"))
            });
            let parts: Vec<&str> = first.into_iter().chain(parts).collect();
            let told = |(part, said): (&&str, &String)| {
                part.ends_with(&format!(" at '{path}' failed to satisfy constraint: {said}"))
            };
            if answer.code() != "ValidationException"
                || parts.len() != number
                || !parts.iter().zip(&said).all(told)
            {
                wrong.push(format!(
                    "{}, {path}: {} {message} instead of {said:?}",
                    operation.name,
                    answer.code()
                ));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}
