//! `cenote lint`: of a file, and of a server that runs.

use crate::support::{Ask, Start, root_of, send};
use serde_json::json;
use std::fs;

const ODD: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListObjects","Resource":"*"}]}"#;
const FINE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}]}"#;

#[test]
fn a_file_is_looked_through_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        Start::alone("lint").flag(path.to_str().unwrap())
    };
    let (is_well, printed) = file("fine", FINE).done();
    assert!(is_well && printed.contains("there is nothing to change"), "{printed}");
    for (start, words) in [
        (file("odd", ODD), "no-such-action in statement 0: write `s3:ListBucket`"),
        (file("fine", FINE).flag("--guests"), "guest-writes in statement 0: take `s3:PutObject` from guests"),
        (file("fine", FINE).option("--kind", "trust"), "Missing required field Principal"),
        (file("broken", "{"), "Syntax errors in policy."),
        (Start::alone("lint").flag("/nowhere/at/all"), "cannot be read"),
    ] {
        let (is_well, printed) = start.done();
        assert!(!is_well && printed.contains(words), "{printed}");
    }
}

#[test]
fn a_server_that_runs_is_asked_about_all_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let lint = || {
        let start = Start::alone("lint").option("--data", folder.path());
        start.option("--endpoint", format!("http://{}", server.address)).done()
    };
    let (is_well, printed) = lint();
    assert!(is_well && printed.contains("there is nothing to change in the server's policies"), "{printed}");

    let pool = "us-east-1:1234567890abcdef";
    let odd = json!({ "IdentityPoolId": pool, "Policies": [{ "Name": "odd", "Document": ODD }] });
    let ask = Ask::new("POST", "/_cenote/v1/PutGuestScopeDown").body(odd.to_string());
    let answer = send(server.address, &ask.signed_for("cenote", &root_of(folder.path())));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("x-cenote-warning"), Some("no-such-action, scoped-down"));
    let (is_well, printed) = lint();
    let words = format!(
        "no-such-action in policy odd of the scope-down of pool {pool}, statement 0: write `s3:ListBucket`"
    );
    assert!(!is_well && printed.contains(&words), "{printed}");
}
