//! What a request costs that nobody sends: a decision by policies and the check of a signature, on one core.

use policy::{Context, Document, Kind, Named, PolicySet, Principal, Request, decide};
use sigv4::canonical::Style;
use sigv4::{
    Credentials, Expected, PayloadHash, Presented, RequestHead, Rules, SecretKeyRef, Signer, SigningKey, sign,
};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long each is done over and over.
const TIME: Duration = Duration::from_secs(2);

/// Prints both.
pub(crate) fn measure() {
    println!("alone, on one core:");
    println!("{:<38} {:>10.0} ns", "a decision by two policies", decision());
    println!("{:<38} {:>10.0} ns", "a signature of SigV4, key derived", signature());
}

/// Nanoseconds for one of many.
fn each(mut once: impl FnMut()) -> f64 {
    let (begun, mut times) = (Instant::now(), 0_u32);
    while begun.elapsed() < TIME {
        (0..100).for_each(|_| once());
        times += 100;
    }
    begun.elapsed().as_nanos() as f64 / f64::from(times)
}

/// The demo's policy for those who signed in and a session policy, asked about an object under the own prefix.
fn decision() -> f64 {
    let role = r#"{ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::my-bucket" },
        { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::my-bucket/public/*" },
        { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
          "Resource": "arn:aws:s3:::my-bucket/${cognito-identity.amazonaws.com:sub}/*" }] }"#;
    let session = r#"{ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["dynamodb:*", "s3:*", "sns:*"], "Resource": "*" }] }"#;
    let role = Document::parse(role, Kind::Identity).unwrap();
    let session = Document::parse(session, Kind::Session).unwrap();
    let sub = "us-east-1:5e22dd60-47e9-4dc8-9717-7a8db404b4c6";
    let resource = format!("arn:aws:s3:::my-bucket/{sub}/photos/1.jpg");
    let identity = [Named { name: "role", document: &role }];
    let sessions = [Named { name: "session", document: &session }];
    each(|| {
        let context = Context::new()
            .with("cognito-identity.amazonaws.com:sub", sub)
            .with("aws:principaltype", "AssumedRole")
            .with("aws:securetransport", "true");
        let principal = Principal::RoleSession {
            account: policy::Account { id: "123456789012", canonical_user: None },
            role: "arn:aws:iam::123456789012:role/user",
            session: "arn:aws:sts::123456789012:assumed-role/user/CognitoIdentityCredentials",
            provider: Some("cognito-identity.amazonaws.com"),
        };
        let request = Request { principal, action: "s3:GetObject", resource: &resource, context: &context };
        let policies = PolicySet { identity: &identity, boundary: None, session: Some(&sessions) };
        assert!(black_box(decide(&request, &policies, None)).is_allowed());
    })
}

/// A signed GET of an object, read and verified, the signing key derived from the secret each time.
fn signature() -> f64 {
    let (secret, now) = ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1_767_323_045);
    let token = "t".repeat(1000);
    let credentials = Credentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE",
        secret_access_key: SecretKeyRef::new(secret),
        session_token: Some(&token),
    };
    let signer = Signer { credentials, region: "us-east-1", service: "s3", style: Style::S3 };
    let mut headers: Vec<(&str, &[u8])> = vec![("host", b"localhost:9000"), ("user-agent", b"bench")];
    let path = "/my-bucket/us-east-1%3A5e22dd60-47e9-4dc8-9717-7a8db404b4c6/photos/1.jpg";
    let plain = RequestHead { method: "GET", path, query: "", headers: &headers };
    let added = sign(&plain, &signer, PayloadHash::of(b""), now).unwrap();
    headers.extend(added.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
    let head = RequestHead { method: "GET", path, query: "", headers: &headers };
    let expected = Expected { region: "us-east-1", services: &["s3"], rules: Rules::S3 };
    each(|| {
        let Ok(Presented::Signed(signed)) = Presented::of(head) else { panic!("it is signed") };
        let key = SigningKey::derive(SecretKeyRef::new(secret), &signed.scope());
        black_box(signed.verify(&expected, &key, now)).unwrap();
    })
}
