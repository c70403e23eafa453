//! Who takes on a role with credentials of their own, and what they are told who are not let in.

use crate::desk::{Desk, alice, circumstances};
use broker::iam::assume::Grant;
use broker::iam::assume_role::{Asked, AssumeRoleRefused, NotTrusted, assume_role};
use broker::iam::passed::{NotPassed, Passed};
use domain::iam::id::RoleId;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::Roles;
use domain::tag::{TagKey, TagValue, Tags};
use domain::time::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::iam::{document, signed_in_role};
use testkit::{NOW, account};

/// A role of the red team that trusts the account under this condition.
fn red(condition: &Value) -> Role {
    let trust = json!([{
        "Effect": "Allow",
        "Principal": { "AWS": account().id },
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }]);
    let team = BTreeMap::from([(TagKey::parse("team").unwrap(), TagValue::parse("red").unwrap())]);
    Role {
        name: RoleName::parse("red").unwrap(),
        id: RoleId::parse("AROA00000000000000009").unwrap(),
        trust: document(&trust).to_string(),
        tags: Tags::try_from(team).unwrap(),
        ..signed_in_role()
    }
}

/// What comes of it when a session whose role allows it under this condition asks for the role.
async fn asked(
    desk: &Desk,
    (role, theirs): (&Role, &Value),
    passed: Passed<'_>,
) -> Result<Grant, AssumeRoleRefused> {
    let may =
        json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "Condition": theirs }]);
    let policies = BTreeMap::from([(PolicyName::parse("p").unwrap(), document(&may).to_string())]);
    let own = Role { policies, ..signed_in_role() };
    desk.write(|records| [role, &own].into_iter().for_each(|role| records.put_role(role))).await;
    let caller = desk.caller(&[alice()]).await;
    let (arn, tags, circumstances) = (role.arn(&account().id), Tags::default(), circumstances());
    let asked = Asked {
        role: &arn,
        session_name: "s1",
        life: Span::from_hours(1),
        passed,
        tags: &tags,
        transitive: &[],
        external_id: None,
        source_identity: None,
        circumstances: &circumstances,
    };
    desk.ask(|records, _| assume_role(records, &desk.house, &caller, asked, NOW)).await
}

#[tokio::test]
async fn policies_on_both_sides_can_ask_for_the_tags_of_the_role_that_is_taken_on() {
    let of_team = |kind: &str, team: &str| {
        let tag = format!("{kind}:ResourceTag/team");
        json!({ "StringEquals": { (tag): team } })
    };
    for (trusted, theirs, is_let_in) in [
        (of_team("aws", "red"), json!({}), true),
        (of_team("iam", "red"), json!({}), true),
        (json!({}), of_team("aws", "red"), true),
        (json!({}), of_team("iam", "red"), true),
        (of_team("aws", "blue"), json!({}), false),
        (json!({}), of_team("aws", "blue"), false),
    ] {
        let desk = Desk::open().await;
        let obtained = asked(&desk, (&red(&trusted), &theirs), Passed::default()).await;
        assert_eq!(obtained.is_ok(), is_let_in, "trusted {trusted}, theirs {theirs}: {:?}", obtained.err());
    }
}

#[tokio::test]
async fn who_is_not_let_in_is_not_told_which_managed_policies_there_are() {
    let gone = format!("arn:aws:iam::{}:policy/gone", account().id);
    let arns = [gone.clone()];
    let passed = Passed { policy: None, arns: &arns };
    for keeps_out in [false, true] {
        let condition = json!({ "Bool": { "aws:SecureTransport": keeps_out } });
        let desk = Desk::open().await;
        let refused = asked(&desk, (&red(&condition), &json!({})), passed).await.err().unwrap();
        if keeps_out {
            assert!(
                matches!(&refused, AssumeRoleRefused::NotAllowed { why: NotTrusted::Denied(_), .. }),
                "{refused:?}"
            );
        } else {
            assert_eq!(refused, AssumeRoleRefused::Passed(NotPassed::NoSuchPolicy(gone.clone())));
        }
    }
}
