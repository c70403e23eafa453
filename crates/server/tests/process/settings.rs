//! Settings that mean nothing.

use crate::support::Start;

#[test]
fn settings_that_mean_nothing_are_refused_by_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (option, value) in [
        ("--account", "12"),
        ("--region", "Nowhere!"),
        ("--log", "loud"),
        ("--issuer", "ftp://x"),
        ("--issuer", "http://localhost:9000/a/path"),
    ] {
        let printed = Start::serve(&data).option(option, value).refused();
        assert!(printed.contains(option) && !printed.contains("panic"), "{option} {value}: {printed}");
    }
    assert!(!data.exists(), "nothing was made");
}
