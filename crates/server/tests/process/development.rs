//! What the development server has, and the other has not.

use crate::support::{
    ALICE, Ask, BUCKET, Connection, Start, credentials_of, demo_user, get, listed_keys, pool_login, root_of,
    send, sign_in, try_credentials, try_identity,
};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;

const TOOLS: [(&str, &str, &str); 4] = [
    ("GET", "/_cenote/clock", ""),
    ("POST", "/_cenote/clock", "{\"advanceSeconds\":60}"),
    ("POST", "/_cenote/reset", ""),
    ("GET", "/_cenote/decisions", ""),
];

fn millis(address: SocketAddr) -> i64 {
    get(address, "/_cenote/clock").json()["millis"].as_i64().unwrap()
}

fn advance(address: SocketAddr, body: &str) -> u16 {
    send(address, &Ask::new("POST", "/_cenote/clock").body(body)).status
}

#[test]
fn the_demo_can_be_used_with_what_is_written_and_printed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let user = demo_user(folder.path());
    assert_eq!(user.name, ALICE);
    let signed_in = sign_in(server.address, &user);
    let login = pool_login(&signed_in);
    let mut connection = Connection::open(server.address).unwrap();
    let identity = try_identity(&mut connection, Some(&login)).unwrap().member("/IdentityId");
    let held = credentials_of(&try_credentials(&mut connection, &identity, Some(&login)).unwrap());
    assert_eq!(listed_keys(&mut connection, BUCKET, &held), ["public/about.txt", "public/hello.txt"]);
    drop(connection);

    let address = server.address.to_string();
    let printed = server.stop();
    for promised in [address.as_str(), "demo.env", "CognitoIdentityCredentials", "s3ForcePathStyle", BUCKET] {
        assert!(printed.contains(promised), "`{promised}` is not in:\n{printed}");
    }
    for secret in [user.password, held.secret, held.token.unwrap(), login.to_string()] {
        assert!(!printed.contains(&secret), "a secret was printed");
    }
}

#[test]
fn serving_has_no_tools_and_lets_no_page_call_s3() {
    let folder = tempfile::tempdir().unwrap();
    Start::dev(folder.path()).run().stop();
    let server = Start::serve(folder.path()).run();
    let root = root_of(folder.path());
    for (method, path, body) in TOOLS {
        assert_eq!(send(server.address, &Ask::new(method, path).body(body)).status, 404, "{method} {path}");
    }
    let object = format!("/{BUCKET}/public/hello.txt");
    let preflight = Ask::new("OPTIONS", &object)
        .header("origin", "http://elsewhere.example")
        .header("access-control-request-method", "GET");
    let signed = Ask::new("GET", &object).header("origin", "http://elsewhere.example").signed(&root);
    for (ask, status) in [(preflight, 403), (signed, 200)] {
        let answer = send(server.address, &ask);
        assert_eq!(answer.status, status, "{}", answer.text());
        let allows = answer.headers.iter().find(|(name, _)| name.starts_with("access-control-"));
        assert_eq!(allows, None);
    }
    let mut connection = Connection::open(server.address).unwrap();
    let guest = try_identity(&mut connection, None).unwrap();
    assert_eq!(guest.header("access-control-allow-origin"), Some("*"), "pages may ask the JSON services");
}

#[test]
fn a_development_server_lets_pages_call_s3() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let preflight = Ask::new("OPTIONS", &format!("/{BUCKET}/public/hello.txt"))
        .header("origin", "http://elsewhere.example")
        .header("access-control-request-method", "GET");
    let answer = send(server.address, &preflight);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
}

#[test]
fn a_page_cannot_use_the_tools() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let (before, user) = (millis(server.address), demo_user(folder.path()));
    for origin in ["http://elsewhere.example", "null", ""] {
        for (method, path, body) in TOOLS {
            let answer = send(server.address, &Ask::new(method, path).header("origin", origin).body(body));
            assert_eq!(answer.status, 403, "{method} {path} from `{origin}`");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
        let preflight = Ask::new("OPTIONS", "/_cenote/reset").header("origin", origin);
        let answer = send(server.address, &preflight);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None));
    }
    assert!(millis(server.address) - before < 50_000, "the clock was not moved");
    assert_eq!(demo_user(folder.path()), user, "nothing was reset");
}

#[test]
fn a_page_whose_name_was_made_to_point_here_cannot_use_the_tools() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let (before, user) = (millis(server.address), demo_user(folder.path()));
    let named = format!("evil.example:{}", server.address.port());
    let foreign = [
        Some("evil.example"),
        Some(&named),
        Some("localhost.evil.example"),
        Some("127.0.0.1.evil.example"),
        Some("127.0.0.1@evil.example"),
        Some("evil.example@127.0.0.1"),
        Some("192.0.2.1"),
        Some("[2001:db8::1]:9000"),
        Some("0.0.0.0"),
        Some(""),
        None,
    ];
    for host in foreign {
        for (method, path, body) in TOOLS {
            let answer = send(server.address, &Ask::new(method, path).host(host).body(body));
            assert_eq!(answer.status, 403, "{method} {path} at {host:?}");
        }
    }
    let twice = Ask::new("GET", "/_cenote/decisions").header("host", "evil.example");
    assert_eq!(send(server.address, &twice).status, 403);
    for site in ["same-origin", "same-site", "cross-site", "", "None"] {
        for (method, path, body) in TOOLS {
            let answer =
                send(server.address, &Ask::new(method, path).header("sec-fetch-site", site).body(body));
            assert_eq!(answer.status, 403, "{method} {path} from `{site}`");
        }
    }
    assert!(millis(server.address) - before < 50_000, "the clock was not moved");
    assert_eq!(demo_user(folder.path()), user, "nothing was reset");
}

#[test]
fn the_tools_answer_to_every_name_of_the_machine_itself_and_to_a_typed_address() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let own = server.address.to_string();
    for host in
        ["localhost", "LocalHost:1", &own, "127.0.0.1", "127.9.9.9:80", "[::1]:9000", "[::ffff:127.0.0.1]"]
    {
        assert_eq!(
            send(server.address, &Ask::new("GET", "/_cenote/clock").host(Some(host))).status,
            200,
            "{host}"
        );
    }
    let typed = Ask::new("GET", "/_cenote/decisions").header("sec-fetch-site", "none");
    assert_eq!(send(server.address, &typed).status, 200);
}

#[test]
fn the_clock_moves_forward_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let before = millis(server.address);
    assert_eq!(advance(server.address, "{\"advanceSeconds\":7200}"), 200);
    let after = millis(server.address);
    assert!((7_200_000..7_260_000).contains(&(after - before)), "{before} {after}");
    let hostile = [
        "{\"advanceSeconds\":-1}",
        "{\"advanceSeconds\":1.5}",
        "{\"advanceSeconds\":\"60\"}",
        "{\"advanceSeconds\":99999999999999999999}",
        "{\"advanceSeconds\":60,\"more\":1}",
        "{\"now\":\"2000-01-01T00:00:00Z\"}",
        "[60]x",
        "{",
        "",
    ];
    for body in hostile {
        assert_eq!(advance(server.address, body), 400, "{body}");
    }
    assert_eq!(advance(server.address, &" ".repeat(100_000)), 400);
    let now = millis(server.address);
    assert!((after..after + 60_000).contains(&now), "{after} {now}");
}

#[test]
fn the_clock_may_be_moved_to_where_no_calendar_reaches() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let mut connection = Connection::open(server.address).unwrap();
    for _ in 0..80 {
        let ask = Ask::new("POST", "/_cenote/clock").body(format!("{{\"advanceSeconds\":{}}}", u32::MAX));
        let answer = connection.send(&ask).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(get(server.address, "/health/ready").status, 200);
    let guest = try_identity(&mut connection, None).unwrap();
    assert!(guest.status < 500, "{}", guest.text());
    assert_eq!(send(server.address, &Ask::new("POST", "/_cenote/reset")).status, 200);
    assert_eq!(try_identity(&mut connection, None).unwrap().status, 200);
    let printed = server.stop();
    assert!(!printed.contains("panic"), "{printed}");
}

#[test]
fn credentials_end_when_the_clock_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let mut connection = Connection::open(server.address).unwrap();
    let guest = try_identity(&mut connection, None).unwrap().member("/IdentityId");
    let held = credentials_of(&try_credentials(&mut connection, &guest, None).unwrap());
    let list = || Ask::new("GET", &format!("/{BUCKET}")).signed(&held);
    assert_eq!(connection.send(&list()).unwrap().status, 200);
    assert_eq!(advance(server.address, "{\"advanceSeconds\":3700}"), 200);
    assert_eq!(connection.send(&list()).unwrap().status, 403);
}

#[test]
fn a_reset_makes_everything_anew_and_leaves_nothing_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let (root, old) = (root_of(folder.path()), demo_user(folder.path()));
    let before = millis(server.address);
    let mut connection = Connection::open(server.address).unwrap();
    let old_login = pool_login(&sign_in(server.address, &old));
    let identity = try_identity(&mut connection, Some(&old_login)).unwrap().member("/IdentityId");
    let guest = try_identity(&mut connection, None).unwrap().member("/IdentityId");
    let held = credentials_of(&try_credentials(&mut connection, &guest, None).unwrap());
    let mine = format!("/{BUCKET}/{guest}/mine");
    assert_eq!(connection.send(&Ask::new("PUT", &mine).body("mine").signed(&held)).unwrap().status, 200);
    assert_eq!(advance(server.address, "{\"advanceSeconds\":600}"), 200);

    assert_eq!(send(server.address, &Ask::new("POST", "/_cenote/reset")).status, 200);

    let new = demo_user(folder.path());
    assert!(new.client != old.client && new.password != old.password);
    assert!(millis(server.address) - before < 500_000, "the clock shows the real time again");
    let decisions = get(server.address, "/_cenote/decisions").json();
    assert_eq!(decisions, json!([]), "what the seed did is not shown as a decision");
    assert_eq!(sign_in(server.address, &old).status, 400);
    let login = pool_login(&sign_in(server.address, &new));
    assert_eq!(try_identity(&mut connection, Some(&login)).unwrap().status, 200);
    assert_eq!(
        try_identity(&mut connection, Some(&old_login)).unwrap().status,
        400,
        "the old token is foreign"
    );
    for (gone, logins) in [(&guest, None), (&identity, Some(&login))] {
        let answer = try_credentials(&mut connection, gone, logins).unwrap();
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
    let used = connection.send(&Ask::new("GET", &mine).signed(&held)).unwrap();
    assert_eq!(used.status, 403, "credentials of before the reset: {}", used.text());
    assert_eq!(listed_keys(&mut connection, BUCKET, &root), ["public/about.txt", "public/hello.txt"]);
    let contents = fs::read_dir(folder.path().join("objects")).unwrap().count();
    assert!(contents > 0);
    assert!(!folder.path().join("seeding").exists());
}

#[test]
fn a_restart_does_not_seed_again_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let (root, user) = (root_of(folder.path()), demo_user(folder.path()));
    let mut connection = Connection::open(server.address).unwrap();
    let login = pool_login(&sign_in(server.address, &user));
    let identity = try_identity(&mut connection, Some(&login)).unwrap().member("/IdentityId");
    let held = credentials_of(&try_credentials(&mut connection, &identity, Some(&login)).unwrap());
    let mine = format!("/{BUCKET}/{identity}/mine");
    assert_eq!(connection.send(&Ask::new("PUT", &mine).body("kept").signed(&held)).unwrap().status, 200);
    let seeded = format!("/{BUCKET}/public/hello.txt");
    assert_eq!(connection.send(&Ask::new("DELETE", &seeded).signed(&root)).unwrap().status, 204);
    server.stop();

    let server = Start::dev(folder.path()).run();
    let mut connection = Connection::open(server.address).unwrap();
    assert_eq!(demo_user(folder.path()), user);
    let kept = connection.send(&Ask::new("GET", &mine).signed(&held)).unwrap();
    assert_eq!((kept.status, kept.text().as_str()), (200, "kept"));
    let deleted = connection.send(&Ask::new("GET", &seeded).signed(&root)).unwrap();
    assert_eq!(deleted.status, 404, "what was deleted does not come back");
    let again = try_identity(&mut connection, Some(&login)).unwrap().member("/IdentityId");
    assert_eq!(again, identity);
    assert_eq!(sign_in(server.address, &user).status, 200);
}

#[test]
fn decisions_show_what_was_allowed_and_what_was_denied() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let mut connection = Connection::open(server.address).unwrap();
    let guest = try_identity(&mut connection, None).unwrap().member("/IdentityId");
    let held = credentials_of(&try_credentials(&mut connection, &guest, None).unwrap());
    for (method, path, status) in [("GET", "/my-bucket", 200), ("GET", "/my-bucket/others/x", 403)] {
        assert_eq!(connection.send(&Ask::new(method, path).signed(&held)).unwrap().status, status);
    }
    let decisions = get(server.address, "/_cenote/decisions").json();
    let last: Vec<&Value> = decisions.as_array().unwrap().iter().rev().take(2).collect();
    assert_eq!(last[0]["additionalEventData"]["decision"], "denied");
    assert_eq!(last[1]["additionalEventData"]["decision"], "allowed");
    for decision in last {
        assert!(decision["additionalEventData"]["reason"].is_string());
        assert_eq!(decision["userIdentity"]["accessKeyId"], held.id.as_str());
    }
    let shown = decisions.to_string();
    assert!(!shown.contains(&held.secret) && !shown.contains(&held.token.unwrap()));
}
