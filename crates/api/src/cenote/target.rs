//! Whom a request about revocations means.

use super::words::unprocessable;
use crate::app::App;
use crate::audit::Notes;
use crate::fault::{Fault, Said};
use crate::operation::Permission;
use broker::iam::resource::{Key, Resource};
use broker::iam::revocations::{self, MOST_QUARANTINES};
use broker::user_pool::sign_out;
use domain::iam::access_key::AccessKeyId;
use domain::iam::revocation::Revocable;
use domain::iam::role::RoleName;
use domain::iam::user::UserName;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::{LoginKey, user_pool_provider_name};
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{IamUsers, Roles, Stop, UserPools, UserSessions, refuse};
use domain::time::Timestamp;
use domain::user_pool::pool::UserPoolId;
use domain::user_pool::user::{User, Username};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::records::Records;

/// What is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Session,
    Identity,
    Login,
    User,
    Role,
    IamUser,
    IdentityPool,
    UserPool,
    Everything,
}

/// What is meant, by its name and, where that is a name at somebody's, whose.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    kind: Kind,
    name: Option<String>,
    of: Option<String>,
}

/// Whom a request means, once its names are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// What has a name of its own.
    Known(Revocable),
    /// A user, whose login follows from their record.
    User(UserPoolId, Username),
    /// A role, whose unique id does.
    Role(RoleName),
    /// A user of IAM, whose unique id does.
    IamUser(UserName),
    /// All users of a pool.
    UserPool(UserPoolId),
    /// Everything.
    Everything,
}

/// Why a target is none.
pub(super) enum NoTarget {
    /// It is not there.
    Absent(String),
    /// It is nobody to whom something is issued.
    Nobody,
    /// There are too many.
    TooMany,
}

impl From<NoTarget> for Fault {
    fn from(no: NoTarget) -> Self {
        match no {
            NoTarget::Absent(message) => Said::bad_request("ResourceNotFoundException", message)
                .with_status(StatusCode::NOT_FOUND)
                .into(),
            NoTarget::Nobody => {
                unprocessable("only identities, logins, users and roles can be quarantined").into()
            }
            NoTarget::TooMany => {
                let message = format!("at most {MOST_QUARANTINES} can be quarantined at a time");
                Said::bad_request("LimitExceededException", message)
                    .with_status(StatusCode::UNPROCESSABLE_ENTITY)
                    .into()
            }
        }
    }
}

impl Input {
    /// Reads the names.
    pub(super) fn target(&self) -> Result<Target, Fault> {
        let name = || self.name.as_deref().ok_or_else(|| unprocessable("Name is missing"));
        let of = || self.of.as_deref().ok_or_else(|| unprocessable("Of is missing"));
        let needless = match self.kind {
            Kind::Everything => self.name.is_some() || self.of.is_some(),
            Kind::Login | Kind::User => false,
            Kind::Session
            | Kind::Identity
            | Kind::Role
            | Kind::IamUser
            | Kind::IdentityPool
            | Kind::UserPool => self.of.is_some(),
        };
        if needless {
            return Err(unprocessable("what is meant has no name of this kind").into());
        }
        let known = |read: Result<Revocable, domain::text::NotA>| Ok(Target::Known(read.map_err(bad)?));
        match self.kind {
            Kind::Session => known(AccessKeyId::parse(name()?).map(Revocable::Session)),
            Kind::Identity => known(IdentityId::parse(name()?).map(Revocable::Identity)),
            Kind::IdentityPool => known(IdentityPoolId::parse(name()?).map(Revocable::IdentityPool)),
            Kind::Login => {
                let login = LoginKey { provider: of()?.to_owned(), subject: name()?.to_owned() };
                Ok(Target::Known(Revocable::Login(login)))
            }
            Kind::User => Ok(Target::User(
                UserPoolId::parse(of()?).map_err(bad)?,
                Username::parse(name()?).map_err(bad)?,
            )),
            Kind::Role => Ok(Target::Role(RoleName::parse(name()?).map_err(bad)?)),
            Kind::IamUser => Ok(Target::IamUser(UserName::parse(name()?).map_err(bad)?)),
            Kind::UserPool => Ok(Target::UserPool(UserPoolId::parse(name()?).map_err(bad)?)),
            Kind::Everything => Ok(Target::Everything),
        }
    }

    /// To do this to whom it means. Policies can ask for the kind.
    pub(super) fn permission(&self, action: &'static str) -> Permission {
        let resource = match self.target() {
            // What it is is told to those who may ask.
            Err(_) => Resource::All,
            Ok(Target::Known(Revocable::Identity(id))) => Resource::Identity(id),
            Ok(Target::Known(Revocable::IdentityPool(id))) => Resource::IdentityPool(id),
            Ok(
                Target::Known(
                    Revocable::Session(_)
                    | Revocable::Login(_)
                    | Revocable::Provider(_)
                    | Revocable::Role(_)
                    | Revocable::IamUser(_),
                )
                | Target::Everything,
            ) => Resource::All,
            Ok(Target::User(pool, _) | Target::UserPool(pool)) => Resource::UserPool(pool),
            Ok(Target::Role(name)) => Resource::Role(name),
            Ok(Target::IamUser(name)) => Resource::User(name),
        };
        let keys = vec![Key::new("cenote:Kind", format!("{:?}", self.kind))];
        Permission { action, resource, keys }
    }

    /// Tells the audit whom it means.
    pub(super) fn note(&self, notes: &mut Notes) {
        notes.parameter("kind", format!("{:?}", self.kind));
        for (name, value) in [("name", &self.name), ("of", &self.of)] {
            if let Some(value) = value {
                notes.parameter(name, crate::audit::short(value));
            }
        }
    }
}

fn bad(why: domain::text::NotA) -> Fault {
    unprocessable(&why.to_string()).into()
}

impl Target {
    /// Revokes what was issued to it.
    pub(super) fn revoke(
        &self,
        records: &mut Records<'_>,
        app: &App,
        now: Timestamp,
    ) -> Result<(), Stop<NoTarget>> {
        match self {
            Self::Everything => Ok(revocations::revoke_everything(records, now)?),
            Self::User(pool, name) => {
                let user = user_of(records, pool, name)?;
                Ok(sign_out::revoke_user(records, &app.house, &user, now)?)
            }
            Self::Known(_) | Self::Role(_) | Self::IamUser(_) | Self::UserPool(_) => {
                let whom = self.revocable(records, app)?;
                Ok(revocations::revoke(records, [whom], now)?)
            }
        }
    }

    /// The same, and has nothing issued to it from now on.
    pub(super) fn quarantine(
        &self,
        records: &mut Records<'_>,
        app: &App,
        now: Timestamp,
    ) -> Result<(), Stop<NoTarget>> {
        if let Self::User(pool, name) = self {
            let user = user_of(records, pool, name)?;
            sign_out::revoke_user(records, &app.house, &user, now)?;
        }
        let whom = self.principal(records, app)?;
        if revocations::quarantine(records, whom, now)? { Ok(()) } else { refuse(NoTarget::TooMany) }
    }

    /// Who is quarantined, or was.
    pub(super) fn principal(
        &self,
        records: &mut Records<'_>,
        app: &App,
    ) -> Result<Revocable, Stop<NoTarget>> {
        match self.revocable(records, app)? {
            whom @ (Revocable::Identity(_)
            | Revocable::Login(_)
            | Revocable::Role(_)
            | Revocable::IamUser(_)) => Ok(whom),
            Revocable::Session(_) | Revocable::Provider(_) | Revocable::IdentityPool(_) => {
                refuse(NoTarget::Nobody)
            }
        }
    }

    fn revocable(&self, records: &mut Records<'_>, app: &App) -> Result<Revocable, Stop<NoTarget>> {
        match self {
            Self::Known(Revocable::Login(LoginKey { provider, subject })) => {
                let provider = app.house.provider_name(provider);
                Ok(Revocable::Login(LoginKey { provider, subject: subject.clone() }))
            }
            Self::Known(whom) => Ok(whom.clone()),
            Self::User(pool, name) => {
                let user = user_of(records, pool, name)?;
                Ok(Revocable::Login(sign_out::login_of(&app.house, &user)))
            }
            Self::Role(name) => match records.role(name)? {
                Some(role) => Ok(Revocable::Role(role.id)),
                None => absent(format!("The role with name {name} cannot be found.")),
            },
            Self::IamUser(name) => match records.iam_user(name)? {
                Some(user) => Ok(Revocable::IamUser(user.id)),
                None => absent(format!("The user with name {name} cannot be found.")),
            },
            Self::UserPool(id) => match records.user_pool(id)? {
                Some(pool) => {
                    let region = &app.house.account.region;
                    Ok(Revocable::Provider(user_pool_provider_name(&pool.id, region)))
                }
                None => absent(format!("User pool {id} does not exist.")),
            },
            Self::Everything => refuse(NoTarget::Nobody),
        }
    }
}

fn user_of(
    records: &mut (impl UserPools + UserSessions),
    pool: &UserPoolId,
    name: &Username,
) -> Result<User, Stop<NoTarget>> {
    if records.user_pool(pool)?.is_some()
        && let Some(user) = records.user(pool, name)?
    {
        return Ok(user);
    }
    absent("User does not exist.".to_owned())
}

fn absent<T>(message: String) -> Result<T, Stop<NoTarget>> {
    refuse(NoTarget::Absent(message))
}
