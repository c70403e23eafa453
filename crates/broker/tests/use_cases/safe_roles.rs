//! Which roles a pool may hand out, which trust policies a role may have that is handed out, and what is asked of them
//! once more when credentials are given out.

use crate::desk::{Desk, alice, other_identity_pool};
use broker::iam::assume::AssumeRefused;
use broker::iam::roles::{self, Named, NewRole, RoleRefused};
use broker::identity_pool::handing_out::{self, Unsafe};
use broker::identity_pool::pools::{self, HandedOut};
use broker::identity_pool::{Refusal, principal_tags};
use domain::iam::path::Path;
use domain::iam::role::{Role, RoleName, SESSION_LIFE};
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, Roles};
use domain::identity_pool::principal_tag::AttributeMap;
use domain::identity_pool::role_mapping::{MatchType, RoleMapping, RoleSource, Rule, WhenAmbiguous};
use domain::records::{IdentityPools, Roles as _, Stop};
use domain::tag::TagKey;
use domain::tag::Tags;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use testkit::iam::{document, signed_in_role, trust};
use testkit::identity_pool::{identity_pool, identity_pool_id};
use testkit::{NOW, account};

const AUD: &str = "cognito-identity.amazonaws.com:aud";
const AMR: &str = "cognito-identity.amazonaws.com:amr";
const SUB: &str = "cognito-identity.amazonaws.com:sub";
const ARN: &str = "arn:aws:iam::123456789012:role/of-a-test";
const POOL: &str = "us-east-1:1234567890abcdef";
const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";

/// A statement that lets in identities of a pool under these conditions.
fn statement(condition: Value) -> Value {
    json!({
        "Effect": "Allow",
        "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Condition": condition,
    })
}

fn bound(pool: &str, amr: &str) -> Value {
    statement(json!({ "StringEquals": { AUD: pool }, "ForAnyValue:StringLike": { AMR: amr } }))
}

fn role(statements: &[Value]) -> Role {
    let trust = document(&json!(statements)).to_string();
    Role { name: RoleName::parse("of-a-test").unwrap(), trust, ..signed_in_role() }
}

/// What is handed out: the role of this file to whoever is in these states.
fn handed_out(states: &[AuthState]) -> HandedOut {
    let to = |state| states.contains(&state).then(|| role(&[]).arn(&account().id));
    let roles = Roles { authenticated: to(AuthState::Authenticated), unauthenticated: to(AuthState::Guest) };
    HandedOut { roles, mappings: BTreeMap::new() }
}

async fn set(desk: &Desk, asked: &HandedOut) -> Result<(), Refusal> {
    desk.ask(|records, _| pools::set_roles(records, &desk.house, &identity_pool().id, asked)).await
}

async fn retrust(desk: &Desk, statements: &[Value]) -> Result<(), RoleRefused> {
    let role = role(statements);
    let named = Named { name: &role.name, arn: ARN };
    desk.ask(|records, _| roles::update_trust(records, &desk.house, named, &role.trust)).await
}

use AuthState::{Authenticated, Guest};

/// What a trust policy is, its statements, to whom a pool hands out a role that has it, and what is wrong with that.
type Row = (&'static str, Vec<Value>, Vec<AuthState>, Option<String>);

/// What is told of a statement.
fn told(statement: usize, rest: &str) -> Option<String> {
    Some(format!("statement {statement} of the trust policy of role `{ARN}` {rest}"))
}

fn any_state(statement: usize, amr: &str) -> Option<String> {
    let condition = format!(r#""ForAnyValue:StringLike": {{"{AMR}": "{amr}"}}"#);
    let rest = format!("does not tell guests from those who signed in: add the condition {condition} to it");
    told(statement, &rest)
}

fn other_state(amr: &str) -> Option<String> {
    let rest = format!(
        "is for the other state than pool `{POOL}` hands it out for: make its condition \"{AMR}\" `{amr}`, or hand out \
         another role"
    );
    told(0, &rest)
}

fn any_pool() -> Option<String> {
    let condition = format!(r#""StringEquals": {{"{AUD}": "{POOL}"}}"#);
    told(0, &format!("lets in identities of any pool: add the condition {condition} to it"))
}

fn members() -> Value {
    bound(POOL, "authenticated")
}

fn guests() -> Value {
    bound(POOL, "unauthenticated")
}

/// A statement for the pool, which says nothing of states.
fn stateless() -> Value {
    statement(json!({ "StringEquals": { AUD: POOL } }))
}

fn safe() -> Vec<Row> {
    let account =
        json!({ "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "sts:AssumeRole" });
    let mut denying = stateless();
    denying["Effect"] = json!("Deny");
    vec![
        ("bound to members, for them", vec![members()], vec![Authenticated], None),
        ("bound to guests, for them", vec![guests()], vec![Guest], None),
        ("both, each by its statement", vec![guests(), members()], vec![Authenticated, Guest], None),
        (
            "bound to users of a provider",
            vec![bound(POOL, "graph.facebook.com:*")],
            vec![Authenticated],
            None,
        ),
        ("beside another account's way in", vec![members(), account.clone()], vec![Authenticated], None),
        ("nobody of a pool", vec![account], vec![Authenticated], None),
        ("those of another pool alone", vec![bound("us-east-1:abcdef", "authenticated")], vec![Guest], None),
        ("what denies need not be bound", vec![members(), denying], vec![Authenticated], None),
    ]
}

fn not_safe() -> Vec<Row> {
    let plain = json!({ "StringEquals": { AUD: POOL, AMR: "authenticated" } });
    let amrs = json!({ "StringEquals": { AUD: POOL }, "ForAnyValue:StringLike": { AMR: ["authenticated", "unauthenticated"] } });
    let sub =
        json!({ "StringEquals": { SUB: "us-east-1:1" }, "ForAnyValue:StringLike": { AMR: "authenticated" } });
    let missing = |statement| any_state(statement, "authenticated");
    vec![
        ("not to a state, for members", vec![stateless()], vec![Authenticated], missing(0)),
        ("not to a state, for guests", vec![stateless()], vec![Guest], any_state(0, "unauthenticated")),
        ("the second not to a state", vec![members(), stateless()], vec![Authenticated], missing(1)),
        ("by an operator that AWS does not rely on", vec![statement(plain)], vec![Authenticated], missing(0)),
        ("to both states", vec![statement(amrs)], vec![Authenticated], missing(0)),
        ("to a state by a wildcard", vec![bound(POOL, "*authenticated")], vec![Authenticated], missing(0)),
        ("to one identity and no pool", vec![statement(sub)], vec![Authenticated], any_pool()),
        ("to members, for guests", vec![members()], vec![Guest], other_state("unauthenticated")),
        ("to guests, for members", vec![guests()], vec![Authenticated], other_state("authenticated")),
        (
            "to both, for members alone",
            vec![guests(), members()],
            vec![Authenticated],
            other_state("authenticated"),
        ),
    ]
}

fn table() -> Vec<Row> {
    [safe(), not_safe()].concat()
}

#[tokio::test]
async fn a_pool_hands_out_only_roles_that_let_in_nobody_else() {
    for (what, statements, states, wrong) in table() {
        let desk = Desk::open().await;
        desk.write(|records| records.put_role(&role(&statements))).await;
        let told = set(&desk, &handed_out(&states)).await.err();
        if let Some(told) = &told {
            assert!(matches!(told, Refusal::Unsafe(_)), "{what}: {told:?}");
        }
        assert_eq!(told.map(|no| no.to_string()), wrong, "{what}");
        let desk = Desk::lenient().await;
        desk.write(|records| records.put_role(&role(&statements))).await;
        assert_eq!(set(&desk, &handed_out(&states)).await, Ok(()), "{what}");
    }
}

#[tokio::test]
async fn a_role_that_is_handed_out_gets_no_trust_policy_that_lets_others_in() {
    for (what, statements, states, wrong) in table() {
        for desk in [Desk::open().await, Desk::lenient().await] {
            let amr = if states[0] == Guest { "unauthenticated" } else { "authenticated" };
            let other = if states.len() > 1 { vec![bound(POOL, "unauthenticated")] } else { vec![] };
            let safe = [vec![bound(POOL, amr)], other].concat();
            desk.write(|records| records.put_role(&role(&safe))).await;
            assert_eq!(set(&desk, &handed_out(&states)).await, Ok(()), "{what}");
            let told = retrust(&desk, &statements).await.err().map(|no| no.to_string());
            let expected = wrong.clone().filter(|_| !desk.house.takes_unsafe_roles);
            assert_eq!(told, expected, "{what}");
        }
    }
}

#[tokio::test]
async fn a_role_that_no_pool_hands_out_gets_any_trust_policy() {
    for desk in Desk::each().await {
        let open = [stateless()];
        desk.write(|records| records.put_role(&role(&[bound(POOL, "authenticated")]))).await;
        assert_eq!(retrust(&desk, &open).await, Ok(()));
        assert_eq!(retrust(&desk, &[bound(POOL, "authenticated")]).await, Ok(()));
        assert_eq!(set(&desk, &handed_out(&[Authenticated])).await, Ok(()));
        assert!(matches!(retrust(&desk, &open).await, Err(RoleRefused::Unsafe(Unsafe::AnyState { .. }))));
        assert_eq!(set(&desk, &HandedOut::default()).await, Ok(()), "the pool hands it out no more");
        assert_eq!(retrust(&desk, &open).await, Ok(()));
    }
}

#[tokio::test]
async fn a_deleted_pool_hands_out_nothing() {
    for desk in Desk::each().await {
        let open = [stateless()];
        desk.write(|records| records.put_role(&role(&[bound(POOL, "authenticated")]))).await;
        assert_eq!(set(&desk, &handed_out(&[Authenticated])).await, Ok(()));
        desk.ask(|records, _| pools::delete(records, &identity_pool().id, NOW)).await.unwrap();
        assert_eq!(retrust(&desk, &open).await, Ok(()));
    }
}

#[tokio::test]
async fn every_pool_that_hands_out_a_role_is_asked() {
    let desk = Desk::open().await;
    desk.write(|records| {
        records.put_role(&role(&[]));
        for number in 0..250 {
            let id = IdentityPoolId::parse(&format!("us-east-1:{number:04}")).unwrap();
            let roles = handed_out(&[Authenticated]).roles;
            records.put_identity_pool(&IdentityPool { id, roles, ..identity_pool() });
        }
    })
    .await;
    let last = "us-east-1:0249";
    assert_eq!(retrust(&desk, &[bound("us-east-1:0000", "authenticated")]).await, Ok(()));
    let refused = retrust(&desk, &[bound(last, "unauthenticated")]).await;
    let Err(RoleRefused::Unsafe(Unsafe::OtherState { pool, .. })) = refused else { panic!("{refused:?}") };
    assert_eq!(pool.as_str(), last);
}

#[tokio::test]
async fn a_role_that_is_made_anew_is_held_to_the_pools_that_still_name_it() {
    let desk = Desk::open().await;
    desk.write(|records| records.put_role(&role(&[bound(POOL, "authenticated")]))).await;
    assert_eq!(set(&desk, &handed_out(&[Authenticated])).await, Ok(()));
    desk.write(|records| records.delete_role(&role(&[]).name)).await;
    let make = async |path: &str, statements: &[Value]| {
        let new = NewRole {
            name: role(&[]).name,
            path: Path::parse(path).unwrap(),
            description: None,
            longest_session: SESSION_LIFE,
            trust: role(statements).trust,
            policies: BTreeMap::new(),
            boundary: None,
            tags: Tags::default(),
        };
        let made = desk
            .ask(|records, entropy| roles::create(records, &desk.house, &new, NOW, entropy))
            .await
            .map(drop);
        desk.write(|records| records.delete_role(&new.name)).await;
        made
    };
    let open = [stateless()];
    assert!(matches!(make("/", &open).await, Err(RoleRefused::Unsafe(Unsafe::AnyState { .. }))));
    assert_eq!(make("/elsewhere/", &open).await, Ok(()), "the pool names no role of this path");
    assert_eq!(make("/", &[bound(POOL, "authenticated")]).await, Ok(()));
}

#[tokio::test]
async fn the_role_of_a_rule_is_one_for_those_who_signed_in() {
    let desk = Desk::open().await;
    desk.write(|records| records.put_role(&role(&[bound(POOL, "unauthenticated")]))).await;
    let rule = Rule {
        claim: "custom:a".to_owned(),
        match_type: MatchType::Equals,
        value: "b".to_owned(),
        role: role(&[]).arn(&account().id),
    };
    let mapping = RoleMapping { source: RoleSource::Rules(vec![rule]), ambiguous: WhenAmbiguous::Deny };
    let mappings = BTreeMap::from([(format!("{PROVIDER}:1example23456789abcdefghij"), mapping)]);
    let asked = HandedOut { mappings, ..HandedOut::default() };
    assert!(matches!(set(&desk, &asked).await, Err(Refusal::Unsafe(Unsafe::OtherState { .. }))));
    desk.write(|records| records.put_role(&role(&[bound(POOL, "authenticated")]))).await;
    assert_eq!(set(&desk, &asked).await, Ok(()));
    assert!(retrust(&desk, &[bound(POOL, "unauthenticated")]).await.is_err(), "a role of a rule is in use");
}

/// A statement for nothing but bringing tags.
fn tagging(statement: Value) -> Value {
    let mut statement = statement;
    statement["Action"] = json!("sts:TagSession");
    statement
}

fn department() -> AttributeMap {
    let claims = BTreeMap::from([(TagKey::parse("department").unwrap(), "custom:department".to_owned())]);
    AttributeMap::new(false, claims).unwrap()
}

#[tokio::test]
async fn a_pool_that_makes_tags_hands_out_only_roles_that_take_them() {
    let untagging = trust(&identity_pool_id(), Authenticated)["Statement"][0].clone();
    let sentence = format!(
        "pool `{POOL}` makes session tags of claims, and role `{ARN}` takes none: add the action `sts:TagSession` to the \
         statement of its trust policy that lets the pool's identities in"
    );
    let tag = async |desk: &Desk, map: &AttributeMap| {
        desk.ask(|records, _| principal_tags::set(records, &desk.house, &identity_pool().id, (PROVIDER, map)))
            .await
    };
    for desk in Desk::each().await {
        desk.write(|records| records.put_role(&role(std::slice::from_ref(&untagging)))).await;
        assert_eq!(set(&desk, &handed_out(&[Authenticated])).await, Ok(()));
        assert_eq!(tag(&desk, &department()).await.unwrap_err().to_string(), sentence);
        assert_eq!(tag(&desk, &AttributeMap::default()).await, Ok(()), "no claim becomes a tag");
        desk.write(|records| records.put_role(&role(&[bound(POOL, "authenticated")]))).await;
        assert_eq!(tag(&desk, &department()).await, Ok(()));
        let refused = retrust(&desk, std::slice::from_ref(&untagging)).await.unwrap_err();
        assert_eq!(refused.to_string(), sentence);
        let closed =
            json!({ "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "sts:AssumeRole" });
        assert_eq!(retrust(&desk, &[closed]).await, Ok(()), "who lets nobody in needs to take no tags");
        assert_eq!(set(&desk, &HandedOut::default()).await, Ok(()));
        desk.write(|records| records.put_role(&role(std::slice::from_ref(&untagging)))).await;
        assert_eq!(set(&desk, &handed_out(&[Authenticated])).await.unwrap_err().to_string(), sentence);
        let guests = trust(&identity_pool_id(), Guest)["Statement"][0].clone();
        desk.write(|records| records.put_role(&role(std::slice::from_ref(&guests)))).await;
        assert_eq!(set(&desk, &handed_out(&[Guest])).await, Ok(()), "guests have no claims");
    }
    for (elsewhere, is_taken) in [
        (bound("us-east-1:abcdef", "authenticated"), false),
        (bound("us-east-1:abcdef", "unauthenticated"), false),
        (tagging(stateless()), false),
        (tagging(statement(json!({ "ForAnyValue:StringLike": { AMR: "authenticated" } }))), false),
        (tagging(guests()), false),
        (tagging(members()), true),
    ] {
        let desk = Desk::open().await;
        let what = elsewhere.to_string();
        desk.write(|records| records.put_role(&role(&[untagging.clone(), elsewhere.clone()]))).await;
        assert_eq!(set(&desk, &handed_out(&[Authenticated])).await, Ok(()), "{what}");
        let told = tag(&desk, &department()).await.err().map(|no| no.to_string());
        assert_eq!(told, (!is_taken).then(|| sentence.clone()), "{what}");
    }
    let desk = Desk::lenient().await;
    desk.write(|records| records.put_role(&role(std::slice::from_ref(&untagging)))).await;
    assert_eq!(set(&desk, &handed_out(&[Authenticated])).await, Ok(()));
    assert_eq!(tag(&desk, &department()).await, Ok(()));
}

#[tokio::test]
async fn what_lets_an_identity_in_must_itself_keep_others_out_whatever_the_operator_takes() {
    for desk in [Desk::open().await, Desk::lenient().await] {
        let member = desk.get_id(&[alice()]).await.unwrap();
        let guest = desk.get_id(&[]).await.unwrap();
        let of_member =
            json!({ "StringEquals": { SUB: member }, "ForAnyValue:StringLike": { AMR: "authenticated" } });
        let without_amr = stateless();
        let any = statement(json!({ "StringEquals": { AUD: POOL }, "ForAnyValue:StringLike": { AMR: "*" } }));
        let (members, guests) = (members(), guests());
        let (pools, state) = ("identities of other pools", "identities of the other state");
        for (what, statements, expected) in [
            ("bound to both", vec![members.clone(), guests.clone()], [None, None]),
            ("to the pool alone", vec![without_amr.clone()], [Some(state), Some(state)]),
            ("to any amr", vec![any], [Some(state), Some(state)]),
            ("to the identity and no pool", vec![statement(of_member), guests.clone()], [Some(pools), None]),
            (
                "first loosely, then well",
                vec![without_amr.clone(), members.clone()],
                [Some(state), Some(state)],
            ),
            ("first well, then loosely", vec![members, without_amr], [None, Some(state)]),
        ] {
            let roles = handed_out(&[Authenticated, Guest]).roles;
            let pool = IdentityPool { roles, ..identity_pool() };
            desk.write(|records| {
                records.put_role(&role(&statements));
                records.put_identity_pool(&pool);
            })
            .await;
            for ((id, proven), expected) in
                [(&member, vec![alice()]), (&guest, vec![])].into_iter().zip(expected)
            {
                let open = match desk.credentials(id, &proven).await {
                    Ok(_) => None,
                    Err(Refusal::Role(AssumeRefused::Open { open_to, .. })) => Some(open_to),
                    Err(other) => panic!("{what}: {other:?}"),
                };
                assert_eq!(open, expected, "{what}: {}", id);
            }
        }
    }
}

#[tokio::test]
async fn which_pools_hand_out_a_role_is_known_whatever_is_done_to_them() {
    for desk in Desk::each().await {
        let of = async |name: &str| {
            let name = RoleName::parse(name).unwrap();
            let found = desk
                .ask(|records, _| Ok::<_, Stop<Infallible>>(records.pools_of_role(&name, None, 10)?))
                .await;
            found.unwrap().into_iter().map(|id| id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of("signed-in").await, [POOL]);
        assert_eq!(of("SIGNED-IN").await, [POOL], "names of roles have no case");
        desk.write(|records| records.put_identity_pool(&other_identity_pool())).await;
        assert_eq!(of("guest").await, [POOL, "us-east-1:abcdef"]);
        let bare = IdentityPool { roles: Roles::default(), ..identity_pool() };
        desk.write(|records| records.put_identity_pool(&bare)).await;
        assert_eq!(
            (of("guest").await, of("signed-in").await),
            (vec!["us-east-1:abcdef".to_owned()], vec!["us-east-1:abcdef".to_owned()])
        );
        desk.write(|records| records.delete_identity_pool(&other_identity_pool().id)).await;
        assert_eq!((of("guest").await, of("signed-in").await), (vec![], vec![]));
    }
}

#[tokio::test]
async fn a_role_finds_its_pools_of_before_that_was_remembered_once_they_were_looked_at() {
    for desk in Desk::each().await {
        desk.write(|records| records.put_role(&role(&[bound(POOL, "authenticated")]))).await;
        let pool = |number: usize| IdentityPool {
            id: IdentityPoolId::parse(&format!("us-east-1:{number:04}")).unwrap(),
            roles: handed_out(&[Authenticated]).roles,
            ..identity_pool()
        };
        desk.write(|records| (0..150).for_each(|number| records.put_identity_pool(&pool(number)))).await;
        let before = desk.everything().await.len();
        desk.forget("pool-of-role").await;
        assert_eq!(retrust(&desk, &[stateless()]).await, Ok(()), "nobody knows of the pools");
        let mut after = None;
        loop {
            let making_up = desk.ask(|records, _| {
                Ok::<_, Stop<Infallible>>(handing_out::make_up_for_older_records(records, after.as_ref())?)
            });
            after = making_up.await.unwrap();
            if after.is_none() {
                break;
            }
        }
        assert!(matches!(retrust(&desk, &[stateless()]).await, Err(RoleRefused::Unsafe(_))));
        assert_eq!(desk.everything().await.len(), before);
    }
}
