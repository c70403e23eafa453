//! What managed policies decide that are attached to a role or bound it.

use crate::access::{SILENT_ROLE, allowing, silent};
use crate::desk::{Desk, alice};
use broker::iam::access::AccessRefused;
use broker::iam::attachments::AttachRefused;
use broker::iam::role_policies;
use broker::iam::roles::{self, Named, RoleRefused};
use domain::arn::PolicyArn;
use domain::iam::entity::{Entity, PolicyUse};
use domain::iam::managed_policy::ManagedPolicy;
use domain::iam::role::Role;
use domain::records::{ManagedPolicies, Roles, Stop};
use domain::tag::{TagKey, TagValue, Tags};
use policy::Layer;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use testkit::iam::{managed_policy, signed_in_role};

const SILENT_BOUNDARY: Option<Layer> = Some(Layer::Boundary);
const S3_READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

fn arn(text: &str) -> PolicyArn {
    PolicyArn::parse(text).unwrap()
}

/// The role of who signed in, with nothing but managed policies.
fn bare() -> Role {
    Role { policies: BTreeMap::new(), ..signed_in_role() }
}

impl Desk {
    async fn keep(&self, role: &Role, policies: &[&ManagedPolicy]) {
        self.write(|records| {
            policies.iter().for_each(|policy| records.put_managed_policy(policy));
            records.put_role(role);
        })
        .await;
    }

    async fn attach(&self, policy: &PolicyArn) -> Result<(), RoleRefused> {
        let role = signed_in_role();
        let arn = role.arn(&self.house.account.id).to_string();
        let named = Named { name: &role.name, arn: &arn };
        self.ask(|records, _| role_policies::attach(records, &self.house, named, policy)).await
    }

    async fn detach(&self, policy: &PolicyArn) -> Result<(), RoleRefused> {
        let role = signed_in_role();
        let arn = role.arn(&self.house.account.id).to_string();
        let named = Named { name: &role.name, arn: &arn };
        self.ask(|records, _| role_policies::detach(records, &self.house, named, policy)).await
    }

    pub(crate) async fn uses(&self, policy: &PolicyArn) -> Vec<PolicyUse> {
        let asking = self.ask(|records, _| {
            Ok::<_, Stop<std::convert::Infallible>>(records.uses_of_policy(policy, None, 10)?)
        });
        asking.await.unwrap()
    }
}

#[tokio::test]
async fn an_attached_policy_allows_and_denies_as_an_inline_one_and_is_named() {
    for desk in Desk::each().await {
        let never = managed_policy(
            "never",
            &json!([{ "Sid": "Never", "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*" }]),
        );
        let all = managed_policy("all", &allowing("*"));
        desk.keep(&bare(), &[&never, &all]).await;
        let caller = desk.caller(&[alice()]).await;
        assert_eq!(silent(&desk.may(&caller, "s3:ListBucket", "my-bucket").await), SILENT_ROLE);
        desk.attach(&all.arn).await.unwrap();
        desk.attach(&never.arn).await.unwrap();
        assert_eq!(
            desk.may(&caller, "s3:ListBucket", "my-bucket").await.unwrap().to_string(),
            "allowed by statement 0 of `arn:aws:iam::123456789012:policy/all attached to role signed-in`"
        );
        assert_eq!(
            desk.may(&caller, "s3:DeleteBucket", "my-bucket").await.unwrap_err().to_string(),
            "denied by statement `Never` (0) of `arn:aws:iam::123456789012:policy/never attached to role signed-in`, \
             an identity-based policy"
        );
        desk.detach(&all.arn).await.unwrap();
        assert_eq!(silent(&desk.may(&caller, "s3:ListBucket", "my-bucket").await), SILENT_ROLE);
    }
}

#[tokio::test]
async fn a_policy_of_aws_can_be_attached_as_it_is() {
    for desk in Desk::each().await {
        desk.keep(&bare(), &[]).await;
        desk.attach(&arn(S3_READ_ONLY)).await.unwrap();
        let caller = desk.caller(&[alice()]).await;
        assert!(desk.may(&caller, "s3:GetObject", "my-bucket/x").await.is_ok());
        assert_eq!(silent(&desk.may(&caller, "s3:PutObject", "my-bucket/x").await), SILENT_ROLE);
    }
}

#[tokio::test]
async fn only_what_the_boundary_allows_too_is_allowed() {
    for desk in Desk::each().await {
        let reading = managed_policy("reading", &allowing("s3:Get*"));
        let writing = managed_policy("writing", &allowing("s3:PutObject"));
        let role = Role {
            attached: BTreeSet::from([arn(S3_READ_ONLY), writing.arn.clone()]),
            boundary: Some(reading.arn.clone()),
            ..bare()
        };
        desk.keep(&role, &[&reading, &writing]).await;
        let caller = desk.caller(&[alice()]).await;
        assert!(desk.may(&caller, "s3:GetObject", "my-bucket/x").await.is_ok());
        for action in ["s3:PutObject", "s3:ListBucket"] {
            assert_eq!(silent(&desk.may(&caller, action, "my-bucket/x").await), SILENT_BOUNDARY, "{action}");
        }
        // The boundary alone allows nothing.
        desk.keep(&Role { boundary: role.boundary, ..bare() }, &[]).await;
        assert_eq!(silent(&desk.may(&caller, "s3:GetObject", "my-bucket/x").await), SILENT_ROLE);
    }
}

#[tokio::test]
async fn a_changed_default_version_counts_at_once_and_the_others_do_not() {
    for desk in Desk::each().await {
        let mut policy = managed_policy("p", &allowing("s3:GetObject"));
        let role = Role { attached: BTreeSet::from([policy.arn.clone()]), ..bare() };
        desk.keep(&role, &[&policy]).await;
        let caller = desk.caller(&[alice()]).await;
        let all = testkit::iam::document(&allowing("*")).to_string();
        let second = policy.add(all, testkit::NOW).id;
        desk.keep(&role, &[&policy]).await;
        assert_eq!(silent(&desk.may(&caller, "s3:PutObject", "my-bucket/x").await), SILENT_ROLE);
        assert!(policy.choose(second, testkit::NOW));
        desk.keep(&role, &[&policy]).await;
        assert!(desk.may(&caller, "s3:PutObject", "my-bucket/x").await.is_ok());
    }
}

#[tokio::test]
async fn a_managed_policy_that_is_gone_takes_everything_away() {
    for desk in Desk::each().await {
        let policy = managed_policy("p", &allowing("*"));
        let elsewhere = managed_policy("deeper/p", &allowing("*"));
        let foreign = arn("arn:aws:iam::999999999999:policy/p");
        let unknown = arn("arn:aws:iam::aws:policy/ReadOnlyAccess");
        for gone in [elsewhere.arn, foreign, unknown] {
            for is_boundary in [false, true] {
                let mut role = Role { attached: BTreeSet::from([policy.arn.clone()]), ..signed_in_role() };
                if is_boundary {
                    role.boundary = Some(gone.clone())
                } else {
                    role.attached.insert(gone.clone());
                }
                desk.keep(&role, &[&policy]).await;
                let caller = desk.caller(&[alice()]).await;
                let refused = desk.may(&caller, "s3:GetObject", "my-bucket/public/x").await.unwrap_err();
                let how = if is_boundary { ", the boundary of" } else { " attached to" };
                assert_eq!(refused, AccessRefused::PolicyGone(format!("{gone}{how} role signed-in")));
            }
        }
    }
}

#[tokio::test]
async fn the_tags_of_a_role_are_its_sessions_tags_of_the_principal() {
    let tags = |key: &str, value: &str| {
        Tags::try_from(BTreeMap::from([(TagKey::parse(key).unwrap(), TagValue::parse(value).unwrap())]))
            .unwrap()
    };
    let of_team = json!([{
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/team": "red" } },
    }]);
    for desk in Desk::each().await {
        let policy = managed_policy("of-team", &of_team);
        let role = Role { attached: BTreeSet::from([policy.arn.clone()]), ..bare() };
        desk.keep(&role, &[&policy]).await;
        let caller = desk.caller(&[alice()]).await;
        assert_eq!(silent(&desk.may(&caller, "s3:GetObject", "my-bucket/x").await), SILENT_ROLE);
        for (key, value, allowed) in [("Team", "red", true), ("team", "blue", false)] {
            desk.keep(&Role { tags: tags(key, value), ..role.clone() }, &[]).await;
            assert_eq!(
                desk.may(&caller, "s3:GetObject", "my-bucket/x").await.is_ok(),
                allowed,
                "{key}={value}"
            );
        }
    }
}

#[tokio::test]
async fn ten_policies_can_be_attached_and_one_of_them_again() {
    let desk = Desk::open().await;
    let policies: Vec<ManagedPolicy> =
        (0..11).map(|n| managed_policy(&format!("p{n}"), &allowing("*"))).collect();
    desk.keep(&bare(), &policies.iter().collect::<Vec<_>>()).await;
    for policy in &policies[..10] {
        desk.attach(&policy.arn).await.unwrap();
    }
    assert_eq!(desk.attach(&policies[10].arn).await, Err(AttachRefused::TooMany.into()));
    assert_eq!(desk.attach(&policies[3].arn).await, Ok(()));
    desk.detach(&policies[3].arn).await.unwrap();
    assert_eq!(
        desk.detach(&policies[3].arn).await,
        Err(AttachRefused::NotAttached(policies[3].arn.clone()).into())
    );
    assert_eq!(desk.attach(&policies[10].arn).await, Ok(()));
}

#[tokio::test]
async fn what_is_no_policy_cannot_be_attached() {
    let desk = Desk::open().await;
    desk.keep(&bare(), &[]).await;
    for no in ["arn:aws:iam::123456789012:policy/p", "arn:aws:iam::aws:policy/ReadOnlyAccess"] {
        assert_eq!(desk.attach(&arn(no)).await, Err(AttachRefused::NoSuchPolicy(arn(no)).into()), "{no}");
    }
}

#[tokio::test]
async fn a_policy_finds_who_carries_it_until_they_do_not() {
    for desk in Desk::each().await {
        let role = Role { boundary: Some(arn(S3_READ_ONLY)), ..bare() };
        let by = |attached, boundary| {
            vec![PolicyUse { entity: Entity::Role(signed_in_role().name), attached, boundary }]
        };
        desk.keep(&role, &[]).await;
        assert_eq!(desk.uses(&arn(S3_READ_ONLY)).await, by(false, true));
        desk.attach(&arn(S3_READ_ONLY)).await.unwrap();
        assert_eq!(desk.uses(&arn(S3_READ_ONLY)).await, by(true, true));
        desk.keep(&Role { attached: BTreeSet::from([arn(S3_READ_ONLY)]), ..bare() }, &[]).await;
        assert_eq!(desk.uses(&arn(S3_READ_ONLY)).await, by(true, false));
        desk.write(|records| records.delete_role(&role.name)).await;
        assert_eq!(desk.uses(&arn(S3_READ_ONLY)).await, []);
    }
}

#[tokio::test]
async fn a_role_to_which_policies_are_attached_is_not_deleted_and_one_that_is_bounded_is() {
    let desk = Desk::open().await;
    let role =
        Role { attached: BTreeSet::from([arn(S3_READ_ONLY)]), boundary: Some(arn(S3_READ_ONLY)), ..bare() };
    let name = role.arn(&desk.house.account.id).to_string();
    let delete = async || {
        let named = Named { name: &role.name, arn: &name };
        desk.ask(|records, _| roles::delete(records, &desk.house, named, testkit::NOW)).await
    };
    desk.keep(&role, &[]).await;
    assert_eq!(delete().await, Err(RoleRefused::HasAttached(role.name.clone())));
    desk.detach(&arn(S3_READ_ONLY)).await.unwrap();
    assert_eq!(delete().await, Ok(()));
    assert_eq!(desk.uses(&arn(S3_READ_ONLY)).await, []);
}
