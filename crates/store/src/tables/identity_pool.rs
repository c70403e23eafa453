use crate::records::Records;
use crate::table::Table;
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::identity_pool::token_keys::TokenKeys;
use domain::records::{Breakdown, IdentityPools, IdentityTokenKeys, Read};

const POOLS: Table<1, IdentityPool> = Table::new("identity-pool");
/// Pools that were deleted and whose identities were not yet.
const DELETED: Table<1, IdentityPoolId> = Table::new("deleted-identity-pool");
const IDENTITIES: Table<1, Identity> = Table::new("identity");
/// Which identities a pool has: by pool and identity.
const OF_POOL: Table<2, IdentityId> = Table::new("identity-of-pool");
/// Which identity holds a login: by pool, provider and subject.
const LOGINS: Table<3, IdentityId> = Table::new("login");
/// The keys that sign the tokens of all pools: one row, because they change together.
const TOKEN_KEYS: Table<1, TokenKeys> = Table::new("identity-token-keys");

impl IdentityPools for Records<'_> {
    fn identity_pool(&mut self, id: &IdentityPoolId) -> Read<Option<IdentityPool>> {
        self.get(&POOLS, [id.as_str()])
    }

    fn put_identity_pool(&mut self, pool: &IdentityPool) {
        self.put(&POOLS, [pool.id.as_str()], pool);
    }

    fn identity_pools(&mut self, after: Option<&IdentityPoolId>, limit: usize) -> Read<Vec<IdentityPool>> {
        let rows = POOLS.all();
        let rows = match after {
            Some(id) => rows.after(id.as_str()),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn delete_identity_pool(&mut self, id: &IdentityPoolId) {
        self.delete(&POOLS, [id.as_str()]);
        self.put(&DELETED, [id.as_str()], id);
    }

    fn deleted_identity_pools(&mut self, limit: usize) -> Read<Vec<IdentityPoolId>> {
        Ok(self.scan(&DELETED.all(), limit)?.into_iter().map(|found| found.value).collect())
    }

    fn forget_deleted_identity_pool(&mut self, id: &IdentityPoolId) {
        self.delete(&DELETED, [id.as_str()]);
    }

    fn identity(&mut self, id: &IdentityId) -> Read<Option<Identity>> {
        self.get(&IDENTITIES, [id.as_str()])
    }

    fn identity_of(&mut self, pool: &IdentityPoolId, login: &LoginKey) -> Read<Option<IdentityId>> {
        self.get(&LOGINS, [pool.as_str(), &login.provider, &login.subject])
    }

    fn identities(
        &mut self,
        pool: &IdentityPoolId,
        after: Option<&IdentityId>,
        limit: usize,
    ) -> Read<Vec<Identity>> {
        let rows = OF_POOL.under([pool.as_str()]);
        let rows = match after {
            Some(id) => rows.after(id.as_str()),
            None => rows,
        };
        let ids = self.scan(&rows, limit)?;
        ids.iter().for_each(|found| self.want(IDENTITIES.key([found.value.as_str()])));
        let mut identities = Vec::with_capacity(ids.len());
        for found in ids {
            let Some(identity) = self.get(&IDENTITIES, [found.value.as_str()])? else {
                let what = format!("pool `{pool}` lists the identity `{}`, which is not there", found.value);
                return Err(self.broken(Breakdown::new(what)));
            };
            identities.push(identity);
        }
        Ok(identities)
    }

    fn add_identity(&mut self, identity: &Identity) {
        let (id, pool) = (identity.id.as_str(), identity.pool.as_str());
        self.put(&IDENTITIES, [id], identity);
        self.put(&OF_POOL, [pool, id], &identity.id);
        for login in &identity.logins {
            self.put(&LOGINS, [pool, &login.provider, &login.subject], &identity.id);
        }
    }

    fn delete_identity(&mut self, identity: &Identity) {
        let (id, pool) = (identity.id.as_str(), identity.pool.as_str());
        self.delete(&IDENTITIES, [id]);
        self.delete(&OF_POOL, [pool, id]);
        for login in &identity.logins {
            self.delete(&LOGINS, [pool, &login.provider, &login.subject]);
        }
    }
}

impl IdentityTokenKeys for Records<'_> {
    fn token_keys(&mut self) -> Read<Option<TokenKeys>> {
        self.get(&TOKEN_KEYS, ["all"])
    }

    fn put_token_keys(&mut self, keys: &TokenKeys) {
        self.put(&TOKEN_KEYS, ["all"], keys);
    }
}
