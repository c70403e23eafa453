//! What was revoked counts no more, what was not still counts, and to whom nothing is issued gets nothing.

use crate::client::{Held, ring};
use crate::desk::{Desk, alice, circumstances, mallory, other_identity_pool, proven_to};
use crate::open_id::{self, assume, enhanced, for_role};
use broker::iam::access::{AccessRefused, Asking, Question, authorize};
use broker::iam::authenticate::Caller;
use broker::iam::revocations::{self, Ended, NotIssued};
use broker::iam::roles::{self, Named};
use broker::iam::web_identity::WebIdentityRefused;
use broker::identity_pool::search::{self, Wanted};
use broker::identity_pool::{Refusal, identities, open_id as vouching, pools, unlink};
use broker::user_pool::{self, users};
use domain::iam::revocation::{LONGEST_SESSION, Revocable};
use domain::iam::role::Role;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Read, Revocations, Roles, Stop, UserPools};
use domain::time::{Span, Timestamp};
use domain::user_pool::pool::UserPool;
use domain::user_pool::user::UserStatus;
use login::{LoginRefused, VerifiedLogin};
use proptest::prelude::*;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::records::Records;
use testkit::iam::{guest_role, signed_in_role};
use testkit::identity_pool::{identity_pool, identity_pool_id, signed_in};
use testkit::tokens::identity_token;
use testkit::user_pool::{hash_of, user, user_pool};
use testkit::{NOW, account};
use tokio::task::JoinSet;

/// Before the second in which the tokens that are shown were issued, so that they count.
const EARLIER: Timestamp = NOW.before(Span::from_secs(1));

impl Desk {
    async fn do_it<T: Send>(&self, work: impl Fn(&mut Records<'_>) -> Read<T> + Send + Sync) -> T {
        self.ask(|records, _| work(records).map_err(Stop::<Infallible>::from)).await.unwrap()
    }

    async fn revoke(&self, whom: &Revocable) {
        self.revoke_at(whom, EARLIER).await;
    }

    async fn revoke_at(&self, whom: &Revocable, now: Timestamp) {
        self.do_it(|records| revocations::revoke(records, [whom.clone()], now)).await;
    }

    async fn held(&self, proven: &[VerifiedLogin]) -> Caller {
        let id = self.get_id(proven).await.unwrap();
        self.held_of(&id, proven).await
    }

    async fn held_of(&self, id: &IdentityId, proven: &[VerifiedLogin]) -> Caller {
        let grant = self.credentials(id, proven).await.unwrap();
        let held = Held::of(&grant, &self.house, &self.entropy);
        held.sign().authenticate(&self.house, &ring(), NOW).ok().unwrap()
    }

    /// What ended a caller, by the question that every operation asks.
    async fn ended(&self, caller: &Caller) -> Option<Ended> {
        let circumstances = circumstances();
        let question = Question {
            action: "s3:ListBucket",
            resource: "arn:aws:s3:::my-bucket",
            keys: &[],
            policy: None,
            circumstances: &circumstances,
        };
        let by = Asking::Signed(caller);
        let asking = self.ask(|records, _| authorize(records, &self.house, by, &question, NOW));
        let asked_alone = self.do_it(|records| revocations::ended(records, caller)).await;
        let refused = asking.await.err();
        let ended = if let Some(AccessRefused::Ended(ended)) = refused { Some(ended) } else { None };
        assert_eq!(ended, asked_alone);
        ended
    }
}

fn by(whom: Revocable) -> Option<Ended> {
    Some(Ended::By(whom))
}

#[tokio::test]
async fn each_revocation_ends_those_whom_it_means_and_no_others() {
    for desk in Desk::each().await {
        let elsewhere = other_identity_pool();
        desk.write(|records| records.put_identity_pool(&elsewhere)).await;
        let (alices, guests) = (desk.get_id(&[alice()]).await.unwrap(), desk.get_id(&[]).await.unwrap());
        let (one, other) = (desk.held_of(&alices, &[alice()]).await, desk.held(&[mallory()]).await);
        let guest = desk.held_of(&guests, &[]).await;
        let login = alice().key().clone();
        let nobody = LoginKey { subject: "nobody".to_owned(), ..login.clone() };
        let all = [&one, &other, &guest];
        for (whom, ends) in [
            (Revocable::Identity(alices), [true, false, false]),
            (Revocable::Identity(guests), [false, false, true]),
            (Revocable::Session(other.access_key().clone()), [false, true, false]),
            (Revocable::Login(login.clone()), [true, false, false]),
            (Revocable::Login(nobody), [false; 3]),
            (Revocable::Provider(login.provider.clone()), [true, true, false]),
            (Revocable::Provider("login.my.app".to_owned()), [false; 3]),
            (Revocable::Role(guest_role().id), [false, false, true]),
            (Revocable::Role(signed_in_role().id), [true, true, false]),
            (Revocable::IdentityPool(identity_pool_id()), [true; 3]),
            (Revocable::IdentityPool(elsewhere.id.clone()), [false; 3]),
        ] {
            for caller in all {
                assert_eq!(desk.ended(caller).await, None);
            }
            desk.revoke(&whom).await;
            for (caller, is_ended) in all.into_iter().zip(ends) {
                let expected = if is_ended { by(whom.clone()) } else { None };
                assert_eq!(desk.ended(caller).await, expected, "{whom}");
            }
            desk.forget_revocations().await;
        }
    }
}

impl Desk {
    /// As if none had ever been.
    async fn forget_revocations(&self) {
        self.do_it(|records| {
            for revocation in records.revocations(None, 100)? {
                records.delete_revocation(&revocation);
            }
            records.put_issuance(&Default::default());
            Ok(())
        })
        .await;
    }
}

#[tokio::test]
async fn what_was_issued_before_is_ended_and_what_is_issued_after_is_not_also_within_one_millisecond() {
    for desk in Desk::each().await {
        let mut counts = Vec::new();
        for whom in [
            Revocable::Login(alice().key().clone()),
            Revocable::Role(signed_in_role().id),
            Revocable::IdentityPool(identity_pool_id()),
        ] {
            let before = desk.held(&[alice()]).await;
            assert_eq!(desk.ended(&before).await, None);
            desk.revoke(&whom).await;
            let after = desk.held(&[alice()]).await;
            assert_eq!(desk.ended(&before).await, by(whom.clone()));
            assert_eq!(desk.ended(&after).await, None, "{whom}");
            counts.push(before);
        }
        desk.do_it(|records| revocations::revoke_everything(records, EARLIER)).await;
        let after = desk.held(&[alice()]).await;
        for before in &counts {
            assert_eq!(desk.ended(before).await, Some(Ended::Everything));
        }
        assert_eq!(desk.ended(&after).await, None);
        // However far back the clock is set meanwhile.
        let id = desk.get_id(&[alice()]).await.unwrap();
        desk.revoke_at(&Revocable::Identity(id), NOW.before(Span::from_hours(24))).await;
        assert!(desk.ended(&after).await.is_some());
    }
}

#[tokio::test]
async fn a_session_is_revoked_by_a_login_of_its_identity_that_was_not_shown_for_it() {
    let desk = Desk::open().await;
    let mut pool = identity_pool();
    pool.developer_provider = Some("login.my.app".to_owned().try_into().unwrap());
    desk.write(|records| records.put_identity_pool(&pool)).await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    let other = LoginKey { provider: "login.my.app".to_owned(), subject: "one".to_owned() };
    let mut identity = desk.identity(&id).await.unwrap();
    identity.logins.push(other.clone());
    desk.write(|records| records.put_identity(&identity)).await;
    let caller = desk.held(&[alice()]).await;
    desk.revoke(&Revocable::Login(other.clone())).await;
    assert_eq!(desk.ended(&caller).await, by(Revocable::Login(other)));
}

#[tokio::test]
async fn a_deleted_role_ends_its_sessions_also_if_it_is_made_anew() {
    for desk in Desk::each().await {
        let bare = Role { policies: Default::default(), ..signed_in_role() };
        desk.write(|records| records.put_role(&bare)).await;
        let (caller, guest) = (desk.held(&[alice()]).await, desk.held(&[]).await);
        let arn = bare.arn(&account().id).to_string();
        let named = Named { name: &bare.name, arn: &arn };
        desk.ask(|records, _| roles::delete(records, &desk.house, named, NOW)).await.unwrap();
        assert_eq!(desk.ended(&caller).await, by(Revocable::Role(bare.id.clone())));
        let anew = Role { id: testkit_role_id(), ..signed_in_role() };
        desk.write(|records| records.put_role(&anew)).await;
        assert_eq!(desk.ended(&caller).await, by(Revocable::Role(bare.id.clone())));
        assert_eq!(desk.ended(&guest).await, None);
        let after = desk.held(&[alice()]).await;
        assert_eq!(desk.ended(&after).await, None);
    }
}

fn testkit_role_id() -> domain::iam::id::RoleId {
    domain::iam::id::RoleId::parse("AROAZZZZZZZZZZZZZZZZZ").unwrap()
}

#[tokio::test]
async fn what_no_session_can_outlive_is_forgotten_and_the_rest_is_not() {
    for desk in Desk::each().await {
        let rows = desk.everything().await.len();
        let whom = |name: usize| {
            Revocable::Login(LoginKey { provider: "login.my.app".to_owned(), subject: name.to_string() })
        };
        for name in 0..20 {
            desk.revoke(&whom(name)).await;
            // Twice the same takes the room of one.
            desk.revoke(&whom(name)).await;
        }
        assert_eq!(desk.everything().await.len(), rows + 41);
        let end = EARLIER.after(LONGEST_SESSION);
        for name in 20..40 {
            desk.revoke_at(&whom(name), Timestamp::from_millis(end.millis() - 1)).await;
        }
        assert_eq!(desk.everything().await.len(), rows + 81, "none of them is over yet");
        for name in 40..60 {
            desk.revoke_at(&whom(name), end).await;
        }
        let left = desk.do_it(|records| records.revocations(None, 100)).await;
        let expected: Vec<Revocable> = (20..60).map(whom).collect();
        assert_eq!(left.len(), expected.len());
        assert!(left.iter().all(|revocation| expected.contains(&revocation.whom)));
        assert_eq!(desk.everything().await.len(), rows + 81);
    }
}

#[tokio::test]
async fn nothing_is_issued_to_whoever_is_quarantined_until_it_is_lifted() {
    for desk in Desk::each().await {
        let id = desk.get_id(&[alice()]).await.unwrap();
        let (guest, mallorys) = (desk.get_id(&[]).await.unwrap(), desk.get_id(&[mallory()]).await.unwrap());
        let before = desk.held(&[alice()]).await;
        for whom in [
            Revocable::Identity(id.clone()),
            Revocable::Login(alice().key().clone()),
            Revocable::Role(signed_in_role().id),
        ] {
            desk.do_it(|records| revocations::quarantine(records, whom.clone(), EARLIER)).await;
            // Again is the same.
            desk.do_it(|records| revocations::quarantine(records, whom.clone(), EARLIER)).await;
            assert_eq!(desk.ended(&before).await, by(whom.clone()));
            let refused = desk.credentials(&id, &[alice()]).await.err();
            let no = NotIssued::Quarantined(whom.clone());
            assert!(is_not_issued(refused.as_ref(), &no), "{refused:?}");
            assert!(desk.credentials(&guest, &[]).await.is_ok());
            let mallory_gets = desk.credentials(&mallorys, &[mallory()]).await.is_ok();
            assert_eq!(mallory_gets, !matches!(whom, Revocable::Role(_)), "{whom}");
            assert!(desk.do_it(|records| revocations::lift(records, &whom)).await);
            assert!(!desk.do_it(|records| revocations::lift(records, &whom)).await, "it is lifted");
            assert!(desk.ended(&before).await.is_some(), "what was revoked stays so");
            let after = desk.held(&[alice()]).await;
            assert_eq!(desk.ended(&after).await, None);
            desk.forget_revocations().await;
        }
    }
}

fn is_not_issued(refused: Option<&Refusal>, no: &NotIssued) -> bool {
    use broker::iam::assume::AssumeRefused;
    match refused {
        Some(Refusal::NotIssued(why) | Refusal::Role(AssumeRefused::NotIssued(why))) => why == no,
        _ => false,
    }
}

#[tokio::test]
async fn while_issuance_is_stopped_nobody_gets_anything_and_what_was_issued_counts() {
    for desk in Desk::each().await {
        let (id, before) = (desk.get_id(&[alice()]).await.unwrap(), desk.held(&[alice()]).await);
        desk.do_it(|records| revocations::stop(records, NOW)).await;
        desk.do_it(|records| revocations::stop(records, NOW.after(Span::from_secs(9)))).await;
        let refused = desk.credentials(&id, &[alice()]).await.err();
        assert!(is_not_issued(refused.as_ref(), &NotIssued::Stopped(NOW)), "{refused:?}");
        assert_eq!(desk.ended(&before).await, None);
        desk.do_it(|records| revocations::resume(records)).await;
        assert!(desk.credentials(&id, &[alice()]).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_issue_and_revoke_at_once_who_got_theirs_before_is_ended_and_who_after_is_not() {
    for desk in Desk::each().await {
        let (desk, revoked) = (Arc::new(desk), Arc::new(AtomicUsize::new(0)));
        let mut all = JoinSet::new();
        for task in 0..8 {
            let (desk, revoked) = (Arc::clone(&desk), Arc::clone(&revoked));
            all.spawn(async move {
                let mut got = Vec::new();
                for _ in 0..20 {
                    if task == 0 {
                        desk.revoke(&Revocable::Login(alice().key().clone())).await;
                        revoked.fetch_add(1, Ordering::SeqCst);
                    } else {
                        let begun = revoked.load(Ordering::SeqCst);
                        let caller = desk.held(&[alice()]).await;
                        got.push((begun, caller, revoked.load(Ordering::SeqCst)));
                    }
                }
                got
            });
        }
        let all: Vec<_> = all.join_all().await.into_iter().flatten().collect();
        let last = desk.held(&[alice()]).await;
        assert_eq!(desk.ended(&last).await, None);
        for (begun, caller, got) in &all {
            let is_ended = desk.ended(caller).await.is_some();
            // A revocation that ended before it began to be issued does not end it; one that began after it was issued does.
            assert!(is_ended || *got >= 19, "issued when {got} of 20 had ended, and it counts");
            assert!(!is_ended || *begun < 20, "issued after the last, and it is ended");
        }
    }
}

/// What can happen, to one of a few.
#[derive(Debug, Clone, Copy)]
enum Step {
    Issue(usize),
    Revoke(usize),
    RevokeAll,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize).prop_map(Step::Issue),
        2 => (0..3_usize).prop_map(Step::Revoke),
        1 => Just(Step::RevokeAll),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_session_is_ended_exactly_if_it_was_revoked_after_it_was_issued(steps in proptest::collection::vec(step(), 0..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::open().await;
            let somebody = |who: usize| proven_to(&identity_pool(), ["a", "b", "c"][who]);
            let mut issued: Vec<(usize, Caller, bool)> = Vec::new();
            for step in steps {
                match step {
                    Step::Issue(who) => issued.push((who, desk.held(&[somebody(who)]).await, false)),
                    Step::Revoke(who) => {
                        desk.revoke(&Revocable::Login(somebody(who).key().clone())).await;
                        issued.iter_mut().filter(|(whose, ..)| *whose == who).for_each(|(.., is_over)| *is_over = true);
                    }
                    Step::RevokeAll => {
                        desk.do_it(|records| revocations::revoke_everything(records, EARLIER)).await;
                        issued.iter_mut().for_each(|(.., is_over)| *is_over = true);
                    }
                }
                for (_, caller, is_over) in &issued {
                    assert_eq!(desk.ended(caller).await.is_some(), *is_over);
                }
            }
        });
    }
}

#[tokio::test]
async fn what_was_issued_for_an_identity_ends_when_it_is_deleted_merged_or_its_pool_is_deleted() {
    for desk in Desk::each().await {
        let (id, guest) = (desk.get_id(&[alice()]).await.unwrap(), desk.get_id(&[]).await.unwrap());
        let (one, guests) = (desk.held_of(&id, &[alice()]).await, desk.held_of(&guest, &[]).await);
        // The guest signs in as somebody known, and is merged into them.
        desk.credentials(&guest, &[alice()]).await.unwrap();
        assert_eq!(desk.ended(&guests).await, by(Revocable::Identity(guest)));
        assert_eq!(desk.ended(&one).await, None, "the one who goes on goes on");
        desk.do_it(|records| identities::delete(records, &id, NOW)).await;
        assert_eq!(desk.ended(&one).await, by(Revocable::Identity(id)));
        let again = desk.held(&[alice()]).await;
        assert_eq!(desk.ended(&again).await, None);
        let all = Wanted::default();
        let removing =
            desk.ask(|records, _| search::remove(records, &identity_pool_id(), &all, (None, 10), NOW));
        removing.await.unwrap();
        assert!(matches!(desk.ended(&again).await, Some(Ended::By(Revocable::Identity(_)))));
        let last = desk.held(&[alice()]).await;
        desk.ask(|records, _| pools::delete(records, &identity_pool_id(), NOW)).await.unwrap();
        assert_eq!(desk.ended(&last).await, by(Revocable::IdentityPool(identity_pool_id())));
    }
}

#[tokio::test]
async fn an_identity_for_which_nothing_can_be_good_any_more_is_deleted_without_a_trace() {
    let desk = Desk::open().await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    let rows = desk.rows().await;
    let long_after = NOW.after(LONGEST_SESSION).after(Span::from_hours(24));
    desk.do_it(|records| identities::delete(records, &id, long_after)).await;
    assert!(desk.rows().await < rows);
    assert_eq!(desk.do_it(|records| records.revocations(None, 10)).await, []);
}

#[tokio::test]
async fn a_user_who_is_signed_out_everywhere_loses_what_identity_pools_gave_unless_their_pool_keeps_it() {
    for keeps_credentials in [false, true] {
        for desk in Desk::each().await {
            let pool = UserPool { keeps_credentials, ..user_pool() };
            desk.write(|records| records.put_user_pool(&pool)).await;
            let (one, other) = (desk.held(&[alice()]).await, desk.held(&[mallory()]).await);
            desk.sign_in(NOW).await.ok().unwrap();
            let (named, password) = (user(), hash_of("Another-passw0rd"));
            let setting = desk.ask(|records, _| {
                let asked = (&password, UserStatus::Confirmed);
                users::set_password(records, &desk.house, (&pool.id, &named.username), asked, NOW)
            });
            setting.await.unwrap();
            assert_eq!(desk.ended(&one).await.is_some(), !keeps_credentials);
            assert_eq!(desk.ended(&other).await, None);
            let deleting =
                desk.ask(|records, _| user_pool::pools::delete(records, &desk.house, &pool.id, NOW));
            deleting.await.unwrap();
            assert_eq!(desk.ended(&other).await.is_some(), !keeps_credentials);
        }
    }
}

#[tokio::test]
async fn a_login_whose_token_is_from_before_its_revocation_proves_nothing_any_more() {
    for desk in Desk::each().await {
        let id = desk.get_id(&[alice()]).await.unwrap();
        // The token says the second it was issued in, so one of the same second may be from before.
        let issued = alice().issued();
        for (at, is_refused) in [(issued.before(Span::from_secs(1)), false), (issued, true)] {
            desk.revoke_at(&Revocable::Login(alice().key().clone()), at).await;
            let refused = desk.credentials(&id, &[alice()]).await.err();
            let expected = is_refused.then_some(Refusal::Login(LoginRefused::Revoked(issued)));
            assert_eq!(refused, expected);
            assert_eq!(desk.get_id(&[alice()]).await.is_err(), is_refused);
            assert!(desk.credentials(&desk.get_id(&[mallory()]).await.unwrap(), &[mallory()]).await.is_ok());
        }
    }
}

#[tokio::test]
async fn a_token_for_an_identity_is_good_for_nothing_once_the_identity_was_revoked() {
    let login = alice().key().clone();
    for whom in [
        Revocable::Identity(signed_in().id),
        Revocable::Login(login.clone()),
        Revocable::Provider(login.provider),
        Revocable::IdentityPool(identity_pool_id()),
    ] {
        let desk = open_id::open().await;
        let token = identity_token();
        let asked = for_role(&signed_in_role());
        desk.revoke_at(&whom, EARLIER).await;
        assert!(enhanced(&desk, &signed_in().id, &token).await.is_ok());
        assert!(assume(&desk, &token, &asked).await.is_ok());
        desk.revoke_at(&whom, NOW).await;
        let revoked = || Refusal::OwnToken(LoginRefused::Revoked(Timestamp::from_secs(NOW.secs())));
        assert_eq!(enhanced(&desk, &signed_in().id, &token).await.err(), Some(revoked()), "{whom}");
        let refused = assume(&desk, &token, &asked).await.err();
        assert_eq!(refused, Some(WebIdentityRefused::NotVouched(revoked())), "{whom}");
    }
}

#[tokio::test]
async fn nobody_leaves_a_quarantine_by_becoming_somebody_else() {
    for desk in Desk::each().await {
        let classic = IdentityPool { classic_flow: Some(true), ..identity_pool() };
        desk.write(|records| records.put_identity_pool(&classic)).await;
        let id = desk.get_id(&[alice()]).await.unwrap();
        for whom in [Revocable::Identity(id.clone()), Revocable::Login(alice().key().clone())] {
            let guest = desk.get_id(&[]).await.unwrap();
            desk.do_it(|records| revocations::quarantine(records, whom.clone(), EARLIER)).await;
            let no = NotIssued::Quarantined(whom.clone());
            let merged = desk.credentials(&guest, &[alice()]).await.err();
            assert!(is_not_issued(merged.as_ref(), &no), "merged: {merged:?}");
            let providers = [alice().key().provider.clone()];
            let proven = [alice()];
            let unlinked =
                desk.ask(|records, _| unlink::unlink(records, &desk.house, (&id, &proven), &providers, NOW));
            let unlinked = unlinked.await.err();
            assert!(is_not_issued(unlinked.as_ref(), &no), "unlinked: {unlinked:?}");
            let token =
                desk.ask(|records, _| vouching::for_identity(records, &desk.house, &id, &proven, NOW));
            let token = token.await.err();
            assert!(is_not_issued(token.as_ref(), &no), "token: {token:?}");
            assert!(desk.do_it(|records| revocations::lift(records, &whom)).await);
            assert!(desk.credentials(&guest, &[alice()]).await.is_ok(), "it is lifted");
        }
    }
}
