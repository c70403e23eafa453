//! Who gets credentials for an identity, and what they are good for.

use crate::desk::{Desk, alice, federation, gone, mallory, other_identity_pool, proven_to};
use broker::identity_pool::developer::{self, Vouching};
use broker::identity_pool::scope_down::{BadScopeDown, ScopeDown, Source};
use broker::identity_pool::{Refusal, open_id, pools, scope_down, unlink};
use domain::iam::session::{Federation, FromIdentity, Origin};
use domain::iam::session_policy::SessionPolicy;
use domain::identity_pool::developer::{DeveloperUser, DeveloperUserIdentifier};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::{IdentityPool, Roles};
use domain::identity_pool::provider::DeveloperProviderName;
use domain::identity_pool::role_choice::NotChosen;
use domain::records::IdentityPools;
use domain::tag::Tags;
use domain::time::Span;
use domain::user_pool::client::Client;
use serde_json::json;
use testkit::iam::{document, guest_role, signed_in_role};
use testkit::identity_pool::{identity_pool, provider};
use testkit::user_pool::{client, other_client};
use testkit::{NOW, account};

#[tokio::test]
async fn somebody_who_signed_in_gets_the_pools_role_for_an_hour() {
    for desk in Desk::each().await {
        let id = desk.get_id(&[alice()]).await.unwrap();
        let grant = desk.credentials(&id, &[alice()]).await.unwrap();
        let session = grant.session();
        assert_eq!(session.account, account().id);
        assert_eq!(session.role().unwrap().role, signed_in_role().arn(&account().id));
        assert_eq!(session.role().unwrap().role_id, signed_in_role().id);
        assert_eq!(session.role().unwrap().name, "CognitoIdentityCredentials");
        assert_eq!((session.issued, session.expires), (NOW, NOW.after(Span::from_hours(1))));
        assert_eq!(session.policies, None);
        let provider = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
        let amr = [
            "authenticated".to_owned(),
            provider.to_owned(),
            format!("{provider}:CognitoSignIn:{}", alice().key().subject),
        ];
        let federation = Federation {
            provider: "cognito-identity.amazonaws.com".to_owned(),
            aud: identity_pool().id.to_string(),
            sub: id.to_string(),
            amr: amr.to_vec(),
        };
        assert_eq!(*crate::desk::federation(session), federation);
        let origin =
            FromIdentity { identity: id, pool: identity_pool().id, logins: vec![alice().key().clone()] };
        assert_eq!(session.origin, Origin::Identity(origin));
    }
}

#[tokio::test]
async fn a_guest_gets_the_role_for_guests_narrowed_to_what_guests_may_do_at_most() {
    for desk in Desk::each().await {
        let grant = desk.session_of(&[]).await;
        let session = grant.session();
        assert_eq!(session.role().unwrap().role, guest_role().arn(&account().id));
        assert_eq!(session.policies, Some(ScopeDown::aws().policies));
        assert_eq!(federation(session).amr, ["unauthenticated"]);
        assert_eq!(session.identity().unwrap().logins, []);
    }
}

#[tokio::test]
async fn what_guests_may_do_at_most_is_the_pools_to_say_and_then_the_servers() {
    let policy = |name: &str| SessionPolicy {
        name: name.to_owned().into(),
        document: document(&json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }]))
            .to_string()
            .into(),
    };
    let mut desk = Desk::open().await;
    desk.house.guest_scope_down = ScopeDown { source: Source::Server, policies: vec![policy("server")] };
    let id = identity_pool().id;
    let narrowed = async |desk: &Desk| desk.session_of(&[]).await.session().policies.clone();
    let shown = async |desk: &Desk| desk.ask(|records, _| scope_down::find(records, &desk.house, &id)).await;
    assert_eq!(narrowed(&desk).await, Some(vec![policy("server")]));
    assert_eq!(shown(&desk).await.as_ref(), Ok(&desk.house.guest_scope_down));
    let own = [policy("one"), policy("two")];
    let put = async |desk: &Desk, policies: Option<&[SessionPolicy]>| {
        desk.ask(|records, _| scope_down::put(records, &id, policies)).await
    };
    assert_eq!(put(&desk, Some(&own)).await, Ok(()));
    assert_eq!(narrowed(&desk).await, Some(own.to_vec()));
    assert_eq!(shown(&desk).await, Ok(ScopeDown { source: Source::Pool, policies: own.to_vec() }));
    assert_eq!(put(&desk, Some(&[])).await, Err(Refusal::ScopeDown(BadScopeDown::NoPolicy)));
    assert_eq!(desk.session_of(&[alice()]).await.session().policies, None, "who signed in is not narrowed");
    desk.ask(|records, _| pools::update(records, &desk.house, &identity_pool(), None)).await.unwrap();
    assert_eq!(narrowed(&desk).await, Some(own.to_vec()), "AWS's update leaves it");
    assert_eq!(put(&desk, None).await, Ok(()));
    assert_eq!(narrowed(&desk).await, Some(vec![policy("server")]));
}

#[tokio::test]
async fn the_grant_says_which_statement_let_the_identity_in() {
    let desk = Desk::open().await;
    let grant = desk.session_of(&[alice()]).await;
    assert_eq!(grant.decision().to_string(), "allowed by statement 0 of `trust policy of role signed-in`");
}

#[tokio::test]
async fn what_does_not_prove_an_identity_gets_nothing_for_it() {
    for desk in Desk::each().await {
        let other_pool = other_identity_pool();
        desk.write(|records| records.put_identity_pool(&other_pool)).await;
        let alices = desk.get_id(&[alice()]).await.unwrap();
        desk.get_id(&[mallory()]).await.unwrap();
        let elsewhere = proven_to(&other_pool, &alice().key().subject);
        let forbidden = || Refusal::Forbidden(alices.clone());
        let unsupported = gone(&elsewhere.key().provider);
        for (what, shown, refusal) in [
            ("somebody else's login", vec![mallory()], forbidden()),
            ("no login at all", vec![], forbidden()),
            ("the right login, proven to another pool", vec![elsewhere], unsupported),
        ] {
            let refused = desk.credentials(&alices, &shown).await.err();
            assert_eq!(refused, Some(refusal), "{what}");
        }
    }
}

#[tokio::test]
async fn an_identity_that_is_not_there_gets_nothing() {
    let desk = Desk::open().await;
    let unknown = IdentityId::parse("us-east-1:0000").unwrap();
    for shown in [vec![], vec![alice()]] {
        let refused = desk.credentials(&unknown, &shown).await.err();
        assert_eq!(refused, Some(Refusal::NoSuchIdentity(unknown.clone())));
    }
}

#[tokio::test]
async fn a_guest_of_a_pool_that_no_longer_welcomes_guests_gets_nothing() {
    for desk in Desk::each().await {
        let guest = desk.get_id(&[]).await.unwrap();
        let closed = IdentityPool { welcomes_guests: false, ..identity_pool() };
        desk.write(|records| records.put_identity_pool(&closed)).await;
        assert_eq!(desk.credentials(&guest, &[]).await.err(), Some(Refusal::GuestsUnwelcome));
        let id = desk.get_id(&[alice()]).await.unwrap();
        assert!(desk.credentials(&id, &[alice()]).await.is_ok());
    }
}

#[tokio::test]
async fn a_state_without_a_role_gets_nothing_and_the_other_states_role_least_of_all() {
    for desk in Desk::each().await {
        let (guest, id) = (desk.get_id(&[]).await.unwrap(), desk.get_id(&[alice()]).await.unwrap());
        for (roles, shown, id) in [
            (Roles { unauthenticated: None, ..identity_pool().roles }, vec![], &guest),
            (Roles { authenticated: None, ..identity_pool().roles }, vec![alice()], &id),
        ] {
            let pool = IdentityPool { roles, ..identity_pool() };
            desk.write(|records| records.put_identity_pool(&pool)).await;
            assert_eq!(desk.credentials(id, &shown).await.err(), Some(Refusal::NotChosen(NotChosen::NoRole)));
        }
    }
}

#[tokio::test]
async fn asking_for_credentials_writes_nothing() {
    let desk = Desk::open().await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    let rows = desk.rows().await;
    desk.credentials(&id, &[alice()]).await.unwrap();
    assert_eq!(desk.rows().await, rows);
}

#[tokio::test]
async fn a_client_that_was_taken_off_the_pool_since_a_login_was_proven_proves_nothing() {
    let listing = |clients: &[Client]| IdentityPool {
        user_pools: clients.iter().map(provider).collect(),
        classic_flow: Some(true),
        developer_provider: Some(DeveloperProviderName::parse("login.my.app").unwrap()),
        ..identity_pool()
    };
    for desk in Desk::each().await {
        desk.write(|records| records.put_identity_pool(&listing(&[client()]))).await;
        let id = desk.get_id(&[alice()]).await.unwrap();
        desk.write(|records| records.put_identity_pool(&listing(&[other_client()]))).await;
        let before = desk.everything().await;
        let shown = [alice()];
        let provider = shown[0].key().provider.clone();
        let refused = Some(gone(&provider));
        assert_eq!(desk.get_id(&shown).await.err(), refused);
        assert_eq!(desk.credentials(&id, &shown).await.err(), refused);
        let (pool, house) = (identity_pool().id, &desk.house);
        let token = desk.ask(|records, _| open_id::for_identity(records, house, &id, &shown, NOW)).await;
        assert_eq!(token.err(), refused);
        let providers = std::slice::from_ref(&provider);
        let taken =
            desk.ask(|records, _| unlink::unlink(records, house, (&id, &shown), providers, NOW)).await;
        assert_eq!(taken.err(), refused);
        let user = DeveloperUserIdentifier::parse("u").unwrap();
        let user = &DeveloperUser { provider: DeveloperProviderName::parse("login.my.app").unwrap(), user };
        let (tags, life) = (&Tags::default(), developer::LIFE);
        let asked = Vouching { pool: &pool, user, proven: &shown, identity: None, tags, life };
        let token = desk.ask(|records, dice| developer::vouch(records, house, &asked, NOW, dice)).await;
        assert_eq!(token.err(), refused);
        assert_eq!(desk.everything().await, before);
    }
}
