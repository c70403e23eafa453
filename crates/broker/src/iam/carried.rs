//! The policies that a caller carries: of its role or user, of the boundary of that, and of its session.

use crate::House;
use crate::iam::access::AccessRefused;
use crate::iam::authenticate::Who;
use crate::iam::managed_policies;
use domain::arn::{PolicyArn, PolicyOwner};
use domain::iam::group::{Group, GroupName};
use domain::iam::role::{PolicyName, Role};
use domain::iam::session::{LongTerm, RoleSession, Session, Subject};
use domain::iam::user::{Holder, User};
use domain::records::{Grounds, Groups, ManagedPolicies, Read, Roles, Stop, refuse};
use domain::tag::Tags;
use policy::{
    Decision, Denial, Document, Kind, Layer, Named, Nearest, PolicySet, Request, decide, decide_trust,
    nearest,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A policy, the name that operators know it by, and where it comes from.
pub(super) struct Known {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) document: Arc<Document>,
}

/// Where a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A user has it inline.
    User,
    /// A group has it inline.
    Group,
    /// A role has it inline.
    Role,
    /// It is a managed policy of AWS.
    AwsManaged,
    /// It is a managed policy of the account.
    UserManaged,
    /// It is a resource's own.
    Resource,
    /// Nobody carries it: it was given with the question, or goes without saying.
    None,
}

/// The policies that the requests of a caller are decided by, and the tags of its role or user. By default nothing, as nobody
/// known carries, and root, who needs nothing.
#[derive(Default)]
pub(super) struct Carried {
    identity: Vec<Known>,
    boundary: Option<Known>,
    session: Option<Vec<Known>>,
    tags: Tags,
}

/// Whose policies are asked for.
pub(super) enum Whose {
    /// A user's, with those of their groups.
    User(User),
    /// A group's.
    Group(Group),
    /// A role's.
    Role(Role),
}

/// What the account's root may do.
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

impl Carried {
    /// What somebody carries who signed.
    pub(super) fn by(
        records: &mut impl Grounds,
        house: &House,
        who: &Who,
    ) -> Result<Self, Stop<AccessRefused>> {
        match who {
            Who::Root => Self::by_root(house),
            Who::User(holder) => Self::by_holder(records, house, holder),
            Who::Session(session) => Self::by_session(records, house, session),
        }
    }

    fn by_root(house: &House) -> Result<Self, Stop<AccessRefused>> {
        let all =
            compiled(house, "the account's root".to_owned(), (Kind::Identity, Source::None), EVERYTHING)?;
        Ok(Self { identity: vec![all], ..Self::default() })
    }

    fn by_session(
        records: &mut impl Grounds,
        house: &House,
        session: &Session,
    ) -> Result<Self, Stop<AccessRefused>> {
        let own = match &session.subject {
            Subject::Role(taken_on) => {
                let role = role_of(records, session, taken_on)?;
                of_role(records, house, role)?
            }
            Subject::FederatedUser { by: LongTerm::User(user), .. }
            | Subject::LongTerm(LongTerm::User(user)) => Self::by_holder(records, house, user)?,
            Subject::FederatedUser { by: LongTerm::Root, .. } | Subject::LongTerm(LongTerm::Root) => {
                Self::by_root(house)?
            }
        };
        let narrowing = session.policies.as_ref().map(|policies| {
            let each = policies.iter();
            each.map(|policy| {
                compiled(house, policy.name.to_string(), (Kind::Session, Source::None), &policy.document)
            })
            .collect()
        });
        Ok(Self { session: narrowing.transpose()?, ..own })
    }

    /// What a user carries, if they are there and still the same: also what their groups do.
    fn by_holder(
        records: &mut impl Grounds,
        house: &House,
        holder: &Holder,
    ) -> Result<Self, Stop<AccessRefused>> {
        let is_the_one = |user: &User| user.id == holder.id && user.arn(holder.arn.account()) == holder.arn;
        match records.iam_user(holder.arn.name())?.filter(is_the_one) {
            Some(user) => Self::by_user(records, house, user),
            None => refuse(AccessRefused::UserGone(holder.arn.to_string())),
        }
    }

    fn by_user(
        records: &mut (impl Groups + ManagedPolicies),
        house: &House,
        user: User,
    ) -> Result<Self, Stop<AccessRefused>> {
        let whose = format!("user {}", user.name);
        let own = (&user.policies, &user.attached);
        let mut identity = of_identity(records, house, (Source::User, &whose), own)?;
        // All are asked for before any is waited for, so that they are loaded together.
        let groups: Vec<(&GroupName, Read<Option<Group>>)> =
            user.groups.iter().map(|name| (name, records.group(name))).collect();
        for (name, group) in groups {
            let Some(group) = group? else { return refuse(AccessRefused::GroupGone(name.to_string())) };
            identity.extend(of_group(records, house, &group)?);
        }
        let boundary = boundary(records, house, &whose, user.boundary.as_ref())?;
        Ok(Self { identity, boundary, session: None, tags: user.tags })
    }

    /// What those carry who are asked for: a user, a group, or the sessions of a role.
    pub(super) fn of(
        records: &mut (impl Groups + ManagedPolicies),
        house: &House,
        whose: Whose,
    ) -> Result<Self, Stop<AccessRefused>> {
        match whose {
            Whose::User(user) => Self::by_user(records, house, user),
            Whose::Role(role) => of_role(records, house, role),
            Whose::Group(group) => {
                Ok(Self { identity: of_group(records, house, &group)?, ..Self::default() })
            }
        }
    }

    /// The same with more policies, and with this boundary in place of its own if there is one.
    pub(super) fn with_given(mut self, identity: Vec<Known>, boundary: Option<Known>) -> Self {
        self.identity.extend(identity);
        self.boundary = boundary.or(self.boundary);
        self
    }

    /// Whether the boundary allows a request, if there is one.
    pub(super) fn is_within_boundary(&self, request: &Request<'_>) -> Option<bool> {
        let boundary = named(self.boundary.as_ref()?);
        let alone = PolicySet { identity: &[boundary], ..PolicySet::default() };
        Some(decide(request, &alone, None).is_allowed())
    }

    /// All the policies.
    pub(super) fn all(&self) -> impl Iterator<Item = &Known> {
        self.identity.iter().chain(&self.boundary).chain(self.session.iter().flatten())
    }

    /// The tags of the role or user.
    pub(super) const fn tags(&self) -> &Tags {
        &self.tags
    }

    /// The statement that came nearest to allowing a request that they denied because they were silent.
    pub(super) fn nearest(
        &self,
        request: &Request<'_>,
        resource: Option<&Named<'_>>,
        denial: &Denial,
    ) -> Option<Nearest> {
        let Denial::Implicit { layer } = denial else { return None };
        let silent = match layer {
            Layer::Identity => self.identity.as_slice(),
            Layer::Session => self.session.as_deref().unwrap_or_default(),
            Layer::Boundary => self.boundary.as_slice(),
            Layer::Resource => return nearest(request, *layer, resource.map_or(&[], std::slice::from_ref)),
            Layer::Trust => return None,
        };
        nearest(request, *layer, &silent.iter().map(named).collect::<Vec<_>>())
    }

    /// Decides a request by them, and by the policy that the resource has itself.
    pub(super) fn decide(&self, request: &Request<'_>, resource: Option<&Named<'_>>) -> Decision {
        self.with(|carried| decide(request, carried, resource))
    }

    /// Decides by them and a trust policy whether a role may be taken on.
    pub(super) fn decide_trust(&self, request: &Request<'_>, trust: &Named<'_>) -> Decision {
        self.with(|carried| decide_trust(request, carried, trust))
    }

    fn with(&self, deciding: impl FnOnce(&PolicySet<'_>) -> Decision) -> Decision {
        let identity: Vec<Named<'_>> = self.identity.iter().map(named).collect();
        let session: Option<Vec<Named<'_>>> =
            self.session.as_ref().map(|all| all.iter().map(named).collect());
        let boundary = self.boundary.as_ref().map(named);
        deciding(&PolicySet { identity: &identity, boundary, session: session.as_deref() })
    }
}

/// The role of a session, if it is there and still the same.
fn role_of(
    records: &mut impl Roles,
    session: &Session,
    RoleSession { role: arn, role_id, .. }: &RoleSession,
) -> Result<Role, Stop<AccessRefused>> {
    let is_the_sessions = |role: &Role| role.id == *role_id && role.arn(&session.account) == *arn;
    match records.role(arn.name())?.filter(is_the_sessions) {
        Some(role) => Ok(role),
        None => refuse(AccessRefused::RoleGone(arn.to_string())),
    }
}

fn of_role(
    records: &mut impl ManagedPolicies,
    house: &House,
    role: Role,
) -> Result<Carried, Stop<AccessRefused>> {
    let whose = format!("role {}", role.name);
    let identity = of_identity(records, house, (Source::Role, &whose), (&role.policies, &role.attached))?;
    let boundary = boundary(records, house, &whose, role.boundary.as_ref())?;
    Ok(Carried { identity, boundary, session: None, tags: role.tags })
}

/// The policies by which the members of a group may do something.
fn of_group(
    records: &mut impl ManagedPolicies,
    house: &House,
    group: &Group,
) -> Result<Vec<Known>, Stop<AccessRefused>> {
    let whose = format!("group {}", group.name);
    of_identity(records, house, (Source::Group, &whose), (&group.policies, &group.attached))
}

/// The policies by which a role, a user or a group may do something: inline ones, and managed ones that are attached.
fn of_identity(
    records: &mut impl ManagedPolicies,
    house: &House,
    (sort, whose): (Source, &str),
    (policies, attached): (&BTreeMap<PolicyName, String>, &BTreeSet<PolicyArn>),
) -> Result<Vec<Known>, Stop<AccessRefused>> {
    let mut identity = inline(house, (sort, whose), policies)?;
    identity.extend(managed(records, house, attached, |arn| format!("{arn} attached to {whose}"))?);
    Ok(identity)
}

/// The policy that bounds what a role or a user is allowed.
fn boundary(
    records: &mut impl ManagedPolicies,
    house: &House,
    whose: &str,
    boundary: Option<&PolicyArn>,
) -> Result<Option<Known>, Stop<AccessRefused>> {
    Ok(managed(records, house, boundary, |arn| format!("{arn}, the boundary of {whose}"))?.pop())
}

/// The inline policies of a role, a user or a group.
fn inline(
    house: &House,
    (sort, whose): (Source, &str),
    policies: &BTreeMap<PolicyName, String>,
) -> Result<Vec<Known>, Stop<AccessRefused>> {
    let each = policies.iter();
    let named = |name| format!("policy {name} of {whose}");
    each.map(|(name, text)| compiled(house, named(name), (Kind::Identity, sort), text)).collect()
}

/// Managed policies, in the versions that count. One that is gone takes everything away: who attached it, perhaps for what
/// it denies, would not know that it does nothing any more.
fn managed<'a>(
    records: &mut impl ManagedPolicies,
    house: &House,
    arns: impl IntoIterator<Item = &'a PolicyArn>,
    what: impl Fn(&PolicyArn) -> String,
) -> Result<Vec<Known>, Stop<AccessRefused>> {
    // All are asked for before any is waited for, so that they are loaded together.
    let mut read = |arn: &'a PolicyArn| (arn, managed_policies::document_of(records, arn));
    let read: Vec<(&PolicyArn, Read<Option<Cow<'static, str>>>)> = arns.into_iter().map(&mut read).collect();
    let mut known = Vec::with_capacity(read.len());
    for (arn, text) in read {
        match text? {
            Some(text) => {
                let source = match arn.owner() {
                    PolicyOwner::Aws => Source::AwsManaged,
                    PolicyOwner::Account(_) => Source::UserManaged,
                };
                known.push(compiled(house, what(arn), (Kind::Identity, source), &text)?);
            }
            None => return refuse(AccessRefused::PolicyGone(what(arn))),
        }
    }
    Ok(known)
}

fn compiled(
    house: &House,
    what: String,
    (kind, source): (Kind, Source),
    text: &str,
) -> Result<Known, Stop<AccessRefused>> {
    match house.policies.compiled(kind, text) {
        Ok(document) => Ok(Known { name: what, source, document }),
        Err(why) => refuse(AccessRefused::Malformed { what, why }),
    }
}

fn named(Known { name, document, source: _ }: &Known) -> Named<'_> {
    Named { name, document }
}
