//! Manifests: one set of lints for everybody, one licence, and crates that never enter.

use crate::house::{File, cargo, paths_below, read};
use crate::kept;
use std::collections::BTreeSet;

/// Lints that the root manifest must deny.
const DENIED: [&str; 16] = [
    "missing_docs",
    "unsafe_code",
    "allow_attributes",
    "allow_attributes_without_reason",
    "unwrap_used",
    "expect_used",
    "panic",
    "todo",
    "unimplemented",
    "indexing_slicing",
    "string_slice",
    "dbg_macro",
    "print_stdout",
    "print_stderr",
    "disallowed_methods",
    "wildcard_enum_match_arm",
];

/// What the root `clippy.toml` must ban: the clock, the environment, sleep and dice.
const BANNED_CALLS: [&str; 6] = [
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "std::env::var",
    "std::thread::sleep",
    "tokio::time::sleep",
    "aws_lc_rs::rand::fill",
];

/// Crates that never enter: a second cryptography library, one with a known timing leak, a second calendar.
const BANNED_CRATES: [&str; 5] = ["ring", "openssl-sys", "rsa", "native-tls", "chrono"];

/// The manifests of the workspace's members; what has a workspace of its own is none.
fn manifests() -> Vec<File> {
    let paths = ["crates", "bench"].into_iter().flat_map(paths_below);
    let all = paths.filter(|path| path.ends_with("/Cargo.toml")).map(|path| File { text: read(&path), path });
    all.filter(|file| !file.text.lines().any(|line| line == "[workspace]")).collect()
}

/// The lines of a table of a manifest, comments and blanks left out.
fn table<'a>(manifest: &'a str, name: &str) -> Vec<&'a str> {
    let heading = format!("[{name}]");
    let after = manifest.lines().map(str::trim).skip_while(move |line| *line != heading).skip(1);
    let inside = after.take_while(|line| !line.starts_with('['));
    inside.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

fn without_shared_rules(manifests: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for File { path, text } in manifests {
        if table(text, "lints") != ["workspace = true"] {
            found.push(format!("{path} does not take the lints of the workspace"));
        }
        if !table(text, "package").contains(&"license.workspace = true") {
            found.push(format!("{path} does not take the licence of the workspace"));
        }
    }
    found
}

fn not_denied(root_manifest: &str) -> Vec<String> {
    let mut lints = table(root_manifest, "workspace.lints.rust");
    lints.extend(table(root_manifest, "workspace.lints.clippy"));
    let denies = |name: &str| {
        lints.iter().filter_map(|line| line.split_once('=')).any(|(lint, level)| {
            lint.trim() == name && (level.trim() == "\"deny\"" || level.contains("level = \"deny\""))
        })
    };
    DENIED.into_iter().filter(|name| !denies(name)).map(|name| format!("`{name}` is not denied")).collect()
}

/// Calls that `clippy.toml` does not ban, or bans without a reason.
fn not_banned(clippy: &str) -> Vec<String> {
    let bans = |call: &str| {
        let path = format!("path = \"{call}\"");
        clippy.lines().any(|line| line.contains(&path) && line.contains("reason = \""))
    };
    let free = BANNED_CALLS.into_iter().filter(|call| !bans(call));
    free.map(|call| format!("`{call}` is not banned with a reason")).collect()
}

fn clippy_files(paths: &[String]) -> Vec<&str> {
    let is_one = |path: &&str| matches!(path.rsplit('/').next(), Some("clippy.toml" | ".clippy.toml"));
    paths.iter().map(String::as_str).filter(is_one).collect()
}

/// Cargo.lock also lists crates that nothing turns on, so what is built is asked for: a crate and its version a line.
fn banned_crates(built: &str) -> Vec<String> {
    let names: BTreeSet<&str> = built.lines().filter_map(|line| line.split(' ').next()).collect();
    let banned = names.into_iter().filter(|name| BANNED_CRATES.contains(name));
    banned.map(|name| format!("`{name}` is built; it never enters")).collect()
}

#[test]
fn every_crate_takes_the_lints_and_the_licence_of_the_workspace() {
    let manifests = manifests();
    assert!(manifests.len() > 5, "the house has more than five crates");
    kept(&without_shared_rules(&manifests));
}

#[test]
fn the_workspace_denies_what_the_house_refuses() {
    kept(&not_denied(&read("Cargo.toml")));
    kept(&not_banned(&read("clippy.toml")));
}

#[test]
fn there_is_one_clippy_file_because_a_second_would_replace_it_silently() {
    assert_eq!(clippy_files(&paths_below("")), ["clippy.toml"]);
}

#[test]
fn the_licence_is_apache_2_0() {
    let licence = read("LICENSE");
    assert!(licence.contains("Apache License") && licence.contains("Version 2.0, January 2004"));
    assert!(licence.contains("END OF TERMS AND CONDITIONS"), "the licence is not whole");
    assert!(table(&read("Cargo.toml"), "workspace.package").contains(&"license = \"Apache-2.0\""));
}

#[test]
fn no_banned_crate_is_built() {
    let asked = ["tree", "--offline", "--locked", "--workspace", "--edges", "all", "--prefix", "none"];
    let built = cargo(&asked);
    assert!(built.contains("\naws-lc-rs v"), "the list of what is built is not understood");
    kept(&banned_crates(&built));
}

#[test]
fn a_planted_manifest_with_rules_of_its_own_is_found() {
    let good =
        "[package]\nname = \"a\"\nlicense.workspace = true\n\n[lints]\nworkspace = true\n\n[dependencies]\n";
    let own = "[package]\nlicense = \"MIT\"\n[lints.clippy]\npanic = \"allow\"\n";
    let found = without_shared_rules(&[File::new("good", good), File::new("own", own)]);
    assert_eq!(
        found,
        ["own does not take the lints of the workspace", "own does not take the licence of the workspace"]
    );
}

#[test]
fn a_planted_lint_that_only_warns_is_found() {
    let root = read("Cargo.toml").replace("unwrap_used = \"deny\"", "unwrap_used = \"warn\"");
    assert_eq!(not_denied(&root), ["`unwrap_used` is not denied"]);
    let clippy = read("clippy.toml").replace("std::thread::sleep", "std::thread::park");
    assert_eq!(not_banned(&clippy), ["`std::thread::sleep` is not banned with a reason"]);
}

#[test]
fn a_planted_second_clippy_file_and_a_planted_banned_crate_are_found() {
    let paths = ["clippy.toml", "crates/api/.clippy.toml", "crates/api/src/clippy.rs"].map(String::from);
    assert_eq!(clippy_files(&paths), ["clippy.toml", "crates/api/.clippy.toml"]);
    let built = "cenote v0.1.0\nring v0.17.14\nring v0.17.14 (*)\nrsa-words v1.0.0\n";
    assert_eq!(banned_crates(built), ["`ring` is built; it never enters"]);
}
