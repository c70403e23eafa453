//! How many guests a network may make, and a pool may get.

use crate::support::{Answer, GUESTS, POOL, Server, alices_login, to};
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{IdentityPools, Stop};
use domain::time::Span;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::Ipv4Addr;

async fn get_id(server: &Server, address: u32, logins: &Value) -> Answer {
    let input = json!({ "IdentityPoolId": POOL, "Logins": logins }).to_string();
    server.answer_to(Ipv4Addr::from_bits(address), to("AWSCognitoIdentityService.GetId", input)).await
}

/// How many of these come through as guests; the others are told that they ask too often.
async fn how_many(server: &Server, addresses: impl Iterator<Item = u32>) -> u32 {
    let mut came = 0;
    for address in addresses {
        let answer = get_id(server, address, &json!({})).await;
        if answer.status == 200 {
            came += 1;
        } else {
            assert_eq!(answer.code(), "TooManyRequestsException");
            assert_eq!((answer.status, answer.member("/message").as_str()), (400, "Rate exceeded"));
        }
    }
    came
}

/// How many identities the pool has.
async fn identities(server: &Server) -> usize {
    let pool = IdentityPoolId::parse(POOL).unwrap();
    let reading = server.app.store.transact(server.app.entropy.as_ref(), |records, _| {
        Ok::<_, Stop<Infallible>>(records.identities(&pool, None, 1000)?.len())
    });
    reading.await.unwrap().unwrap()
}

#[tokio::test]
async fn a_network_that_has_made_its_guests_makes_no_more_and_leaves_no_trace_of_trying() {
    let server = Server::start().await;
    let (of_network, _) = GUESTS;
    let lines = server.sink.lines().len();
    assert_eq!(how_many(&server, (0..of_network + 30).map(|_| 1)).await, of_network);
    assert_eq!(identities(&server).await, of_network as usize);
    assert_eq!(server.sink.lines().len(), lines, "a flood does not fill the disk through the audit either");
    assert_eq!(get_id(&server, 1, &alices_login()).await.status, 200, "who shows a login is no guest");
    assert_eq!(how_many(&server, (0..3).map(|_| 2)).await, 3, "others make theirs");
    server.wait(Span::from_mins(1));
    assert_eq!(how_many(&server, (0..of_network + 30).map(|_| 1)).await, of_network);
}

#[tokio::test]
async fn a_pool_that_has_got_its_guests_gets_no_more_from_anywhere() {
    let server = Server::start().await;
    let (_, of_pool) = GUESTS;
    assert_eq!(how_many(&server, 0..of_pool + 30).await, of_pool);
    assert_eq!(get_id(&server, 1, &alices_login()).await.status, 200);
    server.wait(Span::from_mins(1));
    assert_eq!(how_many(&server, 0..of_pool + 30).await, of_pool);
}
