//! Sessions that are obtained with credentials, at STS: of roles, of federated users and of whoever holds a long-term key.

use crate::support::{Answer, Held, Server, form, own_service};
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::Roles;
use domain::time::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::account;
use testkit::iam::{document, guest_role};

/// The role that [`Server::in_role_with`] gives a session of, and the name of its sessions.
const CALLER: &str = "arn:aws:iam::123456789012:role/right";
const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/right/CognitoIdentityCredentials";
const TARGET: &str = "arn:aws:iam::123456789012:role/target";
const TAG_ACTIONS: [&str; 3] = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

fn allowing(action: &str) -> Value {
    json!([{ "Effect": "Allow", "Action": action, "Resource": "*" }])
}

/// A trust policy of one statement that lets in this principal.
fn trusting(principal: &str, actions: &[&str], condition: Value) -> Value {
    json!([{ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": actions, "Condition": condition }])
}

/// Makes a role that may list one bucket, with this trust policy.
async fn make(server: &Server, name: &str, trust: &Value) {
    let role = role(name, trust);
    server.write(|records| records.put_role(&role)).await;
}

fn role(name: &str, trust: &Value) -> Role {
    let access = PolicyName::parse("access").unwrap();
    let list = json!([{ "Effect": "Allow", "Action": ["s3:ListBucket", "sts:AssumeRole", "sts:TagSession"], "Resource": "*" }]);
    Role {
        name: RoleName::parse(name).unwrap(),
        trust: document(trust).to_string(),
        policies: BTreeMap::from([(access, document(&list).to_string())]),
        ..guest_role()
    }
}

async fn sts(server: &Server, held: &Held, operation: &str, parameters: &[(&str, &str)]) -> Answer {
    server.signed(held, form("sts", operation, parameters)).await
}

async fn assume(server: &Server, held: &Held, other: &[(&str, &str)]) -> Answer {
    let usual = [("RoleArn", TARGET), ("RoleSessionName", "s1")];
    let kept = usual.iter().filter(|(name, _)| other.iter().all(|(named, _)| named != name));
    let all: Vec<(&str, &str)> = kept.chain(other).copied().collect();
    sts(server, held, "AssumeRole", &all).await
}

#[track_caller]
fn held(answer: &Answer) -> Held {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let part = |name| answer.element(name).unwrap().to_owned();
    Held { id: part("AccessKeyId"), secret: part("SecretAccessKey"), token: Some(part("SessionToken")) }
}

#[track_caller]
fn assert_refused(answer: &Answer, (status, code, message): (u16, &str, &str)) {
    let said = answer.element("Message").unwrap_or_default().replace("&apos;", "'");
    assert_eq!((answer.status, answer.code().as_str(), said.as_str()), (status, code, message));
}

fn denied(action: &str) -> String {
    format!("User: {SESSION} is not authorized to perform: {action} on resource: {TARGET}")
}

async fn lists(server: &Server, held: &Held, bucket: &str) -> String {
    server.s3(held, crate::support::Ask::new("GET", &format!("/{bucket}"))).await.code()
}

#[tokio::test]
async fn a_role_that_names_the_caller_is_taken_on_without_a_word_of_the_callers_policies() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("s3:GetObject")).await;
    for principal in [CALLER, SESSION] {
        make(&server, "target", &trusting(principal, &["sts:AssumeRole"], json!({}))).await;
        let answer = assume(&server, &caller, &[]).await;
        let arn = "arn:aws:sts::123456789012:assumed-role/target/s1";
        assert_eq!(answer.element("Arn"), Some(arn), "{}", answer.text());
        let id = answer.element("AssumedRoleId").unwrap();
        assert!(id.starts_with("AROA") && id.ends_with(":s1"), "{id}");
        assert_eq!(answer.element("PackedPolicySize"), None);
        let session = held(&answer);
        let who = sts(&server, &session, "GetCallerIdentity", &[]).await;
        assert_eq!((who.element("Arn"), who.element("UserId")), (Some(arn), Some(id)));
        assert_eq!(lists(&server, &session, "empty").await, "200");
    }
}

#[tokio::test]
async fn a_role_that_names_the_account_needs_the_callers_policies_to_allow_it() {
    let server = Server::start().await;
    for principal in ["123456789012", "arn:aws:iam::123456789012:root", "*"] {
        make(&server, "target", &trusting(principal, &["sts:AssumeRole"], json!({}))).await;
        let without = server.in_role_with(allowing("s3:*")).await;
        assert_refused(
            &assume(&server, &without, &[]).await,
            (403, "AccessDenied", &denied("sts:AssumeRole")),
        );
        let with = server.in_role_with(allowing("sts:AssumeRole")).await;
        held(&assume(&server, &with, &[]).await);
    }
    for principal in ["arn:aws:iam::123456789012:role/other", "210987654321"] {
        make(&server, "target", &trusting(principal, &["sts:AssumeRole"], json!({}))).await;
        let all = server.in_right_role().await;
        assert_refused(&assume(&server, &all, &[]).await, (403, "AccessDenied", &denied("sts:AssumeRole")));
    }
}

#[tokio::test]
async fn a_role_that_is_not_there_is_refused_as_one_that_does_not_trust() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("*")).await;
    assert_refused(&assume(&server, &caller, &[]).await, (403, "AccessDenied", &denied("sts:AssumeRole")));
    let elsewhere = "arn:aws:iam::210987654321:role/target";
    let answer = assume(&server, &caller, &[("RoleArn", elsewhere)]).await;
    assert_refused(&answer, (403, "AccessDenied", &denied("sts:AssumeRole").replace(TARGET, elsewhere)));
    let answer = assume(&server, &caller, &[("RoleArn", "arn:aws:iam::123456789012:user/target")]).await;
    assert_refused(&answer, (400, "ValidationError", "Request ARN is invalid"));
}

#[tokio::test]
async fn a_deny_of_the_callers_policies_stands_against_a_role_that_names_it() {
    let server = Server::start().await;
    make(&server, "target", &trusting(SESSION, &["sts:AssumeRole"], json!({}))).await;
    let deny = json!({ "Effect": "Deny", "Action": "sts:AssumeRole", "Resource": TARGET });
    let allow = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let caller = server.in_role_with(json!([allow, deny])).await;
    assert_refused(&assume(&server, &caller, &[]).await, (403, "AccessDenied", &denied("sts:AssumeRole")));
}

#[tokio::test]
async fn root_takes_on_no_role_with_whatever_credentials_of_its() {
    let server = Server::start().await;
    make(&server, "target", &trusting("*", &["sts:AssumeRole"], json!({}))).await;
    let no = (403, "AccessDenied", "Roles may not be assumed by root accounts.");
    assert_refused(&assume(&server, &server.root(), &[]).await, no);
    let own = held(&sts(&server, &server.root(), "GetSessionToken", &[]).await);
    assert_refused(&assume(&server, &own, &[]).await, no);
    let federated = held(&sts(&server, &server.root(), "GetFederationToken", &[("Name", "bob")]).await);
    let no = (403, "AccessDenied", "Cannot call AssumeRole with session credentials");
    assert_refused(&assume(&server, &federated, &[]).await, no);
}

#[tokio::test]
async fn an_external_id_and_a_session_name_are_what_the_role_asks_for() {
    let server = Server::start().await;
    let condition = json!({ "StringEquals": { "sts:ExternalId": "sesame", "sts:RoleSessionName": "s1" } });
    make(&server, "target", &trusting(CALLER, &["sts:AssumeRole"], condition)).await;
    let caller = server.in_role_with(allowing("s3:*")).await;
    let no = denied("sts:AssumeRole");
    for wrong in
        [&[][..], &[("ExternalId", "Sesame")], &[("ExternalId", "sesame"), ("RoleSessionName", "s2")]]
    {
        assert_refused(&assume(&server, &caller, wrong).await, (403, "AccessDenied", &no));
    }
    held(&assume(&server, &caller, &[("ExternalId", "sesame")]).await);
}

const TEAM: [(&str, &str); 2] = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];

#[tokio::test]
async fn tags_and_a_source_identity_need_words_of_their_own_in_the_trust_policy() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("s3:*")).await;
    make(&server, "target", &trusting(CALLER, &["sts:AssumeRole"], json!({}))).await;
    assert_refused(&assume(&server, &caller, &TEAM).await, (403, "AccessDenied", &denied("sts:TagSession")));
    let source = [("SourceIdentity", "ute")];
    let no = denied("sts:SetSourceIdentity");
    assert_refused(&assume(&server, &caller, &source).await, (403, "AccessDenied", &no));

    let condition = json!({
        "StringEqualsIfExists": { "aws:RequestTag/team": ["blue", "red"], "sts:SourceIdentity": "ute" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["team"], "sts:TransitiveTagKeys": ["team"] },
    });
    make(&server, "target", &trusting(CALLER, &TAG_ACTIONS, condition)).await;
    let passing = [TEAM[0], TEAM[1], ("TransitiveTagKeys.member.1", "team"), source[0]];
    let answer = assume(&server, &caller, &passing).await;
    assert_eq!(answer.element("SourceIdentity"), Some("ute"), "{}", answer.text());
    assert_eq!(answer.element("PackedPolicySize"), Some("1"));
    for wrong in [
        [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "green")],
        [("Tags.member.1.Key", "Role"), ("Tags.member.1.Value", "blue")],
    ] {
        assert_eq!(assume(&server, &caller, &wrong).await.code(), "AccessDenied");
    }
    assert_eq!(assume(&server, &caller, &[("SourceIdentity", "eve")]).await.code(), "AccessDenied");
}

#[tokio::test]
async fn what_a_chain_passes_on_stays_and_is_not_said_anew() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("s3:*")).await;
    make(&server, "target", &trusting(CALLER, &TAG_ACTIONS, json!({}))).await;
    let tags = [
        TEAM[0],
        TEAM[1],
        ("Tags.member.2.Key", "desk"),
        ("Tags.member.2.Value", "nine"),
        ("TransitiveTagKeys.member.1", "Team"),
        ("SourceIdentity", "ute"),
    ];
    let first = held(&assume(&server, &caller, &tags).await);

    let next = "arn:aws:iam::123456789012:role/next";
    let by_tag = json!({ "StringEquals": { "aws:PrincipalTag/team": "blue", "aws:SourceIdentity": "ute" } });
    make(&server, "next", &trusting(TARGET, &["sts:AssumeRole"], by_tag.clone())).await;
    // What is inherited is given to the next session as well, and the next role must take it.
    assert_eq!(assume(&server, &first, &[("RoleArn", next)]).await.code(), "AccessDenied");
    make(&server, "next", &trusting(TARGET, &TAG_ACTIONS, by_tag)).await;
    let second = held(&assume(&server, &first, &[("RoleArn", next)]).await);

    // The tag that was not passed on is gone, the one that was is there, and so is the source identity.
    let last = "arn:aws:iam::123456789012:role/last";
    let only_team = json!({
        "StringEquals": { "aws:PrincipalTag/team": "blue", "sts:SourceIdentity": "ute" },
        "Null": { "aws:PrincipalTag/desk": "true" },
    });
    make(&server, "last", &trusting(next, &TAG_ACTIONS, only_team)).await;
    let answer = assume(&server, &second, &[("RoleArn", last)]).await;
    assert_eq!(answer.element("SourceIdentity"), Some("ute"), "{}", answer.text());

    let again = [("RoleArn", last), ("Tags.member.1.Key", "TEAM"), ("Tags.member.1.Value", "red")];
    let no = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from \
              the calling session.";
    assert_refused(&assume(&server, &second, &again).await, (400, "InvalidParameterValue", no));
    let no = "The source identity is already set for this assume role session";
    let other = [("RoleArn", last), ("SourceIdentity", "eve")];
    assert_refused(&assume(&server, &second, &other).await, (400, "ValidationError", no));
}

#[tokio::test]
async fn tags_that_make_no_sense_are_refused_in_awss_words() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("s3:*")).await;
    make(&server, "target", &trusting(CALLER, &TAG_ACTIONS, json!({}))).await;
    let twice = [TEAM[0], TEAM[1], ("Tags.member.2.Key", "Team"), ("Tags.member.2.Value", "red")];
    let no = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    assert_refused(&assume(&server, &caller, &twice).await, (400, "InvalidParameterValue", no));
    let absent = [TEAM[0], TEAM[1], ("TransitiveTagKeys.member.1", "desk")];
    let no = "The specified transitive tag key must be included in the requested tags.";
    assert_refused(&assume(&server, &caller, &absent).await, (400, "InvalidParameterValue", no));
    for (name, value) in [("Tags.member.1.Key", "aws:team"), ("SourceIdentity", "aws:me")] {
        let parameters = [("Tags.member.1.Value", "x"), ("Tags.member.1.Key", "k"), (name, value)];
        let parameters =
            if name == "SourceIdentity" { &parameters[2..] } else { &[parameters[0], parameters[2]][..] };
        assert_eq!(assume(&server, &caller, parameters).await.code(), "ValidationError", "{name}");
    }
    let values = ["a".repeat(250), "b".repeat(250)];
    let large = [
        TEAM[0],
        ("Tags.member.1.Value", &values[0]),
        ("Tags.member.2.Key", "desk"),
        ("Tags.member.2.Value", &values[1]),
    ];
    let no = "Packed size of session tags consumes 111% of allotted space.";
    assert_refused(&assume(&server, &caller, &large).await, (400, "PackedPolicyTooLarge", no));
}

#[tokio::test]
async fn a_session_of_a_session_lives_an_hour_at_most() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("s3:*")).await;
    make(&server, "target", &trusting(CALLER, &["sts:AssumeRole"], json!({}))).await;
    let no =
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    let answer = assume(&server, &caller, &[("DurationSeconds", "3601")]).await;
    assert_refused(&answer, (400, "ValidationError", no));
    let session = held(&assume(&server, &caller, &[("DurationSeconds", "900")]).await);
    server.wait(Span::from_secs(899));
    assert_eq!(lists(&server, &session, "empty").await, "200");
    server.wait(Span::from_secs(1));
    assert_eq!(lists(&server, &session, "empty").await, "ExpiredToken");
}

#[tokio::test]
async fn a_role_that_takes_itself_on_again_and_again_comes_to_an_end() {
    let server = Server::start().await;
    let mut session = server.in_role_with(allowing("s3:*")).await;
    let trust = json!([{
        "Effect": "Allow", "Principal": { "AWS": [CALLER, TARGET] }, "Action": "sts:AssumeRole",
    }]);
    make(&server, "target", &trust).await;
    for _ in 0..32 {
        session = held(&assume(&server, &session, &[]).await);
    }
    let no = (400, "PackedPolicyTooLarge", "Serialized token too large for session");
    assert_refused(&assume(&server, &session, &[]).await, no);
}

#[tokio::test]
async fn policies_that_are_passed_only_narrow() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("s3:*")).await;
    make(&server, "target", &trusting(CALLER, &["sts:AssumeRole"], json!({}))).await;
    let policy = |action: &str, bucket: &str| {
        let resource = format!("arn:aws:s3:::{bucket}");
        document(&json!([{ "Effect": "Allow", "Action": action, "Resource": resource }])).to_string()
    };
    let one = held(&assume(&server, &caller, &[("Policy", &policy("s3:ListBucket", "empty"))]).await);
    assert_eq!(lists(&server, &one, "empty").await, "200");
    assert_eq!(lists(&server, &one, "my-bucket").await, "AccessDenied");
    // A session that asks for more than its role has gets no more.
    let wide = held(&assume(&server, &caller, &[("Policy", &policy("s3:*", "*"))]).await);
    assert_eq!(lists(&server, &wide, "my-bucket").await, "200");
    let put = crate::support::Ask::new("PUT", "/my-bucket/x").body("x");
    assert_eq!(server.s3(&wide, put).await.code(), "AccessDenied");

    let managed = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let both = [("PolicyArns.member.1.arn", managed), ("Policy", &policy("s3:PutObject", "*"))];
    let answer = assume(&server, &caller, &both).await;
    assert!(answer.element("PackedPolicySize").is_some());
    assert_eq!(lists(&server, &held(&answer), "my-bucket").await, "200");
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    let all = held(&assume(&server, &caller, &[("PolicyArns.member.1.arn", administrator)]).await);
    let put = crate::support::Ask::new("PUT", "/my-bucket/x").body("x");
    assert_eq!(server.s3(&all, put).await.code(), "AccessDenied");
}

#[tokio::test]
async fn policies_that_cannot_be_passed_are_refused() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("s3:*")).await;
    make(&server, "target", &trusting(CALLER, &["sts:AssumeRole"], json!({}))).await;
    for (policy, code) in [
        ("{", "MalformedPolicyDocument"),
        (
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*"}}"#,
            "MalformedPolicyDocument",
        ),
        ("\u{100}{}", "ValidationError"),
    ] {
        assert_eq!(assume(&server, &caller, &[("Policy", policy)]).await.code(), code, "{policy}");
    }
    let long = format!("{}{}", document(&allowing("s3:*")), " ".repeat(2048));
    let answer = assume(&server, &caller, &[("Policy", &long)]).await;
    let said = "Packed policy consumes 105% of allotted space, please use smaller policy.";
    assert_refused(&answer, (400, "PackedPolicyTooLarge", said));
    let gone = "arn:aws:iam::123456789012:policy/gone";
    let answer = assume(&server, &caller, &[("PolicyArns.member.1.arn", gone)]).await;
    let said = format!("Policy {gone} does not exist or is not attachable.");
    assert_refused(&answer, (400, "MalformedPolicyDocument", &said));
    let names: Vec<String> = (1..=11).map(|n| format!("PolicyArns.member.{n}.arn")).collect();
    let many: Vec<(&str, &str)> =
        names.iter().map(|name| (name.as_str(), "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")).collect();
    assert_eq!(assume(&server, &caller, &many).await.code(), "ValidationError");
    let no = assume(
        &server,
        &caller,
        &[("SerialNumber", "arn:aws:iam::123456789012:mfa/x"), ("TokenCode", "123456")],
    );
    assert_eq!(no.await.code(), "AccessDenied");
    let contexts = [("ProvidedContexts.member.1.ProviderArn", "arn:aws:iam::aws:contextProvider/x")];
    assert_eq!(assume(&server, &caller, &contexts).await.code(), "NotImplemented");
}

#[tokio::test]
async fn credentials_of_one_session_go_with_no_other_token() {
    let server = Server::start().await;
    let caller = server.in_role_with(allowing("s3:*")).await;
    make(&server, "target", &trusting(CALLER, &["sts:AssumeRole"], json!({}))).await;
    let session = held(&assume(&server, &caller, &[]).await);
    let mixed = Held { token: caller.token.clone(), ..session.clone() };
    assert_eq!(sts(&server, &mixed, "GetCallerIdentity", &[]).await.code(), "InvalidClientTokenId");
    let mixed = Held { token: session.token, ..caller };
    assert_eq!(sts(&server, &mixed, "GetCallerIdentity", &[]).await.code(), "InvalidClientTokenId");
}

#[tokio::test]
async fn a_federated_user_may_do_what_is_passed_and_nothing_without() {
    let server = Server::start().await;
    let root = server.root();
    let answer = sts(&server, &root, "GetFederationToken", &[("Name", "bob")]).await;
    let arn = "arn:aws:sts::123456789012:federated-user/bob";
    assert_eq!(
        (answer.element("Arn"), answer.element("FederatedUserId")),
        (Some(arn), Some("123456789012:bob"))
    );
    let bare = held(&answer);
    assert_eq!(lists(&server, &bare, "empty").await, "AccessDenied");
    let who = sts(&server, &bare, "GetCallerIdentity", &[]).await;
    assert_eq!((who.element("Arn"), who.element("UserId")), (Some(arn), Some("123456789012:bob")));

    let condition = json!({ "StringEquals": {
        "aws:PrincipalTag/team": "blue", "aws:userid": "123456789012:bob", "aws:PrincipalType": "FederatedUser",
        "aws:PrincipalArn": arn,
    }});
    let policy = json!([{ "Effect": "Allow", "Action": ["s3:ListBucket", "iam:*"], "Resource": "*", "Condition": condition }]);
    let policy = document(&policy).to_string();
    let asked =
        [("Name", "bob"), ("Policy", policy.as_str()), TEAM[0], TEAM[1], ("DurationSeconds", "129600")];
    let bob = held(&sts(&server, &root, "GetFederationToken", &asked).await);
    assert_eq!(lists(&server, &bob, "empty").await, "200");
    let iam = server.signed(&bob, form("iam", "ListRoles", &[])).await;
    let no = "The security token included in the request is invalid";
    assert_refused(&iam, (403, "InvalidClientTokenId", no));
    for (operation, parameters) in [
        ("GetSessionToken", &[][..]),
        ("GetFederationToken", &[("Name", "eve")]),
        ("GetAccessKeyInfo", &[("AccessKeyId", "AKIAAAAAAAAAAAAAROOT")]),
        ("DecodeAuthorizationMessage", &[("EncodedMessage", "x")]),
    ] {
        let no = format!("Cannot call {operation} with session credentials");
        let answer = sts(&server, &bob, operation, parameters).await;
        assert_refused(&answer, (403, "AccessDenied", &no));
    }
    // Sessions of root end after an hour, whatever is asked for.
    server.wait(Span::from_secs(3600));
    assert_eq!(lists(&server, &bob, "empty").await, "ExpiredToken");
}

#[tokio::test]
async fn roots_own_session_is_root_but_for_iam_and_most_of_sts() {
    let server = Server::start().await;
    let root = server.root();
    let own = held(&sts(&server, &root, "GetSessionToken", &[("DurationSeconds", "129600")]).await);
    let who = sts(&server, &own, "GetCallerIdentity", &[]).await;
    let arn = format!("arn:aws:iam::{}:root", account().id);
    assert_eq!((who.element("Arn"), who.element("UserId")), (Some(arn.as_str()), Some("123456789012")));
    assert_eq!(lists(&server, &own, "empty").await, "200");
    assert_eq!(server.signed(&own, form("iam", "ListRoles", &[])).await.code(), "InvalidClientTokenId");
    let factor = [("SerialNumber", "arn:aws:iam::123456789012:mfa/root"), ("TokenCode", "123456")];
    let no = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
              valid and associated with this user.";
    assert_refused(&sts(&server, &root, "GetSessionToken", &factor).await, (403, "AccessDenied", no));
    for session in [own.clone(), server.in_right_role().await] {
        for (operation, parameters) in
            [("GetSessionToken", &[][..]), ("GetFederationToken", &[("Name", "eve")])]
        {
            let no = format!("Cannot call {operation} with session credentials");
            let answer = sts(&server, &session, operation, parameters).await;
            assert_refused(&answer, (403, "AccessDenied", &no));
        }
    }
    server.wait(Span::from_secs(3600));
    assert_eq!(lists(&server, &own, "empty").await, "ExpiredToken");
}

#[tokio::test]
async fn an_access_key_tells_its_account_if_it_is_one_of_this_account() {
    let server = Server::start().await;
    let caller = server.in_right_role().await;
    for key in [server.root().id, caller.id.clone()] {
        let answer = sts(&server, &caller, "GetAccessKeyInfo", &[("AccessKeyId", &key)]).await;
        assert_eq!(answer.element("Account"), Some("123456789012"), "{}", answer.text());
    }
    for key in
        ["AKIAAAAAAAAAAAAAAAAA", "ASIA7777777777777777", "AROAAAAAAAAAAAAAAAAA", "AKIAAAAAAAAAAAAAROOT1"]
    {
        let answer = sts(&server, &caller, "GetAccessKeyInfo", &[("AccessKeyId", key)]).await;
        assert_refused(&answer, (400, "ValidationError", "Invalid Access Key ID"));
    }
}

#[tokio::test]
async fn a_denial_of_the_servers_own_service_tells_whoever_may_decode_it_why() {
    let server = Server::start().await;
    let deny = json!({ "Sid": "Never", "Effect": "Deny", "Action": "cenote:RotateKeys", "Resource": "*" });
    let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let caller = server.in_role_with(json!([all, deny])).await;
    let denied = server.signed(&caller, own_service("RotateKeys")).await;
    let message = denied.member("/message");
    let (sentence, encoded) = message.split_once(". Encoded authorization failure message: ").unwrap();
    assert!(sentence.ends_with("with an explicit deny in an identity-based policy"), "{sentence}");
    for hidden in ["Never", "cenote", "right"] {
        assert!(!encoded.contains(hidden), "{hidden}");
    }
    let decode = async |message: &str| {
        sts(&server, &server.root(), "DecodeAuthorizationMessage", &[("EncodedMessage", message)]).await
    };
    let answer = decode(encoded).await;
    let text = answer.element("DecodedMessage").unwrap().replace("&quot;", "\"");
    let said: Value = serde_json::from_str(&text).unwrap();
    let who = sts(&server, &caller, "GetCallerIdentity", &[]).await;
    let expected = json!({
        "allowed": false,
        "explicitDeny": true,
        "matchedStatements": { "items": [{ "statementId": "Never", "effect": "DENY" }] },
        "failures": { "items": [] },
        "context": {
            "principal": { "id": who.element("UserId"), "arn": SESSION },
            "action": "cenote:RotateKeys",
            "resource": "*",
            "conditions": { "items": [] },
        },
    });
    assert_eq!(said, expected);
    for no in [
        "made-up",
        encoded.strip_suffix(|_: char| true).unwrap(),
        &format!("A{encoded}"),
        caller.token.as_deref().unwrap(),
    ] {
        let no = decode(no).await;
        assert_refused(&no, (400, "InvalidAuthorizationMessageException", "Message is not valid"));
    }
}

#[tokio::test]
async fn a_user_takes_on_a_role_for_as_long_as_its_sessions_may_live() {
    let server = Server::start().await;
    let user = server.user_with("s3:GetObject", "*").await;
    let who = sts(&server, &user, "GetCallerIdentity", &[]).await.element("Arn").unwrap().to_owned();
    for principal in [who.as_str(), "123456789012"] {
        make(&server, "target", &trusting(principal, &["sts:AssumeRole"], json!({}))).await;
        let answer = assume(&server, &user, &[]).await;
        let no = format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {TARGET}");
        match principal {
            "123456789012" => assert_refused(&answer, (403, "AccessDenied", &no)),
            _ => assert_eq!(lists(&server, &held(&answer), "empty").await, "200"),
        }
    }
    make(&server, "target", &trusting(&who, &["sts:AssumeRole"], json!({}))).await;
    let no = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let long = [("DurationSeconds", "3601")];
    assert_refused(&assume(&server, &user, &long).await, (400, "ValidationError", no));
    let trust = trusting(&who, &["sts:AssumeRole"], json!({}));
    let role = Role { longest_session: Span::from_hours(12), ..role("target", &trust) };
    server.write(|records| records.put_role(&role)).await;
    let session = held(&assume(&server, &user, &long).await);
    server.wait(Span::from_secs(3600));
    assert_eq!(lists(&server, &session, "empty").await, "200");
}

#[tokio::test]
async fn a_users_own_session_is_the_user_and_their_federated_users_are_less() {
    let server = Server::start().await;
    let user = server.user_with("*", "*").await;
    let who = sts(&server, &user, "GetCallerIdentity", &[]).await;
    let own = held(&sts(&server, &user, "GetSessionToken", &[]).await);
    let same = sts(&server, &own, "GetCallerIdentity", &[]).await;
    assert_eq!((same.element("Arn"), same.element("UserId")), (who.element("Arn"), who.element("UserId")));
    assert_eq!(lists(&server, &own, "empty").await, "200");
    assert_eq!(server.signed(&own, form("iam", "ListRoles", &[])).await.code(), "InvalidClientTokenId");
    // It is no session of a role, so what it takes on is not bound to an hour, but to the role.
    let condition = json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } });
    make(&server, "target", &trusting("123456789012", &["sts:AssumeRole"], condition)).await;
    let no = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let long = [("DurationSeconds", "3601")];
    assert_refused(&assume(&server, &own, &long).await, (400, "ValidationError", no));
    held(&assume(&server, &own, &[]).await);
    // A key of the user's proves nothing about a second factor, one way or the other.
    assert_eq!(assume(&server, &user, &[]).await.code(), "AccessDenied");

    let policy = document(&allowing("s3:ListBucket")).to_string();
    let asked = [("Name", "bob"), ("Policy", policy.as_str())];
    let bob = held(&sts(&server, &user, "GetFederationToken", &asked).await);
    assert_eq!(lists(&server, &bob, "empty").await, "200");
    server.wait(Span::from_secs(12 * 3600 - 1));
    assert_eq!(lists(&server, &bob, "empty").await, "200");
    // What the user may no longer, nobody may by sessions of theirs.
    server.user_with("s3:GetObject", "*").await;
    for session in [&own, &bob] {
        assert_eq!(lists(&server, session, "empty").await, "AccessDenied");
    }
}

#[tokio::test]
async fn a_federated_user_needs_the_users_policies_to_allow_its_making_and_its_tags() {
    let server = Server::start().await;
    let user = server.user_with("s3:*", "*").await;
    let who = sts(&server, &user, "GetCallerIdentity", &[]).await.element("Arn").unwrap().to_owned();
    let bob = "arn:aws:sts::123456789012:federated-user/bob";
    let no = |action: &str| {
        format!(
            "User: {who} is not authorized to perform: {action} on resource: {bob} because no identity-based policy \
             allows the {action} action"
        )
    };
    let answer = sts(&server, &user, "GetFederationToken", &[("Name", "bob")]).await;
    assert_refused(&answer, (403, "AccessDenied", &no("sts:GetFederationToken")));
    let user = server.user_with("sts:GetFederationToken", bob).await;
    held(&sts(&server, &user, "GetFederationToken", &[("Name", "bob")]).await);
    let tagged = [("Name", "bob"), TEAM[0], TEAM[1]];
    let answer = sts(&server, &user, "GetFederationToken", &tagged).await;
    assert_refused(&answer, (403, "AccessDenied", &no("sts:TagSession")));
    assert_eq!(sts(&server, &user, "GetFederationToken", &[("Name", "eve")]).await.code(), "AccessDenied");
}
