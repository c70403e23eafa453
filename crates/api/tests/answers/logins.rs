//! What identity pools say to logins that do not prove what they should.

use crate::support::{Answer, OTHER_POOL, POOL, PROVIDER, Server, alices_login};
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Roles};
use domain::time::Span;
use serde_json::{Value, json};
use testkit::iam::signed_in_role;
use testkit::identity_pool::identity_pool;
use testkit::keys::RsaKey;
use testkit::tokens::{Signature, access_token, encode, id_token};
use testkit::user_pool::other_client;

async fn get_id(server: &Server, logins: Value) -> Answer {
    server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": logins })).await
}

async fn credentials(server: &Server, id: &str, logins: Value) -> Answer {
    let input = json!({ "IdentityId": id, "Logins": logins });
    server.identity("GetCredentialsForIdentity", &input).await
}

#[track_caller]
fn assert_refused(answer: &Answer, code: &str, message: &str) {
    assert_eq!((answer.code().as_str(), answer.member("/message").as_str()), (code, message));
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_token_that_proves_nothing_is_refused_in_awss_words() {
    let server = Server::start().await;
    let [_, claims, signature] = id_token().parts();
    let alg_none = encode(r#"{"alg":"none"}"#);
    let unverified = "Invalid login token. Couldn't verify signed token.";
    let not_a_token = "Invalid login token. Not a valid OpenId Connect identity token.";
    let unsupported = "Token is not from a supported provider of this identity pool.";
    let issuer = "Invalid login token. Issuer doesn't match providerName";
    for (what, token, message) in [
        ("forged", id_token().signed(Signature::Rs256(RsaKey::Stranger)).text(), unverified),
        ("of an unknown key", id_token().header("kid", "x").text(), unverified),
        ("signed with nothing", format!("{alg_none}.{claims}."), unverified),
        ("whose algorithm is none", format!("{alg_none}.{claims}.{signature}"), unverified),
        ("no token", "token".to_owned(), not_a_token),
        ("an access token", access_token().text(), "Invalid login token. Missing a required claim: aud"),
        ("of another kind", id_token().claim("token_use", "access").text(), not_a_token),
        ("of another issuer", id_token().claim("iss", "https://evil.example").text(), issuer),
        (
            "without an end",
            id_token().without_claim("exp").text(),
            "Invalid login token. Missing a required claim: exp",
        ),
        ("for an unlisted client", id_token().claim("aud", other_client().id.as_str()).text(), unsupported),
    ] {
        for answer in [
            get_id(&server, json!({ PROVIDER: token })).await,
            credentials(&server, &server.alices_id().await, json!({ PROVIDER: token })).await,
        ] {
            assert_eq!(
                (answer.code().as_str(), answer.member("/message").as_str()),
                ("NotAuthorizedException", message),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_ends_when_the_clock_reaches_its_end() {
    let server = Server::start().await;
    server.wait(Span::from_secs(3599));
    assert_eq!(get_id(&server, alices_login()).await.status, 200);
    server.wait(Span::from_secs(1));
    let answer = get_id(&server, alices_login()).await;
    let message = "Invalid login token. Token expired: 1767326645 >= 1767326645";
    assert_refused(&answer, "NotAuthorizedException", message);
}

#[tokio::test]
async fn a_provider_that_the_pool_does_not_list_is_refused_before_its_token_is_read() {
    let server = Server::start().await;
    let no_match =
        "Logins don't match. Please include at least one valid login for this identity or identity pool.";
    let unsupported = "Token is not from a supported provider of this identity pool.";
    for (key, message) in [
        ("graph.facebook.com", no_match),
        ("accounts.google.com", no_match),
        ("cognito-idp.us-east-1.amazonaws.com/us-east-1_Stranger0", unsupported),
        ("cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbCdEfGhI", unsupported),
    ] {
        let answer = get_id(&server, json!({ key: "token" })).await;
        assert_refused(&answer, "NotAuthorizedException", message);
    }
}

#[tokio::test]
async fn an_identity_is_its_owners_alone() {
    let server = Server::start().await;
    let id = server.alices_id().await;
    let mallory = json!({ PROVIDER: id_token().claim("sub", "mallory").text() });
    let forbidden = format!("Access to Identity '{id}' is forbidden.");
    for logins in [json!({}), mallory] {
        assert_refused(&credentials(&server, &id, logins).await, "NotAuthorizedException", &forbidden);
    }
    let unknown = credentials(&server, "us-east-1:0", json!({})).await;
    assert_refused(&unknown, "ResourceNotFoundException", "Identity 'us-east-1:0' not found.");
}

#[tokio::test]
async fn guests_are_refused_where_they_are_not_welcome() {
    let server = Server::start().await;
    let message = "Unauthenticated access is not supported for this identity pool.";
    let answer = server.identity("GetId", &json!({ "IdentityPoolId": OTHER_POOL })).await;
    assert_refused(&answer, "NotAuthorizedException", message);
    let guest = get_id(&server, json!({})).await.member("/IdentityId");
    let closed = IdentityPool { welcomes_guests: false, ..identity_pool() };
    server.write(|records| records.put_identity_pool(&closed)).await;
    let answer = credentials(&server, &guest, json!({})).await;
    assert_refused(&answer, "NotAuthorizedException", message);
}

#[tokio::test]
async fn a_role_that_is_missing_or_lets_nobody_in_is_a_matter_of_configuration() {
    let server = Server::start().await;
    let id = server.alices_id().await;
    let message = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
    let mut distrusting = signed_in_role();
    distrusting.trust = distrusting.trust.replace("1234567890abcdef", "0");
    server.write(|records| records.put_role(&distrusting)).await;
    let answer = credentials(&server, &id, alices_login()).await;
    assert_refused(&answer, "InvalidIdentityPoolConfigurationException", message);
    let without = IdentityPool { roles: Default::default(), ..identity_pool() };
    server.write(|records| records.put_identity_pool(&without)).await;
    let answer = credentials(&server, &id, alices_login()).await;
    assert_refused(&answer, "InvalidIdentityPoolConfigurationException", message);
}

#[tokio::test]
async fn an_account_id_must_be_this_servers() {
    let server = Server::start().await;
    for (account, status) in [("123456789012", 200), ("999999999999", 400)] {
        let input = json!({ "AccountId": account, "IdentityPoolId": POOL });
        assert_eq!(server.identity("GetId", &input).await.status, status);
    }
}
