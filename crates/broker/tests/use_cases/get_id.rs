//! Finding or making identities.

use crate::desk::{Desk, alice, mallory, other_identity_pool, proven_to};
use broker::identity_pool::Refusal;
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::IdentityPools;
use std::collections::HashSet;
use std::sync::Arc;
use testkit::NOW;
use testkit::identity_pool::identity_pool;
use tokio::task::JoinSet;

#[tokio::test]
async fn the_same_login_always_finds_the_same_identity() {
    for desk in Desk::each().await {
        let first = desk.get_id(&[alice()]).await.unwrap();
        let rows = desk.rows().await;
        assert_eq!(desk.get_id(&[alice()]).await, Ok(first));
        assert_eq!(desk.rows().await, rows, "finding writes nothing");
    }
}

#[tokio::test]
async fn an_identity_is_remembered_with_its_login_pool_and_time() {
    let desk = Desk::open().await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    assert!(id.as_str().starts_with("us-east-1:"));
    let remembered = Identity {
        id: id.clone(),
        pool: identity_pool().id,
        standing: Standing::Authenticated,
        logins: vec![alice().key().clone()],
        created: NOW,
        modified: NOW,
        last_used: NOW,
    };
    assert_eq!(desk.identity(&id).await, Some(remembered));
}

#[tokio::test]
async fn a_guest_is_somebody_new_each_time() {
    for desk in Desk::each().await {
        let mut ids = HashSet::new();
        for _ in 0..10 {
            ids.insert(desk.get_id(&[]).await.unwrap());
        }
        assert_eq!(ids.len(), 10);
    }
}

#[tokio::test]
async fn two_people_are_two_identities() {
    let desk = Desk::open().await;
    let (one, other) = (desk.get_id(&[alice()]).await.unwrap(), desk.get_id(&[mallory()]).await.unwrap());
    assert_ne!(one, other);
    assert_eq!(desk.get_id(&[alice()]).await, Ok(one));
    assert_eq!(desk.get_id(&[mallory()]).await, Ok(other));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_first_logins_at_once_make_one_identity() {
    for desk in [Desk::open().await, Desk::late(1).await, Desk::late(2).await, Desk::late(3).await] {
        let before = desk.rows().await;
        let desk = Arc::new(desk);
        let mut logins = JoinSet::new();
        for _ in 0..100 {
            let desk = Arc::clone(&desk);
            logins.spawn(async move { desk.get_id(&[alice()]).await.unwrap() });
        }
        let ids: HashSet<IdentityId> = logins.join_all().await.into_iter().collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(
            desk.rows().await - before,
            3,
            "the identity, and what lets its pool and its login find it"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_guests_at_once_are_a_hundred_identities() {
    for desk in Desk::each().await {
        let desk = Arc::new(desk);
        let mut guests = JoinSet::new();
        for _ in 0..100 {
            let desk = Arc::clone(&desk);
            guests.spawn(async move { desk.get_id(&[]).await.unwrap() });
        }
        let ids: HashSet<IdentityId> = guests.join_all().await.into_iter().collect();
        assert_eq!(ids.len(), 100);
    }
}

#[tokio::test]
async fn the_same_login_is_another_identity_in_another_pool() {
    let desk = Desk::open().await;
    let other = other_identity_pool();
    desk.write(|records| records.put_identity_pool(&other)).await;
    let here = desk.get_id(&[alice()]).await.unwrap();
    let there = desk.get_id_of(&other.id, &[proven_to(&other, &alice().key().subject)]).await.unwrap();
    assert_ne!(here, there);
}

#[tokio::test]
async fn a_login_that_was_proven_to_another_pool_is_refused() {
    for desk in Desk::each().await {
        let other = other_identity_pool();
        desk.write(|records| records.put_identity_pool(&other)).await;
        let rows = desk.rows().await;
        let refused = desk.get_id_of(&other.id, &[alice()]).await.unwrap_err();
        let theirs = alice().key().provider.clone();
        assert!(matches!(refused, Refusal::UnsupportedProvider { key, .. } if key == theirs));
        assert_eq!(desk.rows().await, rows);
    }
}

#[tokio::test]
async fn a_pool_that_does_not_welcome_guests_makes_none() {
    for desk in Desk::each().await {
        let closed = IdentityPool { welcomes_guests: false, ..identity_pool() };
        desk.write(|records| records.put_identity_pool(&closed)).await;
        let rows = desk.rows().await;
        assert_eq!(desk.get_id(&[]).await, Err(Refusal::GuestsUnwelcome));
        assert_eq!(desk.rows().await, rows);
        assert!(desk.get_id(&[alice()]).await.is_ok(), "a login is still welcome");
    }
}

#[tokio::test]
async fn an_unknown_pool_has_no_identities() {
    let desk = Desk::open().await;
    let unknown = IdentityPoolId::parse("us-east-1:0000").unwrap();
    assert_eq!(desk.get_id_of(&unknown, &[]).await, Err(Refusal::NoSuchPool(unknown.clone())));
    assert_eq!(desk.get_id_of(&unknown, &[alice()]).await, Err(Refusal::NoSuchPool(unknown)));
}
