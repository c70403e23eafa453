//! Access to what has a policy of its own, which can let in whoever comes, signed or not.

use crate::app::App;
use crate::fault::{Common, Fault};
use crate::operation::{Access, Call, Permission, SignedBy, admitted, decide, signer_of};
use broker::iam::access::{Asking, Authorized};
use broker::iam::authenticate::Caller;
use sigv4::chunk::Framing;
use sigv4::{PayloadHash, payload};

/// Whoever is allowed the permission may ask: somebody who signs by their own policies and that of the resource, anybody
/// else by that of the resource alone. A signature that is there and not right lets nobody in.
pub struct ByPolicy;

/// Somebody who was allowed the permission. Only [`ByPolicy`] makes one, of whom it let in or [`Signed`](crate::operation::Signed) did.
pub struct LetIn {
    asker: Asker,
}

/// Who asks.
pub enum Asker {
    /// Somebody whose signature was verified.
    Signed(Box<Caller>),
    /// Nobody known, and what is said of the body.
    Unsigned(PayloadHash),
}

impl Access for ByPolicy {
    type Permission = Permission;
    type Admitted = LetIn;

    async fn admit(app: &App, call: &mut Call<'_>, permission: Permission) -> Result<LetIn, Fault> {
        let asker = Asker::of(app, call).await?;
        admitted(app, call, asker.asking(), &permission).await?;
        Ok(LetIn { asker })
    }
}

impl From<SignedBy> for LetIn {
    fn from(by: SignedBy) -> Self {
        Self { asker: Asker::Signed(Box::new(by.caller)) }
    }
}

impl LetIn {
    /// Who it is.
    pub const fn asker(&self) -> &Asker {
        &self.asker
    }

    /// Whether they signed.
    pub const fn is_known(&self) -> bool {
        match self.asker {
            Asker::Signed(_) => true,
            Asker::Unsigned(_) => false,
        }
    }

    /// As [`SignedBy::must_also`].
    pub async fn must_also(
        &self,
        app: &App,
        call: &mut Call<'_>,
        permission: Permission,
    ) -> Result<Authorized, Fault> {
        let asking = self.asker.asking();
        let asked = decide(app, call, asking, &permission).await?;
        asked.settled(app, asking).map_err(|denied| denied.told(call))
    }

    /// Whether they may also do something else, where the answer depends on that.
    pub async fn may_also(&self, app: &App, call: &Call<'_>, permission: &Permission) -> Result<bool, Fault> {
        Ok(decide(app, call, self.asker.asking(), permission).await?.decided.is_ok())
    }
}

impl Asker {
    /// Finds out who asks, or refuses.
    async fn of(app: &App, call: &mut Call<'_>) -> Result<Self, Fault> {
        if let Some(caller) = signer_of(app, call).await? {
            call.notes.caller(&caller);
            return Ok(Self::Signed(Box::new(caller)));
        }
        call.notes.anonymous();
        let said = call.head.headers.get(payload::HEADER).map(|value| PayloadHash::parse(value.as_bytes()));
        match said.transpose().map_err(|refused| Common::NotAuthenticated(refused.into()))? {
            // Chunks cannot be signed where the request is not.
            Some(PayloadHash::StreamingSigned | PayloadHash::StreamingSignedTrailer) => {
                Err(Common::Anonymous.into())
            }
            Some(
                said @ (PayloadHash::Sha256(_)
                | PayloadHash::Unsigned
                | PayloadHash::StreamingUnsignedTrailer),
            ) => Ok(Self::Unsigned(said)),
            None => Ok(Self::Unsigned(PayloadHash::Unsigned)),
        }
    }

    const fn asking(&self) -> Asking<'_> {
        match self {
            Self::Signed(caller) => Asking::Signed(caller),
            Self::Unsigned(_) => Asking::Unsigned,
        }
    }

    /// What is said of the body; whoever reads the body holds it to this.
    pub(crate) fn payload(&self) -> &PayloadHash {
        match self {
            Self::Signed(caller) => caller.payload(),
            Self::Unsigned(said) => said,
        }
    }

    /// How the body is framed, if it is, and what its chunks are held to.
    pub(crate) fn framing(&self) -> Option<Framing> {
        match self {
            Self::Signed(caller) => caller.framing(),
            Self::Unsigned(PayloadHash::StreamingUnsignedTrailer) => Some(Framing::Unsigned),
            Self::Unsigned(
                PayloadHash::Sha256(_)
                | PayloadHash::Unsigned
                | PayloadHash::StreamingSigned
                | PayloadHash::StreamingSignedTrailer,
            ) => None,
        }
    }
}
