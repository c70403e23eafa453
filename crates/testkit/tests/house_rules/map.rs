//! ARCHITECTURE.md is true: every path it names in backticks exists, and every name it says is in a file is there.
//!
//! A path is written from the root, or from `crates/` where it begins with the folder of a crate: both
//! `crates/login/src/jwt.rs` and `login/src/jwt.rs` are understood. What is in a file follows two colons:
//! `login/src/jwt.rs::verify`, `domain/src/secret.rs::Secret::reveal`. From a `<placeholder>` on, nothing is
//! checked. Blocks between fences are drawings and are not read.

use std::path::Path;

use crate::house::{paths_below, read, root};
use crate::kept;
use crate::rust_text::{layers, words};

const MAP: &str = "ARCHITECTURE.md";

/// Places that ARCHITECTURE.md must at least name by file and function: where a token is verified, a role chosen, a
/// policy decided, a signature checked, a session sealed.
const FEWEST_PLACES: usize = 5;

/// Words that introduce a name in Rust.
const INTRODUCES: [&str; 9] =
    ["fn", "struct", "enum", "trait", "type", "const", "static", "mod", "macro_rules"];

/// A path that the document names, with what it says is in there.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    path: String,
    inside: Vec<String>,
}

/// What stands in backticks outside fenced blocks.
fn quoted(document: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in document.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2));
        }
    }
    found
}

/// The place that a quoted text names, or `None` where it is not a path: a command, a name, a route.
fn place(quoted: &str, folders: &[String]) -> Option<Place> {
    let (path, inside) = quoted.split_once("::").unwrap_or((quoted, ""));
    let first = path.split('/').next().unwrap_or_default();
    let of_the_house = path.contains('/') && folders.iter().any(|folder| folder == first);
    let looks_like_one =
        of_the_house || path.ends_with(".rs") || path.contains("/src/") || path.contains("/tests/");
    if !looks_like_one || path.contains(' ') {
        return None;
    }
    let certain = path.split_once('<').map_or(path, |(certain, _)| certain);
    let inside = inside.trim_end_matches("()").split("::").filter(|name| !name.is_empty());
    Some(Place { path: certain.into(), inside: inside.map(String::from).collect() })
}

fn declares(source: &str, name: &str) -> bool {
    let code = layers(source).code;
    let names: Vec<_> = words(&code).collect();
    let introduced = names
        .windows(2)
        .any(|pair| matches!(pair, [before, word] if INTRODUCES.contains(before) && *word == name));
    introduced || is_a_variant(&code, name)
}

/// A variant stands on a line of its own or after a brace, with what it carries or a comma behind it.
fn is_a_variant(code: &str, name: &str) -> bool {
    let begins_upper = name.chars().next().is_some_and(char::is_uppercase);
    let behind = |rest: &str| rest.trim_start().starts_with([',', '(', '{', '}']);
    begins_upper && code.lines().any(|line| line.trim_start().strip_prefix(name).is_some_and(behind))
}

/// Places of a document that are not there, below `root`.
fn false_places(document: &str, root: &Path, folders: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for place in quoted(document).into_iter().filter_map(|quoted| place(quoted, folders)) {
        let candidates = [root.join(&place.path), root.join("crates").join(&place.path)];
        let Some(path) = candidates.into_iter().find(|candidate| candidate.exists()) else {
            found.push(format!("`{}` does not exist", place.path));
            continue;
        };
        let source = if place.inside.is_empty() {
            String::new()
        } else {
            std::fs::read_to_string(path).unwrap_or_default()
        };
        let missing = place.inside.iter().filter(|name| !declares(&source, name));
        found.extend(missing.map(|name| format!("`{}` declares no `{name}`", place.path)));
    }
    found
}

/// The first parts of the paths of this house: the folders of the root and of `crates/`.
fn folders() -> Vec<String> {
    let paths = paths_below("");
    let of_root = paths.iter().filter_map(|path| path.split_once('/')).map(|(first, _)| first.to_owned());
    let mut folders: Vec<_> = of_root.chain(crates()).collect();
    folders.sort();
    folders.dedup();
    folders
}

fn crates() -> Vec<String> {
    let manifests = paths_below("crates");
    manifests
        .iter()
        .filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml").map(String::from))
        .collect()
}

#[test]
fn every_place_the_architecture_names_is_there() {
    kept(&false_places(&read(MAP), &root(), &folders()));
}

#[test]
fn the_architecture_names_the_places_that_matter_by_file_and_function() {
    let (document, folders) = (read(MAP), folders());
    let places = quoted(&document).into_iter().filter_map(|quoted| place(quoted, &folders));
    let exact = places.filter(|place| !place.inside.is_empty()).count();
    assert!(
        exact >= FEWEST_PLACES,
        "{MAP} names {exact} places by file and function, fewer than {FEWEST_PLACES}"
    );
}

#[test]
fn every_crate_is_on_the_map() {
    let document = read(MAP);
    let named: Vec<_> = words(&document).collect();
    let missing: Vec<_> = crates()
        .into_iter()
        .filter(|name| !named.contains(&name.as_str()))
        .map(|name| format!("{MAP} does not name the crate `{name}`"))
        .collect();
    kept(&missing);
}

#[test]
fn paths_are_told_from_other_quotes() {
    let folders = ["crates", "login"].map(String::from);
    let read = |quoted| place(quoted, &folders).map(|place| (place.path, place.inside.join(" ")));
    assert_eq!(read("login/src/jwt.rs::verify()"), Some(("login/src/jwt.rs".into(), "verify".into())));
    assert_eq!(read("crates/a.rs::A::b"), Some(("crates/a.rs".into(), "A b".into())));
    assert_eq!(read("crates/api/src/<service>/"), Some(("crates/api/src/".into(), String::new())));
    assert_eq!(read("nowhere/src/a.rs").map(|(path, _)| path), Some("nowhere/src/a.rs".into()));
    assert_eq!(read("jwt.rs").map(|(path, _)| path), Some("jwt.rs".into()));
    for other in ["/health/live", "Store::transact", "cargo test", "application/json", "login"] {
        assert_eq!(read(other), None, "{other}");
    }
}

#[test]
fn planted_false_places_are_found() {
    let folders = folders();
    let document = "`domain/src/secret.rs::Secret::reveal` `crates/domain/src/nothing.rs`\n\
                    ```\n`crates/drawing`\n```\n`domain/src/secret.rs::conceal` `domain/src/`";
    assert_eq!(
        false_places(document, &root(), &folders),
        ["`crates/domain/src/nothing.rs` does not exist", "`domain/src/secret.rs` declares no `conceal`"]
    );
}

#[test]
fn a_name_counts_only_where_it_is_declared() {
    let source = "// fn a\npub const fn b() { c(); }\nenum D { \n  Eat(u8),\n}\nmacro_rules! f { }";
    for name in ["b", "D", "Eat", "f"] {
        assert!(declares(source, name), "{name}");
    }
    for name in ["a", "c", "Ea"] {
        assert!(!declares(source, name), "{name}");
    }
}
