//! Making, finding and deleting the clients of user pools.

use super::{Refusal, pools};
use crate::House;
use crate::identity_pool::self_written;
use domain::records::{IdentityPools, Stop, UserPools, refuse};
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::pool::UserPoolId;

/// Makes a client of a pool. Refused is one through which users would write what an identity pool decides by.
pub fn create(
    records: &mut (impl IdentityPools + UserPools),
    house: &House,
    client: &Client,
) -> Result<(), Stop<Refusal>> {
    pools::find(records, &client.pool)?;
    if records.client(&client.id)?.is_some() {
        return refuse(Refusal::ClientExists(client.id.clone()));
    }
    if let Some(decides) = self_written::check_client(records, house, client)? {
        return refuse(Refusal::SelfWritten(decides));
    }
    records.put_client(client);
    Ok(())
}

/// Finds a client of a pool.
pub fn find(records: &mut impl UserPools, pool: &UserPoolId, id: &ClientId) -> Result<Client, Stop<Refusal>> {
    pools::find(records, pool)?;
    match records.client(id)?.filter(|client| client.pool == *pool) {
        Some(client) => Ok(client),
        None => refuse(Refusal::NoSuchClient(id.clone())),
    }
}

/// Clients of a pool in the order of their ids, from after one of them; one more than `limit` if there are more.
pub fn list(
    records: &mut impl UserPools,
    pool: &UserPoolId,
    after: Option<&ClientId>,
    limit: usize,
) -> Result<Vec<Client>, Stop<Refusal>> {
    pools::find(records, pool)?;
    Ok(records.clients(pool, after, limit + 1)?)
}

/// Deletes a client of a pool. Refresh tokens that were issued through it are good for nothing from then on.
pub fn delete(records: &mut impl UserPools, pool: &UserPoolId, id: &ClientId) -> Result<(), Stop<Refusal>> {
    let client = find(records, pool, id)?;
    records.delete_client(&client);
    Ok(())
}
