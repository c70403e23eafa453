//! Identities, and the indexes that find them.

use crate::Store;
use crate::conformance::{Checked, run};
use crate::engine::{Engine, Range};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::merge::{Merge, MergeCause};
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{Breakdown, IdentityPools, Merges};
use domain::time::Timestamp;
use std::sync::Arc;

fn pool(name: &str) -> Result<IdentityPoolId, Breakdown> {
    IdentityPoolId::parse(&format!("region:{name}")).map_err(|no| Breakdown::new(no.to_string()))
}

/// An identity of a pool, whose login has the identity's own name.
fn identity(name: &str, of: &str) -> Result<Identity, Breakdown> {
    let id = IdentityId::parse(&format!("region:{name}")).map_err(|no| Breakdown::new(no.to_string()))?;
    let (pool, moment) = (pool(of)?, Timestamp::from_secs(0));
    let login = LoginKey { provider: "provider".to_owned(), subject: name.to_owned() };
    Ok(Identity::new(id, pool, vec![login], moment))
}

async fn listed(store: &Store, of: &str, after: Option<&str>, limit: usize) -> Result<String, Breakdown> {
    let pool = pool(of)?;
    let after = after.map(|name| identity(name, of)).transpose()?.map(|identity| identity.id);
    let found = run(store, |records| Ok(records.identities(&pool, after.as_ref(), limit)?)).await?;
    let names = found.iter().map(|identity| identity.id.as_str().trim_start_matches("region:"));
    Ok(names.collect::<Vec<_>>().join(" "))
}

async fn store_of(engine: Arc<dyn Engine>, identities: &[(&str, &str)]) -> Result<Store, Breakdown> {
    let store = Store::new(engine);
    let made = identities.iter().map(|(name, of)| identity(name, of)).collect::<Result<Vec<_>, _>>()?;
    run(&store, |records| {
        made.iter().for_each(|identity| records.put_identity(identity));
        Ok(())
    })
    .await?;
    Ok(store)
}

/// Also where the id of one pool begins with that of another.
pub async fn identities_are_listed_by_their_pool_alone(engine: Arc<dyn Engine>) -> Checked {
    let store = store_of(engine, &[("b", "1"), ("a", "1"), ("c", "1"), ("0", "10"), ("d", "0")]).await?;
    assert_eq!(listed(&store, "1", None, 10).await?, "a b c");
    assert_eq!(listed(&store, "1", None, 2).await?, "a b");
    assert_eq!(listed(&store, "1", Some("a"), 1).await?, "b");
    assert_eq!(listed(&store, "1", Some("c"), 10).await?, "");
    assert_eq!(listed(&store, "10", None, 10).await?, "0");
    assert_eq!(listed(&store, "2", None, 10).await?, "");
    Ok(())
}

/// Neither in a list nor under its login; and others stay.
pub async fn a_deleted_identity_leaves_nothing_behind(engine: Arc<dyn Engine>) -> Checked {
    let store = store_of(engine.clone(), &[("a", "1")]).await?;
    let rows = engine.scan(&Range::everything(), 100).await?.len();
    let (stays, goes) = (identity("a", "1")?, identity("b", "1")?);
    run(&store, |records| {
        records.put_identity(&goes);
        Ok(())
    })
    .await?;
    assert_eq!(listed(&store, "1", None, 10).await?, "a b");
    run(&store, |records| {
        records.delete_identity(&goes);
        Ok(())
    })
    .await?;
    assert_eq!(listed(&store, "1", None, 10).await?, "a");
    let holders = run(&store, |records| {
        let mut holder = |identity: &Identity| match identity.logins.first() {
            Some(login) => records.identity_of(&identity.pool, login),
            None => Ok(None),
        };
        Ok([holder(&stays)?, holder(&goes)?])
    });
    assert_eq!(holders.await?, [Some(stays), None]);
    assert_eq!(engine.scan(&Range::everything(), 100).await?.len(), rows);
    Ok(())
}

/// It finds whoever took it over last, and once it is forgotten nobody.
pub async fn a_login_finds_the_identity_that_holds_it_last(engine: Arc<dyn Engine>) -> Checked {
    let store = store_of(engine, &[("a", "1"), ("b", "1")]).await?;
    let (first, mut second) = (identity("a", "1")?, identity("b", "1")?);
    let [taken, own] = [&first, &second].map(|identity| identity.logins.clone());
    second.logins.extend(taken.clone());
    let holders = || {
        run(&store, |records| {
            let mut holder = |login: Option<&LoginKey>| match login {
                Some(login) => records.identity_of(&first.pool, login),
                None => Ok(None),
            };
            Ok([holder(taken.first())?, holder(own.first())?])
        })
    };
    run(&store, |records| {
        records.put_identity(&second);
        Ok(())
    })
    .await?;
    assert_eq!(holders().await?, [Some(second.clone()), Some(second.clone())]);
    let less = Identity { logins: taken.clone(), ..second.clone() };
    run(&store, |records| {
        records.put_identity(&less);
        own.iter().for_each(|login| records.forget_login(&first.pool, login));
        Ok(())
    })
    .await?;
    assert_eq!(holders().await?, [Some(less), None]);
    Ok(())
}

/// Those of one pool alone, a page at a time, whatever order they were written in; and each by the one that is disabled.
pub async fn merges_are_listed_in_the_order_of_time(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine.clone());
    let rows = engine.scan(&Range::everything(), 100).await?.len();
    let merge = |disabled: &str, of: &str, at: i64| {
        let (into, from) = (identity("e", of)?, identity(disabled, of)?);
        Ok::<_, Breakdown>(Merge {
            pool: into.pool,
            survivor: into.id,
            disabled: from.id,
            cause: MergeCause::LoginsMet,
            logins: from.logins,
            at: Timestamp::from_millis(at),
        })
    };
    let all = [merge("c", "1", -5)?, merge("d", "1", 0)?, merge("a", "1", 7)?, merge("b", "1", 7)?];
    let elsewhere = merge("f", "10", 1)?;
    run(&store, |records| {
        [&all[2], &elsewhere, &all[1], &all[3], &all[0]]
            .into_iter()
            .for_each(|merge| records.add_merge(merge));
        Ok(())
    })
    .await?;
    let pool = pool("1")?;
    let listed = |after: Option<Merge>, limit| {
        let (store, pool) = (&store, &pool);
        async move { run(store, |records| Ok(records.merges(pool, after.as_ref(), limit)?)).await }
    };
    assert_eq!(listed(None, 10).await?, all);
    assert_eq!(listed(None, 2).await?, all[..2]);
    assert_eq!(listed(Some(all[2].clone()), 10).await?, all[3..]);
    let found =
        run(&store, |records| Ok([records.merge_of(&all[2].disabled)?, records.merge_of(&all[2].survivor)?]));
    assert_eq!(found.await?, [Some(all[2].clone()), None]);
    run(&store, |records| {
        all.iter().chain([&elsewhere]).for_each(|merge| records.delete_merge(merge));
        Ok(())
    })
    .await?;
    assert_eq!(listed(None, 10).await?, []);
    assert_eq!(engine.scan(&Range::everything(), 100).await?.len(), rows);
    Ok(())
}
