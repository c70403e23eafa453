//! What an operator does to a server that runs: new keys, a backup, and a restore of it.

use crate::support::{
    Answer, Ask, BUCKET, Connection, DemoUser, Held, Running, Start, credentials_of, demo_user, listed_keys,
    pool_login, root_of, send, sign_in, try_credentials, try_identity, try_rotation,
};
use serde_json::{Value, json};
use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn asking(start: Start, server: &Running) -> Start {
    start.option("--endpoint", format!("http://{}", server.address))
}

fn rotate(server: &Running) -> Start {
    asking(Start::alone("keys").flag("rotate"), server)
}

fn backup(server: &Running, data: &Path, file: &Path) -> (bool, String) {
    asking(Start::alone("backup").option("--data", data), server).flag(file.to_str().unwrap()).done()
}

fn restore(file: &Path, data: &Path) -> (bool, String) {
    Start::alone("restore").flag(file.to_str().unwrap()).option("--data", data).done()
}

/// Credentials of the demo's user, and their identity.
fn come(server: &Running, user: &DemoUser) -> (Held, String) {
    let login = pool_login(&sign_in(server.address, user));
    let mut connection = Connection::open(server.address).unwrap();
    let identity = try_identity(&mut connection, Some(&login)).unwrap().member("/IdentityId");
    (credentials_of(&try_credentials(&mut connection, &identity, Some(&login)).unwrap()), identity)
}

fn list(server: &Running, held: &Held) -> (u16, Vec<String>) {
    let answer = send(server.address, &Ask::new("GET", &format!("/{BUCKET}")).signed(held));
    (answer.status, answer.elements("Code"))
}

/// Writes credentials as AWS's tools keep them.
fn write_credentials(held: &Held, path: PathBuf) -> PathBuf {
    let mut file =
        OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&path).unwrap();
    let token =
        held.token.as_deref().map(|token| format!("aws_session_token = {token}\n")).unwrap_or_default();
    write!(
        file,
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n{token}",
        held.id, held.secret
    )
    .unwrap();
    path
}

#[test]
fn keys_are_rotated_under_way_and_older_sessions_live_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Start::dev(&data).run();
    let user = demo_user(&data);
    let (before, _) = come(&server, &user);
    let keys = || fs::read_to_string(data.join("keys")).unwrap();
    let old = keys();
    let (is_well, printed) = rotate(&server).option("--data", &data).done();
    assert!(is_well && printed.contains("key 2 seals new sessions"), "{printed}");
    assert!(printed.contains("signs new tokens of identities"), "{printed}");
    assert_ne!(keys(), old);
    let (after, _) = come(&server, &user);
    let number = |held: &Held| held.id.chars().take(7).collect::<String>();
    assert_ne!(number(&before), number(&after), "the number of the key is in the id");
    server.stop();
    let server = Start::dev(&data).run();
    for held in [&before, &after] {
        assert_eq!(list(&server, held).0, 200, "also after a restart");
    }
}

#[test]
fn a_key_ring_that_is_full_is_not_rotated_until_old_keys_have_left_it() {
    let folder = tempfile::tempdir().unwrap();
    Start::dev(folder.path()).quiet().run().stop();
    // Ninety-nine rotations would take long, each making a key for tokens as well.
    let file = folder.path().join("keys");
    let mut keys: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let first = keys["ring"][0].clone();
    let numbered = |id: u32| {
        let mut key = first.clone();
        key["id"] = id.into();
        key
    };
    keys["ring"] = (1..=99).map(numbered).collect();
    fs::write(&file, keys.to_string()).unwrap();
    let server = Start::dev(folder.path()).quiet().run();
    let root = root_of(folder.path());
    let mut connection = Connection::open(server.address).unwrap();
    let mut rotate = || try_rotation(&mut connection, &root).unwrap();
    assert_eq!(rotate().json()["RingKey"], 100);
    let full = rotate();
    assert_eq!((full.status, full.member("/__type").as_str()), (422, "LimitExceededException"));
    assert_eq!(come(&server, &demo_user(folder.path())).0.id.len(), 20, "the newest key seals on");
}

#[test]
fn only_those_who_may_rotate_keys_or_make_backups() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Start::dev(&data).run();
    let keys = fs::read_to_string(data.join("keys")).unwrap();
    let (held, _) = come(&server, &demo_user(&data));
    let user = write_credentials(&held, folder.path().join("user"));
    let mut stranger = root_of(&data);
    stranger.secret = stranger.secret.chars().rev().collect();
    let stranger = write_credentials(&stranger, folder.path().join("stranger"));
    let file = folder.path().join("backup");
    for (credentials, code) in [(&user, "AccessDeniedException"), (&stranger, "InvalidSignatureException")] {
        let (is_well, printed) = rotate(&server).option("--credentials", credentials).done();
        assert!(!is_well && printed.contains(code), "{printed}");
        let start = asking(Start::alone("backup"), &server).flag(file.to_str().unwrap());
        let (is_well, printed) = start.option("--credentials", credentials).done();
        assert!(!is_well && printed.contains(code), "{printed}");
    }
    for operation in ["RotateKeys", "Backup"] {
        let unsigned = send(server.address, &Ask::new("POST", &format!("/_cenote/v1/{operation}")).body(""));
        assert_eq!(
            (unsigned.status, unsigned.member("/__type").as_str()),
            (401, "MissingAuthenticationTokenException")
        );
        let for_s3 = Ask::new("POST", &format!("/_cenote/v1/{operation}")).body("").signed(&root_of(&data));
        assert_eq!(send(server.address, &for_s3).status, 401, "a signature for S3 is none for the server");
        let wrong = send(server.address, &Ask::new("GET", &format!("/_cenote/v1/{operation}")));
        assert_eq!((wrong.status, wrong.member("/__type").as_str()), (405, "MethodNotAllowedException"));
    }
    assert_eq!(fs::read_to_string(data.join("keys")).unwrap(), keys);
    assert!(!file.exists() && !folder.path().join("backup.new").exists());
    let printed = rotate(&server).refused();
    assert!(printed.contains("--credentials") && printed.contains("--data"), "{printed}");
}

/// Goes on with a sign-in.
fn refresh(server: &Running, user: &DemoUser, token: &str) -> Answer {
    let input = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": user.client,
        "AuthParameters": { "REFRESH_TOKEN": token },
    });
    send(server.address, &Ask::json("AWSCognitoIdentityProviderService.InitiateAuth", &input))
}

#[test]
fn a_backup_made_while_others_write_is_one_moment_and_its_restore_revokes_what_was_issued() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file, restored) =
        (folder.path().join("data"), folder.path().join("backup"), folder.path().join("new"));
    let server = Start::dev(&data).quiet().run();
    let user = demo_user(&data);
    let (held, identity) = come(&server, &user);
    let refresh_token = sign_in(server.address, &user).member("/AuthenticationResult/RefreshToken");
    let put = |name: &str, body: &[u8]| {
        let put = Ask::new("PUT", &format!("/{BUCKET}/{identity}/{name}")).body(body).signed(&held);
        assert_eq!(send(server.address, &put).status, 200);
    };
    let large = vec![b'l'; 3_000_000];
    put("large", &large);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // The same bytes in two objects, the first always written first: one moment has at most one write between.
            for turn in 0.. {
                put("first", format!("{turn:050000}").as_bytes());
                put("second", format!("{turn:050000}").as_bytes());
                if is_done.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        let (is_well, printed) = backup(&server, &data, &file);
        is_done.store(true, Ordering::SeqCst);
        assert!(is_well && printed.contains("as safe as"), "{printed}");
    });
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!data.join("records.copy").exists());
    put("later", b"later");
    let (later, _) = come(&server, &user);
    let old_login = pool_login(&sign_in(server.address, &user));
    let root = root_of(&data);
    server.stop();

    let (is_well, printed) = restore(&file, &restored);
    assert!(is_well && printed.contains("worth nothing"), "{printed}");
    assert_eq!(root_of(&restored).secret, root.secret);
    let server = Start::dev(&restored).quiet().run();
    for old in [&held, &later] {
        assert_eq!(list(&server, old), (403, vec!["InvalidAccessKeyId".to_owned()]));
    }
    let login = try_identity(&mut Connection::open(server.address).unwrap(), Some(&old_login)).unwrap();
    assert_eq!(login.member("/message"), "Invalid login token. Token is revoked.");
    assert_eq!(refresh(&server, &user, &refresh_token).member("/message"), "Invalid Refresh Token");
    // Tokens of the second of the restore count as older than it.
    let advance = Ask::new("POST", "/_cenote/clock").body("{\"advanceSeconds\": 2}");
    assert_eq!(send(server.address, &advance).status, 200);
    let (again, same) = come(&server, &user);
    assert_eq!(same, identity, "the same user is the same identity");
    let mut connection = Connection::open(server.address).unwrap();
    let keys = listed_keys(&mut connection, BUCKET, &root);
    assert!(
        keys.contains(&format!("{identity}/large")) && !keys.contains(&format!("{identity}/later")),
        "{keys:?}"
    );
    let mut get = |name: &str| {
        let answer = connection
            .send(&Ask::new("GET", &format!("/{BUCKET}/{identity}/{name}")).signed(&again))
            .unwrap();
        (answer.status, answer.body)
    };
    assert_eq!(get("large"), (200, large));
    let turn_of = |(status, body): (u16, Vec<u8>)| match status {
        404 => -1,
        _ => String::from_utf8(body).unwrap().parse::<i64>().unwrap(),
    };
    let (first, second) = (turn_of(get("first")), turn_of(get("second")));
    assert!(first == second || first == second + 1, "{first} and {second} were never at one moment");
}

#[test]
fn a_backup_that_is_not_whole_or_a_folder_that_is_not_empty_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("backup"));
    let server = Start::dev(&data).run();
    assert!(backup(&server, &data, &file).0);
    let (is_well, printed) = backup(&server, &data, &file);
    assert!(!is_well && printed.contains("is there already"), "{printed}");
    let (is_well, printed) = restore(&file, &data);
    assert!(!is_well && printed.contains("is not empty"), "{printed}");
    server.stop();

    let mut whole = Vec::new();
    fs::File::open(&file).unwrap().read_to_end(&mut whole).unwrap();
    let damaged = folder.path().join("damaged");
    let target = folder.path().join("target");
    let is_refused = |what: &str| {
        let (is_well, printed) = restore(&damaged, &target);
        assert!(!is_well && printed.contains("is no whole backup"), "{what}: {printed}");
        assert!(!printed.contains("panic") && !target.exists(), "{what}: {printed}");
    };
    for length in [0, 100, whole.len() / 2, whole.len() - 1100] {
        fs::write(&damaged, &whole[..length]).unwrap();
        is_refused(&format!("cut off at {length}"));
    }
    for at in (700..whole.len() - 2000).step_by(whole.len() / 40) {
        fs::copy(&file, &damaged).unwrap();
        let mut open = OpenOptions::new().write(true).open(&damaged).unwrap();
        open.seek(SeekFrom::Start(at as u64)).unwrap();
        open.write_all(&[whole[at] ^ 0x10]).unwrap();
        let (is_well, printed) = restore(&damaged, &target);
        // What stands between the files is not theirs.
        assert!(!is_well || whole[at] == 0, "a changed byte at {at} was not noticed: {printed}");
        if is_well {
            fs::remove_dir_all(&target).unwrap();
        }
        assert!(!target.exists(), "{at}");
    }
    let (is_well, printed) = restore(&folder.path().join("nothing"), &target);
    assert!(!is_well && printed.contains("cannot be read"), "{printed}");
}

#[test]
fn a_folder_in_which_a_restore_broke_off_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    Start::dev(folder.path()).run().stop();
    fs::write(folder.path().join("restoring"), "").unwrap();
    for start in [Start::serve(folder.path()), Start::dev(folder.path())] {
        let printed = start.refused();
        assert!(printed.contains("a restore broke off"), "{printed}");
    }
}

#[test]
fn an_address_where_nothing_listens_and_one_that_is_none_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::serve(folder.path()).run();
    let gone = format!("http://{}", server.address);
    server.stop();
    for (endpoint, word) in [
        (gone.as_str(), "cannot be reached"),
        ("nowhere", "no address"),
        ("https://127.0.0.1:1", "cannot be reached"),
    ] {
        let start = Start::alone("keys").flag("rotate").option("--data", folder.path());
        let (is_well, printed) = start.option("--endpoint", endpoint).done();
        assert!(!is_well && printed.contains(word), "{endpoint}: {printed}");
    }
}
