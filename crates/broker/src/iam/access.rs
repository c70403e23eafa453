//! May this caller do this? The one question behind every door.

use crate::House;
use crate::iam::assume::federation_keys;
use crate::iam::authenticate::{Caller, Who};
use crate::iam::carried::Carried;
use crate::iam::circumstances::{Circumstances, add_always, add_network};
use domain::account::Account;
use domain::arn::{self, IdentityPoolArn, RoleArn};
use domain::iam::path::Path;
use domain::iam::role::RoleName;
use domain::iam::session::{LongTerm, Session, Subject};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{IdentityPools, ManagedPolicies, Read, Roles, Stop, refuse};
use domain::tag::{TagKey, Tags};
use domain::time::Timestamp;
use domain::user_pool::pool::UserPoolId;
use policy::{Context, Decision, Denial, Malformed, Principal, Request, Values};
use std::borrow::Cow;

/// What something is done to, as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// What stands for all resources, where an action is about none in particular.
    All,
    /// What has this ARN.
    Arn(String),
    /// The role of this name; its ARN holds its path. One that is not there is taken to be under the root path.
    Role(RoleName),
    /// A role that is to be made.
    NewRole(Path, RoleName),
    /// The roles whose path begins with this.
    RolesUnder(String),
    /// An identity pool.
    IdentityPool(IdentityPoolId),
    /// An identity pool by its name, which may be that of another account or region.
    IdentityPoolNamed(IdentityPoolArn),
    /// An identity, which has no ARN: policies tell it by the condition key of its pool.
    Identity(IdentityId),
    /// A user pool.
    UserPool(UserPoolId),
}

impl Resource {
    /// The ARN.
    pub fn arn(&self, records: &mut impl Roles, account: &Account) -> Read<String> {
        Ok(match self {
            Self::All | Self::Identity(_) => "*".to_owned(),
            Self::Arn(arn) => arn.clone(),
            Self::Role(name) => match records.role(name)? {
                Some(role) => role.arn(&account.id).to_string(),
                None => RoleArn::new(account.id.clone(), Path::root(), name.clone()).to_string(),
            },
            Self::NewRole(path, name) => {
                RoleArn::new(account.id.clone(), path.clone(), name.clone()).to_string()
            }
            Self::RolesUnder(path) => arn::roles_under(&account.id, path),
            Self::IdentityPool(id) => arn::identity_pool(account, id),
            Self::IdentityPoolNamed(arn) => arn.to_string(),
            Self::UserPool(id) => arn::user_pool(account, id),
        })
    }

    /// The condition keys that follow from what it is: the tags of a pool, the pool of an identity.
    pub fn keys(&self, records: &mut impl IdentityPools, account: &Account) -> Read<Vec<Key>> {
        let pool = match self {
            Self::IdentityPool(id) => id,
            Self::IdentityPoolNamed(arn) if arn.is_of(account) => arn.id(),
            Self::Identity(id) => {
                let pool = records.identity(id)?.map(|identity| arn::identity_pool(account, &identity.pool));
                return Ok(pool
                    .map(|pool| Key::new("cognito-identity:IdentityPoolArn", pool))
                    .into_iter()
                    .collect());
            }
            Self::All
            | Self::Arn(_)
            | Self::Role(_)
            | Self::NewRole(..)
            | Self::RolesUnder(_)
            | Self::IdentityPoolNamed(_)
            | Self::UserPool(_) => return Ok(Vec::new()),
        };
        let tags = records.identity_pool(pool)?.map(|pool| pool.tags).unwrap_or_default();
        Ok(tags.iter().map(|(key, value)| Key::of_tag("aws:ResourceTag", key, value.as_str())).collect())
    }
}

/// A condition key that a request has: its name and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name, such as `s3:prefix` or `aws:RequestTag/team`.
    pub name: Cow<'static, str>,
    /// Its value, or its values where AWS made it a key of many.
    pub values: Values<'static>,
}

impl Key {
    /// A key of one value.
    pub fn new(name: impl Into<Cow<'static, str>>, value: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), values: Values::One(value.into()) }
    }

    fn of_tag(kind: &str, key: &TagKey, value: &str) -> Self {
        Self::new(format!("{kind}/{key}"), value.to_owned())
    }

    /// What a request to write tags is asked by: each of them, and all their keys.
    pub fn of_tags(tags: &Tags) -> Vec<Self> {
        let each = tags.iter().map(|(key, value)| Self::of_tag("aws:RequestTag", key, value.as_str()));
        each.chain(Self::of_tag_keys(tags.iter().map(|(key, _)| key))).collect()
    }

    /// What a request about tags is asked by where it says their keys alone; there is no such key without one.
    pub fn of_tag_keys<'a>(keys: impl IntoIterator<Item = &'a TagKey>) -> Option<Self> {
        let keys: Vec<Cow<'static, str>> = keys.into_iter().map(|key| key.to_string().into()).collect();
        (!keys.is_empty()).then_some(Self { name: "aws:TagKeys".into(), values: Values::Many(keys) })
    }
}

/// What is asked: an IAM action on a resource, under circumstances that policies can ask about.
#[derive(Debug)]
pub struct Question<'a> {
    /// The action, such as `s3:GetObject`.
    pub action: &'static str,
    /// The resource's ARN.
    pub resource: &'a str,
    /// The condition keys of the service, such as `s3:authType` and `s3:prefix`; absent ones are left out.
    pub keys: &'a [Key],
    /// Under what circumstances it is asked.
    pub circumstances: &'a Circumstances,
}

/// An answer of yes. Only [`authorize`] gives it, so an operation that holds one has been asked for.
#[derive(Debug)]
pub struct Authorized {
    decision: AccessDecision,
    resource: String,
}

impl Authorized {
    /// Why the answer was yes.
    pub const fn decision(&self) -> &AccessDecision {
        &self.decision
    }

    /// The ARN of what it was decided for.
    pub fn resource(&self) -> &str {
        &self.resource
    }
}

/// Why a caller may do something.
#[derive(Debug, PartialEq, Eq)]
pub enum AccessDecision {
    /// The account's root may do everything.
    Root,
    /// Policies allow it.
    Policies(Decision),
}

impl std::fmt::Display for AccessDecision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Root => formatter.write_str("allowed to the account's root"),
            Self::Policies(decision) => decision.fmt(formatter),
        }
    }
}

/// Why a caller may not do something.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessRefused {
    /// No policy allows it, or one denies it.
    #[error("{0}")]
    Denied(Denial),
    /// A session of this kind cannot ask for it at all.
    #[error("`{0}` cannot be asked for with credentials of this kind")]
    NotBySession(&'static str),
    /// The session's role was deleted, or made anew under the same name.
    #[error("the role `{0}` of the session is gone")]
    RoleGone(String),
    /// A managed policy is attached that is not there, so nothing that depends on it is allowed.
    #[error("the managed policy {0} is gone")]
    PolicyGone(String),
    /// A policy cannot be read any more, so nothing that depends on it is allowed.
    #[error("{what} cannot be evaluated: {why}")]
    Malformed {
        /// Which policy.
        what: String,
        /// What is wrong with it.
        why: Malformed,
    },
}

/// Decides whether a caller may do what is asked.
pub fn authorize(
    records: &mut (impl Roles + ManagedPolicies),
    house: &House,
    caller: &Caller,
    question: &Question<'_>,
    now: Timestamp,
) -> Result<Authorized, Stop<AccessRefused>> {
    let authorized = |decision| Authorized { decision, resource: question.resource.to_owned() };
    let session = match caller.who() {
        Who::Root => return Ok(authorized(AccessDecision::Root)),
        Who::Session(session) => session,
    };
    if !session.subject.may_ask(question.action) {
        return refuse(AccessRefused::NotBySession(question.action));
    }
    if session.subject == Subject::LongTerm(LongTerm::Root) {
        return Ok(authorized(AccessDecision::Root));
    }
    let policies = Carried::by(records, house, session)?;
    let context = context_of((session, policies.tags()), question, house.account.region.as_str(), now);
    let names = Names::of(session);
    let request = Request {
        principal: names.principal(),
        action: question.action,
        resource: question.resource,
        context: &context,
    };
    match policies.decide(&request) {
        Decision::Denied(denial) => refuse(AccessRefused::Denied(denial)),
        decision @ Decision::Allowed { .. } => Ok(authorized(AccessDecision::Policies(decision))),
    }
}

/// The names by which policies know who acts in a session.
struct Names<'a> {
    session: &'a Session,
    arn: String,
    /// The ARN of the role.
    behind: String,
}

impl<'a> Names<'a> {
    fn of(session: &'a Session) -> Self {
        let behind = session.role().map(|role| role.role.to_string()).unwrap_or_default();
        Self { session, arn: session.arn(), behind }
    }

    fn principal(&self) -> Principal<'_> {
        let account = policy::Account { id: self.session.account.as_str(), canonical_user: None };
        match &self.session.subject {
            Subject::Role(role) => Principal::RoleSession {
                account,
                role: &self.behind,
                session: &self.arn,
                provider: role.federation.as_ref().map(|federation| &*federation.provider),
            },
            Subject::FederatedUser { by: LongTerm::Root, .. } => {
                Principal::FederatedUser { account, user: None, session: &self.arn }
            }
            // Its requests are decided without policies, but for those of who takes on a role, which root cannot.
            Subject::LongTerm(LongTerm::Root) => Principal::User { account, arn: &self.arn },
        }
    }
}

/// Everything that a policy can ask about a request. Source: IAM user guide, "AWS global condition context keys".
fn context_of<'a>(
    (session, tags): (&'a Session, &'a Tags),
    question: &'a Question<'_>,
    region: &'a str,
    now: Timestamp,
) -> Context<'a> {
    let (principal, kind) = match &session.subject {
        Subject::Role(role) => (role.role.to_string(), "AssumedRole"),
        Subject::FederatedUser { .. } => (session.arn(), "FederatedUser"),
        Subject::LongTerm(LongTerm::Root) => (session.arn(), "Account"),
    };
    let federation = session.role().and_then(|role| role.federation.as_ref());
    let mut context = federation
        .map_or_else(Context::new, federation_keys)
        .with("aws:principalarn", principal)
        .with("aws:principalaccount", session.account.as_str())
        .with("aws:principaltype", kind)
        .with("aws:userid", session.user_id())
        .with("aws:tokenissuetime", session.issued.rfc3339())
        // Temporary credentials always have it, and nobody has shown a second factor for these.
        .with("aws:multifactorauthpresent", "false");
    add_always(&mut context, question.circumstances.transport, region, now);
    add_network(&mut context, question.circumstances);
    if let Some(source_identity) = &session.source_identity {
        context.insert("aws:sourceidentity", source_identity.as_str());
    }
    // The session's tags come last: they are in the place of its role's, whatever the case of their keys.
    for (key, value) in tags.iter() {
        context.insert(format!("aws:PrincipalTag/{key}"), value.as_str());
    }
    for (key, value) in &session.tags {
        context.insert(format!("aws:PrincipalTag/{key}"), value.as_str());
    }
    for Key { name, values } in question.keys {
        match values {
            Values::One(value) => context.insert(&**name, &**value),
            Values::Many(values) => context.insert_many(&**name, values.iter().map(|value| &**value)),
        }
    }
    context
}
