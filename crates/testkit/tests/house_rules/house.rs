//! Where the house stands and what is in it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 6] = ["target", ".git", "node_modules", ".venv", ".venv-cli", ".venv-schemathesis"];

/// A text file, named as seen from the root of the repository.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The crate the file belongs to, by its folder: `crates/domain/src/arn.rs` is of `domain`.
    pub(crate) fn of_crate(&self) -> &str {
        self.path.strip_prefix("crates/").and_then(|rest| rest.split('/').next()).unwrap_or_default()
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A file of the repository, or a failure that names it.
pub(crate) fn read(path: &str) -> String {
    let text = std::fs::read_to_string(root().join(path));
    assert!(text.is_ok(), "`{path}` is missing or is not text");
    text.unwrap()
}

/// Every path of ours below a folder, sorted, as seen from the root.
pub(crate) fn paths_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            if FOREIGN.iter().any(|foreign| name == *foreign || name.ends_with(&format!("/{foreign}"))) {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

/// Every Rust file of the house: sources, tests, examples, fuzz targets and clients.
pub(crate) fn rust_files() -> Vec<File> {
    let files: Vec<_> = ["crates", "bench", "clients", "fuzz"]
        .into_iter()
        .flat_map(paths_below)
        .filter(|path| path.ends_with(".rs"))
        .map(|path| File { text: read(&path), path })
        .collect();
    assert!(files.len() > 10, "the house has more than ten files; are we looking at the right folder?");
    files
}

/// The Rust files in the `src` folders of the crates.
pub(crate) fn source_files() -> Vec<File> {
    rust_files().into_iter().filter(|file| file.path.contains("/src/")).collect()
}

/// What `cargo metadata` says of the whole graph, as built for this machine, asked once.
///
/// Other platforms are left out: their crates need not be on a disk that is offline.
pub(crate) fn cargo_metadata() -> &'static Value {
    static METADATA: LazyLock<Value> = LazyLock::new(|| {
        let version = cargo(&["-vV"]);
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let asked = ["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host];
        serde_json::from_str(&cargo(&asked)).unwrap()
    });
    &METADATA
}

/// What cargo prints when it is asked this, at the root.
pub(crate) fn cargo(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(done.status.success(), "cargo failed: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_file_belongs_to_the_crate_of_its_folder() {
    assert_eq!(File::new("crates/domain/src/iam/role.rs", "").of_crate(), "domain");
    assert_eq!(File::new("bench/src/main.rs", "").of_crate(), "");
}
