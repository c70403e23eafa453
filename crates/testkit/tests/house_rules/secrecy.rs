//! A secret cannot be shown: no type of `domain`'s secrets has a way to print, compare or serialise itself.

use crate::house::{File, read, source_files};
use crate::kept;
use crate::rust_text::{layers, words};

const SECRETS: &str = "crates/domain/src/secret.rs";

/// Traits through which a secret would leave. `PartialEq` is one: its time tells how much was right.
const SHOWING: [&str; 6] = ["Debug", "Display", "LowerHex", "PartialEq", "Serialize", "ToString"];

/// The types that a file of secrets declares.
fn secret_types(text: &str) -> Vec<String> {
    let code = layers(text).code;
    let names: Vec<_> = words(&code).collect();
    let declared = names.windows(2).filter_map(|pair| match pair {
        ["struct" | "enum" | "union", name] => Some((*name).to_owned()),
        _ => None,
    });
    declared.collect()
}

/// Showing traits that the file of secrets derives for any of its types.
fn derived_showing(file: &File) -> Vec<String> {
    let code = layers(&file.text).code;
    let derives = code.split("derive(").skip(1).filter_map(|rest| rest.split(')').next());
    let showing = derives.flat_map(words).filter(|word| SHOWING.contains(word));
    showing.map(|word| format!("{} derives `{word}` for a secret", file.path)).collect()
}

/// Showing traits written by hand for a secret, in any file.
fn written_showing(files: &[File], secrets: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let code = layers(&file.text).code;
        let headers = code.split("impl").skip(1).filter_map(|rest| rest.split('{').next());
        for (shown, of) in headers.filter_map(|header| header.split_once(" for ")) {
            let shows = words(shown).any(|word| SHOWING.contains(&word));
            let target = of.split(['<', ' ', '\n']).next().and_then(|path| path.rsplit("::").next());
            if let Some(secret) = target.filter(|name| shows && secrets.iter().any(|secret| secret == name)) {
                found.push(format!("{} gives the secret `{secret}` a way to be shown", file.path));
            }
        }
    }
    found
}

#[test]
fn no_secret_can_be_shown() {
    let file = File::new(SECRETS, &read(SECRETS));
    let secrets = secret_types(&file.text);
    assert!(secrets.iter().any(|name| name == "Secret"), "`Secret` is no longer declared in {SECRETS}");
    kept(&derived_showing(&file));
    kept(&written_showing(&source_files(), &secrets));
}

#[test]
fn a_planted_way_to_show_a_secret_is_found() {
    let text = "#[derive(Clone, Debug, serde::Serialize)]\npub struct Secret<T>(T);\nenum Other {}";
    let file = File::new(SECRETS, text);
    assert_eq!(secret_types(text), ["Secret", "Other"]);
    assert_eq!(derived_showing(&file).len(), 2);
    let elsewhere =
        "impl<T> std::fmt::Display for crate::Secret<T> where T: Debug {}\nimpl Debug for Shown {}";
    let found = written_showing(&[File::new("crates/api/src/a.rs", elsewhere)], &secret_types(text));
    assert_eq!(found, ["crates/api/src/a.rs gives the secret `Secret` a way to be shown"]);
}
