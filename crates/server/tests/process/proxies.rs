//! Who is taken for the asker when requests come through a proxy.

use crate::support::{
    Ask, BUCKET, Connection, DemoUser, GUESTS_POOL, Held, Running, Start, credentials_of, demo_user,
    guests_list_where, send, try_credentials,
};
use serde_json::json;
use std::path::Path;

/// A server whose guests list only from one network, over TLS, and a guest of it.
fn begin(folder: &Path, trusted: Option<&str>) -> (Running, Held) {
    let seed = folder.join("seed.toml");
    let condition = "{ \"Bool\": { \"aws:SecureTransport\": \"true\" }, \"IpAddress\": { \"aws:SourceIp\": \"203.0.113.0/24\" } }";
    guests_list_where(condition, &seed);
    let start = Start::dev(&folder.join("data")).seed(&seed);
    let start =
        trusted.into_iter().fold(start, |start, networks| start.option("--trusted-proxies", networks));
    let server = start.run();
    let mut connection = Connection::open(server.address).unwrap();
    let guest = Ask::json("AWSCognitoIdentityService.GetId", &json!({ "IdentityPoolId": GUESTS_POOL }));
    let guest = connection.send(&guest).unwrap().member("/IdentityId");
    let held = credentials_of(&try_credentials(&mut connection, &guest, None).unwrap());
    (server, held)
}

fn list(server: &Running, held: &Held, headers: &[(&str, &str)]) -> u16 {
    let ask = Ask::new("GET", &format!("/{BUCKET}?list-type=2")).signed(held);
    send(server.address, &headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value))).status
}

const FROM_INSIDE: (&str, &str) = ("x-forwarded-for", "203.0.113.7");
const HTTPS: (&str, &str) = ("x-forwarded-proto", "https");

#[test]
fn a_trusted_proxy_says_who_asks_and_whether_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, held) = begin(folder.path(), Some("192.0.2.1,127.0.0.0/8"));
    assert_eq!(list(&server, &held, &[FROM_INSIDE, HTTPS]), 200);
    server.hears("peer=203.0.113.7");
    let refused: [&[(&str, &str)]; 6] = [
        &[],
        &[FROM_INSIDE],
        &[HTTPS],
        &[FROM_INSIDE, ("x-forwarded-proto", "http")],
        &[("x-forwarded-for", "203.0.113.7, 198.51.100.1"), HTTPS],
        &[("x-forwarded-for", "203.0.113.7, unknown"), HTTPS],
    ];
    for headers in refused {
        assert_eq!(list(&server, &held, headers), 403, "{headers:?}");
    }
    let recorded = send(server.address, &Ask::new("GET", "/_cenote/decisions")).json();
    let sources: Vec<&str> = recorded
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .take(2)
        .map(|one| one["sourceIPAddress"].as_str().unwrap())
        .collect();
    assert_eq!(sources, ["127.0.0.1", "198.51.100.1"], "the audit knows no more than the policies");
}

#[test]
fn anybody_else_is_who_they_are_whatever_they_say() {
    let folder = tempfile::tempdir().unwrap();
    for (name, trusted) in [("nobody", None), ("others", Some("192.0.2.1"))] {
        let data = folder.path().join(name);
        std::fs::create_dir(&data).unwrap();
        let (mut server, held) = begin(&data, trusted);
        assert_eq!(list(&server, &held, &[FROM_INSIDE, HTTPS]), 403);
        server.hears("status=403");
        assert!(!server.printed().contains("203.0.113.7"));
    }
}

fn sign_in_from(server: &Running, user: &DemoUser, source: &str) -> String {
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": user.client,
        "AuthParameters": { "USERNAME": user.name, "PASSWORD": user.password },
    });
    let ask =
        Ask::json("AWSCognitoIdentityProviderService.InitiateAuth", &input).header("x-forwarded-for", source);
    send(server.address, &ask).text()
}

#[test]
#[ignore = "slow: hashes fifty passwords"]
fn failed_sign_ins_behind_a_proxy_are_counted_for_who_made_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).option("--trusted-proxies", "127.0.0.1").run();
    let alice = demo_user(folder.path());
    for guess in 0..50 {
        let user = DemoUser { name: format!("nobody{guess}"), ..alice.clone() };
        let answer = sign_in_from(&server, &user, &format!("198.51.100.{guess}, 203.0.113.1"));
        assert!(answer.contains("Incorrect username or password"), "{answer}");
    }
    let blocked = sign_in_from(&server, &alice, "203.0.113.1");
    assert!(blocked.contains("Password attempts exceeded"), "{blocked}");
    let other = sign_in_from(&server, &alice, "203.0.113.2");
    assert!(other.contains("IdToken"), "{other}");
}

#[test]
fn guests_are_counted_for_whoever_makes_them_and_not_at_all_for_uncapped_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let guest = Ask::json("AWSCognitoIdentityService.GetId", &json!({ "IdentityPoolId": GUESTS_POOL }));
    let start = |name: &str| {
        let start = Start::dev(&folder.path().join(name)).option("--limits-guests-per-address", "2");
        start.option("--limits-guests-per-pool", "4")
    };
    let proxied = start("proxied").option("--trusted-proxies", "127.0.0.1").run();
    let from = |address: &str| {
        let input = json!({ "IdentityPoolId": GUESTS_POOL });
        let guest = Ask::json("AWSCognitoIdentityService.GetId", &input);
        send(proxied.address, &guest.header("x-forwarded-for", address)).status
    };
    assert_eq!(["203.0.113.1"; 4].map(from), [200, 200, 400, 400]);
    let networks = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "203.0.113.2"];
    assert_eq!(networks.map(from), [200, 200, 400, 400], "the pool has all it gets");
    assert_eq!([(); 5].map(|()| send(proxied.address, &guest).status), [200; 5]);

    let direct = start("direct").run();
    assert_eq!([(); 5].map(|()| send(direct.address, &guest).status), [200; 5], "loopback is uncapped");
    let capped = start("capped").option("--limits-uncapped", "192.0.2.1").run();
    assert_eq!([(); 5].map(|()| send(capped.address, &guest).status), [200, 200, 400, 400, 400]);
}
