//! TLS: what clients are shown, what they may speak, and how the certificate is exchanged under way.

use crate::support::{
    Ask, BUCKET, Connection, GUESTS_POOL, Running, Start, Stopwatch, credentials_of, guests_list_where,
    lists, try_credentials, try_identity,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use serde_json::json;
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// A certificate authority and the pair that the server reads.
struct Pair {
    authority: CertifiedIssuer<'static, KeyPair>,
    certificate: PathBuf,
    key: PathBuf,
}

impl Pair {
    fn make(folder: &Path) -> Self {
        let mut params = CertificateParams::default();
        // The two must not have one name: a certificate issued by its own name counts as self-signed.
        params.distinguished_name.push(DnType::CommonName, "an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let pair = Self { authority, certificate: folder.join("server.pem"), key: folder.join("server.key") };
        fs::write(folder.join("ca.pem"), pair.authority.pem()).unwrap();
        pair.renew();
        pair
    }

    /// A new certificate of the same authority, with a new key.
    fn renew(&self) {
        let (certificate, key) = self.issue();
        self.write_key(&key);
        fs::write(&self.certificate, certificate).unwrap();
    }

    fn issue(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        (params.signed_by(&key, &self.authority).unwrap().pem(), key.serialize_pem())
    }

    fn write_key(&self, key: &str) {
        fs::write(&self.key, key).unwrap();
        fs::set_permissions(&self.key, Permissions::from_mode(0o600)).unwrap();
    }

    fn start(&self, start: Start) -> Start {
        start.option("--tls-certificate", &self.certificate).option("--tls-key", &self.key)
    }

    /// A client that trusts the authority.
    fn client(&self, versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let rules = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
        let mut rules = rules.with_root_certificates(roots).with_no_client_auth();
        rules.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Arc::new(rules)
    }

    fn connect(&self, server: &Running) -> Connection {
        Connection::open_tls(server.address, self.client(rustls::ALL_VERSIONS)).unwrap()
    }

    /// The certificate that a server shows to a new connection.
    fn shown(&self, server: &Running) -> Vec<u8> {
        let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
        let mut client = rustls::ClientConnection::new(self.client(rustls::ALL_VERSIONS), name).unwrap();
        let mut stream = TcpStream::connect(server.address).unwrap();
        while client.is_handshaking() {
            client.complete_io(&mut stream).unwrap();
        }
        assert_eq!(client.alpn_protocol(), Some(b"http/1.1".as_slice()));
        client.peer_certificates().unwrap()[0].to_vec()
    }

    fn written(&self) -> Vec<u8> {
        CertificateDer::from_pem_file(&self.certificate).unwrap().to_vec()
    }
}

#[test]
fn requests_over_tls_are_answered_and_policies_know_it() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::make(folder.path());
    let seed = folder.path().join("seed.toml");
    guests_list_where("{ \"Bool\": { \"aws:SecureTransport\": \"true\" } }", &seed);
    let data = folder.path().join("data");
    let list = |connection: &mut Connection| {
        let guest = Ask::json("AWSCognitoIdentityService.GetId", &json!({ "IdentityPoolId": GUESTS_POOL }));
        let guest = connection.send(&guest).unwrap().member("/IdentityId");
        let held = credentials_of(&try_credentials(connection, &guest, None).unwrap());
        connection.send(&Ask::new("GET", &format!("/{BUCKET}?list-type=2")).signed(&held)).unwrap().status
    };
    let server = pair.start(Start::dev(&data).seed(&seed)).run();
    assert_eq!(list(&mut pair.connect(&server)), 200);
    for versions in [&[&rustls::version::TLS12], &[&rustls::version::TLS13]] {
        let mut connection = Connection::open_tls(server.address, pair.client(versions)).unwrap();
        assert_eq!(connection.send(&Ask::new("GET", "/health/ready")).unwrap().status, 200);
    }
    server.stop();
    let server = Start::dev(&data).run();
    assert_eq!(list(&mut Connection::open(server.address).unwrap()), 403);
}

#[test]
fn policies_know_the_version_of_tls_unless_a_proxy_stands_between() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::make(folder.path());
    let seed = folder.path().join("seed.toml");
    guests_list_where("{ \"NumericGreaterThanEquals\": { \"s3:TlsVersion\": \"1.3\" } }", &seed);
    let data = folder.path().join("data");
    let statuses = |server: &Running| {
        [&[&rustls::version::TLS12], &[&rustls::version::TLS13]].map(|versions| {
            let mut connection = Connection::open_tls(server.address, pair.client(versions)).unwrap();
            let guest = try_identity(&mut connection, None).unwrap().member("/IdentityId");
            let held = credentials_of(&try_credentials(&mut connection, &guest, None).unwrap());
            lists(&mut connection, &held)
        })
    };
    let server = pair.start(Start::dev(&data).seed(&seed)).run();
    assert_eq!(statuses(&server), [403, 200]);
    server.stop();
    let behind_a_proxy = pair.start(Start::dev(&data).option("--trusted-proxies", "127.0.0.1")).run();
    assert_eq!(statuses(&behind_a_proxy), [403, 403]);
}

#[test]
fn plain_requests_and_old_versions_of_tls_are_hung_up_on_and_hurt_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::make(folder.path());
    let server = pair.start(Start::serve(&folder.path().join("data"))).run();
    let hello_of_tls_1_1 = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x02\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x00\x00\x02\x00\x2f\x01\x00";
    for bytes in [b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n".as_slice(), hello_of_tls_1_1] {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut back = Vec::new();
        let _reset = stream.read_to_end(&mut back);
        assert!(back.len() <= 7 && !back.starts_with(b"HTTP"), "no more than an alert: {back:?}");
    }
    assert_eq!(pair.connect(&server).send(&Ask::new("GET", "/health/live")).unwrap().status, 200);
    // Somebody who never begins does not hold a stop up.
    let _silent = TcpStream::connect(server.address).unwrap();
    assert_eq!(pair.connect(&server).send(&Ask::new("GET", "/health/live")).unwrap().status, 200);
    let since = Stopwatch::start();
    let printed = server.stop();
    assert!(since.elapsed() < Duration::from_secs(5) && !printed.contains("panic"), "{printed}");
}

#[test]
fn a_pair_that_cannot_be_used_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::make(folder.path());
    let refused = || pair.start(Start::serve(&folder.path().join("data"))).refused();
    let whole = fs::read_to_string(&pair.key).unwrap();

    fs::set_permissions(&pair.key, Permissions::from_mode(0o640)).unwrap();
    let printed = refused();
    assert!(printed.contains(&format!("chmod 600 {}", pair.key.display())), "{printed}");

    pair.write_key(&pair.issue().1);
    assert!(refused().contains("cannot be used together"));

    pair.write_key(&whole.replace("PRIVATE", "PUBLIC"));
    let printed = refused();
    assert!(printed.contains("holds no private key"), "{printed}");
    assert!(!printed.contains(whole.lines().nth(1).unwrap()), "the key is not shown");

    fs::remove_file(&pair.key).unwrap();
    assert!(refused().contains("tls.key: there is no"));

    fs::write(&pair.certificate, "nothing").unwrap();
    assert!(refused().contains("holds no certificate"));
}

#[test]
fn a_new_pair_is_served_after_a_signal_and_a_bad_one_never() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::make(folder.path());
    let mut server = pair.start(Start::serve(&folder.path().join("data"))).run();
    let mut old = pair.connect(&server);
    let first = pair.written();
    assert_eq!(pair.shown(&server), first);

    pair.renew();
    server.signal("HUP");
    server.hears("with the certificate as it is now");
    assert_eq!(pair.shown(&server), pair.written());
    assert_ne!(pair.written(), first);
    assert_eq!(old.send(&Ask::new("GET", "/health/live")).unwrap().status, 200, "old connections live on");

    let second = pair.written();
    fs::write(&pair.certificate, pair.issue().0).unwrap();
    server.signal("HUP");
    server.hears("the certificate stays as it was");
    assert_eq!(pair.shown(&server), second);
}

#[test]
#[ignore = "slow: waits until the server looks at its files"]
fn a_new_pair_is_served_when_the_files_change() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::make(folder.path());
    let mut server = pair.start(Start::serve(&folder.path().join("data"))).run();
    pair.renew();
    server.hears("with the certificate as it is now");
    // Half of the pair may have been read before the other half was written.
    while pair.shown(&server) != pair.written() {
        server.hears("with the certificate as it is now");
    }
}

#[test]
fn a_hang_up_signal_without_a_certificate_does_not_end_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Start::serve(folder.path()).run();
    server.signal("HUP");
    server.hears("there is no certificate");
    server.stop();
}

#[test]
fn the_command_line_asks_over_tls_whom_an_authority_vouches_for() {
    let folder = tempfile::tempdir().unwrap();
    let (pair, data) = (Pair::make(folder.path()), folder.path().join("data"));
    let server = pair.start(Start::serve(&data)).run();
    let ask = |authority: Option<&Path>| {
        let endpoint = format!("https://localhost:{}", server.address.port());
        let start =
            Start::alone("keys").flag("rotate").option("--data", &data).option("--endpoint", endpoint);
        authority.into_iter().fold(start, |start, file| start.option("--ca", file)).done()
    };
    let (is_well, printed) = ask(Some(&folder.path().join("ca.pem")));
    assert!(is_well && printed.contains("key 2"), "{printed}");
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    Pair::make(&other);
    let (is_well, printed) = ask(Some(&other.join("ca.pem")));
    assert!(!is_well && printed.contains("certificate"), "{printed}");
    let (is_well, printed) = ask(None);
    assert!(!is_well && printed.contains("--ca FILE"), "{printed}");
}

#[test]
#[ignore = "slow: starts Node.js"]
fn node_and_its_rules_for_certificates_are_content() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::make(folder.path());
    let server = pair.start(Start::dev(&folder.path().join("data"))).run();
    let program =
        "fetch(process.argv[1]).then(async (answer) => console.log(answer.status, await answer.text()))";
    let fetch = |authority: Option<PathBuf>| {
        let mut node = Command::new("node");
        node.args(["-e", program, &format!("https://localhost:{}/health/ready", server.address.port())]);
        node.envs(authority.map(|path| ("NODE_EXTRA_CA_CERTS", path))).output().unwrap()
    };
    let trusted = fetch(Some(folder.path().join("ca.pem")));
    assert_eq!(String::from_utf8_lossy(&trusted.stdout), "200 ready\n\n", "{trusted:?}");
    assert!(!fetch(None).status.success(), "without the authority the certificate is nobody's");
}
