//! Users whom a pool's own backend vouches for.

use crate::desk::{Desk, circumstances, federation, other_identity_pool, verified};
use crate::family::{alone, family, login};
use broker::iam::assume::Grant;
use broker::iam::circumstances::Transport;
use broker::iam::passed::Passed;
use broker::iam::web_identity::{self, WebIdentityRefused};
use broker::identity_pool::developer::{self, DeveloperRefused, LIFE, Vouching};
use broker::identity_pool::linking::{Change, MOST_LOGINS, Met};
use broker::identity_pool::{Refusal, credentials, pools};
use domain::identity_pool::developer::{DeveloperUser, DeveloperUserIdentifier};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::merge::{Merge, MergeCause};
use domain::identity_pool::options::{DisabledIds, PoolOptions};
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::principal_tag::{AttributeMap, BadClaim};
use domain::identity_pool::provider::DeveloperProviderName;
use domain::identity_pool::role_mapping::{RoleMapping, RoleSource, WhenAmbiguous};
use domain::identity_pool::token::OpenIdToken;
use domain::records::{IdentityPools, Merges, Stop};
use domain::tag::{BadTags, TagKey, TagValue, Tags};
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;
use login::identity_pool::{Issuer, VerifiedIdentity, verify};
use login::key_set::KeySet;
use login::seen::Seen;
use std::collections::BTreeMap;
use std::convert::Infallible;
use testkit::iam::{guest_role, signed_in_role};
use testkit::identity_pool::token_keys;
use testkit::tokens::{id_token, identity_token};
use testkit::{NOW, account};

const PROVIDER: &str = "login.my.app";

fn provider(name: &str) -> DeveloperProviderName {
    DeveloperProviderName::parse(name).unwrap()
}

/// The pool of [`family`], with a backend of its own.
fn pool() -> IdentityPool {
    IdentityPool { developer_provider: Some(provider(PROVIDER)), classic_flow: Some(true), ..family() }
}

async fn desks() -> [Desk; 2] {
    let desks = Desk::each().await;
    for desk in &desks {
        desk.write(|records| records.put_identity_pool(&pool())).await;
    }
    desks
}

fn user(name: &str) -> DeveloperUser {
    DeveloperUser { provider: provider(PROVIDER), user: DeveloperUserIdentifier::parse(name).unwrap() }
}

fn keys(user: &DeveloperUser, logins: &[VerifiedLogin]) -> Vec<LoginKey> {
    std::iter::once(user.login()).chain(logins.iter().map(|login| login.key().clone())).collect()
}

/// Somebody whom the backend vouches for, with these public logins, as this identity if one is named.
async fn vouch_at(
    desk: &Desk,
    user: &DeveloperUser,
    (proven, identity): (&[VerifiedLogin], Option<&IdentityId>),
    now: Timestamp,
) -> Result<(OpenIdToken, Change), Refusal> {
    let pool = pool().id;
    let asked = Vouching { pool: &pool, user, proven, identity, tags: &Tags::default(), life: LIFE };
    desk.ask(|records, entropy| developer::vouch(records, &desk.house, &asked, now, entropy)).await
}

async fn vouch(
    desk: &Desk,
    user: &DeveloperUser,
    proven: &[VerifiedLogin],
    identity: Option<&IdentityId>,
) -> Result<(IdentityId, Change), Refusal> {
    let (token, change) = vouch_at(desk, user, (proven, identity), NOW).await?;
    Ok((IdentityId::parse(&token.federation.sub).unwrap(), change))
}

/// The identity of somebody whom the backend vouches for alone.
async fn come(desk: &Desk, user: &DeveloperUser) -> IdentityId {
    vouch(desk, user, &[], None).await.unwrap().0
}

async fn identity(desk: &Desk, id: &IdentityId) -> Identity {
    desk.identity(id).await.unwrap()
}

#[tokio::test]
async fn a_user_of_the_backend_is_one_identity_for_good_and_has_a_token_for_a_quarter_of_an_hour() {
    for desk in desks().await {
        let (token, change) = vouch_at(&desk, &user("u:1"), (&[], None), NOW).await.unwrap();
        assert_eq!(change, Change::default());
        assert_eq!((token.issued, token.expires), (NOW, NOW.after(Span::from_mins(15))));
        let pool = pool().id;
        let amr = ["authenticated".to_owned(), PROVIDER.to_owned(), format!("{PROVIDER}:{pool}:u:1")];
        assert_eq!((&token.federation.aud, &token.federation.amr), (&pool.to_string(), &amr.to_vec()));
        let id = come(&desk, &user("u:1")).await;
        assert_eq!(id.as_str(), token.federation.sub);
        let known = identity(&desk, &id).await;
        assert_eq!((known.standing, known.logins), (Standing::Authenticated, keys(&user("u:1"), &[])));
        assert_ne!(come(&desk, &user("u:2")).await, id);
        assert_eq!(vouch(&desk, &user("u:1"), &[], Some(&id)).await, Ok((id, Change::default())));
    }
}

#[tokio::test]
async fn a_token_ends_no_later_than_the_first_of_the_public_logins_shown_with_it() {
    let first = verified(&id_token().claim("exp", NOW.secs() + 300), &pool());
    let second = login(1, "b");
    assert!(second.expires() > first.expires());
    for desk in desks().await {
        let (pool, user) = (pool().id, user("u"));
        for (life, proven, expires) in [
            (Span::from_hours(24), vec![first.clone()], first.expires()),
            (Span::from_hours(24), vec![second.clone(), first.clone()], first.expires()),
            (Span::from_mins(2), vec![first.clone()], NOW.after(Span::from_mins(2))),
            (Span::from_hours(24), vec![], NOW.after(Span::from_hours(24))),
        ] {
            let (proven, tags) = (&proven, &Tags::default());
            let asked = Vouching { pool: &pool, user: &user, proven, identity: None, tags, life };
            let vouching =
                desk.ask(|records, dice| developer::vouch(records, &desk.house, &asked, NOW, dice));
            assert_eq!(vouching.await.unwrap().0.expires, expires);
        }
    }
}

#[tokio::test]
async fn public_logins_beside_the_users_are_linked_and_each_finds_the_identity() {
    for desk in desks().await {
        let shown = [login(0, "a"), login(1, "b")];
        let (id, _) = vouch(&desk, &user("u"), &shown, None).await.unwrap();
        assert_eq!(identity(&desk, &id).await.logins, keys(&user("u"), &shown));
        for one in &shown {
            assert_eq!(desk.get_id(&alone(one)).await.as_ref(), Ok(&id));
        }
        let (token, change) = vouch_at(&desk, &user("u"), (&[login(2, "c")], None), NOW).await.unwrap();
        assert_eq!((token.federation.sub.as_str(), change.linked.len()), (id.as_str(), 1));
        assert_eq!(token.federation.amr.len(), 5, "what was shown, not all that is linked");
    }
}

#[tokio::test]
async fn a_user_whose_login_is_anothers_identity_makes_the_two_one_where_no_identity_is_named() {
    for desk in desks().await {
        let older = desk.get_id(&[login(0, "a")]).await.unwrap();
        let later = NOW.after(Span::from_mins(1));
        let younger = vouch_at(&desk, &user("u"), (&[], None), later).await.unwrap().0.federation.sub;
        let (id, change) = vouch(&desk, &user("u"), &[login(0, "a")], None).await.unwrap();
        assert_eq!((&id, change.merged[0].as_str()), (&older, younger.as_str()));
        assert_eq!(come(&desk, &user("u")).await, older);
    }
}

#[tokio::test]
async fn a_guest_who_is_named_is_promoted() {
    for desk in desks().await {
        let guest = desk.get_id(&[]).await.unwrap();
        let (id, change) = vouch(&desk, &user("u"), &[login(0, "a")], Some(&guest)).await.unwrap();
        let linked = keys(&user("u"), &[login(0, "a")]);
        assert_eq!((&id, change), (&guest, Change { promoted: true, linked, merged: Vec::new() }));
        assert_eq!(come(&desk, &user("u")).await, guest);
    }
}

#[tokio::test]
async fn an_identity_that_is_named_is_linked_only_with_one_of_its_logins() {
    for desk in desks().await {
        let id = desk.get_id(&[login(0, "a")]).await.unwrap();
        for shown in [vec![], vec![login(1, "b")]] {
            let refused = vouch(&desk, &user("u"), &shown, Some(&id)).await;
            assert_eq!(refused, Err(Refusal::Developer(DeveloperRefused::NoneOfItsLogins(id.clone()))));
        }
        for name in ["u", "v"] {
            let (linked, _) = vouch(&desk, &user(name), &[login(0, "a")], Some(&id)).await.unwrap();
            assert_eq!(
                (linked, come(&desk, &user(name)).await),
                (id.clone(), id.clone()),
                "one of several users"
            );
        }
        // From then on the user's own name is one of its logins.
        let (_, change) = vouch(&desk, &user("u"), &[login(1, "b")], Some(&id)).await.unwrap();
        assert_eq!(change.linked, [login(1, "b").key().clone()]);
    }
}

#[tokio::test]
async fn what_another_identity_holds_is_refused_where_one_is_named_and_nothing_changes() {
    for desk in desks().await {
        let other = come(&desk, &user("u")).await;
        let a = desk.get_id(&[login(0, "a")]).await.unwrap();
        let guest = desk.get_id(&[]).await.unwrap();
        let before = desk.everything().await;
        let registered = || {
            Refusal::Developer(DeveloperRefused::Registered { user: user("u").user, identity: other.clone() })
        };
        for (id, shown) in [(&guest, vec![]), (&a, vec![]), (&a, vec![login(0, "a")])] {
            assert_eq!(vouch(&desk, &user("u"), &shown, Some(id)).await, Err(registered()));
        }
        let elsewhere =
            || Refusal::Developer(DeveloperRefused::LinkedElsewhere(login(0, "a").key().provider.clone()));
        for (id, name) in [(&guest, "v"), (&other, "u")] {
            let refused = vouch(&desk, &user(name), &[login(0, "a")], Some(id)).await;
            assert_eq!(refused, Err(elsewhere()));
        }
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn identities_that_are_not_there_disabled_or_of_another_pool_are_refused() {
    for desk in desks().await {
        desk.write(|records| records.put_identity_pool(&other_identity_pool())).await;
        let guest = desk.get_id(&[]).await.unwrap();
        desk.get_id(&[login(0, "a")]).await.unwrap();
        desk.credentials(&guest, &[login(0, "a")]).await.unwrap();
        let foreign = desk.get_id_of(&other_identity_pool().id, &[]).await.unwrap();
        for id in [guest, foreign] {
            assert_eq!(vouch(&desk, &user("u"), &[], Some(&id)).await, Err(Refusal::Forbidden(id)));
        }
        let nowhere = IdentityId::parse("us-east-1:0").unwrap();
        let refused = vouch(&desk, &user("u"), &[], Some(&nowhere)).await;
        assert_eq!(refused, Err(Refusal::NoSuchIdentity(nowhere)));
        let foreign = verified(&id_token(), &other_identity_pool());
        let refused = vouch(&desk, &user("u"), &alone(&foreign), None).await;
        let theirs = foreign.key().provider.clone();
        assert!(matches!(refused, Err(Refusal::UnsupportedProvider { key, .. }) if key == theirs));
    }
}

#[tokio::test]
async fn a_disabled_identity_that_leads_on_leads_whom_the_backend_proves() {
    for desk in desks().await {
        let options = PoolOptions { disabled_ids: DisabledIds::Resolved, ..PoolOptions::default() };
        desk.write(|records| records.put_identity_pool(&IdentityPool { options: options.clone(), ..pool() }))
            .await;
        let guest = desk.get_id(&[]).await.unwrap();
        let id = desk.get_id(&[login(0, "a")]).await.unwrap();
        desk.credentials(&guest, &[login(0, "a")]).await.unwrap();
        let refused = vouch(&desk, &user("u"), &[], Some(&guest)).await;
        assert_eq!(refused, Err(Refusal::Forbidden(guest.clone())));
        let (led, _) = vouch(&desk, &user("u"), &[login(0, "a")], Some(&guest)).await.unwrap();
        assert_eq!(led, id);
        assert_eq!(vouch(&desk, &user("u"), &[], Some(&guest)).await.unwrap().0, id);
    }
}

#[tokio::test]
async fn only_the_pools_own_backend_vouches_for_users() {
    let desk = Desk::open().await;
    for own in [None, Some("login.other"), Some("login.my.app.too"), Some("LOGIN.MY.APP")] {
        let pool = IdentityPool { developer_provider: own.map(provider), ..family() };
        desk.write(|records| records.put_identity_pool(&pool)).await;
        assert_eq!(
            vouch(&desk, &user("u"), &[], None).await,
            Err(Refusal::Developer(DeveloperRefused::NotItsProvider)),
            "{own:?}"
        );
    }
}

#[tokio::test]
async fn a_backend_goes_by_no_name_that_means_something_else() {
    let desk = Desk::open().await;
    let openid = pools_with_openid("login.example");
    let names = [
        "authenticated",
        "unauthenticated",
        "cognito-identity.amazonaws.com",
        "accounts.google.com",
        "graph.facebook.com",
        "api.twitter.com",
        "login.example",
    ];
    for name in names {
        let asked = IdentityPool { developer_provider: Some(provider(name)), ..openid.clone() };
        let taken = Err(Refusal::Developer(DeveloperRefused::ProviderTaken(provider(name))));
        let made = IdentityPool { id: other_identity_pool().id, ..asked.clone() };
        assert_eq!(desk.ask(|records, _| pools::create(records, &desk.house, &made)).await, taken, "{name}");
        let changed = desk.ask(|records, _| pools::update(records, &desk.house, &asked, None)).await;
        assert_eq!(changed.map(|_| ()), taken, "{name}");
    }
    // Nor does somebody else get the name of a backend.
    let own = IdentityPool { developer_provider: Some(provider("login.example")), ..family() };
    desk.write(|records| records.put_identity_pool(&own)).await;
    let changed = desk.ask(|records, _| pools::update(records, &desk.house, &openid, None)).await;
    assert_eq!(
        changed.map(|_| ()),
        Err(Refusal::Developer(DeveloperRefused::ProviderTaken(provider("login.example"))))
    );
}

fn pools_with_openid(host: &str) -> IdentityPool {
    let arn = format!("arn:aws:iam::123456789012:oidc-provider/{host}");
    let listed = domain::identity_pool::provider::OpenIdProviderArn::parse(&arn).unwrap();
    IdentityPool { openid_providers: vec![listed], ..family() }
}

#[tokio::test]
async fn an_identity_holds_no_more_logins_with_users_than_without() {
    let desk = &desks().await[0];
    let most: Vec<VerifiedLogin> = (0..MOST_LOGINS).map(|n| login(n, "a")).collect();
    assert_eq!(vouch(desk, &user("u"), &most, None).await.err(), Some(Refusal::TooManyLogins));
    let (id, _) = vouch(desk, &user("u"), &most[1..], None).await.unwrap();
    assert_eq!(identity(desk, &id).await.logins.len(), MOST_LOGINS);
    let refused = vouch(desk, &user("u"), &[login(0, "b"), login(1, "b")], Some(&id)).await;
    let second = login(1, "b").key().provider.clone();
    assert_eq!(refused.err(), Some(Refusal::SecondLogin(second)));
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let parsed =
        pairs.iter().map(|(key, value)| (TagKey::parse(key).unwrap(), TagValue::parse(value).unwrap()));
    Tags::try_from(parsed.collect::<BTreeMap<_, _>>()).unwrap()
}

/// The tags of the token of a user to whom the backend gives these, with a login whose `sub` becomes the tag `who`.
async fn tagged(desk: &Desk, tags: &Tags, proven: &[VerifiedLogin]) -> Result<Tags, Refusal> {
    let (pool, user) = (pool().id, user("tagged"));
    let asked = Vouching { pool: &pool, user: &user, proven, identity: None, tags, life: LIFE };
    let vouching = desk.ask(|records, entropy| developer::vouch(records, &desk.house, &asked, NOW, entropy));
    Ok(vouching.await?.0.tags)
}

#[tokio::test]
async fn tags_are_what_the_backend_says_beside_what_follows_from_public_logins() {
    for desk in desks().await {
        let claims = BTreeMap::from([(TagKey::parse("who").unwrap(), "sub".to_owned())]);
        let map = AttributeMap::new(false, claims).unwrap();
        let provider = login(0, "a").key().provider.clone();
        let mapped = IdentityPool { principal_tags: BTreeMap::from([(provider, map)]), ..pool() };
        desk.write(|records| records.put_identity_pool(&mapped)).await;
        let team = tags(&[("team", "x")]);
        assert_eq!(tagged(&desk, &team, &[]).await, Ok(team.clone()));
        let shown = [login(0, "a")];
        assert_eq!(tagged(&desk, &team, &shown).await, Ok(tags(&[("team", "x"), ("who", "a")])));
        assert_eq!(tagged(&desk, &tags(&[("who", "a")]), &shown).await, Ok(tags(&[("who", "a")])));
        let before = desk.everything().await;
        let conflict = BadClaim::Conflict(TagKey::parse("who").unwrap());
        let alike = BadClaim::Tags(BadTags::Alike(TagKey::parse("who").unwrap()));
        for (said, bad) in [(tags(&[("who", "b")]), conflict), (tags(&[("Who", "a")]), alike)] {
            let refused = tagged(&desk, &said, &shown).await;
            assert_eq!(refused, Err(Refusal::Developer(DeveloperRefused::Tags(bad))));
        }
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn tags_that_no_session_has_room_for_are_refused_before_anybody_gets_a_token() {
    let value = |length: usize| "v".repeat(length);
    for desk in desks().await {
        let fits = tags(&[("a", &value(229)), ("b", &value(229))]);
        assert_eq!(tagged(&desk, &fits, &[]).await, Ok(fits));
        let over = tags(&[("a", &value(229)), ("b", &value(230))]);
        let before = desk.everything().await;
        let refused = Refusal::Developer(DeveloperRefused::TagsTooLarge { percent: 101 });
        assert_eq!(tagged(&desk, &over, &[]).await, Err(refused));
        assert_eq!(desk.everything().await, before);
    }
}

/// The token that was given, signed and proven.
fn proven(token: &OpenIdToken) -> VerifiedIdentity {
    let text = identity_token().claim("sub", token.federation.sub.as_str());
    let text = text.claim("amr", token.federation.amr.clone()).text();
    let issuer = Issuer {
        names: ["https://cognito-identity.amazonaws.com"; 2].map(str::to_owned),
        keys: KeySet::of(token_keys().published(NOW).map(|key| key.public)),
        revoked_before: Timestamp::default(),
    };
    verify(&text, &issuer, &Seen::default(), NOW).unwrap()
}

async fn enhanced(desk: &Desk, token: &OpenIdToken) -> Result<Grant, Refusal> {
    let (token, id) = (proven(token), IdentityId::parse(&token.federation.sub).unwrap());
    let asked = credentials::Asked { identity: &id, role: None, transport: Transport::Plain };
    Ok(desk.ask(|records, _| credentials::for_token(records, &desk.house, asked, &token, NOW)).await?.grant)
}

async fn classic(desk: &Desk, token: &OpenIdToken) -> Result<Grant, WebIdentityRefused> {
    let (token, role) = (proven(token), signed_in_role().arn(&account().id));
    let life = Span::from_mins(15);
    let circumstances = &circumstances();
    let asked = web_identity::Asked {
        role: &role,
        session_name: "app",
        life,
        passed: Passed::default(),
        circumstances,
    };
    desk.ask(|records, _| web_identity::assume(records, &desk.house, &token, asked, NOW)).await
}

#[tokio::test]
async fn a_token_is_good_for_both_flows_where_the_pool_allows_both() {
    for desk in desks().await {
        let (token, _) = vouch_at(&desk, &user("u"), (&[login(0, "a")], None), NOW).await.unwrap();
        for grant in [enhanced(&desk, &token).await.unwrap(), classic(&desk, &token).await.unwrap()] {
            let session = grant.session();
            assert_eq!(*federation(session), token.federation);
            assert_eq!(session.identity().unwrap().logins, keys(&user("u"), &[login(0, "a")]));
            assert_ne!(session.role().unwrap().role, guest_role().arn(&account().id));
        }
        let closed = IdentityPool { classic_flow: None, ..pool() };
        desk.write(|records| records.put_identity_pool(&closed)).await;
        let off = WebIdentityRefused::NotVouched(Refusal::ClassicFlowOff);
        assert_eq!(classic(&desk, &token).await.err(), Some(off));
        assert!(enhanced(&desk, &token).await.is_ok());
    }
}

#[tokio::test]
async fn whom_the_backend_vouches_for_gets_the_pools_own_role_whatever_is_mapped_for_the_public_logins() {
    for desk in desks().await {
        let (token, _) = vouch_at(&desk, &user("u"), (&[login(0, "a")], None), NOW).await.unwrap();
        let mapping = RoleMapping { source: RoleSource::Token, ambiguous: WhenAmbiguous::Deny };
        let role_mappings = BTreeMap::from([(login(0, "a").mapped_as(), mapping)]);
        desk.write(|records| {
            records.put_identity_pool(&IdentityPool { role_mappings: role_mappings.clone(), ..pool() });
        })
        .await;
        let role = signed_in_role().arn(&account().id);
        assert_eq!(enhanced(&desk, &token).await.unwrap().session().role().unwrap().role, role);
        assert!(classic(&desk, &token).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_that_the_backend_had_no_part_in_is_none_of_its_though_the_identity_holds_its_user() {
    let mapping = RoleMapping { source: RoleSource::Token, ambiguous: WhenAmbiguous::Deny };
    let role_mappings = BTreeMap::from([(login(0, "a").mapped_as(), mapping)]);
    for desk in desks().await {
        let (mut token, _) = vouch_at(&desk, &user("u"), (&[login(0, "a")], None), NOW).await.unwrap();
        let public = login(0, "a").key().amr(&pool());
        token.federation.amr = [vec!["authenticated".to_owned()], public.to_vec()].concat();
        assert!(enhanced(&desk, &token).await.is_ok());
        let closed = IdentityPool { classic_flow: None, ..pool() };
        desk.write(|records| records.put_identity_pool(&closed)).await;
        assert_eq!(enhanced(&desk, &token).await.err(), Some(Refusal::ClassicFlowOff));
        let mapped = IdentityPool { role_mappings: role_mappings.clone(), ..pool() };
        desk.write(|records| records.put_identity_pool(&mapped)).await;
        let no = || Refusal::RoleMapped(login(0, "a").key().provider.clone());
        assert_eq!(enhanced(&desk, &token).await.err(), Some(no()));
        assert_eq!(classic(&desk, &token).await.err(), Some(WebIdentityRefused::NotVouched(no())));
    }
}

async fn merge_into(desk: &Desk, source: &str, destination: &str, now: Timestamp) -> Result<Met, Refusal> {
    let (pool, users) = (pool().id, (&user(source), &user(destination)));
    desk.ask(|records, _| developer::merge(records, &pool, users, now)).await
}

async fn unlink(desk: &Desk, id: &IdentityId, name: &str) -> Result<Vec<LoginKey>, Refusal> {
    let (pool, named) = (pool().id, (id, &user(name)));
    desk.ask(|records, _| developer::unlink(records, &pool, named, NOW)).await
}

async fn lookup(desk: &Desk, id: Option<&IdentityId>, name: Option<&str>) -> Result<IdentityId, Refusal> {
    let (pool, name) = (pool().id, name.map(|name| user(name).user));
    let (identity, own) = desk.ask(|records, _| developer::lookup(records, &pool, id, name.as_ref())).await?;
    assert_eq!(own, provider(PROVIDER));
    Ok(identity.id)
}

#[tokio::test]
async fn the_identity_of_the_second_user_goes_on_whichever_is_older_and_the_journal_tells_it() {
    for desk in desks().await {
        let (older, _) = vouch(&desk, &user("source"), &[login(0, "a")], None).await.unwrap();
        let later = NOW.after(Span::from_mins(1));
        let younger = vouch_at(&desk, &user("destination"), (&[login(1, "b")], None), later).await.unwrap().0;
        let met = merge_into(&desk, "source", "destination", later).await.unwrap();
        assert_eq!(met.identity.id.as_str(), younger.federation.sub);
        assert_eq!(met.change, Change { merged: vec![older.clone()], ..Change::default() });
        for name in ["source", "destination"] {
            assert_eq!(come(&desk, &user(name)).await, met.identity.id);
        }
        assert_eq!(desk.get_id(&[login(0, "a")]).await.as_ref(), Ok(&met.identity.id));
        let left = identity(&desk, &older).await;
        assert_eq!((left.standing, left.logins.len()), (Standing::Disabled, 0));
        let merge = Merge {
            pool: pool().id,
            survivor: met.identity.id.clone(),
            disabled: older.clone(),
            cause: MergeCause::UsersMerged,
            logins: keys(&user("source"), &[login(0, "a")]),
            at: later,
        };
        let journal = desk.ask(|records, _| Ok::<_, Stop<Infallible>>(records.merge_of(&older)?)).await;
        assert_eq!(journal, Ok(Some(merge)));
        let before = desk.everything().await;
        let again = merge_into(&desk, "source", "destination", later).await.unwrap();
        assert_eq!((again.identity.id, again.change), (met.identity.id, Change::default()));
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn users_are_not_merged_if_one_is_unknown_or_their_identities_cannot_be_one() {
    for desk in desks().await {
        vouch(&desk, &user("a"), &[login(0, "a")], None).await.unwrap();
        vouch(&desk, &user("b"), &[login(0, "b")], None).await.unwrap();
        let many: Vec<VerifiedLogin> = (1..MOST_LOGINS).map(|n| login(n, "c")).collect();
        vouch(&desk, &user("c"), &many, None).await.unwrap();
        let before = desk.everything().await;
        let second = login(0, "a").key().provider.clone();
        assert_eq!(merge_into(&desk, "a", "b", NOW).await, Err(Refusal::SecondLogin(second)));
        assert_eq!(merge_into(&desk, "a", "c", NOW).await, Err(Refusal::TooManyLogins));
        for (source, destination) in [("a", "nobody"), ("nobody", "a")] {
            let refused = merge_into(&desk, source, destination, NOW).await;
            assert_eq!(refused, Err(Refusal::NobodyHolds(user("nobody").login())));
        }
        let stranger = DeveloperUser { provider: provider("login.other"), ..user("a") };
        let refused =
            desk.ask(|records, _| developer::merge(records, &pool().id, (&stranger, &stranger), NOW)).await;
        assert_eq!(refused, Err(Refusal::Developer(DeveloperRefused::NotItsProvider)));
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn a_user_who_was_unlinked_is_somebody_new_and_the_last_one_leaves_nobody_behind() {
    for desk in desks().await {
        let (id, _) = vouch(&desk, &user("u"), &[login(0, "a")], None).await.unwrap();
        let (token, _) = vouch_at(&desk, &user("u"), (&[], None), NOW).await.unwrap();
        let other = come(&desk, &user("v")).await;
        let before = desk.everything().await;
        for (held, name) in [(&id, "v"), (&other, "u")] {
            let holder = if name == "v" { &other } else { &id };
            assert_eq!(
                unlink(&desk, held, name).await,
                Err(Refusal::Developer(DeveloperRefused::UserElsewhere(holder.clone())))
            );
        }
        let refused = unlink(&desk, &id, "nobody").await;
        assert_eq!(refused, Err(Refusal::NobodyHolds(user("nobody").login())));
        assert_eq!(desk.everything().await, before);

        assert_eq!(unlink(&desk, &id, "u").await, Ok(vec![user("u").login()]));
        assert_eq!(enhanced(&desk, &token).await.err(), Some(Refusal::Forbidden(id.clone())));
        assert_eq!(desk.get_id(&[login(0, "a")]).await, Ok(id.clone()));
        assert_ne!(come(&desk, &user("u")).await, id);
        unlink(&desk, &other, "v").await.unwrap();
        let left = identity(&desk, &other).await;
        assert_eq!((left.standing, left.logins), (Standing::Authenticated, vec![]));
        assert_eq!(desk.credentials(&other, &[]).await.err(), Some(Refusal::Forbidden(other.clone())));
        let refused = vouch(&desk, &user("v"), &[], Some(&other)).await;
        assert_eq!(refused, Err(Refusal::Developer(DeveloperRefused::NoneOfItsLogins(other))));
    }
}

#[tokio::test]
async fn an_identity_is_looked_up_by_its_id_its_user_or_both() {
    for desk in desks().await {
        let (id, other) = (come(&desk, &user("u")).await, come(&desk, &user("v")).await);
        for (named, user) in [(Some(&id), None), (None, Some("u")), (Some(&id), Some("u"))] {
            assert_eq!(lookup(&desk, named, user).await.as_ref(), Ok(&id));
        }
        let refused = lookup(&desk, Some(&id), Some("v")).await;
        assert_eq!(refused, Err(Refusal::Developer(DeveloperRefused::UserElsewhere(other))));
        assert_eq!(lookup(&desk, None, None).await, Err(Refusal::Developer(DeveloperRefused::NobodyNamed)));
        let nobody = Refusal::NobodyHolds(user("nobody").login());
        assert_eq!(lookup(&desk, None, Some("nobody")).await, Err(nobody));
        desk.write(|records| records.put_identity_pool(&family())).await;
        assert_eq!(
            lookup(&desk, Some(&id), None).await,
            Err(Refusal::Developer(DeveloperRefused::NotItsProvider))
        );
    }
}
