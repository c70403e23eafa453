//! Identities, and the indexes that find them.

use crate::Store;
use crate::conformance::{Checked, run};
use crate::engine::{Engine, Range};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{Breakdown, IdentityPools};
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
    Ok(Identity { id, pool, logins: vec![login], created: moment, modified: moment })
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
        made.iter().for_each(|identity| records.add_identity(identity));
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
        records.add_identity(&goes);
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
    assert_eq!(holders.await?, [Some(stays.id), None]);
    assert_eq!(engine.scan(&Range::everything(), 100).await?.len(), rows);
    Ok(())
}
