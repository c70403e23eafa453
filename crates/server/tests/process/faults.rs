//! The disk fails: nothing is issued and nothing is left half-written, but what is there can be read.

use crate::ledger::AuditReader;
use crate::support::{
    Answer, Ask, BUCKET, Connection, DemoUser, Fault, Held, Running, Shim, Start, credentials_of, demo_user,
    get, listed_keys, pool_login, root_of, send, sign_in, try_credentials, try_identity,
};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// What somebody has from before the fault.
pub(crate) struct Before {
    pub(crate) shim: Shim,
    pub(crate) server: Running,
    root: Held,
    user: DemoUser,
    pub(crate) login: Value,
    pub(crate) identity: String,
    pub(crate) held: Held,
    guest: String,
}

impl Before {
    fn begin(folder: &std::path::Path) -> Self {
        Self::begin_as(folder, |start, _| start.flag("--audit-sync"))
    }

    /// Of a server that is told more.
    pub(crate) fn begin_as(
        folder: &std::path::Path,
        told: impl FnOnce(Start, &std::path::Path) -> Start,
    ) -> Self {
        let shim = Shim::build(folder);
        let server = told(shim.failing(Start::dev(shim.data())), shim.data()).run();
        let user = demo_user(shim.data());
        let login = pool_login(&sign_in(server.address, &user));
        let mut connection = Connection::open(server.address).unwrap();
        let identity = try_identity(&mut connection, Some(&login)).unwrap().member("/IdentityId");
        let held = credentials_of(&try_credentials(&mut connection, &identity, Some(&login)).unwrap());
        let guest = try_identity(&mut connection, None).unwrap().member("/IdentityId");
        let root = root_of(shim.data());
        let before = Self { shim, server, root, user, login, identity, held, guest };
        assert_eq!(before.put("kept", b"as it was").status, 200);
        before
    }

    pub(crate) fn connection(&self) -> Connection {
        Connection::open(self.server.address).unwrap()
    }

    fn path(&self, name: &str) -> String {
        format!("/{BUCKET}/{}/{name}", self.identity)
    }

    fn put(&self, name: &str, body: &[u8]) -> Answer {
        send(self.server.address, &Ask::new("PUT", &self.path(name)).body(body).signed(&self.held))
    }

    fn get(&self, name: &str) -> Answer {
        send(self.server.address, &Ask::new("GET", &self.path(name)).signed(&self.held))
    }

    /// What needs no disk to be written goes on.
    pub(crate) fn reads_are_up(&self) {
        let kept = self.get("kept");
        assert_eq!((kept.status, kept.body.as_slice()), (200, b"as it was".as_slice()), "{}", kept.text());
        let keys = listed_keys(&mut self.connection(), BUCKET, &self.held);
        assert_eq!(keys.len(), 3, "{keys:?}");
        let identity = try_identity(&mut self.connection(), Some(&self.login)).unwrap();
        assert_eq!(identity.member("/IdentityId"), self.identity);
        for path in ["/health/live", "/health/ready"] {
            assert_eq!(get(self.server.address, path).status, 200, "{path}");
        }
    }

    /// Nothing that must be on record leaves.
    pub(crate) fn nothing_is_issued(&self) {
        let mut connection = self.connection();
        let answers = [
            try_credentials(&mut connection, &self.identity, Some(&self.login)).unwrap(),
            try_credentials(&mut connection, &self.guest, None).unwrap(),
            sign_in(self.server.address, &self.user),
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.member("/__type")), (500, "InternalErrorException".to_owned()));
            for secret in ["SecretKey", "SessionToken", "IdToken"] {
                assert!(!answer.text().contains(secret), "{secret} left all the same");
            }
        }
    }

    /// Nothing that must be remembered is acknowledged.
    fn nothing_is_remembered(&self) {
        let guest = try_identity(&mut self.connection(), None).unwrap();
        assert_eq!(guest.status, 500, "{}", guest.text());
        let large = vec![b'l'; 300_000];
        for (name, body) in [("new", b"n".as_slice()), ("kept", b"lost"), ("large", &large)] {
            let put = self.put(name, body);
            assert_eq!((put.status, put.elements("Code")), (500, vec!["InternalError".to_owned()]));
        }
        let delete = send(self.server.address, &Ask::new("DELETE", &self.path("kept")).signed(&self.held));
        assert_eq!(delete.status, 500);
    }

    /// Everything works, without a restart.
    pub(crate) fn all_is_well(&self, issued: &mut BTreeSet<String>) {
        let mut connection = self.connection();
        let guest = try_identity(&mut connection, None).unwrap().member("/IdentityId");
        issued.insert(credentials_of(&try_credentials(&mut connection, &guest, None).unwrap()).id);
        let held = try_credentials(&mut connection, &self.identity, Some(&self.login)).unwrap();
        issued.insert(credentials_of(&held).id);
        assert_eq!(sign_in(self.server.address, &self.user).status, 200);
        assert_eq!(self.put("after", b"written").status, 200);
        assert_eq!(self.get("after").body, b"written");
        let delete = send(self.server.address, &Ask::new("DELETE", &self.path("after")).signed(&self.held));
        assert_eq!(delete.status, 204);
    }

    /// What stands in the folder is whole, and a server that never saw a fault finds the same in it.
    pub(crate) fn stays_whole_over_a_restart(self, issued: &BTreeSet<String>) {
        let Self { shim, server, root, login, identity, .. } = self;
        let incoming = fs::read_dir(shim.data().join("objects/incoming")).unwrap().count();
        assert_eq!(incoming, 0, "nothing half-written is left over");
        server.stop();
        let mut audit = AuditReader::default();
        audit.read(&shim.data().join("audit"));
        audit.has_all(issued);
        let server = Start::dev(shim.data()).run();
        let mut connection = Connection::open(server.address).unwrap();
        assert_eq!(try_identity(&mut connection, Some(&login)).unwrap().member("/IdentityId"), identity);
        let keys = listed_keys(&mut connection, BUCKET, &root);
        assert_eq!(keys, ["public/about.txt", "public/hello.txt", &format!("{identity}/kept")]);
    }
}

#[test]
#[ignore = "slow: builds a library and lets a disk fail"]
fn when_nothing_can_be_written_or_synced_reads_go_on_and_nothing_is_issued() {
    for fault in [Fault::Full, Fault::Syncing] {
        let folder = tempfile::tempdir().unwrap();
        let before = Before::begin(folder.path());
        let mut issued = BTreeSet::from([before.held.id.clone()]);
        for _ in 0..3 {
            before.shim.begin(fault, "");
            before.nothing_is_issued();
            before.nothing_is_remembered();
            before.reads_are_up();
            before.shim.end();
            before.all_is_well(&mut issued);
            before.reads_are_up();
        }
        before.stays_whole_over_a_restart(&issued);
    }
}

#[test]
#[ignore = "slow: builds a library and lets a disk fail"]
fn when_the_audit_cannot_be_written_nothing_is_issued_or_denied_and_all_else_goes_on() {
    for fault in [Fault::Full, Fault::Syncing] {
        let folder = tempfile::tempdir().unwrap();
        let before = Before::begin(folder.path());
        let mut issued = BTreeSet::from([before.held.id.clone()]);
        before.shim.begin(fault, "audit");
        before.nothing_is_issued();
        before.reads_are_up();
        assert_eq!(before.put("meanwhile", b"written").status, 200, "what need not be on record is done");
        assert_eq!(
            send(before.server.address, &Ask::new("DELETE", &before.path("meanwhile")).signed(&before.held))
                .status,
            204
        );
        let denied = send(before.server.address, &Ask::new("GET", &format!("/{BUCKET}")));
        assert_eq!(denied.status, 500, "{fault:?}: {}", denied.text());
        before.shim.end();
        before.all_is_well(&mut issued);
        before.stays_whole_over_a_restart(&issued);
    }
}

#[test]
#[ignore = "slow: builds a library and lets a disk fail"]
fn when_the_records_cannot_be_written_what_rests_on_known_ones_is_still_issued() {
    for fault in [Fault::Full, Fault::Syncing] {
        let folder = tempfile::tempdir().unwrap();
        let before = Before::begin(folder.path());
        let mut issued = BTreeSet::from([before.held.id.clone()]);
        before.shim.begin(fault, "records.sqlite");
        before.nothing_is_remembered();
        let again = try_credentials(&mut before.connection(), &before.identity, Some(&before.login)).unwrap();
        issued.insert(credentials_of(&again).id);
        before.reads_are_up();
        before.shim.end();
        before.all_is_well(&mut issued);
        before.stays_whole_over_a_restart(&issued);
    }
}
