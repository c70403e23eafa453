//! What policies would say to requests that nobody sends: decided as those that somebody does.

use crate::House;
use crate::iam::access::{AccessRefused, keys_of};
use crate::iam::authenticate::Who;
pub use crate::iam::carried::Source;
use crate::iam::carried::{Carried, Known, Whose};
use domain::account::AccountId;
use domain::arn::{self, GroupArn, RoleArn, UserArn};
use domain::iam::user::Holder;
use domain::records::{Grounds, Stop, refuse};
use policy::{
    Account, Context, Decision, Denial, Document, Kind, Malformed, Named, Principal, Request, StatementRef,
    ValueType,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is to be simulated, as it was given.
pub struct Given {
    /// Policies that allow and deny, beside those of a principal.
    pub policies: Vec<String>,
    /// The boundary, in place of a principal's own; one at most.
    pub boundaries: Vec<String>,
    /// The policy of each resource.
    pub resource_policy: Option<String>,
    /// The account that the resources are of.
    pub resource_owner: Option<String>,
    /// The user who asks.
    pub caller: Option<String>,
    /// The condition keys.
    pub entries: Vec<Entry>,
    /// The actions, each with every resource.
    pub actions: Vec<String>,
    /// The resources; all of them, if none is named.
    pub resources: Vec<String>,
}

/// A condition key that the requests have.
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
    /// What its values are.
    pub sort: ValueType,
    /// Whether it is a key of many values.
    pub is_list: bool,
}

/// Why nothing is simulated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimulationRefused {
    /// A policy is none.
    #[error("Invalid Input Policy {what}: {why}")]
    Malformed {
        /// Which one.
        what: String,
        /// What is wrong with it.
        why: Malformed,
    },
    /// More than one boundary.
    #[error("Only one permissions boundary policy can be given.")]
    Boundaries,
    /// What is no action in full.
    #[error("Invalid action name: {0}")]
    Action(String),
    /// What is no ARN.
    #[error("Invalid resource: {0}")]
    Resource(String),
    /// Who is no user of the account.
    #[error("Invalid caller: {0}")]
    Caller(String),
    /// Nobody is said to ask, though the policy of a resource says whom it lets in.
    #[error("CallerArn is required with ResourcePolicy.")]
    NoCaller,
    /// Resources of another account.
    #[error("Invalid resource owner: {0}")]
    Owner(String),
    /// A condition key with values that are not what they are said to be.
    #[error("Invalid context entry: {0}")]
    Entry(String),
    /// What is the ARN of no user, group or role.
    #[error("ARN {0} is not valid.")]
    NoPrincipal(String),
    /// A user, group or role that is not there.
    #[error("{0} cannot be found.")]
    NoSuchPrincipal(String),
    /// The policies of the principal cannot be evaluated.
    #[error("{0}")]
    Unready(AccessRefused),
}

/// Somebody whose policies can be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalArn {
    /// A user.
    User(UserArn),
    /// A group.
    Group(GroupArn),
    /// A role.
    Role(RoleArn),
}

impl PrincipalArn {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, SimulationRefused> {
        let user = UserArn::parse(text).map(Self::User);
        let any = user.or_else(|_| GroupArn::parse(text).map(Self::Group));
        any.or_else(|_| RoleArn::parse(text).map(Self::Role))
            .map_err(|_| SimulationRefused::NoPrincipal(text.to_owned()))
    }

    fn find(
        &self,
        records: &mut impl Grounds,
        account: &AccountId,
    ) -> Result<Whose, Stop<SimulationRefused>> {
        let found = match self {
            Self::User(arn) => {
                records.iam_user(arn.name())?.filter(|it| it.arn(account) == *arn).map(Whose::User)
            }
            Self::Group(arn) => {
                records.group(arn.name())?.filter(|it| it.arn(account) == *arn).map(Whose::Group)
            }
            Self::Role(arn) => {
                records.role(arn.name())?.filter(|it| it.arn(account) == *arn).map(Whose::Role)
            }
        };
        found.map_or_else(|| refuse(SimulationRefused::NoSuchPrincipal(self.to_string())), Ok)
    }
}

impl std::fmt::Display for PrincipalArn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(arn) => arn.fmt(formatter),
            Self::Group(arn) => arn.fmt(formatter),
            Self::Role(arn) => arn.fmt(formatter),
        }
    }
}

/// What one request would be told.
#[derive(Debug, PartialEq, Eq)]
pub struct Simulated {
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// What would be decided.
    pub verdict: Verdict,
    /// The statements that would decide it.
    pub matched: Vec<(StatementRef, Source)>,
    /// Whether the boundary allows it, if there is one.
    pub within_boundary: Option<bool>,
}

/// What would be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is allowed.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// Nothing allows it.
    ImplicitDeny,
}

/// Requests that are to be decided.
pub struct Simulation {
    account: AccountId,
    carried: Carried,
    guarding: Option<Known>,
    caller: Option<UserArn>,
    itself: Itself,
    entries: Vec<Entry>,
    actions: Vec<String>,
    resources: Vec<String>,
}

/// What is known about the principal without being said.
enum Itself {
    Nothing,
    User(Who),
    Role(RoleArn),
}

/// The policies that requests are decided by without being given, and who is taken to ask.
pub struct Gathered {
    carried: Carried,
    principal: Option<UserArn>,
    itself: Itself,
}

impl Gathered {
    /// Nobody's.
    pub fn nothing() -> Self {
        Self { carried: Carried::default(), principal: None, itself: Itself::Nothing }
    }

    /// Those of a user, a group or a role, if it is the one of this ARN that the caller was let in for.
    pub fn of(
        records: &mut impl Grounds,
        house: &House,
        principal: &PrincipalArn,
        let_in_for: &str,
    ) -> Result<Self, Stop<SimulationRefused>> {
        if principal.to_string() != let_in_for {
            return refuse(SimulationRefused::NoSuchPrincipal(principal.to_string()));
        }
        let whose = principal.find(records, &house.account.id)?;
        let (principal, itself) = match (&whose, principal) {
            (Whose::User(user), PrincipalArn::User(arn)) => {
                let holder = Holder { arn: arn.clone(), id: user.id.clone() };
                (Some(arn.clone()), Itself::User(Who::User(Box::new(holder))))
            }
            (Whose::Role(_), PrincipalArn::Role(arn)) => (None, Itself::Role(arn.clone())),
            (Whose::User(_) | Whose::Group(_) | Whose::Role(_), _) => (None, Itself::Nothing),
        };
        let carried = Carried::of(records, house, whose).map_err(|stop| match stop {
            Stop::Refused(refused) => Stop::Refused(SimulationRefused::Unready(refused)),
            Stop::Unready(unready) => Stop::Unready(unready),
        })?;
        Ok(Self { carried, principal, itself })
    }

    /// The condition keys that they and policies that are given look at, in lower case.
    pub fn keys(self, given: Vec<String>) -> Result<Vec<String>, SimulationRefused> {
        let given = documents("PolicyInputList", given)?;
        Ok(keys_in(self.carried.with_given(given, None).all()).into_iter().collect())
    }
}

impl Simulation {
    /// Requests that are decided by the policies that were gathered and by those that are given.
    pub fn over(house: &House, gathered: Gathered, given: Given) -> Result<Self, SimulationRefused> {
        let Gathered { carried, principal, itself } = gathered;
        let account = &house.account.id;
        let identity = documents("PolicyInputList", given.policies)?;
        let mut boundaries = documents("PermissionsBoundaryPolicyInputList", given.boundaries)?;
        let boundary = boundaries.pop();
        if !boundaries.is_empty() {
            return Err(SimulationRefused::Boundaries);
        }
        let guarding = given.resource_policy.map(|text| {
            let name = "ResourcePolicy".to_owned();
            compiled(name, (Kind::Resource, Source::Resource), &text)
        });
        let caller = given.caller.map(|arn| caller_of(arn, account)).transpose()?;
        // Who is somebody else has the policies of the principal, and nothing else of them.
        let is_another = caller.is_some() && caller != principal;
        let itself = if is_another { Itself::Nothing } else { itself };
        let caller = caller.or(principal);
        if guarding.is_some() && caller.is_none() {
            return Err(SimulationRefused::NoCaller);
        }
        if let Some(owner) = given.resource_owner.filter(|owner| *owner != arn::root(account)) {
            return Err(SimulationRefused::Owner(owner));
        }
        if let Some(wrong) = given.actions.iter().find(|action| !is_action(action)) {
            return Err(SimulationRefused::Action(wrong.clone()));
        }
        let mut resources = given.resources;
        if let Some(wrong) = resources.iter().find(|resource| !is_resource(resource)) {
            return Err(SimulationRefused::Resource(wrong.clone()));
        }
        if resources.is_empty() {
            resources.push("*".to_owned());
        }
        if let Some(wrong) = given.entries.iter().find(|entry| !entry.is_right()) {
            return Err(SimulationRefused::Entry(wrong.name.clone()));
        }
        Ok(Self {
            account: account.clone(),
            carried: carried.with_given(identity, boundary),
            guarding: guarding.transpose()?,
            caller,
            itself,
            entries: given.entries,
            actions: given.actions,
            resources,
        })
    }

    /// What the requests from this one on would be told, at most so many.
    pub fn page(&self, first: usize, limit: usize) -> Vec<(usize, Simulated)> {
        let context = self.context();
        let pairs = self.actions.iter().flat_map(|action| self.resources.iter().map(move |it| (action, it)));
        pairs
            .enumerate()
            .skip(first)
            .take(limit)
            .map(|(at, (action, resource))| (at, self.decide(action, resource, &context)))
            .collect()
    }

    /// The condition keys that the policies look at and that the requests do not have, in lower case.
    pub fn missing(&self) -> Vec<String> {
        let context = self.context();
        let all = self.carried.all().chain(&self.guarding);
        let mut keys = keys_in(all);
        keys.retain(|key| context.get(key).is_none());
        keys.into_iter().collect()
    }

    fn decide(&self, action: &str, resource: &str, context: &Context<'_>) -> Simulated {
        let caller = self.caller.as_ref().map(ToString::to_string);
        let account = Account { id: self.account.as_str(), canonical_user: None };
        let arn = caller.unwrap_or_default();
        let principal = Principal::User { account, arn: &arn };
        let request = Request { principal, action, resource, context };
        let guarding = self.guarding.as_ref();
        let guarding = guarding.map(|Known { name, document, .. }| Named { name, document });
        let (verdict, by) = match self.carried.decide(&request, guarding.as_ref()) {
            Decision::Allowed { by } => (Verdict::Allowed, by),
            Decision::Denied(Denial::Explicit { by, .. }) => (Verdict::ExplicitDeny, vec![by]),
            Decision::Denied(Denial::Implicit { .. }) => (Verdict::ImplicitDeny, Vec::new()),
        };
        Simulated {
            action: action.to_owned(),
            resource: resource.to_owned(),
            verdict,
            matched: by.into_iter().map(|by| self.sourced(by)).collect(),
            within_boundary: self.carried.is_within_boundary(&request),
        }
    }

    fn sourced(&self, by: StatementRef) -> (StatementRef, Source) {
        let known = self.carried.all().chain(&self.guarding).find(|known| known.name == by.policy);
        let source = known.map_or(Source::None, |known| known.source);
        (by, source)
    }

    /// What policies can ask about: the principal, and then what was given, which comes in its place.
    fn context(&self) -> Context<'_> {
        let tags = self.carried.tags();
        let mut context = match &self.itself {
            Itself::Nothing => Context::new(),
            Itself::User(who) => keys_of(who, tags, &self.account),
            Itself::Role(arn) => {
                let mut known = Context::new()
                    .with("aws:principalarn", arn.to_string())
                    .with("aws:principalaccount", arn.account().to_string())
                    .with("aws:principaltype", "AssumedRole");
                for (key, value) in tags.iter() {
                    known.insert(format!("aws:PrincipalTag/{key}"), value.to_string());
                }
                known
            }
        };
        if let Some(caller) = &self.caller {
            context.insert("aws:principalarn", caller.to_string());
            context.insert("aws:username", caller.name().as_str());
        }
        for Entry { name, values, is_list, .. } in &self.entries {
            match values.first() {
                Some(value) if !is_list => context.insert(name.as_str(), value.as_str()),
                _ => context.insert_many(name.as_str(), values.iter().map(String::as_str)),
            }
        }
        context
    }
}

impl Entry {
    fn is_right(&self) -> bool {
        let has_vendor =
            self.name.split_once(':').is_some_and(|(vendor, key)| !vendor.is_empty() && !key.is_empty());
        let fits = self.is_list || self.values.len() == 1;
        has_vendor && fits && self.values.iter().all(|value| self.sort.is_of(value))
    }
}

fn keys_in<'a>(known: impl IntoIterator<Item = &'a Known>) -> BTreeSet<String> {
    known.into_iter().flat_map(|known| known.document.keys()).map(str::to_owned).collect()
}

/// Policies that were given, by the names that IAM has for them: `PolicyInputList.1`.
fn documents(list: &str, texts: Vec<String>) -> Result<Vec<Known>, SimulationRefused> {
    let numbered = texts.into_iter().zip(1_u32..);
    numbered
        .map(|(text, number)| compiled(format!("{list}.{number}"), (Kind::Identity, Source::None), &text))
        .collect()
}

/// Not among those that are kept compiled: nobody is asked about it again.
fn compiled(name: String, (kind, source): (Kind, Source), text: &str) -> Result<Known, SimulationRefused> {
    match Document::parse(text, kind) {
        Ok(document) => Ok(Known { name, source, document: Arc::new(document) }),
        Err(why) => Err(SimulationRefused::Malformed { what: name, why }),
    }
}

fn caller_of(text: String, account: &AccountId) -> Result<UserArn, SimulationRefused> {
    let user = UserArn::parse(&text).ok().filter(|user| user.account() == account);
    user.ok_or(SimulationRefused::Caller(text))
}

/// Whether a text is an action in full, without wildcards: `s3:GetObject`.
fn is_action(text: &str) -> bool {
    let of_service = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.split_once(':').is_some_and(|(service, action)| {
        let is_full = !service.is_empty() && !action.is_empty();
        is_full && service.chars().all(of_service) && action.chars().all(|c| of_service(c) || c == '_')
    })
}

/// Whether a text is an ARN of six parts, or `*`.
fn is_resource(text: &str) -> bool {
    text == "*" || (text.starts_with("arn:") && text.splitn(6, ':').count() == 6)
}
