use crate::records::Records;
use crate::table::Table;
use domain::records::{FailuresOf, Read, UserPools};
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::failures::Failures;
use domain::user_pool::pool::{UserPool, UserPoolId};
use domain::user_pool::user::{User, Username};

const POOLS: Table<1, UserPool> = Table::new("user-pool");
const CLIENTS: Table<1, Client> = Table::new("client");
/// Users by pool and name.
const USERS: Table<2, User> = Table::new("user");
/// Failed sign-ins by pool and name; the name may be nobody's.
const FAILURES_OF_USERS: Table<2, Failures> = Table::new("user-failures");
const FAILURES_OF_ADDRESSES: Table<1, Failures> = Table::new("address-failures");

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

    fn failures(&mut self, of: &FailuresOf) -> Read<Option<Failures>> {
        match of {
            FailuresOf::User(pool, name) => self.get(&FAILURES_OF_USERS, [pool.as_str(), name.as_str()]),
            FailuresOf::Address(address) => self.get(&FAILURES_OF_ADDRESSES, [&address.to_string()]),
        }
    }

    fn put_failures(&mut self, of: &FailuresOf, failures: Option<&Failures>) {
        match of {
            FailuresOf::User(pool, name) => {
                put_or_delete(self, &FAILURES_OF_USERS, [pool.as_str(), name.as_str()], failures);
            }
            FailuresOf::Address(address) => {
                put_or_delete(self, &FAILURES_OF_ADDRESSES, [&address.to_string()], failures);
            }
        }
    }
}

fn put_or_delete<const N: usize>(
    records: &mut Records<'_>,
    table: &Table<N, Failures>,
    key: [&str; N],
    failures: Option<&Failures>,
) {
    match failures {
        Some(failures) => records.put(table, key, failures),
        None => records.delete(table, key),
    }
}
