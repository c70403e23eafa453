//! AWS's signing test suite in both its forms, each case at its own fixed time.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use sigv4::{
    Authorization, Credentials, Expected, Form, PayloadHash, Presented, Refused, RequestHead, Rules, Scope,
    SecretKeyRef, Signer, SigningKey, Verified,
    canonical::{self, Style},
    payload::sha256,
    presign, sign,
};

/// 2015-08-30T12:36:00Z
const NOW: i64 = 1_440_938_160;

#[derive(Clone)]
struct Case {
    name: String,
    form: &'static str,
    context: serde_json::Value,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Case {
    fn file(&self, name: &str) -> String {
        read(&self.name, &format!("{}-{name}", self.form)).unwrap()
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

    fn parameter(&self, name: &str) -> String {
        let value = canonical::query_pairs(&self.query).find(|(given, _)| given == name.as_bytes());
        String::from_utf8(value.unwrap().1).unwrap()
    }

    /// Holds that the canonical request and the string to sign are those of the suite.
    fn is_written_as_by_aws(&self, signed_headers: &[&str], amz_date: &str) {
        let canonical_request = self.with_head(|head| {
            let hash = PayloadHash::of(&self.body).text();
            canonical::request(&head, signed_headers, &hash, self.style()).unwrap()
        });
        assert_eq!(
            String::from_utf8(canonical_request.clone()).unwrap(),
            self.file("canonical-request.txt"),
            "{}",
            self.name
        );
        let scope = Scope { date: "20150830", region: "us-east-1", service: "service" };
        let string_to_sign = canonical::string_to_sign(amz_date, &scope, &canonical_request);
        assert_eq!(string_to_sign, self.file("string-to-sign.txt"), "{}", self.name);
    }

    fn signer<'s>(&'s self, session_token: Option<&'s str>) -> Signer<'s> {
        Signer {
            credentials: Credentials {
                access_key_id: "AKIDEXAMPLE",
                secret_access_key: self.secret(),
                session_token,
            },
            region: "us-east-1",
            service: "service",
            style: Style::Standard,
        }
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
            signed.verify(&expected, &SigningKey::derive(secret, &signed.scope()), NOW)
        })
    }
}

const ABOUT_SIGNING: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];

/// A query without a parameter.
fn without(query: &str, name: &str) -> String {
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with(&format!("{name}="))).collect();
    kept.join("&")
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/sigv4/v4")
}

fn read(case: &str, file: &str) -> Option<String> {
    Some(fs::read_to_string(folder().join(case).join(file)).ok()?.replace("\r\n", "\n"))
}

fn parse(name: &str, form: &'static str, context: serde_json::Value) -> Case {
    let request = read(name, &format!("{form}-signed-request.txt")).unwrap();
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
        form,
        context,
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

/// Every case that is whole, with its signature in the `header` or in the `query`.
fn cases(form: &'static str) -> Vec<Case> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let cases: Vec<Case> = names
        .iter()
        .filter_map(|name| {
            Some(parse(name, form, serde_json::from_str(&read(name, "context.json")?).unwrap()))
        })
        .collect();
    assert_eq!(cases.len(), 38, "the suite is not whole");
    cases
}

#[test]
fn the_canonical_request_the_string_to_sign_and_the_signature_are_those_of_aws() {
    for case in cases("header") {
        let header = case.header("authorization");
        let authorization = Authorization::parse(&header).unwrap();
        case.is_written_as_by_aws(&authorization.signed_headers(), &case.header("x-amz-date"));
        assert_eq!(hex(authorization.signature()), case.file("signature.txt").trim(), "{}", case.name);
    }
    for mut case in cases("query") {
        // The suite adds this token after signing.
        if case.name == "post-sts-header-after" {
            case.query = without(&case.query, "X-Amz-Security-Token");
        }
        let signed_headers = case.parameter("X-Amz-SignedHeaders");
        let signed_headers: Vec<&str> = signed_headers.split(';').collect();
        case.is_written_as_by_aws(&signed_headers, &case.parameter("X-Amz-Date"));
        assert_eq!(case.parameter("X-Amz-Signature"), case.file("signature.txt").trim(), "{}", case.name);
    }
}

#[test]
fn a_request_that_aws_presigned_is_verified() {
    for case in cases("query") {
        let answer = case.verify();
        match (case.style(), case.name.as_str()) {
            // The token is not signed, and S3 does not take a body for covered unless it is told so.
            (Style::Standard, "post-sts-header-after") | (Style::S3, _) => {
                assert_eq!(answer, Err(Refused::SignatureMismatch), "{}", case.name);
            }
            (Style::Standard, name) => {
                let verified = answer.unwrap_or_else(|refused| panic!("{name}: {refused}"));
                assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
                assert_eq!((verified.form(), verified.signed_at()), (Form::Query { expires: 3600 }, NOW));
                assert_eq!(*verified.payload(), PayloadHash::of(&case.body));
            }
        }
    }
}

#[test]
fn a_request_presigned_here_carries_the_signature_that_aws_gives_it() {
    for case in cases("query").into_iter().filter(|case| case.style() == Style::Standard) {
        let mut unsigned = case.clone();
        unsigned.query = ABOUT_SIGNING.iter().fold(case.query.clone(), |query, name| without(&query, name));
        let token = case.context["credentials"]["token"].as_str();
        let signer = case.signer(token.filter(|_| case.name != "post-sts-header-after"));
        let payload = PayloadHash::of(&case.body);
        let presigned = unsigned.with_head(|head| presign(&head, &signer, payload, 3600, NOW).unwrap());
        let presigned = Case { query: presigned, ..case.clone() };
        assert_eq!(
            presigned.parameter("X-Amz-Signature"),
            case.file("signature.txt").trim(),
            "{}",
            case.name
        );
        assert!(presigned.verify().is_ok(), "{}", case.name);
    }
}

#[test]
fn a_request_that_aws_signed_is_verified() {
    for case in cases("header") {
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
    for case in cases("header").into_iter().filter(|case| case.style() == Style::Standard) {
        let token = case.headers.iter().any(|(name, _)| name == "x-amz-security-token");
        let token = token.then(|| case.header("x-amz-security-token"));
        let signer = case.signer(token.as_deref().filter(|_| case.name != "post-sts-header-after"));
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
    let signed = cases("header").into_iter().chain(cases("query"));
    for case in signed.filter(|case| case.verify().is_ok()) {
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
        let case = parse(name, "header", serde_json::Value::Null);
        let wanted = read(name, "header-canonical-request.txt").unwrap();
        assert_eq!(canonical_path(&case.path), wanted.lines().nth(1).unwrap());
    }
    let case = parse("double-url-encode", "header", serde_json::Value::Null);
    let wanted = case.file("canonical-request.txt");
    let hash = PayloadHash::of(b"").text();
    let canonical_request = case.with_head(|head| {
        canonical::request(&head, &["host", "x-amz-date"], &hash, Style::Standard).unwrap()
    });
    assert_eq!(String::from_utf8(canonical_request.clone()).unwrap(), wanted);
    let scope = Scope { date: "20210511", region: "us-east-2", service: "lambda" };
    let string_to_sign = canonical::string_to_sign("20210511T154045Z", &scope, &canonical_request);
    assert_eq!(string_to_sign, case.file("string-to-sign.txt").trim_end());
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
