//! The classic flow: whom a pool vouches for, and who takes on a role by its token.

use crate::desk::{Desk, alice, circumstances, mallory, other_identity_pool};
use broker::iam::assume::{AssumeRefused, Grant};
use broker::iam::circumstances::{Circumstances, Transport};
use broker::iam::passed::{NotPassed, Passed};
use broker::iam::web_identity::{self, WebIdentityRefused};
use broker::identity_pool::credentials::{self, Granted};
use broker::identity_pool::mistake::Mistake;
use broker::identity_pool::{Refusal, open_id, scope_down};
use domain::arn::RoleArn;
use domain::iam::role::Role;
use domain::iam::session::{Federation, FromIdentity};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, Roles as PoolRoles};
use domain::identity_pool::principal_tag::AttributeMap;
use domain::identity_pool::role_choice::NotChosen;
use domain::identity_pool::role_mapping::{RoleMapping, RoleSource, WhenAmbiguous};
use domain::identity_pool::token::OpenIdToken;
use domain::records::{IdentityPools, Roles, UserPools};
use domain::tag::TagKey;
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;
use login::identity_pool::{Issuer, VerifiedIdentity, verify};
use login::key_set::KeySet;
use login::seen::Seen;
use policy::Malformed;
use serde_json::json;
use std::collections::BTreeMap;
use testkit::iam::{guest_role, signed_in_role, trust};
use testkit::identity_pool::{guest, identity_pool, identity_pool_id, signed_in, token_keys};
use testkit::tokens::{Token, guest_token, identity_token};
use testkit::user_pool::{client, other_client, user_pool};
use testkit::{NOW, account};

fn classic() -> IdentityPool {
    IdentityPool { classic_flow: Some(true), ..identity_pool() }
}

/// A desk whose pool allows the classic flow, and has a guest and alice.
pub(crate) async fn open() -> Desk {
    let desk = Desk::open().await;
    desk.write(|records| {
        records.put_identity_pool(&classic());
        records.put_identity(&guest());
        records.put_identity(&signed_in());
    })
    .await;
    desk
}

async fn vouched(desk: &Desk, id: &IdentityId, proven: &[VerifiedLogin]) -> Result<OpenIdToken, Refusal> {
    Ok(desk.ask(|records, _| open_id::for_identity(records, &desk.house, id, proven, NOW)).await?.0)
}

fn proven(token: &Token) -> VerifiedIdentity {
    let issuer = Issuer {
        names: ["https://cognito-identity.amazonaws.com"; 2].map(str::to_owned),
        keys: KeySet::of(token_keys().published(NOW).map(|key| key.public)),
        revoked_before: Timestamp::default(),
    };
    verify(&token.text(), &issuer, &Seen::default(), NOW).unwrap()
}

/// What somebody asks of STS.
pub(crate) struct Asked {
    role: RoleArn,
    life: Span,
    policy: Option<String>,
    pub(crate) circumstances: Circumstances,
}

pub(crate) fn for_role(role: &Role) -> Asked {
    let (role, life) = (role.arn(&account().id), Span::from_mins(15));
    Asked { role, life, policy: None, circumstances: circumstances() }
}

pub(crate) async fn assume(desk: &Desk, token: &Token, asked: &Asked) -> Result<Grant, WebIdentityRefused> {
    let token = proven(token);
    let Asked { role, life, policy, circumstances } = asked;
    let asked = web_identity::Asked {
        role,
        session_name: "phone",
        life: *life,
        passed: Passed { policy: policy.as_deref(), arns: &[] },
        circumstances,
    };
    desk.ask(|records, _| web_identity::assume(records, &desk.house, &token, asked, NOW)).await
}

pub(crate) async fn enhanced(desk: &Desk, id: &IdentityId, token: &Token) -> Result<Grant, Refusal> {
    Ok(by_token(desk, (id, None), token).await?.grant)
}

async fn by_token(
    desk: &Desk,
    (identity, role): (&IdentityId, Option<&str>),
    token: &Token,
) -> Result<Granted, Refusal> {
    let (asked, token) = (credentials::Asked { identity, role, transport: Transport::Plain }, proven(token));
    desk.ask(|records, _| credentials::for_token(records, &desk.house, asked, &token, NOW)).await
}

#[tokio::test]
async fn a_pool_vouches_for_whom_it_has_proven_and_for_its_guests_for_ten_minutes() {
    let desk = open().await;
    let token = vouched(&desk, &signed_in().id, &[alice()]).await.unwrap();
    assert_eq!((token.issued, token.expires), (NOW, NOW.after(Span::from_mins(10))));
    let claims = token.claims("https://issuer.example", &account());
    let [provider, user] = alice().key().amr(&identity_pool());
    let expected = json!({
        "sub": signed_in().id,
        "aud": identity_pool().id,
        "amr": ["authenticated", provider, user],
        "iss": "https://issuer.example",
        "https://cognito-identity.amazonaws.com/identity-pool-arn":
            "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:1234567890abcdef",
        "exp": 1_767_323_645,
        "iat": 1_767_323_045,
    });
    assert_eq!(claims, expected);
    let token = vouched(&desk, &guest().id, &[]).await.unwrap();
    assert_eq!(token.federation.amr, ["unauthenticated"]);
}

/// A desk whose pool makes a tag of a claim, and whose role for those who signed in takes it.
async fn tagging() -> Desk {
    let desk = open().await;
    let claims = BTreeMap::from([(TagKey::parse("who").unwrap(), "cognito:username".to_owned())]);
    let map = AttributeMap::new(false, claims).unwrap();
    let provider = alice().key().provider.clone();
    let pool = IdentityPool { principal_tags: BTreeMap::from([(provider, map)]), ..classic() };
    let mut trust = trust(&pool.id, AuthState::Authenticated);
    trust["Statement"][0]["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    let role = Role { trust: trust.to_string(), ..signed_in_role() };
    desk.write(|records| {
        records.put_identity_pool(&pool);
        records.put_role(&role);
    })
    .await;
    desk
}

#[tokio::test]
async fn a_token_carries_the_tags_that_sessions_by_it_shall_have() {
    let desk = tagging().await;
    let vouched = vouched(&desk, &signed_in().id, &[alice()]).await.unwrap();
    let claims = vouched.claims("https://cognito-identity.amazonaws.com", &account());
    let tags = json!({ "principal_tags": { "who": ["alice"] } });
    assert_eq!(claims["https://aws.amazon.com/tags"], tags);
    let token = identity_token().claim("https://aws.amazon.com/tags", tags);
    let expected = BTreeMap::from([("who".to_owned(), "alice".to_owned())]);
    let grant = assume(&desk, &token, &for_role(&signed_in_role())).await.unwrap();
    assert_eq!(grant.session().tags, expected);
    let grant = enhanced(&desk, &signed_in().id, &token).await.unwrap();
    assert_eq!(grant.session().tags, expected);
    desk.write(|records| records.put_role(&signed_in_role())).await;
    let refused = assume(&desk, &token, &for_role(&signed_in_role())).await.err();
    assert!(
        matches!(refused, Some(WebIdentityRefused::Role(AssumeRefused::NotTaggable { .. }))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_token_is_bound_to_pool_and_state_at_sts_as_well() {
    let desk = open().await;
    let mut trust = trust(&identity_pool_id(), AuthState::Authenticated);
    trust["Statement"][0]["Condition"].as_object_mut().unwrap().remove("ForAnyValue:StringLike");
    let role = Role { trust: trust.to_string(), ..signed_in_role() };
    desk.write(|records| records.put_role(&role)).await;
    for token in [identity_token(), guest_token()] {
        let refused = assume(&desk, &token, &for_role(&role)).await.err();
        assert!(matches!(refused, Some(WebIdentityRefused::Role(AssumeRefused::Open { .. }))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_login_whose_provider_has_a_role_mapping_is_for_the_enhanced_flow_alone() {
    let mapping = RoleMapping { source: RoleSource::Token, ambiguous: WhenAmbiguous::Deny };
    for client in [client(), other_client()] {
        let desk = open().await;
        let key = format!("{}:{}", alice().key().provider, client.id);
        let pool = IdentityPool { role_mappings: BTreeMap::from([(key, mapping.clone())]), ..classic() };
        desk.write(|records| records.put_identity_pool(&pool)).await;
        let before = desk.everything().await;
        let mapped = Refusal::RoleMapped(alice().key().provider.clone());
        assert_eq!(vouched(&desk, &signed_in().id, &[alice()]).await.err(), Some(mapped));
        // Nor does a token from before choose the role that the mapping would not.
        let mapped = || Refusal::RoleMapped(alice().key().provider.clone());
        assert_eq!(enhanced(&desk, &signed_in().id, &identity_token()).await.err(), Some(mapped()));
        let refused = assume(&desk, &identity_token(), &for_role(&signed_in_role())).await.err();
        assert_eq!(refused, Some(WebIdentityRefused::NotVouched(mapped())));
        assert_eq!(desk.everything().await, before);
        assert!(vouched(&desk, &guest().id, &[]).await.is_ok(), "guests have no mapping");
        assert!(assume(&desk, &guest_token(), &for_role(&guest_role())).await.is_ok());
    }
    let desk = open().await;
    let key = format!("{}x:{}", alice().key().provider, client().id);
    let pool = IdentityPool { role_mappings: BTreeMap::from([(key, mapping)]), ..classic() };
    desk.write(|records| records.put_identity_pool(&pool)).await;
    assert!(vouched(&desk, &signed_in().id, &[alice()]).await.is_ok(), "another provider's mapping");
}

#[tokio::test]
async fn whoever_shows_a_token_gets_the_pools_own_role_and_may_ask_for_no_other() {
    let desk = open().await;
    let grant = enhanced(&desk, &signed_in().id, &identity_token()).await.unwrap();
    assert_eq!(grant.session().role().unwrap().role, signed_in_role().arn(&account().id));
    let role = grant.session().role().unwrap().role.to_string();
    let asked = by_token(&desk, (&signed_in().id, Some(&role)), &identity_token()).await;
    assert_eq!(asked.err(), Some(Refusal::NotChosen(NotChosen::NotAllowed(role))));
}

#[tokio::test]
async fn a_pool_vouches_for_nobody_where_it_does_not_allow_the_classic_flow_or_nothing_was_proven() {
    for classic_flow in [None, Some(false)] {
        let desk = open().await;
        desk.write(|records| records.put_identity_pool(&IdentityPool { classic_flow, ..classic() })).await;
        let refused = vouched(&desk, &signed_in().id, &[alice()]).await.err();
        assert_eq!(refused, Some(Refusal::ClassicFlowOff), "{classic_flow:?}");
    }
    let desk = open().await;
    for shown in [vec![], vec![mallory()]] {
        let refused = vouched(&desk, &signed_in().id, &shown).await.err();
        assert_eq!(refused, Some(Refusal::Forbidden(signed_in().id)));
    }
}

#[tokio::test]
async fn a_token_takes_on_any_role_that_trusts_it_under_the_name_and_for_as_long_as_is_asked() {
    let desk = open().await;
    let grant = assume(&desk, &identity_token(), &for_role(&signed_in_role())).await.unwrap();
    let session = grant.session();
    assert_eq!(session.arn(), "arn:aws:sts::123456789012:assumed-role/signed-in/phone");
    assert_eq!((session.issued, session.expires), (NOW, NOW.after(Span::from_mins(15))));
    let [provider, user] = alice().key().amr(&identity_pool());
    let federation = Federation {
        provider: "cognito-identity.amazonaws.com".to_owned(),
        aud: identity_pool().id.to_string(),
        sub: signed_in().id.to_string(),
        amr: vec!["authenticated".to_owned(), provider, user],
    };
    assert_eq!(*crate::desk::federation(session), federation);
    let logins = vec![alice().key().clone()];
    assert_eq!(
        *session.identity().unwrap(),
        FromIdentity { identity: signed_in().id, pool: identity_pool().id, logins }
    );
    assert_eq!((&session.policies, session.packed_percent()), (&None, None));
}

#[tokio::test]
async fn a_guest_is_not_narrowed_in_the_classic_flow_and_is_by_the_same_token_in_the_enhanced_one() {
    let desk = open().await;
    let grant = assume(&desk, &guest_token(), &for_role(&guest_role())).await.unwrap();
    assert_eq!(grant.session().policies, None);
    let grant = enhanced(&desk, &guest().id, &guest_token()).await.unwrap();
    assert_eq!(grant.session().policies, Some(scope_down::of(&desk.house, &classic()).policies));
    assert_eq!(grant.session().role().unwrap().role, guest_role().arn(&account().id));
}

#[tokio::test]
async fn a_token_in_the_place_of_logins_gets_the_pools_own_role_for_an_hour() {
    let desk = open().await;
    let by_token = enhanced(&desk, &signed_in().id, &identity_token()).await.unwrap();
    let by_login = desk.credentials(&signed_in().id, &[alice()]).await.unwrap();
    assert_eq!(by_token.session(), by_login.session());
    let refused = enhanced(&desk, &guest().id, &identity_token()).await.err();
    assert_eq!(refused, Some(Refusal::Forbidden(guest().id)), "a token for somebody else");
    desk.write(|records| records.delete_identity(&signed_in())).await;
    let refused = enhanced(&desk, &guest().id, &identity_token()).await.err();
    assert_eq!(refused, Some(Refusal::Forbidden(guest().id)), "a token for somebody who is gone");
    desk.write(|records| records.put_identity(&signed_in())).await;
    let without = IdentityPool { roles: PoolRoles::default(), ..classic() };
    desk.write(|records| records.put_identity_pool(&without)).await;
    let refused = enhanced(&desk, &signed_in().id, &identity_token()).await.err();
    assert_eq!(refused, Some(Refusal::NotChosen(NotChosen::NoRole)));
}

#[tokio::test]
async fn a_role_that_does_not_trust_the_token_is_not_taken_on() {
    let desk = open().await;
    for (token, role) in [(identity_token(), guest_role()), (guest_token(), signed_in_role())] {
        let refused = assume(&desk, &token, &for_role(&role)).await.err();
        assert!(
            matches!(refused, Some(WebIdentityRefused::Role(AssumeRefused::NotTrusted { .. }))),
            "{refused:?}"
        );
    }
    for arn in ["arn:aws:iam::123456789012:role/gone", "arn:aws:iam::999999999999:role/signed-in"] {
        let asked = Asked { role: RoleArn::parse(arn).unwrap(), ..for_role(&signed_in_role()) };
        let refused = assume(&desk, &identity_token(), &asked).await.err();
        assert_eq!(refused, Some(WebIdentityRefused::Role(AssumeRefused::NoSuchRole(arn.to_owned()))));
    }
}

#[tokio::test]
async fn a_session_lives_no_longer_than_the_role_allows_and_only_who_is_let_in_is_told() {
    let desk = open().await;
    let hours = |hours| Asked { life: Span::from_hours(hours), ..for_role(&signed_in_role()) };
    assert!(assume(&desk, &identity_token(), &hours(1)).await.is_ok());
    let arn = signed_in_role().arn(&account().id).to_string();
    let refused = assume(&desk, &identity_token(), &hours(2)).await.err();
    assert_eq!(refused, Some(WebIdentityRefused::Role(AssumeRefused::TooLong(arn))));
    let refused = assume(&desk, &guest_token(), &hours(2)).await.err();
    assert!(matches!(refused, Some(WebIdentityRefused::Role(AssumeRefused::NotTrusted { .. }))));
    let longer = Role { longest_session: Span::from_hours(12), ..signed_in_role() };
    desk.write(|records| records.put_role(&longer)).await;
    assert!(assume(&desk, &identity_token(), &hours(12)).await.is_ok());
}

#[tokio::test]
async fn a_policy_narrows_the_session_if_it_can_be_read_and_is_not_too_large() {
    let desk = open().await;
    let with = |text: &str| Asked { policy: Some(text.to_owned()), ..for_role(&signed_in_role()) };
    let text =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    let grant = assume(&desk, &identity_token(), &with(text)).await.unwrap();
    let policies = grant.session().policies.as_deref().unwrap();
    assert_eq!(policies.iter().map(|policy| &*policy.document).collect::<Vec<_>>(), [text]);
    assert_eq!(grant.session().packed_percent(), Some(5), "{} of 2048 bytes", text.len());
    let refused = assume(&desk, &identity_token(), &with("{}")).await.err();
    assert_eq!(
        refused,
        Some(WebIdentityRefused::Passed(NotPassed::Malformed {
            name: "session policy".to_owned(),
            why: Malformed::Missing("Statement"),
        }))
    );
    let wide = text.replace("\"*\"", &format!("\"arn:aws:s3:::b/{}\"", "é".repeat(1900)));
    let refused = assume(&desk, &identity_token(), &with(&wide)).await.err();
    assert_eq!(refused, Some(WebIdentityRefused::Passed(NotPassed::TooLarge(191))));
    let refused = assume(&desk, &guest_token(), &with("{}")).await.err();
    assert!(
        matches!(refused, Some(WebIdentityRefused::Role(AssumeRefused::NotTrusted { .. }))),
        "{refused:?}"
    );
}

/// What became of an identity after its token was issued.
type Became = (&'static str, Refusal, fn(&mut store::records::Records<'_>));

#[tokio::test]
async fn a_token_whose_identity_has_gone_beyond_it_is_good_for_nothing() {
    let (alices, guests) = (signed_in().id, guest().id);
    let provider = alice().key().provider.clone();
    let of_alice: [Became; 9] = [
        (
            "of a pool that lists the provider no more",
            Refusal::UnsupportedProvider {
                key: provider.clone(),
                mistake: Mistake::UserPoolNotListed { listed: Vec::new() },
            },
            |records| {
                records.put_identity_pool(&IdentityPool { user_pools: Vec::new(), ..classic() });
            },
        ),
        (
            "proven by a user pool that is gone",
            Refusal::UnsupportedProvider { key: provider.clone(), mistake: Mistake::UserPoolGone },
            |records| records.delete_user_pool(&user_pool().id),
        ),
        (
            "of a pool of whose clients none is there",
            Refusal::UnsupportedProvider { key: provider, mistake: Mistake::ClientGone },
            |records| records.delete_client(&client()),
        ),
        ("deleted", Refusal::NoSuchIdentity(alices.clone()), |records| records.delete_identity(&signed_in())),
        ("of a pool that is gone", Refusal::NoSuchIdentity(alices.clone()), |records| {
            records.delete_identity_pool(&identity_pool().id);
        }),
        ("unlinked from the login", Refusal::Forbidden(alices.clone()), |records| {
            let others = vec![mallory().key().clone()];
            records.put_identity(&Identity { logins: others, ..signed_in() });
        }),
        ("left by its last login", Refusal::Forbidden(alices.clone()), |records| {
            records.put_identity(&Identity { logins: Vec::new(), ..signed_in() });
        }),
        ("merged into another", Refusal::Forbidden(alices.clone()), |records| {
            let standing = Standing::Disabled;
            records.put_identity(&Identity { standing, logins: Vec::new(), ..signed_in() });
        }),
        ("of another pool", Refusal::Forbidden(alices), |records| {
            records.put_identity_pool(&other_identity_pool());
            records.put_identity(&Identity { pool: other_identity_pool().id, ..signed_in() });
        }),
    ];
    let of_guest: [Became; 3] = [
        ("merged into another", Refusal::Forbidden(guests.clone()), |records| {
            records.put_identity(&Identity { standing: Standing::Disabled, ..guest() });
        }),
        ("promoted", Refusal::Forbidden(guests), |records| {
            let logins = vec![mallory().key().clone()];
            records.put_identity(&Identity { standing: Standing::Authenticated, logins, ..guest() });
        }),
        ("unwelcome", Refusal::GuestsUnwelcome, |records| {
            records.put_identity_pool(&IdentityPool { welcomes_guests: false, ..classic() });
        }),
    ];
    let rows = of_alice.map(|row| (row, identity_token(), signed_in(), signed_in_role()));
    let rows = rows.into_iter().chain(of_guest.map(|row| (row, guest_token(), guest(), guest_role())));
    for ((what, refusal, change), token, identity, role) in rows {
        let desk = open().await;
        desk.write(change).await;
        let at_sts = assume(&desk, &token, &for_role(&role)).await.err();
        assert_eq!(at_sts.unwrap().to_string(), refusal.to_string(), "{what}, at STS");
        let at_pool = enhanced(&desk, &identity.id, &token).await.err();
        assert_eq!(at_pool, Some(refusal), "{what}, at the pool");
    }
}

#[tokio::test]
async fn a_token_is_taken_nowhere_once_its_pool_no_longer_allows_the_classic_flow() {
    let desk = open().await;
    desk.write(|records| records.put_identity_pool(&identity_pool())).await;
    for (token, identity, role) in
        [(identity_token(), signed_in(), signed_in_role()), (guest_token(), guest(), guest_role())]
    {
        let refused = assume(&desk, &token, &for_role(&role)).await.err();
        assert_eq!(refused, Some(WebIdentityRefused::NotVouched(Refusal::ClassicFlowOff)));
        assert_eq!(enhanced(&desk, &identity.id, &token).await.err(), Some(Refusal::ClassicFlowOff));
    }
}

#[tokio::test]
async fn an_amr_that_no_pool_writes_proves_nothing() {
    let desk = open().await;
    let [provider, user] = alice().key().amr(&identity_pool());
    for amr in [
        vec![],
        vec!["authenticated"],
        vec!["unauthenticated", "authenticated"],
        vec!["unauthenticated", &provider, &user],
        vec!["authenticated", &user, "somebody:else"],
        vec!["authenticated", "cognito-idp.us-east-1.amazonaws.com/us-east-1_Stranger0"],
        vec![&provider, &user],
    ] {
        let token = identity_token().claim("amr", json!(amr));
        let refused = enhanced(&desk, &signed_in().id, &token).await.err();
        assert_eq!(refused, Some(Refusal::Forbidden(signed_in().id)), "{amr:?}");
    }
}
