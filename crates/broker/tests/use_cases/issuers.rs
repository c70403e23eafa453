//! Whose tokens a pool takes, found out before any key is looked at.

use crate::desk::{Desk, alice, other_identity_pool};
use broker::House;
use broker::identity_pool::Refusal;
use broker::identity_pool::issuers::{Asked, Expected, expected};
use broker::identity_pool::mistake::Mistake;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, UserPoolProvider};
use domain::identity_pool::provider::{
    AppId, DeveloperProviderName, OpenIdProviderArn, PublicProvider, SamlProviderArn,
};
use domain::records::{IdentityPools, UserPools};
use domain::user_pool::client::ClientId;
use domain::user_pool::pool::{IssuerBase, Issuers, UserPoolId};
use login::LoginRefused;
use login::user_pool::verify;
use std::collections::BTreeMap;
use testkit::identity_pool::{identity_pool, provider};
use testkit::tokens::{access_token, id_token};
use testkit::user_pool::{client, other_user_pool, user_pool};
use testkit::{NOW, account};

const KEY: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";

async fn ask(desk: &Desk, asked: &Asked, keys: &[&str]) -> Result<Expected, Refusal> {
    desk.ask(|records, _| expected(records, &desk.house, asked, keys)).await
}

async fn ask_pool(desk: &Desk, keys: &[&str]) -> Result<Expected, Refusal> {
    ask(desk, &Asked::Pool(identity_pool().id), keys).await
}

#[tokio::test]
async fn a_login_key_of_a_listed_user_pool_names_its_issuer() {
    for desk in Desk::each().await {
        let expected = ask_pool(&desk, &[KEY]).await.ok().unwrap();
        assert_eq!(expected.pool, identity_pool());
        let [issuer] = expected.issuers.as_slice() else { panic!("one key is one issuer") };
        assert_eq!(issuer.pool, user_pool().id);
        assert!(verify(&id_token().text(), issuer, &expected.pool, &desk.house.seen, NOW).is_ok());
    }
}

#[tokio::test]
async fn an_identity_is_asked_about_in_its_own_pool() {
    let desk = Desk::open().await;
    desk.write(|records| records.put_identity_pool(&other_identity_pool())).await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    let expected = ask(&desk, &Asked::Identity(id), &[KEY]).await.ok().unwrap();
    assert_eq!(expected.pool, identity_pool());
}

#[tokio::test]
async fn only_the_key_for_id_tokens_proves_a_login() {
    let desk = Desk::open().await;
    let expected = ask_pool(&desk, &[KEY]).await.ok().unwrap();
    let issuer = expected.issuers.first().unwrap();
    let disguised = access_token().claim("token_use", "id").claim("aud", client().id.as_str());
    let kid = user_pool().keys.access.public.kid;
    let refused = verify(&disguised.text(), issuer, &expected.pool, &desk.house.seen, NOW);
    assert_eq!(refused, Err(LoginRefused::UnknownKey(kid)));
}

#[tokio::test]
async fn a_user_pool_goes_by_awss_name_and_by_the_servers_own() {
    let mut desk = Desk::open().await;
    let own = IssuerBase::parse("http://127.0.0.1:9000").ok();
    desk.house = House::new(account(), Issuers::new(&account().region, own));
    for key in [KEY, "127.0.0.1:9000/us-east-1_AbCdEfGhI"] {
        assert!(ask_pool(&desk, &[key]).await.is_ok(), "{key}");
    }
}

#[tokio::test]
async fn a_login_key_that_the_pool_does_not_list_is_refused() {
    let listed = || vec![KEY.to_owned()];
    let meant = || KEY.to_owned();
    let nothing_like_it = || Mistake::NotListed { listed: listed() };
    for (key, is_of_its_kind, mistake) in [
        ("graph.facebook.com", false, nothing_like_it()),
        ("accounts.google.com", false, nothing_like_it()),
        ("", false, nothing_like_it()),
        (
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
            false,
            Mistake::NotBare { meant: meant() },
        ),
        (
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI/",
            true,
            Mistake::NotBare { meant: meant() },
        ),
        (
            "cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbCdEfGhI",
            true,
            Mistake::OtherRegion { meant: meant() },
        ),
        ("cognito-idp.us-east-1.amazon.com/us-east-1_AbCdEfGhI", true, Mistake::Misspelt { meant: meant() }),
        (
            "cognito-idp:us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
            false,
            Mistake::Misspelt { meant: meant() },
        ),
        (
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_Stranger0",
            true,
            Mistake::UserPoolNotListed { listed: listed() },
        ),
        ("cognito-idp.us-east-1.amazonaws.com/", true, nothing_like_it()),
    ] {
        for desk in Desk::each().await {
            desk.write(|records| records.put_user_pool(&other_user_pool())).await;
            let refused = ask_pool(&desk, &[key]).await.err();
            let (key, mistake) = (key.to_owned(), mistake.clone());
            let expected = match is_of_its_kind {
                true => Refusal::UnsupportedProvider { key, mistake },
                false => Refusal::NoSuchProvider { key, mistake },
            };
            assert_eq!(refused, Some(expected));
        }
    }
}

#[tokio::test]
async fn a_user_pool_in_whose_place_another_was_made_is_told() {
    let desk = Desk::open().await;
    desk.write(|records| {
        records.put_user_pool(&other_user_pool());
        records.delete_user_pool(&user_pool().id);
    })
    .await;
    let remade = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Stranger0";
    for (key, mistake) in
        [(remade, Mistake::UserPoolRemade { listed: KEY.to_owned() }), (KEY, Mistake::UserPoolGone)]
    {
        let refused = ask_pool(&desk, &[key]).await.err();
        assert_eq!(refused, Some(Refusal::UnsupportedProvider { key: key.to_owned(), mistake }));
    }
}

#[tokio::test]
async fn a_pool_without_user_pools_takes_no_login() {
    let desk = Desk::open().await;
    let pool = IdentityPool { user_pools: Vec::new(), ..identity_pool() };
    desk.write(|records| records.put_identity_pool(&pool)).await;
    let refused = ask_pool(&desk, &[KEY]).await.err();
    let mistake = Mistake::UserPoolNotListed { listed: Vec::new() };
    assert_eq!(refused, Some(Refusal::NoSuchProvider { key: KEY.to_owned(), mistake }));
}

#[tokio::test]
async fn a_user_pool_that_is_listed_and_not_there_proves_nothing() {
    let desk = Desk::open().await;
    let gone = UserPoolId::parse("us-east-1_Gone").unwrap();
    let listed = UserPoolProvider {
        user_pool: gone,
        client: ClientId::parse("any").unwrap(),
        server_side_check: None,
    };
    let pool = IdentityPool { user_pools: vec![provider(&client()), listed], ..identity_pool() };
    desk.write(|records| records.put_identity_pool(&pool)).await;
    let key = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Gone";
    let refused = ask_pool(&desk, &[key]).await.err();
    let mistake = Mistake::UserPoolGone;
    assert_eq!(refused, Some(Refusal::UnsupportedProvider { key: key.to_owned(), mistake }));
}

#[tokio::test]
async fn the_name_of_a_developer_provider_is_no_login_key() {
    let desk = Desk::open().await;
    let name = DeveloperProviderName::parse("login.example").unwrap();
    for user_pools in [Vec::new(), identity_pool().user_pools] {
        let developer_provider = Some(name.clone());
        let pool = IdentityPool { user_pools, developer_provider, ..identity_pool() };
        desk.write(|records| records.put_identity_pool(&pool)).await;
        let refused = ask_pool(&desk, &[name.as_str()]).await.err();
        assert_eq!(refused, Some(Refusal::DeveloperProvider(name.to_string())));
    }
}

#[tokio::test]
async fn a_login_of_a_listed_provider_that_is_no_user_pool_is_told_to_be_unserved() {
    let desk = Desk::open().await;
    let oidc = |issuer: &str| {
        OpenIdProviderArn::parse(&format!("arn:aws:iam::123456789012:oidc-provider/{issuer}")).unwrap()
    };
    let saml = "arn:aws:iam::123456789012:saml-provider/idp";
    for user_pools in [Vec::new(), identity_pool().user_pools] {
        let pool = IdentityPool {
            user_pools,
            public_providers: BTreeMap::from([(
                PublicProvider::parse("accounts.google.com").unwrap(),
                AppId::parse("app").unwrap(),
            )]),
            openid_providers: vec![oidc("id.example/realms/x"), oidc(KEY)],
            saml_providers: vec![SamlProviderArn::parse(saml).unwrap()],
            ..identity_pool()
        };
        desk.write(|records| records.put_identity_pool(&pool)).await;
        for key in ["accounts.google.com", "id.example/realms/x", saml] {
            let refused = ask_pool(&desk, &[key]).await.err();
            assert_eq!(refused, Some(Refusal::UnservedProvider(key.to_owned())));
        }
        for key in [
            "id.example",
            "id.example/realms/x/",
            "https://id.example/realms/x",
            "graph.facebook.com",
            "arn:aws:iam::123456789012:saml-provider/other",
        ] {
            let refused = ask_pool(&desk, &[key]).await.err();
            assert!(matches!(refused, Some(Refusal::NoSuchProvider { key: no, .. }) if no == key));
        }
    }
    assert!(ask_pool(&desk, &[KEY]).await.is_ok(), "a user pool is one, whatever else it is listed as");
}

#[tokio::test]
async fn of_several_login_keys_each_must_name_an_issuer() {
    for desk in Desk::each().await {
        let pools = [
            provider(&client()),
            UserPoolProvider { user_pool: other_user_pool().id, ..provider(&client()) },
        ];
        let pool = IdentityPool { user_pools: pools.to_vec(), ..identity_pool() };
        desk.write(|records| {
            records.put_user_pool(&other_user_pool());
            records.put_identity_pool(&pool);
        })
        .await;
        let other = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Stranger0";
        let expected = ask_pool(&desk, &[other, KEY]).await.ok().unwrap();
        let named: Vec<UserPoolId> = expected.issuers.into_iter().map(|issuer| issuer.pool).collect();
        assert_eq!(named, [other_user_pool().id, user_pool().id], "in the order of the keys");
        let nowhere = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Nowhere";
        for keys in [[KEY, nowhere], [nowhere, KEY]] {
            let refused = ask_pool(&desk, &keys).await.err();
            assert!(matches!(refused, Some(Refusal::UnsupportedProvider { key, .. }) if key == nowhere));
        }
        for keys in [[KEY, "graph.facebook.com"], ["graph.facebook.com", KEY]] {
            let refused = ask_pool(&desk, &keys).await.err();
            assert!(
                matches!(refused, Some(Refusal::NoSuchProvider { key, .. }) if key == "graph.facebook.com")
            );
        }
    }
}

#[tokio::test]
async fn nobody_without_a_login_gets_past_a_pool_that_does_not_welcome_guests() {
    let desk = Desk::open().await;
    let id = desk.get_id(&[]).await.unwrap();
    let closed = IdentityPool { welcomes_guests: false, ..identity_pool() };
    desk.write(|records| records.put_identity_pool(&closed)).await;
    for asked in [Asked::Pool(closed.id.clone()), Asked::Identity(id)] {
        assert_eq!(ask(&desk, &asked, &[]).await.err(), Some(Refusal::GuestsUnwelcome));
        assert!(ask(&desk, &asked, &[KEY]).await.is_ok());
    }
}

#[tokio::test]
async fn an_unknown_pool_or_identity_expects_nobody() {
    let desk = Desk::open().await;
    let (pool, id) = ("us-east-1:0", "us-east-1:0");
    let (pool, id) = (IdentityPoolId::parse(pool).unwrap(), IdentityId::parse(id).unwrap());
    for keys in [&[][..], &[KEY][..]] {
        let refused = ask(&desk, &Asked::Pool(pool.clone()), keys).await.err();
        assert_eq!(refused, Some(Refusal::NoSuchPool(pool.clone())));
        let refused = ask(&desk, &Asked::Identity(id.clone()), keys).await.err();
        assert_eq!(refused, Some(Refusal::NoSuchIdentity(id.clone())));
    }
}
