//! Bodies of restXml: whatever the bytes, each document that S3's model has is read or refused, the same each time, in
//! time and memory that follow its length. What was read is what the model allows, every element of it and each once, of
//! a document that has nothing else; and written once more it is read as it was.

#![no_main]

use api::protocol::constraint::check;
use api::protocol::embedded;
use api::protocol::model::{Kind, Model, Operation};
use api::protocol::rest_xml::{Target, decode, encode};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::sync::LazyLock;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::load(embedded::S3).unwrap());

/// The operations whose whole body is a document, and the same with that document as their answer.
static DOCUMENTS: LazyLock<Vec<(&'static Operation, Operation)>> = LazyLock::new(|| {
    let takes_one = |operation: &&Operation| {
        let payload = MODEL.structure(operation.input).and_then(|input| input.payload());
        payload.is_some_and(|payload| matches!(MODEL.shape(payload.shape).kind, Kind::Structure(_)))
    };
    let answering = |operation: &'static Operation| {
        let answering = Operation {
            name: operation.name.clone(),
            method: operation.method.clone(),
            request_uri: operation.request_uri.clone(),
            response_code: None,
            signed: operation.signed,
            input: None,
            output: operation.input,
            errors: Vec::new(),
        };
        (operation, answering)
    };
    MODEL.operations().iter().filter(takes_one).map(answering).collect()
});

fuzz_target!(|data: &[u8]| {
    let target = Target::path_style("/bucket/key", None).unwrap();
    for (operation, answering) in DOCUMENTS.iter() {
        let read = |body: &[u8]| decode(&MODEL, operation, &target, &HeaderMap::new(), body);
        let (first, again) = (read(data), read(data));
        assert_eq!(first, again);
        let Ok(Value::Object(input)) = first else { continue };
        let payload = MODEL.structure(operation.input).and_then(|input| input.payload()).unwrap();
        let Some(document) = input.get(&*payload.name) else { continue };
        assert!(document.is_object());
        assert!(check(&MODEL, payload.shape, document).is_ok());
        let size = document.to_string().len();
        assert!(size <= 64 * data.len() + 64, "{} bytes became {size}", data.len());
        let written = encode(&MODEL, answering, "", &json!({ &*payload.name: document })).unwrap().body;
        let said = elements(str::from_utf8(data).unwrap());
        assert_eq!(said, elements(str::from_utf8(&written).unwrap()), "an element was lost or read twice");
        let input = read(&written).unwrap();
        assert_eq!(input.get(&*payload.name), Some(document), "what was written is read as something else");
    }
});

/// How many elements a document has that was read, by its letters alone. It has no comment, no instruction and no type.
fn elements(document: &str) -> usize {
    let (mut count, mut rest) = (0, document);
    while let Some((before, after)) = rest.split_once('<') {
        let is_first = before.is_empty() && rest.len() == document.len();
        let end = match after {
            _ if after.starts_with("![CDATA[") => "]]>",
            _ if after.starts_with('?') => {
                assert!(is_first, "an instruction was read");
                "?>"
            }
            _ => {
                assert!(!after.starts_with('!'), "a comment or a document type was read");
                count += usize::from(!after.starts_with('/'));
                ">"
            }
        };
        rest = after.split_once(end).unwrap().1;
    }
    count
}
