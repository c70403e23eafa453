//! Looking for identities by what they are, and removing those that are found.

use crate::desk::{Desk, other_identity_pool};
use crate::family::{alone, desks, family, login};
use broker::identity_pool::search::{Found, MOST_LOOKED_AT, Wanted, lookup, remove, search};
use broker::identity_pool::{Refusal, merges, search as looking};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::IdentityPools;
use domain::time::{Span, Timestamp};
use domain::user_pool::pool::{IssuerBase, Issuers};
use testkit::{NOW, account};

fn day(number: u32) -> Timestamp {
    NOW.after(Span::from_days(number))
}

/// Identities made on the days 0 to 5: a guest, somebody who signed in, and a guest who is disabled, each twice.
async fn crowd(desk: &Desk) -> Vec<Identity> {
    let standing = [Standing::Guest, Standing::Authenticated, Standing::Disabled];
    let made: Vec<Identity> = (0..6_u32)
        .map(|n| {
            let id = IdentityId::parse(&format!("us-east-1:{n}")).unwrap();
            let logins = if n % 3 == 1 { vec![login(n as usize, "a").key().clone()] } else { Vec::new() };
            Identity { standing: standing[n as usize % 3], ..Identity::new(id, family().id, logins, day(n)) }
        })
        .collect();
    desk.write(|records| made.iter().for_each(|identity| records.put_identity(identity))).await;
    made
}

async fn found(desk: &Desk, wanted: &Wanted) -> Vec<u32> {
    let found = desk.ask(|records, _| search(records, &family().id, wanted, (None, 100))).await.unwrap();
    assert_eq!(found.after, None);
    let number = |identity: &Identity| identity.id.as_str().trim_start_matches("us-east-1:").parse().unwrap();
    found.identities.iter().map(number).collect()
}

#[tokio::test]
async fn identities_are_found_by_what_they_are() {
    for desk in desks().await {
        crowd(&desk).await;
        let any = Wanted::default;
        for (wanted, expected) in [
            (any(), vec![0, 1, 2, 3, 4, 5]),
            (Wanted { standing: Some(Standing::Guest), ..any() }, vec![0, 3]),
            (Wanted { standing: Some(Standing::Authenticated), ..any() }, vec![1, 4]),
            (Wanted { standing: Some(Standing::Disabled), ..any() }, vec![2, 5]),
            (Wanted { provider: Some(login(1, "a").key().provider.clone()), ..any() }, vec![1]),
            (Wanted { provider: Some("nowhere".to_owned()), ..any() }, vec![]),
            (Wanted { created_from: Some(day(2)), created_before: Some(day(4)), ..any() }, vec![2, 3]),
            (Wanted { used_from: Some(day(4)), ..any() }, vec![4, 5]),
            // Somebody who was seen on day 0 may have been there until day 1.
            (Wanted { unused_since: Some(day(2)), ..any() }, vec![0, 1]),
            (Wanted { unused_since: Some(day(1).before(Span::from_secs(1))), ..any() }, vec![]),
            (Wanted { standing: Some(Standing::Guest), unused_since: Some(day(4)), ..any() }, vec![0, 3]),
        ] {
            assert_eq!(found(&desk, &wanted).await, expected, "{wanted:?}");
        }
    }
}

#[tokio::test]
async fn a_search_goes_on_where_it_has_ended_and_looks_at_so_many_at_a_time() {
    let desk = Desk::open().await;
    desk.write(|records| records.put_identity_pool(&family())).await;
    let id = |n: usize| IdentityId::parse(&format!("us-east-1:{n:08}")).unwrap();
    let many: Vec<Identity> =
        (0..=MOST_LOOKED_AT).map(|n| Identity::new(id(n), family().id, Vec::new(), NOW)).collect();
    desk.write(|records| many.iter().for_each(|identity| records.put_identity(identity))).await;
    let page = async |wanted: &Wanted, after: Option<IdentityId>, limit: usize| -> Found {
        desk.ask(|records, _| search(records, &family().id, wanted, (after.as_ref(), limit))).await.unwrap()
    };
    let first = page(&Wanted::default(), None, 2).await;
    assert_eq!((first.identities.len(), first.after.clone()), (2, Some(id(1))));
    assert_eq!(page(&Wanted::default(), first.after, 2).await.identities, many[2..4]);
    let nobody = Wanted { standing: Some(Standing::Disabled), ..Wanted::default() };
    let looked_at = page(&nobody, None, 2).await;
    assert_eq!(looked_at, Found { identities: Vec::new(), after: Some(id(MOST_LOOKED_AT - 1)) });
    assert_eq!(page(&nobody, looked_at.after, 2).await, Found { identities: Vec::new(), after: None });
}

#[tokio::test]
async fn those_who_are_found_are_removed_and_nobody_else() {
    for desk in desks().await {
        let made = crowd(&desk).await;
        let idle =
            Wanted { standing: Some(Standing::Guest), unused_since: Some(day(9)), ..Wanted::default() };
        let page = async |after: Option<&IdentityId>| {
            desk.ask(|records, _| remove(records, &family().id, &idle, (after, 1), NOW)).await.unwrap()
        };
        let first = page(None).await;
        assert_eq!(first, Found { identities: vec![made[0].clone()], after: Some(made[0].id.clone()) });
        let second = page(first.after.as_ref()).await;
        assert_eq!(second.identities, [made[3].clone()]);
        assert_eq!(found(&desk, &Wanted::default()).await, [1, 2, 4, 5]);
        let gone = page(second.after.as_ref()).await;
        assert_eq!(gone, Found { identities: Vec::new(), after: None });
        let signed_in = Wanted { standing: Some(Standing::Authenticated), ..Wanted::default() };
        desk.ask(|records, _| remove(records, &family().id, &signed_in, (None, 10), NOW)).await.unwrap();
        let again = desk.get_id(&alone(&login(1, "a"))).await.unwrap();
        assert_ne!(again, made[1].id, "a login of somebody who was removed is somebody new");
    }
}

#[tokio::test]
async fn somebody_is_looked_up_by_their_login_and_nobody_is_made() {
    for mut desk in desks().await {
        let own = IssuerBase::parse("http://127.0.0.1:9000").ok();
        desk.house.issuers = Issuers::new(&account().region, own);
        let id = desk.get_id(&alone(&login(0, "a"))).await.unwrap();
        let rows = desk.rows().await;
        let provider = login(0, "a").key().provider.clone();
        let ask = async |pool: &IdentityPoolId, provider: &str, subject: &str| {
            let looked_up = desk.ask(|records, _| lookup(records, &desk.house, pool, (provider, subject)));
            looked_up.await.map(|identity| identity.id)
        };
        assert_eq!(ask(&family().id, &provider, "a").await.as_ref(), Ok(&id));
        let alias = format!("127.0.0.1:9000/{}", provider.rsplit('/').next().unwrap());
        assert_eq!(ask(&family().id, &alias, "a").await, Ok(id), "by the server's own name as well");
        for (provider, subject) in [(&*provider, "b"), ("graph.facebook.com", "a"), ("", "")] {
            let login = LoginKey { provider: provider.to_owned(), subject: subject.to_owned() };
            assert_eq!(ask(&family().id, provider, subject).await, Err(Refusal::NobodyHolds(login)));
        }
        let absent = other_identity_pool().id;
        assert_eq!(ask(&absent, &provider, "a").await, Err(Refusal::NoSuchPool(absent)));
        assert_eq!(desk.rows().await, rows);
    }
}

#[tokio::test]
async fn an_identity_is_found_and_resolved_in_its_own_pool_alone() {
    for desk in desks().await {
        desk.write(|records| records.put_identity_pool(&other_identity_pool())).await;
        let known = desk.get_id(&alone(&login(0, "a"))).await.unwrap();
        let old = desk.get_id(&[]).await.unwrap();
        desk.credentials(&old, &alone(&login(0, "a"))).await.unwrap();
        let resolve = async |pool: &IdentityPoolId, id: &IdentityId| {
            desk.ask(|records, _| merges::resolve(records, pool, id)).await.map(|identity| identity.id)
        };
        let find = async |pool: &IdentityPoolId, id: &IdentityId| {
            desk.ask(|records, _| looking::find(records, pool, id)).await.map(|identity| identity.id)
        };
        let (own, other) = (family().id, other_identity_pool().id);
        assert_eq!(resolve(&own, &old).await.as_ref(), Ok(&known));
        assert_eq!(resolve(&own, &known).await.as_ref(), Ok(&known));
        assert_eq!(find(&own, &old).await.as_ref(), Ok(&old));
        let unknown = IdentityId::parse("us-east-1:0").unwrap();
        for (pool, id) in [(&other, &old), (&other, &known), (&own, &unknown)] {
            let no = Refusal::NoSuchIdentity(id.clone());
            assert_eq!(resolve(pool, id).await.as_ref(), Err(&no));
            assert_eq!(find(pool, id).await, Err(no));
        }
    }
}
