use crate::records::Records;
use crate::table::Table;
use domain::records::{Read, UserPools};
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::failures::{Network, NetworkFailures, UserFailures};
use domain::user_pool::pool::{UserPool, UserPoolId};
use domain::user_pool::user::{User, Username};

const POOLS: Table<1, UserPool> = Table::new("user-pool");
const CLIENTS: Table<1, Client> = Table::new("client");
/// Users by pool and name.
const USERS: Table<2, User> = Table::new("user");
/// Failed sign-ins by pool and hashed name; the name may be nobody's.
const FAILURES_OF_USERS: Table<2, UserFailures> = Table::new("user-failures");
const FAILURES_OF_NETWORKS: Table<1, NetworkFailures> = Table::new("network-failures");

impl UserPools for Records<'_> {
    fn user_pool(&mut self, id: &UserPoolId) -> Read<Option<UserPool>> {
        self.get(&POOLS, [id.as_str()])
    }

    fn put_user_pool(&mut self, pool: &UserPool) {
        self.put(&POOLS, [pool.id.as_str()], pool);
    }

    fn client(&mut self, id: &ClientId) -> Read<Option<Client>> {
        self.get(&CLIENTS, [id.as_str()])
    }

    fn put_client(&mut self, client: &Client) {
        self.put(&CLIENTS, [client.id.as_str()], client);
    }

    fn user(&mut self, pool: &UserPoolId, name: &Username) -> Read<Option<User>> {
        self.get(&USERS, [pool.as_str(), name.as_str()])
    }

    fn put_user(&mut self, user: &User) {
        self.put(&USERS, [user.pool.as_str(), user.username.as_str()], user);
    }

    fn user_failures(&mut self, pool: &UserPoolId, name: &Username) -> Read<Option<UserFailures>> {
        self.get(&FAILURES_OF_USERS, [pool.as_str(), &name.hashed(pool)])
    }

    fn put_user_failures(&mut self, pool: &UserPoolId, name: &Username, failures: Option<&UserFailures>) {
        let key = [pool.as_str(), &name.hashed(pool)];
        match failures {
            Some(failures) => self.put(&FAILURES_OF_USERS, key, failures),
            None => self.delete(&FAILURES_OF_USERS, key),
        }
    }

    fn network_failures(&mut self, network: Network) -> Read<Option<NetworkFailures>> {
        self.get(&FAILURES_OF_NETWORKS, [&network.address().to_string()])
    }

    fn put_network_failures(&mut self, network: Network, failures: &NetworkFailures) {
        self.put(&FAILURES_OF_NETWORKS, [&network.address().to_string()], failures);
    }
}
