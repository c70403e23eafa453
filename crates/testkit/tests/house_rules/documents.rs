//! Documents that are meant to be read whole stay short.

use crate::house::read;
use crate::kept;

/// A document and the lines it may have.
const LONGEST: [(&str, usize); 3] = [("ARCHITECTURE.md", 120), ("CONTRIBUTING.md", 60), ("STYLE.md", 40)];

fn too_long(name: &str, text: &str, longest: usize) -> Option<String> {
    let lines = text.lines().count();
    (lines > longest).then(|| format!("{name} has {lines} lines and may have {longest}"))
}

#[test]
fn documents_stay_short_enough_to_be_read_whole() {
    let long: Vec<_> = LONGEST.iter().filter_map(|(name, most)| too_long(name, &read(name), *most)).collect();
    kept(&long);
}

#[test]
fn a_planted_long_document_is_found() {
    assert_eq!(too_long("A.md", "1\n2\n3\n", 2).as_deref(), Some("A.md has 3 lines and may have 2"));
    assert_eq!(too_long("A.md", "1\n2\n", 2), None);
}
