//! Tokens of identities: how they are asked for, what STS and the pool give for them, and what they are not given for.

use crate::support::{Answer, POOL, PROVIDER, Server, alices_login, form, own_service, to_assume};
use api::key_making::{KeyMaker, KeyMaking};
use broker::House;
use data_encoding::BASE64URL_NOPAD;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{Breakdown, IdentityPools, IdentityTokenKeys};
use domain::signing::FreshKey;
use domain::time::Span;
use domain::user_pool::pool::{IssuerBase, Issuers};
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::account;
use testkit::identity_pool::{identity_pool, signed_in, token_keys};
use testkit::keys::RsaKey;
use testkit::tokens::{Signature, access_token, encode, guest_token, id_token, identity_token};

const OWN: &str = "cognito-identity.amazonaws.com";

/// A server whose pool allows the classic flow, whose keys are those of `testkit`, and where Alice has the identity that
/// the tokens of `testkit` are about.
async fn start() -> Server {
    let server = Server::start().await;
    server.allow_classic_flow().await;
    server
        .write(|records| {
            records.put_token_keys(&token_keys());
            records.put_identity(&signed_in());
        })
        .await;
    server
}

async fn token_for(server: &Server, id: &str, logins: Value) -> Answer {
    server.identity("GetOpenIdToken", &json!({ "IdentityId": id, "Logins": logins })).await
}

async fn credentials(server: &Server, id: &str, logins: Value) -> Answer {
    let input = json!({ "IdentityId": id, "Logins": logins });
    server.identity("GetCredentialsForIdentity", &input).await
}

async fn assume(server: &Server, token: &str) -> Answer {
    assume_with(server, token, &[]).await
}

/// Takes a token to STS with these parameters beside the usual ones, or in their place.
async fn assume_with(server: &Server, token: &str, other: &[(&str, &str)]) -> Answer {
    let usual = to_assume(token);
    let kept = usual.iter().filter(|(name, _)| other.iter().all(|(named, _)| named != name));
    let all: Vec<(&str, &str)> = kept.chain(other).copied().collect();
    server.answer(form("sts", "AssumeRoleWithWebIdentity", &all)).await
}

#[track_caller]
fn assert_refused(answer: &Answer, (status, code, message): (u16, &str, &str)) {
    let said = answer.json();
    let found = (answer.status, answer.code(), said["message"].as_str().unwrap_or_default());
    assert_eq!(found, (status, code.to_owned(), message));
}

#[track_caller]
fn assert_refused_at_sts(answer: &Answer, (status, code, message): (u16, &str, &str)) {
    let said = answer.element("Message").unwrap_or_default().replace("&apos;", "'");
    assert_eq!((answer.status, answer.code().as_str(), said.as_str()), (status, code, message));
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_has_the_header_and_claims_of_awss_own() {
    let server = start().await;
    let id = server.alices_id().await;
    let answer = token_for(&server, &id, alices_login()).await;
    assert_eq!(answer.member("/IdentityId"), id);
    let token = answer.member("/Token");
    let kid = RsaKey::IdentityTokens.public().kid;
    assert_eq!(part(&token, 0), json!({ "kid": kid, "typ": "JWS", "alg": "RS512" }));
    let claims = part(&token, 1);
    assert_eq!(claims["iss"], "https://cognito-identity.amazonaws.com");
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(POOL), &json!(id)));
    let user = format!("{PROVIDER}:CognitoSignIn:a11ce000-0000-4000-8000-000000000001");
    assert_eq!(claims["amr"], json!(["authenticated", PROVIDER, user]));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
}

#[tokio::test]
async fn tokens_name_the_operators_issuer_while_conditions_and_logins_keep_awss_name() {
    let mut server = start().await;
    let own = IssuerBase::parse("https://login.example").unwrap();
    server.app.house = House::new(account(), Issuers::new(&account().region, Some(own)));
    let token = server.alices_token().await;
    assert_eq!(part(&token, 1)["iss"], "https://login.example");
    for token in [token, identity_token().text()] {
        let answer = assume(&server, &token).await;
        assert_eq!((answer.status, answer.element("Provider")), (200, Some(OWN)), "{}", answer.text());
        assert_eq!(credentials(&server, signed_in().id.as_str(), json!({ OWN: token })).await.status, 200);
    }
}

#[tokio::test]
async fn a_pool_that_does_not_allow_the_classic_flow_gives_no_token_and_its_tokens_are_refused_at_sts() {
    let server = start().await;
    let token = server.alices_token().await;
    let off = "Basic (classic) flow is not enabled, please use enhanced flow.";
    for classic_flow in [None, Some(false)] {
        let pool = IdentityPool { classic_flow, ..identity_pool() };
        server.write(|records| records.put_identity_pool(&pool)).await;
        let answer = token_for(&server, signed_in().id.as_str(), alices_login()).await;
        assert_refused(&answer, (400, "InvalidParameterException", off));
        assert_refused_at_sts(&assume(&server, &token).await, (403, "IDPRejectedClaim", off));
    }
}

#[tokio::test]
async fn sts_tells_what_the_token_said_and_gives_credentials_that_work() {
    let server = start().await;
    let token = server.alices_token().await;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let answer = assume_with(&server, &token, &[("DurationSeconds", "900"), ("Policy", policy)]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/xml")));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    for (name, value) in [
        ("SubjectFromWebIdentityToken", signed_in().id.as_str()),
        ("Audience", POOL),
        ("Provider", OWN),
        ("PackedPolicySize", "5"),
        ("Arn", "arn:aws:sts::123456789012:assumed-role/signed-in/phone"),
        ("Expiration", "2026-01-02T03:19:05Z"),
    ] {
        assert_eq!(answer.element(name), Some(value), "{name}: {}", answer.text());
    }
    assert!(
        answer.element("AssumedRoleId").is_some_and(|id| id.starts_with("AROA") && id.ends_with(":phone"))
    );
    let held = crate::support::Held {
        id: answer.element("AccessKeyId").unwrap().to_owned(),
        secret: answer.element("SecretAccessKey").unwrap().to_owned(),
        token: Some(answer.element("SessionToken").unwrap().to_owned()),
    };
    server.put(&held, &format!("/my-bucket/{}/note", signed_in().id), "note").await;
    server.wait(Span::from_mins(15));
    let late = server.s3(&held, crate::support::Ask::new("GET", "/my-bucket/public/hello.txt")).await;
    assert_eq!(late.code(), "ExpiredToken");
    let without = assume(&server, &identity_token().claim("exp", 2_000_000_000).text()).await;
    assert_eq!((without.status, without.element("PackedPolicySize")), (200, None));
}

#[tokio::test]
async fn sts_says_in_awss_words_what_is_wrong_with_a_token() {
    let server = start().await;
    let [_, claims, signature] = identity_token().parts();
    let none = encode(r#"{"alg":"none"}"#);
    let no_jwt =
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
    let no_key = "Couldn't retrieve verification key from your identity provider, please reference \
                  AssumeRoleWithWebIdentity documentation for requirements";
    let unverified = "Couldn't verify signed token.";
    let of_users = "No OpenIDConnect provider found in your account for \
                    https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
    let stranger = Signature::Rs512(RsaKey::Stranger);
    for (what, token, message) in [
        ("no token", "token".to_owned(), no_jwt),
        ("an ID token of a user pool", id_token().text(), of_users),
        ("an access token", access_token().text(), of_users),
        ("forged", identity_token().signed(stranger).text(), unverified),
        ("whose algorithm is none", format!("{none}.{claims}.{signature}"), no_key),
        ("of another algorithm", identity_token().header("alg", "RS256").text(), unverified),
        ("of an unknown key", identity_token().header("kid", "x").text(), no_key),
        (
            "without an audience",
            identity_token().without_claim("aud").text(),
            "Missing a required claim: aud",
        ),
        ("for no pool", identity_token().claim("aud", "app").text(), "Incorrect token audience"),
    ] {
        let answer = assume(&server, &token).await;
        assert_eq!(answer.code(), "InvalidIdentityToken", "{what}");
        assert_refused_at_sts(&answer, (400, "InvalidIdentityToken", message));
    }
    server.wait(Span::from_mins(10));
    let message =
        "Token expired: current date/time 1767323645 must be before the expiration date/time 1767323645";
    let expired = assume(&server, &identity_token().text()).await;
    assert_refused_at_sts(&expired, (400, "ExpiredTokenException", message));
}

#[tokio::test]
async fn sts_says_in_awss_words_what_else_is_wrong() {
    let server = start().await;
    let token = server.alices_token().await;
    let denied = (403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    for role in [
        "arn:aws:iam::123456789012:role/guest",
        "arn:aws:iam::123456789012:role/gone",
        "arn:aws:iam::999999999999:role/signed-in",
    ] {
        assert_refused_at_sts(&assume_with(&server, &token, &[("RoleArn", role)]).await, denied);
    }
    let long = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let short = "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must \
                 have value greater than or equal to 900";
    let wide = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/{}"}}}}"#,
        "é".repeat(1900)
    );
    let packed = "Packed policy consumes 191% of allotted space, please use smaller policy.";
    let gone = "Policy arn:aws:iam::aws:policy/NoSuchAccess does not exist or is not attachable.";
    let amazon = "Access tokens of www.amazon.com are not accepted.";
    let other =
        "The parameter ProviderId is only for access tokens of www.amazon.com and graph.facebook.com.";
    for (other, said) in [
        (
            ("RoleArn", "arn:aws:iam::123456789012:user/alice"),
            (400, "ValidationError", "Request ARN is invalid"),
        ),
        (("DurationSeconds", "3601"), (400, "ValidationError", long)),
        (("DurationSeconds", "899"), (400, "ValidationError", short)),
        (("Policy", "{"), (400, "MalformedPolicyDocument", "Syntax errors in policy.")),
        (("Policy", wide.as_str()), (400, "PackedPolicyTooLarge", packed)),
        (
            ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/NoSuchAccess"),
            (400, "MalformedPolicyDocument", gone),
        ),
        (("ProviderId", "www.amazon.com"), (400, "InvalidIdentityToken", amazon)),
        (("ProviderId", "accounts.google.com"), (400, "InvalidIdentityToken", other)),
        (
            ("MinimumSessionTokenSize", "100"),
            (501, "NotImplemented", "MinimumSessionTokenSize is not served yet"),
        ),
    ] {
        assert_refused_at_sts(&assume_with(&server, &token, &[other]).await, said);
    }
    server.write(|records| records.delete_identity(&signed_in())).await;
    let gone = "The identity is no longer what the token says.";
    assert_refused_at_sts(&assume(&server, &token).await, (403, "IDPRejectedClaim", gone));
}

#[tokio::test]
async fn a_token_in_the_place_of_logins_is_good_for_credentials_and_for_nothing_else() {
    let server = start().await;
    let id = signed_in().id;
    let token = identity_token().text();
    let answer = credentials(&server, id.as_str(), json!({ OWN: token })).await;
    assert!(answer.member("/Credentials/AccessKeyId").starts_with("ASIA"));
    let no_login = "Invalid login token. Can't pass in a Cognito token.";
    let pool = json!({ "IdentityPoolId": POOL, "Logins": { OWN: token } });
    for answer in
        [server.identity("GetId", &pool).await, token_for(&server, id.as_str(), json!({ OWN: token })).await]
    {
        assert_refused(&answer, (400, "NotAuthorizedException", no_login));
    }
    let mut both = alices_login();
    both[OWN] = json!(token);
    let alone = "a token of an identity pool says who somebody is; no login may be shown beside it";
    let answer = credentials(&server, id.as_str(), both).await;
    assert_refused(&answer, (400, "InvalidParameterException", alone));
}

#[tokio::test]
async fn a_token_that_is_none_of_the_pools_is_refused_in_awss_words() {
    let server = start().await;
    let id = signed_in().id;
    let none = "Invalid login token. Not a Cognito token.";
    let unverified = "Invalid login token. Couldn't verify signed token.";
    let stranger = Signature::Rs512(RsaKey::Stranger);
    for (token, message) in [
        ("token".to_owned(), none),
        (id_token().text(), none),
        (identity_token().without_claim("amr").text(), none),
        (identity_token().claim("aud", "app").text(), none),
        (identity_token().signed(stranger).text(), unverified),
        (identity_token().header("kid", "x").text(), unverified),
    ] {
        let answer = credentials(&server, id.as_str(), json!({ OWN: token })).await;
        assert_refused(&answer, (400, "NotAuthorizedException", message));
    }
    let forbidden = format!("Access to Identity '{}' is forbidden.", id);
    let of_guest = credentials(&server, id.as_str(), json!({ OWN: guest_token().text() })).await;
    assert_refused(&of_guest, (400, "NotAuthorizedException", &forbidden));
    let elsewhere = identity_token().claim("aud", "us-east-1:abcdef").text();
    let answer = credentials(&server, id.as_str(), json!({ OWN: elsewhere })).await;
    assert_refused(&answer, (400, "NotAuthorizedException", &forbidden));
    server.wait(Span::from_mins(10));
    let answer = credentials(&server, id.as_str(), json!({ OWN: identity_token().text() })).await;
    let message = "Invalid login token. Token expired: 1767323645 >= 1767323645";
    assert_refused(&answer, (400, "NotAuthorizedException", message));
}

#[tokio::test]
async fn an_identity_is_looked_for_before_the_token_shown_for_it_is_proven() {
    let server = start().await;
    for token in ["token".to_owned(), guest_token().text(), identity_token().text()] {
        let answer = credentials(&server, "us-east-1:0", json!({ OWN: token })).await;
        let message = "Identity 'us-east-1:0' not found.";
        assert_refused(&answer, (400, "ResourceNotFoundException", message));
    }
}

#[tokio::test]
async fn a_token_of_a_key_that_was_replaced_is_good_to_its_end() {
    let mut server = start().await;
    server.makes_keys_anew();
    let before = server.alices_token().await;
    server.signed(&server.root(), own_service("RotateKeys")).await;
    let after = server.alices_token().await;
    assert_ne!(part(&before, 0)["kid"], part(&after, 0)["kid"]);
    for token in [before, after] {
        assert_eq!(assume(&server, &token).await.status, 200);
    }
}

#[tokio::test]
async fn what_is_issued_is_on_record_with_whom_the_pool_vouched_for() {
    let server = start().await;
    let token = server.alices_token().await;
    assume(&server, &token).await;
    let records: Vec<Value> =
        server.sink.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [vouched, assumed] = [&records[records.len() - 2], &records[records.len() - 1]];
    assert_eq!(
        (&vouched["eventName"], &assumed["eventName"]),
        (&json!("GetOpenIdToken"), &json!("AssumeRoleWithWebIdentity"))
    );
    assert_eq!(vouched["responseElements"]["identityId"], signed_in().id.as_str());
    assert_eq!(vouched["additionalEventData"]["logins"][0]["provider"], PROVIDER);
    let who = json!({
        "type": "WebIdentityUser",
        "principalId": format!("{OWN}:{POOL}:{}", signed_in().id),
        "userName": signed_in().id,
        "identityProvider": OWN,
    });
    assert_eq!(assumed["userIdentity"], who);
    assert_eq!(assumed["requestParameters"]["roleSessionName"], "phone");
    assert_eq!(assumed["additionalEventData"]["identityPoolId"], POOL);
    server.sink.break_down();
    let input = json!({ "IdentityId": signed_in().id, "Logins": alices_login() });
    let withheld = server.identity("GetOpenIdToken", &input).await;
    assert_eq!((withheld.status, withheld.text()), (500, r#"{"__type":"InternalErrorException"}"#));
    let withheld = assume(&server, &token).await;
    assert_eq!((withheld.status, withheld.element("AccessKeyId")), (500, None));
}

/// Makes no key.
struct Broken;

impl KeyMaker for Broken {
    fn make_rsa(&self) -> Result<FreshKey, Breakdown> {
        Err(Breakdown::new("the machine gives no randomness"))
    }
}

#[tokio::test]
async fn nobody_is_promoted_or_linked_by_a_call_that_can_sign_nothing() {
    let mut server = Server::start().await;
    server.allow_classic_flow().await;
    let guest = server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await.member("/IdentityId");
    server.app.key_making = KeyMaking::new(Arc::new(Broken));
    let answer = token_for(&server, &guest, alices_login()).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "InternalErrorException"));
    assert_eq!(credentials(&server, &guest, json!({})).await.status, 200, "a guest stays one");
    assert_ne!(server.alices_id().await, guest);
}
