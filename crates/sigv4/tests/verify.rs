//! What a server accepts as signed, and how it refuses the rest.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use sigv4::{
    Credentials, Expected, Malformed, PayloadHash, Presented, Refused, RequestHead, Rules, SecretKeyRef,
    Signer, SigningKey, Verified, canonical::Style, payload::sha256, sign,
};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 2013-05-24T00:00:00Z
const NOW: i64 = 1_369_353_600;
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const S3: Expected<'_> = Expected { region: "us-east-1", services: &["s3"], rules: Rules::S3 };

type Headers = Vec<(String, String)>;

#[derive(Clone)]
struct Request {
    method: &'static str,
    path: String,
    query: String,
    headers: Headers,
}

impl Request {
    fn with_head<T>(&self, ask: impl FnOnce(RequestHead<'_>) -> T) -> T {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        ask(RequestHead { method: self.method, path: &self.path, query: &self.query, headers: &headers })
    }

    fn verify(&self, expected: &Expected<'_>, secret: &str, now: i64) -> Result<Verified, Refused> {
        self.with_head(|head| match Presented::of(head)? {
            Presented::Unsigned => panic!("unsigned"),
            Presented::Signed(signed) => {
                signed.verify(expected, &SigningKey::derive(SecretKeyRef::new(secret), &signed.scope()), now)
            }
        })
    }

    fn refused(&self) -> Refused {
        self.verify(&S3, SECRET, NOW).unwrap_err()
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(given, _)| given != name);
        self.add(name, value)
    }

    fn add(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(given, _)| given != name);
        self
    }

    fn authorization(self, change: impl FnOnce(&str) -> String) -> Self {
        let (_, value) = self.headers.iter().find(|(name, _)| name == "authorization").unwrap();
        let changed = change(value);
        self.set("authorization", &changed)
    }

    fn signed(mut self, token: Option<&str>, payload: PayloadHash, style: Style) -> Self {
        let credentials = Credentials {
            access_key_id: "AKIAIOSFODNN7EXAMPLE",
            secret_access_key: SecretKeyRef::new(SECRET),
            session_token: token,
        };
        let service = if style == Style::S3 { "s3" } else { "sts" };
        let signer = Signer { credentials, region: "us-east-1", service, style };
        let added = self.with_head(|head| sign(&head, &signer, payload, NOW)).unwrap();
        self.headers.retain(|(name, _)| !added.iter().any(|(added, _)| added == name));
        self.headers.extend(added);
        self
    }
}

fn request(method: &'static str, path: &str, query: &str, headers: &[(&str, &str)]) -> Request {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { method, path: path.to_owned(), query: query.to_owned(), headers }
}

fn get() -> Request {
    let headers = [("host", "examplebucket.s3.amazonaws.com"), ("range", "bytes=0-9")];
    request("GET", "/test.txt", "", &headers).signed(Some("token"), PayloadHash::of(b""), Style::S3)
}

fn aws_example(method: &'static str, path: &str, query: &str, headers: &[(&str, &str)], signature: &str) {
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    names.extend(["host", "x-amz-date"]);
    names.sort_unstable();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={},Signature={signature}",
        names.join(";")
    );
    let example = request(method, path, query, headers)
        .add("host", "examplebucket.s3.amazonaws.com")
        .add("x-amz-date", "20130524T000000Z")
        .add("authorization", &authorization);
    example.verify(&S3, SECRET, NOW).expect(path);
}

/// From <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.
#[test]
fn the_examples_of_the_s3_manual_are_verified() {
    let empty = ("x-amz-content-sha256", EMPTY);
    aws_example(
        "GET",
        "/test.txt",
        "",
        &[("range", "bytes=0-9"), empty],
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
    aws_example(
        "PUT",
        "/test$file.text",
        "",
        &[
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
        ],
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
    aws_example(
        "GET",
        "/",
        "lifecycle",
        &[empty],
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    );
    aws_example(
        "GET",
        "/",
        "max-keys=2&prefix=J",
        &[empty],
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
}

#[test]
fn a_request_without_a_signature_is_unsigned() {
    let plain = request("GET", "/bucket", "list-type=2&prefix=a", &[("host", "here")]);
    assert!(plain.with_head(|head| matches!(Presented::of(head), Ok(Presented::Unsigned))));
}

#[test]
fn what_the_signature_names_is_shown_before_it_is_verified() {
    get().with_head(|head| {
        let Ok(Presented::Signed(signed)) = Presented::of(head) else { panic!("unsigned") };
        assert_eq!(signed.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
        assert_eq!(signed.scope().to_string(), "20130524/us-east-1/s3/aws4_request");
        assert_eq!(signed.session_token(), Some("token"));
    });
}

#[test]
fn another_secret_is_refused() {
    assert_eq!(get().verify(&S3, "another", NOW), Err(Refused::SignatureMismatch));
    assert_eq!(get().verify(&S3, "", NOW), Err(Refused::SignatureMismatch));
}

#[test]
fn another_method_or_path_or_query_or_header_is_refused() {
    let signed = get();
    let changed = [
        Request { method: "PUT", ..signed.clone() },
        Request { path: "/test.tx".to_owned(), ..signed.clone() },
        Request { path: "//test.txt".to_owned(), ..signed.clone() },
        Request { path: "/./test.txt".to_owned(), ..signed.clone() },
        Request { path: "/a/../test.txt".to_owned(), ..signed.clone() },
        Request { path: "/%2Ftest.txt".to_owned(), ..signed.clone() },
        Request { path: "/test%252Etxt".to_owned(), ..signed.clone() },
        Request { query: "acl".to_owned(), ..signed.clone() },
        Request { query: "versionId=1".to_owned(), ..signed.clone() },
        signed.clone().set("host", "other"),
        signed.clone().set("range", "bytes=0-8"),
        signed.clone().add("range", "bytes=1-2"),
        signed.clone().set("x-amz-security-token", "other"),
        signed.clone().set("x-amz-date", "20130524T000001Z"),
        signed.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    ];
    for request in changed {
        assert_eq!(request.refused(), Refused::SignatureMismatch, "{} {}", request.path, request.query);
    }
}

#[test]
fn an_encoding_of_the_same_key_is_the_same_request() {
    let headers = [("host", "here")];
    let signed = request("GET", "/b/a%20b%28%29", "", &headers).signed(None, PayloadHash::of(b""), Style::S3);
    let same = Request { path: "/b/a b()".to_owned(), ..signed };
    assert!(same.verify(&S3, SECRET, NOW).is_ok());
}

#[test]
fn a_header_without_its_date_is_refused() {
    assert_eq!(get().without("x-amz-date").refused(), Refused::MissingDate);
    let with_date = get().without("x-amz-date").add("date", "Fri, 24 May 2013 00:00:00 GMT");
    assert_eq!(with_date.refused(), Refused::MissingDate);
    assert_eq!(get().set("x-amz-date", "2013-05-24T00:00:00Z").refused(), Refused::MalformedDate);
}

#[test]
fn a_clock_may_be_off_by_fifteen_minutes_and_no_more() {
    for now in [NOW - 900, NOW, NOW + 900] {
        assert!(get().verify(&S3, SECRET, now).is_ok());
    }
    for now in [NOW - 901, NOW + 901, 0, i64::MIN, i64::MAX] {
        assert_eq!(get().verify(&S3, SECRET, now), Err(Refused::Skewed { signed_at: NOW, now }));
    }
}

#[test]
fn a_scope_of_another_day_region_or_service_is_refused() {
    let (scope, request) = ("20130523".to_owned(), "20130524".to_owned());
    assert_eq!(
        get().authorization(|value| value.replace("/20130524/", "/20130523/")).refused(),
        Refused::WrongDate { scope, request }
    );
    let elsewhere = Expected { region: "eu-west-1", ..S3 };
    let (given, expected) = ("us-east-1".to_owned(), "eu-west-1".to_owned());
    assert_eq!(get().verify(&elsewhere, SECRET, NOW), Err(Refused::WrongRegion { given, expected }));
    let sts = Expected { services: &["sts", "iam"], ..S3 };
    assert_eq!(get().verify(&sts, SECRET, NOW), Err(Refused::WrongService("s3".to_owned())));
    assert_eq!(
        get().authorization(|value| value.replace("aws4_request", "aws5_request")).refused(),
        Malformed::Terminator.into()
    );
}

#[test]
fn a_header_that_changes_the_meaning_must_be_signed() {
    let copy = get().add("x-amz-copy-source", "/private/key");
    assert_eq!(copy.refused(), Refused::UnsignedHeader("x-amz-copy-source".to_owned()));
    let names = ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];
    for name in names {
        let unnamed = get().authorization(|value| {
            let value = value.replace(&format!("{name};"), "").replace(&format!(";{name},"), ",");
            assert!(!value.contains(name));
            value
        });
        assert_eq!(unnamed.refused(), Refused::UnsignedHeader(name.to_owned()));
    }
    assert!(get().add("content-type", "text/html").verify(&S3, SECRET, NOW).is_ok());
}

#[test]
fn a_signed_header_that_was_not_sent_is_refused() {
    assert_eq!(get().without("range").refused(), Refused::AbsentHeader("range".to_owned()));
}

#[test]
fn a_repeated_header_is_refused() {
    for name in ["authorization", "host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] {
        let (_, value) = get().headers.into_iter().find(|(given, _)| given == name).unwrap();
        assert_eq!(get().add(name, &value).refused(), Refused::RepeatedHeader(name));
    }
}

#[test]
fn a_signature_in_the_header_and_any_part_of_one_in_the_query_are_refused() {
    let queries = [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "x-amz-signature=00",
        "X-Amz-Credential",
        "X-Amz-Expires=60",
        "X-Amz-Date=20130524T000000Z",
        "a=b&X%2DAmz%2DSecurity%2DToken=t",
        "AWSAccessKeyId=a&Signature=b",
    ];
    for query in queries {
        let both = Request { query: query.to_owned(), ..get() };
        assert_eq!(both.refused(), Refused::HeaderAndQuery, "{query}");
    }
}

#[test]
fn the_body_hash_of_s3_is_wanted_and_read() {
    assert_eq!(get().without("x-amz-content-sha256").refused(), Refused::MissingBodyHash);
    for text in [
        "",
        "SIGNED",
        EMPTY.trim_start_matches('e'),
        &EMPTY.to_ascii_uppercase(),
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    ] {
        assert_eq!(get().set("x-amz-content-sha256", text).refused(), Refused::MalformedBodyHash, "{text}");
    }
    let kinds = [
        PayloadHash::Sha256([7; 32]),
        PayloadHash::Unsigned,
        PayloadHash::StreamingUnsignedTrailer,
        PayloadHash::StreamingSigned,
        PayloadHash::StreamingSignedTrailer,
    ];
    for kind in kinds {
        let signed = request("PUT", "/b/k", "", &[("host", "here")]).signed(None, kind, Style::S3);
        assert_eq!(*signed.verify(&S3, SECRET, NOW).unwrap().payload(), kind);
    }
}

#[test]
fn the_body_of_another_service_is_held_to_its_signature() {
    let expected = |body| Expected {
        region: "us-east-1",
        services: &["sts"],
        rules: Rules::Standard { body: sha256(body) },
    };
    let call = request("POST", "/", "", &[("host", "here"), ("content-type", "text/plain")]);
    let signed = call.signed(None, PayloadHash::of(b"Action=A"), Style::Standard);
    assert!(signed.verify(&expected(b"Action=A"), SECRET, NOW).is_ok());
    assert_eq!(signed.verify(&expected(b"Action=B"), SECRET, NOW), Err(Refused::SignatureMismatch));
    let lying = signed.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    assert_eq!(lying.verify(&expected(b"Action=A"), SECRET, NOW), Err(Refused::WrongBodyHash));
}

#[test]
fn a_head_that_could_be_mistaken_for_another_is_refused() {
    assert_eq!(Request { method: "GET\n/x", ..get() }.refused(), Malformed::Method.into());
    assert_eq!(Request { path: "*".to_owned(), ..get() }.refused(), Malformed::Path.into());
    let capital = get().add("X-Amz-Acl", "public-read");
    assert_eq!(capital.refused(), Malformed::HeaderName("X-Amz-Acl".to_owned()).into());
    assert_eq!(
        get().set("x-amz-security-token", "a\nb").refused(),
        Malformed::HeaderValue("x-amz-security-token").into()
    );
}

#[test]
fn an_authorization_header_that_is_not_to_the_letter_is_refused() {
    use Malformed as M;
    let changes: [(&str, &str, Malformed); 24] = [
        ("AWS4-HMAC-SHA256 ", "AWS AKIA:", M::SignatureV2),
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", M::SignatureV4a),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1", M::Scheme),
        ("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256", M::Scheme),
        ("AWS4-HMAC-SHA256 ", "Bearer ", M::Scheme),
        ("Credential=", "credential=", M::Field),
        (", Signature=", ", Extra=1, Signature=", M::Field),
        (", Signature=", ", , Signature=", M::Field),
        (", Signature=", ", SignedHeaders=host, Signature=", M::RepeatedField("SignedHeaders")),
        ("Credential=", "Credential=a, Credential=", M::RepeatedField("Credential")),
        ("/s3/", "/", M::Credential),
        ("/s3/", "/s3/s3/", M::Credential),
        ("AKIAIOSFODNN7EXAMPLE", "", M::AccessKeyId),
        ("AKIAIOSFODNN7EXAMPLE", "AKIA\"", M::AccessKeyId),
        ("/20130524/", "/2013-5-4/", M::ScopeDate),
        ("/us-east-1/", "/US/", M::Region),
        ("/us-east-1/", "//", M::Region),
        ("/s3/", "//", M::Service),
        ("SignedHeaders=host;", "SignedHeaders=Host;", M::SignedHeaders),
        ("SignedHeaders=host;", "SignedHeaders=host;host;", M::SignedHeaders),
        ("SignedHeaders=host;", "SignedHeaders=;host;", M::SignedHeaders),
        ("SignedHeaders=host;range", "SignedHeaders=range;host", M::SignedHeaders),
        ("Signature=", "Signature=00", M::Signature),
        ("Signature=", "Signature=0x", M::Signature),
    ];
    for (from, to, refusal) in changes {
        let changed = get().authorization(|value| value.replacen(from, to, 1));
        assert_eq!(changed.refused(), refusal.into(), "{from} → {to}");
    }
    let long = get().authorization(|value| format!("{value}{}", " ".repeat(9000) + "x"));
    assert_eq!(long.refused(), M::Oversized.into());
    let cut = get().authorization(|value| value.split(", Signature").next().unwrap().to_owned());
    assert_eq!(cut.refused(), M::MissingField("Signature").into());
}

#[test]
fn the_fields_of_the_header_may_come_in_any_order() {
    let turned = get().authorization(|value| {
        let fields: Vec<&str> = value.strip_prefix("AWS4-HMAC-SHA256 ").unwrap().split(", ").collect();
        format!("AWS4-HMAC-SHA256 {}", fields.into_iter().rev().collect::<Vec<_>>().join(","))
    });
    assert!(turned.verify(&S3, SECRET, NOW).is_ok());
}

#[test]
fn what_is_said_of_a_refusal_holds_neither_secret_nor_token_nor_right_signature() {
    let request = get();
    let right = request.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.clone();
    let right = right.rsplit('=').next().unwrap();
    let refused = request.clone().set("host", "other").refused();
    for text in [refused.to_string(), format!("{refused:?}")] {
        assert!(!text.contains(SECRET) && !text.contains("token") && !text.contains(right));
    }
}
