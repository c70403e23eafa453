//! The OpenAPI document of the server's own service, written from its model: what the model says is said once.

use crate::support::{Ask, Server};
use serde_json::{Map, Value, json};
use std::path::Path;

const MODEL: &str = include_str!("../../src/cenote/model.json");

/// The farthest moments that a request can name, in seconds since 1970.
const FARTHEST: i64 = 253_402_300_799;

fn document() -> Value {
    let model: Value = serde_json::from_str(MODEL).unwrap();
    let entries = |of: &str| model[of].as_object().unwrap().clone();
    let paths: Map<String, Value> = entries("operations")
        .iter()
        .map(|(name, operation)| {
            let path = operation["http"]["requestUri"].as_str().unwrap();
            (path.to_owned(), json!({ "post": described(&model, name, operation) }))
        })
        .collect();
    let schemas: Map<String, Value> =
        entries("shapes").into_iter().map(|(name, shape)| (name, schema(&shape))).chain([error()]).collect();
    let version = &model["metadata"]["apiVersion"];
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cenote",
            "version": version,
            "description": "What an operator asks of a Cenote that runs, beyond AWS's own services. Requests are signed with \
                Signature Version 4 for the service `cenote`, and each operation is the IAM action of its name.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "SignatureVersion4": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "AWS Signature Version 4",
                "x-amazon-apigateway-authtype": "awsSigv4",
            } },
        },
    })
}

fn described(model: &Value, name: &str, operation: &Value) -> Value {
    let input = operation["input"]["shape"].as_str().unwrap();
    let success = match operation["output"]["shape"].as_str() {
        Some(output) => content("application/json", &reference(output)),
        None => {
            content("application/octet-stream", &json!({ "type": "string", "contentEncoding": "binary" }))
        }
    };
    let mut responses = Map::from_iter([("200".to_owned(), with("It is done.", success))]);
    let refusals = [
        ("400", "The request cannot be read, or breaks a constraint."),
        ("401", "Nobody signed the request, or the signature is not right."),
        ("403", "No policy allows the caller the action, or one denies it."),
        ("404", "What it is about is not there."),
        ("413", "The body is too large."),
        ("422", "The request is well formed, and cannot be done as it is."),
        ("500", "The server failed."),
    ];
    for (status, meaning) in refusals {
        responses.insert(status.to_owned(), with(meaning, content("application/json", &reference("Error"))));
    }
    let is_required = model["shapes"][input]["required"].as_array().is_some_and(|names| !names.is_empty());
    let mut body = content("application/json", &reference(input));
    body["required"] = json!(is_required);
    json!({
        "operationId": name,
        "description": operation["documentation"].as_str().unwrap(),
        "security": [{ "SignatureVersion4": [] }],
        "requestBody": body,
        "responses": responses,
    })
}

fn with(description: &str, mut response: Value) -> Value {
    response["description"] = json!(description);
    response
}

fn content(media: &str, schema: &Value) -> Value {
    json!({ "content": { (media): { "schema": schema } } })
}

fn reference(shape: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{shape}") })
}

fn error() -> (String, Value) {
    let schema = json!({
        "type": "object",
        "required": ["__type"],
        "properties": {
            "__type": { "type": "string", "description": "The code of the refusal." },
            "message": { "type": "string" },
        },
    });
    ("Error".to_owned(), schema)
}

fn schema(shape: &Value) -> Value {
    let to = |part: &Value| reference(part["shape"].as_str().unwrap());
    let (kind, mut schema) = match shape["type"].as_str().unwrap() {
        "structure" => {
            let members = shape["members"].as_object().unwrap();
            let properties: Map<String, Value> =
                members.iter().map(|(name, member)| (name.clone(), to(member))).collect();
            ("object", json!({ "properties": properties, "additionalProperties": false }))
        }
        "map" => ("object", json!({ "additionalProperties": to(&shape["value"]) })),
        "list" => ("array", json!({ "items": to(&shape["member"]) })),
        "string" => ("string", json!({})),
        "integer" => ("integer", json!({ "format": "int32" })),
        "boolean" => ("boolean", json!({})),
        "timestamp" => (
            "number",
            json!({ "description": "Seconds since 1970.", "minimum": -FARTHEST, "maximum": FARTHEST }),
        ),
        other => {
            assert_eq!(other, "", "a kind of shape that has no schema here");
            ("", json!({}))
        }
    };
    schema["type"] = json!(kind);
    let bounds = match kind {
        "string" => ["minLength", "maxLength"],
        "array" => ["minItems", "maxItems"],
        _ => ["minimum", "maximum"],
    };
    let said = [
        ("required", "required"),
        ("enum", "enum"),
        ("documentation", "description"),
        ("min", bounds[0]),
        ("max", bounds[1]),
    ];
    for (said, name) in said {
        if let Some(value) = shape.get(said) {
            schema[name] = value.clone();
        }
    }
    if let Some(pattern) = shape["pattern"].as_str() {
        schema["pattern"] = json!(format!("^(?:{pattern})$"));
    }
    schema
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs this test says whether to write the file")]
fn the_document_says_what_the_model_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cenote/openapi.json");
    let document = format!("{:#}\n", document());
    if std::env::var_os("CENOTE_WRITE_OPENAPI").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == document,
        "openapi.json is stale; write it anew with \
         `CENOTE_WRITE_OPENAPI=1 cargo test -p api the_document_says_what_the_model_says`"
    );
}

#[tokio::test]
async fn the_document_is_for_everybody_and_describes_what_is_served() {
    let server = Server::start().await;
    let answer = server.answer(Ask::new("GET", "/_cenote/v1/openapi.json")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let paths: Vec<String> = answer.json()["paths"].as_object().unwrap().keys().cloned().collect();
    let served: Vec<String> = server
        .app
        .services
        .cenote
        .operations
        .iter()
        .map(|operation| format!("/_cenote/v1/{}", operation.name))
        .collect();
    assert_eq!(paths, served);
}

#[tokio::test]
async fn a_path_is_asked_for_with_post_alone() {
    let server = Server::start().await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"] {
        let answer = server.answer(Ask::new(method, "/_cenote/v1/RotateKeys")).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
    for path in ["/_cenote/v1/Absent", "/_cenote/v1/rotatekeys", "/_cenote/v1/", "/_cenote/v1/RotateKeys/"] {
        assert_eq!(server.answer(Ask::new("POST", path)).await.status, 404, "{path}");
    }
}
