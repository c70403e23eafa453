//! Settings: where they may stand, and what is said of those that mean nothing.

use crate::support::{
    Ask, Connection, Start, credentials_of, get, root_of, send, try_credentials, try_identity,
};
use std::fs;

#[test]
fn settings_that_mean_nothing_are_all_refused_at_once_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let wrong = [
        ("--account", "12"),
        ("--region", "Nowhere!"),
        ("--log-level", "loud"),
        ("--s3-hosts", "127.0.0.1"),
        ("--issuer", "http://localhost:9000/a/path"),
    ];
    let start = wrong.iter().fold(Start::serve(&data), |start, (option, value)| start.option(option, value));
    let printed =
        start.environment("CENOTE_LIMITS_CONNECTIONS", "none").environment("CENOTE_TLS_KEY", "k").refused();
    for name in
        wrong.iter().map(|(option, _)| *option).chain(["CENOTE_LIMITS_CONNECTIONS", "`tls.certificate`"])
    {
        assert!(printed.contains(name), "{name}: {printed}");
    }
    assert!(!printed.contains("panic"), "{printed}");
    assert!(!data.exists(), "nothing was made");
}

#[test]
fn a_file_holds_every_option_and_a_name_it_does_not_know_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cenote.toml");
    let data = folder.path().join("data");
    let text =
        format!("data = {data:?}\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"info\"\nformat = \"json\"\n");
    fs::write(&file, &text).unwrap();
    for start in [Start::told_by(&file), Start::alone("serve").environment("CENOTE_CONFIG", &file)] {
        let server = start.run();
        assert_eq!(get(server.address, "/health/live").status, 200);
        assert!(data.join("keys").exists());
        server.stop();
    }
    fs::write(&file, format!("{text}lvel = \"info\"\n")).unwrap();
    let printed = Start::told_by(&file).refused();
    assert!(printed.contains("`log.lvel`") && printed.contains("`log.level` may be meant"), "{printed}");
}

#[test]
fn what_guests_may_do_at_most_can_be_the_servers_to_say() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let reads = |start: Start| {
        let server = start.run();
        let mut connection = Connection::open(server.address).unwrap();
        let id = try_identity(&mut connection, None).unwrap().member("/IdentityId");
        let guest = credentials_of(&try_credentials(&mut connection, &id, None).unwrap());
        let ask = Ask::new("GET", "/my-bucket/public/hello.txt").signed(&guest);
        let status = send(server.address, &ask).status;
        server.stop();
        status
    };
    let file = folder.path().join("guests.json");
    let policy = |action: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#
        )
    };
    assert_eq!(reads(Start::dev(&data)), 200);
    for (action, status) in [("s3:PutObject", 403), ("s3:GetObject", 200)] {
        fs::write(&file, policy(action)).unwrap();
        assert_eq!(reads(Start::dev(&data).option("--guests-scope-down", &file)), status, "{action}");
    }
    fs::write(&file, policy("s3:GetObject").replace("Allow", "Perhaps")).unwrap();
    let printed = Start::dev(&data).option("--guests-scope-down", &file).refused();
    assert!(printed.contains("--guests-scope-down `") && printed.contains("guests.json"), "{printed}");
}

#[test]
fn an_address_that_others_reach_needs_tls_or_a_word_that_it_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Start::alone("serve").option("--listen", "0.0.0.0:0").option("--data", folder.path());
    let printed = start().refused();
    assert!(printed.contains("everybody on the way reads passwords"), "{printed}");
    assert!(printed.contains("plaintext = true"), "{printed}");
    let server = start().environment("CENOTE_PLAINTEXT", "true").run();
    assert_eq!(get(([127, 0, 0, 1], server.address.port()).into(), "/health/live").status, 200);
}

#[test]
fn a_server_that_takes_unsafe_roles_says_so_in_its_log_and_in_its_audit_at_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let said = || {
        let files = fs::read_dir(folder.path().join("audit")).unwrap();
        let texts: Vec<String> =
            files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
        texts.concat().matches("\"setting\":\"unsafe_roles\"").count()
    };
    assert!(!Start::serve(folder.path()).run().stop().contains("unsafe_roles"));
    assert_eq!(said(), 0);
    for starts in 1..3 {
        let printed = Start::serve(folder.path()).flag("--unsafe-roles").run().stop();
        assert!(printed.contains("unsafe_roles is set"), "{printed}");
        assert_eq!(said(), starts);
    }
}

#[test]
fn buckets_are_hosts_below_the_names_that_are_set_and_below_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::serve(folder.path()).option("--s3-hosts", "s3.example.test");
    let server = start.option("--s3-hosts", "files.example.test").run();
    let root = root_of(folder.path());
    let made = |host: &str| {
        let ask = Ask::at("PUT", "/", host).body("").signed(&root);
        send(server.address, &ask).status
    };
    assert_eq!(made("first-bucket.s3.example.test:9000"), 200);
    assert_eq!(made("second-bucket.files.example.test"), 200);
    // Without a bucket in its host the request names none, and nothing is written to the root.
    for host in ["third-bucket.localhost", "third-bucket.example.test", "s3.example.test", "127.0.0.1"] {
        assert_eq!(made(host), 405, "{host}");
    }
}
