//! Who signed this request?

use crate::House;
use crate::iam::revocations::Ended;
use domain::account::AccountId;
use domain::arn;
use domain::iam::access_key::{AccessKey, AccessKeyId, KeyStatus, RootKey};
use domain::iam::key_ring::{KeyRing, NotOurSession};
use domain::iam::session::Session;
use domain::iam::user::{Holder, User};
use domain::records::{AccessKeys, IamUsers, Read};
use domain::seal::SealingKey;
use domain::secret::Secret;
use domain::time::Timestamp;
use sigv4::chunk::Framing;
use sigv4::{Expected, PayloadHash, Refused, Rules, SecretKeyRef, Signed, SigningKey, Verified};

/// Somebody whose signature was verified. Only [`authenticate`] makes one.
pub struct Caller {
    who: Who,
    access_key: AccessKeyId,
    verified: Verified,
    key: SigningKey,
}

/// Whose signature it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The account's root.
    Root,
    /// A user, by a key of their own.
    User(Box<Holder>),
    /// A session.
    Session(Box<Session>),
}

impl Caller {
    /// Whose signature it is.
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// Their ARN: that of the account's root, the user or the session.
    pub fn arn(&self, account: &AccountId) -> String {
        match &self.who {
            Who::Root => arn::root(account),
            Who::User(holder) => holder.arn.to_string(),
            Who::Session(session) => session.arn(),
        }
    }

    /// The user who asks, if it is one.
    pub fn user(&self) -> Option<&Holder> {
        match &self.who {
            Who::User(holder) => Some(holder),
            Who::Root | Who::Session(_) => None,
        }
    }

    /// Their unique id.
    pub fn user_id(&self, account: &AccountId) -> String {
        match &self.who {
            Who::Root => account.to_string(),
            Who::User(holder) => holder.id.to_string(),
            Who::Session(session) => session.user_id(),
        }
    }

    /// The session that signed, if one did.
    pub fn session(&self) -> Option<&Session> {
        match &self.who {
            Who::Root | Who::User(_) => None,
            Who::Session(session) => Some(session),
        }
    }

    /// The access key that signed.
    pub const fn access_key(&self) -> &AccessKeyId {
        &self.access_key
    }

    /// What was signed, and how.
    pub const fn verified(&self) -> &Verified {
        &self.verified
    }

    /// What the signature says of the body; whoever reads the body holds it to this.
    pub fn payload(&self) -> &PayloadHash {
        self.verified.payload()
    }

    /// How the body is framed, if it is, and what its chunks are held to.
    pub fn framing(&self) -> Option<Framing> {
        self.verified.framing(&self.key)
    }
}

/// The keys that signatures are checked with.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The account's own.
    pub root: &'a RootKey,
    /// Those of sessions.
    pub ring: &'a KeyRing,
    /// Opens the secrets of those of users.
    pub sealing: &'a SealingKey,
    /// That of the user whom the request names, where [`UserKey::named`] found it.
    pub user: Option<&'a UserKey>,
}

/// A user's key as it is remembered, and the user.
#[derive(Debug)]
pub struct UserKey {
    key: AccessKey,
    user: User,
}

impl UserKey {
    /// The id of a key that can be a user's, in what a request names; `None` for keys of sessions and of the root.
    pub fn id_in(access_key: &str, root: &RootKey) -> Option<AccessKeyId> {
        AccessKeyId::parse(access_key).ok().filter(|id| id.is_long_term() && *id != root.id)
    }

    /// Finds a user's key.
    pub fn named(records: &mut (impl AccessKeys + IamUsers), id: &AccessKeyId) -> Read<Option<Self>> {
        let Some(key) = records.access_key(id)? else { return Ok(None) };
        let user = records.iam_user(&key.user)?.filter(|user| user.id == key.user_id);
        Ok(user.map(|user| Self { key, user }))
    }
}

/// Why it is not known who signed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthenticated {
    /// The access key is none of ours, or a temporary one that came without its session token.
    #[error("the access key is not known")]
    UnknownAccessKey,
    /// The access key is a user's and was made inactive. Nobody is told but the operator.
    #[error("the access key is inactive")]
    InactiveAccessKey,
    /// The access key is a user's, and its secret does not open with this server's keys.
    #[error("the secret of the access key does not open with this server's keys")]
    DamagedAccessKey,
    /// The session token does not belong to the access key.
    #[error("the session token does not belong to the access key")]
    BadToken,
    /// The session was issued by an earlier version of this server, which says less of it.
    #[error("the session was issued by an earlier version of this server")]
    Outdated,
    /// The session is over.
    #[error("the session expired at `{}`", .0.expires)]
    Expired(Box<Session>),
    /// What the signature is by was revoked.
    #[error("{0}")]
    Ended(Ended),
    /// The signature cannot be accepted.
    #[error("{0}")]
    Signature(#[from] Refused),
}

/// What a signature has to be for.
#[derive(Debug, Clone, Copy)]
pub struct Purpose<'a> {
    /// The signing name of the service.
    pub service: &'a str,
    /// Whether the service is one of all regions, which SDKs sign for [`HOME_OF_GLOBAL_SERVICES`] too.
    pub is_global: bool,
    /// Whose rules the signature follows.
    pub rules: Rules,
}

/// Where AWS keeps the services of all regions. Source: IAM user guide, "AWS Identity and Access Management endpoints".
pub const HOME_OF_GLOBAL_SERVICES: &str = "us-east-1";

/// Verifies a signature and finds out whose it is.
pub fn authenticate(
    signed: &Signed<'_>,
    purpose: Purpose<'_>,
    house: &House,
    keys: Keys<'_>,
    now: Timestamp,
) -> Result<Caller, NotAuthenticated> {
    let access_key =
        AccessKeyId::parse(signed.access_key_id()).map_err(|_| NotAuthenticated::UnknownAccessKey)?;
    let (who, secret) = claimed(signed, &access_key, house, keys)?;
    let key = SigningKey::derive(SecretKeyRef::new(secret.reveal()), &signed.scope());
    let region = match signed.scope().region {
        HOME_OF_GLOBAL_SERVICES if purpose.is_global => HOME_OF_GLOBAL_SERVICES,
        _ => house.account.region.as_str(),
    };
    let expected = Expected { region, services: &[purpose.service], rules: purpose.rules };
    let verified = signed.verify(&expected, &key, now.secs())?;
    match who {
        Who::Session(session) if session.has_expired(now) => Err(NotAuthenticated::Expired(session)),
        Who::Session(_) | Who::User(_) | Who::Root => Ok(Caller { who, access_key, verified, key }),
    }
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
    if access_key.is_long_term() {
        return of_user(signed, access_key, house, keys);
    }
    let refusal = |not_ours| match not_ours {
        NotOurSession::UnknownKey => NotAuthenticated::UnknownAccessKey,
        NotOurSession::BadToken => NotAuthenticated::BadToken,
        NotOurSession::OutdatedToken => NotAuthenticated::Outdated,
    };
    let secret = keys.ring.secret_of(access_key).map_err(refusal)?;
    let token = signed.session_token().ok_or(NotAuthenticated::UnknownAccessKey)?;
    let session = keys.ring.open(access_key, token, &house.account).map_err(refusal)?;
    Ok((Who::Session(Box::new(session)), secret))
}

/// The user whose key it is, and its secret. An inactive key is as good as none, whatever comes with it.
fn of_user(
    signed: &Signed<'_>,
    access_key: &AccessKeyId,
    house: &House,
    keys: Keys<'_>,
) -> Result<(Who, Secret<String>), NotAuthenticated> {
    let UserKey { key, user } = match keys.user {
        Some(named) if named.key.id == *access_key => named,
        Some(_) | None => return Err(NotAuthenticated::UnknownAccessKey),
    };
    match key.status {
        KeyStatus::Active => {}
        KeyStatus::Inactive => return Err(NotAuthenticated::InactiveAccessKey),
    }
    if signed.session_token().is_some() {
        return Err(NotAuthenticated::BadToken);
    }
    let opened = key.secret.open(access_key, keys.sealing);
    let secret = opened.map_err(|_| NotAuthenticated::DamagedAccessKey)?;
    Ok((Who::User(Box::new(user.holder(&house.account.id))), secret))
}
