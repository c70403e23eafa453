//! Making, changing, listing and deleting managed policies.

use crate::access::allowing;
use crate::desk::Desk;
use broker::iam::managed_policies::{self, NewPolicy, PolicyRefused};
use broker::iam::policy_listing::{self, Usage, Wanted, WantedCarriers};
use domain::arn::PolicyArn;
use domain::iam::managed_policy::ManagedPolicy;
use domain::iam::path::Path;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::{ManagedPolicies, Roles, Stop};
use domain::tag::Tags;
use serde_json::json;
use std::collections::BTreeSet;
use std::convert::Infallible;
use testkit::NOW;
use testkit::iam::{document, guest_role, managed_policy, signed_in_role};

const S3_FULL: &str = "arn:aws:iam::aws:policy/AmazonS3FullAccess";

fn readers() -> NewPolicy {
    NewPolicy {
        name: PolicyName::parse("readers").unwrap(),
        path: Path::parse("/team/").unwrap(),
        description: Some("may read".to_owned()),
        document: document(&allowing("s3:GetObject")).to_string(),
        tags: Tags::default(),
    }
}

impl Desk {
    async fn make(&self, new: &NewPolicy) -> Result<ManagedPolicy, PolicyRefused> {
        self.ask(|records, entropy| managed_policies::create(records, &self.house, new, NOW, entropy)).await
    }

    async fn add(&self, arn: &PolicyArn, counts: bool) -> Result<String, PolicyRefused> {
        let text = document(&allowing("s3:PutObject")).to_string();
        let adding = self
            .ask(|records, _| managed_policies::add_version(records, &self.house, (arn, &text), counts, NOW));
        Ok(adding.await?.id.to_string())
    }

    async fn default_of(&self, arn: &PolicyArn) -> String {
        self.ask(|records, _| managed_policies::find(records, arn)).await.unwrap().default.id.to_string()
    }

    async fn listed(&self, wanted: &Wanted<'_>, after: Option<&str>, limit: usize) -> Vec<String> {
        let after = after.map(|arn| PolicyArn::parse(arn).unwrap());
        let listing = self.ask(|records, _| {
            Ok::<_, Stop<Infallible>>(policy_listing::list(records, wanted, after.as_ref(), limit)?)
        });
        listing.await.unwrap().into_iter().map(|found| found.policy.arn.name().to_string()).collect()
    }
}

#[tokio::test]
async fn a_policy_is_made_with_one_version_and_found_by_its_whole_arn() {
    for desk in Desk::each().await {
        let made = desk.make(&readers()).await.unwrap();
        assert_eq!(made.arn.to_string(), "arn:aws:iam::123456789012:policy/team/readers");
        assert!(made.id.as_str().starts_with("ANPA"));
        assert_eq!(desk.ask(|records, _| managed_policies::find(records, &made.arn)).await, Ok(made));
        let elsewhere = managed_policy("readers", &json!([])).arn;
        let missing = desk.ask(|records, _| managed_policies::find(records, &elsewhere)).await;
        assert_eq!(missing, Err(PolicyRefused::NoSuchPolicy(elsewhere)));
    }
}

#[tokio::test]
async fn no_two_policies_share_a_name_whatever_its_case_and_path() {
    let desk = Desk::open().await;
    desk.make(&readers()).await.unwrap();
    let again = NewPolicy { name: PolicyName::parse("READERS").unwrap(), path: Path::root(), ..readers() };
    assert_eq!(desk.make(&again).await, Err(PolicyRefused::Exists(again.name.clone())));
}

#[tokio::test]
async fn a_policy_that_would_not_be_evaluated_to_the_letter_or_is_too_long_is_not_made() {
    let desk = Desk::open().await;
    for text in ["", "{", r#"{"Version":"2012-10-17"}"#, r#"{"Statement":[{"Effect":"Allow","Action":"*"}]}"#]
    {
        let refused = desk.make(&NewPolicy { document: text.to_owned(), ..readers() }).await;
        assert!(matches!(refused, Err(PolicyRefused::Malformed(_))), "{text}: {refused:?}");
    }
    let long = document(&allowing(&format!("s3:{}", "x".repeat(6144)))).to_string();
    assert_eq!(desk.make(&NewPolicy { document: long, ..readers() }).await, Err(PolicyRefused::TooLong));
    let spaced = readers().document.replace(',', &format!(",{}", " ".repeat(7000)));
    assert!(
        desk.make(&NewPolicy { document: spaced, ..readers() }).await.is_ok(),
        "white space does not count"
    );
}

#[tokio::test]
async fn there_are_fifteen_hundred_policies_at_most() {
    let desk = Desk::open().await;
    let keep = async |from: usize, to: usize| {
        let policies = (from..to).map(|n| managed_policy(&format!("p{n}"), &allowing("*")));
        desk.write(|records| policies.clone().for_each(|policy| records.put_managed_policy(&policy))).await;
    };
    keep(0, managed_policies::MOST - 1).await;
    assert!(desk.make(&readers()).await.is_ok());
    let another = NewPolicy { name: PolicyName::parse("another").unwrap(), ..readers() };
    assert_eq!(desk.make(&another).await, Err(PolicyRefused::TooMany));
}

#[tokio::test]
async fn there_are_five_versions_of_which_one_counts() {
    for desk in Desk::each().await {
        let arn = desk.make(&readers()).await.unwrap().arn;
        for (id, counts) in [("v2", false), ("v3", true), ("v4", false), ("v5", false)] {
            assert_eq!(desk.add(&arn, counts).await.as_deref(), Ok(id));
        }
        assert_eq!(desk.default_of(&arn).await, "v3");
        assert_eq!(desk.add(&arn, true).await, Err(PolicyRefused::TooManyVersions(arn.clone())));
        let delete = async |id: &str| {
            desk.ask(|records, _| managed_policies::delete_version(records, &arn, id, NOW)).await
        };
        assert_eq!(delete("v3").await, Err(PolicyRefused::IsDefault(arn.clone())));
        assert_eq!(delete("v5").await, Ok(()));
        for gone in ["v5", "v9", "v0", "x"] {
            let refused = PolicyRefused::NoSuchVersion { arn: arn.clone(), version: gone.to_owned() };
            assert_eq!(delete(gone).await, Err(refused), "{gone}");
        }
        assert_eq!(desk.add(&arn, false).await.as_deref(), Ok("v6"));
        let choose = async |id: &str| {
            desk.ask(|records, _| managed_policies::choose_version(records, &arn, id, NOW)).await
        };
        assert_eq!(choose("v6").await, Ok(()));
        assert!(matches!(choose("v5").await, Err(PolicyRefused::NoSuchVersion { .. })));
        assert_eq!(desk.default_of(&arn).await, "v6");
    }
}

#[tokio::test]
async fn a_policy_is_deleted_once_nobody_carries_it_and_it_has_one_version() {
    for desk in Desk::each().await {
        let arn = desk.make(&readers()).await.unwrap().arn;
        let delete = async || desk.ask(|records, _| managed_policies::delete(records, &arn)).await;
        for role in [
            Role { attached: BTreeSet::from([arn.clone()]), ..signed_in_role() },
            Role { boundary: Some(arn.clone()), ..signed_in_role() },
        ] {
            desk.write(|records| records.put_role(&role)).await;
            assert_eq!(delete().await, Err(PolicyRefused::InUse(arn.clone())));
        }
        desk.write(|records| records.put_role(&signed_in_role())).await;
        desk.add(&arn, true).await.unwrap();
        assert_eq!(delete().await, Err(PolicyRefused::HasVersions(arn.clone())));
        desk.ask(|records, _| managed_policies::delete_version(records, &arn, "v1", NOW)).await.unwrap();
        assert_eq!(delete().await, Ok(()));
        assert_eq!(delete().await, Err(PolicyRefused::NoSuchPolicy(arn.clone())));
    }
}

#[tokio::test]
async fn policies_of_aws_are_read_and_never_changed() {
    let desk = Desk::open().await;
    let arn = PolicyArn::parse(S3_FULL).unwrap();
    assert_eq!(desk.default_of(&arn).await, "v2");
    let of_aws = || PolicyRefused::OfAws(arn.clone());
    assert_eq!(desk.add(&arn, true).await, Err(of_aws()));
    for refused in [
        desk.ask(|records, _| managed_policies::delete(records, &arn)).await,
        desk.ask(|records, _| managed_policies::choose_version(records, &arn, "v2", NOW)).await,
        desk.ask(|records, _| managed_policies::delete_version(records, &arn, "v2", NOW)).await,
        desk.ask(|records, _| managed_policies::tag(records, &arn, &Tags::default())).await,
    ] {
        assert_eq!(refused, Err(of_aws()));
    }
}

#[tokio::test]
async fn policies_are_listed_with_the_accounts_own_first_and_page_by_page() {
    for desk in Desk::each().await {
        let own = ["B", "a", "team/c"].map(|name| managed_policy(name, &allowing("*")));
        desk.write(|records| own.iter().for_each(|policy| records.put_managed_policy(policy))).await;
        let all = desk.listed(&Wanted { path_prefix: "/", ..Wanted::default() }, None, 100).await;
        assert_eq!(all[..4], ["a", "B", "c", "AdministratorAccess"]);
        assert_eq!(all.len(), 10);
        let mut paged = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let wanted = Wanted { path_prefix: "/", ..Wanted::default() };
            let mut page = desk.listed(&wanted, after.as_deref(), 2).await;
            let is_last = page.len() <= 2;
            page.truncate(2);
            after = page.last().map(|name| match name.as_str() {
                "c" => own[2].arn.to_string(),
                "a" | "B" => format!("arn:aws:iam::123456789012:policy/{name}"),
                name => format!("arn:aws:iam::aws:policy/{name}"),
            });
            paged.extend(page);
            if is_last {
                break;
            }
        }
        assert_eq!(paged, all);
    }
}

#[tokio::test]
async fn policies_are_listed_by_whose_they_are_where_they_are_and_who_carries_them() {
    let desk = Desk::open().await;
    let [one, bound] = ["one", "team/bound"].map(|name| managed_policy(name, &allowing("*")));
    let role = Role {
        attached: BTreeSet::from([one.arn.clone(), PolicyArn::parse(S3_FULL).unwrap()]),
        boundary: Some(bound.arn.clone()),
        ..signed_in_role()
    };
    desk.write(|records| {
        records.put_managed_policy(&one);
        records.put_managed_policy(&bound);
        records.put_role(&role);
    })
    .await;
    let wanted = Wanted { of_aws: None, path_prefix: "/", carried_as: None };
    let listed = async |wanted: Wanted<'static>| desk.listed(&wanted, None, 100).await;
    assert_eq!(listed(Wanted { of_aws: Some(false), ..wanted.clone() }).await, ["bound", "one"]);
    assert_eq!(listed(Wanted { of_aws: Some(true), ..wanted.clone() }).await.len(), 7);
    assert_eq!(listed(Wanted { path_prefix: "/team/", ..wanted.clone() }).await, ["bound"]);
    let carried_as = |usage| Wanted { carried_as: Some(usage), ..wanted.clone() };
    assert_eq!(listed(carried_as(Usage::Attached)).await, ["one", "AmazonS3FullAccess"]);
    assert_eq!(listed(carried_as(Usage::Boundary)).await, ["bound"]);
}

#[tokio::test]
async fn who_carries_a_policy_is_listed_by_path_and_usage_and_page_by_page() {
    for desk in Desk::each().await {
        let arn = PolicyArn::parse(S3_FULL).unwrap();
        let role = |name: &str, path: &str| Role {
            name: RoleName::parse(name).unwrap(),
            path: Path::parse(path).unwrap(),
            ..guest_role()
        };
        let attached = |role: Role| Role { attached: BTreeSet::from([arn.clone()]), ..role };
        let bound = Role { boundary: Some(arn.clone()), ..role("c", "/") };
        desk.write(|records| {
            records.put_role(&attached(role("B", "/")));
            records.put_role(&attached(role("a", "/team/")));
            records.put_role(&bound);
        })
        .await;
        let listed = async |path_prefix: &str, carrying_as, after: Option<&str>, limit| {
            let wanted = WantedCarriers { entity: |_| true, path_prefix, carrying_as };
            let listing = desk.ask(|records, _| {
                Ok::<_, Stop<Infallible>>(policy_listing::carriers(records, &arn, &wanted, after, limit)?)
            });
            listing.await.unwrap().iter().map(policy_listing::Carrier::key).collect::<Vec<_>>()
        };
        assert_eq!(listed("/", None, None, 10).await, ["role/a", "role/b", "role/c"]);
        assert_eq!(listed("/", None, None, 1).await, ["role/a", "role/b"]);
        assert_eq!(listed("/", None, Some("role/a"), 10).await, ["role/b", "role/c"]);
        assert_eq!(listed("/team/", None, None, 10).await, ["role/a"]);
        assert_eq!(listed("/", Some(Usage::Attached), None, 10).await, ["role/a", "role/b"]);
        assert_eq!(listed("/", Some(Usage::Boundary), None, 10).await, ["role/c"]);
        let counting = desk.ask(|records, _| {
            let policy = managed_policies::find(records, &arn)?;
            Ok::<_, Stop<PolicyRefused>>(policy_listing::counted(records, policy)?)
        });
        let counted = counting.await.unwrap();
        assert_eq!((counted.attached, counted.boundaries), (2, 1));
    }
}
