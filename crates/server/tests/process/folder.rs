//! What the data folder promises.

#![expect(clippy::print_stdout, reason = "how long a start takes is a result")]

use crate::support::{
    Ask, BUCKET, Connection, DemoUser, Start, Stopwatch, demo_user, get, listed_keys, root_of, send, sign_in,
};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder that the development server has seeded and left.
fn seeded() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    Start::dev(folder.path()).run().stop();
    folder
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_second_process_on_the_folder_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = Start::serve(folder.path()).run();
    for second in [Start::serve(folder.path()), Start::dev(folder.path())] {
        let printed = second.refused();
        assert!(printed.contains("another process uses the data folder"), "{printed}");
        assert!(printed.contains("--data"), "it says what to do: {printed}");
    }
    assert_eq!(get(first.address, "/health/ready").status, 200);
}

#[test]
fn a_folder_whose_process_was_killed_can_be_used_at_once() {
    let folder = tempfile::tempdir().unwrap();
    Start::serve(folder.path()).run().killed_after(Duration::ZERO, || {});
    let again = Start::serve(folder.path()).run();
    assert_eq!(get(again.address, "/health/ready").status, 200);
}

#[test]
fn a_folder_of_a_newer_format_is_refused_and_left_as_it_is() {
    let folder = seeded();
    fs::write(folder.path().join("format"), "2\n").unwrap();
    let printed = Start::serve(folder.path()).refused();
    assert!(printed.contains("format 2") && printed.contains("newer version"), "{printed}");
    assert_eq!(fs::read_to_string(folder.path().join("format")).unwrap(), "2\n");
}

#[test]
fn secrets_that_others_may_read_are_refused_until_they_are_closed_again() {
    let folder = seeded();
    for name in ["keys", "root-credentials"] {
        let path = folder.path().join(name);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let printed = Start::serve(folder.path()).refused();
        assert!(printed.contains(&format!("chmod 600 {}", path.display())), "{printed}");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }
    Start::serve(folder.path()).run().stop();
}

#[test]
fn missing_keys_are_not_made_anew_while_there_are_records_that_need_them() {
    let folder = seeded();
    let keys = folder.path().join("keys");
    let aside = folder.path().join("aside");
    fs::rename(&keys, &aside).unwrap();
    let printed = Start::serve(folder.path()).refused();
    assert!(printed.contains("is missing") && printed.contains("restore it"), "{printed}");
    assert!(!keys.exists());
    fs::rename(&aside, &keys).unwrap();
    let server = Start::serve(folder.path()).run();
    assert_eq!(sign_in(server.address, &demo_user(folder.path())).status, 200);
}

#[test]
fn damaged_keys_are_refused_without_being_shown() {
    let folder = seeded();
    let whole = fs::read_to_string(folder.path().join("keys")).unwrap();
    fs::write(folder.path().join("keys"), &whole.as_bytes()[..whole.len() / 2]).unwrap();
    let printed = Start::serve(folder.path()).refused();
    assert!(printed.contains("is damaged"), "{printed}");
    let secret = whole.split('"').find(|part| part.len() >= 40).unwrap();
    assert!(!printed.contains(secret));
}

#[test]
fn what_is_secret_is_for_the_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("made/by/the/server");
    Start::dev(&data).run().stop();
    assert_eq!(mode_of(&data), 0o700);
    for name in ["root-credentials", "keys", "demo.env", "format", "lock"] {
        assert_eq!(mode_of(&data.join(name)), 0o600, "{name}");
    }
    for name in ["audit", "objects"] {
        assert_eq!(mode_of(&data.join(name)), 0o700, "{name}");
    }
}

#[test]
fn a_password_that_was_typed_as_a_name_is_kept_nowhere() {
    let folder = seeded();
    let server = Start::serve(folder.path()).run();
    let typed = "my-own-password-at-length";
    let person = DemoUser { name: typed.to_owned(), password: "x".to_owned(), ..demo_user(folder.path()) };
    for _ in 0..6 {
        assert_eq!(sign_in(server.address, &person).status, 400);
    }
    let printed = server.stop();
    assert!(!printed.contains(typed), "{printed}");
    for file in files_in(folder.path()) {
        let bytes = fs::read(&file).unwrap();
        let found = bytes.windows(typed.len()).any(|window| window == typed.as_bytes());
        assert!(!found, "it is in {}", file.display());
    }
}

#[test]
fn root_signs_with_the_pair_of_the_first_start_after_every_other_one() {
    let folder = seeded();
    let root = root_of(folder.path());
    assert!(root.id.starts_with("AKIA") && root.id.len() == 20, "{}", root.id);
    assert_eq!(root.secret.len(), 40);
    let server = Start::serve(folder.path()).run();
    assert_eq!(root_of(folder.path()).secret, root.secret);
    let keys = listed_keys(&mut Connection::open(server.address).unwrap(), BUCKET, &root);
    assert_eq!(keys, ["public/about.txt", "public/hello.txt"]);

    let mut stranger = root;
    stranger.secret = stranger.secret.chars().rev().collect();
    let refused = send(server.address, &Ask::new("GET", &format!("/{BUCKET}")).signed(&stranger));
    assert_eq!((refused.status, refused.elements("Code")), (403, vec!["SignatureDoesNotMatch".to_owned()]));
}

#[test]
fn two_folders_have_no_secret_in_common() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        Start::serve(folder.path()).run().stop();
    }
    let (one_root, other_root) = (root_of(one.path()), root_of(other.path()));
    assert!(one_root.id != other_root.id && one_root.secret != other_root.secret);
    let keys = |folder: &Path| fs::read_to_string(folder.join("keys")).unwrap();
    assert_ne!(keys(one.path()), keys(other.path()));
}

#[test]
fn a_server_is_ready_within_300_ms_of_its_start_on_a_folder_that_exists() {
    let folder = seeded();
    let mut took: Vec<Duration> = (0..15)
        .map(|_| {
            let since = Stopwatch::start();
            let server = Start::serve(folder.path()).run();
            assert_eq!(get(server.address, "/health/ready").status, 200);
            since.elapsed()
        })
        .collect();
    took.sort();
    println!("ready after {:?} (best {:?}, worst {:?})", took[7], took[0], took[14]);
    assert!(took[7] < Duration::from_millis(300), "{took:?}");
}
