//! What an operator sees of a server: its log and its metrics.

use crate::support::{
    Ask, BUCKET, Connection, GUESTS_POOL, Running, Start, credentials_of, demo_user, get, pool_login,
    root_of, send, sign_in, try_credentials, try_identity,
};
use serde_json::{Value, json};
use std::net::SocketAddr;

#[test]
fn every_line_of_a_json_log_is_an_object_and_names_its_request() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        Start::dev(folder.path()).option("--log-format", "json").option("--log-level", "debug").run();
    let answers = [
        send(server.address, &Ask::new("GET", &format!("/{BUCKET}")).signed(&root_of(folder.path()))),
        send(
            server.address,
            &Ask::json("AWSCognitoIdentityService.GetId", &json!({ "IdentityPoolId": GUESTS_POOL })),
        ),
        get(server.address, "/health/ready"),
        send(server.address, &Ask::new(&"M".repeat(20_000), &format!("/{}", "p".repeat(20_000)))),
    ];
    let ids: Vec<&str> = answers.iter().map(|answer| answer.header("x-amzn-requestid").unwrap()).collect();
    // The server is a developer's, which greets in words on standard output.
    let printed = server.stop();
    let lines: Vec<Value> = printed
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string()), "{printed}");
    let answered: Vec<&str> = lines
        .iter()
        .filter(|line| line["message"] == "answered")
        .map(|line| line["span"]["request_id"].as_str().unwrap())
        .collect();
    assert_eq!(answered, ids);
    assert!(
        lines.iter().all(|line| line.to_string().len() < 4096),
        "nobody makes a line long by asking for much"
    );
}

#[test]
fn a_breakdown_is_logged_under_the_id_that_the_client_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).option("--log-format", "json").run();
    let object = format!("/{BUCKET}/public/hello.txt");
    std::fs::remove_dir_all(folder.path().join("objects")).unwrap();
    let broken = send(server.address, &Ask::new("GET", &object).signed(&root_of(folder.path())));
    assert_eq!(broken.status, 500);
    let id = broken.header("x-amz-request-id").unwrap().to_owned();
    let printed = server.stop();
    let line = printed.lines().find(|line| line.contains("the server failed")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (line["level"].as_str(), line["span"]["request_id"].as_str()),
        (Some("ERROR"), Some(id.as_str()))
    );
}

#[test]
fn no_secret_is_logged_at_any_level() {
    for format in ["text", "json"] {
        let folder = tempfile::tempdir().unwrap();
        let start = Start::dev(folder.path()).option("--log-format", format);
        let server = start.option("--log-level", "trace").run();
        let user = demo_user(folder.path());
        let signed_in = sign_in(server.address, &user);
        let login = pool_login(&signed_in);
        let mut connection = Connection::open(server.address).unwrap();
        let identity = try_identity(&mut connection, Some(&login)).unwrap().member("/IdentityId");
        let held = credentials_of(&try_credentials(&mut connection, &identity, Some(&login)).unwrap());
        let listed = connection.send(&Ask::new("GET", &format!("/{BUCKET}")).signed(&held)).unwrap();
        assert_eq!(listed.status, 200);
        let root = root_of(folder.path());
        assert_eq!(send(server.address, &Ask::new("GET", &format!("/{BUCKET}")).signed(&root)).status, 200);
        let keys: Value =
            serde_json::from_str(&std::fs::read_to_string(folder.path().join("keys")).unwrap()).unwrap();
        let secrets = [
            user.password,
            signed_in.member("/AuthenticationResult/IdToken"),
            signed_in.member("/AuthenticationResult/AccessToken"),
            held.secret,
            held.token.unwrap(),
            root.secret,
            keys["store"].as_str().unwrap().to_owned(),
            keys["ring"][0]["root"].as_str().unwrap().to_owned(),
        ];
        let printed = server.stop();
        assert!(printed.matches("answered").count() >= 5, "there is a log: {printed}");
        for secret in secrets {
            assert!(!printed.contains(&secret), "{format}: {secret} was logged");
        }
    }
}

fn watched(folder: &std::path::Path) -> (Running, SocketAddr) {
    let mut server = Start::dev(folder).option("--metrics-listen", "127.0.0.1:0").run();
    server.hears("listening on");
    let printed = server.printed();
    let line = printed.lines().find_map(|line| line.split_once("metrics on http://")).unwrap().1;
    let metrics = line.split_once("/metrics").unwrap().0.parse().unwrap();
    (server, metrics)
}

/// What a line of the metrics says, or 0 while there is none.
fn value(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}

#[test]
fn metrics_count_what_happens_and_hold_no_word_of_a_client() {
    let folder = tempfile::tempdir().unwrap();
    let (server, metrics) = watched(folder.path());
    let read = || get(metrics, "/metrics").text();
    let before = read();
    let user = demo_user(folder.path());
    sign_in(server.address, &user);
    let get_id = Ask::json("AWSCognitoIdentityService.GetId", &json!({ "IdentityPoolId": GUESTS_POOL }));
    send(server.address, &get_id);
    send(server.address, &Ask::json("AWSCognitoIdentityService.MadeUpByAClient", &json!({})));
    send(server.address, &Ask::new("MADEUP", "/made-up-bucket/made-up-key?made-up"));
    send(server.address, &Ask::new("GET", &format!("/{BUCKET}")));
    send(server.address, &Ask::json("AWSCognitoIdentityService.GetId", &json!({ "IdentityPoolId": 7 })));
    let _open = Connection::open(server.address).unwrap().send(&Ask::new("GET", "/health/live")).unwrap();
    let after = read();
    let grown = |name: &str| value(&after, name) - value(&before, name);
    let requests = |service: &str, operation: &str, outcome: &str| {
        let labels = format!("{{service=\"{service}\",operation=\"{operation}\",outcome=\"{outcome}\"}}");
        grown(&format!("cenote_requests_total{labels}"))
    };
    assert_eq!(requests("cognito-idp", "InitiateAuth", "done"), 1.0, "{after}");
    assert_eq!(requests("cognito-identity", "GetId", "done"), 1.0);
    assert_eq!(requests("cognito-identity", "GetId", "refused"), 1.0);
    assert_eq!(requests("cognito-identity", "Unknown", "refused"), 1.0);
    assert_eq!(requests("s3", "Unknown", "refused"), 1.0);
    assert_eq!(requests("s3", "ListObjects", "denied"), 1.0);
    assert_eq!(requests("cenote", "Other", "done"), 1.0);
    let labels = "{service=\"cognito-idp\",operation=\"InitiateAuth\"}";
    assert_eq!(grown(&format!("cenote_request_seconds_count{labels}")), 1.0);
    // One is the sign-in, one the denial.
    assert_eq!(grown("cenote_audit_lines_total{outcome=\"written\"}"), 2.0, "{after}");
    assert!(grown("cenote_store_commits_total{outcome=\"done\"}") >= 1.0, "the guest is remembered: {after}");
    for name in ["cenote_build_info{version=\"", "cenote_connections ", "cenote_hashing_queue 0", "# EOF"] {
        assert!(after.contains(name), "{name}: {after}");
    }
    for word in ["MadeUp", "MADEUP", "made-up", "localhost", &user.name] {
        assert!(!after.contains(word), "{word}: {after}");
    }
}

#[test]
fn metrics_are_nowhere_but_on_their_own_listener() {
    let folder = tempfile::tempdir().unwrap();
    let (server, metrics) = watched(folder.path());
    assert!(!get(server.address, "/metrics").text().contains("cenote_"));
    for path in ["/", "/metrics/", "/health/live"] {
        assert_eq!(get(metrics, path).status, 404, "{path}");
    }
    assert_eq!(send(metrics, &Ask::new("POST", "/metrics").body("x")).status, 404);
    let answer = get(metrics, "/metrics");
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
}
