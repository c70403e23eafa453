//! Making roles.

use crate::desk::Desk;
use broker::iam::role_policies;
use broker::iam::roles::{self, Named, NewRole, RoleRefused};
use domain::iam::path::Path;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::Roles;
use domain::tag::Tags;
use serde_json::json;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use testkit::NOW;
use testkit::iam::{document, signed_in_role};
use tokio::task::JoinSet;

fn writer() -> NewRole {
    let Role { path, description, longest_session, trust, policies, .. } = signed_in_role();
    let (name, boundary, tags) = (RoleName::parse("writer").unwrap(), None, Tags::default());
    NewRole { name, path, description, longest_session, trust, policies, boundary, tags }
}

async fn make_role(desk: &Desk, role: &NewRole) -> Result<Role, RoleRefused> {
    desk.ask(|records, entropy| roles::create(records, &desk.house, role, NOW, entropy)).await
}

async fn role(desk: &Desk, name: &str) -> Option<Role> {
    let name = RoleName::parse(name).unwrap();
    desk.ask(|records, _| Ok::<_, domain::records::Stop<Infallible>>(records.role(&name)?)).await.unwrap()
}

#[tokio::test]
async fn a_role_is_remembered_as_it_was_made() {
    for desk in Desk::each().await {
        let made = make_role(&desk, &writer()).await.unwrap();
        assert_eq!(role(&desk, "writer").await, Some(made));
    }
}

#[tokio::test]
async fn no_two_roles_share_a_name_whatever_its_case() {
    let desk = Desk::open().await;
    make_role(&desk, &writer()).await.unwrap();
    for name in ["writer", "Writer", "WRITER"] {
        let again = NewRole { name: RoleName::parse(name).unwrap(), ..writer() };
        assert_eq!(make_role(&desk, &again).await, Err(RoleRefused::Exists(again.name)));
    }
}

#[tokio::test]
async fn there_are_a_thousand_roles_at_most() {
    let desk = Desk::open().await;
    // Two are there from the beginning.
    let names = (0..roles::MOST - 3).map(|n| RoleName::parse(&format!("r{n}")).unwrap());
    desk.write(|records| {
        names.clone().for_each(|name| records.put_role(&Role { name, ..signed_in_role() }));
    })
    .await;
    assert!(make_role(&desk, &writer()).await.is_ok());
    let another = NewRole { name: RoleName::parse("another").unwrap(), ..writer() };
    assert_eq!(make_role(&desk, &another).await, Err(RoleRefused::TooMany));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_make_the_same_role_at_once_one_succeeds() {
    for desk in Desk::each().await {
        let desk = Arc::new(desk);
        let mut makers = JoinSet::new();
        for _ in 0..30 {
            let desk = Arc::clone(&desk);
            makers.spawn(async move { make_role(&desk, &writer()).await });
        }
        let made: Vec<Role> = makers.join_all().await.into_iter().flatten().collect();
        let [made] = made.as_slice() else { panic!("{} were made", made.len()) };
        assert_eq!(role(&desk, "writer").await.as_ref(), Some(made));
    }
}

#[tokio::test]
async fn a_role_whose_policy_would_not_be_evaluated_to_the_letter_is_not_made() {
    let unknown_element =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Hint":"x"}]}"#;
    let unknown_operator = document(&json!([{
        "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": { "StringAlmost": { "a": "b" } },
    }]))
    .to_string();
    let with_principal = signed_in_role().trust;
    for desk in Desk::each().await {
        let rows = desk.rows().await;
        for text in ["", "[]", "{", unknown_element, &unknown_operator, &with_principal] {
            let access = PolicyName::parse("access").unwrap();
            let new = NewRole { policies: BTreeMap::from([(access, text.to_owned())]), ..writer() };
            let refused = make_role(&desk, &new).await;
            assert!(
                matches!(&refused, Err(RoleRefused::Malformed { what, .. }) if what == "policy `access` of `writer`"),
                "`{text}`: {refused:?}"
            );
            let new = NewRole { trust: unknown_element.to_owned(), ..writer() };
            let refused = make_role(&desk, &new).await;
            assert!(
                matches!(&refused, Err(RoleRefused::Malformed { what, .. }) if what == "trust policy of `writer`"),
                "{refused:?}"
            );
        }
        assert_eq!(desk.rows().await, rows);
    }
}

#[tokio::test]
async fn nothing_is_done_to_a_role_that_was_made_anew_under_another_path_than_was_authorized() {
    let desk = Desk::open().await;
    let house = &desk.house;
    let before = make_role(&desk, &writer()).await.unwrap().arn(&house.account.id).to_string();
    let anew = NewRole { path: Path::parse("/admins/").unwrap(), policies: BTreeMap::new(), ..writer() };
    let name = &anew.name;
    desk.write(|records| records.delete_role(name)).await;
    let made = make_role(&desk, &anew).await.unwrap();
    let after = made.arn(&house.account.id).to_string();
    assert_ne!(before, after);

    let other = PolicyName::parse("other").unwrap();
    let text = document(&json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" }])).to_string();
    let ask = async |arn: &str| {
        let role = Named { name, arn };
        [
            desk.ask(|records, _| roles::find(records, house, role).map(drop)).await,
            desk.ask(|records, _| roles::update(records, house, role, Some("other"), None)).await.map(drop),
            desk.ask(|records, _| roles::update_trust(records, house, role, &anew.trust)).await,
            desk.ask(|records, _| role_policies::put_policy(records, house, role, (&other, &text))).await,
            desk.ask(|records, _| role_policies::policy(records, house, role, &other).map(drop)).await,
            desk.ask(|records, _| role_policies::delete_policy(records, house, role, &other)).await,
            desk.ask(|records, _| roles::delete(records, house, role, NOW)).await,
        ]
    };
    for answer in ask(&before).await {
        assert_eq!(answer, Err(RoleRefused::NoSuchRole(name.clone())));
    }
    assert_eq!(role(&desk, "writer").await, Some(made), "it is as it was made");
    for answer in ask(&after).await {
        assert_eq!(answer, Ok(()));
    }
}
