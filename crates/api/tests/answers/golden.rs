//! Exact answers, to the byte.

use crate::support::{Answer, Ask, POOL, Server, alices_login, to};
use serde_json::json;
use testkit::keys::RsaKey;
use testkit::user_pool::{PASSWORD, client};

/// The headers of every answer of a JSON service, with the id of this request; `more` stand among them.
fn head(id: &str, more: &[&str]) -> String {
    let mut lines = vec![
        "access-control-allow-origin: *".to_owned(),
        "access-control-expose-headers: x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"
            .to_owned(),
        "content-type: application/x-amz-json-1.1".to_owned(),
        "date: Fri, 02 Jan 2026 03:04:05 GMT".to_owned(),
        format!("x-amz-id-2: {id}"),
        format!("x-amz-request-id: {id}"),
        format!("x-amzn-requestid: {id}"),
    ];
    lines.extend(more.iter().map(|line| (*line).to_owned()));
    lines.sort();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn assert_answer(answer: &Answer, status: u16, more_headers: &[&str], body: &str) {
    let id = answer.header("x-amzn-requestid").unwrap();
    assert_eq!(answer.text(), body);
    assert_eq!(answer.head(), head(id, more_headers));
    assert_eq!(answer.status, status);
}

#[tokio::test]
async fn an_identity_is_answered_and_nothing_else() {
    let server = Server::start().await;
    for logins in [json!({}), alices_login()] {
        let answer = server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": logins })).await;
        let id = answer.member("/IdentityId");
        assert_answer(&answer, 200, &[], &format!(r#"{{"IdentityId":"{id}"}}"#));
        assert_eq!(id.len(), "us-east-1:00000000-0000-4000-8000-000000000001".len());
    }
}

#[tokio::test]
async fn credentials_are_answered_under_awss_names_and_end_in_an_hour() {
    let server = Server::start().await;
    let id = server.alices_id().await;
    let input = json!({ "IdentityId": id, "Logins": alices_login() });
    let answer = server.identity("GetCredentialsForIdentity", &input).await;
    let [key, secret, token] = ["AccessKeyId", "SecretKey", "SessionToken"]
        .map(|name| answer.member(&format!("/Credentials/{name}")));
    let credentials = format!(
        r#"{{"AccessKeyId":"{key}","SecretKey":"{secret}","SessionToken":"{token}","Expiration":1767326645}}"#
    );
    assert_answer(&answer, 200, &[], &format!(r#"{{"IdentityId":"{id}","Credentials":{credentials}}}"#));
    assert!(key.starts_with("ASIA") && key.len() == 20, "{key}");
    assert_eq!(secret.len(), 40);
}

#[tokio::test]
async fn a_sign_in_answers_three_tokens_and_a_refresh_two() {
    let server = Server::start().await;
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client().id,
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    });
    let answer = server.idp("InitiateAuth", &input).await;
    let token = |answer: &Answer, name: &str| answer.member(&format!("/AuthenticationResult/{name}"));
    let [access, id, refresh] = ["AccessToken", "IdToken", "RefreshToken"].map(|name| token(&answer, name));
    let body = |access: &str, refresh: &str, id: &str| {
        let result = format!(
            r#"{{"AccessToken":"{access}","ExpiresIn":3600,"TokenType":"Bearer",{refresh}"IdToken":"{id}"}}"#
        );
        format!(r#"{{"ChallengeParameters":{{}},"AuthenticationResult":{result}}}"#)
    };
    assert_answer(&answer, 200, &[], &body(&access, &format!(r#""RefreshToken":"{refresh}","#), &id));
    assert_eq!([&access, &id].map(|token| token.split('.').count()), [3, 3]);

    let input = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": client().id,
        "AuthParameters": { "REFRESH_TOKEN": refresh },
    });
    let answer = server.idp("InitiateAuth", &input).await;
    assert_answer(&answer, 200, &[], &body(&token(&answer, "AccessToken"), "", &token(&answer, "IdToken")));
}

#[tokio::test]
async fn a_refusal_says_its_code_and_message_in_the_body_and_in_the_headers() {
    let server = Server::start().await;
    let answer = server.identity("GetId", &json!({ "IdentityPoolId": "us-east-1:0" })).await;
    assert_answer(
        &answer,
        400,
        &[
            "x-amzn-errortype: ResourceNotFoundException:",
            "x-amzn-errormessage: IdentityPool 'us-east-1:0' not found.",
        ],
        r#"{"__type":"ResourceNotFoundException","message":"IdentityPool 'us-east-1:0' not found."}"#,
    );
}

#[tokio::test]
async fn a_refusal_without_a_message_has_none_anywhere() {
    let server = Server::start().await;
    let answer = server.answer(to("AWSCognitoIdentityService.GetId", "{")).await;
    assert_answer(
        &answer,
        400,
        &["x-amzn-errortype: SerializationException:"],
        r#"{"__type":"SerializationException"}"#,
    );
}

#[tokio::test]
async fn a_message_that_no_header_can_hold_is_in_the_body_alone() {
    let server = Server::start().await;
    let answer = server.identity("GetId", &json!({ "IdentityPoolId": "日\n" })).await;
    assert_eq!(answer.header("x-amzn-errortype"), Some("ValidationException:"));
    assert_eq!(answer.headers.get("x-amzn-errormessage"), None);
    assert!(answer.member("/message").contains("日\n"));
}

#[tokio::test]
async fn s3_answers_with_its_own_headers() {
    let server = Server::start().await;
    let exposed = "access-control-expose-headers: ETag,Content-Length,Content-Range,Last-Modified,Accept-Ranges,Date,\
                   x-amz-request-id,x-amz-id-2,x-amz-checksum-crc32,x-amz-checksum-crc32c,\
                   x-amz-checksum-crc64nvme,x-amz-checksum-sha1,x-amz-checksum-sha256\n";
    let head = |answer: &Answer, before: &str, after: &str| {
        let id = answer.header("x-amz-request-id").unwrap().to_owned();
        let ids = format!("x-amz-id-2: {id}\nx-amz-request-id: {id}\nx-amzn-requestid: {id}\n");
        format!(
            "{before}access-control-allow-origin: *\n{exposed}{after}{ids}x-content-type-options: nosniff\n"
        )
    };
    let answer = server.s3(&server.root(), Ask::new("GET", "/my-bucket/public/hello.txt")).await;
    let described = "content-length: 5\ncontent-security-policy: sandbox\ncontent-type: binary/octet-stream\n\
                     date: Fri, 02 Jan 2026 03:04:05 GMT\n\
                     etag: \"5d41402abc4b2a76b9719d911017c592\"\nlast-modified: Fri, 02 Jan 2026 03:04:05 GMT\n";
    assert_eq!(answer.head(), head(&answer, "accept-ranges: bytes\n", described));
    assert_eq!((answer.status, answer.text()), (200, "hello"));

    let answer = server.s3(&server.root(), Ask::new("GET", "/my-bucket/absent%20&%3C")).await;
    let described = "content-security-policy: sandbox\ncontent-type: application/xml\n\
                     date: Fri, 02 Jan 2026 03:04:05 GMT\n";
    assert_eq!(answer.head(), head(&answer, "", described));
    let id = answer.header("x-amz-request-id").unwrap();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not \
         exist.</Message><Resource>/my-bucket/absent%20&amp;%3C</Resource><RequestId>{id}</RequestId><HostId>{id}\
         </HostId></Error>"
    );
    assert_eq!((answer.status, answer.text()), (404, body.as_str()));
}

#[tokio::test]
async fn the_keys_of_a_pool_are_published_with_everything_a_verifier_needs() {
    let server = Server::start().await;
    let answer = server.answer(Ask::new("GET", "/us-east-1_AbCdEfGhI/.well-known/jwks.json")).await;
    let keys = RsaKey::IdTokens.public_jwk();
    let access = RsaKey::AccessTokens.public_jwk();
    assert_eq!(answer.text(), json!({ "keys": [keys, access] }).to_string());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let absent = server.answer(Ask::new("GET", "/us-east-1_Absent/.well-known/jwks.json")).await;
    assert_eq!((absent.status, absent.header("access-control-allow-origin")), (404, Some("*")));
}
