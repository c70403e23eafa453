//! May this caller do this? The one question behind every door.

use crate::House;
use crate::iam::assume::federation_keys;
use crate::iam::authenticate::{Caller, Who};
use crate::iam::carried::Carried;
use crate::iam::circumstances::{Circumstances, add_always, add_network};
use crate::iam::resource::{Key, ResourcePolicy};
use crate::iam::revocations::{Ended, ended};
use domain::account::AccountId;
use domain::arn;
use domain::iam::session::{LongTerm, Session, Subject};
use domain::iam::user::Holder;
use domain::records::{Grounds, Stop, refuse};
use domain::tag::Tags;
use domain::time::Timestamp;
use policy::{Context, Decision, Denial, Malformed, Named, Nearest, Principal, Request, Values};

/// Who asks.
#[derive(Clone, Copy)]
pub enum Asking<'a> {
    /// Somebody whose signature was verified.
    Signed(&'a Caller),
    /// Nobody known. Only the policy of a resource can allow them anything.
    Unsigned,
}

impl<'a> Asking<'a> {
    /// The session that signed, if one did.
    pub fn session(self) -> Option<&'a Session> {
        match self {
            Self::Signed(caller) => caller.session(),
            Self::Unsigned => None,
        }
    }

    /// Their ARN, or what stands for nobody's.
    pub fn arn(self, account: &AccountId) -> String {
        match self {
            Self::Signed(caller) => caller.arn(account),
            Self::Unsigned => ANONYMOUS.to_owned(),
        }
    }
}

/// What stands for nobody known. Source: IAM user guide, "Principal key values".
const ANONYMOUS: &str = "anonymous";

/// What is asked: an IAM action on a resource, under circumstances that policies can ask about.
#[derive(Debug)]
pub struct Question<'a> {
    /// The action, such as `s3:GetObject`.
    pub action: &'static str,
    /// The resource's ARN.
    pub resource: &'a str,
    /// The policy that the resource has itself, if it has one.
    pub policy: Option<&'a ResourcePolicy>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessDecision {
    /// The account's root may do everything.
    Root,
    /// Policies allow it.
    Policies(Decision),
    /// It is open to whoever holds a long-term access key.
    LongTerm,
}

impl std::fmt::Display for AccessDecision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Root => formatter.write_str("allowed to the account's root"),
            Self::Policies(decision) => decision.fmt(formatter),
            Self::LongTerm => formatter.write_str("open to whoever holds a long-term access key"),
        }
    }
}

/// Why a caller may not do something.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessRefused {
    /// No policy allows it, or one denies it.
    #[error("{denial}")]
    Denied {
        /// How they decided.
        denial: Denial,
        /// The statement that came nearest to allowing it.
        nearest: Option<Box<Nearest>>,
    },
    /// What the caller signs with was revoked.
    #[error("{0}")]
    Ended(Ended),
    /// A session of this kind cannot ask for it at all.
    #[error("`{0}` cannot be asked for with credentials of this kind")]
    NotBySession(&'static str),
    /// The session's role was deleted, or made anew under the same name.
    #[error("the role `{0}` of the session is gone")]
    RoleGone(String),
    /// A managed policy is attached that is not there, so nothing that depends on it is allowed.
    #[error("the managed policy {0} is gone")]
    PolicyGone(String),
    /// A group that the user is in is not there, so nothing that depends on it is allowed.
    #[error("the group `{0}` is gone")]
    GroupGone(String),
    /// The user was deleted, renamed or moved while they asked.
    #[error("the user `{0}` is gone")]
    UserGone(String),
    /// A policy cannot be read any more, so nothing that depends on it is allowed.
    #[error("{what} cannot be evaluated: {why}")]
    Malformed {
        /// Which policy.
        what: String,
        /// What is wrong with it.
        why: Malformed,
    },
}

/// What root may do with its buckets' policies whatever they say, so that it cannot lock itself out.
/// Source: S3 API reference, `PutBucketPolicy`.
const ALWAYS_ROOTS: [&str; 3] = ["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"];

/// Decides whether somebody may do what is asked.
pub fn authorize(
    records: &mut impl Grounds,
    house: &House,
    asking: Asking<'_>,
    question: &Question<'_>,
    now: Timestamp,
) -> Result<Authorized, Stop<AccessRefused>> {
    let decision = match asking {
        Asking::Unsigned => may_nobody(house, question, now),
        Asking::Signed(caller) => match (ended(records, caller)?, caller.who()) {
            (Some(ended), _) => refuse(AccessRefused::Ended(ended)),
            (None, Who::Root) => may_root(house, root_keys(&house.account.id), question, now),
            (None, Who::Session(session)) if !session.subject.may_ask(question.action) => {
                refuse(AccessRefused::NotBySession(question.action))
            }
            (None, Who::Session(session)) if session.subject == Subject::LongTerm(LongTerm::Root) => {
                may_root(house, session_keys(session, &Tags::default()), question, now)
            }
            (None, who @ (Who::User(_) | Who::Session(_))) => may_caller(records, house, who, question, now),
        },
    }?;
    Ok(Authorized { decision, resource: question.resource.to_owned() })
}

/// Root needs no policy, but the policy of a resource can deny it something.
fn may_root(
    house: &House,
    itself: Context<'_>,
    question: &Question<'_>,
    now: Timestamp,
) -> Result<AccessDecision, Stop<AccessRefused>> {
    if question.policy.is_none() || ALWAYS_ROOTS.contains(&question.action) {
        return Ok(AccessDecision::Root);
    }
    let (account, canonical_user) = (&house.account.id, house.account.canonical_user());
    let root = policy::Account { id: account.as_str(), canonical_user: Some(&canonical_user) };
    let context = context_of(itself, question, house.account.region.as_str(), now);
    match decide(house, (Principal::Root(root), &context), question, &Carried::default()) {
        Ok(_) | Err(Stop::Refused(AccessRefused::Denied { denial: Denial::Implicit { .. }, .. })) => {
            Ok(AccessDecision::Root)
        }
        denied @ Err(_) => denied,
    }
}

fn may_nobody(
    house: &House,
    question: &Question<'_>,
    now: Timestamp,
) -> Result<AccessDecision, Stop<AccessRefused>> {
    let itself = Context::new()
        .with("aws:principalaccount", ANONYMOUS)
        .with("aws:principaltype", "Anonymous")
        .with("aws:userid", ANONYMOUS);
    let context = context_of(itself, question, house.account.region.as_str(), now);
    decide(house, (Principal::Anonymous, &context), question, &Carried::default())
}

fn may_caller(
    records: &mut impl Grounds,
    house: &House,
    who: &Who,
    question: &Question<'_>,
    now: Timestamp,
) -> Result<AccessDecision, Stop<AccessRefused>> {
    let carried = Carried::by(records, house, who)?;
    let itself = keys_of(who, carried.tags(), &house.account.id);
    let context = context_of(itself, question, house.account.region.as_str(), now);
    let canonical_user = question.policy.map(|_| house.account.canonical_user());
    let names = Names::of(who, &house.account.id, canonical_user.as_deref());
    decide(house, (names.principal(), &context), question, &carried)
}

/// Weighs what a caller carries and the policy of the resource.
fn decide(
    house: &House,
    (principal, context): (Principal<'_>, &Context<'_>),
    question: &Question<'_>,
    carried: &Carried,
) -> Result<AccessDecision, Stop<AccessRefused>> {
    let request = Request { principal, action: question.action, resource: question.resource, context };
    let guarding = match question.policy.map(|policy| Ok((&policy.name, policy.compiled(house)?))).transpose()
    {
        Ok(guarding) => guarding,
        Err(refused) => return refuse(refused),
    };
    let guarding = guarding.as_ref().map(|(name, document)| Named { name, document });
    match carried.decide(&request, guarding.as_ref()) {
        Decision::Denied(denial) => {
            let nearest = carried.nearest(&request, guarding.as_ref(), &denial).map(Box::new);
            refuse(AccessRefused::Denied { denial, nearest })
        }
        decision @ Decision::Allowed { .. } => Ok(AccessDecision::Policies(decision)),
    }
}

/// The names by which policies know who signed.
pub(super) struct Names<'a> {
    who: &'a Who,
    account: policy::Account<'a>,
    arn: String,
    /// The ARN of the role, or of the user who made the session.
    behind: Option<String>,
}

impl<'a> Names<'a> {
    pub(super) fn of(who: &'a Who, account: &'a AccountId, canonical_user: Option<&'a str>) -> Self {
        let (arn, behind) = match who {
            Who::Root => (arn::root(account), None),
            Who::User(holder) => (holder.arn.to_string(), None),
            Who::Session(session) => {
                let behind = match &session.subject {
                    Subject::Role(role) => Some(role.role.to_string()),
                    Subject::FederatedUser { by: LongTerm::User(user), .. } => Some(user.arn.to_string()),
                    Subject::FederatedUser { by: LongTerm::Root, .. } | Subject::LongTerm(_) => None,
                };
                (session.arn(), behind)
            }
        };
        Self { who, account: policy::Account { id: account.as_str(), canonical_user }, arn, behind }
    }

    pub(super) fn principal(&self) -> Principal<'_> {
        let (account, arn, behind) = (self.account, self.arn.as_str(), self.behind.as_deref());
        match self.who {
            Who::Root => Principal::Root(account),
            Who::User(_) => Principal::User { account, arn },
            Who::Session(session) => match &session.subject {
                Subject::Role(role) => Principal::RoleSession {
                    account,
                    role: behind.unwrap_or_default(),
                    session: arn,
                    provider: role.federation.as_ref().map(|federation| &*federation.provider),
                },
                Subject::FederatedUser { .. } => {
                    Principal::FederatedUser { account, user: behind, session: arn }
                }
                Subject::LongTerm(LongTerm::User(_)) => Principal::User { account, arn },
                Subject::LongTerm(LongTerm::Root) => Principal::Root(account),
            },
        }
    }
}

/// What policies can ask about who signed, given the tags of their role or user.
pub(super) fn keys_of<'a>(who: &'a Who, tags: &Tags, account: &'a AccountId) -> Context<'a> {
    match who {
        Who::Root => root_keys(account),
        Who::User(holder) => user_keys(holder, tags),
        Who::Session(session) => session_keys(session, tags),
    }
}

/// What policies can ask about root as it signs with its own key.
fn root_keys(account: &AccountId) -> Context<'_> {
    Context::new()
        .with("aws:principalarn", arn::root(account))
        .with("aws:principalaccount", account.as_str())
        .with("aws:principaltype", "Account")
        .with("aws:userid", account.as_str())
}

/// What policies can ask about a user who has these tags. A key of theirs proves no second factor, so there is nothing to
/// ask about that.
fn user_keys<'a>(holder: &'a Holder, tags: &Tags) -> Context<'a> {
    let mut context = Context::new()
        .with("aws:principalarn", holder.arn.to_string())
        .with("aws:principalaccount", holder.arn.account().as_str())
        .with("aws:principaltype", "User")
        .with("aws:userid", holder.id.as_str())
        .with("aws:username", holder.arn.name().as_str());
    for (key, value) in tags.iter() {
        context.insert(format!("aws:PrincipalTag/{key}"), value.to_string());
    }
    context
}

/// What policies can ask about a session, whose role or user has these tags.
fn session_keys<'a>(session: &'a Session, tags: &Tags) -> Context<'a> {
    let (principal, kind) = match &session.subject {
        Subject::Role(role) => (role.role.to_string(), "AssumedRole"),
        Subject::FederatedUser { .. } => (session.arn(), "FederatedUser"),
        Subject::LongTerm(LongTerm::Root) => (session.arn(), "Account"),
        Subject::LongTerm(LongTerm::User(_)) => (session.arn(), "User"),
    };
    let federation = session.role().and_then(|role| role.federation.as_ref());
    let mut keys = federation
        .map_or_else(Context::new, federation_keys)
        .with("aws:principalarn", principal)
        .with("aws:principalaccount", session.account.as_str())
        .with("aws:principaltype", kind)
        .with("aws:userid", session.user_id())
        .with("aws:tokenissuetime", session.issued.rfc3339())
        // Temporary credentials always have it, and nobody has shown a second factor for these.
        .with("aws:multifactorauthpresent", "false");
    if let Subject::LongTerm(LongTerm::User(user)) = &session.subject {
        keys.insert("aws:username", user.arn.name().as_str());
    }
    if let Some(source_identity) = &session.source_identity {
        keys.insert("aws:sourceidentity", source_identity.as_str());
    }
    // The session's tags come last: they are in the place of its role's, whatever the case of their keys.
    for (key, value) in tags.iter() {
        keys.insert(format!("aws:PrincipalTag/{key}"), value.to_string());
    }
    for (key, value) in &session.tags {
        keys.insert(format!("aws:PrincipalTag/{key}"), value.as_str());
    }
    keys
}

/// Everything that a policy can ask about a request, given what it can ask about who sends it.
/// Source: IAM user guide, "AWS global condition context keys".
pub(super) fn context_of<'a>(
    itself: Context<'a>,
    question: &'a Question<'_>,
    region: &'a str,
    now: Timestamp,
) -> Context<'a> {
    let mut context = itself;
    add_always(&mut context, question.circumstances.transport, region, now);
    add_network(&mut context, question.circumstances);
    add_keys(&mut context, question.keys);
    context
}

/// Adds condition keys that a request has.
pub(super) fn add_keys<'a>(context: &mut Context<'a>, keys: &'a [Key]) {
    for Key { name, values } in keys {
        match values {
            Values::One(value) => context.insert(&**name, &**value),
            Values::Many(values) => context.insert_many(&**name, values.iter().map(|value| &**value)),
        }
    }
}
