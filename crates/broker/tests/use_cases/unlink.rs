//! Logins that are taken from identities, and identities that are deleted.

use crate::desk::{Desk, gone, other_identity_pool, proven_to};
use crate::family::{alone, desks, family, login};
use broker::House;
use broker::identity_pool::{Refusal, identities, pools, unlink};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::merge::{Merge, MergeCause};
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::provider::DeveloperProviderName;
use domain::records::{IdentityPools, Merges, Stop};
use domain::time::{Span, Timestamp};
use domain::user_pool::pool::{IssuerBase, Issuers};
use login::VerifiedLogin;
use std::convert::Infallible;
use testkit::{NOW, account};

async fn take(
    desk: &Desk,
    id: &IdentityId,
    shown: &[VerifiedLogin],
    providers: &[&str],
) -> Result<Vec<LoginKey>, Refusal> {
    let providers: Vec<String> = providers.iter().map(|name| (*name).to_owned()).collect();
    desk.ask(|records, _| unlink::unlink(records, &desk.house, (id, shown), &providers, later())).await
}

fn later() -> Timestamp {
    NOW.after(Span::from_mins(1))
}

fn provider(n: usize) -> String {
    login(n, "any").key().provider.clone()
}

#[tokio::test]
async fn a_login_that_was_taken_finds_somebody_new() {
    for desk in desks().await {
        let id = desk.get_id(&[login(0, "a"), login(1, "a"), login(2, "a")]).await.unwrap();
        let taken = take(&desk, &id, &[login(2, "a")], &[&provider(0), &provider(1)]).await.unwrap();
        assert_eq!(taken, [login(0, "a").key().clone(), login(1, "a").key().clone()]);
        let identity = desk.identity(&id).await.unwrap();
        assert_eq!((identity.modified, identity.logins.len()), (later(), 1));
        for gone in [login(0, "a"), login(1, "a")] {
            assert_eq!(
                desk.credentials(&id, &alone(&gone)).await.err(),
                Some(Refusal::Forbidden(id.clone()))
            );
            assert_ne!(desk.get_id(&alone(&gone)).await.as_ref(), Ok(&id));
        }
        assert_eq!(desk.get_id(&[login(2, "a")]).await, Ok(id));
    }
}

#[tokio::test]
async fn an_identity_without_its_last_login_is_nobodys_and_no_guests() {
    for desk in desks().await {
        let id = desk.get_id(&[login(0, "a")]).await.unwrap();
        take(&desk, &id, &[login(0, "a")], &[&provider(0)]).await.unwrap();
        let identity = desk.identity(&id).await.unwrap();
        assert_eq!((identity.standing, identity.logins.len()), (Standing::Authenticated, 0));
        for shown in [vec![], vec![login(0, "a")], vec![login(1, "new")]] {
            assert_eq!(desk.credentials(&id, &shown).await.err(), Some(Refusal::Forbidden(id.clone())));
            assert!(take(&desk, &id, &shown, &[]).await.is_err());
        }
        let anew = desk.get_id(&[login(0, "a")]).await.unwrap();
        assert_ne!(anew, id);
        assert_eq!(desk.credentials(&id, &[login(0, "a")]).await.err(), Some(Refusal::Forbidden(id)));
    }
}

#[tokio::test]
async fn only_the_identitys_own_logins_and_nothing_beside_them_take_a_login_from_it() {
    for desk in desks().await {
        desk.write(|records| records.put_identity_pool(&other_identity_pool())).await;
        let id = desk.get_id(&[login(0, "a"), login(1, "a")]).await.unwrap();
        desk.get_id(&[login(0, "m")]).await.unwrap();
        let guest = desk.get_id(&[]).await.unwrap();
        let before = desk.everything().await;
        for shown in [
            vec![],
            vec![login(0, "m")],
            vec![login(0, "a"), login(2, "new")],
            vec![login(1, "a"), login(0, "m")],
        ] {
            let refused = take(&desk, &id, &shown, &[&provider(0)]).await;
            assert_eq!(refused, Err(Refusal::Forbidden(id.clone())), "{shown:?}");
        }
        let foreign = proven_to(&other_identity_pool(), "a");
        let refused = take(&desk, &id, std::slice::from_ref(&foreign), &[&provider(0)]).await;
        assert_eq!(refused, Err(gone(&foreign.key().provider)));
        let refused = take(&desk, &guest, &[login(0, "a")], &[&provider(0)]).await;
        assert_eq!(refused, Err(Refusal::Forbidden(guest)));
        let absent = IdentityId::parse("us-east-1:0").unwrap();
        let refused = take(&desk, &absent, &[login(0, "a")], &[&provider(0)]).await;
        assert_eq!(refused, Err(Refusal::NoSuchIdentity(absent)));
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn a_provider_that_is_not_linked_is_refused_and_the_others_stay() {
    for desk in desks().await {
        let id = desk.get_id(&[login(0, "a"), login(1, "a")]).await.unwrap();
        let before = desk.everything().await;
        for unlinked in [provider(2), String::from("graph.facebook.com"), format!("https://{}", provider(0))]
        {
            let refused = take(&desk, &id, &[login(0, "a")], &[&provider(1), &unlinked]).await;
            assert_eq!(refused, Err(Refusal::NotLinked(unlinked)));
        }
        assert_eq!(take(&desk, &id, &[login(0, "a")], &[]).await, Ok(Vec::new()));
        assert_eq!(desk.everything().await, before, "nothing was asked for, and nothing is written");
    }
}

#[tokio::test]
async fn what_the_pools_own_backend_vouches_for_is_its_own_to_take() {
    for desk in desks().await {
        let name = DeveloperProviderName::parse("login.example").unwrap();
        let pool = IdentityPool { developer_provider: Some(name.clone()), ..family() };
        desk.write(|records| records.put_identity_pool(&pool)).await;
        let id = desk.get_id(&[login(0, "a")]).await.unwrap();
        let refused = take(&desk, &id, &[login(0, "a")], &[&provider(0), name.as_str()]).await;
        assert_eq!(refused, Err(Refusal::DeveloperProvider(name.to_string())));
    }
}

#[tokio::test]
async fn a_user_pool_is_named_by_either_of_its_names() {
    let mut desk = Desk::open().await;
    let own = IssuerBase::parse("http://127.0.0.1:9000").ok();
    desk.house = House::new(account(), Issuers::new(&account().region, own));
    desk.write(|records| records.put_identity_pool(&family())).await;
    let id = desk.get_id(&[login(0, "a"), login(1, "a")]).await.unwrap();
    let taken = take(&desk, &id, &[login(1, "a")], &["127.0.0.1:9000/us-east-1_AbCdEfGhI"]).await;
    assert_eq!(taken, Ok(vec![login(0, "a").key().clone()]));
}

#[tokio::test]
async fn a_deleted_identity_is_gone_whatever_it_was() {
    for desk in desks().await {
        let rows = desk.rows().await;
        let guest = desk.get_id(&[]).await.unwrap();
        let disabled = desk.get_id(&[]).await.unwrap();
        let owner = desk.get_id(&[login(0, "a")]).await.unwrap();
        desk.credentials(&disabled, &[login(0, "a")]).await.unwrap();
        for id in [&guest, &disabled, &owner] {
            for _ in 0..2 {
                let deleting =
                    desk.ask(|records, _| Ok::<_, Stop<Infallible>>(identities::delete(records, id, NOW)?));
                deleting.await.unwrap();
            }
            let refused = desk.credentials(id, &[login(0, "a")]).await.err();
            assert_eq!(refused, Some(Refusal::NoSuchIdentity(id.clone())));
        }
        assert_eq!(
            desk.rows().await,
            rows + 2,
            "the journal still tells what became of the one that was disabled"
        );
        assert_ne!(desk.get_id(&[login(0, "a")]).await, Ok(owner));
    }
}

#[tokio::test]
async fn the_journal_of_a_deleted_pool_is_removed_with_its_identities() {
    for desk in desks().await {
        let (pool, rows) = (family().id, desk.rows().await);
        let many: Vec<Merge> = (0..=identities::BATCH)
            .map(|n| Merge {
                pool: pool.clone(),
                survivor: IdentityId::parse("us-east-1:a").unwrap(),
                disabled: IdentityId::parse(&format!("us-east-1:{n}")).unwrap(),
                cause: MergeCause::GuestSignedIn,
                logins: Vec::new(),
                at: NOW,
            })
            .collect();
        desk.write(|records| {
            for merge in &many {
                records.add_merge(merge);
                let guest = Identity::new(merge.disabled.clone(), pool.clone(), Vec::new(), NOW);
                records.put_identity(&Identity { standing: Standing::Disabled, ..guest });
            }
        })
        .await;
        desk.ask(|records, _| pools::delete(records, &pool, NOW)).await.unwrap();
        let mut steps = 1;
        while !desk
            .ask(|records, _| Ok::<_, Stop<Infallible>>(identities::remove_left(records, &pool)?))
            .await
            .unwrap()
        {
            steps += 1;
        }
        assert_eq!(steps, 3, "never more than a batch at a time");
        assert_eq!(desk.rows().await, rows - 3, "nothing is left but what was there before the pool");
        let left = desk.ask(|records, _| Ok::<_, Stop<Infallible>>(records.merges(&pool, None, 1)?)).await;
        assert_eq!(left, Ok(Vec::new()));
    }
}
