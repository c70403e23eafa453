use crate::records::Records;
use crate::table::Table;
use domain::network::Network;
use domain::records::{Breakdown, Read, UserPools, UserSessions};
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::failures::{NetworkFailures, UserFailures};
use domain::user_pool::pool::{UserPool, UserPoolId};
use domain::user_pool::session::{SessionId, UserSession};
use domain::user_pool::user::{User, Username};

const POOLS: Table<1, UserPool> = Table::new("user-pool");
/// Pools that were deleted and whose records were not yet.
const DELETED: Table<1, UserPoolId> = Table::new("deleted-user-pool");
const CLIENTS: Table<1, Client> = Table::new("client");
/// Which clients a pool has: by pool and client.
const CLIENTS_OF_POOL: Table<2, ClientId> = Table::new("client-of-user-pool");
/// Users by pool and name.
const USERS: Table<2, User> = Table::new("user");
/// Failed sign-ins by pool and hashed name; the name may be nobody's.
const FAILURES_OF_USERS: Table<2, UserFailures> = Table::new("user-failures");
/// Sign-ins that can be gone on with, by pool, name and session.
const SESSIONS: Table<3, UserSession> = Table::new("user-session");
const FAILURES_OF_NETWORKS: Table<1, NetworkFailures> = Table::new("network-failures");

impl UserPools for Records<'_> {
    fn user_pool(&mut self, id: &UserPoolId) -> Read<Option<UserPool>> {
        self.get(&POOLS, [id.as_str()])
    }

    fn put_user_pool(&mut self, pool: &UserPool) {
        self.put(&POOLS, [pool.id.as_str()], pool);
    }

    fn user_pools(&mut self, after: Option<&UserPoolId>, limit: usize) -> Read<Vec<UserPool>> {
        let rows = POOLS.all();
        let rows = match after {
            Some(id) => rows.after(id.as_str()),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn delete_user_pool(&mut self, id: &UserPoolId) {
        self.delete(&POOLS, [id.as_str()]);
        self.put(&DELETED, [id.as_str()], id);
    }

    fn is_being_removed(&mut self, id: &UserPoolId) -> Read<bool> {
        Ok(self.get(&DELETED, [id.as_str()])?.is_some())
    }

    fn remove_of_deleted_user_pools(&mut self, most: usize) -> Read<bool> {
        let Some(deleted) = self.scan(&DELETED.all(), 1)?.pop() else { return Ok(false) };
        let pool = deleted.value;
        let users = self.scan(&USERS.under([pool.as_str()]), most)?;
        let mut left = most - users.len();
        for found in users {
            self.delete(&USERS, [pool.as_str(), &found.name]);
        }
        let sessions = self.scan(&SESSIONS.under([pool.as_str()]), left)?;
        left -= sessions.len();
        for found in sessions {
            self.delete_user_session(&found.value);
        }
        let failures = self.scan(&FAILURES_OF_USERS.under([pool.as_str()]), left)?;
        left -= failures.len();
        for found in failures {
            self.delete(&FAILURES_OF_USERS, [pool.as_str(), &found.name]);
        }
        let clients = self.clients(&pool, None, left)?;
        left -= clients.len();
        for client in clients {
            self.delete_client(&client);
        }
        if left > 0 {
            self.delete(&DELETED, [pool.as_str()]);
        }
        Ok(true)
    }

    fn client(&mut self, id: &ClientId) -> Read<Option<Client>> {
        self.get(&CLIENTS, [id.as_str()])
    }

    fn put_client(&mut self, client: &Client) {
        self.put(&CLIENTS, [client.id.as_str()], client);
        self.put(&CLIENTS_OF_POOL, [client.pool.as_str(), client.id.as_str()], &client.id);
    }

    fn delete_client(&mut self, client: &Client) {
        self.delete(&CLIENTS, [client.id.as_str()]);
        self.delete(&CLIENTS_OF_POOL, [client.pool.as_str(), client.id.as_str()]);
    }

    fn clients(&mut self, pool: &UserPoolId, after: Option<&ClientId>, limit: usize) -> Read<Vec<Client>> {
        let rows = CLIENTS_OF_POOL.under([pool.as_str()]);
        let rows = match after {
            Some(id) => rows.after(id.as_str()),
            None => rows,
        };
        let ids = self.scan(&rows, limit)?;
        ids.iter().for_each(|found| self.want(CLIENTS.key([found.value.as_str()])));
        let mut clients = Vec::with_capacity(ids.len());
        for found in ids {
            let Some(client) = self.client(&found.value)? else {
                let what =
                    format!("user pool `{pool}` lists the client `{}`, which is not there", found.value);
                return Err(self.broken(Breakdown::new(what)));
            };
            clients.push(client);
        }
        Ok(clients)
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

impl UserSessions for Records<'_> {
    fn user_session(
        &mut self,
        pool: &UserPoolId,
        user: &Username,
        id: &SessionId,
    ) -> Read<Option<UserSession>> {
        self.get(&SESSIONS, [pool.as_str(), user.as_str(), id.as_str()])
    }

    fn user_sessions(&mut self, pool: &UserPoolId, user: &Username, limit: usize) -> Read<Vec<UserSession>> {
        let rows = SESSIONS.under([pool.as_str(), user.as_str()]);
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn put_user_session(&mut self, session: &UserSession) {
        let key = [session.pool.as_str(), session.username.as_str(), session.id.as_str()];
        self.put(&SESSIONS, key, session);
    }

    fn delete_user_session(&mut self, session: &UserSession) {
        let key = [session.pool.as_str(), session.username.as_str(), session.id.as_str()];
        self.delete(&SESSIONS, key);
    }
}
