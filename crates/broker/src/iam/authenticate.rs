//! Who signed this request?

use crate::House;
use domain::iam::access_key::{AccessKeyId, RootKey};
use domain::iam::key_ring::{KeyRing, NotOurSession};
use domain::iam::session::Session;
use domain::secret::Secret;
use domain::time::Timestamp;
use sigv4::{Expected, PayloadHash, Refused, Rules, SecretKeyRef, Signed, SigningKey};

/// Somebody whose signature was verified. Only [`authenticate`] makes one.
pub struct Caller {
    who: Who,
    access_key: AccessKeyId,
    payload: PayloadHash,
}

/// Whose signature it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The account's root.
    Root,
    /// A session of a role.
    Session(Box<Session>),
}

impl Caller {
    /// Whose signature it is.
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// The access key that signed.
    pub const fn access_key(&self) -> &AccessKeyId {
        &self.access_key
    }

    /// What the signature says of the body; whoever reads the body holds it to this.
    pub const fn payload(&self) -> &PayloadHash {
        &self.payload
    }
}

/// The keys that signatures are checked with.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The account's own.
    pub root: &'a RootKey,
    /// Those of sessions.
    pub ring: &'a KeyRing,
}

/// Why it is not known who signed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthenticated {
    /// The access key is none of ours, or a temporary one that came without its session token.
    #[error("the access key is not known")]
    UnknownAccessKey,
    /// The session token does not belong to the access key.
    #[error("the session token does not belong to the access key")]
    BadToken,
    /// The session is over.
    #[error("the session expired at `{0}`")]
    Expired(Timestamp),
    /// The signature cannot be accepted.
    #[error("{0}")]
    Signature(#[from] Refused),
}

/// Verifies a signature for one service and finds out whose it is.
pub fn authenticate(
    signed: &Signed<'_>,
    (service, rules): (&str, Rules),
    house: &House,
    keys: Keys<'_>,
    now: Timestamp,
) -> Result<Caller, NotAuthenticated> {
    let access_key =
        AccessKeyId::parse(signed.access_key_id()).map_err(|_| NotAuthenticated::UnknownAccessKey)?;
    let (who, secret) = claimed(signed, &access_key, house, keys)?;
    let key = SigningKey::derive(SecretKeyRef::new(secret.reveal()), signed.scope());
    let expected = Expected { region: house.account.region.as_str(), services: &[service], rules };
    let verified = signed.verify(&expected, &key, now.secs())?;
    if let Who::Session(session) = &who
        && session.has_expired(now)
    {
        return Err(NotAuthenticated::Expired(session.expires));
    }
    Ok(Caller { who, access_key, payload: *verified.payload() })
}

/// Whom the access key and the session token name, and the secret that only they have.
fn claimed(
    signed: &Signed<'_>,
    access_key: &AccessKeyId,
    house: &House,
    keys: Keys<'_>,
) -> Result<(Who, Secret<String>), NotAuthenticated> {
    if *access_key == keys.root.id {
        return match signed.session_token() {
            Some(_) => Err(NotAuthenticated::BadToken),
            None => Ok((Who::Root, keys.root.secret.clone())),
        };
    }
    let refusal = |not_ours| match not_ours {
        NotOurSession::UnknownKey => NotAuthenticated::UnknownAccessKey,
        NotOurSession::BadToken => NotAuthenticated::BadToken,
    };
    let secret = keys.ring.secret_of(access_key).map_err(refusal)?;
    let token = signed.session_token().ok_or(NotAuthenticated::UnknownAccessKey)?;
    let session = keys.ring.open(access_key, token, &house.account).map_err(refusal)?;
    Ok((Who::Session(Box::new(session)), secret))
}
