//! The life of an identity: promoted, linked, merged, disabled.

use crate::desk::{Desk, federation, other_identity_pool, verified};
use crate::family::{alone, desks, family, login};
use broker::identity_pool::linking::{self, Change, MOST_LOGINS, Meeting, Met};
use broker::identity_pool::{Refusal, merges};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::merge::{Merge, MergeCause};
use domain::identity_pool::pool::{IdentityPool, Roles as PoolRoles};
use domain::identity_pool::provider::DeveloperProviderName;
use domain::identity_pool::role_choice::NotChosen;
use domain::records::{IdentityPools, Merges, Stop};
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;
use std::collections::{BTreeSet, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use testkit::NOW;
use testkit::tokens::id_token;
use tokio::task::JoinSet;

fn later(mins: u32) -> Timestamp {
    NOW.after(Span::from_mins(mins))
}

fn keys(logins: &[VerifiedLogin]) -> Vec<LoginKey> {
    logins.iter().map(|login| login.key().clone()).collect()
}

/// Somebody who comes at this moment for the first time.
async fn come(desk: &Desk, logins: &[VerifiedLogin], now: Timestamp) -> IdentityId {
    desk.meet(&family().id, logins, now).await.unwrap().identity.id
}

async fn merge_of(desk: &Desk, disabled: &IdentityId) -> Option<Merge> {
    desk.ask(|records, _| Ok::<_, Stop<Infallible>>(records.merge_of(disabled)?)).await.unwrap()
}

fn merge(survivor: &IdentityId, disabled: &IdentityId, logins: &[VerifiedLogin], at: Timestamp) -> Merge {
    let cause = if logins.is_empty() { MergeCause::GuestSignedIn } else { MergeCause::LoginsMet };
    let (survivor, disabled) = (survivor.clone(), disabled.clone());
    Merge { pool: family().id, survivor, disabled, cause, logins: keys(logins), at }
}

#[tokio::test]
async fn logins_that_come_together_for_the_first_time_are_told_as_linked_and_one_alone_is_not() {
    for desk in desks().await {
        let shown = [login(0, "a"), login(1, "b")];
        let met = desk.meet(&family().id, &shown, NOW).await.unwrap();
        assert_eq!(met.change, Change { linked: keys(&shown), ..Change::default() });
        let again = desk.meet(&family().id, &shown, NOW).await.unwrap();
        let alone = desk.meet(&family().id, &[login(2, "c")], NOW).await.unwrap();
        let guest = desk.meet(&family().id, &[], NOW).await.unwrap();
        assert!([again, alone, guest].iter().all(|met| met.change.is_none()));
    }
}

#[tokio::test]
async fn several_logins_at_once_are_one_identity_that_each_of_them_finds() {
    for desk in desks().await {
        let shown = [login(0, "a"), login(1, "b"), login(2, "c")];
        let id = come(&desk, &shown, NOW).await;
        for one in &shown {
            assert_eq!(desk.get_id(&alone(one)).await.as_ref(), Ok(&id));
            let session = desk.credentials(&id, &alone(one)).await.unwrap();
            let session = session.session();
            assert_eq!(session.identity().unwrap().logins, keys(&shown), "each of them can end it");
            let federation = session.role().unwrap().federation.as_ref().unwrap();
            assert_eq!(federation.amr.len(), 3, "it is of what was shown");
        }
        let granted = desk.credentials(&id, &shown).await.unwrap();
        let provider = &shown[2].key().provider;
        assert_eq!(federation(granted.session()).amr.len(), 7);
        assert_eq!(federation(granted.session()).amr[5], *provider);
    }
}

#[tokio::test]
async fn a_login_that_nobody_holds_is_linked_to_the_identity_of_the_others() {
    for desk in desks().await {
        let id = come(&desk, &[login(0, "a")], NOW).await;
        let met = desk.meet(&family().id, &[login(0, "a"), login(1, "b")], later(1)).await.unwrap();
        let linked = Change { linked: keys(&[login(1, "b")]), ..Change::default() };
        assert_eq!((met.identity.id, met.change), (id.clone(), linked));
        let shown = [login(1, "b"), login(2, "c")];
        let (grant, change) = desk.credentials_at(&id, &shown, later(2)).await.unwrap();
        assert_eq!(grant.session().identity().unwrap().identity, id);
        assert_eq!(change.linked, keys(&[login(2, "c")]));
        let identity = desk.identity(&id).await.unwrap();
        assert_eq!(identity.logins, keys(&[login(0, "a"), login(1, "b"), login(2, "c")]));
        assert_eq!((identity.created, identity.modified), (NOW, later(2)));
        assert_eq!(desk.get_id(&[login(2, "c")]).await, Ok(id));
    }
}

#[tokio::test]
async fn a_login_that_nobody_holds_promotes_a_guest_who_is_never_a_guest_again() {
    for desk in desks().await {
        let id = come(&desk, &[], NOW).await;
        let shown = [login(0, "a"), login(1, "b")];
        let (grant, change) = desk.credentials_at(&id, &shown, later(1)).await.unwrap();
        assert_eq!(grant.session().identity().unwrap().identity, id);
        assert_eq!(grant.session().policies, None, "not narrowed as a guest's");
        assert_eq!(change, Change { promoted: true, linked: keys(&shown), merged: Vec::new() });
        let identity = desk.identity(&id).await.unwrap();
        assert_eq!((identity.standing, identity.modified), (Standing::Authenticated, later(1)));
        assert_eq!(desk.credentials(&id, &[]).await.err(), Some(Refusal::Forbidden(id.clone())));
        assert_eq!(desk.get_id(&[login(1, "b")]).await, Ok(id));
    }
}

#[tokio::test]
async fn a_guest_who_shows_an_owned_login_becomes_its_owner_and_the_guest_is_disabled() {
    for desk in desks().await {
        let guest = come(&desk, &[], NOW).await;
        // The owner is younger than the guest and goes on all the same.
        let owner = come(&desk, &[login(0, "a")], later(1)).await;
        let shown = [login(0, "a"), login(1, "b")];
        let (grant, change) = desk.credentials_at(&guest, &shown, later(2)).await.unwrap();
        assert_eq!(grant.session().identity().unwrap().identity, owner);
        assert_eq!(federation(grant.session()).sub, owner.to_string());
        let linked = keys(&[login(1, "b")]);
        assert_eq!(change, Change { promoted: false, linked, merged: vec![guest.clone()] });
        let disabled = desk.identity(&guest).await.unwrap();
        assert_eq!((disabled.standing, disabled.modified), (Standing::Disabled, later(2)));
        assert_eq!(merge_of(&desk, &guest).await, Some(merge(&owner, &guest, &[], later(2))));
        let again = come(&desk, &[], NOW).await;
        desk.credentials_at(&again, &[login(0, "a")], later(3)).await.unwrap();
        assert_eq!(
            desk.identity(&owner).await.unwrap().modified,
            later(2),
            "another guest brought it nothing"
        );
        for shown in [vec![], vec![login(0, "a")], vec![login(5, "new")]] {
            let refused = desk.credentials(&guest, &shown).await.err();
            assert_eq!(refused, Some(Refusal::Forbidden(guest.clone())));
        }
    }
}

#[tokio::test]
async fn of_two_identities_that_meet_the_older_goes_on_with_all_logins() {
    for by_id_of_the_younger in [None, Some(false), Some(true)] {
        for desk in desks().await {
            let (a, b) = ([login(0, "a"), login(1, "a")], [login(2, "b"), login(3, "b")]);
            let old = come(&desk, &b, NOW).await;
            let young = come(&desk, &a, later(1)).await;
            let shown = [login(0, "a"), login(2, "b"), login(4, "new")];
            let (id, change) = match by_id_of_the_younger {
                None => {
                    let Met { identity, change } = desk.meet(&family().id, &shown, later(2)).await.unwrap();
                    (identity.id, change)
                }
                Some(by_young) => {
                    let asked = if by_young { &young } else { &old };
                    let (grant, change) = desk.credentials_at(asked, &shown, later(2)).await.unwrap();
                    (grant.session().identity().unwrap().identity.clone(), change)
                }
            };
            assert_eq!(id, old);
            let linked = keys(&[login(4, "new")]);
            assert_eq!(change, Change { promoted: false, linked, merged: vec![young.clone()] });
            let kept = desk.identity(&old).await.unwrap();
            let all: BTreeSet<&str> = kept.logins.iter().map(|login| login.provider.as_str()).collect();
            assert_eq!((kept.standing, kept.logins.len(), all.len()), (Standing::Authenticated, 5, 5));
            let gone = desk.identity(&young).await.unwrap();
            assert_eq!((gone.standing, gone.logins), (Standing::Disabled, Vec::new()));
            assert_eq!(merge_of(&desk, &young).await, Some(merge(&old, &young, &a, later(2))));
            for one in a.iter().chain(&b) {
                assert_eq!(desk.get_id(&alone(one)).await.as_ref(), Ok(&old));
            }
        }
    }
}

#[tokio::test]
async fn of_two_as_old_as_each_other_the_one_whose_id_comes_first_goes_on() {
    for desk in desks().await {
        let ids = [come(&desk, &[login(0, "a")], NOW).await, come(&desk, &[login(1, "b")], NOW).await];
        let first = ids.iter().min().unwrap();
        assert_eq!(desk.get_id(&[login(0, "a"), login(1, "b")]).await.as_ref(), Ok(first));
    }
}

#[tokio::test]
async fn a_guest_and_any_number_of_others_become_one_in_one_call() {
    for desk in desks().await {
        let guest = come(&desk, &[], NOW).await;
        let mut others = Vec::new();
        for n in 0..3 {
            others.push(come(&desk, &[login(n, "x")], later(9 - u32::try_from(n).unwrap())).await);
        }
        let shown = [login(0, "x"), login(1, "x"), login(2, "x")];
        let (grant, change) = desk.credentials_at(&guest, &shown, later(10)).await.unwrap();
        assert_eq!(
            grant.session().identity().unwrap().identity,
            others[2],
            "the oldest of those with logins"
        );
        let merged: HashSet<IdentityId> = change.merged.into_iter().collect();
        assert_eq!(merged, HashSet::from([guest, others[0].clone(), others[1].clone()]));
    }
}

#[tokio::test]
async fn an_identity_that_no_login_proves_takes_no_part_whoever_else_is_proven() {
    for desk in desks().await {
        let (alice, mallory) = (login(0, "alice"), login(0, "mallory"));
        let alices = come(&desk, &[alice, login(1, "alice")], NOW).await;
        come(&desk, &alone(&mallory), NOW).await;
        let before = desk.everything().await;
        for shown in [
            vec![mallory.clone()],
            vec![login(2, "new")],
            vec![login(0, "new")],
            vec![mallory.clone(), login(2, "new")],
            vec![],
        ] {
            let refused = desk.credentials(&alices, &shown).await.err();
            assert_eq!(refused, Some(Refusal::Forbidden(alices.clone())), "{shown:?}");
        }
        assert_eq!(desk.everything().await, before, "nothing is linked and nobody is merged");
    }
}

#[tokio::test]
async fn who_is_disabled_cannot_be_told_from_somebody_else() {
    for desk in desks().await {
        let stranger = come(&desk, &[login(0, "a")], NOW).await;
        let disabled = come(&desk, &[login(1, "b")], later(1)).await;
        desk.get_id(&[login(0, "a"), login(1, "b")]).await.unwrap();
        let left = come(&desk, &[login(2, "c")], NOW).await;
        let identity = desk.identity(&left).await.unwrap();
        desk.ask(|records, _| linking::unlink(records, identity.clone(), |_| true, later(2))).await.unwrap();
        come(&desk, &[login(4, "m")], NOW).await;
        come(&desk, &[login(4, "n"), login(5, "n")], NOW).await;
        let before = desk.everything().await;
        for shown in [
            vec![],
            vec![login(4, "m")],
            vec![login(3, "new")],
            // These conflict with each other, which must not be told here either.
            vec![login(4, "m"), login(5, "n")],
        ] {
            for id in [&stranger, &disabled, &left] {
                assert_eq!(desk.credentials(id, &shown).await.err(), Some(Refusal::Forbidden(id.clone())));
            }
        }
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn an_identity_holds_one_login_of_each_public_provider() {
    for desk in desks().await {
        let a = come(&desk, &[login(0, "a"), login(1, "a")], NOW).await;
        come(&desk, &[login(0, "b"), login(2, "b")], NOW).await;
        let before = desk.everything().await;
        let refused = Refusal::SecondLogin(login(0, "a").key().provider.clone());
        for (what, id, shown) in [
            ("linking another", Some(&a), vec![login(1, "a"), login(0, "new")]),
            ("linking another beside the first", Some(&a), vec![login(0, "a"), login(0, "new")]),
            ("merging one that has another", Some(&a), vec![login(1, "a"), login(2, "b")]),
            ("the same without an id", None, vec![login(1, "a"), login(2, "b")]),
            ("two that nobody holds, under two names", None, vec![login(0, "x"), login(0, "y")]),
        ] {
            let answer = match id {
                Some(id) => desk.credentials(id, &shown).await.err(),
                None => desk.get_id(&shown).await.err(),
            };
            assert_eq!(answer.as_ref(), Some(&refused), "{what}");
        }
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn a_login_shown_under_two_names_of_its_provider_is_one() {
    for desk in desks().await {
        let id = come(&desk, &[login(0, "a"), login(0, "a")], NOW).await;
        assert_eq!(desk.identity(&id).await.unwrap().logins, keys(&[login(0, "a")]));
        let guest = come(&desk, &[], NOW).await;
        let grant = desk.credentials(&guest, &[login(0, "b"), login(0, "b")]).await.unwrap();
        assert_eq!(grant.session().identity().unwrap().logins, keys(&[login(0, "b")]));
        assert_eq!(federation(grant.session()).amr.len(), 3);
        assert_eq!(desk.identity(&guest).await.unwrap().logins, keys(&[login(0, "b")]));
    }
}

#[tokio::test]
async fn an_identity_holds_twenty_logins_at_most() {
    for desk in desks().await {
        let of =
            |from: usize, to: usize| -> Vec<VerifiedLogin> { (from..to).map(|n| login(n, "a")).collect() };
        let id = come(&desk, &of(0, 10), NOW).await;
        desk.credentials(&id, &[of(0, 1), of(10, MOST_LOGINS)].concat()).await.unwrap();
        assert_eq!(desk.identity(&id).await.unwrap().logins.len(), 20);
        come(&desk, &of(20, 21), NOW).await;
        let before = desk.everything().await;
        for more in [of(20, 21), of(21, 22)] {
            let shown = [of(0, 1), more].concat();
            assert_eq!(desk.credentials(&id, &shown).await.err(), Some(Refusal::TooManyLogins));
            assert_eq!(desk.get_id(&shown).await.err(), Some(Refusal::TooManyLogins));
        }
        assert_eq!(desk.get_id(&of(30, 51)).await.err(), Some(Refusal::TooManyLogins));
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn the_pools_own_backend_may_vouch_for_several_users_of_one_identity() {
    let name = DeveloperProviderName::parse("login.example").unwrap();
    let pool = IdentityPool { developer_provider: Some(name.clone()), ..family() };
    let user = |subject: &str| LoginKey { provider: name.to_string(), subject: subject.to_owned() };
    for desk in desks().await {
        let id = IdentityId::parse("us-east-1:d").unwrap();
        let begun = desk.ask(|records, _| {
            linking::begin(records, &pool, id.clone(), &[user("one"), login(0, "a").key().clone()], NOW)
        });
        let identity = begun.await.unwrap();
        let link = async |identity: &Identity, login: &LoginKey| {
            let joining = desk.ask(|records, _| {
                let (survivor, others, linked) = (identity.clone(), Vec::new(), vec![login.clone()]);
                linking::join(
                    records,
                    &pool,
                    Meeting { others, linked, ..Meeting::alone(survivor) },
                    later(1),
                )
            });
            Ok::<_, Refusal>(joining.await?.identity)
        };
        assert_eq!(link(&identity, &user("two")).await.unwrap().logins.len(), 3);
        let found = desk.ask(|records, _| linking::find(records, &pool, &[user("two")], later(2)));
        let identity = found.await.unwrap().unwrap().identity;
        let second = LoginKey { subject: "b".to_owned(), ..login(0, "a").key().clone() };
        let refused = link(&identity, &second).await;
        assert_eq!(refused, Err(Refusal::SecondLogin(second.provider.clone())));
    }
}

#[tokio::test]
async fn nothing_is_linked_or_merged_on_the_way_to_a_refusal() {
    for desk in desks().await {
        let roles = PoolRoles { authenticated: None, ..family().roles };
        desk.write(|records| records.put_identity_pool(&IdentityPool { roles: roles.clone(), ..family() }))
            .await;
        let guest = come(&desk, &[], NOW).await;
        let a = come(&desk, &[login(0, "a")], NOW).await;
        come(&desk, &[login(1, "b")], NOW).await;
        let before = desk.everything().await;
        for (id, shown) in [
            (&guest, vec![login(2, "new")]),
            (&guest, vec![login(0, "a")]),
            (&a, vec![login(0, "a"), login(1, "b")]),
        ] {
            assert_eq!(desk.credentials(id, &shown).await.err(), Some(Refusal::NotChosen(NotChosen::NoRole)));
        }
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn the_last_use_is_written_down_once_a_day() {
    for desk in desks().await {
        let id = come(&desk, &[login(0, "a")], NOW).await;
        let hours = |hours: u32| NOW.after(Span::from_hours(hours));
        let mut before = desk.everything().await;
        for (hour, is_news, known) in
            [(1, false, 0), (23, false, 0), (24, true, 24), (47, false, 24), (48, true, 48)]
        {
            let fresh = verified(&id_token().claim("exp", hours(100).secs()).claim("sub", "a"), &family());
            desk.credentials_at(&id, &[fresh], hours(hour)).await.unwrap();
            let after = desk.everything().await;
            assert_eq!(after != before, is_news, "after {hour} hours");
            let identity = desk.identity(&id).await.unwrap();
            assert_eq!((identity.last_used, identity.modified), (hours(known), NOW));
            before = after;
        }
        desk.credentials_at(&id, &[login(0, "a")], NOW).await.unwrap();
        assert_eq!(desk.everything().await, before, "a clock that was set back makes nothing older");
    }
}

#[tokio::test]
async fn what_became_of_an_identity_is_found_through_all_its_merges() {
    for desk in desks().await {
        let guest = come(&desk, &[], NOW).await;
        let young = come(&desk, &[login(2, "a")], later(3)).await;
        let mid = come(&desk, &[login(1, "a")], later(2)).await;
        let old = come(&desk, &[login(0, "a")], later(1)).await;
        desk.credentials_at(&guest, &[login(2, "a")], later(4)).await.unwrap();
        desk.meet(&family().id, &[login(2, "a"), login(1, "a")], later(5)).await.unwrap();
        desk.meet(&family().id, &[login(1, "a"), login(0, "a")], later(6)).await.unwrap();
        for id in [&guest, &young, &mid, &old] {
            let current =
                desk.ask(|records, _| Ok::<_, Stop<Infallible>>(merges::current(records, id)?)).await;
            assert_eq!(current.as_ref(), Ok(&old));
        }
        let list = async |after: Option<&IdentityId>, limit| {
            desk.ask(|records, _| merges::list(records, &family().id, after, limit)).await.unwrap()
        };
        let journal = [
            merge(&young, &guest, &[], later(4)),
            merge(&mid, &young, &[login(2, "a")], later(5)),
            merge(&old, &mid, &[login(1, "a"), login(2, "a")], later(6)),
        ];
        assert_eq!(list(None, 10).await, journal);
        assert_eq!(list(None, 1).await, journal[..2], "one more than asked for says that there are more");
        assert_eq!(list(Some(&young), 10).await, journal[2..]);
        let nobody = IdentityId::parse("us-east-1:0").unwrap();
        let other = other_identity_pool();
        desk.write(|records| records.put_identity_pool(&other)).await;
        for (pool, after) in [(&family().id, &nobody), (&family().id, &old), (&other.id, &young)] {
            let refused = desk.ask(|records, _| merges::list(records, pool, Some(after), 10)).await;
            assert_eq!(refused, Err(Refusal::NotMerged(after.clone())));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guests_who_sign_in_as_the_same_user_at_once_are_one_identity() {
    for desk in desks().await {
        let desk = Arc::new(desk);
        let mut guests = Vec::new();
        for _ in 0..20 {
            guests.push(come(&desk, &[], NOW).await);
        }
        let mut signing_in = JoinSet::new();
        for guest in guests.clone() {
            let desk = Arc::clone(&desk);
            signing_in.spawn(async move {
                desk.credentials(&guest, &[login(0, "a")])
                    .await
                    .unwrap()
                    .session()
                    .identity()
                    .unwrap()
                    .identity
                    .clone()
            });
        }
        let survivors: HashSet<IdentityId> = signing_in.join_all().await.into_iter().collect();
        assert_eq!(survivors.len(), 1);
        for guest in guests.iter().filter(|guest| !survivors.contains(*guest)) {
            assert_eq!(desk.identity(guest).await.unwrap().standing, Standing::Disabled);
            assert!(survivors.contains(&merge_of(&desk, guest).await.unwrap().survivor));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn identities_that_meet_crosswise_at_once_are_one_in_the_end() {
    for desk in desks().await {
        let mut ids = Vec::new();
        for n in 0..6 {
            ids.push(come(&desk, &[login(n, "a")], later(u32::try_from(n).unwrap())).await);
        }
        let desk = Arc::new(desk);
        let mut meeting = JoinSet::new();
        for n in 0..6 {
            let desk = Arc::clone(&desk);
            meeting
                .spawn(async move { desk.get_id(&[login(n, "a"), login((n + 1) % 6, "a")]).await.unwrap() });
        }
        meeting.join_all().await;
        let survivor: Identity = desk.identity(&ids[0]).await.unwrap();
        assert_eq!((survivor.standing, survivor.logins.len()), (Standing::Authenticated, 6));
        for id in &ids[1..] {
            let identity = desk.identity(id).await.unwrap();
            assert_eq!((identity.standing, identity.logins.len()), (Standing::Disabled, 0));
        }
    }
}
