//! User pools with their clients and users: made, found, listed, deleted.

use crate::desk::Desk;
use broker::user_pool::pools::BATCH;
use broker::user_pool::users::NewUser;
use broker::user_pool::{Refusal, clients, pools, users};
use domain::records::UserSessions;
use domain::records::{Stop, UserPools};
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::failures::UserFailures;
use domain::user_pool::pool::{UserPool, UserPoolId};
use domain::user_pool::schema::BadValue;
use domain::user_pool::session::UserSession;
use domain::user_pool::user::{AttributeName, User, UserStatus, Username};
use std::convert::Infallible;
use testkit::NOW;
use testkit::user_pool::{client, other_user_pool, user, user_pool};

fn pool(name: &str) -> UserPool {
    UserPool { id: UserPoolId::parse(&format!("us-east-1_{name}")).unwrap(), ..user_pool() }
}

fn client_of(pool: &UserPool, name: &str) -> Client {
    Client { id: ClientId::parse(name).unwrap(), pool: pool.id.clone(), ..client() }
}

fn new_user(pool: &UserPool, name: &str) -> NewUser {
    NewUser {
        pool: pool.id.clone(),
        username: Username::parse(name).unwrap(),
        attributes: user().attributes,
        password: user().password,
        status: UserStatus::ForceChangePassword,
    }
}

async fn make_user(desk: &Desk, new: &NewUser) -> Result<User, Refusal> {
    desk.ask(|records, entropy| users::create(records, new, NOW, entropy)).await
}

/// Removes a batch of what deleted pools held; gives whether there may be more.
async fn remove_left(desk: &Desk) -> bool {
    !desk.ask(|records, _| pools::remove_left(records).map_err(Stop::<Infallible>::from)).await.unwrap()
}

#[tokio::test]
async fn a_pool_a_client_and_a_user_are_made_once() {
    for desk in Desk::each().await {
        let (pool, client) = (other_user_pool(), client_of(&other_user_pool(), "fresh"));
        let new = new_user(&pool, "bob");
        desk.ask(|records, _| pools::create(records, &pool)).await.unwrap();
        desk.ask(|records, _| clients::create(records, &desk.house, &client)).await.unwrap();
        let made = make_user(&desk, &new).await.unwrap();
        assert_eq!((made.status, made.is_enabled), (UserStatus::ForceChangePassword, true));
        assert_eq!(made.attributes, new.attributes);
        let found = desk.ask(|records, _| users::find(records, &pool.id, &new.username)).await;
        assert_eq!(found, Ok(made));

        let again = desk.ask(|records, _| pools::create(records, &pool)).await;
        assert_eq!(again, Err(Refusal::PoolExists(pool.id.clone())));
        let again = desk.ask(|records, _| clients::create(records, &desk.house, &client)).await;
        assert_eq!(again, Err(Refusal::ClientExists(client.id.clone())));
        assert_eq!(make_user(&desk, &new).await, Err(Refusal::UserExists(new.username.clone())));
    }
}

#[tokio::test]
async fn nothing_is_made_or_found_in_a_pool_that_is_not_there() {
    let desk = Desk::open().await;
    let gone = pool("Gone");
    let no = || Refusal::NoSuchPool(gone.id.clone());
    let made = desk.ask(|records, _| clients::create(records, &desk.house, &client_of(&gone, "fresh"))).await;
    assert_eq!(made, Err(no()));
    assert_eq!(make_user(&desk, &new_user(&gone, "bob")).await, Err(no()));
    assert_eq!(desk.ask(|records, _| pools::find(records, &gone.id)).await, Err(no()));
    assert_eq!(desk.ask(|records, _| pools::delete(records, &desk.house, &gone.id, NOW)).await, Err(no()));
    let found = desk.ask(|records, _| clients::find(records, &gone.id, &client().id)).await;
    assert_eq!(found, Err(no()));
    let found = desk.ask(|records, _| clients::list(records, &gone.id, None, 1)).await;
    assert_eq!(found, Err(no()));
    let found = desk.ask(|records, _| users::find(records, &gone.id, &user().username)).await;
    assert_eq!(found, Err(no()));
}

#[tokio::test]
async fn a_client_is_found_and_deleted_in_its_own_pool_alone() {
    for desk in Desk::each().await {
        let stranger = other_user_pool();
        desk.ask(|records, _| pools::create(records, &stranger)).await.unwrap();
        let no = || Err(Refusal::NoSuchClient(client().id));
        assert_eq!(desk.ask(|records, _| clients::find(records, &stranger.id, &client().id)).await, no());
        let deleted = desk.ask(|records, _| clients::delete(records, &stranger.id, &client().id)).await;
        assert_eq!(deleted, no().map(|_: Client| ()));
        let own = user_pool().id;
        let found = desk.ask(|records, _| clients::find(records, &own, &client().id)).await;
        assert_eq!(found, Ok(client()));
        let rows = desk.rows().await;
        desk.ask(|records, _| clients::delete(records, &own, &client().id)).await.unwrap();
        assert_eq!(desk.rows().await, rows - 2, "the client and what its pool finds it by");
        assert_eq!(desk.ask(|records, _| clients::find(records, &own, &client().id)).await, no());
    }
}

#[tokio::test]
async fn an_attribute_that_does_not_conform_makes_no_user() {
    let desk = Desk::open().await;
    let email = AttributeName::parse("email").unwrap();
    let new = NewUser { attributes: [(email, "nowhere".to_owned())].into(), ..new_user(&user_pool(), "bob") };
    assert_eq!(make_user(&desk, &new).await, Err(Refusal::Attribute(BadValue::Email)));
}

#[tokio::test]
async fn pools_and_clients_are_listed_in_order_from_after_any_of_them() {
    for desk in [Desk::empty(), Desk::late(3).await] {
        desk.store.wipe().await.unwrap();
        let (one, other) = (pool("B"), pool("A"));
        for pool in [&one, &other, &pool("C")] {
            desk.ask(|records, _| pools::create(records, pool)).await.unwrap();
        }
        for (pool, name) in [(&one, "b"), (&one, "a"), (&one, "c"), (&other, "d")] {
            desk.ask(|records, _| clients::create(records, &desk.house, &client_of(pool, name)))
                .await
                .unwrap();
        }
        let list_pools = async |after: Option<&UserPoolId>, limit| {
            let list = |records: &mut store::records::Records<'_>| pools::list(records, after, limit);
            let found = desk.ask(|records, _| list(records).map_err(Stop::<Infallible>::from)).await;
            found.unwrap().into_iter().map(|pool| pool.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(list_pools(None, 5).await, ["us-east-1_A", "us-east-1_B", "us-east-1_C"]);
        assert_eq!(list_pools(None, 1).await.len(), 2, "one more tells that there are more");
        assert_eq!(list_pools(Some(&one.id), 5).await, ["us-east-1_C"]);
        let list_clients = async |pool: &UserPool, after: Option<&str>, limit| {
            let after = after.map(|name| ClientId::parse(name).unwrap());
            let found = desk.ask(|records, _| clients::list(records, &pool.id, after.as_ref(), limit)).await;
            found.unwrap().into_iter().map(|client| client.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(list_clients(&one, None, 5).await, ["a", "b", "c"]);
        assert_eq!(list_clients(&one, Some("a"), 1).await, ["b", "c"]);
        assert_eq!(list_clients(&other, None, 5).await, ["d"]);
        assert_eq!(list_clients(&pool("C"), None, 5).await, [""; 0]);
    }
}

/// A desk with nothing but a pool that holds more than two batches, and another pool that holds a little.
async fn crowded(desk: &Desk) -> UserPool {
    desk.store.wipe().await.unwrap();
    let (crowd, other) = (pool("Crowd"), pool("Crowds"));
    desk.write(|records| {
        for (pool, count) in [(&crowd, BATCH + 7), (&other, 2)] {
            records.put_user_pool(pool);
            for number in 0..count {
                let username = Username::parse(&format!("user-{number}")).unwrap();
                let user = User { pool: pool.id.clone(), username, ..user() };
                records.put_user(&user);
                let failures = UserFailures::and_one_more(None, NOW);
                records.put_user_failures(&pool.id, &user.username, Some(&failures));
                let id = format!("00000000-0000-4000-8000-{number:012}");
                let client =
                    client_of(pool, &format!("{}{number}", pool.id.as_str().replace(['-', '_'], "")));
                let session = UserSession {
                    id: domain::user_pool::session::SessionId::parse(&id).unwrap(),
                    ..UserSession::begin(&user, &client, NOW, &testkit::entropy::Counting::new())
                };
                records.put_user_session(&session);
                records.put_client(&client);
            }
        }
    })
    .await;
    crowd
}

#[tokio::test]
async fn what_a_deleted_pool_held_is_gone_at_once_and_removed_in_batches() {
    for desk in Desk::each().await {
        let crowd = crowded(&desk).await;
        let others = 1 + 2 * 5;
        let held = (BATCH + 7) * 5;
        assert_eq!(desk.rows().await, 1 + held + others);
        desk.ask(|records, _| pools::delete(records, &desk.house, &crowd.id, NOW)).await.unwrap();
        let name = Username::parse("user-0").unwrap();
        let found = desk.ask(|records, _| users::find(records, &crowd.id, &name)).await;
        assert_eq!(found, Err(Refusal::NoSuchPool(crowd.id.clone())));
        let anew = desk.ask(|records, _| pools::create(records, &crowd)).await;
        assert_eq!(anew, Err(Refusal::PoolExists(crowd.id.clone())), "while something of it is left");

        let mut rows = desk.rows().await;
        let mut batches = 0;
        while remove_left(&desk).await {
            let left = desk.rows().await;
            assert!(rows - left <= 2 * BATCH + 1, "{} rows at once", rows - left);
            (rows, batches) = (left, batches + 1);
        }
        assert!(batches >= 4, "{batches} batches");
        assert_eq!(rows, others, "the other pool has all that it had");
        assert_eq!(desk.ask(|records, _| pools::create(records, &crowd)).await, Ok(()));
    }
}

#[tokio::test]
async fn where_nothing_was_deleted_nothing_is_removed() {
    let desk = Desk::open().await;
    let rows = desk.rows().await;
    assert!(!remove_left(&desk).await);
    assert_eq!(desk.rows().await, rows);
}
