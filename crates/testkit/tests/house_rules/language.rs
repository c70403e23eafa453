//! What may be written where: waiting, HTTP, SQL, exceptions to lints, and promises to finish later.

use std::collections::BTreeSet;

use crate::floors::PURE;
use crate::house::{File, rust_files, source_files};
use crate::kept;
use crate::ledger::models;
use crate::rust_text::{layers, numbered, words};

/// The crates below `api`, where nothing speaks HTTP.
const BELOW_THE_DOOR: [&str; 7] = ["policy", "sigv4", "domain", "login", "broker", "store", "objects"];

/// Error codes that AWS documents outside the models.
const COMMON_CODES: [&str; 12] = [
    "AccessDenied",
    "ExpiredToken",
    "InternalFailure",
    "InvalidAccessKeyId",
    "InvalidArgument",
    "InvalidClientTokenId",
    "InvalidToken",
    "MissingSecurityHeader",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "Throttling",
    "ValidationError",
];

/// Statements of SQL, by their first words.
const SQL: [&str; 8] = [
    "ALTER TABLE ",
    "CREATE TABLE ",
    "DELETE FROM ",
    "DROP TABLE ",
    "INSERT ",
    "PRAGMA ",
    "SELECT ",
    "UPDATE ",
];

/// Files above the engines, which alone speak SQL: `crates/store/src/sqlite.rs` and what is in `sqlite/`.
fn is_an_sql_engine(file: &File) -> bool {
    file.path.starts_with("crates/store/src/sqlite")
}

fn waiting_in_pure_crates(files: &[File]) -> Vec<String> {
    let pure = files.iter().filter(|file| PURE.contains(&file.of_crate()));
    pure.flat_map(|file| {
        let code = layers(&file.text).code;
        let waits = |line: &str| words(line).any(|word| ["async", "await", "Future"].contains(&word));
        let lines: Vec<_> =
            numbered(&code).filter(|(_, line)| waits(line)).map(|(number, _)| number).collect();
        lines.into_iter().map(|line| format!("{}:{line} waits, in a pure crate", file.path))
    })
    .collect()
}

fn http_words_below_the_door(files: &[File], codes: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| BELOW_THE_DOOR.contains(&file.of_crate())) {
        let layers = layers(&file.text);
        for (line, code) in numbered(&layers.code) {
            let speaks = words(code).any(|word| ["StatusCode", "HeaderMap", "hyper"].contains(&word));
            if speaks || code.contains("http::") {
                found.push(format!("{}:{line} speaks HTTP below `api`", file.path));
            }
        }
        for literal in layers.literals {
            if codes.contains(&literal.text) || words(&literal.text).any(is_an_exception) {
                let (path, line, text) = (&file.path, literal.line, literal.text);
                found.push(format!("{path}:{line} names the error code `{text}` below `api`"));
            }
        }
    }
    found
}

fn is_an_exception(word: &str) -> bool {
    word.len() > "Exception".len() && word.ends_with("Exception")
}

/// Every error code of the wire: those of the models, and the common ones.
fn wire_codes() -> BTreeSet<String> {
    let of_models = models().into_iter().flat_map(|model| model.error_codes);
    of_models.chain(COMMON_CODES.map(String::from)).collect()
}

fn sql_above_the_engines(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !is_an_sql_engine(file)) {
        let layers = layers(&file.text);
        for (line, code) in numbered(&layers.code) {
            if words(code).any(|word| word == "rusqlite") {
                found.push(format!("{}:{line} reaches for `rusqlite` above the engine", file.path));
            }
        }
        for literal in layers.literals {
            if SQL.iter().any(|statement| literal.text.trim_start().starts_with(statement)) {
                found.push(format!("{}:{} speaks SQL above the engine", file.path, literal.line));
            }
        }
    }
    found
}

/// Attributes that allow a lint, and expectations that do not say why.
fn unexplained_exceptions(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let code = layers(&file.text).code;
        for (offset, opening) in code.match_indices("#[").chain(code.match_indices("#![")) {
            let line = code.split_at(offset).0.matches('\n').count() + 1;
            let attribute = bracketed(code.split_at(offset + opening.len()).1);
            let names: Vec<_> = words(attribute).collect();
            if names.contains(&"allow") {
                found.push(format!("{}:{line} allows a lint; expect it, with a reason", file.path));
            }
            let written = file.text.split_at(offset).1.split_at(opening.len() + attribute.len()).0;
            let reason =
                written.split_once("reason = \"").is_some_and(|(_, reason)| !reason.starts_with('"'));
            if names.contains(&"expect") && !reason {
                found.push(format!("{}:{line} expects a lint without a reason", file.path));
            }
        }
    }
    found
}

/// What stands before the bracket that closes an attribute.
fn bracketed(rest: &str) -> &str {
    let mut depth = 1_usize;
    for (at, letter) in rest.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return rest.split_at(at).0;
        }
    }
    rest
}

fn unfinished_work(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let layers = layers(&file.text);
        for (line, comment) in numbered(&layers.comments) {
            if words(comment).any(|word| ["TODO", "FIXME"].contains(&word)) {
                found.push(format!("{}:{line} promises to finish later", file.path));
            }
        }
        for (line, code) in numbered(&layers.code) {
            if ["todo!", "unimplemented!"].iter().any(|stub| code.contains(stub)) {
                found.push(format!("{}:{line} is a stub", file.path));
            }
        }
    }
    found
}

#[test]
fn no_pure_crate_waits() {
    kept(&waiting_in_pure_crates(&source_files()));
}

#[test]
fn nothing_below_the_door_knows_http_or_an_error_code_of_the_wire() {
    kept(&http_words_below_the_door(&source_files(), &wire_codes()));
}

#[test]
fn nothing_above_an_engine_knows_sql() {
    kept(&sql_above_the_engines(&source_files()));
}

#[test]
fn no_lint_is_allowed_and_every_expectation_says_why() {
    kept(&unexplained_exceptions(&rust_files()));
}

#[test]
fn nothing_is_left_to_finish_later() {
    kept(&unfinished_work(&source_files()));
}

#[test]
fn a_planted_wait_is_found_in_code_but_not_in_comments() {
    let text =
        "// async is for the floors above\nasync fn ask() {}\nfn b() -> &str { \"await\" }\nx.await;\n";
    let found = waiting_in_pure_crates(&[File::new("crates/broker/src/a.rs", text)]);
    assert_eq!(
        found,
        [
            "crates/broker/src/a.rs:2 waits, in a pure crate",
            "crates/broker/src/a.rs:4 waits, in a pure crate"
        ]
    );
    assert_eq!(waiting_in_pure_crates(&[File::new("crates/api/src/a.rs", text)]), [""; 0]);
}

#[test]
fn planted_words_of_the_wire_are_found_below_the_door_only() {
    let text = "use http::Method;\n/// As NoSuchKey in AWS.\nfn code() -> &str { \"NoSuchKey\" }\nlet a = \"an ExpiredCodeException\";\n\"a plain Exception\";";
    let codes = wire_codes();
    let found = http_words_below_the_door(&[File::new("crates/objects/src/a.rs", text)], &codes);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(http_words_below_the_door(&[File::new("crates/api/src/a.rs", text)], &codes), [""; 0]);
}

#[test]
fn planted_sql_is_found_above_the_engine_only() {
    let text = "use rusqlite::Connection;\nlet a = \"SELECT 1\";\nlet b = \"no SELECT here\";";
    assert_eq!(sql_above_the_engines(&[File::new("crates/store/src/table.rs", text)]).len(), 2);
    assert_eq!(sql_above_the_engines(&[File::new("crates/store/src/sqlite/reader.rs", text)]), [""; 0]);
}

#[test]
fn planted_exceptions_without_a_reason_are_found() {
    let text = "#[allow(dead_code, reason = \"x\")]\n#![allow(a)]\n#[expect(\n  b\n)]\n#[expect(c, reason = \"\")]\n\
                #[cfg_attr(test, allow(d))]\n#[expect(e, reason = \"it is [so]\")]\n// #[allow(f)]\nx.expect(\"y\");";
    let found = unexplained_exceptions(&[File::new("crates/api/src/a.rs", text)]);
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn planted_stubs_are_found() {
    let text = "todo!(\"x\");\n// TODO: y\n/* a\n FIXME */\nlet a = \"TODO\";\nunimplemented!()";
    assert_eq!(unfinished_work(&[File::new("crates/api/src/a.rs", text)]).len(), 4);
}
