//! What ids new identities get, and what the ids of disabled ones are good for.

use crate::desk::{Desk, other_identity_pool};
use crate::family::{alone, desks, family, login};
use broker::identity_pool::{Refusal, identities, options, pools};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::options::{DisabledIds, NewIds, PoolOptions};
use domain::records::{IdentityPools, Stop};
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;
use std::convert::Infallible;
use testkit::NOW;
use testkit::identity_pool::{guest, identity_pool};

async fn tell(desk: &Desk, new: NewIds, disabled: DisabledIds) {
    desk.ask(|records, _| options::put(records, &family().id, new, disabled)).await.unwrap();
}

async fn come(desk: &Desk, shown: &[VerifiedLogin], at: Timestamp) -> IdentityId {
    desk.meet(&family().id, shown, at).await.unwrap().identity.id
}

async fn forget(desk: &Desk, id: &IdentityId) {
    desk.ask(|records, _| Ok::<_, Stop<Infallible>>(identities::delete(records, id, NOW)?)).await.unwrap();
}

#[tokio::test]
async fn a_derived_id_follows_from_the_login_on_whatever_server() {
    let [one, other] = desks().await;
    for desk in [&one, &other] {
        tell(desk, NewIds::Derived, DisabledIds::Refused).await;
    }
    // Guests have come to one of them before, so that its dice show something else.
    assert_ne!(come(&one, &[], NOW).await, come(&one, &[], NOW).await, "guests' ids are drawn");
    let (a, b) = (login(0, "a"), login(1, "b"));
    let id = come(&one, &alone(&a), NOW).await;
    assert_eq!(come(&other, &alone(&a), NOW).await, id);
    assert_eq!(come(&one, &alone(&a), NOW).await, id, "it is the same identity");
    let both = [login(2, "c"), login(1, "b")];
    let of_both = come(&one, &both, NOW).await;
    assert_eq!(come(&other, &alone(&b), NOW).await, of_both, "the provider that sorts first counts");
    assert_ne!(of_both, id);
}

#[tokio::test]
async fn an_id_is_derived_once_whatever_became_of_the_identity() {
    for desk in desks().await {
        tell(&desk, NewIds::Derived, DisabledIds::Refused).await;
        let shown = alone(&login(0, "a"));
        let mut ids = vec![come(&desk, &shown, NOW).await];
        for _ in 0..3 {
            forget(&desk, ids.last().unwrap()).await;
            let next = come(&desk, &shown, NOW).await;
            assert!(
                !ids.contains(&next),
                "the login was taken from an identity, which had its id for itself"
            );
            ids.push(next);
        }
        tell(&desk, NewIds::Drawn, DisabledIds::Refused).await;
        forget(&desk, &ids[3]).await;
        come(&desk, &shown, NOW).await;
    }
}

#[tokio::test]
async fn an_id_that_somebody_has_already_is_passed_over() {
    let [desk, other] = desks().await;
    tell(&desk, NewIds::Derived, DisabledIds::Refused).await;
    tell(&other, NewIds::Derived, DisabledIds::Refused).await;
    let shown = alone(&login(0, "a"));
    let id = come(&other, &shown, NOW).await;
    let brought_along = Identity { id: id.clone(), ..guest() };
    desk.write(|records| records.put_identity(&brought_along)).await;
    assert_ne!(come(&desk, &shown, NOW).await, id);
    assert_eq!(desk.identity(&id).await, Some(brought_along));
}

#[tokio::test]
async fn what_was_derived_is_forgotten_with_its_pool() {
    let desk = Desk::open().await;
    desk.write(|records| records.put_identity_pool(&family())).await;
    let rows = desk.rows().await;
    tell(&desk, NewIds::Derived, DisabledIds::Refused).await;
    come(&desk, &alone(&login(0, "a")), NOW).await;
    desk.ask(|records, _| pools::delete(records, &family().id, NOW)).await.unwrap();
    let removing =
        desk.ask(|records, _| Ok::<_, Stop<Infallible>>(identities::remove_left(records, &family().id)?));
    assert!(removing.await.unwrap());
    assert_eq!(desk.rows().await, rows - 3);
}

/// A guest who signed in as somebody who was known: their ids, the known one's first.
async fn merged(desk: &Desk) -> (IdentityId, IdentityId) {
    let known = come(desk, &alone(&login(0, "a")), NOW).await;
    let guest = come(desk, &[], NOW).await;
    desk.credentials(&guest, &alone(&login(0, "a"))).await.unwrap();
    assert_eq!(desk.identity(&guest).await.unwrap().standing, Standing::Disabled);
    (known, guest)
}

#[tokio::test]
async fn a_disabled_id_leads_its_owner_to_the_identity_that_goes_on_where_the_pool_says_so() {
    for desk in desks().await {
        let (known, old) = merged(&desk).await;
        let owners = alone(&login(0, "a"));
        assert_eq!(desk.credentials(&old, &owners).await.err(), Some(Refusal::Forbidden(old.clone())));
        tell(&desk, NewIds::Drawn, DisabledIds::Resolved).await;
        let grant = desk.credentials(&old, &owners).await.unwrap();
        assert_eq!(grant.session().identity().unwrap().identity, known);

        // Known, who goes on, meets somebody older and is merged in turn.
        let oldest = desk.meet(&family().id, &alone(&login(1, "b")), NOW.before(Span::from_hours(1))).await;
        let oldest = oldest.unwrap().identity.id;
        assert_eq!(come(&desk, &[login(0, "a"), login(1, "b")], NOW).await, oldest);
        for id in [&old, &known] {
            let grant = desk.credentials(id, &alone(&login(1, "b"))).await.unwrap();
            assert_eq!(grant.session().identity().unwrap().identity, oldest);
        }
    }
}

#[tokio::test]
async fn a_disabled_id_leads_nobody_else_anywhere_and_tells_them_nothing() {
    for desk in desks().await {
        let (known, old) = merged(&desk).await;
        tell(&desk, NewIds::Drawn, DisabledIds::Resolved).await;
        let forbidden = Some(Refusal::Forbidden(old.clone()));
        come(&desk, &alone(&login(0, "mallory")), NOW).await;
        for shown in [vec![], vec![login(0, "mallory")], vec![login(1, "new")]] {
            assert_eq!(desk.credentials(&old, &shown).await.err(), forbidden);
        }
        forget(&desk, &known).await;
        assert_eq!(desk.credentials(&old, &alone(&login(0, "a"))).await.err(), forbidden, "nobody goes on");
    }
}

#[tokio::test]
async fn options_are_told_to_a_pool_that_is_there_and_outlive_its_update() {
    let desk = Desk::open().await;
    let absent = other_identity_pool();
    let refused = desk
        .ask(|records, _| options::put(records, &absent.id, NewIds::Derived, DisabledIds::Resolved))
        .await;
    assert_eq!(refused, Err(Refusal::NoSuchPool(absent.id)));
    tell(&desk, NewIds::Derived, DisabledIds::Resolved).await;
    let updated =
        desk.ask(|records, _| pools::update(records, &desk.house, &identity_pool(), None)).await.unwrap();
    let PoolOptions { new_ids, disabled_ids, .. } = updated.options;
    assert_eq!((new_ids, disabled_ids), (NewIds::Derived, DisabledIds::Resolved));
}
