//! Going on with a sign-in, and what ends it.

use crate::desk::Desk;
use broker::iam::revocations;
use broker::user_pool::refresh::{Asked, refresh};
use broker::user_pool::sign_in::{SignInRefused, SignedIn};
use broker::user_pool::sign_out::login_of;
use broker::user_pool::{clients, pools, users};
use data_encoding::BASE64URL_NOPAD;
use domain::entropy::draw;
use domain::iam::revocation::Revocable;
use domain::records::{Stop, UserPools, UserSessions};
use domain::seal::SealingKey;
use domain::secret::Secret;
use domain::time::{Span, Timestamp};
use domain::user_pool::client::{AuthFlow, Client, ClientId, SealedClientSecret, SecretUnproven};
use domain::user_pool::lives::{TimeUnit, TokenLife, TokenLives};
use domain::user_pool::session::{MOST_SESSIONS, RefreshToken, UserSession};
use domain::user_pool::user::{AttributeName, User, UserStatus};
use serde_json::Value;
use std::convert::Infallible;
use testkit::NOW;
use testkit::entropy::Counting;
use testkit::keys::sealing_key;
use testkit::user_pool::{client, hash_of, other_client, user, user_pool};

fn later(hours: u32) -> Timestamp {
    NOW.after(Span::from_hours(hours))
}

impl Desk {
    async fn refresh_token(&self, now: Timestamp) -> RefreshToken {
        let session = self.sign_in(now).await.ok().unwrap().session;
        session.refresh_token(&sealing_key(), &self.entropy).unwrap()
    }

    async fn refresh_with(
        &self,
        (client, secret_hash): (&ClientId, Option<&str>),
        token: &RefreshToken,
        key: &SealingKey,
        now: Timestamp,
    ) -> Result<SignedIn, SignInRefused> {
        let asked = Asked { client, token, secret_hash };
        let ask = self.ask(|records, entropy| refresh(records, &self.house, (&asked, key), now, entropy));
        ask.await
    }

    async fn refresh(&self, token: &RefreshToken, now: Timestamp) -> Result<SignedIn, SignInRefused> {
        self.refresh_with((&client().id, None), token, &sealing_key(), now).await
    }

    async fn sessions(&self) -> Vec<UserSession> {
        let (pool, name) = (user_pool().id, user().username);
        let asking = self
            .ask(|records, _| Ok::<_, Stop<Infallible>>(records.user_sessions(&pool, &name, usize::MAX)?));
        asking.await.unwrap()
    }
}

fn claims(signed_in: &SignedIn) -> [Value; 2] {
    let SignedIn { user, client, issue, .. } = signed_in;
    let entropy = Counting::new();
    [issue.id_claims(user, client, "issuer", &entropy), issue.access_claims(user, client, "issuer", &entropy)]
}

fn is_invalid(refused: Option<SignInRefused>) -> bool {
    matches!(refused, Some(SignInRefused::InvalidToken(_)))
}

#[tokio::test]
async fn further_tokens_are_of_the_same_sign_in_and_of_the_user_as_they_are_now() {
    for desk in Desk::each().await {
        let first = desk.sign_in(NOW).await.ok().unwrap();
        let token = first.session.refresh_token(&sealing_key(), &desk.entropy).unwrap();
        let changed = User {
            attributes: [(AttributeName::parse("nickname").unwrap(), "al".to_owned())].into(),
            ..user()
        };
        desk.write(|records| records.put_user(&changed)).await;
        let second = desk.refresh(&token, later(5)).await.ok().unwrap();
        for (first, second) in claims(&first).into_iter().zip(claims(&second)) {
            for same in ["sub", "auth_time", "origin_jti", "token_use"] {
                assert_eq!(first[same], second[same], "{same}");
            }
            assert_eq!(second["iat"], later(5).secs());
            assert_eq!(second["exp"], later(6).secs());
            assert_ne!(first["event_id"], second["event_id"]);
        }
        let [id, _] = claims(&second);
        assert_eq!((id["nickname"].as_str(), id.get("email")), (Some("al"), None));
        assert_eq!(desk.sessions().await.len(), 1);
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_until_its_life_ends() {
    let desk = Desk::open().await;
    let token = desk.refresh_token(NOW).await;
    let end = later(30 * 24);
    assert!(desk.refresh(&token, Timestamp::from_millis(end.millis() - 1)).await.is_ok());
    assert_eq!(desk.refresh(&token, end).await.err(), Some(SignInRefused::TokenExpired));
    let refresh = TokenLife::of(2, TimeUnit::Hours);
    let lives = TokenLives::new(TokenLife::default(), TokenLife::default(), refresh).unwrap();
    let short = Client { lives, ..client() };
    desk.write(|records| records.put_client(&short)).await;
    let token = desk.refresh_token(NOW).await;
    assert!(desk.refresh(&token, later(1)).await.is_ok());
    assert_eq!(desk.refresh(&token, later(2)).await.err(), Some(SignInRefused::TokenExpired));
}

#[tokio::test]
async fn a_refresh_token_is_good_for_the_client_that_it_was_given_to_and_no_other() {
    let desk = Desk::open().await;
    desk.write(|records| records.put_client(&other_client())).await;
    let token = desk.refresh_token(NOW).await;
    let other = other_client().id;
    let refused = desk.refresh_with((&other, None), &token, &sealing_key(), NOW).await.err();
    assert!(is_invalid(refused));
    let unknown = ClientId::parse("unknown").unwrap();
    let refused = desk.refresh_with((&unknown, None), &token, &sealing_key(), NOW).await.err();
    assert_eq!(refused, Some(SignInRefused::NoSuchClient(unknown)));
}

#[tokio::test]
async fn a_changed_token_or_one_of_another_key_is_good_for_nothing() {
    let desk = Desk::open().await;
    let token = desk.refresh_token(NOW).await;
    let bytes = BASE64URL_NOPAD.decode(token.reveal().as_bytes()).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let changed = RefreshToken::new(BASE64URL_NOPAD.encode(&changed));
        assert!(is_invalid(desk.refresh(&changed, NOW).await.err()), "byte {at}");
    }
    for text in ["", "x", "a.b.c.d.e", "=", &format!("{}=", token.reveal())] {
        assert!(is_invalid(desk.refresh(&RefreshToken::new(text.to_owned()), NOW).await.err()), "{text}");
    }
    let other = SealingKey::derive(&Secret::new([8; 32]), "test").unwrap();
    let elsewhere = desk.refresh_with((&client().id, None), &token, &other, NOW).await.err();
    assert!(is_invalid(elsewhere), "another server's key does not open it");
}

#[tokio::test]
async fn a_server_whose_records_were_wiped_knows_no_old_token_even_if_the_same_is_made_anew() {
    let desk = Desk::open().await;
    let token = desk.refresh_token(NOW).await;
    desk.store.wipe().await.unwrap();
    desk.write(|records| {
        records.put_user_pool(&user_pool());
        records.put_client(&client());
        records.put_user(&user());
    })
    .await;
    assert!(is_invalid(desk.refresh(&token, NOW).await.err()));
}

#[tokio::test]
async fn a_sign_in_from_before_a_revocation_that_means_it_is_not_gone_on_with() {
    for desk in Desk::each().await {
        let login = login_of(&desk.house, &user());
        let alone = [Revocable::Provider(login.provider.clone()), Revocable::Login(login)];
        for whom in [None, Some(&alone[0]), Some(&alone[1])] {
            let token = desk.refresh_token(NOW).await;
            assert!(desk.refresh(&token, later(1)).await.is_ok());
            let revoking = desk.ask(|records, _| {
                let revoked = match whom {
                    None => revocations::revoke_everything(records, NOW),
                    Some(whom) => revocations::revoke(records, [whom.clone()], NOW),
                };
                revoked.map_err(Stop::<Infallible>::from)
            });
            revoking.await.unwrap();
            assert!(is_invalid(desk.refresh(&token, later(1)).await.err()), "{whom:?}");
            let token = desk.refresh_token(NOW).await;
            assert!(
                desk.refresh(&token, later(1)).await.is_ok(),
                "signed in after it, in the same millisecond"
            );
        }
    }
}

#[tokio::test]
async fn a_client_may_refresh_if_its_flows_say_so_or_nobody_said_anything() {
    let desk = Desk::open().await;
    let token = desk.refresh_token(NOW).await;
    for (auth_flows, expected) in [
        (None, None),
        (Some(vec![AuthFlow::RefreshToken]), None),
        (Some(vec![AuthFlow::UserPassword]), Some(SignInRefused::FlowNotEnabled(AuthFlow::RefreshToken))),
    ] {
        let client = Client { auth_flows, ..client() };
        desk.write(|records| records.put_client(&client)).await;
        assert_eq!(desk.refresh(&token, NOW).await.err(), expected);
    }
}

#[tokio::test]
async fn whoever_refreshes_through_a_client_with_a_secret_must_know_it() {
    let desk = Desk::open().await;
    let token = desk.refresh_token(NOW).await;
    let secret = SealedClientSecret::draw(&client().id, &sealing_key(), &Counting::new()).unwrap();
    let confidential = Client { secret: Some(secret), ..client() };
    desk.write(|records| records.put_client(&confidential)).await;
    let refused = desk.refresh(&token, NOW).await.err();
    assert_eq!(refused, Some(SignInRefused::Secret(SecretUnproven::NotShown(client().id))));
    let wrong = (&client().id, Some("AAAA"));
    let refused = desk.refresh_with(wrong, &token, &sealing_key(), NOW).await.err();
    assert_eq!(refused, Some(SignInRefused::Secret(SecretUnproven::Wrong(client().id))));
}

#[tokio::test]
async fn a_user_who_is_disabled_gone_replaced_or_must_change_their_password_refreshes_nothing() {
    let desk = Desk::open().await;
    let token = desk.refresh_token(NOW).await;
    let disabled = User { is_enabled: false, ..user() };
    desk.write(|records| records.put_user(&disabled)).await;
    assert_eq!(desk.refresh(&token, NOW).await.err(), Some(SignInRefused::Disabled));
    let namesake = User { sub: "another".to_owned(), ..user() };
    desk.write(|records| records.put_user(&namesake)).await;
    assert!(is_invalid(desk.refresh(&token, NOW).await.err()));
    let temporary = User { status: UserStatus::ForceChangePassword, ..user() };
    desk.write(|records| records.put_user(&temporary)).await;
    assert_eq!(desk.refresh(&token, NOW).await.err(), Some(SignInRefused::MustChangePassword));
}

#[tokio::test]
async fn a_password_that_is_set_a_client_and_a_pool_that_are_deleted_end_what_began_before() {
    for desk in Desk::each().await {
        let token = desk.refresh_token(NOW).await;
        let (pool, name) = (user_pool().id, user().username);
        let password = hash_of("Another1!");
        let setting = desk.ask(|records, _| {
            users::set_password(
                records,
                &desk.house,
                (&pool, &name),
                (&password, UserStatus::Confirmed),
                later(1),
            )
        });
        setting.await.unwrap();
        assert_eq!(desk.sessions().await, []);
        assert!(is_invalid(desk.refresh(&token, later(1)).await.err()));

        let token = desk.refresh_token(later(1)).await;
        desk.ask(|records, _| clients::delete(records, &pool, &client().id)).await.unwrap();
        let refused = desk.refresh(&token, later(1)).await.err();
        assert_eq!(refused, Some(SignInRefused::NoSuchClient(client().id)));

        desk.write(|records| records.put_client(&client())).await;
        assert!(desk.refresh(&token, later(1)).await.is_ok());
        desk.ask(|records, _| pools::delete(records, &desk.house, &pool, later(1))).await.unwrap();
        let refused = desk.refresh(&token, later(1)).await.err();
        assert_eq!(refused, Some(SignInRefused::NoSuchClient(client().id)));
    }
}

#[tokio::test]
async fn of_one_user_only_so_much_is_remembered_and_what_is_over_is_forgotten() {
    let desk = Desk::open().await;
    let mut tokens = Vec::new();
    for minute in 0..MOST_SESSIONS + 1 {
        let now = NOW.after(Span::from_mins(u32::try_from(minute).unwrap()));
        tokens.push(desk.refresh_token(now).await);
    }
    assert_eq!(desk.sessions().await.len(), MOST_SESSIONS);
    assert!(is_invalid(desk.refresh(&tokens[0], later(2)).await.err()), "the oldest is forgotten");
    assert!(desk.refresh(&tokens[1], later(2)).await.is_ok());
    desk.refresh_token(later(31 * 24)).await;
    assert_eq!(desk.sessions().await.len(), 1, "all others are over");
}

#[test]
fn a_refresh_token_says_nothing_to_whoever_holds_it_and_is_never_the_same() {
    let entropy = Counting::new();
    let _: [u8; 8] = draw(&entropy);
    let session = UserSession::begin(&user(), &client(), NOW, &entropy);
    let [one, other] = [0, 1].map(|_| session.refresh_token(&sealing_key(), &entropy).unwrap());
    assert_ne!(one.reveal(), other.reveal());
    let bytes = BASE64URL_NOPAD.decode(one.reveal().as_bytes()).unwrap();
    assert!(!bytes.windows(5).any(|window| window == b"alice"));
    assert!(one.reveal().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
}
