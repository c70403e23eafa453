//! What a trust policy can ask about the circumstances under which its role is taken on.

use crate::desk::alice;
use crate::open_id::{assume, enhanced, for_role, open};
use domain::iam::role::Role;
use domain::identity_pool::login::AuthState;
use domain::records::Roles;
use domain::tag::{TagKey, TagValue, Tags};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::iam::{signed_in_role, trust};
use testkit::identity_pool::{identity_pool_id, signed_in};
use testkit::tokens::identity_token;

/// The role for those who signed in, let in under one condition more, or denied under it.
fn role(effect: &str, condition: (&str, &str, &str)) -> Role {
    let (operator, key, value) = condition;
    let mut policy = trust(&identity_pool_id(), AuthState::Authenticated);
    let statements = policy["Statement"].as_array_mut().unwrap();
    if effect == "Deny" {
        let mut denying = statements[0].clone();
        denying["Effect"] = json!(effect);
        denying["Condition"] = json!({});
        statements.push(denying);
    }
    let asking = statements.last_mut().and_then(|last| last["Condition"].as_object_mut()).unwrap();
    asking.entry(operator).or_insert(json!({}))[key] = Value::from(value);
    Role { trust: policy.to_string(), ..signed_in_role() }
}

#[tokio::test]
async fn a_trust_policy_is_told_when_and_how_its_role_is_asked_for_and_from_where_if_its_holder_asks() {
    let both = |is_let_in| (is_let_in, is_let_in);
    for (effect, condition, (by_holder, by_pool)) in [
        ("Deny", ("Bool", "aws:SecureTransport", "false"), both(false)),
        ("Deny", ("Bool", "aws:SecureTransport", "true"), both(true)),
        ("Allow", ("Bool", "aws:SecureTransport", "false"), both(true)),
        ("Deny", ("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"), both(false)),
        ("Allow", ("DateLessThan", "aws:CurrentTime", "2026-01-03T00:00:00Z"), both(true)),
        ("Deny", ("NumericGreaterThan", "aws:EpochTime", "1767323044"), both(false)),
        ("Allow", ("NumericEquals", "aws:EpochTime", "1767323045"), both(true)),
        ("Deny", ("StringEquals", "aws:RequestedRegion", "us-east-1"), both(false)),
        ("Allow", ("StringNotEquals", "aws:RequestedRegion", "us-east-1"), both(false)),
        ("Allow", ("IpAddress", "aws:SourceIp", "192.0.2.0/24"), (true, false)),
        ("Allow", ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"), (false, true)),
        ("Deny", ("IpAddress", "aws:SourceIp", "192.0.2.0/24"), (false, true)),
        ("Deny", ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"), (true, false)),
        ("Deny", ("StringLike", "aws:UserAgent", "phone/*"), (false, true)),
        ("Deny", ("StringEquals", "aws:Referer", "https://app.example/"), (false, true)),
    ] {
        let desk = open().await;
        let role = role(effect, condition);
        desk.write(|records| records.put_role(&role)).await;
        let mut asked = for_role(&role);
        asked.circumstances.user_agent = Some("phone/1.0".to_owned());
        asked.circumstances.referer = Some("https://app.example/".to_owned());
        let classic = assume(&desk, &identity_token(), &asked).await.is_ok();
        assert_eq!(classic, by_holder, "{effect} {condition:?} at STS");
        let token = enhanced(&desk, &signed_in().id, &identity_token()).await.is_ok();
        assert_eq!(token, by_pool, "{effect} {condition:?} of a token at the pool");
        let login = desk.credentials(&signed_in().id, &[alice()]).await.is_ok();
        assert_eq!(login, by_pool, "{effect} {condition:?} of a login at the pool");
    }
}

#[tokio::test]
async fn a_trust_policy_can_ask_for_the_tags_of_its_role() {
    for (effect, key, team, is_let_in) in [
        ("Allow", "aws:ResourceTag/team", "red", true),
        ("Allow", "iam:ResourceTag/team", "red", true),
        ("Allow", "aws:ResourceTag/team", "blue", false),
        ("Deny", "aws:ResourceTag/team", "red", false),
        ("Deny", "iam:ResourceTag/team", "red", false),
        ("Deny", "iam:ResourceTag/team", "blue", true),
    ] {
        let desk = open().await;
        let tags = BTreeMap::from([(TagKey::parse("team").unwrap(), TagValue::parse("red").unwrap())]);
        let tags = Tags::try_from(tags).unwrap();
        let role = Role { tags, ..role(effect, ("StringEquals", key, team)) };
        desk.write(|records| records.put_role(&role)).await;
        let classic = assume(&desk, &identity_token(), &for_role(&role)).await.is_ok();
        assert_eq!(classic, is_let_in, "{effect} {key} {team} at STS");
        let enhanced = desk.credentials(&signed_in().id, &[alice()]).await.is_ok();
        assert_eq!(enhanced, is_let_in, "{effect} {key} {team} at the pool");
    }
}
