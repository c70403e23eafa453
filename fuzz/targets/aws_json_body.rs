//! Bodies of awsJson: whatever the bytes, each shape is read or refused, the same each time; what was read says everything
//! once, is no deeper and no larger than it came, and what the model allows is written and read back as it was.

#![no_main]

use api::protocol::constraint::check;
use api::protocol::embedded;
use api::protocol::json::{decode, encode};
use api::protocol::model::{Model, ShapeId};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use std::sync::LazyLock;

/// How deep a body may be nested.
const DEEPEST: usize = 64;

/// Operations whose inputs and answers have every kind of shape but floats and documents, which have no one spelling.
const IDENTITY_POOLS: [&str; 5] = [
    "GetId",
    "GetCredentialsForIdentity",
    "CreateIdentityPool",
    "SetIdentityPoolRoles",
    "GetOpenIdTokenForDeveloperIdentity",
];
const USER_POOLS: [&str; 5] =
    ["InitiateAuth", "CreateUserPool", "CreateUserPoolClient", "AdminCreateUser", "SetUICustomization"];

static MODELS: LazyLock<[Model; 2]> = LazyLock::new(|| {
    [embedded::COGNITO_IDENTITY, embedded::COGNITO_IDP].map(|text| Model::load(text).unwrap())
});

static SHAPES: LazyLock<Vec<(&'static Model, ShapeId)>> = LazyLock::new(|| {
    let [identity_pools, user_pools] = &*MODELS;
    let of = |model: &'static Model, name| {
        let operation = model.operation(name).unwrap();
        [operation.input, operation.output].into_iter().flatten().map(move |shape| (model, shape))
    };
    let first = IDENTITY_POOLS.into_iter().flat_map(|name| of(identity_pools, name));
    first.chain(USER_POOLS.into_iter().flat_map(|name| of(user_pools, name))).collect()
});

fuzz_target!(|body: &[u8]| {
    for &(model, shape) in SHAPES.iter() {
        let read = |body: &[u8]| decode(model, Some(shape), body);
        let (first, again) = (read(body), read(body));
        assert_eq!(first, again);
        let Ok(input) = first else { continue };
        says_everything_once(body);
        let size = input.to_string().len();
        assert!(size <= 8 * body.len() + 64, "{} bytes became {size}", body.len());
        match check(model, shape, &input) {
            Ok(()) => {
                let written = encode(model, Some(shape), &input).unwrap();
                assert_eq!(read(&written), Ok(input), "what was written is read as something else");
            }
            Err(violations) => {
                let message = violations.to_string();
                assert!(message.len() <= 128 * body.len() + 100_000, "{} bytes of refusal", message.len());
                assert_eq!(message, check(model, shape, &input).unwrap_err().to_string());
            }
        }
    }
});

/// Holds an accepted body to its letters: as many colons outside of texts as another reader finds different keys, and not
/// too many brackets open at once.
fn says_everything_once(body: &[u8]) {
    let Some(value) = (!body.is_empty()).then(|| serde_json::from_slice::<Value>(body).unwrap()) else {
        return;
    };
    let (mut said, mut deep, mut in_text, mut escaped) = (0, 0_usize, false, false);
    for letter in body {
        match letter {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b':' => said += 1,
            b'{' | b'[' => deep += 1,
            b'}' | b']' => deep -= 1,
            _ => {}
        }
        assert!(deep <= DEEPEST, "nested {deep} deep");
    }
    assert_eq!(said, keys(&value), "a key was said twice");
}

fn keys(value: &Value) -> usize {
    match value {
        Value::Object(entries) => entries.len() + entries.values().map(keys).sum::<usize>(),
        Value::Array(elements) => elements.iter().map(keys).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
