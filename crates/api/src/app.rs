//! What the operations of this server share.

use crate::audit::Audit;
use crate::body::ResponseBody;
use crate::guests::Guests;
use crate::hashing::Hashing;
use crate::key_making::KeyMaking;
use crate::key_uses::KeyUses;
use crate::s3::hosts::S3Hosts;
use crate::service::Services;
use crate::signers::Signers;
use broker::House;
use broker::iam::authenticate::{Keys, UserKey};
use domain::entropy::Entropy;
use domain::iam::access_key::{AccessKeyId, RingKeyId, RootKey};
use domain::iam::key_ring::KeyRing;
use domain::records::{Breakdown, Read, Stop};
use domain::seal::SealingKey;
use domain::time::Timestamp;
use objects::Folder;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use store::Store;
use store::records::Records;

/// Tells the time. Only the server asks the machine.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Timestamp;
}

/// What an answer of the keeper waits for.
pub type Kept<'a, T> = Pin<Box<dyn Future<Output = Result<T, Breakdown>> + Send + 'a>>;

/// Handles what lies beside the records. Only the server knows its folder.
pub trait Keeper: Send + Sync {
    /// Gives the key ring a new key, and tells its number; `None` if the ring has as many as it may have.
    fn rotate_keys<'a>(&'a self, app: &'a App) -> Kept<'a, Option<RingKeyId>>;

    /// Everything that is kept, as it is at one moment. A body that stops early is no backup.
    fn backup<'a>(&'a self, app: &'a App) -> Kept<'a, ResponseBody>;
}

/// The keys of the server.
pub struct Secrets {
    root: RootKey,
    ring: RwLock<Arc<KeyRing>>,
    /// Seals the private keys that sign tokens, the secrets of clients and of users' access keys, and refresh tokens.
    pub sealing: SealingKey,
}

impl Secrets {
    /// The keys that the server found or made at its start.
    pub fn new(root: RootKey, ring: KeyRing, sealing: SealingKey) -> Self {
        Self { root, ring: RwLock::new(Arc::new(ring)), sealing }
    }

    /// The key ring as it is now.
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a rotated ring in the place of the old one.
    pub fn replace_ring(&self, ring: KeyRing) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// What signatures are checked with; the ring is the caller's, so that it stays the same during one request. So is the
    /// user's key, where the request names one.
    pub(crate) const fn signature_keys<'a>(
        &'a self,
        ring: &'a KeyRing,
        user: Option<&'a UserKey>,
    ) -> Keys<'a> {
        Keys { root: &self.root, ring, sealing: &self.sealing, user }
    }

    /// The id of a key that can be a user's, in what a request names.
    pub(crate) fn id_of_user_key(&self, access_key: &str) -> Option<AccessKeyId> {
        UserKey::id_in(access_key, &self.root)
    }
}

/// Which other origins' pages may use a bucket that has no rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum S3Cors {
    /// None.
    Closed,
    /// All; for development.
    AnyOrigin,
}

/// Everything an operation needs.
pub struct App {
    /// The account, its issuers and its compiled policies.
    pub house: House,
    /// The records.
    pub store: Store,
    /// The bytes of objects.
    pub contents: Folder,
    /// The keys.
    pub secrets: Secrets,
    /// What lies beside the records.
    pub keeper: Arc<dyn Keeper>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// What happened, for an operator.
    pub audit: Audit,
    /// Which pages may use buckets without rules.
    pub s3_cors: S3Cors,
    /// Where buckets are hosts of their own.
    pub s3_hosts: S3Hosts,
    /// The services and their models.
    pub services: Services,
    /// How many guests may be made.
    pub guests: Guests,
    /// Where passwords are hashed.
    pub hashing: Hashing,
    /// Where keys that sign tokens are made.
    pub key_making: KeyMaking,
    /// The opened keys that sign tokens.
    pub signers: Signers,
    /// When users' access keys were used last.
    pub key_uses: KeyUses,
}

impl App {
    /// Reads records as of one instant, where nothing can be refused.
    pub(crate) async fn read<T: Send>(
        &self,
        work: impl Fn(&mut Records<'_>) -> Read<T> + Send,
    ) -> Result<T, Breakdown> {
        let read =
            move |records: &mut Records<'_>, _: &dyn Entropy| work(records).map_err(Stop::<Infallible>::from);
        let Ok(found) = self.store.transact(self.entropy.as_ref(), read).await?;
        Ok(found)
    }
}
