//! Revocations: what was issued and counts no more, and to whom nothing is issued.
//!
//! Sessions are remembered nowhere, so what is remembered is what ended them. A session knows how many revocations there
//! had been when it was issued; a later one that means it ends it. That order does not hang on clocks: what was issued
//! before a revocation and what was issued after it differ, also within one millisecond.

use crate::iam::access_key::AccessKeyId;
use crate::iam::id::{RoleId, UserId};
use crate::identity_pool::identity::IdentityId;
use crate::identity_pool::login::LoginKey;
use crate::identity_pool::pool::IdentityPoolId;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// No session lives longer. Source: STS API reference, `GetSessionToken` and `GetFederationToken`.
pub const LONGEST_SESSION: Span = Span::from_hours(36);

/// No sign-in of a user pool can be gone on with for longer. Source: Cognito API reference, `CreateUserPoolClient`.
const LONGEST_SIGN_IN: Span = Span::from_days(3650);

/// How many revocations there have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(u64);

impl Generation {
    /// With one more.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// When something was revoked, in both orders there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mark {
    /// What knows how many revocations there had been is ended if there had been fewer.
    pub generation: Generation,
    /// What knows only the second it was issued in is ended if that was before.
    pub before: Timestamp,
}

impl Mark {
    /// The mark of a revocation at this moment.
    pub const fn at(generation: Generation, now: Timestamp) -> Self {
        // Tokens say the second they were issued in; those of this one may be from before, so they end as well.
        Self { generation, before: Timestamp::from_secs(now.secs()).after(Span::from_secs(1)) }
    }

    /// Whether it ends a session or a sign-in that was issued when there had been so many revocations.
    pub fn ends_session(self, issued: Generation) -> bool {
        issued < self.generation
    }

    /// The later of two.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        Self { generation: self.generation.max(other.generation), before: self.before.max(other.before) }
    }
}

/// What something was issued by, to or for, and so by what it can be revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Revocable {
    /// A session, or what a long-term key obtained, by the access key.
    Session(AccessKeyId),
    /// An identity.
    Identity(IdentityId),
    /// Whoever has this login: a user of a user pool, or somebody at another provider.
    Login(LoginKey),
    /// All whom this provider vouches for, by its name in logins: the users of a user pool.
    Provider(String),
    /// A role, by its unique id.
    Role(RoleId),
    /// A user of IAM, by their unique id.
    IamUser(UserId),
    /// The identities of a pool.
    IdentityPool(IdentityPoolId),
}

/// The kinds of [`Revocable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A session.
    Session,
    /// An identity.
    Identity,
    /// A login.
    Login,
    /// A provider.
    Provider,
    /// A role.
    Role,
    /// A user of IAM.
    IamUser,
    /// An identity pool.
    IdentityPool,
}

impl Kind {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Identity => "identity",
            Self::Login => "login",
            Self::Provider => "provider",
            Self::Role => "role",
            Self::IamUser => "iam-user",
            Self::IdentityPool => "identity-pool",
        }
    }
}

impl Revocable {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Session(_) => Kind::Session,
            Self::Identity(_) => Kind::Identity,
            Self::Login(_) => Kind::Login,
            Self::Provider(_) => Kind::Provider,
            Self::Role(_) => Kind::Role,
            Self::IamUser(_) => Kind::IamUser,
            Self::IdentityPool(_) => Kind::IdentityPool,
        }
    }

    /// Whose it is and its name there; only the subject of a login is a name at somebody else's.
    pub fn parts(&self) -> [&str; 2] {
        match self {
            Self::Session(id) => ["", id.as_str()],
            Self::Identity(id) => ["", id.as_str()],
            Self::Login(LoginKey { provider, subject }) => [provider, subject],
            Self::Provider(name) => ["", name],
            Self::Role(id) => ["", id.as_str()],
            Self::IamUser(id) => ["", id.as_str()],
            Self::IdentityPool(id) => ["", id.as_str()],
        }
    }

    /// A login, and the provider that vouches for it.
    pub fn of_login(login: &LoginKey) -> [Self; 2] {
        [Self::Login(login.clone()), Self::Provider(login.provider.clone())]
    }

    /// How long what was issued by it before a revocation can go on, so that the revocation has to be remembered. What a
    /// user signed in to is forgotten when the user is revoked, but not what all users of a provider signed in to.
    const fn lives(&self) -> Span {
        match self {
            Self::Provider(_) => LONGEST_SIGN_IN,
            Self::Session(_)
            | Self::Identity(_)
            | Self::Login(_)
            | Self::Role(_)
            | Self::IamUser(_)
            | Self::IdentityPool(_) => LONGEST_SESSION,
        }
    }
}

impl fmt::Display for Revocable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind().name();
        match self.parts() {
            ["", name] => write!(formatter, "{kind} `{name}`"),
            [of, name] => write!(formatter, "{kind} `{name}` of `{of}`"),
        }
    }
}

/// That everything was revoked that was issued by, to or for somebody until then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// What was revoked.
    pub whom: Revocable,
    /// When.
    pub mark: Mark,
    /// When nothing that it ends can go on any more, so that it is forgotten.
    pub until: Timestamp,
}

impl Revocation {
    /// A revocation at this moment.
    pub fn new(whom: Revocable, mark: Mark, now: Timestamp) -> Self {
        let until = now.after(whom.lives());
        Self { whom, mark, until }
    }
}

/// That nothing is issued to somebody until that is lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// To whom.
    pub whom: Revocable,
    /// Since when.
    pub since: Timestamp,
}

/// How it stands with all that is issued: read for every request, so it is one small record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Issuance {
    /// How many revocations there have been.
    pub generation: Generation,
    /// When everything was revoked at once, the last time.
    pub everything: Mark,
    /// The newest revocation of each kind: whatever was issued since needs no look at any of that kind.
    pub newest: Newest,
    /// How many are quarantined.
    pub quarantines: usize,
    /// Since when nothing is issued to anybody, if that is so.
    pub stopped: Option<Timestamp>,
}

/// For each kind its newest revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Newest {
    session: Generation,
    identity: Generation,
    login: Generation,
    provider: Generation,
    role: Generation,
    iam_user: Generation,
    identity_pool: Generation,
}

impl Newest {
    /// That of a kind.
    pub const fn of(&self, kind: Kind) -> Generation {
        match kind {
            Kind::Session => self.session,
            Kind::Identity => self.identity,
            Kind::Login => self.login,
            Kind::Provider => self.provider,
            Kind::Role => self.role,
            Kind::IamUser => self.iam_user,
            Kind::IdentityPool => self.identity_pool,
        }
    }

    /// Notes one of a kind.
    pub const fn note(&mut self, kind: Kind, generation: Generation) {
        let newest = match kind {
            Kind::Session => &mut self.session,
            Kind::Identity => &mut self.identity,
            Kind::Login => &mut self.login,
            Kind::Provider => &mut self.provider,
            Kind::Role => &mut self.role,
            Kind::IamUser => &mut self.iam_user,
            Kind::IdentityPool => &mut self.identity_pool,
        };
        *newest = generation;
    }
}
