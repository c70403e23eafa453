//! Seeds that differ from the demo in one thing.

use std::fs;
use std::path::Path;

/// Writes the demo, with a condition on listing the bucket.
pub(crate) fn guests_list_where(condition: &str, file: &Path) {
    let demo = include_str!("../../../src/seed/demo.toml");
    let before = "\"Action\": \"s3:ListBucket\", \"Resource\": \"arn:aws:s3:::my-bucket\" }";
    let after = before.replace(" }", &format!(", \"Condition\": {condition} }}"));
    assert!(demo.contains(before));
    fs::write(file, demo.replace(before, &after)).unwrap();
}
