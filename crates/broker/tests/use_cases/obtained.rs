//! Credentials that are obtained with others: whatever policies say, a chain of them never comes to more than each link of
//! it was given.

use crate::client::{Held, ring};
use crate::desk::{Desk, alice, circumstances};
use broker::iam::access::{Asking, Question, authorize};
use broker::iam::assume_role::{Asked, assume_role};
use broker::iam::authenticate::Caller;
use broker::iam::long_term::{Federated, federation_token};
use broker::iam::passed::Passed;
use domain::iam::id::RoleId;
use domain::iam::path::Path;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::Roles;
use domain::tag::Tags;
use domain::time::Span;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::entropy::Counting;
use testkit::iam::{document, signed_in_role};
use testkit::{NOW, account};
use tokio::runtime::Builder;

const ACTIONS: [&str; 4] = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "sts:AssumeRole"];
const ROLES: usize = 3;

/// What a policy allows and what it denies, of the actions.
type Says = ([bool; 4], [bool; 4]);

fn says() -> impl Strategy<Value = Says> {
    (any::<[bool; 4]>(), any::<[bool; 4]>().prop_map(|deny| deny.map(|it| it && deny[0])))
}

fn allows((allow, deny): &Says, action: usize) -> bool {
    allow[action] && !deny[action]
}

fn text((allow, deny): &Says) -> String {
    let named = |chosen: &[bool; 4]| -> Vec<&str> {
        ACTIONS.iter().zip(chosen).filter(|(_, is)| **is).map(|(action, _)| *action).collect()
    };
    let statement = |effect: &str, actions: Vec<&str>| -> Option<Value> {
        let of = |actions| json!({ "Effect": effect, "Action": actions, "Resource": "*" });
        (!actions.is_empty()).then(|| of(actions))
    };
    let all: Vec<Value> =
        [statement("Allow", named(allow)), statement("Deny", named(deny))].into_iter().flatten().collect();
    // A policy has a statement at least: this one is about nothing that is asked.
    let none = json!([{ "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }]);
    document(&if all.is_empty() { none } else { json!(all) }).to_string()
}

fn role(n: usize, says: &Says, trusts_account: bool) -> Role {
    let names: Vec<String> = (0..ROLES).map(|n| format!("arn:aws:iam::{}:role/r{n}", account().id)).collect();
    let whom = if trusts_account { json!(account().id) } else { json!(names) };
    let trust = json!([{ "Effect": "Allow", "Principal": { "AWS": whom }, "Action": "sts:AssumeRole" }]);
    Role {
        name: RoleName::parse(&format!("r{n}")).unwrap(),
        id: RoleId::parse(&format!("AROA{n:0>17}")).unwrap(),
        path: Path::root(),
        trust: document(&trust).to_string(),
        policies: BTreeMap::from([(PolicyName::parse("p").unwrap(), text(says))]),
        ..signed_in_role()
    }
}

async fn assumed(desk: &Desk, caller: &Caller, role: &Role, policy: Option<&str>) -> Option<Caller> {
    let (arn, tags, circumstances) = (role.arn(&account().id), Tags::default(), circumstances());
    let asked = Asked {
        role: &arn,
        session_name: "s1",
        life: Span::from_hours(1),
        passed: Passed { policy, arns: &[] },
        tags: &tags,
        transitive: &[],
        external_id: None,
        source_identity: None,
        circumstances: &circumstances,
    };
    let grant = desk.ask(|records, _| assume_role(records, &desk.house, caller, asked, NOW)).await.ok()?;
    Some(authenticated(desk, &Held::of(&grant, &desk.house, &desk.entropy)))
}

fn authenticated(desk: &Desk, held: &Held) -> Caller {
    held.sign().authenticate(&desk.house, &ring(), NOW).ok().unwrap()
}

/// Goes down a chain of roles as far as it goes, and holds each session to its role and what was passed for it.
async fn goes_down(roles: &[(Says, bool)], chain: &[(usize, Option<Says>)]) {
    let desk = Desk::open().await;
    let made: Vec<Role> = roles.iter().enumerate().map(|(n, (says, open))| role(n, says, *open)).collect();
    let first = Role {
        policies: BTreeMap::from([(PolicyName::parse("p").unwrap(), text(&([true; 4], [false; 4])))]),
        ..signed_in_role()
    };
    desk.write(|records| made.iter().chain([&first]).for_each(|role| records.put_role(role))).await;
    let mut caller = desk.caller(&[alice()]).await;
    let mut at: Option<(usize, Option<Says>)> = None;
    for (next, passed) in chain {
        let policy = passed.as_ref().map(text);
        let Some(obtained) = assumed(&desk, &caller, &made[*next], policy.as_deref()).await else { continue };
        if let Some((role, narrowed)) = at {
            let denies = roles[role].0.1[3];
            assert!(
                !denies && narrowed.is_none_or(|says| allows(&says, 3)),
                "what the session may not, it did"
            );
        }
        for (action, name) in ACTIONS.iter().enumerate() {
            let may = desk.may(&obtained, name, "b/k").await.is_ok();
            let was_given = allows(&roles[*next].0, action);
            assert_eq!(may, was_given && passed.is_none_or(|says| allows(&says, action)), "{name}");
        }
        (caller, at) = (obtained, Some((*next, *passed)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_session_is_never_more_than_its_role_and_what_was_passed_for_it(
        roles in vec((says(), any::<bool>()), ROLES),
        chain in vec((0..ROLES, proptest::option::of(says())), 1..6),
    ) {
        Builder::new_current_thread().build().unwrap().block_on(goes_down(&roles, &chain));
    }

    #[test]
    fn a_federated_user_is_never_more_than_what_was_passed(passed in proptest::option::of(says())) {
        Builder::new_current_thread().build().unwrap().block_on(async {
            let desk = Desk::open().await;
            let root = authenticated(&desk, &Held::of_root());
            let (policy, tags) = (passed.as_ref().map(text), Tags::default());
            let (circumstances, action) = (circumstances(), "sts:GetFederationToken");
            let question = Question { action, resource: "*", policy: None, keys: &[], circumstances: &circumstances };
            let asking = Asking::Signed(&root);
            let why = desk.ask(|records, _| authorize(records, &desk.house, asking, &question, NOW)).await.unwrap();
            let asked = Federated {
                name: "bob",
                life: Span::from_hours(1),
                passed: Passed { policy: policy.as_deref(), arns: &[] },
                tags: &tags,
                why: &why,
            };
            let making = desk.ask(|records, _| federation_token(records, &desk.house, &root, asked, NOW));
            let grant = making.await.unwrap();
            let bob = authenticated(&desk, &Held::of(&grant, &desk.house, &Counting::new()));
            for (action, name) in ACTIONS.iter().enumerate() {
                let given = passed.is_some_and(|says| allows(&says, action)) && !name.starts_with("sts:");
                assert_eq!(desk.may(&bob, name, "b/k").await.is_ok(), given, "{name}");
            }
        });
    }
}
