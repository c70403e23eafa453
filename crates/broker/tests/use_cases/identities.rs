//! Identities: listed by their pool, and gone with it.

use crate::desk::{Desk, alice, other_identity_pool};
use broker::identity_pool::identities::{self, BATCH};
use broker::identity_pool::issuers::{Asked, expected};
use broker::identity_pool::{Refusal, pools};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{IdentityPools, Stop};
use std::convert::Infallible;
use std::slice::from_ref;
use testkit::identity_pool::{identity_pool, signed_in};

async fn list(desk: &Desk, after: Option<&IdentityId>, limit: usize) -> Result<Vec<Identity>, Refusal> {
    desk.ask(|records, _| identities::list(records, &identity_pool().id, after, limit)).await
}

async fn find(desk: &Desk, id: &IdentityId) -> Result<Identity, Refusal> {
    Ok(desk.ask(|records, _| identities::find(records, id)).await?.0)
}

async fn delete(desk: &Desk, pool: &IdentityPoolId) {
    desk.ask(|records, _| pools::delete(records, pool, testkit::NOW)).await.unwrap();
}

async fn deleted(desk: &Desk) -> Vec<IdentityPoolId> {
    desk.ask(|records, _| Ok::<_, Stop<Infallible>>(records.deleted_identity_pools(10)?)).await.unwrap()
}

async fn remove_left(desk: &Desk, pool: &IdentityPoolId) -> bool {
    desk.ask(|records, _| Ok::<_, Stop<Infallible>>(identities::remove_left(records, pool)?)).await.unwrap()
}

#[tokio::test]
async fn identities_are_listed_by_their_pool_page_by_page() {
    for desk in Desk::each().await {
        desk.write(|records| records.put_identity_pool(&other_identity_pool())).await;
        desk.get_id_of(&other_identity_pool().id, &[]).await.unwrap();
        let mut made = vec![desk.get_id(&[alice()]).await.unwrap()];
        for _ in 0..4 {
            made.push(desk.get_id(&[]).await.unwrap());
        }
        made.sort();
        let ids = |found: Vec<Identity>| -> Vec<IdentityId> { found.into_iter().map(|one| one.id).collect() };
        assert_eq!(ids(list(&desk, None, 60).await.unwrap()), made);
        assert_eq!(ids(list(&desk, None, 1).await.unwrap()), made[..2]);
        assert_eq!(ids(list(&desk, Some(&made[1]), 60).await.unwrap()), made[2..]);
        let found = list(&desk, None, 60).await.unwrap();
        assert_eq!(found.iter().filter(|one| one.logins == [alice().key().clone()]).count(), 1);
    }
}

#[tokio::test]
async fn the_identities_of_a_deleted_pool_are_gone_at_once() {
    for desk in Desk::each().await {
        let pool = identity_pool().id;
        let (guest, id) = (desk.get_id(&[]).await.unwrap(), desk.get_id(&[alice()]).await.unwrap());
        delete(&desk, &pool).await;
        for (id, shown) in [(&guest, vec![]), (&id, vec![alice()])] {
            let no = Refusal::NoSuchIdentity(id.clone());
            assert_eq!(find(&desk, id).await.as_ref(), Err(&no));
            assert_eq!(desk.credentials(id, &shown).await.err().as_ref(), Some(&no));
            let asked = Asked::Identity(id.clone());
            let refused = desk.ask(|records, _| expected(records, &desk.house, &asked, &[])).await.err();
            assert_eq!(refused, Some(no));
        }
        let no = Refusal::NoSuchPool(pool);
        assert_eq!(list(&desk, None, 60).await.as_ref(), Err(&no));
        assert_eq!(desk.get_id(&[]).await, Err(no));
    }
}

fn login(number: usize) -> LoginKey {
    LoginKey { subject: format!("user{number}"), ..alice().key().clone() }
}

#[tokio::test]
async fn what_is_left_of_a_deleted_pool_is_removed_in_batches() {
    for desk in Desk::each().await {
        let pool = identity_pool().id;
        let rows = desk.rows().await;
        let many: Vec<Identity> = (0..2 * BATCH + 1)
            .map(|n| Identity {
                id: IdentityId::parse(&format!("us-east-1:{n:x}")).unwrap(),
                logins: vec![login(n); n % 2],
                ..signed_in()
            })
            .collect();
        desk.write(|records| many.iter().for_each(|identity| records.put_identity(identity))).await;
        delete(&desk, &pool).await;
        assert_eq!(deleted(&desk).await, from_ref(&pool));
        assert!(!remove_left(&desk, &pool).await);
        assert!(!remove_left(&desk, &pool).await);
        assert_eq!(deleted(&desk).await, from_ref(&pool), "one is left, so it can be gone on with");
        assert!(remove_left(&desk, &pool).await);
        assert_eq!(deleted(&desk).await, []);
        // The pool, and what says that its two roles are handed out.
        assert_eq!(desk.rows().await, rows - 3, "nothing is left but what was there before the pool");
        assert!(remove_left(&desk, &pool).await, "and nothing is left to do");
    }
}

#[tokio::test]
async fn a_pool_that_was_made_anew_keeps_its_identities() {
    let desk = Desk::open().await;
    delete(&desk, &identity_pool().id).await;
    desk.write(|records| records.put_identity_pool(&identity_pool())).await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    assert!(remove_left(&desk, &identity_pool().id).await);
    assert!(find(&desk, &id).await.is_ok());
}

#[tokio::test]
async fn an_identity_that_is_not_there_is_not_found() {
    let desk = Desk::open().await;
    let unknown = IdentityId::parse("us-east-1:0000").unwrap();
    assert_eq!(find(&desk, &unknown).await, Err(Refusal::NoSuchIdentity(unknown)));
}
