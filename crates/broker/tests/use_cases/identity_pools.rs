//! The life of an identity pool, and what its settings mean for those who log in.

use crate::desk::{Desk, alice, other_identity_pool, proven, proven_to};
use broker::identity_pool::pools::HandedOut;
use broker::identity_pool::{Refusal, pools};
use domain::arn::RoleArn;
use domain::iam::path::Path;
use domain::iam::role::Role;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, IdentityPoolName, Roles, UserPoolProvider};
use domain::identity_pool::provider::{
    AppId, DeveloperProviderName, OpenIdProviderArn, PublicProvider, SamlProviderArn,
};
use domain::records::{IdentityPools, Roles as _, Stop, UserPools};
use domain::tag::{BadTags, TagKey, TagKeys, TagValue, Tags};
use domain::time::Timestamp;
use domain::user_pool::client::ClientId;
use domain::user_pool::user::User;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::slice::from_ref;
use testkit::iam::guest_role;
use testkit::identity_pool::{identity_pool, provider};
use testkit::tokens::id_token;
use testkit::user_pool::{client, other_client, user};
use testkit::{NOW, account};

async fn find(desk: &Desk, id: &IdentityPoolId) -> Result<IdentityPool, Refusal> {
    desk.ask(|records, _| pools::find(records, id)).await
}

async fn update(desk: &Desk, asked: &IdentityPool) -> Result<IdentityPool, Refusal> {
    desk.ask(|records, _| pools::update(records, &desk.house, asked, None)).await
}

async fn set_roles(desk: &Desk, roles: &Roles) -> Result<(), Refusal> {
    let asked = HandedOut { roles: roles.clone(), mappings: BTreeMap::new() };
    desk.ask(|records, _| pools::set_roles(records, &desk.house, &identity_pool().id, &asked)).await
}

/// A pool with something in each of its settings.
fn full() -> IdentityPool {
    IdentityPool {
        name: IdentityPoolName::parse("full").unwrap(),
        welcomes_guests: false,
        classic_flow: Some(true),
        user_pools: vec![provider(&other_client())],
        public_providers: BTreeMap::from([(
            PublicProvider::parse("graph.facebook.com").unwrap(),
            AppId::parse("7346241598935552").unwrap(),
        )]),
        openid_providers: vec![
            OpenIdProviderArn::parse("arn:aws:iam::123456789012:oidc-provider/a.example").unwrap(),
        ],
        saml_providers: vec![SamlProviderArn::parse("arn:aws:iam::123456789012:saml-provider/idp").unwrap()],
        developer_provider: Some(developer("login.example")),
        ..identity_pool()
    }
}

fn developer(name: &str) -> DeveloperProviderName {
    DeveloperProviderName::parse(name).unwrap()
}

#[tokio::test]
async fn a_pool_is_remembered_as_it_was_made_and_made_once() {
    for desk in Desk::each().await {
        let pool = IdentityPool { id: other_identity_pool().id, ..full() };
        let make = async || desk.ask(|records, _| pools::create(records, &desk.house, &pool)).await;
        assert_eq!(make().await, Ok(()));
        assert_eq!(find(&desk, &pool.id).await, Ok(pool.clone()));
        assert_eq!(make().await, Err(Refusal::Exists(pool.id.clone())));
    }
}

#[tokio::test]
async fn an_update_replaces_everything_but_roles_age_and_a_developer_provider_that_was_set() {
    for desk in Desk::each().await {
        let later = Timestamp::from_secs(NOW.secs() + 60);
        let asked = IdentityPool { roles: Roles::default(), created: later, ..full() };
        let IdentityPool { roles, created, .. } = identity_pool();
        let expected = IdentityPool { roles: roles.clone(), created, ..full() };
        assert_eq!(update(&desk, &asked).await, Ok(expected.clone()));
        assert_eq!(find(&desk, &asked.id).await, Ok(expected));
        let bare = IdentityPool { created: later, ..identity_pool() };
        let kept = IdentityPool { developer_provider: full().developer_provider, ..identity_pool() };
        assert_eq!(update(&desk, &bare).await, Ok(kept.clone()));
        let other = IdentityPool { developer_provider: Some(developer("other")), ..identity_pool() };
        assert_eq!(update(&desk, &other).await, Err(Refusal::DeveloperProviderIsSet));
        assert_eq!(update(&desk, &kept).await, Ok(kept));
    }
}

#[tokio::test]
async fn a_pool_lists_only_so_much() {
    let desk = Desk::open().await;
    let clients = |number: usize| -> Vec<UserPoolProvider> {
        let named = |n: usize| ClientId::parse(&format!("client{n}")).unwrap();
        (0..number).map(|n| UserPoolProvider { client: named(n), ..provider(&client()) }).collect()
    };
    let full = full();
    let openid = |number| vec![full.openid_providers[0].clone(); number];
    let saml = |number| vec![full.saml_providers[0].clone(); number];
    let most = IdentityPool {
        user_pools: clients(50),
        openid_providers: openid(100),
        saml_providers: saml(100),
        ..identity_pool()
    };
    assert!(update(&desk, &most).await.is_ok());
    for (what, limit, over) in [
        ("clients of user pools", 50, IdentityPool { user_pools: clients(51), ..most.clone() }),
        ("OpenID Connect providers", 100, IdentityPool { openid_providers: openid(101), ..most.clone() }),
        ("SAML providers", 100, IdentityPool { saml_providers: saml(101), ..most.clone() }),
    ] {
        let refusal = Refusal::TooMany { what, most: limit };
        assert_eq!(update(&desk, &over).await.as_ref(), Err(&refusal));
        let new = IdentityPool { id: other_identity_pool().id, ..over };
        let refused = desk.ask(|records, _| pools::create(records, &desk.house, &new)).await;
        assert_eq!(refused, Err(refusal));
    }
    assert_eq!(find(&desk, &most.id).await, Ok(most));
}

#[tokio::test]
async fn an_account_has_a_thousand_pools_unless_the_operator_says_another_number() {
    let pool = |number: usize| IdentityPool {
        id: IdentityPoolId::parse(&format!("us-east-1:{number:04}")).unwrap(),
        ..identity_pool()
    };
    let mut desk = Desk::open().await;
    desk.write(|records| (1..1000).for_each(|number| records.put_identity_pool(&pool(number)))).await;
    let create = async |desk: &Desk, number| {
        desk.ask(|records, _| pools::create(records, &desk.house, &pool(number))).await
    };
    assert_eq!(create(&desk, 1000).await, Err(Refusal::TooManyPools(1000)));
    assert_eq!(create(&desk, 7).await, Err(Refusal::Exists(pool(7).id)));
    desk.house.most_identity_pools = 1001;
    assert_eq!(create(&desk, 1000).await, Ok(()));
    assert_eq!(create(&desk, 1001).await, Err(Refusal::TooManyPools(1001)));
    desk.ask(|records, _| pools::delete(records, &pool(7).id, NOW)).await.unwrap();
    assert_eq!(create(&desk, 1001).await, Ok(()));
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let tag = |&(key, value): &(&str, &str)| (TagKey::parse(key).unwrap(), TagValue::parse(value).unwrap());
    Tags::try_from(pairs.iter().map(tag).collect::<BTreeMap<_, _>>()).unwrap()
}

#[tokio::test]
async fn tags_are_written_and_taken_off_one_by_one() {
    for desk in Desk::each().await {
        let id = identity_pool().id;
        let tag = async |new: &Tags| desk.ask(|records, _| pools::tag(records, &id, new)).await;
        let shown = async || find(&desk, &id).await.unwrap().tags;
        assert_eq!(tag(&tags(&[("team", "a"), ("env", "")])).await, Ok(()));
        assert_eq!(tag(&tags(&[("team", "b")])).await, Ok(()));
        assert_eq!(shown().await, tags(&[("env", ""), ("team", "b")]));
        let alike = BadTags::Alike(TagKey::parse("team").unwrap());
        assert_eq!(tag(&tags(&[("Team", "c")])).await, Err(Refusal::Tags(alike)));
        let keys = BTreeSet::from(["env", "absent"].map(|key| TagKey::parse(key).unwrap()));
        let keys = TagKeys::try_from(keys).unwrap();
        let untag = async |id| desk.ask(|records, _| pools::untag(records, id, &keys)).await;
        assert_eq!(untag(&id).await, Ok(()));
        let left = IdentityPool { tags: tags(&[("team", "b")]), ..identity_pool() };
        assert_eq!(find(&desk, &id).await, Ok(left));
        let gone = Refusal::NoSuchPool(other_identity_pool().id);
        assert_eq!(untag(&other_identity_pool().id).await.as_ref(), Err(&gone));
        let tagging = desk.ask(|records, _| pools::tag(records, &other_identity_pool().id, &Tags::default()));
        assert_eq!(tagging.await, Err(gone));
    }
}

#[tokio::test]
async fn an_update_leaves_the_tags_unless_it_says_others() {
    let desk = Desk::open().await;
    let tagged = IdentityPool { tags: tags(&[("team", "a")]), ..identity_pool() };
    desk.write(|records| records.put_identity_pool(&tagged)).await;
    assert_eq!(update(&desk, &identity_pool()).await, Ok(tagged));
    for new in [tags(&[("env", "b")]), Tags::default()] {
        let updated =
            desk.ask(|records, _| pools::update(records, &desk.house, &identity_pool(), Some(&new))).await;
        assert_eq!(updated.unwrap().tags, new);
    }
}

#[tokio::test]
async fn roles_are_replaced_by_roles_that_are_there() {
    for desk in Desk::each().await {
        let guest = guest_role().arn(&account().id);
        let roles = Roles { authenticated: None, unauthenticated: Some(guest) };
        assert_eq!(set_roles(&desk, &roles).await, Ok(()));
        assert_eq!(find(&desk, &identity_pool().id).await.unwrap().roles, roles);
        let deep = Role { path: Path::parse("/team/").unwrap(), ..guest_role() };
        for absent in [
            "arn:aws:iam::123456789012:role/absent",
            "arn:aws:iam::999999999999:role/guest",
            "arn:aws:iam::123456789012:role/team/guest",
        ] {
            let absent = RoleArn::parse(absent).unwrap();
            let wrong = Roles { unauthenticated: Some(absent.clone()), ..roles.clone() };
            assert_eq!(set_roles(&desk, &wrong).await, Err(Refusal::NoSuchRole(absent)));
        }
        assert_eq!(find(&desk, &identity_pool().id).await.unwrap().roles, roles);
        desk.write(|records| records.put_role(&deep)).await;
        let deep = Roles { authenticated: None, unauthenticated: Some(deep.arn(&account().id)) };
        assert_eq!(set_roles(&desk, &deep).await, Ok(()));
    }
}

#[tokio::test]
async fn pools_are_listed_by_id_page_by_page() {
    for desk in Desk::each().await {
        let more = ["us-east-1:0", "us-east-1:f", "us-east-1:a0"]
            .map(|id| IdentityPool { id: IdentityPoolId::parse(id).unwrap(), ..identity_pool() });
        desk.write(|records| more.iter().for_each(|pool| records.put_identity_pool(pool))).await;
        let list = async |after: Option<&str>, limit| -> Vec<String> {
            let after = after.map(|id| IdentityPoolId::parse(id).unwrap());
            let found = desk
                .ask(|records, _| Ok::<_, Stop<Infallible>>(pools::list(records, after.as_ref(), limit)?))
                .await;
            found.unwrap().into_iter().map(|pool| pool.id.to_string()).collect()
        };
        let all = ["us-east-1:0", "us-east-1:1234567890abcdef", "us-east-1:a0", "us-east-1:f"];
        assert_eq!(list(None, 10).await, all);
        assert_eq!(list(None, 1).await, all[..2]);
        assert_eq!(list(Some("us-east-1:1234567890abcdef"), 10).await, all[2..]);
        assert_eq!(list(Some("us-east-1:f"), 10).await, [""; 0]);
    }
}

#[tokio::test]
async fn what_is_asked_of_a_pool_that_is_not_there_is_refused() {
    let desk = Desk::open().await;
    let rows = desk.rows().await;
    let absent = other_identity_pool();
    let refusal = Refusal::NoSuchPool(absent.id.clone());
    assert_eq!(update(&desk, &absent).await.as_ref(), Err(&refusal));
    let deleting = desk.ask(|records, _| pools::delete(records, &absent.id, NOW)).await;
    assert_eq!(deleting.as_ref(), Err(&refusal));
    let roles = HandedOut::default();
    let setting = desk.ask(|records, _| pools::set_roles(records, &desk.house, &absent.id, &roles)).await;
    assert_eq!(setting, Err(refusal));
    assert_eq!(desk.rows().await, rows);
}

/// The pool of `testkit`, which wants users to be there whenever they show a token.
fn checking() -> IdentityPool {
    let listed = UserPoolProvider { server_side_check: Some(true), ..provider(&client()) };
    IdentityPool { user_pools: vec![listed], ..identity_pool() }
}

#[tokio::test]
async fn a_pool_that_checks_users_lets_in_those_who_are_there() {
    for desk in Desk::each().await {
        desk.write(|records| records.put_identity_pool(&checking())).await;
        let id = desk.get_id(&[alice()]).await.unwrap();
        assert!(desk.credentials(&id, &[alice()]).await.is_ok());
    }
}

#[tokio::test]
async fn a_user_who_is_gone_gets_nothing_from_a_pool_that_checks_users() {
    for desk in Desk::each().await {
        let id = desk.get_id(&[alice()]).await.unwrap();
        let gone = |login: &login::VerifiedLogin| Refusal::UserGone(login.key().provider.clone());
        // Nobody by this subject: the name that the token tells is alice's, and so somebody else's.
        let stranger = proven("somebody-who-was");
        let again = User { sub: "another".to_owned(), ..user() };
        for (what, pool, login, refused) in [
            ("a pool that does not ask", identity_pool(), stranger.clone(), false),
            ("a name that is somebody else's", checking(), stranger, true),
        ] {
            desk.write(|records| records.put_identity_pool(&pool)).await;
            let answer = desk.get_id(from_ref(&login)).await.err();
            assert_eq!(answer, refused.then(|| gone(&login)), "{what}");
        }
        let disabled = User { is_enabled: false, ..user() };
        for (what, user) in [("a user who was made anew", &again), ("a user who is disabled", &disabled)] {
            desk.write(|records| records.put_user(user)).await;
            let refused = desk.credentials(&id, &[alice()]).await.err();
            assert_eq!(refused, Some(gone(&alice())), "{what}");
        }
    }
}

#[tokio::test]
async fn a_token_that_tells_no_name_does_not_stand_where_users_are_checked() {
    let desk = Desk::open().await;
    desk.write(|records| records.put_identity_pool(&checking())).await;
    for token in [
        id_token().without_claim("cognito:username"),
        id_token().claim("cognito:username", "two words"),
        id_token().claim("cognito:username", "nobody"),
    ] {
        let nameless = crate::desk::verified(&token, &identity_pool());
        let refused = desk.get_id(&[nameless]).await.err();
        assert_eq!(refused, Some(Refusal::UserGone(alice().key().provider.clone())));
    }
}

#[tokio::test]
async fn of_two_entries_of_one_client_the_stricter_counts() {
    let desk = Desk::open().await;
    let lax = UserPoolProvider { server_side_check: Some(false), ..provider(&client()) };
    let pool = IdentityPool { user_pools: [vec![lax], checking().user_pools].concat(), ..identity_pool() };
    desk.write(|records| records.put_identity_pool(&pool)).await;
    assert!(desk.get_id(&[proven("somebody-who-was")]).await.is_err());
    assert!(desk.get_id(&[proven_to(&pool, &user().sub)]).await.is_ok());
}
