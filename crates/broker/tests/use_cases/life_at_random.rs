//! Whatever is asked in whatever order, logins and identities keep to their rules.

use crate::desk::Desk;
use crate::family::{family, login};
use broker::identity_pool::linking::MOST_LOGINS;
use broker::identity_pool::{identities, merges, unlink};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::LoginKey;
use domain::records::{IdentityPools, Merges, Stop};
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;
use proptest::collection::vec;
use proptest::prelude::*;
use std::array::from_fn;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::fmt;
use std::sync::LazyLock;
use testkit::NOW;
use tokio::runtime::Builder;

/// Logins, each a provider and a subject there.
type Shown = Vec<(usize, usize)>;

/// What somebody asks. Identities are named by the order in which they were made.
#[derive(Debug, Clone)]
enum Step {
    GetId(Shown),
    Credentials(usize, Shown),
    Unlink(usize, Shown, Vec<usize>),
    Delete(usize),
}

const PROVIDERS: usize = 3;
const SUBJECTS: usize = 3;

fn shown(most: usize) -> impl Strategy<Value = Shown> {
    vec((0..PROVIDERS, 0..SUBJECTS), 0..=most)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => shown(2).prop_map(Step::GetId),
        6 => (0..8_usize, shown(3)).prop_map(|(who, shown)| Step::Credentials(who, shown)),
        3 => (0..8_usize, shown(1), vec(0..PROVIDERS, 0..3)).prop_map(|(who, by, what)| Step::Unlink(who, by, what)),
        1 => (0..8_usize).prop_map(Step::Delete),
    ]
}

/// What must be so, kept beside the records.
struct World {
    desk: Desk,
    made: Vec<IdentityId>,
    held: HashSet<LoginKey>,
    before: BTreeMap<IdentityId, Identity>,
    deleted: HashSet<IdentityId>,
    rows: usize,
}

/// All logins that are shown, by provider and subject: signing a token takes long.
static LOGINS: LazyLock<[[VerifiedLogin; SUBJECTS]; PROVIDERS]> =
    LazyLock::new(|| from_fn(|provider| from_fn(|subject| login(provider, &format!("user{subject}")))));

fn proven(shown: &Shown) -> Vec<VerifiedLogin> {
    shown.iter().map(|(provider, subject)| LOGINS[*provider][*subject].clone()).collect()
}

impl World {
    async fn begin(desk: Desk) -> Self {
        desk.write(|records| records.put_identity_pool(&family())).await;
        let rows = desk.rows().await;
        let (made, held, before, deleted) = Default::default();
        Self { desk, made, held, before, deleted, rows }
    }

    fn named(&self, who: usize) -> Option<IdentityId> {
        self.made.get(who % self.made.len().max(1)).cloned()
    }

    /// Takes a step, and says whether it was refused.
    async fn take(&mut self, step: &Step, now: Timestamp) -> bool {
        let desk = &self.desk;
        match step {
            Step::GetId(shown) => match desk.meet(&family().id, &proven(shown), now).await {
                Ok(met) => {
                    if !self.made.contains(&met.identity.id) {
                        self.made.push(met.identity.id);
                    }
                    self.held.extend(proven(shown).iter().map(|login| login.key().clone()));
                    false
                }
                Err(_) => true,
            },
            Step::Credentials(who, shown) => {
                let Some(id) = self.named(*who) else { return true };
                let granted = desk.credentials_at(&id, &proven(shown), now).await;
                if granted.is_ok() {
                    self.held.extend(proven(shown).iter().map(|login| login.key().clone()));
                }
                granted.is_err()
            }
            Step::Unlink(who, by, what) => {
                let Some(id) = self.named(*who) else { return true };
                let names: Vec<String> = what.iter().map(|n| LOGINS[*n][0].key().provider.clone()).collect();
                let proven = proven(by);
                let taken = desk
                    .ask(|records, _| unlink::unlink(records, &desk.house, (&id, &proven), &names, now))
                    .await;
                taken.iter().flatten().for_each(|login| assert!(self.held.remove(login), "it was held"));
                taken.is_err()
            }
            Step::Delete(who) => {
                let Some(id) = self.named(*who) else { return true };
                for login in self.before.get(&id).iter().flat_map(|identity| &identity.logins) {
                    self.held.remove(login);
                }
                desk.ask(|records, _| Ok::<_, Stop<Infallible>>(identities::delete(records, &id, now)?))
                    .await
                    .unwrap();
                self.deleted.insert(id);
                false
            }
        }
    }

    async fn check(&mut self, was_refused: bool, now: Timestamp) {
        let desk = &self.desk;
        let all = desk.ask(|records, _| identities::list(records, &family().id, None, 1000)).await.unwrap();
        let now_there: BTreeMap<IdentityId, Identity> =
            all.iter().map(|one| (one.id.clone(), one.clone())).collect();
        if was_refused {
            assert_eq!(now_there, self.before, "a refusal changes nothing");
        }
        let mut held = HashMap::new();
        for one in &all {
            assert!(one.standing == Standing::Authenticated || one.logins.is_empty(), "{one:?}");
            assert!(one.logins.len() <= MOST_LOGINS);
            let providers: HashSet<&str> = one.logins.iter().map(|login| login.provider.as_str()).collect();
            assert_eq!(providers.len(), one.logins.len(), "one login of each provider");
            for login in &one.logins {
                assert_eq!(held.insert(login.clone(), one.id.clone()), None, "a login has one owner");
            }
            self.check_step_of(one, now);
        }
        assert_eq!(held.keys().cloned().collect::<HashSet<_>>(), self.held, "no login is lost or made up");
        for id in self.before.keys().filter(|id| !now_there.contains_key(*id)) {
            assert!(self.deleted.contains(id), "only a deletion makes an identity disappear");
        }
        for (login, owner) in &held {
            let found =
                desk.ask(|records, _| Ok::<_, Stop<Infallible>>(records.identity_of(&family().id, login)?));
            assert_eq!(found.await.unwrap().map(|identity| identity.id).as_ref(), Some(owner));
        }
        let journal = self.check_journal(&now_there).await;
        assert_eq!(
            self.desk.rows().await - self.rows,
            2 * all.len() + held.len() + 2 * journal,
            "no index has a row too many"
        );
        self.before = now_there;
    }

    /// How an identity may differ from what it was a step ago.
    fn check_step_of(&self, one: &Identity, now: Timestamp) {
        let Some(was) = self.before.get(&one.id) else {
            assert_eq!((one.created, one.modified), (now, now));
            return;
        };
        let may_become = |standing| match was.standing {
            Standing::Guest => true,
            Standing::Authenticated => standing != Standing::Guest,
            Standing::Disabled => standing == Standing::Disabled,
        };
        assert!(may_become(one.standing), "{was:?} became {one:?}");
        assert_eq!((one.created, &one.pool), (was.created, &was.pool));
        let is_same = (one.standing, &one.logins) == (was.standing, &was.logins);
        assert_eq!(one.modified, if is_same { was.modified } else { now });
    }

    /// Every identity that is disabled leads to one that is not, and nobody else is in the journal. Gives its length.
    async fn check_journal(&self, there: &BTreeMap<IdentityId, Identity>) -> usize {
        let listing = self.desk.ask(|records, _| merges::list(records, &family().id, None, 1000));
        let journal = listing.await.unwrap();
        assert!(journal.is_sorted_by_key(|merge| merge.at));
        let disabled: HashSet<&IdentityId> = journal.iter().map(|merge| &merge.disabled).collect();
        assert_eq!(disabled.len(), journal.len(), "nobody is merged into another twice");
        for (id, one) in there {
            assert_eq!(disabled.contains(id), one.standing == Standing::Disabled, "{one:?}");
            let current =
                self.desk.ask(|records, _| Ok::<_, Stop<Infallible>>(merges::current(records, id)?));
            let current = current.await.unwrap();
            let goes_on = there.get(&current).is_some_and(|one| one.standing != Standing::Disabled);
            assert!(goes_on || self.deleted.contains(&current), "{id} leads to {current}");
        }
        for merge in &journal {
            let found =
                self.desk.ask(|records, _| Ok::<_, Stop<Infallible>>(records.merge_of(&merge.disabled)?));
            assert_eq!(found.await.unwrap().as_ref(), Some(merge));
        }
        journal.len()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.before.values()).finish()
    }
}

/// Takes steps on a fresh desk, and holds after each what must be so.
fn hold(steps: &[Step], is_late: bool) {
    Builder::new_current_thread().build().unwrap().block_on(async {
        let desk = if is_late { Desk::late(7).await } else { Desk::open().await };
        let mut world = World::begin(desk).await;
        for (at, step) in steps.iter().enumerate() {
            // Tokens live for an hour: steps are a second apart.
            let now = NOW.after(Span::from_secs(u32::try_from(at).unwrap()));
            let was_refused = world.take(step, now).await;
            world.check(was_refused, now).await;
        }
    });
}

fn times(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(times(8))]

    #[test]
    fn each_login_has_at_most_one_owner_and_none_is_lost_but_by_taking_or_deleting(
        steps in vec(step(), 1..40), is_late in any::<bool>()
    ) {
        hold(&steps, is_late);
    }
}

proptest! {
    #![proptest_config(times(100))]

    #[test]
    #[ignore = "slow: a hundred lives"]
    fn so_it_is_in_a_hundred_lives(steps in vec(step(), 1..60), is_late in any::<bool>()) {
        hold(&steps, is_late);
    }
}
