//! Taking on a role with credentials of one's own, `AssumeRole`: the role's trust policy and the caller's policies decide.

use crate::House;
use crate::iam::access::{AccessDecision, AccessRefused, Names, Question, context_of, keys_of};
use crate::iam::assume::{Grant, tags_fit};
use crate::iam::authenticate::{Caller, Who};
use crate::iam::carried::Carried;
use crate::iam::circumstances::Circumstances;
use crate::iam::passed::{NotPassed, Passed, fit};
use crate::iam::principals;
use crate::iam::resource::Key;
use crate::iam::revocations::{NotIssued, issued};
use crate::identity_pool::TAG_SESSION;
use domain::arn::RoleArn;
use domain::iam::revocation::Generation;
use domain::iam::role::Role;
use domain::iam::session::{Ancestor, LongTerm, Origin, RoleSession, Session, Subject};
use domain::records::{Grounds, Stop, refuse};
use domain::tag::{TagKey, Tags};
use domain::time::{Span, Timestamp};
use policy::{Decision, Denial, Document, Kind, Malformed, Named, Request, Values};
use std::collections::BTreeMap;
use std::sync::Arc;

const ASSUME_ROLE: &str = "sts:AssumeRole";

/// The action that lets somebody set a source identity.
pub(super) const SET_SOURCE_IDENTITY: &str = "sts:SetSourceIdentity";

/// Sessions that were obtained with a session of a role live this long at most. Source: IAM user guide, "Roles terms and
/// concepts", role chaining.
const LONGEST_CHAINED: Span = Span::from_hours(1);

/// The most tags of a session, those that it inherits among them.
const MOST_TAGS: usize = 50;

/// The most sessions that one is obtained through. A token tells of each of them.
const MOST_ANCESTORS: usize = 32;

/// The role that is asked for, and the session.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The role.
    pub role: &'a RoleArn,
    /// The name that the session shall have.
    pub session_name: &'a str,
    /// How long it shall live.
    pub life: Span,
    /// What narrows it.
    pub passed: Passed<'a>,
    /// The tags that it shall have.
    pub tags: &'a Tags,
    /// The keys of those that sessions obtained with it shall inherit.
    pub transitive: &'a [TagKey],
    /// What the role's owner told the caller to say.
    pub external_id: Option<&'a str>,
    /// Who is behind it all.
    pub source_identity: Option<&'a str>,
    /// Under what circumstances it is asked for.
    pub circumstances: &'a Circumstances,
}

/// Why a caller cannot take on a role.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssumeRoleRefused {
    /// An operator stopped it.
    #[error("{0}")]
    NotIssued(NotIssued),
    /// The account's root cannot take on roles, by whatever credentials.
    #[error("root takes on no role")]
    Root,
    /// The caller may do nothing of the sort.
    #[error("{0}")]
    Caller(AccessRefused),
    /// A transitive tag is not among the tags.
    #[error("the transitive tag `{0}` is not among the tags")]
    NotAmongTags(TagKey),
    /// A tag that the caller's session inherits, and passes on, cannot be said anew.
    #[error("the tag `{0}` is inherited from the caller's session")]
    Inherited(TagKey),
    /// The caller's session has another source identity.
    #[error("the caller's session has a source identity")]
    OtherSourceIdentity,
    /// The role does not let the caller in, or the caller's policies do not let them have the role.
    #[error("`{action}` on role `{role}`: {why}")]
    NotAllowed {
        /// What is not allowed.
        action: &'static str,
        /// The role's ARN.
        role: String,
        /// Why not.
        why: NotTrusted,
    },
    /// What shall narrow the session cannot.
    #[error("{0}")]
    Passed(NotPassed),
    /// The tags are too large for a session: they take this many hundredths of the space that there is for them.
    #[error("the session tags take {0} percent of the space that there is for them")]
    TagsTooLarge(usize),
    /// The role's sessions may not live so long.
    #[error("sessions of role `{0}` may not live so long")]
    TooLong(String),
    /// Sessions that were obtained with a session of a role may not live so long.
    #[error("a session that a session of a role obtains may not live so long")]
    TooLongForChained,
    /// The caller's session was itself obtained with a session, and so on, too often.
    #[error("the session would be obtained through more than {MOST_ANCESTORS} others")]
    TooFarDown,
}

/// Why a role does not let a caller in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTrusted {
    /// There is no such role in this account.
    #[error("there is no such role")]
    NoSuchRole,
    /// Its trust policy cannot be read any more.
    #[error("its trust policy cannot be evaluated: {0}")]
    Malformed(Malformed),
    /// Its trust policy or the caller's policies say no, or do not say yes.
    #[error("{0}")]
    Denied(Denial),
}

/// Lets a caller take on a role, if its trust policy and the caller's policies allow it.
///
/// A role that names the caller itself needs no word of the caller's policies; one that names an account does. Source: IAM
/// user guide, "Policy evaluation logic".
pub fn assume_role(
    records: &mut impl Grounds,
    house: &House,
    caller: &Caller,
    asked: Asked<'_>,
    now: Timestamp,
) -> Result<Grant, Stop<AssumeRoleRefused>> {
    let session = match caller.who() {
        Who::Root => return refuse(AssumeRoleRefused::Root),
        Who::User(_) => None,
        Who::Session(session) => Some(&**session),
    };
    let coming = match Coming::along(session, &asked) {
        Ok(coming) => coming,
        Err(refused) => return refuse(refused),
    };
    let (role, decision) = let_in(records, house, caller.who(), (&asked, &coming), now)?;
    // Asked last: who is not let in is told nothing about the role, nor which managed policies there are.
    let policies = asked.passed.read(records).map_err(|stop| stop.map(AssumeRoleRefused::Passed))?;
    let granted = Session {
        account: house.account.id.clone(),
        issued: now,
        generation: Generation::default(),
        expires: now.after(asked.life),
        policies,
        tags: coming.tags,
        transitive_tags: coming.transitive,
        source_identity: coming.source_identity,
        origin: origin_of(caller),
        ancestors: with_caller(session, caller),
        subject: Subject::Role(RoleSession {
            role: asked.role.clone(),
            role_id: role.id.clone(),
            name: asked.session_name.to_owned(),
            federation: None,
        }),
    };
    if let Err(refused) =
        within_limits(&granted, &role, session.and_then(Session::role).is_some(), asked.life)
    {
        return refuse(refused);
    }
    let granted = issued(records, granted).map_err(|stop| stop.map(AssumeRoleRefused::NotIssued))?;
    Ok(Grant::of(granted, AccessDecision::Policies(decision)))
}

fn within_limits(
    granted: &Session,
    role: &Role,
    is_chained: bool,
    life: Span,
) -> Result<(), AssumeRoleRefused> {
    if is_chained && life > LONGEST_CHAINED {
        return Err(AssumeRoleRefused::TooLongForChained);
    }
    if life > role.longest_session {
        return Err(AssumeRoleRefused::TooLong(role.name.to_string()));
    }
    if granted.ancestors.len() > MOST_ANCESTORS {
        return Err(AssumeRoleRefused::TooFarDown);
    }
    if granted.tags.len() > MOST_TAGS {
        return Err(AssumeRoleRefused::TagsTooLarge((granted.tags.len() * 100).div_ceil(MOST_TAGS)));
    }
    tags_fit(&granted.tags).map_err(AssumeRoleRefused::TagsTooLarge)?;
    fit(granted).map_err(AssumeRoleRefused::Passed)
}

/// What a session was obtained with: what the caller's was, and that.
fn with_caller(session: Option<&Session>, caller: &Caller) -> Vec<Ancestor> {
    let role_id = session.and_then(Session::role).map(|role| role.role_id.clone());
    let caller = Ancestor { access_key: caller.access_key().clone(), role_id };
    session.into_iter().flat_map(|session| session.ancestors.iter().cloned()).chain([caller]).collect()
}

fn origin_of(caller: &Caller) -> Origin {
    match caller.who() {
        Who::Root => Origin::LongTerm(LongTerm::Root),
        Who::User(holder) => Origin::LongTerm(LongTerm::User((**holder).clone())),
        Who::Session(session) => session.origin.clone(),
    }
}

/// What comes along into the session: what is asked for, and what the caller's session passes on.
struct Coming {
    tags: BTreeMap<String, String>,
    transitive: Vec<String>,
    source_identity: Option<String>,
}

impl Coming {
    fn along(session: Option<&Session>, asked: &Asked<'_>) -> Result<Self, AssumeRoleRefused> {
        match session.map(|session| &session.subject) {
            Some(Subject::LongTerm(LongTerm::Root)) => return Err(AssumeRoleRefused::Root),
            Some(subject) if !subject.may_ask(ASSUME_ROLE) => {
                return Err(AssumeRoleRefused::Caller(AccessRefused::NotBySession(ASSUME_ROLE)));
            }
            Some(_) | None => {}
        }
        let alike = |key: &TagKey, other: &str| key.as_str().to_lowercase() == other.to_lowercase();
        let mut transitive = session.map(|session| session.transitive_tags.clone()).unwrap_or_default();
        for (key, _) in asked.tags.iter() {
            if transitive.iter().any(|inherited| alike(key, inherited)) {
                return Err(AssumeRoleRefused::Inherited(key.clone()));
            }
        }
        let inherited = transitive.iter().filter_map(|key| session?.tags.get_key_value(key));
        let mut tags: BTreeMap<String, String> =
            inherited.map(|(key, value)| (key.clone(), value.clone())).collect();
        tags.extend(asked.tags.iter().map(|(key, value)| (key.to_string(), value.to_string())));
        for key in asked.transitive {
            let Some((tag, _)) = asked.tags.iter().find(|(tag, _)| alike(key, tag.as_str())) else {
                return Err(AssumeRoleRefused::NotAmongTags(key.clone()));
            };
            if !transitive.contains(&tag.to_string()) {
                transitive.push(tag.to_string());
            }
        }
        let source_identity =
            match (session.and_then(|session| session.source_identity.as_deref()), asked.source_identity) {
                (Some(set), Some(asked)) if set != asked => {
                    return Err(AssumeRoleRefused::OtherSourceIdentity);
                }
                (set, asked) => asked.or(set).map(str::to_owned),
            };
        Ok(Self { tags, transitive, source_identity })
    }

    /// What policies can ask about it. What is inherited is no tag of the request. Source: IAM user guide, "Available keys
    /// for AWS STS".
    fn keys(&self, asked: &Asked<'_>) -> Vec<Key> {
        let one = |name: &'static str, value: Option<&str>| value.map(|it| Key::new(name, it.to_owned()));
        let transitive: Vec<_> = asked.transitive.iter().map(|key| key.to_string().into()).collect();
        let mut keys = Key::of_tags(asked.tags);
        keys.extend(one("sts:RoleSessionName", Some(asked.session_name)));
        keys.extend(one("sts:ExternalId", asked.external_id));
        keys.extend(one("sts:SourceIdentity", self.source_identity.as_deref()));
        if !transitive.is_empty() {
            keys.push(Key { name: "sts:TransitiveTagKeys".into(), values: Values::Many(transitive) });
        }
        keys
    }

    /// What else must be allowed for it. What a session inherits counts as what it is given.
    fn actions(&self) -> impl Iterator<Item = &'static str> {
        let tags = (!self.tags.is_empty()).then_some(TAG_SESSION);
        tags.into_iter().chain(self.source_identity.as_ref().map(|_| SET_SOURCE_IDENTITY))
    }
}

/// Asks the role and the caller's policies, and finds the role.
fn let_in(
    records: &mut impl Grounds,
    house: &House,
    who: &Who,
    (asked, coming): (&Asked<'_>, &Coming),
    now: Timestamp,
) -> Result<(Role, Decision), Stop<AssumeRoleRefused>> {
    let arn = asked.role.to_string();
    let no = |action, why| refuse(AssumeRoleRefused::NotAllowed { action, role: arn.clone(), why });
    let carried = Carried::by(records, house, who);
    let carried = carried.map_err(|stop| stop.map(AssumeRoleRefused::Caller))?;
    let (role, trust) = match trusting(records, house, asked.role)? {
        Ok(found) => found,
        Err(why) => return no(ASSUME_ROLE, why),
    };
    let mut keys = coming.keys(asked);
    keys.extend(Key::of_tags_in_iam(Some(role.tags.clone())));
    let question = Question {
        action: ASSUME_ROLE,
        resource: &arn,
        keys: &keys,
        policy: None,
        circumstances: asked.circumstances,
    };
    let account = &house.account;
    let itself = keys_of(who, carried.tags(), &account.id);
    let context = context_of(itself, &question, account.region.as_str(), now);
    let names = Names::of(who, &account.id, None);
    let name = format!("trust policy of role {}", role.name);
    let trust = Named { name: &name, document: &trust };
    let decide = |action| {
        let request = Request { principal: names.principal(), action, resource: &arn, context: &context };
        carried.decide_trust(&request, &trust)
    };
    let decision = match decide(ASSUME_ROLE) {
        Decision::Denied(denial) => return no(ASSUME_ROLE, NotTrusted::Denied(denial)),
        decision @ Decision::Allowed { .. } => decision,
    };
    for action in coming.actions() {
        if let Decision::Denied(denial) = decide(action) {
            return no(action, NotTrusted::Denied(denial));
        }
    }
    Ok((role, decision))
}

type Found = Result<(Role, Arc<Document>), NotTrusted>;

fn trusting(
    records: &mut impl Grounds,
    house: &House,
    arn: &RoleArn,
) -> Result<Found, Stop<AssumeRoleRefused>> {
    let role = records.role(arn.name())?.filter(|role| role.arn(&house.account.id) == *arn);
    let Some(role) = role else { return Ok(Err(NotTrusted::NoSuchRole)) };
    let trust = principals::trust_of(records, house, &role)?.into_owned();
    Ok(match house.policies.compiled(Kind::Trust, &trust) {
        Ok(trust) => Ok((role, trust)),
        Err(why) => Err(NotTrusted::Malformed(why)),
    })
}
