//! A file is one noun or one operation, and short enough to be read.

use crate::house::{File, paths_below, source_files};
use crate::kept;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 7] = ["utils", "util", "common", "helpers", "manager", "types", "misc"];

/// Style asks for about 400 lines; here is where it is refused.
const LONGEST: usize = 600;

fn empty_names(paths: &[String]) -> Vec<String> {
    let is_empty = |part: &str| EMPTY_NAMES.contains(&part.split('.').next().unwrap_or(part));
    let named = paths.iter().filter(|path| path.split('/').any(is_empty));
    named.map(|path| format!("{path} does not say what is in it; name it after its noun")).collect()
}

fn long_files(files: &[File]) -> Vec<String> {
    let long =
        files.iter().map(|file| (file, file.text.lines().count())).filter(|(_, lines)| *lines > LONGEST);
    long.map(|(file, lines)| format!("{} has {lines} lines, above {LONGEST}; split it by noun", file.path))
        .collect()
}

#[test]
fn every_file_is_named_after_what_is_in_it() {
    let paths: Vec<_> = ["crates", "bench", "clients", "fuzz"].into_iter().flat_map(paths_below).collect();
    kept(&empty_names(&paths));
}

#[test]
fn every_file_is_short_enough_to_be_read() {
    kept(&long_files(&source_files()));
}

#[test]
fn a_planted_empty_name_is_found() {
    let paths = ["crates/api/src/utils.rs", "crates/api/tests/common/mod.rs", "crates/api/src/typescript.rs"];
    assert_eq!(empty_names(&paths.map(String::from)).len(), 2);
}

#[test]
fn a_planted_long_file_is_found() {
    let files = [File::new("a.rs", &"\n".repeat(LONGEST)), File::new("b.rs", &"\n".repeat(LONGEST + 1))];
    assert_eq!(long_files(&files), ["b.rs has 601 lines, above 600; split it by noun"]);
}
