//! Claims that users write of themselves decide neither about their role nor about their tags.

use crate::desk::{Desk, verified};
use broker::identity_pool::pools::{self, HandedOut};
use broker::identity_pool::self_written::{DecidesBy, SelfWritten};
use broker::identity_pool::{Refusal, principal_tags};
use broker::user_pool::{self, clients};
use domain::iam::role::Role;
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::principal_tag::AttributeMap;
use domain::identity_pool::role_mapping::{MatchType, RoleMapping, RoleSource, Rule, WhenAmbiguous};
use domain::records::{IdentityPools, Roles as _, UserPools};
use domain::tag::TagKey;
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::pool::{UserPool, UserPoolId};
use serde_json::json;
use std::collections::BTreeMap;
use testkit::account;
use testkit::iam::{signed_in_role, trust};
use testkit::identity_pool::{identity_pool, identity_pool_id, provider};
use testkit::tokens::id_token;
use testkit::user_pool::{client, other_client, user_pool};

const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";

fn map(claim: &str) -> AttributeMap {
    let claims = BTreeMap::from([(TagKey::parse("department").unwrap(), claim.to_owned())]);
    AttributeMap::new(false, claims).unwrap()
}

fn rules(claim: &str) -> HandedOut {
    let rule = Rule {
        claim: claim.to_owned(),
        match_type: MatchType::Equals,
        value: "legal".to_owned(),
        role: signed_in_role().arn(&account().id),
    };
    let mapping = RoleMapping { source: RoleSource::Rules(vec![rule]), ambiguous: WhenAmbiguous::Deny };
    let mappings = BTreeMap::from([(format!("{PROVIDER}:{}", client().id), mapping)]);
    HandedOut { roles: identity_pool().roles, mappings }
}

fn writing(client: Client, attributes: &[&str]) -> Client {
    let names: Vec<String> = attributes.iter().map(|name| (*name).to_owned()).collect();
    Client { write_attributes: Some(names.try_into().unwrap()), ..client }
}

/// A desk whose role takes tags.
async fn desk(lenient: bool) -> Desk {
    let desk = if lenient { Desk::lenient().await } else { Desk::open().await };
    let mut trust = trust(&identity_pool_id(), AuthState::Authenticated);
    trust["Statement"][0]["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    let role = Role { trust: trust.to_string(), ..signed_in_role() };
    desk.write(|records| records.put_role(&role)).await;
    desk
}

async fn tag(desk: &Desk, claim: &str) -> Result<(), Refusal> {
    let map = map(claim);
    desk.ask(|records, _| principal_tags::set(records, &desk.house, &identity_pool().id, (PROVIDER, &map)))
        .await
}

async fn set(desk: &Desk, asked: &HandedOut) -> Result<(), Refusal> {
    desk.ask(|records, _| pools::set_roles(records, &desk.house, &identity_pool().id, asked)).await
}

fn written(claim: &str, client: &Client) -> SelfWritten {
    SelfWritten { claim: claim.to_owned(), client: client.id.clone() }
}

#[tokio::test]
async fn a_claim_that_users_write_is_mapped_to_no_tag_and_to_no_role() {
    for (what, client, claim, is_taken) in [
        ("AWS's default, a name", client(), "name", false),
        ("AWS's default, a custom attribute", client(), "custom:department", true),
        ("AWS's default, what the server vouches for", client(), "cognito:username", true),
        ("AWS's default, an email, which counts once it was verified", client(), "email", true),
        (
            "a custom attribute that is listed",
            writing(client(), &["custom:department"]),
            "custom:department",
            false,
        ),
        ("a name that is not listed", writing(client(), &["custom:department"]), "name", true),
        ("nothing is listed", writing(client(), &[]), "name", true),
    ] {
        let strict = desk(false).await;
        strict.write(|records| records.put_client(&client)).await;
        let expected = if is_taken { Ok(()) } else { Err(Refusal::SelfWritten(written(claim, &client))) };
        assert_eq!(tag(&strict, claim).await, expected, "{what}");
        assert_eq!(set(&strict, &rules(claim)).await.is_ok(), is_taken, "{what}");
        let lenient = desk(true).await;
        lenient.write(|records| records.put_client(&client)).await;
        assert_eq!(
            (tag(&lenient, claim).await, set(&lenient, &rules(claim)).await),
            (Ok(()), Ok(())),
            "{what}"
        );
    }
    let sentence = written("name", &client()).to_string();
    let expected = "users write the claim `name` themselves through client `1example23456789abcdefghij`, and so choose what \
                    follows from it: take it out of the client's WriteAttributes, or map another claim";
    assert_eq!(sentence, expected);
}

#[tokio::test]
async fn a_user_pool_is_judged_by_all_its_clients_because_users_write_through_any_of_them() {
    let desk = desk(false).await;
    let unlisted = writing(other_client(), &["custom:department"]);
    desk.write(|records| records.put_client(&unlisted)).await;
    let refused = || Err(Refusal::SelfWritten(written("custom:department", &unlisted)));
    assert_eq!(tag(&desk, "custom:department").await, refused());
    assert_eq!(set(&desk, &rules("custom:department")).await, refused());
    desk.write(|records| records.delete_client(&unlisted)).await;
    assert_eq!(tag(&desk, "custom:department").await, Ok(()));
    assert_eq!(set(&desk, &rules("custom:department")).await, Ok(()));
    // Nor is there one made later, however many there are before it.
    for n in 0..150 {
        let id = ClientId::parse(&format!("client{n:03}")).unwrap();
        desk.write(|records| records.put_client(&Client { id: id.clone(), ..other_client() })).await;
    }
    let last = Client { id: ClientId::parse("clientlast").unwrap(), ..unlisted.clone() };
    let create =
        async |client: &Client| desk.ask(|records, _| clients::create(records, &desk.house, client)).await;
    let decides = DecidesBy { written: written("custom:department", &last), pool: identity_pool().id };
    assert_eq!(create(&last).await, Err(user_pool::Refusal::SelfWritten(decides.clone())));
    let harmless = writing(last.clone(), &["custom:team"]);
    assert_eq!(create(&harmless).await, Ok(()));
    let sentence = decides.to_string();
    let expected = "identity pool `us-east-1:1234567890abcdef`: users write the claim `custom:department` themselves \
                    through client `clientlast`, and so choose what follows from it: take it out of the client's \
                    WriteAttributes, or map another claim";
    assert_eq!(sentence, expected);
    // What is there all the same gives nobody anything.
    let login = verified(&id_token().claim("custom:department", "legal"), &identity_pool());
    let proven = std::slice::from_ref(&login);
    let id = desk.get_id(proven).await.unwrap();
    assert!(desk.credentials(&id, proven).await.is_ok());
    desk.write(|records| records.put_client(&last)).await;
    let refused = Refusal::DecidedBySelf(written("custom:department", &last));
    assert_eq!(desk.credentials(&id, proven).await.err(), Some(refused));
}

#[tokio::test]
async fn a_client_of_a_user_pool_that_no_mapping_is_about_lets_users_write_what_it_likes() {
    let desk = desk(false).await;
    assert_eq!(tag(&desk, "custom:department").await, Ok(()));
    let elsewhere = UserPool { id: UserPoolId::parse("us-east-1_Elsewhere").unwrap(), ..user_pool() };
    desk.write(|records| records.put_user_pool(&elsewhere)).await;
    let careless = Client { pool: elsewhere.id, ..writing(other_client(), &["custom:department"]) };
    let created = desk.ask(|records, _| clients::create(records, &desk.house, &careless)).await;
    assert_eq!(created, Ok(()));
    let lenient = self::desk(true).await;
    assert_eq!(tag(&lenient, "custom:department").await, Ok(()));
    let careless = writing(other_client(), &["custom:department"]);
    let created = lenient.ask(|records, _| clients::create(records, &lenient.house, &careless)).await;
    assert_eq!(created, Ok(()));
}

#[tokio::test]
async fn a_pool_lists_no_user_pool_whose_users_write_what_it_maps() {
    let desk = desk(false).await;
    let listing = |listed: &[&Client]| IdentityPool {
        user_pools: listed.iter().map(|client| provider(client)).collect(),
        ..identity_pool()
    };
    let update = async |pool: &IdentityPool| {
        desk.ask(|records, _| pools::update(records, &desk.house, pool, None)).await.map(|_| ())
    };
    assert_eq!(tag(&desk, "custom:department").await, Ok(()));
    assert_eq!(update(&listing(&[])).await, Ok(()));
    let careless = writing(other_client(), &["custom:department"]);
    let create =
        async |client: &Client| desk.ask(|records, _| clients::create(records, &desk.house, client)).await;
    assert_eq!(create(&careless).await, Ok(()), "nobody lists the user pool");
    let refused = || Err(Refusal::SelfWritten(written("custom:department", &careless)));
    for listed in [&[&client()][..], &[&careless], &[&client(), &careless]] {
        assert_eq!(update(&listing(listed)).await, refused());
    }
    desk.write(|records| records.delete_client(&careless)).await;
    assert_eq!(update(&listing(&[&client(), &careless])).await, Ok(()));
}

#[tokio::test]
async fn what_users_write_by_now_gives_them_nothing() {
    for (lenient, is_refused) in [(false, true), (true, false)] {
        let desk = desk(lenient).await;
        let login = verified(&id_token().claim("custom:department", "legal"), &identity_pool());
        let proven = std::slice::from_ref(&login);
        let id = desk.get_id(proven).await.unwrap();
        let careless = writing(client(), &["custom:department"]);
        let refused = is_refused.then(|| Refusal::DecidedBySelf(written("custom:department", &careless)));
        for asked in [None, Some(rules("custom:department"))] {
            desk.write(|records| {
                records.put_client(&client());
                records.put_identity_pool(&identity_pool());
            })
            .await;
            match &asked {
                None => assert_eq!(tag(&desk, "custom:department").await, Ok(())),
                Some(rules) => assert_eq!(set(&desk, rules).await, Ok(())),
            }
            assert!(desk.credentials(&id, proven).await.is_ok());
            desk.write(|records| records.put_client(&careless)).await;
            assert_eq!(desk.credentials(&id, proven).await.err(), refused);
            desk.write(|records| records.delete_client(&careless)).await;
            let gone = is_refused.then(|| Refusal::ClientGone(client().id));
            assert_eq!(
                desk.credentials(&id, proven).await.err(),
                gone,
                "nobody knows what it let users write"
            );
            let foreign = UserPoolId::parse("us-east-1_Elsewhere").unwrap();
            desk.write(|records| records.put_client(&Client { pool: foreign.clone(), ..client() })).await;
            assert_eq!(desk.credentials(&id, proven).await.err(), gone, "it is another's now");
        }
    }
}
