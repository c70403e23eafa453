//! Signing in with a password, and what guessing costs.

use crate::desk::Desk;
use broker::user_pool::sign_in::{Asked, Attempt, SignInRefused, SignedIn, begin, fail, succeed};
use data_encoding::BASE64;
use domain::records::{Stop, UserPools};
use domain::secret::Secret;
use domain::time::{Span, Timestamp};
use domain::user_pool::client::{AuthFlow, Client, ClientId, SecretUnproven};
use domain::user_pool::password::PasswordHash;
use domain::user_pool::user::{User, UserStatus, Username};
use serde_json::json;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use testkit::NOW;
use testkit::entropy::Counting;
use testkit::keys::sealing_key;
use testkit::user_pool::{PASSWORD, client, hash_of, user, user_pool};
use tokio::task::JoinSet;

const SECRET: &str = "thesecretofthewebclient0123456789";

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

impl Desk {
    async fn begin(&self, name: &str, from: IpAddr, now: Timestamp) -> Result<Attempt, SignInRefused> {
        self.begin_through((&client().id, None), name, from, now).await
    }

    async fn begin_through(
        &self,
        (client, secret_hash): (&ClientId, Option<&str>),
        name: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<Attempt, SignInRefused> {
        let username = &Username::parse(name).unwrap();
        let asked = Asked { client, username, secret_hash, address };
        self.ask(|records, _| begin(records, &asked, &sealing_key(), now)).await
    }

    /// Signs in with the right password.
    pub(crate) async fn sign_in(&self, now: Timestamp) -> Result<SignedIn, SignInRefused> {
        let attempt = self.begin("alice", HERE, now).await?;
        self.succeed(&attempt, now).await
    }

    async fn fail(&self, attempt: &Attempt, now: Timestamp) -> SignInRefused {
        let failing = self.ask(|records, _| fail(records, attempt, now).map_err(Stop::<Infallible>::from));
        failing.await.unwrap()
    }

    async fn succeed(&self, attempt: &Attempt, now: Timestamp) -> Result<SignedIn, SignInRefused> {
        self.ask(|records, entropy| succeed(records, &self.house, attempt, now, entropy)).await
    }

    /// So many wrong passwords, one after the other, each as soon as it is allowed.
    async fn guess(&self, name: &str, from: IpAddr, times: usize) {
        for _ in 0..times {
            let attempt = self.begin(name, from, NOW).await.ok().unwrap();
            assert_eq!(self.fail(&attempt, NOW).await, SignInRefused::WrongPassword);
        }
    }

    async fn is_blocked(&self, name: &str, from: IpAddr, now: Timestamp) -> bool {
        let refused = self.begin(name, from, now).await.err();
        let is_lockout = matches!(refused, Some(SignInRefused::TooManyFailures { .. }));
        assert!(refused.is_none() || is_lockout, "{refused:?}");
        refused.is_some()
    }
}

fn after_millis(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + millis)
}

#[tokio::test]
async fn whoever_has_the_password_signs_in() {
    for desk in Desk::each().await {
        let attempt = desk.begin("alice", HERE, NOW).await.ok().unwrap();
        assert_eq!(attempt.password().matches(&Secret::new(PASSWORD.to_owned())), Ok(true));
        let signed_in = desk.succeed(&attempt, NOW).await.ok().unwrap();
        assert_eq!((signed_in.user, signed_in.client), (user(), client()));
        assert_eq!(signed_in.keys, user_pool().keys);
        assert_eq!(signed_in.session.signed_in, NOW);
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_checked_against_a_hash_that_nothing_matches() {
    let desk = Desk::open().await;
    let attempt = desk.begin("nobody", HERE, NOW).await.ok().unwrap();
    assert_eq!(attempt.password(), PasswordHash::of_nobody());
    assert_eq!(desk.succeed(&attempt, NOW).await.err(), Some(SignInRefused::WrongPassword));
}

#[tokio::test]
async fn a_client_that_is_not_there_or_may_not_use_passwords_signs_nobody_in() {
    let desk = Desk::open().await;
    let unknown = ClientId::parse("unknown").unwrap();
    let refused = desk.begin_through((&unknown, None), "alice", HERE, NOW).await.err();
    assert_eq!(refused, Some(SignInRefused::NoSuchClient(unknown)));
    for auth_flows in [None, Some(Vec::new()), Some(vec![AuthFlow::RefreshToken])] {
        let closed = Client { auth_flows, ..client() };
        desk.write(|records| records.put_client(&closed)).await;
        let refused = desk.begin("alice", HERE, NOW).await.err();
        assert_eq!(refused, Some(SignInRefused::FlowNotEnabled(AuthFlow::UserPassword)));
    }
    desk.write(|records| {
        records.put_client(&client());
        records.delete_user_pool(&user_pool().id);
    })
    .await;
    let refused = desk.begin("alice", HERE, NOW).await.err();
    assert_eq!(refused, Some(SignInRefused::NoSuchClient(client().id)), "its pool is gone, and so is it");
}

#[tokio::test]
async fn a_client_with_a_secret_signs_in_only_those_who_know_it() {
    // HMAC-SHA256 in base64, made by another program.
    const OF_ALICE: &str = "nBWthVr1kHlhobqQKJJmxMubfZkPas3JpisMpdgtdfA=";
    let desk = Desk::open().await;
    let sealed =
        sealing_key().seal(SECRET.as_bytes(), b"client-secret 1example23456789abcdefghij", &Counting::new());
    let secret = serde_json::from_value(json!(BASE64.encode(&sealed.unwrap()))).unwrap();
    let confidential = Client { secret: Some(secret), ..client() };
    desk.write(|records| records.put_client(&confidential)).await;
    let id = client().id;
    let begin =
        async |name: &str, hash: Option<&str>| desk.begin_through((&id, hash), name, HERE, NOW).await.err();
    assert_eq!(begin("alice", Some(OF_ALICE)).await, None);
    let wrong = Some(SignInRefused::Secret(SecretUnproven::Wrong(client().id)));
    for hash in ["", "x", OF_ALICE.trim_start_matches('n'), &OF_ALICE.to_lowercase(), &format!("{OF_ALICE} ")]
    {
        assert_eq!(begin("alice", Some(hash)).await, wrong, "{hash}");
    }
    assert_eq!(begin("bob", Some(OF_ALICE)).await, wrong, "it is made for one name");
    let not_shown = Some(SignInRefused::Secret(SecretUnproven::NotShown(client().id)));
    assert_eq!(begin("alice", None).await, not_shown);
    desk.write(|records| records.put_client(&client())).await;
    assert_eq!(begin("alice", Some(OF_ALICE)).await, wrong, "a client without a secret proves none");
}

#[tokio::test]
async fn a_right_password_does_not_help_where_it_is_temporary_or_the_user_disabled() {
    let week = Span::from_hours(24 * 7);
    let refusal = async |user: &User, now: Timestamp| {
        let desk = Desk::open().await;
        desk.write(|records| records.put_user(user)).await;
        let rows = desk.rows().await;
        let refused = desk.sign_in(now).await.err();
        assert_eq!(desk.rows().await, rows, "no session is remembered");
        refused
    };
    let temporary = User { status: UserStatus::ForceChangePassword, ..user() };
    let just_before = Timestamp::from_millis(NOW.after(week).millis() - 1);
    for (now, expected) in [
        (NOW, SignInRefused::MustChangePassword),
        (just_before, SignInRefused::MustChangePassword),
        (NOW.after(week), SignInRefused::TemporaryPasswordExpired),
    ] {
        assert_eq!(refusal(&temporary, now).await, Some(expected));
    }
    for status in [UserStatus::Confirmed, UserStatus::ForceChangePassword] {
        let disabled = User { is_enabled: false, status, ..user() };
        assert_eq!(refusal(&disabled, NOW).await, Some(SignInRefused::Disabled));
    }
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_told_apart_only_by_a_client_that_says_so() {
    for (hides_missing_users, expected) in
        [(true, SignInRefused::WrongPassword), (false, SignInRefused::NoSuchUser)]
    {
        let desk = Desk::open().await;
        let client = Client { hides_missing_users, ..client() };
        desk.write(|records| records.put_client(&client)).await;
        let attempt = desk.begin("nobody", HERE, NOW).await.ok().unwrap();
        assert_eq!(desk.fail(&attempt, NOW).await, expected);
        let attempt = desk.begin("alice", HERE, NOW).await.ok().unwrap();
        assert_eq!(desk.fail(&attempt, NOW).await, SignInRefused::WrongPassword);
    }
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_a_second_and_each_further_one_doubles_it() {
    for name in ["alice", "nobody"] {
        for desk in Desk::each().await {
            desk.guess(name, HERE, 4).await;
            assert!(!desk.is_blocked(name, HERE, NOW).await);
            desk.guess(name, HERE, 1).await;
            let mut now = NOW;
            for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
                let end = now.after(Span::from_secs(wait));
                let just_before = Timestamp::from_millis(end.millis() - 1);
                assert!(desk.is_blocked(name, ELSEWHERE, now).await, "{name} {wait}");
                assert!(desk.is_blocked(name, ELSEWHERE, just_before).await, "{name} {wait}");
                if wait == 900 {
                    break;
                }
                let attempt = desk.begin(name, HERE, end).await.ok().unwrap();
                desk.fail(&attempt, end).await;
                now = end;
            }
        }
    }
}

#[tokio::test]
async fn an_attempt_during_the_wait_does_not_make_it_longer() {
    let desk = Desk::open().await;
    desk.guess("alice", HERE, 5).await;
    for _ in 0..50 {
        assert!(desk.is_blocked("alice", HERE, after_millis(999)).await);
    }
    assert!(!desk.is_blocked("alice", HERE, after_millis(1000)).await);
}

#[tokio::test]
async fn signing_in_forgets_the_failures_of_the_user() {
    for desk in Desk::each().await {
        desk.guess("alice", HERE, 4).await;
        let rows = desk.rows().await;
        let attempt = desk.begin("alice", HERE, NOW).await.ok().unwrap();
        desk.succeed(&attempt, NOW).await.ok().unwrap();
        assert_eq!(desk.rows().await, rows, "the failures are gone, and a session is there");
        desk.guess("alice", HERE, 4).await;
        assert!(!desk.is_blocked("alice", HERE, NOW).await);
    }
}

#[tokio::test]
async fn a_quiet_quarter_hour_forgets_the_failures() {
    let desk = Desk::open().await;
    desk.guess("alice", HERE, 5).await;
    let later = NOW.after(Span::from_mins(15));
    for _ in 0..4 {
        let attempt = desk.begin("alice", HERE, later).await.ok().unwrap();
        desk.fail(&attempt, later).await;
    }
    assert!(!desk.is_blocked("alice", HERE, later).await);
}

#[tokio::test]
async fn guessing_at_one_user_does_not_lock_another() {
    let desk = Desk::open().await;
    desk.guess("nobody", HERE, 5).await;
    assert!(desk.is_blocked("nobody", HERE, NOW).await);
    assert!(!desk.is_blocked("alice", HERE, NOW).await);
}

#[tokio::test]
async fn one_address_that_guesses_at_many_names_is_locked_out_and_nobody_else_is() {
    for desk in Desk::each().await {
        for number in 0..50 {
            desk.guess(&format!("user-{number}"), HERE, 1).await;
        }
        assert!(desk.is_blocked("alice", HERE, NOW).await);
        assert!(!desk.is_blocked("alice", ELSEWHERE, NOW).await);
        assert!(desk.is_blocked("alice", HERE, after_millis(9_999)).await);
        assert!(!desk.is_blocked("alice", HERE, after_millis(10_000)).await);
    }
}

#[tokio::test]
async fn one_address_of_many_people_who_mistype_now_and_then_is_never_locked_out() {
    let desk = Desk::open().await;
    for number in 0..120 {
        let now = NOW.after(Span::from_secs(11 * number));
        let attempt = desk.begin(&format!("user-{number}"), HERE, now).await.ok().unwrap();
        desk.fail(&attempt, now).await;
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_locks_nobody_out() {
    let desk = Desk::open().await;
    let tomorrow = NOW.after(Span::from_hours(24));
    for number in 0..50 {
        let attempt = desk.begin(&format!("user-{}", number % 10), HERE, tomorrow).await.ok().unwrap();
        desk.fail(&attempt, tomorrow).await;
    }
    assert!(
        desk.is_blocked("user-1", HERE, tomorrow).await && desk.is_blocked("alice", HERE, tomorrow).await
    );
    assert!(!desk.is_blocked("user-1", HERE, NOW).await && !desk.is_blocked("alice", HERE, NOW).await);
}

#[tokio::test]
async fn a_sign_in_does_not_wash_its_address_clean() {
    let desk = Desk::open().await;
    for number in 0..49 {
        desk.guess(&format!("user-{number}"), HERE, 1).await;
    }
    let attempt = desk.begin("alice", HERE, NOW).await.ok().unwrap();
    desk.succeed(&attempt, NOW).await.ok().unwrap();
    desk.guess("user-49", HERE, 1).await;
    assert!(desk.is_blocked("alice", HERE, NOW).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn failures_at_the_same_time_are_all_counted() {
    for desk in Desk::each().await {
        let attempt = Arc::new(desk.begin("alice", HERE, NOW).await.ok().unwrap());
        let desk = Arc::new(desk);
        let mut failures = JoinSet::new();
        for _ in 0..10 {
            let (desk, attempt) = (Arc::clone(&desk), Arc::clone(&attempt));
            failures.spawn(async move { desk.fail(&attempt, NOW).await });
        }
        failures.join_all().await;
        assert!(desk.is_blocked("alice", HERE, after_millis(31_999)).await, "ten failures are 32 seconds");
        assert!(!desk.is_blocked("alice", HERE, after_millis(32_000)).await);
    }
}

#[tokio::test]
async fn a_password_that_changed_while_it_was_checked_signs_nobody_in() {
    for desk in Desk::each().await {
        let attempt = desk.begin("alice", HERE, NOW).await.ok().unwrap();
        let changed = User { password: hash_of("Another1!"), ..user() };
        desk.write(|records| records.put_user(&changed)).await;
        assert_eq!(desk.succeed(&attempt, NOW).await.err(), Some(SignInRefused::WrongPassword));
    }
}

#[tokio::test]
async fn a_user_who_was_made_while_nobody_was_checked_is_not_signed_in() {
    let desk = Desk::open().await;
    let attempt = desk.begin("bob", HERE, NOW).await.ok().unwrap();
    let bob = User { username: Username::parse("bob").unwrap(), ..user() };
    desk.write(|records| records.put_user(&bob)).await;
    assert_eq!(desk.succeed(&attempt, NOW).await.err(), Some(SignInRefused::WrongPassword));
}
