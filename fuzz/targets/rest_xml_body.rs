//! Bodies of restXml: whatever the bytes, each document that S3's model has is read or refused, the same each time, in
//! time and memory that follow its length; and what was read is what the model allows.

#![no_main]

use api::protocol::constraint::check;
use api::protocol::embedded;
use api::protocol::model::{Kind, Model, Operation};
use api::protocol::rest_xml::{Target, decode};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use std::sync::LazyLock;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::load(embedded::S3).unwrap());

/// The operations whose whole body is a document.
static DOCUMENTS: LazyLock<Vec<&'static Operation>> = LazyLock::new(|| {
    let takes_one = |operation: &&Operation| {
        let payload = MODEL.structure(operation.input).and_then(|input| input.payload());
        payload.is_some_and(|payload| matches!(MODEL.shape(payload.shape).kind, Kind::Structure(_)))
    };
    MODEL.operations().iter().filter(takes_one).collect()
});

fuzz_target!(|data: &[u8]| {
    let target = Target::path_style("/bucket/key", None).unwrap();
    for operation in DOCUMENTS.iter() {
        let read = || decode(&MODEL, operation, &target, &HeaderMap::new(), data);
        let (first, again) = (read(), read());
        assert_eq!(first, again);
        let Ok(Value::Object(input)) = first else { continue };
        let payload = MODEL.structure(operation.input).and_then(|input| input.payload()).unwrap();
        let Some(document) = input.get(&*payload.name) else { continue };
        assert!(document.is_object());
        assert!(check(&MODEL, payload.shape, document).is_ok());
        let written = document.to_string();
        assert!(written.len() <= 64 * data.len() + 64, "{} bytes became {}", data.len(), written.len());
    }
});
