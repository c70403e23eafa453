//! Where passwords are hashed: on a bounded queue, because each hash takes 20 ms of a core and 19 MiB.

use domain::entropy::Entropy;
use domain::records::Breakdown;
use domain::secret::Secret;
use domain::user_pool::password::{Damaged, PasswordHash};
use domain::user_pool::policy::AcceptedPassword;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

/// How many passwords are hashed at the same time.
const AT_ONCE: usize = 1;

/// How many may wait; more are turned away at once.
const WAITING: usize = 64;

/// How many attempts on different users can be under way; attempts on one user go one by one.
const LANES: usize = 64;

/// The queue.
pub struct Hashing {
    places: Semaphore,
    core: Arc<Semaphore>,
    lanes: Vec<Mutex<()>>,
}

/// Too many are waiting already.
pub struct QueueFull;

/// A place in the queue, whose turn it is for this user.
pub struct Turn<'a> {
    core: &'a Arc<Semaphore>,
    _place: SemaphorePermit<'a>,
    _lane: Option<MutexGuard<'a, ()>>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            places: Semaphore::new(AT_ONCE + WAITING),
            core: Arc::new(Semaphore::new(AT_ONCE)),
            lanes: (0..LANES).map(|_| Mutex::new(())).collect(),
        }
    }
}

impl Hashing {
    /// How many passwords are hashed or wait for it.
    pub fn queued(&self) -> usize {
        (AT_ONCE + WAITING).saturating_sub(self.places.available_permits())
    }

    /// Waits until no other attempt on the same user is under way, so that guesses made at once count one by one.
    pub async fn queue(&self, user: impl Hash) -> Result<Turn<'_>, QueueFull> {
        let place = self.places.try_acquire().map_err(|_| QueueFull)?;
        let mut hasher = DefaultHasher::new();
        user.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % (LANES as u64)).unwrap_or_default();
        let lane = match self.lanes.get(lane) {
            Some(lane) => Some(lane.lock().await),
            None => None,
        };
        Ok(Turn { core: &self.core, _place: place, _lane: lane })
    }
}

impl Turn<'_> {
    /// Checks a password.
    pub async fn check(&self, password: Secret<String>, hash: PasswordHash) -> Result<bool, Breakdown> {
        self.run(move || hash.matches(&password)).await
    }

    /// Hashes a password.
    pub async fn hash(
        &self,
        password: AcceptedPassword,
        entropy: Arc<dyn Entropy>,
    ) -> Result<PasswordHash, Breakdown> {
        self.run(move || password.hash(entropy.as_ref())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Damaged> + Send + 'static,
    ) -> Result<T, Breakdown> {
        let core = self.core.clone().acquire_owned().await;
        let hashed = tokio::task::spawn_blocking(move || {
            let _core = core;
            work()
        });
        match hashed.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(damaged)) => Err(Breakdown::new(damaged.to_string())),
            Err(_) => Err(Breakdown::new("the hashing of a password did not end")),
        }
    }
}
