use crate::records::Records;
use crate::table::Table;
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{IdentityPools, Read};

const POOLS: Table<1, IdentityPool> = Table::new("identity-pool");
const IDENTITIES: Table<1, Identity> = Table::new("identity");
/// Which identity holds a login: by pool, provider and subject.
const LOGINS: Table<3, IdentityId> = Table::new("login");

impl IdentityPools for Records<'_> {
    fn identity_pool(&mut self, id: &IdentityPoolId) -> Read<Option<IdentityPool>> {
        self.get(&POOLS, [id.as_str()])
    }

    fn put_identity_pool(&mut self, pool: &IdentityPool) {
        self.put(&POOLS, [pool.id.as_str()], pool);
    }

    fn identity(&mut self, id: &IdentityId) -> Read<Option<Identity>> {
        self.get(&IDENTITIES, [id.as_str()])
    }

    fn identity_of(&mut self, pool: &IdentityPoolId, login: &LoginKey) -> Read<Option<IdentityId>> {
        self.get(&LOGINS, [pool.as_str(), &login.provider, &login.subject])
    }

    fn add_identity(&mut self, identity: &Identity) {
        self.put(&IDENTITIES, [identity.id.as_str()], identity);
        for login in &identity.logins {
            self.put(&LOGINS, [identity.pool.as_str(), &login.provider, &login.subject], &identity.id);
        }
    }
}
