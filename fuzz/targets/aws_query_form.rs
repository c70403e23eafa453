//! Forms of awsQuery: whatever the bytes, they are read or refused, the same each time; a form that was read gives every
//! parameter once, as another reader finds it, and an input no text that the form does not have and no more than came.

#![no_main]

use api::protocol::constraint::check;
use api::protocol::embedded;
use api::protocol::model::{Kind, Model, Operation, Shape};
use api::protocol::query::{Form, decode, encode};
use form_urlencoded::Serializer;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Operations whose inputs have every kind of shape that inputs of these services have.
const IAM: [&str; 6] =
    ["CreateRole", "UpdateRole", "PutRolePolicy", "ListRoles", "UntagRole", "SimulateCustomPolicy"];
const STS: [&str; 2] = ["AssumeRole", "GetCallerIdentity"];

/// Operations whose answers are texts, moments and numbers.
const ANSWERS: [&str; 2] = ["GetRolePolicy", "ListRolePolicies"];

static MODELS: LazyLock<[Model; 2]> =
    LazyLock::new(|| [embedded::IAM, embedded::STS].map(|text| Model::load(text).unwrap()));

type Parameters = BTreeMap<String, String>;

fuzz_target!(|text: &[u8]| {
    let (form, again) = match (Form::parse(text), Form::parse(text)) {
        (Ok(form), Ok(again)) => (form, again),
        (first, again) => return assert_eq!(first.err(), again.err(), "read once and refused once"),
    };
    let mut parameters = Parameters::new();
    for (name, value) in form_urlencoded::parse(text) {
        let before = parameters.insert(name.into_owned(), value.into_owned());
        assert_eq!(before, None, "a parameter was given twice");
    }
    assert_eq!(form.action(), parameters.get("Action").map(String::as_str));
    assert_eq!(form.version(), parameters.get("Version").map(String::as_str));
    let [iam, sts] = &*MODELS;
    for (model, name) in IAM.map(|name| (iam, name)).into_iter().chain(STS.map(|name| (sts, name))) {
        let operation = model.operation(name).unwrap();
        let input = decode(model, operation.input, &form);
        assert_eq!(input, decode(model, operation.input, &again));
        if let Ok(input) = input {
            holds_what_came(model, operation, &input, &parameters);
            let size = input.to_string().len();
            assert!(size <= 16 * text.len() + 64, "{} bytes became {size}", text.len());
        }
    }
    for operation in ANSWERS.map(|name| iam.operation(name).unwrap()) {
        let Ok(output) = decode(iam, operation.output, &form) else { continue };
        let answer = String::from_utf8(encode(iam, operation, "id", &output).unwrap()).unwrap();
        assert_eq!(2 * answer.matches("</").count(), answer.matches('<').count(), "{answer}");
    }
});

/// Holds an input to the form: each of its texts came, and written as a form of its own it is read as the same.
fn holds_what_came(model: &Model, operation: &Operation, input: &Value, parameters: &Parameters) {
    let Some(shape) = operation.input else {
        return assert!(input.as_object().is_some_and(|it| it.is_empty()));
    };
    let mut written = Vec::new();
    write((model, model.shape(shape)), false, "", input, &mut written);
    let texts: Vec<&String> = parameters.values().collect();
    let came = |value: &String| texts.contains(&value) || value.parse::<i64>().is_ok();
    assert!(written.iter().all(|(_, value)| value.is_empty() || came(value)), "a text came from nowhere");
    let form = Serializer::new(String::new()).extend_pairs(&written).finish();
    let form = Form::parse(form.as_bytes()).unwrap();
    assert_eq!(decode(model, operation.input, &form).as_ref(), Ok(input), "it is read as something else");
    let refused = |input| check(model, shape, input).err().map(|violations| violations.to_string());
    assert_eq!(refused(input), refused(input));
}

/// A value as the parameters that say it.
fn write(
    (model, shape): (&Model, &Shape),
    flattened: bool,
    name: &str,
    value: &Value,
    to: &mut Vec<(String, String)>,
) {
    match (&shape.kind, value) {
        (Kind::Structure(structure), Value::Object(object)) => {
            let stem = if name.is_empty() { String::new() } else { format!("{name}.") };
            // A structure of nothing is known by any parameter below its name.
            if object.is_empty() && !name.is_empty() {
                to.push((format!("{stem}Nothing"), String::new()));
            }
            for member in &structure.members {
                if let Some(value) = object.get(&*member.name) {
                    let below = (model, model.shape(member.shape));
                    write(below, member.flattened, &format!("{stem}{}", member.wire_name), value, to);
                }
            }
        }
        (Kind::List(list), Value::Array(elements)) => {
            if elements.is_empty() {
                to.push((name.to_owned(), String::new()));
            }
            let stem = match &list.element_name {
                _ if list.flattened || flattened => name.to_owned(),
                Some(element) => format!("{name}.{element}"),
                None => format!("{name}.member"),
            };
            for (at, element) in elements.iter().enumerate() {
                let below = (model, model.shape(list.element));
                write(below, false, &format!("{stem}.{}", at + 1), element, to);
            }
        }
        (Kind::Text | Kind::Blob, Value::String(text)) => to.push((name.to_owned(), text.clone())),
        (Kind::Integer(_), Value::Number(number)) => to.push((name.to_owned(), number.to_string())),
        (Kind::Boolean, Value::Bool(flag)) => to.push((name.to_owned(), flag.to_string())),
        (kind, value) => panic!("{value} is no {kind:?} of an input"),
    }
}
