//! Where keys that sign tokens are made: one after the other, because each takes a good part of a second of a core.

use crate::certificate::self_signed;
use domain::entropy::Entropy;
use domain::identity_pool::token_keys::TokenKey;
use domain::records::Breakdown;
use domain::seal::SealingKey;
use domain::signing::{Algorithm, FreshKey, SealedKey};
use domain::time::Timestamp;
use domain::user_pool::keys::PoolKeys;
use domain::user_pool::pool::UserPoolId;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

/// How many get their keys at the same time: user pools, and the tokens of all identities as one.
const AT_ONCE: usize = 1;

/// How many may wait; more are turned away at once.
const WAITING: usize = 8;

const UNSEALABLE: &str = "a key cannot be sealed";

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
    /// Held by whoever makes the first key of the tokens of identities: the others wait for it. A key that was made and is
    /// not among the records yet stays here, so that none is made twice while they cannot be written.
    pub(crate) of_identity_tokens: Mutex<Option<TokenKey>>,
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
        Self { maker, places: Semaphore::new(AT_ONCE + WAITING), core, of_identity_tokens: Mutex::default() }
    }

    /// The keys of a new pool, sealed so that they open only for it.
    pub async fn pool_keys(
        &self,
        pool: &UserPoolId,
        sealing: &SealingKey,
        entropy: &dyn Entropy,
    ) -> Result<PoolKeys, NotMade> {
        let _place = self.places.try_acquire().map_err(|_| NotMade::QueueFull)?;
        let made = self.make(|maker| Ok((maker.make_rsa()?, maker.make_rsa()?))).await;
        let (id, access) = made.map_err(NotMade::Broken)?;
        let owner = PoolKeys::owner(pool);
        let seal = |fresh: &FreshKey| {
            SealedKey::seal(fresh, Algorithm::Rs256, &owner, sealing, entropy)
                .map_err(|_| NotMade::Broken(Breakdown::new(UNSEALABLE)))
        };
        Ok(PoolKeys { id: seal(&id)?, access: seal(&access)? })
    }

    /// A key for the tokens of identities, with its certificate.
    pub(crate) async fn token_key(
        &self,
        sealing: &SealingKey,
        made: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<TokenKey, Breakdown> {
        let certified = |maker: &dyn KeyMaker| {
            let fresh = maker.make_rsa()?;
            let certificate = self_signed(&fresh, "Cenote identity tokens")?;
            Ok((fresh, certificate))
        };
        let (fresh, certificate) = self.make(certified).await?;
        TokenKey::seal(&fresh, certificate, sealing, made, entropy).map_err(|_| Breakdown::new(UNSEALABLE))
    }

    async fn make<T: Send + 'static>(
        &self,
        make: impl FnOnce(&dyn KeyMaker) -> Result<T, Breakdown> + Send + 'static,
    ) -> Result<T, Breakdown> {
        let core: Option<OwnedSemaphorePermit> = self.core.clone().acquire_owned().await.ok();
        let maker = self.maker.clone();
        let making = tokio::task::spawn_blocking(move || {
            let _core = core;
            make(maker.as_ref())
        });
        making.await.map_err(|_| Breakdown::new("the making of a key did not end"))?
    }
}
