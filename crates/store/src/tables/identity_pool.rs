use crate::records::{Found, Records};
use crate::table::Table;
use domain::iam::role::RoleName;
use domain::identity_pool::derivation::Derivation;
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::merge::Merge;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, handed_out};
use domain::identity_pool::token_keys::TokenKeys;
use domain::records::{Breakdown, IdentityPools, IdentityTokenKeys, Merges, Read};
use serde::de::DeserializeOwned;
use std::any::Any;

const POOLS: Table<1, IdentityPool> = Table::new("identity-pool");
/// Pools that were deleted and whose identities were not yet.
const DELETED: Table<1, IdentityPoolId> = Table::new("deleted-identity-pool");
const IDENTITIES: Table<1, Identity> = Table::new("identity");
/// Which pools hand out a role by their own settings: by the role's name in lower case and pool.
const OF_ROLE: Table<2, IdentityPoolId> = Table::new("pool-of-role");
/// Which identities a pool has: by pool and identity.
const OF_POOL: Table<2, IdentityId> = Table::new("identity-of-pool");
/// Which identity holds a login: by pool, provider and subject.
const LOGINS: Table<3, IdentityId> = Table::new("login");
/// Ids that were derived: by pool, provider and subject.
const DERIVATIONS: Table<3, Derivation> = Table::new("derived-identity");
/// By the identity that was merged into another.
const MERGES: Table<1, Merge> = Table::new("identity-merge");
/// Which identities of a pool were merged into others: by pool, and by moment and identity.
const MERGES_OF_POOL: Table<2, IdentityId> = Table::new("identity-merge-of-pool");
/// The keys that sign the tokens of all pools: one row, because they change together.
const TOKEN_KEYS: Table<1, TokenKeys> = Table::new("identity-token-keys");

impl IdentityPools for Records<'_> {
    fn identity_pool(&mut self, id: &IdentityPoolId) -> Read<Option<IdentityPool>> {
        self.get(&POOLS, [id.as_str()])
    }

    fn put_identity_pool(&mut self, pool: &IdentityPool) {
        self.forget_roles(&pool.id);
        for role in handed_out(&pool.roles, &pool.role_mappings) {
            self.put(&OF_ROLE, [&role.name().folded(), pool.id.as_str()], &pool.id);
        }
        self.put(&POOLS, [pool.id.as_str()], pool);
    }

    fn pools_of_role(
        &mut self,
        role: &RoleName,
        after: Option<&IdentityPoolId>,
        limit: usize,
    ) -> Read<Vec<IdentityPoolId>> {
        let folded = role.folded();
        let rows = OF_ROLE.under([&folded]);
        let rows = match after {
            Some(id) => rows.after(id.as_str()),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn let_roles_find_pools(
        &mut self,
        after: Option<&IdentityPoolId>,
        limit: usize,
    ) -> Read<Option<IdentityPoolId>> {
        let mut last = None;
        for pool in self.identity_pools(after, limit)? {
            for role in handed_out(&pool.roles, &pool.role_mappings) {
                let key = [&role.name().folded(), pool.id.as_str()];
                if self.get(&OF_ROLE, key)?.is_none() {
                    self.put(&OF_ROLE, key, &pool.id);
                }
            }
            last = Some(pool.id);
        }
        Ok(last)
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
        self.forget_roles(id);
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

    fn identity_of(&mut self, pool: &IdentityPoolId, login: &LoginKey) -> Read<Option<Identity>> {
        match self.get(&LOGINS, [pool.as_str(), &login.provider, &login.subject])? {
            Some(id) => self.led_to(&IDENTITIES, &id).map(Some),
            None => Ok(None),
        }
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
        self.all_led_to(&IDENTITIES, &ids)
    }

    fn put_identity(&mut self, identity: &Identity) {
        let (id, pool) = (identity.id.as_str(), identity.pool.as_str());
        self.put(&IDENTITIES, [id], identity);
        self.put(&OF_POOL, [pool, id], &identity.id);
        for login in &identity.logins {
            self.put(&LOGINS, [pool, &login.provider, &login.subject], &identity.id);
        }
    }

    fn forget_login(&mut self, pool: &IdentityPoolId, login: &LoginKey) {
        self.delete(&LOGINS, [pool.as_str(), &login.provider, &login.subject]);
    }

    fn delete_identity(&mut self, identity: &Identity) {
        let (id, pool) = (identity.id.as_str(), identity.pool.as_str());
        self.delete(&IDENTITIES, [id]);
        self.delete(&OF_POOL, [pool, id]);
        identity.logins.iter().for_each(|login| self.forget_login(&identity.pool, login));
    }

    fn derivation(&mut self, pool: &IdentityPoolId, login: &LoginKey) -> Read<Option<Derivation>> {
        self.get(&DERIVATIONS, [pool.as_str(), &login.provider, &login.subject])
    }

    fn derivations(&mut self, pool: &IdentityPoolId, limit: usize) -> Read<Vec<Derivation>> {
        let rows = DERIVATIONS.under([pool.as_str()]);
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn put_derivation(&mut self, pool: &IdentityPoolId, derivation: &Derivation) {
        let LoginKey { provider, subject } = &derivation.login;
        self.put(&DERIVATIONS, [pool.as_str(), provider, subject], derivation);
    }

    fn delete_derivation(&mut self, pool: &IdentityPoolId, login: &LoginKey) {
        self.delete(&DERIVATIONS, [pool.as_str(), &login.provider, &login.subject]);
    }
}

impl Merges for Records<'_> {
    fn merge_of(&mut self, disabled: &IdentityId) -> Read<Option<Merge>> {
        self.get(&MERGES, [disabled.as_str()])
    }

    fn add_merge(&mut self, merge: &Merge) {
        self.put(&MERGES, [merge.disabled.as_str()], merge);
        self.put(&MERGES_OF_POOL, [merge.pool.as_str(), &place(merge)], &merge.disabled);
    }

    fn merges(&mut self, pool: &IdentityPoolId, after: Option<&Merge>, limit: usize) -> Read<Vec<Merge>> {
        let rows = MERGES_OF_POOL.under([pool.as_str()]);
        let after = after.map(place);
        let rows = match &after {
            Some(place) => rows.after(place),
            None => rows,
        };
        let ids = self.scan(&rows, limit)?;
        self.all_led_to(&MERGES, &ids)
    }

    fn delete_merge(&mut self, merge: &Merge) {
        self.delete(&MERGES, [merge.disabled.as_str()]);
        self.delete(&MERGES_OF_POOL, [merge.pool.as_str(), &place(merge)]);
    }
}

/// Where a merge stands among those of its pool: places sort by moment, and then by identity.
fn place(merge: &Merge) -> String {
    // Turning the sign lets moments before 1970 sort before those after.
    let moment = merge.at.millis().cast_unsigned() ^ (1 << 63);
    format!("{moment:016x} {}", merge.disabled)
}

impl Records<'_> {
    /// The record that an index leads to.
    fn led_to<V: DeserializeOwned + Any + Clone + Send + Sync>(
        &mut self,
        table: &Table<1, V>,
        id: &IdentityId,
    ) -> Read<V> {
        match self.get(table, [id.as_str()])? {
            Some(record) => Ok(record),
            None => {
                let what =
                    format!("an index leads to `{id}` of table `{}`, which is not there", table.name());
                Err(self.broken(Breakdown::new(what)))
            }
        }
    }

    fn all_led_to<V: DeserializeOwned + Any + Clone + Send + Sync>(
        &mut self,
        table: &Table<1, V>,
        found: &[Found<IdentityId>],
    ) -> Read<Vec<V>> {
        found.iter().for_each(|row| self.want(table.key([row.value.as_str()])));
        found.iter().map(|row| self.led_to(table, &row.value)).collect()
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

impl Records<'_> {
    /// Forgets which roles a pool hands out, as it is remembered now. Where that is not at hand the use case is run again
    /// with it: until then nothing that it writes counts.
    fn forget_roles(&mut self, id: &IdentityPoolId) {
        if let Ok(Some(old)) = self.identity_pool(id) {
            for role in handed_out(&old.roles, &old.role_mappings) {
                self.delete(&OF_ROLE, [&role.name().folded(), id.as_str()]);
            }
        }
    }
}
