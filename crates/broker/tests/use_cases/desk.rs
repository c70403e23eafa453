//! A desk with the records of `testkit` behind it.

use broker::House;
use broker::iam::assume::Grant;
use broker::iam::circumstances::{Circumstances, Transport};
use broker::identity_pool::credentials::{Asked, Granted};
use broker::identity_pool::linking::{Change, Met};
use broker::identity_pool::mistake::Mistake;
use broker::identity_pool::{Refusal, credentials, get_id};
use domain::entropy::Entropy;
use domain::iam::session::{Federation, Session};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{Buckets, IdentityPools, Roles, Stop, UserPools};
use domain::time::Timestamp;
use login::VerifiedLogin;
use login::key_set::KeySet;
use login::user_pool::{Issuer, verify};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use store::Store;
use store::engine::{Batch, Engine, Key, Range, Version, Write};
use store::late::Late;
use store::memory::Memory;
use store::records::Records;
use testkit::entropy::Counting;
use testkit::iam::{guest_role, signed_in_role};
use testkit::identity_pool::identity_pool;
use testkit::s3::bucket;
use testkit::tokens::{Token, id_token};
use testkit::user_pool::{client, issuers, user, user_pool};
use testkit::{NOW, account};

/// The house, the records of `testkit`, and dice.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) house: House,
    pub(crate) entropy: Counting,
    engine: Arc<dyn Engine>,
}

impl Desk {
    /// A desk whose records are at hand.
    pub(crate) async fn open() -> Self {
        Self::on(Arc::new(Memory::default())).await
    }

    /// A desk whose records come late and out of order, differently for each seed.
    pub(crate) async fn late(seed: u64) -> Self {
        Self::on(Arc::new(Late::new(seed))).await
    }

    /// A desk whose operator takes roles as AWS takes them.
    pub(crate) async fn lenient() -> Self {
        let mut desk = Self::open().await;
        desk.house.takes_unsafe_roles = true;
        desk
    }

    /// A desk of either kind.
    pub(crate) async fn each() -> [Self; 2] {
        [Self::open().await, Self::late(1).await]
    }

    /// A desk without any record.
    pub(crate) fn empty() -> Self {
        Self::over(Arc::new(Memory::default()))
    }

    fn over(engine: Arc<dyn Engine>) -> Self {
        let house = House::new(account(), issuers());
        Self { store: Store::new(engine.clone()), house, entropy: Counting::new(), engine }
    }

    async fn on(engine: Arc<dyn Engine>) -> Self {
        let desk = Self::over(engine);
        desk.write(|records| {
            records.put_role(&guest_role());
            records.put_role(&signed_in_role());
            records.put_user_pool(&user_pool());
            records.put_client(&client());
            records.put_user(&user());
            records.put_identity_pool(&identity_pool());
            records.put_bucket(&bucket());
        })
        .await;
        desk
    }

    /// Asks a use case.
    pub(crate) async fn ask<T: Send, R: Send>(
        &self,
        work: impl Fn(&mut Records<'_>, &dyn Entropy) -> Result<T, Stop<R>> + Send,
    ) -> Result<T, R> {
        self.store.transact(&self.entropy, work).await.unwrap()
    }

    /// Writes records past the use cases.
    pub(crate) async fn write(&self, write: impl Fn(&mut Records<'_>) + Send + Sync) {
        let writing = self.ask(|records, _| {
            write(records);
            Ok::<_, Stop<Infallible>>(())
        });
        writing.await.unwrap();
    }

    /// How many rows the store holds, of whatever table but those of revocations, which outlive what was revoked.
    pub(crate) async fn rows(&self) -> usize {
        let of_revocations = |key: &Key| key.starts_with(b"revocation") || key.starts_with(b"issuance");
        self.everything().await.iter().filter(|(key, _)| !of_revocations(key)).count()
    }

    /// The keys of all rows that the store holds, and versions, which every write makes anew.
    pub(crate) async fn everything(&self) -> Vec<(Key, Version)> {
        let rows = self.engine.scan(&Range::everything(), usize::MAX).await.unwrap();
        rows.into_iter().map(|row| (row.key, row.stamped.version)).collect()
    }

    /// Forgets all rows of a table, as if they had never been written.
    pub(crate) async fn forget(&self, table: &str) {
        let keys = self.everything().await.into_iter().map(|(key, _)| key);
        let of_it = keys.filter(|key| key.starts_with(table.as_bytes()));
        let writes = of_it.map(|key| (key, Write::Delete)).collect();
        self.engine.commit(Batch { writes, ..Batch::default() }).await.unwrap();
    }

    /// Asks the identity pool of `testkit` for an identity.
    pub(crate) async fn get_id(&self, proven: &[VerifiedLogin]) -> Result<IdentityId, Refusal> {
        self.get_id_of(&identity_pool().id, proven).await
    }

    pub(crate) async fn get_id_of(
        &self,
        pool: &IdentityPoolId,
        proven: &[VerifiedLogin],
    ) -> Result<IdentityId, Refusal> {
        Ok(self.meet(pool, proven, NOW).await?.identity.id)
    }

    /// What asking a pool for an identity comes to.
    pub(crate) async fn meet(
        &self,
        pool: &IdentityPoolId,
        proven: &[VerifiedLogin],
        now: Timestamp,
    ) -> Result<Met, Refusal> {
        let getting =
            self.ask(|records, entropy| get_id::get_id(records, &self.house, (pool, proven), now, entropy));
        getting.await
    }

    /// The identity of this id as it is remembered.
    pub(crate) async fn identity(&self, id: &IdentityId) -> Option<Identity> {
        self.ask(|records, _| Ok::<_, Stop<Infallible>>(records.identity(id)?)).await.unwrap()
    }

    /// Asks for credentials of an identity.
    pub(crate) async fn credentials(
        &self,
        id: &IdentityId,
        proven: &[VerifiedLogin],
    ) -> Result<Grant, Refusal> {
        Ok(self.credentials_at(id, proven, NOW).await?.0)
    }

    pub(crate) async fn credentials_at(
        &self,
        id: &IdentityId,
        proven: &[VerifiedLogin],
        now: Timestamp,
    ) -> Result<(Grant, Change), Refusal> {
        let Granted { grant, change, .. } = self.choosing((id, None), proven, now).await?;
        Ok((grant, change))
    }

    /// Asks for credentials, and what chose their role.
    pub(crate) async fn choosing(
        &self,
        (identity, role): (&IdentityId, Option<&str>),
        proven: &[VerifiedLogin],
        now: Timestamp,
    ) -> Result<Granted, Refusal> {
        let asked = Asked { identity, role, transport: Transport::Plain };
        self.ask(|records, _| credentials::for_identity(records, &self.house, asked, proven, now)).await
    }

    /// A session of somebody new who shows this.
    pub(crate) async fn session_of(&self, proven: &[VerifiedLogin]) -> Grant {
        let id = self.get_id(proven).await.unwrap();
        self.credentials(&id, proven).await.unwrap()
    }
}

/// Those of a request from `192.0.2.1` that nothing protects.
pub(crate) fn circumstances() -> Circumstances {
    Circumstances {
        source_ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        transport: Transport::Plain,
        user_agent: None,
        referer: None,
    }
}

/// The login of `testkit`'s user.
pub(crate) fn alice() -> VerifiedLogin {
    proven(&user().sub)
}

/// Somebody else's login.
pub(crate) fn mallory() -> VerifiedLogin {
    proven("mallory")
}

/// The login of any user of the pool, proven to the identity pool of `testkit`.
pub(crate) fn proven(subject: &str) -> VerifiedLogin {
    proven_to(&identity_pool(), subject)
}

/// The login of any user of the pool, proven to an identity pool.
pub(crate) fn proven_to(pool: &IdentityPool, subject: &str) -> VerifiedLogin {
    verified(&id_token().claim("sub", subject), pool)
}

/// What a token of the user pool proves to an identity pool.
pub(crate) fn verified(token: &Token, pool: &IdentityPool) -> VerifiedLogin {
    let user_pool = user_pool();
    let issuer = Issuer {
        names: issuers().names_of(&user_pool.id),
        keys: KeySet::of([&user_pool.keys.id.public]),
        pool: user_pool.id,
        region: account().region,
        revoked_before: Timestamp::default(),
    };
    verify(&token.text(), &issuer, pool, &login::seen::Seen::default(), NOW).unwrap()
}

/// Another identity pool with the same roles and clients.
pub(crate) fn other_identity_pool() -> IdentityPool {
    IdentityPool { id: IdentityPoolId::parse("us-east-1:abcdef").unwrap(), ..identity_pool() }
}

/// What the federated provider said whose token took on the role of a session.
pub(crate) fn federation(session: &Session) -> &Federation {
    session.role().and_then(|role| role.federation.as_ref()).unwrap()
}

/// What is told of a login that was proven, and that the pool does not take any more.
pub(crate) fn gone(provider: &str) -> Refusal {
    Refusal::UnsupportedProvider { key: provider.to_owned(), mistake: Mistake::ClientGone }
}
