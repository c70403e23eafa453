//! Requests whose signature is in the query: what is accepted, and how the rest is refused.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::{collection::vec, prelude::*};
use sigv4::{
    Credentials, Expected, Form, Malformed, PayloadHash, Presented, Refused, RequestHead, Rules,
    SecretKeyRef, Signer, SigningKey, Verified,
    canonical::{Style, query_pairs},
    payload::sha256,
    presign,
};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 2013-05-24T00:00:00Z
const NOW: i64 = 1_369_353_600;
const DAY: u32 = 86_400;
const S3: Expected<'_> = Expected { region: "us-east-1", services: &["s3"], rules: Rules::S3 };

#[derive(Clone)]
struct Request {
    method: &'static str,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
}

impl Request {
    fn with_head<T>(&self, ask: impl FnOnce(RequestHead<'_>) -> T) -> T {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        ask(RequestHead { method: self.method, path: &self.path, query: &self.query, headers: &headers })
    }

    fn verify(&self, expected: &Expected<'_>, now: i64) -> Result<Verified, Refused> {
        self.with_head(|head| match Presented::of(head)? {
            Presented::Unsigned => panic!("unsigned"),
            Presented::Signed(signed) => {
                let key = SigningKey::derive(SecretKeyRef::new(SECRET), &signed.scope());
                signed.verify(expected, &key, now)
            }
        })
    }

    fn refused(&self) -> Refused {
        self.verify(&S3, NOW).unwrap_err()
    }

    fn add(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(given, _)| given != name);
        self
    }

    /// With the value of a parameter as it is given here, or without the parameter.
    fn parameter(mut self, name: &str, value: Option<&str>) -> Self {
        let own = format!("{name}=");
        assert!(self.query.contains(&own), "{name}");
        let pairs = self.query.split('&').filter_map(|pair| match (pair.starts_with(&own), value) {
            (true, Some(value)) => Some(format!("{own}{value}")),
            (true, None) => None,
            (false, _) => Some(pair.to_owned()),
        });
        self.query = pairs.collect::<Vec<_>>().join("&");
        self
    }

    fn query(self, change: impl FnOnce(&str) -> String) -> Self {
        let query = change(&self.query);
        assert_ne!(query, self.query);
        Self { query, ..self }
    }

    fn presigned(self, token: Option<&str>, payload: PayloadHash, style: Style) -> Self {
        let credentials = Credentials {
            access_key_id: "AKIAIOSFODNN7EXAMPLE",
            secret_access_key: SecretKeyRef::new(SECRET),
            session_token: token,
        };
        let service = if style == Style::S3 { "s3" } else { "sts" };
        let signer = Signer { credentials, region: "us-east-1", service, style };
        let query = self.with_head(|head| presign(&head, &signer, payload, DAY, NOW)).unwrap();
        Self { query, ..self }
    }
}

fn request(method: &'static str, path: &str, query: &str) -> Request {
    let headers = vec![("host".to_owned(), "examplebucket.s3.amazonaws.com".to_owned())];
    Request { method, path: path.to_owned(), query: query.to_owned(), headers }
}

fn get() -> Request {
    request("GET", "/test.txt", "").presigned(None, PayloadHash::Unsigned, Style::S3)
}

/// From <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
#[test]
fn the_example_of_the_s3_manual_is_verified_and_made_alike() {
    let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F\
                 aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=\
                 aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let verified = request("GET", "/test.txt", query).verify(&S3, NOW).expect("AWS's own example");
    assert_eq!(verified.form(), Form::Query { expires: DAY });
    assert_eq!((verified.signed_at(), verified.payload()), (NOW, &PayloadHash::Unsigned));
    assert!(verified.framing(&SigningKey::derive(SecretKeyRef::new(SECRET), &scope())).is_none());
    assert_eq!(get().query, query);
}

fn scope() -> sigv4::Scope<'static> {
    sigv4::Scope { date: "20130524", region: "us-east-1", service: "s3" }
}

#[test]
fn a_presigned_request_is_good_from_a_quarter_hour_before_until_it_expires() {
    for now in [NOW - 900, NOW, NOW + 900, NOW + i64::from(DAY) - 1] {
        assert!(get().verify(&S3, now).is_ok(), "{now}");
    }
    for now in [NOW - 901, 0, i64::MIN] {
        assert_eq!(get().verify(&S3, now), Err(Refused::NotYetValid { signed_at: NOW, now }));
    }
    for now in [NOW + i64::from(DAY), i64::MAX] {
        assert_eq!(get().verify(&S3, now), Err(Refused::Expired { signed_at: NOW, expires: DAY, now }));
    }
}

#[test]
fn it_expires_within_a_week_and_not_at_once() {
    let refused = |expires: &str| get().parameter("X-Amz-Expires", Some(expires)).refused();
    for expires in ["0", "-1", "-99999999999999999999", "000"] {
        assert_eq!(refused(expires), Refused::ShortExpires, "{expires}");
    }
    for expires in ["604801", "691200", "4294967296", "99999999999999999999"] {
        assert_eq!(refused(expires), Refused::LongExpires, "{expires}");
    }
    for expires in ["", "-", "1e3", "60s", "%2B60", "+60", "1.5", "0x60", "%EF%BC%91"] {
        assert!(
            [Refused::MalformedExpires, in_query(Malformed::ParameterValue("X-Amz-Expires"))]
                .contains(&refused(expires)),
            "{expires}"
        );
    }
    for expires in ["1", "604800", "86401"] {
        assert_eq!(refused(expires), Refused::SignatureMismatch, "{expires}");
    }
}

fn in_query(why: impl Into<Refused>) -> Refused {
    Refused::InQuery(Box::new(why.into()))
}

#[test]
fn every_parameter_must_be_there_once() {
    let with_token = request("GET", "/b/k", "").presigned(Some("token"), PayloadHash::of(b""), Style::S3);
    assert!(with_token.verify(&S3, NOW).is_ok());
    for name in [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ] {
        let without = with_token.clone().parameter(name, None);
        assert_eq!(without.refused(), Refused::MissingParameter(name));
    }
    for name in ["X-Amz-Security-Token", "X-Amz-Content-Sha256"] {
        assert_eq!(with_token.clone().parameter(name, None).refused(), Refused::SignatureMismatch, "{name}");
    }
    for pair in with_token.query.split('&') {
        let name = pair.split('=').next().unwrap();
        for again in [pair.to_owned(), pair.to_ascii_lowercase(), name.to_owned()] {
            let twice = with_token.clone().query(|query| format!("{query}&{again}")).refused();
            assert!(matches!(twice, Refused::RepeatedParameter(said) if said == name), "{again}: {twice}");
        }
    }
}

#[test]
fn a_part_of_a_signature_alone_is_no_anonymous_request() {
    for query in [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "x-amz-signature=00",
        "X-Amz-Credential",
        "X-Amz-Expires=60",
        "a=b&X%2DAmz%2DSecurity%2DToken=t",
    ] {
        let refused = request("GET", "/b/k", query).refused();
        assert!(matches!(refused, Refused::MissingParameter(_)), "{query}: {refused}");
    }
    let version_2 = request("GET", "/b/k", "AWSAccessKeyId=a&Signature=b&Expires=1");
    assert_eq!(version_2.refused(), Malformed::SignatureV2.into());
    let hash_alone = request("GET", "/b/k", "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&x-amz-acl=private");
    hash_alone.with_head(|head| assert!(matches!(Presented::of(head), Ok(Presented::Unsigned))));
}

#[test]
fn a_parameter_that_is_not_to_the_letter_is_refused() {
    use Malformed as M;
    for (name, value, why) in [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA1", M::Scheme),
        ("X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256", M::SignatureV4a),
        ("X-Amz-Algorithm", "", M::Scheme),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256%20", M::Scheme),
        ("X-Amz-Credential", "AKIA", M::Credential),
        ("X-Amz-Credential", "AKIA%2F20130524%2Fus-east-1%2Fs3%2Faws5_request", M::Terminator),
        ("X-Amz-Credential", "AKIA%2F2013-05-24%2Fus-east-1%2Fs3%2Faws4_request", M::ScopeDate),
        ("X-Amz-Credential", "AKIA%2F20130524%2FUS%2Fs3%2Faws4_request", M::Region),
        (
            "X-Amz-Credential",
            "AK%0AIA%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
            M::ParameterValue("X-Amz-Credential"),
        ),
        ("X-Amz-SignedHeaders", "Host", M::SignedHeaders),
        ("X-Amz-SignedHeaders", "host%3Bhost", M::SignedHeaders),
        ("X-Amz-SignedHeaders", "", M::SignedHeaders),
        ("X-Amz-Signature", "00", M::Signature),
        ("X-Amz-Signature", "%ff", M::ParameterValue("X-Amz-Signature")),
        ("X-Amz-Date", "%C3%A9", M::ParameterValue("X-Amz-Date")),
    ] {
        assert_eq!(get().parameter(name, Some(value)).refused(), in_query(why), "{name}={value}");
    }
    let date = |value| get().parameter("X-Amz-Date", Some(value)).refused();
    for value in ["", "2013-05-24T00:00:00Z", "20130524T000000Z%20", "Fri,+24+May+2013"] {
        assert_eq!(date(value), in_query(Refused::MalformedDate), "{value}");
    }
    assert_eq!(date("20130524T000001Z"), Refused::SignatureMismatch);
}

#[test]
fn a_scope_of_another_day_region_or_service_is_refused() {
    let (scope, request) = ("20130524".to_owned(), "20130525".to_owned());
    let tomorrow = get().parameter("X-Amz-Date", Some("20130525T000000Z"));
    assert_eq!(tomorrow.refused(), in_query(Refused::WrongDate { scope, request }));
    let elsewhere = Expected { region: "eu-west-1", ..S3 };
    let (given, expected) = ("us-east-1".to_owned(), "eu-west-1".to_owned());
    assert_eq!(get().verify(&elsewhere, NOW), Err(in_query(Refused::WrongRegion { given, expected })));
    let sts = Expected { services: &["sts", "iam"], ..S3 };
    assert_eq!(get().verify(&sts, NOW), Err(in_query(Refused::WrongService("s3".to_owned()))));
}

#[test]
fn every_header_that_changes_the_meaning_must_be_signed() {
    for name in
        ["x-amz-copy-source", "x-amz-acl", "x-amz-meta-a", "x-amz-content-sha256", "x-amz-security-token"]
    {
        let added = get().add(name, "private/key");
        assert_eq!(added.refused(), Refused::UnsignedHeader(name.to_owned()));
        let signed = request("PUT", "/b/k", "").add(name, "UNSIGNED-PAYLOAD").presigned(
            None,
            PayloadHash::Unsigned,
            Style::S3,
        );
        assert!(signed.verify(&S3, NOW).is_ok(), "{name}");
        assert_eq!(signed.without(name).refused(), Refused::AbsentHeader(name.to_owned()));
    }
    let unnamed = get().parameter("X-Amz-SignedHeaders", Some("range")).add("range", "bytes=0-1");
    assert_eq!(unnamed.refused(), Refused::UnsignedHeader("host".to_owned()));
    assert!(get().add("content-type", "text/html").verify(&S3, NOW).is_ok());
    assert_eq!(get().add("host", "other").refused(), Refused::RepeatedHeader("host"));
}

#[test]
fn a_signed_header_of_s3_may_stand_in_the_query_instead() {
    let query = "x-amz-meta-a=1&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD";
    let put = request("PUT", "/b/k", query)
        .add("x-amz-meta-a", "1")
        .add("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .presigned(None, PayloadHash::Unsigned, Style::S3);
    let alone = put.clone().without("x-amz-meta-a").without("x-amz-content-sha256");
    for same in [&put, &put.clone().without("x-amz-meta-a"), &alone] {
        assert!(same.verify(&S3, NOW).is_ok());
    }
    let other = alone.clone().add("x-amz-meta-a", "2");
    assert_eq!(other.refused(), Refused::SignatureMismatch);
    let other = alone.clone().query(|query| query.replacen("meta-a=1", "meta-a=2", 1));
    assert_eq!(other.refused(), Refused::SignatureMismatch);
    let nowhere = alone.query(|query| query.replacen("x-amz-meta-a=1&", "", 1));
    assert_eq!(nowhere.refused(), Refused::AbsentHeader("x-amz-meta-a".to_owned()));
    let plain = request("PUT", "/b/k", "range=1").add("range", "1");
    let plain = plain.presigned(None, PayloadHash::Unsigned, Style::S3).without("range");
    assert_eq!(plain.refused(), Refused::AbsentHeader("range".to_owned()));
}

#[test]
fn a_header_with_a_signature_beside_it_is_refused_whatever_it_says() {
    for value in ["", "Bearer x", "AWS4-HMAC-SHA256 Credential=a"] {
        assert_eq!(get().add("authorization", value).refused(), Refused::HeaderAndQuery, "{value}");
    }
}

#[test]
fn the_body_is_not_covered_unless_it_is_said_to_be() {
    let put = |payload| request("PUT", "/b/k", "").presigned(None, payload, Style::S3);
    for payload in [PayloadHash::Unsigned, PayloadHash::of(b"body")] {
        assert_eq!(put(payload).verify(&S3, NOW).unwrap().payload(), &payload);
    }
    let covered = put(PayloadHash::of(b"body"));
    let uncovered = covered.clone().parameter("X-Amz-Content-Sha256", Some("UNSIGNED-PAYLOAD"));
    assert_eq!(uncovered.refused(), Refused::SignatureMismatch);
    let nonsense = covered.clone().parameter("X-Amz-Content-Sha256", Some("nonsense"));
    assert_eq!(nonsense.refused(), Refused::MalformedBodyHash);
    let hash = PayloadHash::of(b"body").text();
    let twice = |hash: &str| {
        let put = request("PUT", "/b/k", "").add("x-amz-content-sha256", hash);
        put.presigned(None, PayloadHash::of(b"body"), Style::S3)
    };
    assert!(twice(&hash).verify(&S3, NOW).is_ok());
    assert_eq!(twice("UNSIGNED-PAYLOAD").refused(), Refused::RepeatedHeader("x-amz-content-sha256"));
    for chunks in [
        PayloadHash::StreamingUnsignedTrailer,
        PayloadHash::StreamingSigned,
        PayloadHash::StreamingSignedTrailer,
    ] {
        assert_eq!(put(chunks).refused(), Refused::PresignedChunks);
    }
}

#[test]
fn the_body_of_another_service_is_held_to_its_signature() {
    let expected = |body| Expected {
        region: "us-east-1",
        services: &["sts"],
        rules: Rules::Standard { body: sha256(body) },
    };
    let call = request("GET", "/", "Action=GetCallerIdentity&Version=2011-06-15");
    let presigned = call.presigned(Some("to/ken+="), PayloadHash::of(b""), Style::Standard);
    let verified = presigned.verify(&expected(b""), NOW).unwrap();
    assert_eq!(verified.payload(), &PayloadHash::of(b""));
    assert_eq!(presigned.verify(&expected(b"x"), NOW), Err(Refused::SignatureMismatch));
    let lying = presigned.query(|query| format!("{query}&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"));
    assert_eq!(lying.verify(&expected(b""), NOW), Err(Refused::WrongBodyHash));
}

#[test]
fn the_session_token_is_read_as_it_was_signed() {
    let presigned = request("GET", "/b/k", "").presigned(Some("to/ken+="), PayloadHash::Unsigned, Style::S3);
    assert!(presigned.query.contains("X-Amz-Security-Token=to%2Fken%2B%3D"));
    assert!(presigned.verify(&S3, NOW).is_ok());
    presigned.with_head(|head| {
        let Ok(Presented::Signed(signed)) = Presented::of(head) else { panic!("unsigned") };
        assert_eq!(signed.session_token(), Some("to/ken+="));
    });
    let other = presigned.parameter("X-Amz-Security-Token", Some("to%2Fken%2B"));
    assert_eq!(other.refused(), Refused::SignatureMismatch);
}

#[test]
fn another_encoding_or_order_of_the_same_query_is_the_same_request() {
    let signed = request("GET", "/b/k", "a=1&b=%2f+").presigned(Some("t"), PayloadHash::Unsigned, Style::S3);
    let turned = signed.clone().query(|query| query.split('&').rev().collect::<Vec<_>>().join("&&"));
    assert!(turned.verify(&S3, NOW).is_ok());
    for (from, to) in [
        ("%2F20130524%2Fus", "/20130524%2fus"),
        ("AKIAIOS", "%41KIAIOS"),
        ("T000000Z", "T000000%5A"),
        ("X-Amz-Signature", "X%2DAmz%2DSignature"),
        ("X-Amz-Signature", "x-amz-signature"),
        ("b=%2f+", "b=/%20"),
    ] {
        assert!(signed.clone().query(|query| query.replacen(from, to, 1)).verify(&S3, NOW).is_ok(), "{to}");
    }
    for (from, to) in
        [("X-Amz-Date", "x-amz-date"), ("a=1", "a=2"), ("a=1", "a=1&a=1"), ("a=1&", ""), ("a=1", "A=1")]
    {
        let changed = signed.clone().query(|query| query.replacen(from, to, 1));
        assert_eq!(changed.refused(), Refused::SignatureMismatch, "{to}");
    }
}

#[test]
fn what_is_said_of_a_refusal_holds_neither_secret_nor_token_nor_right_signature() {
    let presigned = request("GET", "/b/k", "").presigned(Some("the-token"), PayloadHash::Unsigned, Style::S3);
    let (_, right) = query_pairs(&presigned.query).find(|(name, _)| name == b"X-Amz-Signature").unwrap();
    let right = String::from_utf8(right).unwrap();
    for refused in [
        presigned.clone().add("x-amz-acl", "private").refused(),
        presigned.clone().parameter("X-Amz-Expires", Some("the-token")).refused(),
        Request { path: "/b/other".to_owned(), ..presigned }.refused(),
    ] {
        for text in [refused.to_string(), format!("{refused:?}")] {
            assert!(!text.contains(SECRET) && !text.contains("the-token") && !text.contains(&right));
        }
    }
}

proptest! {
    #[test]
    fn what_is_presigned_is_verified_and_no_other_method_path_query_or_header_is(
        path in "/\\PC{0,40}", query in "[^+]{0,40}", values in vec("[ -~]{0,10}", 2),
    ) {
        for (style, rules) in [(Style::S3, Rules::S3), (Style::Standard, Rules::Standard { body: sha256(b"") })] {
            let expected = Expected { rules, services: &["s3", "sts"], ..S3 };
            let plain = request("GET", &path, &query).add("x-amz-meta-a", &values[0]).add("range", &values[1]);
            let payload = if style == Style::S3 { PayloadHash::Unsigned } else { PayloadHash::of(b"") };
            let signed = plain.presigned(Some("t"), payload, style);
            prop_assert!(signed.verify(&expected, NOW).is_ok());
            for changed in [
                Request { method: "PUT", ..signed.clone() },
                Request { path: format!("{path}x"), ..signed.clone() },
                Request { query: format!("{}&x", signed.query), ..signed.clone() },
                signed.clone().add("range", "x"),
                signed.clone().add("x-amz-acl", "x"),
                signed.clone().without("range"),
                signed.without("x-amz-meta-a"),
            ] {
                prop_assert!(changed.verify(&expected, NOW).is_err());
            }
        }
    }

    #[test]
    fn no_query_makes_the_verifier_panic_or_believe(
        parts in vec(prop_oneof![
            Just("X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned()), Just("X-Amz-Date=20130524T000000Z".to_owned()),
            Just("X-Amz-Credential=AKIA/20130524/us-east-1/s3/aws4_request".to_owned()),
            Just("X-Amz-Expires=60".to_owned()), Just("X-Amz-SignedHeaders=host".to_owned()),
            "X-Amz-Signature=[0-9a-f]{64}", "X-Amz-[A-Za-z0-9-]{0,10}=\\PC{0,10}", "\\PC{0,10}",
        ], 0..12),
    ) {
        let request = request("GET", "/b/k", &parts.join("&"));
        let believed = request.with_head(|head| match Presented::of(head) {
            Ok(Presented::Signed(signed)) => {
                let key = SigningKey::derive(SecretKeyRef::new(SECRET), &signed.scope());
                signed.verify(&S3, &key, NOW).is_ok()
            }
            Ok(Presented::Unsigned) | Err(_) => false,
        });
        prop_assert!(!believed);
    }
}
