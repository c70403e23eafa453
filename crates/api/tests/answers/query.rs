//! The query services, STS and IAM: framing, routing and words, to the byte.

use crate::support::{Answer, Ask, Server, form};

const STS: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

fn error(namespace: &str, code: &str, message: &str, answer: &Answer) -> String {
    let id = answer.header("x-amzn-requestid").unwrap();
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
    )
}

#[tokio::test]
async fn a_caller_is_told_who_they_are() {
    let server = Server::start().await;
    let answer = server.signed(&server.root(), form("sts", "GetCallerIdentity", &[])).await;
    let id = answer.header("x-amzn-requestid").unwrap();
    let expected = format!(
        "<GetCallerIdentityResponse xmlns=\"{STS}\"><GetCallerIdentityResult><UserId>123456789012</UserId>\
         <Account>123456789012</Account><Arn>arn:aws:iam::123456789012:root</Arn></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    );
    assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
    assert_eq!(answer.header("content-type"), Some("text/xml"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));

    let answer = server.signed(&server.guest().await, form("sts", "GetCallerIdentity", &[])).await;
    let session = "arn:aws:sts::123456789012:assumed-role/guest/CognitoIdentityCredentials";
    assert_eq!(answer.element("Arn"), Some(session));
    let user = answer.element("UserId").unwrap();
    assert!(user.starts_with("AROA") && user.ends_with(":CognitoIdentityCredentials"), "{user}");
}

#[tokio::test]
async fn a_form_may_stand_in_the_query_of_a_get() {
    let server = Server::start().await;
    let ask = Ask::new("GET", "/?Action=GetCallerIdentity&Version=2011-06-15").service("sts");
    let answer = server.signed(&server.root(), ask).await;
    assert_eq!(answer.element("Arn"), Some("arn:aws:iam::123456789012:root"));
}

#[tokio::test]
async fn the_query_of_a_post_says_nothing() {
    let server = Server::start().await;
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let ask = Ask::new("POST", "/?Action=GetSessionToken&Version=2011-06-15").service("sts");
    let ask = ask.header("content-type", "application/x-www-form-urlencoded").body(body);
    assert_eq!(server.signed(&server.root(), ask).await.status, 200);
}

#[tokio::test]
async fn the_scope_of_the_signature_names_the_service_then_the_host_then_the_version() {
    let server = Server::start().await;
    let roles = [("Action", "ListRoles")];
    let in_sts = server.signed(&server.root(), form("sts", "ListRoles", &[])).await;
    assert_eq!(
        in_sts.text(),
        error(STS, "InvalidAction", "Could not find operation ListRoles for version 2011-06-15", &in_sts)
    );
    let in_iam = server.signed(&server.root(), form("iam", roles[0].1, &[])).await;
    assert_eq!(in_iam.status, 200);
    let unsigned = server.answer(form("iam", "ListRoles", &[])).await;
    assert!(unsigned.text().contains("https://iam.amazonaws.com/doc/2010-05-08/"), "{}", unsigned.text());
    let by_host = server.answer(form("sts", "Nothing", &[]).header("host", "iam.localhost")).await;
    assert_eq!(by_host.code(), "InvalidAction");
}

#[tokio::test]
async fn what_is_no_operation_or_not_served_is_refused_in_awss_words() {
    let server = Server::start().await;
    let post = |body: &str| {
        Ask::new("POST", "/")
            .service("sts")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    let table = [
        ("Action=Nothing&Version=2011-06-15", 400, "InvalidAction"),
        ("Action=GetCallerIdentity", 400, "InvalidAction"),
        ("Action=GetCallerIdentity&Version=2010-05-08", 400, "InvalidAction"),
        ("Version=2011-06-15", 400, "MissingAction"),
        ("", 400, "MissingAction"),
        ("Action=GetCallerIdentity&Action=GetSessionToken&Version=2011-06-15", 400, "MalformedInput"),
        ("Action=%ff&Version=2011-06-15", 400, "MalformedInput"),
        ("Action=AssumeRoot&Version=2011-06-15", 501, "NotImplemented"),
        ("Action=GetSessionToken&Version=2011-06-15&DurationSeconds=x", 400, "MalformedInput"),
    ];
    for (body, status, code) in table {
        let answer = server.signed(&server.root(), post(body)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{body}");
    }
    let large = server.signed(&server.root(), post(&"a".repeat(1_100_000))).await;
    assert_eq!((large.status, large.code().as_str()), (413, "RequestEntityTooLarge"));
    let broken = server.answer(post("Action=").stops_short()).await;
    assert_eq!(broken.code(), "MalformedInput");
}

#[tokio::test]
async fn a_member_that_is_not_served_is_refused_by_its_name() {
    let server = Server::start().await;
    let parameters = [
        ("RoleArn", "arn:aws:iam::123456789012:role/guest"),
        ("RoleSessionName", "session"),
        ("ProvidedContexts.member.1.ProviderArn", "arn:aws:iam::aws:contextProvider/IdentityCenter"),
        ("ProvidedContexts.member.1.ContextAssertion", "assertion"),
    ];
    let answer = server.signed(&server.root(), form("sts", "AssumeRole", &parameters)).await;
    assert_eq!((answer.status, answer.code().as_str()), (501, "NotImplemented"));
    assert_eq!(answer.element("Message"), Some("ProvidedContexts is not served yet"));
}

#[tokio::test]
async fn a_broken_constraint_is_a_validation_error() {
    let server = Server::start().await;
    let answer = server.signed(&server.root(), form("iam", "GetRole", &[])).await;
    let message = "1 validation error detected: Value null at &apos;roleName&apos; failed to satisfy constraint: \
        Member must not be null";
    assert_eq!((answer.code().as_str(), answer.element("Message")), ("ValidationError", Some(message)));
    let answer = server.signed(&server.root(), form("iam", "GetRole", &[("RoleName", "a b")])).await;
    assert_eq!(answer.code(), "ValidationError");
}

#[tokio::test]
async fn a_denial_says_who_may_not_do_what() {
    let server = Server::start().await;
    let answer =
        server.signed(&server.in_wrong_role().await, form("iam", "GetRole", &[("RoleName", "guest")])).await;
    let message = "User: arn:aws:sts::123456789012:assumed-role/idle/CognitoIdentityCredentials is not authorized to \
        perform: iam:GetRole on resource: arn:aws:iam::123456789012:role/guest because no identity-based policy allows \
        the iam:GetRole action";
    assert_eq!((answer.status, answer.element("Message")), (403, Some(message)));
}

#[tokio::test]
async fn at_the_host_of_a_bucket_what_is_not_signed_for_a_query_service_is_for_the_bucket() {
    let server = Server::start().await;
    let host = "my-bucket.localhost";
    let list = Ask::new("GET", "/?action=x&list-type=2").header("host", host);
    let answer = server.s3(&server.root(), list).await;
    assert_eq!(answer.element("Name"), Some("my-bucket"), "{}", answer.text());
    let who = form("sts", "GetCallerIdentity", &[]).header("host", host);
    let answer = server.signed(&server.root(), who).await;
    assert_eq!(answer.element("Account"), Some("123456789012"), "{}", answer.text());
}
