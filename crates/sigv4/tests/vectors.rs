//! AWS's signing test suite, each case at its own fixed time.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use sigv4::{
    Authorization, Credentials, Expected, PayloadHash, Presented, Refused, RequestHead, Rules, Scope,
    SecretKeyRef, Signer, SigningKey, Verified,
    canonical::{self, Style},
    payload::sha256,
    sign,
};

/// 2015-08-30T12:36:00Z
const NOW: i64 = 1_440_938_160;

#[derive(Clone)]
struct Case {
    name: String,
    context: serde_json::Value,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Case {
    fn file(&self, name: &str) -> String {
        read(&self.name, name).unwrap()
    }

    fn with_head<T>(&self, ask: impl FnOnce(RequestHead<'_>) -> T) -> T {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        ask(RequestHead { method: &self.method, path: &self.path, query: &self.query, headers: &headers })
    }

    fn header(&self, name: &str) -> String {
        let (_, value) = self.headers.iter().find(|(given, _)| given == name).unwrap();
        String::from_utf8(value.clone()).unwrap()
    }

    fn style(&self) -> Style {
        if self.context["normalize"].as_bool().unwrap() { Style::Standard } else { Style::S3 }
    }

    fn secret(&self) -> SecretKeyRef<'_> {
        SecretKeyRef::new(self.context["credentials"]["secret_access_key"].as_str().unwrap())
    }

    fn verify(&self) -> Result<Verified, Refused> {
        self.with_head(|head| {
            let Presented::Signed(signed) = Presented::of(head)? else { panic!("unsigned") };
            let rules = match self.style() {
                Style::S3 => Rules::S3,
                Style::Standard => Rules::Standard { body: sha256(&self.body) },
            };
            let expected = Expected { region: "us-east-1", services: &["service"], rules };
            // The id is not part of what is signed: it selects the secret.
            let is_known = signed.access_key_id() == "AKIDEXAMPLE";
            let secret = if is_known { self.secret() } else { SecretKeyRef::new("another") };
            signed.verify(&expected, &SigningKey::derive(secret, signed.scope()), NOW)
        })
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/sigv4/v4")
}

fn read(case: &str, file: &str) -> Option<String> {
    Some(fs::read_to_string(folder().join(case).join(file)).ok()?.replace("\r\n", "\n"))
}

fn parse(name: &str, context: serde_json::Value) -> Case {
    let request = read(name, "header-signed-request.txt").unwrap();
    let (head, body) = request.split_once("\n\n").unwrap_or((request.trim_end_matches('\n'), ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
    let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    for line in lines {
        if line.starts_with(' ') {
            headers.last_mut().unwrap().1.extend_from_slice(line.as_bytes());
        } else {
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_ascii_lowercase(), value.trim().as_bytes().to_vec()));
        }
    }
    Case {
        name: name.to_owned(),
        context,
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

/// Every case that is whole.
fn cases() -> Vec<Case> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let cases: Vec<Case> = names
        .iter()
        .filter_map(|name| Some(parse(name, serde_json::from_str(&read(name, "context.json")?).unwrap())))
        .collect();
    assert_eq!(cases.len(), 38, "the suite is not whole");
    cases
}

#[test]
fn the_canonical_request_the_string_to_sign_and_the_signature_are_those_of_aws() {
    for case in cases() {
        let header = case.header("authorization");
        let authorization = Authorization::parse(&header).unwrap();
        let canonical_request = case.with_head(|head| {
            let hash = PayloadHash::of(&case.body).text();
            canonical::request(&head, authorization.signed_headers(), &hash, case.style()).unwrap()
        });
        assert_eq!(
            String::from_utf8(canonical_request.clone()).unwrap(),
            case.file("header-canonical-request.txt"),
            "{}",
            case.name
        );
        let string_to_sign =
            canonical::string_to_sign(&case.header("x-amz-date"), authorization.scope(), &canonical_request);
        assert_eq!(string_to_sign, case.file("header-string-to-sign.txt"), "{}", case.name);
        assert_eq!(hex(authorization.signature()), case.file("header-signature.txt").trim(), "{}", case.name);
    }
}

#[test]
fn a_request_that_aws_signed_is_verified() {
    for case in cases() {
        let answer = case.verify();
        match (case.style(), case.name.as_str()) {
            (Style::Standard, "post-sts-header-after") => {
                // The suite adds the token after signing; here a token that is not signed proves nothing.
                let unsigned = Refused::UnsignedHeader("x-amz-security-token".to_owned());
                assert_eq!(answer, Err(unsigned));
            }
            (Style::Standard, name) => {
                let verified = answer.unwrap_or_else(|refused| panic!("{name}: {refused}"));
                assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
                assert_eq!(verified.signed_at(), NOW);
                assert_eq!(*verified.payload(), PayloadHash::of(&case.body));
            }
            (Style::S3, name) => assert_eq!(answer, Err(Refused::MissingBodyHash), "{name}"),
        }
    }
}

#[test]
fn a_request_signed_here_carries_the_signature_that_aws_gives_it() {
    for case in cases().into_iter().filter(|case| case.style() == Style::Standard) {
        let token = case.headers.iter().any(|(name, _)| name == "x-amz-security-token");
        let token = token.then(|| case.header("x-amz-security-token"));
        let signer = Signer {
            credentials: Credentials {
                access_key_id: "AKIDEXAMPLE",
                secret_access_key: case.secret(),
                session_token: token.as_deref().filter(|_| case.name != "post-sts-header-after"),
            },
            region: "us-east-1",
            service: "service",
            style: Style::Standard,
        };
        let mut unsigned = case.clone();
        unsigned.headers.retain(|(name, _)| name != "x-amz-security-token");
        let added =
            unsigned.with_head(|head| sign(&head, &signer, PayloadHash::of(&case.body), NOW).unwrap());
        let (_, authorization) = added.iter().find(|(name, _)| name == "authorization").unwrap();
        assert_eq!(*authorization, case.header("authorization"), "{}", case.name);
    }
}

#[test]
fn a_request_with_any_changed_byte_is_refused() {
    for case in cases().into_iter().filter(|case| case.verify().is_ok()) {
        for index in 0..case.headers.len() {
            for at in 0..case.headers[index].1.len() {
                let mut changed = case.clone();
                changed.headers[index].1[at] ^= 1;
                assert!(
                    changed.verify().is_err(),
                    "{} header {} byte {at}",
                    case.name,
                    case.headers[index].0
                );
            }
        }
        for changed in each_flip(&case.query) {
            let changed = Case { query: changed, ..case.clone() };
            assert!(changed.verify().is_err(), "{} query {}", case.name, changed.query);
        }
        for changed in each_flip(&case.path) {
            let changed = Case { path: changed, ..case.clone() };
            assert!(
                changed.verify().is_err() || canonical_path(&changed.path) == canonical_path(&case.path),
                "{} path {}",
                case.name,
                changed.path
            );
        }
        for at in 0..case.body.len() {
            let mut changed = case.clone();
            changed.body[at] ^= 1;
            assert!(changed.verify().is_err(), "{} body", case.name);
        }
    }
}

#[test]
fn a_path_that_is_encoded_already_is_encoded_once_more() {
    for name in ["double-encode-path", "double-url-encode"] {
        let case = parse(name, serde_json::Value::Null);
        let wanted = read(name, "header-canonical-request.txt").unwrap();
        assert_eq!(canonical_path(&case.path), wanted.lines().nth(1).unwrap());
    }
    let case = parse("double-url-encode", serde_json::Value::Null);
    let wanted = case.file("header-canonical-request.txt");
    let hash = PayloadHash::of(b"").text();
    let canonical_request = case.with_head(|head| {
        canonical::request(&head, &["host", "x-amz-date"], &hash, Style::Standard).unwrap()
    });
    assert_eq!(String::from_utf8(canonical_request.clone()).unwrap(), wanted);
    let scope = Scope { date: "20210511", region: "us-east-2", service: "lambda" };
    let string_to_sign = canonical::string_to_sign("20210511T154045Z", &scope, &canonical_request);
    assert_eq!(string_to_sign, case.file("header-string-to-sign.txt").trim_end());
}

fn canonical_path(path: &str) -> String {
    let head = RequestHead { method: "GET", path, query: "", headers: &[] };
    let request = canonical::request(&head, &[], "", Style::Standard).unwrap_or_default();
    String::from_utf8(request).unwrap().lines().nth(1).unwrap_or_default().to_owned()
}

fn each_flip(text: &str) -> Vec<String> {
    let flipped = |at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1;
        String::from_utf8(bytes).ok()
    };
    (0..text.len()).filter_map(flipped).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
