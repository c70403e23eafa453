//! Which claims become tags of sessions, and what a role says to them.

use crate::desk::{Desk, verified};
use broker::iam::assume::AssumeRefused;
use broker::identity_pool::{Refusal, principal_tags};
use domain::iam::role::Role;
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::principal_tag::{AttributeMap, BadAttributeMap, BadClaim};
use domain::records::{IdentityPools, Roles as _};
use domain::tag::{BadTags, TagKey};
use login::VerifiedLogin;
use policy::{Denial, Layer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::iam::{signed_in_role, trust};
use testkit::identity_pool::{identity_pool, identity_pool_id};
use testkit::tokens::id_token;

const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
const ROLE: &str = "arn:aws:iam::123456789012:role/signed-in";

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<TagKey, String> {
    pairs.iter().map(|(key, claim)| (TagKey::parse(key).unwrap(), (*claim).to_owned())).collect()
}

fn map(claims: &[(&str, &str)]) -> AttributeMap {
    AttributeMap::new(false, pairs(claims)).unwrap()
}

fn pool(map: AttributeMap) -> IdentityPool {
    IdentityPool { principal_tags: BTreeMap::from([(PROVIDER.to_owned(), map)]), ..identity_pool() }
}

/// The login of a user whose token says this of their department.
fn login(department: impl Into<Value>) -> VerifiedLogin {
    verified(&id_token().claim("custom:department", department), &identity_pool())
}

/// A trust policy that lets tags in too, under this further condition on them.
fn tagging(more: &Value) -> String {
    let mut policy = trust(&identity_pool_id(), AuthState::Authenticated);
    let statement = policy.pointer_mut("/Statement/0").unwrap();
    statement["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    let condition = statement["Condition"].as_object_mut().unwrap();
    for (operator, keys) in more.as_object().unwrap() {
        let keys = keys.as_object().unwrap().clone();
        let known = condition.entry(operator.clone()).or_insert_with(|| json!({})).as_object_mut().unwrap();
        known.extend(keys);
    }
    policy.to_string()
}

/// What the session of somebody with this login is tagged with, where the pool has this map and the role this trust
/// policy.
async fn tagged(map: AttributeMap, trust: &str, login: &VerifiedLogin) -> Result<Vec<String>, Refusal> {
    let desk = Desk::open().await;
    desk.write(|records| {
        records.put_identity_pool(&pool(map.clone()));
        records.put_role(&Role { trust: trust.to_owned(), ..signed_in_role() });
    })
    .await;
    let proven = std::slice::from_ref(login);
    let id = desk.get_id(proven).await.unwrap();
    let grant = desk.credentials(&id, proven).await?;
    Ok(grant.session().tags.iter().map(|(key, value)| format!("{key}={value}")).collect())
}

#[tokio::test]
async fn the_claims_of_a_login_become_tags_and_one_that_is_not_there_becomes_none() {
    let map = map(&[
        ("department", "custom:department"),
        ("level", "custom:level"),
        ("client", "aud"),
        ("who", "email"),
    ]);
    let trust = tagging(&json!({}));
    let tags = tagged(map.clone(), &trust, &login("legal")).await.unwrap();
    assert_eq!(tags, ["client=1example23456789abcdefghij", "department=legal", "who=alice@example.com"]);
    let says =
        id_token().claim("custom:level", 7).claim("custom:department", true).claim("email", Value::Null);
    let tags = tagged(map, &trust, &verified(&says, &identity_pool())).await.unwrap();
    assert_eq!(tags, ["client=1example23456789abcdefghij", "department=true", "level=7"]);
}

#[tokio::test]
async fn a_claim_that_cannot_be_a_tag_is_refused_by_name_and_never_left_out() {
    let long = "l".repeat(257);
    let trust = tagging(&json!({}));
    for (what, value) in [
        ("257 characters", json!(long)),
        ("a control character", json!("a\u{7}b")),
        ("a star", json!("*")),
        ("a dollar", json!("${aws:userid}")),
        ("a list", json!(["legal"])),
        ("an empty list", json!([])),
        ("an object", json!({ "a": "b" })),
        ("a fraction", json!(1.5)),
    ] {
        let refused =
            tagged(map(&[("department", "custom:department")]), &trust, &login(value)).await.unwrap_err();
        let Refusal::Claim(BadClaim::Value { claim, key, .. }) = &refused else {
            panic!("{what}: {refused:?}")
        };
        assert_eq!((claim.as_str(), key.as_str()), ("custom:department", "department"), "{what}");
        assert!(refused.to_string().contains("`custom:department`"), "{refused}");
    }
    for value in ["l".repeat(256), String::new(), "ab_.:/=+-@ Üñí9".to_owned()] {
        let tags = tagged(map(&[("department", "custom:department")]), &trust, &login(value.as_str())).await;
        assert_eq!(tags, Ok(vec![format!("department={value}")]));
    }
}

#[tokio::test]
async fn an_address_that_was_not_verified_becomes_no_tag_and_is_not_left_out() {
    let trust = tagging(&json!({}));
    for token in [id_token().claim("email_verified", false), id_token().without_claim("email_verified")] {
        let refused = tagged(map(&[("who", "email")]), &trust, &verified(&token, &identity_pool())).await;
        assert!(matches!(&refused, Err(Refusal::Claim(BadClaim::Value { claim, .. })) if claim == "email"));
    }
}

#[tokio::test]
async fn a_session_gets_tags_only_where_the_trust_policy_lets_tags_in() {
    let department = || map(&[("department", "custom:department")]);
    let untagging = trust(&identity_pool_id(), AuthState::Authenticated).to_string();
    let denial = Denial::Implicit { layer: Layer::Trust };
    let refused = Refusal::Role(AssumeRefused::NotTaggable { role: ROLE.to_owned(), denial });
    assert_eq!(tagged(department(), &untagging, &login("legal")).await, Err(refused));
    let nobodys = verified(&id_token(), &identity_pool());
    assert_eq!(
        tagged(department(), &untagging, &nobodys).await,
        Ok(vec![]),
        "without the claim there is no tag"
    );
}

#[tokio::test]
async fn a_trust_policy_sees_which_tags_a_session_shall_have() {
    let legal = json!({ "StringEquals": { "aws:RequestTag/Department": "legal" } });
    let keys = json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["department"] } });
    let others = json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["client"] } });
    for (what, more, department, is_let_in) in [
        ("the value that it wants", &legal, "legal", true),
        ("another value", &legal, "sales", false),
        ("the keys that it wants", &keys, "legal", true),
        ("another key", &others, "legal", false),
    ] {
        let map = map(&[("department", "custom:department")]);
        let tags = tagged(map, &tagging(more), &login(department)).await;
        assert_eq!(tags.is_ok(), is_let_in, "{what}: {tags:?}");
    }
}

#[tokio::test]
async fn tags_that_are_too_large_together_are_refused() {
    let names: Vec<String> = (0..46).map(|number| format!("custom:{number:02}")).collect();
    // 46 tags, each with a key and a value of five bytes.
    let keys: Vec<(String, &str)> =
        names.iter().map(|name| (name.replace("custom:", "key"), name.as_str())).collect();
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, name)| (key.as_str(), *name)).collect();
    let fits = names.iter().fold(id_token(), |token, name| token.claim(name, "five5"));
    let trust = tagging(&json!({}));
    let tags = tagged(map(&keys), &trust, &verified(&fits, &identity_pool())).await.unwrap();
    assert_eq!(tags.len(), 46);
    let over = fits.claim("custom:00", "sixsix");
    let refused = tagged(map(&keys), &trust, &verified(&over, &identity_pool())).await;
    assert_eq!(refused, Err(Refusal::Role(AssumeRefused::TagsTooLarge { percent: 101 })));
    let far_over = over.claim("custom:01", "l".repeat(180));
    let refused = tagged(map(&keys), &trust, &verified(&far_over, &identity_pool())).await;
    assert_eq!(refused, Err(Refusal::Role(AssumeRefused::TagsTooLarge { percent: 139 })));
}

#[tokio::test]
async fn logins_that_say_different_things_give_no_tag_to_choose_from() {
    let desk = Desk::open().await;
    let pool = pool(map(&[("department", "custom:department")]));
    let of = async |logins: &[VerifiedLogin]| {
        let tags = desk.ask(|records, _| principal_tags::of(records, &desk.house, &pool, logins)).await?;
        Ok(tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>())
    };
    let silent = verified(&id_token(), &identity_pool());
    assert_eq!(of(&[login("legal"), silent, login("legal")]).await, Ok(vec!["department=legal".to_owned()]));
    let key = TagKey::parse("department").unwrap();
    let conflict = Refusal::Claim(BadClaim::Conflict(key));
    assert_eq!(of(&[login("legal"), login("sales")]).await, Err(conflict));
    assert_eq!(of(&[]).await, Ok(vec![]));
}

#[tokio::test]
async fn a_map_is_kept_for_each_provider_that_is_listed() {
    for desk in Desk::each().await {
        let pool = identity_pool();
        let role = Role { trust: tagging(&json!({})), ..signed_in_role() };
        desk.write(|records| records.put_role(&role)).await;
        let set = async |provider: &str, map: &AttributeMap| {
            desk.ask(|records, _| principal_tags::set(records, &desk.house, &pool.id, (provider, map))).await
        };
        let find = async || desk.ask(|records, _| principal_tags::find(records, &pool.id, PROVIDER)).await;
        assert_eq!(find().await, Err(Refusal::NoAttributeMap(PROVIDER.to_owned())));
        let wanted = map(&[("department", "custom:department")]);
        assert_eq!(set(PROVIDER, &wanted).await, Ok(()));
        assert_eq!(find().await, Ok(wanted.clone()));
        assert_eq!(set(PROVIDER, &map(&[])).await, Ok(()));
        assert_eq!(find().await, Ok(map(&[])));
        let with_client = format!("{PROVIDER}:1example23456789abcdefghij");
        for other in [with_client.as_str(), "accounts.google.com", "https://x", ""] {
            assert_eq!(set(other, &wanted).await, Err(Refusal::NotTaggable(other.to_owned())), "{other}");
        }
    }
}

#[test]
fn the_defaults_are_awss_and_cannot_be_changed() {
    let defaults = pairs(&[("username", "sub"), ("client", "aud")]);
    let expected = AttributeMap { use_defaults: true, claims: defaults.clone() };
    assert_eq!(AttributeMap::new(true, BTreeMap::new()), Ok(expected.clone()));
    assert_eq!(AttributeMap::new(true, defaults), Ok(expected));
    let other = AttributeMap::new(true, pairs(&[("username", "email")]));
    assert_eq!(other, Err(BadAttributeMap::OtherThanDefaults));
}

#[test]
fn keys_that_policies_could_not_tell_apart_are_refused() {
    let alike = AttributeMap::new(false, pairs(&[("Team", "a"), ("team", "b")]));
    let key = TagKey::parse("team").unwrap();
    assert_eq!(alike, Err(BadAttributeMap::Tags(BadTags::Alike(key))));
}
