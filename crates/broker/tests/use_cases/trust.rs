//! Which roles an identity may take on: the trust policy alone decides.

use crate::desk::{Desk, alice};
use broker::iam::assume::AssumeRefused;
use broker::identity_pool::Refusal;
use domain::arn::RoleArn;
use domain::iam::role::{Role, RoleName};
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, Roles};
use domain::records::{IdentityPools, Roles as _};
use policy::{Denial, KeptBy, Layer, StatementRef};
use serde_json::{Value, json};
use testkit::iam::{document, guest_role, signed_in_role, trust};
use testkit::identity_pool::{identity_pool, identity_pool_id};

const ROLE: &str = "arn:aws:iam::123456789012:role/signed-in";

/// What alice is told when the role for those who signed in has this trust policy.
async fn asked_with(trust: &str) -> Option<Refusal> {
    let desk = Desk::open().await;
    let role = Role { trust: trust.to_owned(), ..signed_in_role() };
    desk.write(|records| records.put_role(&role)).await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    desk.credentials(&id, &[alice()]).await.err()
}

/// How the trust policy of the role denied, and what the statement lacks that came nearest to letting alice in.
fn not_trusted(refused: Option<Refusal>) -> Option<(Denial, Option<KeptBy>)> {
    let Some(Refusal::Role(AssumeRefused::NotTrusted { role, denial, nearest })) = refused else {
        return None;
    };
    (role == ROLE).then(|| (denial, nearest.map(|nearest| nearest.kept_by)))
}

/// The trust policy that lets those in who signed in, with something put in the place of a part of it.
fn spoiled(pointer: &str, value: Value) -> String {
    let mut policy = trust(&identity_pool_id(), AuthState::Authenticated);
    *policy.pointer_mut(pointer).unwrap() = value;
    policy.to_string()
}

/// The same, with a further key that must equal a value.
fn also(key: &str, value: &str) -> String {
    let pool = identity_pool_id().to_string();
    let keys = json!({ "cognito-identity.amazonaws.com:aud": pool, (key): value });
    spoiled("/Statement/0/Condition/StringEquals", keys)
}

#[tokio::test]
async fn a_trust_policy_that_does_not_name_the_identity_keeps_it_out() {
    let another_pool = IdentityPoolId::parse("us-east-1:1234567890abcdee").unwrap();
    let aud = "/Statement/0/Condition/StringEquals";
    let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let lists = |key: &str, listed: &str, found: Option<&[&str]>| {
        let key = format!("cognito-identity.amazonaws.com:{key}");
        KeptBy::Condition { key, listed: texts(&[listed]), found: found.map(texts) }
    };
    let principal = |listed: &str| KeptBy::Principal { listed: texts(&[listed]) };
    let (pool, provider) = (identity_pool_id(), alice().key().provider.clone());
    let login = format!("{provider}:CognitoSignIn:{}", alice().key().subject);
    let amr = ["authenticated", provider.as_str(), login.as_str()];
    let absent = KeptBy::Condition {
        key: "accounts.google.com:aud".to_owned(),
        listed: texts(&["us-east-1:0"]),
        found: None,
    };
    for (what, policy, lack) in [
        (
            "another pool",
            trust(&another_pool, AuthState::Authenticated).to_string(),
            lists("aud", another_pool.as_str(), Some(&[pool.as_str()])),
        ),
        (
            "the other state",
            trust(&pool, AuthState::Guest).to_string(),
            lists("amr", "unauthenticated", Some(&amr)),
        ),
        (
            "another action",
            spoiled("/Statement/0/Action", json!("sts:AssumeRole")),
            KeptBy::Action { listed: texts(&["sts:AssumeRole"]) },
        ),
        (
            "another provider",
            spoiled("/Statement/0/Principal", json!({ "Federated": "accounts.google.com" })),
            principal("Federated accounts.google.com"),
        ),
        (
            "another kind of principal",
            spoiled("/Statement/0/Principal", json!({ "AWS": "123456789012" })),
            principal("123456789012"),
        ),
        ("a key that is not there", also("accounts.google.com:aud", "us-east-1:0"), absent),
    ] {
        let silent = Some((Denial::Implicit { layer: Layer::Trust }, Some(lack)));
        assert_eq!(not_trusted(asked_with(&policy).await), silent, "{what}");
    }
    let somebody_else = spoiled(aud, json!({ "cognito-identity.amazonaws.com:sub": "us-east-1:0" }));
    let (_, lack) = not_trusted(asked_with(&somebody_else).await).unwrap();
    assert!(
        matches!(lack, Some(KeptBy::Condition { key, .. }) if key == "cognito-identity.amazonaws.com:sub")
    );
}

#[tokio::test]
async fn a_trust_policy_that_denies_keeps_the_identity_out_whatever_else_it_allows() {
    let mut policy = trust(&identity_pool_id(), AuthState::Authenticated);
    let mut denying = policy.pointer("/Statement/0").unwrap().clone();
    *denying.pointer_mut("/Effect").unwrap() = json!("Deny");
    policy.pointer_mut("/Statement").and_then(Value::as_array_mut).unwrap().push(denying);
    let by = StatementRef { policy: "trust policy of role signed-in".to_owned(), sid: None, index: 1 };
    let denial = Denial::Explicit { by, layer: Layer::Trust };
    assert_eq!(not_trusted(asked_with(&policy.to_string()).await), Some((denial, None)));
}

#[tokio::test]
async fn a_trust_policy_can_ask_for_the_login_and_for_the_name_of_the_session() {
    let provider = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI:CognitoSignIn:*";
    let any = "/Statement/0/Condition/ForAnyValue:StringLike";
    for policy in [
        spoiled(any, json!({ "cognito-identity.amazonaws.com:amr": provider })),
        also("sts:RoleSessionName", "CognitoIdentityCredentials"),
    ] {
        assert_eq!(asked_with(&policy).await, None, "{policy}");
    }
}

#[tokio::test]
async fn a_trust_policy_that_cannot_be_read_any_more_lets_nobody_in() {
    let unprincipled = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*"}}"#;
    let of_every_pool = spoiled("/Statement/0/Condition/StringEquals", json!({ "aws:PrincipalTag/a": "b" }));
    for text in ["", "{", "{}", unprincipled, &document(&json!([])).to_string(), &of_every_pool] {
        let told = asked_with(text).await;
        assert!(
            matches!(&told, Some(Refusal::Role(AssumeRefused::Malformed { role, .. })) if role == ROLE),
            "`{text}`: {told:?}"
        );
    }
}

#[tokio::test]
async fn a_role_that_is_not_this_accounts_very_role_is_no_role() {
    for text in [
        "arn:aws:iam::123456789012:role/gone",
        "arn:aws:iam::999999999999:role/signed-in",
        "arn:aws:iam::123456789012:role/path/signed-in",
        "arn:aws:iam::123456789012:role/SIGNED-IN",
    ] {
        for desk in Desk::each().await {
            let id = desk.get_id(&[alice()]).await.unwrap();
            let named = RoleArn::parse(text).unwrap();
            let roles = Roles { authenticated: Some(named), ..identity_pool().roles };
            let pool = IdentityPool { roles, ..identity_pool() };
            desk.write(|records| records.put_identity_pool(&pool)).await;
            let refused = desk.credentials(&id, &[alice()]).await.err();
            assert_eq!(refused, Some(Refusal::Role(AssumeRefused::NoSuchRole(text.to_owned()))));
        }
    }
}

#[tokio::test]
async fn a_role_for_guests_does_not_serve_those_who_signed_in_nor_the_other_way_round() {
    for desk in Desk::each().await {
        let account = desk.house.account.id.clone();
        let (guest, id) = (desk.get_id(&[]).await.unwrap(), desk.get_id(&[alice()]).await.unwrap());
        let roles = Roles {
            authenticated: Some(guest_role().arn(&account)),
            unauthenticated: Some(signed_in_role().arn(&account)),
        };
        let pool = IdentityPool { roles, ..identity_pool() };
        desk.write(|records| records.put_identity_pool(&pool)).await;
        for (id, shown) in [(guest, vec![]), (id, vec![alice()])] {
            let refused = desk.credentials(&id, &shown).await.err();
            assert!(matches!(refused, Some(Refusal::Role(AssumeRefused::NotTrusted { .. }))), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn a_role_that_was_made_anew_is_taken_on_as_it_is_now() {
    let desk = Desk::open().await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    let before = desk.credentials(&id, &[alice()]).await.unwrap();
    let anew = Role { id: guest_role().id, ..signed_in_role() };
    assert_eq!(anew.name, RoleName::parse("signed-in").unwrap());
    desk.write(|records| records.put_role(&anew)).await;
    let after = desk.credentials(&id, &[alice()]).await.unwrap();
    assert_ne!(before.session().role().unwrap().role_id, after.session().role().unwrap().role_id);
}
