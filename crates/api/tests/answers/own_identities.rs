//! The server's own service about identities: finding, resolving, purging, and what ids they get.

use crate::support::{Answer, POOL, PROVIDER, RIGHT_POOL, Server, alices_login, own_service};
use data_encoding::BASE64URL_NOPAD;
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::records::IdentityPools;
use domain::time::Span;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::NOW;
use testkit::identity_pool::guest;
use testkit::user_pool::user;

async fn ask(server: &Server, operation: &str, input: Value) -> Answer {
    server.signed(&server.root(), own_service(operation).body(input.to_string())).await
}

async fn done(server: &Server, operation: &str, input: Value) -> Value {
    let answer = ask(server, operation, input).await;
    assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
    answer.json()
}

fn within(more: Value) -> Value {
    let mut input = json!({ "IdentityPoolId": POOL });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

async fn new_guest(server: &Server) -> String {
    server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await.member("/IdentityId")
}

/// A guest whom alice's login was shown for, and who is disabled since.
async fn merged_guest(server: &Server) -> String {
    let guest = new_guest(server).await;
    let input = json!({ "IdentityId": guest, "Logins": alices_login() });
    assert_eq!(server.identity("GetCredentialsForIdentity", &input).await.status, 200);
    guest
}

#[tokio::test]
async fn an_identity_is_shown_with_who_its_logins_are() {
    let server = Server::start().await;
    let id = server.alices_id().await;
    let sub = user().sub;
    let at = NOW.secs();
    let shown = json!({
        "IdentityId": id,
        "Standing": "Authenticated",
        "Logins": [{ "Provider": PROVIDER, "Subject": sub }],
        "Created": at, "Modified": at, "LastUsed": at,
    });
    let by_login = within(json!({ "Provider": PROVIDER, "Subject": sub }));
    assert_eq!(done(&server, "LookupIdentity", by_login.clone()).await, shown);
    assert_eq!(done(&server, "GetIdentity", within(json!({ "IdentityId": id }))).await, shown);
    let old = merged_guest(&server).await;
    assert_eq!(done(&server, "ResolveIdentity", within(json!({ "IdentityId": old }))).await, shown);
    assert_eq!(
        done(&server, "GetIdentity", within(json!({ "IdentityId": old }))).await["Standing"],
        "Disabled"
    );

    let nobody = within(json!({ "Provider": PROVIDER, "Subject": "nobody" }));
    let answer = ask(&server, "LookupIdentity", nobody).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "ResourceNotFoundException"));
    assert_eq!(answer.member("/message"), "Nobody in the identity pool holds this login.");
    for operation in ["GetIdentity", "ResolveIdentity"] {
        let elsewhere = json!({ "IdentityPoolId": RIGHT_POOL, "IdentityId": id });
        assert_eq!(ask(&server, operation, elsewhere).await.status, 404, "{operation} in another pool");
    }
}

#[tokio::test]
async fn identities_are_found_by_filters_page_by_page() {
    let server = Server::start().await;
    let alice = server.alices_id().await;
    let mut guests = BTreeSet::from([new_guest(&server).await]);
    server.wait(Span::from_days(3));
    guests.insert(new_guest(&server).await);
    let find = async |filter: Value| -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut input = within(json!({ "Filter": filter, "MaxResults": 1 }));
        loop {
            let page = done(&server, "FindIdentities", input.clone()).await;
            let ids = page["Identities"].as_array().unwrap();
            assert!(ids.len() <= 1);
            found.extend(ids.iter().map(|identity| identity["IdentityId"].as_str().unwrap().to_owned()));
            match page.get("NextToken") {
                Some(token) => input["NextToken"] = token.clone(),
                None => return found,
            }
        }
    };
    let two_days = NOW.after(Span::from_days(2)).secs();
    assert_eq!(find(json!({})).await.len(), 3);
    assert_eq!(find(json!({ "Standing": "Guest" })).await, guests);
    assert_eq!(find(json!({ "Provider": PROVIDER })).await, BTreeSet::from([alice.clone()]));
    assert!(find(json!({ "CreatedBefore": two_days })).await.contains(&alice));
    let late = find(json!({ "CreatedFrom": two_days })).await;
    assert_eq!((late.len(), late.is_subset(&guests)), (1, true));
    assert_eq!(find(json!({ "UsedFrom": two_days })).await, late);
    assert_eq!(find(json!({ "UnusedSince": two_days, "Standing": "Guest" })).await.len(), 1);
    let whole = done(&server, "FindIdentities", within(json!({ "MaxResults": 250 }))).await;
    assert_eq!((whole["Identities"].as_array().unwrap().len(), whole.get("NextToken")), (3, None));
    for (input, status) in [
        (json!({ "MaxResults": 1, "NextToken": "bWFkZSB1cA" }), 422),
        (json!({ "MaxResults": 1, "NextToken": "made up" }), 400),
        (json!({ "MaxResults": 251 }), 400),
        (json!({ "MaxResults": 1, "Filter": { "Standing": "guest" } }), 400),
        (json!({ "MaxResults": 1, "Filter": { "standing": "Guest" } }), 400),
    ] {
        assert_eq!(ask(&server, "FindIdentities", within(input.clone())).await.status, status, "{input}");
    }
}

#[tokio::test]
async fn who_would_be_purged_is_told_before_and_nobody_else_is_purged() {
    let server = Server::start().await;
    let alice = server.alices_id().await;
    let idle = new_guest(&server).await;
    server.wait(Span::from_days(31));
    let busy = new_guest(&server).await;
    let purge = async |preview: bool| {
        let input = within(json!({ "IdleDays": 30, "Preview": preview, "MaxResults": 250 }));
        done(&server, "PurgeGuests", input).await
    };
    assert_eq!(purge(true).await, json!({ "IdentityIds": [idle] }));
    assert_eq!(purge(true).await, json!({ "IdentityIds": [idle] }), "a preview changes nothing");
    assert_eq!(purge(false).await, json!({ "IdentityIds": [idle] }));
    let record: Value = serde_json::from_str(server.sink.lines().last().unwrap()).unwrap();
    assert_eq!(record["responseElements"], json!({ "deleted": [idle] }));
    assert_eq!(
        (&record["requestParameters"]["idleDays"], &record["managementEvent"]),
        (&json!(30), &json!(true))
    );
    assert_eq!(purge(false).await, json!({ "IdentityIds": [] }));
    for (id, status) in [(&idle, 404), (&busy, 200), (&alice, 200)] {
        assert_eq!(ask(&server, "GetIdentity", within(json!({ "IdentityId": id }))).await.status, status);
    }
    let gone = server.identity("GetCredentialsForIdentity", &json!({ "IdentityId": idle })).await;
    assert_eq!(gone.code(), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_guest_who_is_used_is_not_idle_and_one_of_the_last_day_may_have_been() {
    let server = Server::start().await;
    let (used, unused) = (new_guest(&server).await, new_guest(&server).await);
    server.wait(Span::from_days(20));
    let input = json!({ "IdentityId": used });
    assert_eq!(server.identity("GetCredentialsForIdentity", &input).await.status, 200);
    let idle = async |days: u32| {
        let input = within(json!({ "IdleDays": days, "Preview": true, "MaxResults": 250 }));
        done(&server, "PurgeGuests", input).await["IdentityIds"].clone()
    };
    assert_eq!(idle(20).await, json!([]), "what is known of a use may lie a day behind");
    assert_eq!(idle(19).await, json!([unused]));
}

#[tokio::test]
async fn identities_are_purged_by_what_they_are_in_batches_and_never_without_a_word() {
    let server = Server::start().await;
    let alice = server.alices_id().await;
    let id = |n: usize| IdentityId::parse(&format!("us-east-1:{n:08}")).unwrap();
    let many: Vec<Identity> = (0..5).map(|n| Identity { id: id(n), ..guest() }).collect();
    server.write(|records| many.iter().for_each(|identity| records.put_identity(identity))).await;
    let purge = async |filter: Value, preview: bool, token: Option<&Value>| {
        let mut input = within(json!({ "Filter": filter, "Preview": preview, "MaxResults": 2 }));
        if let Some(token) = token {
            input["NextToken"] = token.clone();
        }
        ask(&server, "PurgeIdentities", input).await
    };
    let nothing = purge(json!({}), false, None).await;
    assert_eq!((nothing.status, nothing.code().as_str()), (422, "InvalidParameterException"));
    assert_eq!(nothing.member("/message"), "the filter says nothing; to forget everybody, delete the pool");
    let guests = json!({ "Standing": "Guest" });
    let mut gone = Vec::new();
    let mut token = None;
    loop {
        let preview = purge(guests.clone(), true, token.as_ref()).await.json();
        let page = purge(guests.clone(), false, token.as_ref()).await.json();
        assert_eq!(page, preview);
        gone.extend(page["IdentityIds"].as_array().unwrap().clone());
        match page.get("NextToken") {
            Some(next) => token = Some(next.clone()),
            None => break,
        }
    }
    assert_eq!(json!(gone), json!(many.iter().map(|one| &one.id).collect::<Vec<_>>()));
    assert_eq!(server.alices_id().await, alice);
}

#[tokio::test]
async fn the_journal_tells_who_was_merged_into_whom() {
    let server = Server::start().await;
    let alice = server.alices_id().await;
    let mut old = Vec::new();
    for _ in 0..3 {
        old.push(merged_guest(&server).await);
        server.wait(Span::from_mins(1));
    }
    let list = async |most: usize, token: Option<&Value>| {
        let mut input = within(json!({ "MaxResults": most }));
        if let Some(token) = token {
            input["NextToken"] = token.clone();
        }
        done(&server, "ListMerges", input).await
    };
    let first = list(2, None).await;
    let entry = |n: usize| json!({ "Survivor": alice, "Disabled": old[n], "Cause": "GuestSignedIn", "Logins": [], "At": NOW.secs() + 60 * n as i64 });
    assert_eq!(first["Merges"], json!([entry(0), entry(1)]));
    assert_eq!(list(2, first.get("NextToken")).await, json!({ "Merges": [entry(2)] }));
    for entry in ["made up", alice.as_str(), "us-east-1:0"] {
        let token = BASE64URL_NOPAD.encode(entry.as_bytes());
        let input = within(json!({ "MaxResults": 1, "NextToken": token }));
        let made_up = ask(&server, "ListMerges", input).await;
        assert_eq!((made_up.status, made_up.text().contains("Invalid NextToken.")), (422, true), "{entry}");
    }
}

#[tokio::test]
async fn a_pool_is_told_what_ids_to_give_and_to_follow() {
    let server = Server::start().await;
    let at_aws = json!({ "NewIdentityIds": "Drawn", "DisabledIdentityIds": "Refused" });
    assert_eq!(done(&server, "GetPoolOptions", within(json!({}))).await, at_aws);
    let wanted = json!({ "NewIdentityIds": "Derived", "DisabledIdentityIds": "Resolved" });
    assert_eq!(done(&server, "PutPoolOptions", within(wanted.clone())).await, json!({}));
    assert_eq!(done(&server, "GetPoolOptions", within(json!({}))).await, wanted);

    let alice = server.alices_id().await;
    let other = Server::start().await;
    new_guest(&other).await;
    done(&other, "PutPoolOptions", within(wanted)).await;
    assert_eq!(other.alices_id().await, alice, "the id follows from the login on every server");

    let old = merged_guest(&server).await;
    let input = json!({ "IdentityId": old, "Logins": alices_login() });
    let issued = server.identity("GetCredentialsForIdentity", &input).await;
    assert_eq!(issued.member("/IdentityId"), alice);
    let forbidden = server.identity("GetCredentialsForIdentity", &json!({ "IdentityId": old })).await;
    assert_eq!(forbidden.member("/message"), format!("Access to Identity '{old}' is forbidden."));
    done(&server, "PutPoolOptions", within(at_aws)).await;
    assert_eq!(server.identity("GetCredentialsForIdentity", &input).await.code(), "NotAuthorizedException");
}
