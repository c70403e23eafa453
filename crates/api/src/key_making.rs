//! Where the keys of user pools are made: on a bounded queue, because each takes a good part of a second of a core.

use domain::entropy::Entropy;
use domain::records::Breakdown;
use domain::seal::SealingKey;
use domain::user_pool::keys::{FreshKey, PoolKey, PoolKeys};
use domain::user_pool::pool::UserPoolId;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many pools get their keys at the same time.
const AT_ONCE: usize = 1;

/// How many may wait; more are turned away at once.
const WAITING: usize = 8;

/// Makes RSA keys. Only the server asks the machine.
pub trait KeyMaker: Send + Sync {
    /// A fresh key of 2048 bits. Blocks for a good part of a second.
    fn make_rsa(&self) -> Result<FreshKey, Breakdown>;
}

/// The queue.
pub struct KeyMaking {
    maker: Arc<dyn KeyMaker>,
    places: Semaphore,
    core: Arc<Semaphore>,
}

/// Why a pool gets no keys.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// Too many are waiting already.
    #[error("too many pools wait for their keys")]
    QueueFull,
    /// Making them failed.
    #[error(transparent)]
    Broken(Breakdown),
}

impl KeyMaking {
    /// A queue before this maker.
    pub fn new(maker: Arc<dyn KeyMaker>) -> Self {
        let core = Arc::new(Semaphore::new(AT_ONCE));
        Self { maker, places: Semaphore::new(AT_ONCE + WAITING), core }
    }

    /// The keys of a new pool, sealed so that they open only for it.
    pub async fn pool_keys(
        &self,
        pool: &UserPoolId,
        sealing: &SealingKey,
        entropy: &dyn Entropy,
    ) -> Result<PoolKeys, NotMade> {
        let _place = self.places.try_acquire().map_err(|_| NotMade::QueueFull)?;
        let core = self.core.clone().acquire_owned().await;
        let maker = self.maker.clone();
        let making = tokio::task::spawn_blocking(move || {
            let _core = core;
            Ok((maker.make_rsa()?, maker.make_rsa()?))
        });
        let broken = |what: &str| NotMade::Broken(Breakdown::new(what));
        let made = making.await.map_err(|_| broken("the making of a key did not end"))?;
        let (id, access) = made.map_err(NotMade::Broken)?;
        let seal = |fresh: &FreshKey| {
            PoolKey::seal(fresh, pool, sealing, entropy).map_err(|_| broken("a key cannot be sealed"))
        };
        Ok(PoolKeys { id: seal(&id)?, access: seal(&access)? })
    }
}
