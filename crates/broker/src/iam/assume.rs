//! Taking on a role with a web identity: the trust policy alone decides.

use crate::House;
use crate::iam::access::{AccessDecision, add_keys};
use crate::iam::circumstances::{Circumstances, Transport, add_always, add_network};
use crate::iam::principals;
use crate::iam::resource::Key;
use crate::iam::revocations::{NotIssued, issued};
use crate::identity_pool::credentials::PRINCIPAL;
use crate::identity_pool::handing_out::Bound;
use crate::identity_pool::{TAG_SESSION, WEB_IDENTITY};
use domain::arn::RoleArn;
use domain::entropy::Entropy;
use domain::iam::access_key::AccessKeyId;
use domain::iam::key_ring::{Credentials, KeyRing};
use domain::iam::revocation::Generation;
use domain::iam::session::{Federation, FromIdentity, Origin, RoleSession, Session, Subject};
use domain::iam::session_policy::SessionPolicy;
use domain::identity_pool::login::AuthState;
use domain::records::{IamUsers, Revocations, Roles, Stop, refuse};
use domain::seal::NotSealed;
use domain::tag::Tags;
use domain::time::{Span, Timestamp};
use policy::{
    Context, Decision, Denial, Document, Kind, Layer, Malformed, Named, Nearest, PolicySet, Principal,
    Request, StatementRef, decide_trust, nearest,
};
use std::collections::BTreeMap;

/// How many bytes the keys and values of a session's tags may have together. AWS packs them in a way that it does not
/// tell; this is what it says fits. Source: Cognito developer guide, "Using attributes for access control".
const TAG_BYTES: usize = 460;

/// A web identity and the role it asks for.
pub struct WebIdentity<'a> {
    /// The role.
    pub role: &'a RoleArn,
    /// What the provider vouches for.
    pub federation: Federation,
    /// The name that the session shall have.
    pub session_name: &'a str,
    /// How long the session shall live.
    pub life: Span,
    /// The tags that the session shall have.
    pub tags: Tags,
    /// What narrows the session; nothing if absent.
    pub policies: Option<Vec<SessionPolicy>>,
    /// By what the session can be revoked.
    pub origin: FromIdentity,
    /// Who brings it.
    pub brought: Brought<'a>,
}

/// Who brings a web identity to STS.
#[derive(Debug, Clone, Copy)]
pub enum Brought<'a> {
    /// Whoever holds its token, in the classic flow.
    ByHolder(&'a Circumstances),
    /// Its pool, in the enhanced flow: where from is then the pool's matter, so trust policies cannot ask about it. How the
    /// holder came to the pool they can. Source: Cognito developer guide, "Identity pools authentication flow".
    ByPool(Transport),
}

/// Why a role cannot be taken on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssumeRefused {
    /// There is no such role in this account.
    #[error("there is no role `{0}`")]
    NoSuchRole(String),
    /// The role's trust policy does not let this identity in.
    #[error("role `{role}`: {denial}")]
    NotTrusted {
        /// The role.
        role: String,
        /// How the trust policy decided.
        denial: Denial,
        /// The statement that came nearest to letting it in.
        nearest: Option<Box<Nearest>>,
    },
    /// The role's sessions may not live so long.
    #[error("sessions of role `{0}` may not live so long")]
    TooLong(String),
    /// What lets this identity in would let others in too.
    #[error("role `{role}`: {by} allows it, but its own conditions do not keep out {open_to}")]
    Open {
        /// The role.
        role: String,
        /// The statement.
        by: StatementRef,
        /// Whom it does not keep out.
        open_to: &'static str,
    },
    /// The role's trust policy does not let this identity bring tags.
    #[error(
        "role `{role}` may not be given session tags, which needs `{TAG_SESSION}` in its trust policy: {denial}"
    )]
    NotTaggable {
        /// The role.
        role: String,
        /// How the trust policy decided.
        denial: Denial,
    },
    /// The tags are too large for a session.
    #[error("the session tags take {percent}% of the space that there is for them")]
    TagsTooLarge {
        /// How much of the space they would take.
        percent: usize,
    },
    /// The role's trust policy cannot be read any more.
    #[error("the trust policy of role `{role}` cannot be evaluated: {why}")]
    Malformed {
        /// The role.
        role: String,
        /// What is wrong with it.
        why: Malformed,
    },
    /// An operator stopped it.
    #[error("{0}")]
    NotIssued(NotIssued),
}

/// A session that was granted, and why. Only what decides about it makes one: [`assume_with_web_identity`],
/// [`assume_role`](super::assume_role::assume_role) and [`long_term`](super::long_term); only one of these is sealed.
#[derive(Debug)]
pub struct Grant {
    session: Session,
    decision: AccessDecision,
}

impl Grant {
    /// Grants what was decided.
    pub(super) const fn of(session: Session, decision: AccessDecision) -> Self {
        Self { session, decision }
    }

    /// The same, narrowed by what was passed for it, where nothing narrows it yet.
    pub(super) fn narrowed_by(self, policies: Option<Vec<SessionPolicy>>) -> Self {
        let policies = self.session.policies.or(policies);
        Self { session: Session { policies, ..self.session }, ..self }
    }

    /// The session that was granted.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Why it was granted.
    pub const fn decision(&self) -> &AccessDecision {
        &self.decision
    }

    /// Seals the session into credentials.
    pub fn seal(&self, ring: &KeyRing, house: &House, entropy: &dyn Entropy) -> Result<Issued, NotSealed> {
        let Credentials { id, secret, token } = ring.seal(&self.session, &house.account, entropy)?;
        Ok(Issued { id, secret, token, expires: self.session.expires })
    }
}

/// Credentials that were issued.
pub struct Issued {
    /// The access key id.
    pub id: AccessKeyId,
    /// The secret that signs requests.
    pub secret: domain::secret::Secret<String>,
    /// The sealed session.
    pub token: domain::secret::Secret<String>,
    /// When they end.
    pub expires: Timestamp,
}

/// Lets a web identity take on a role, if the role's trust policy allows it.
pub fn assume_with_web_identity(
    records: &mut (impl Roles + IamUsers + Revocations),
    house: &House,
    asked: WebIdentity<'_>,
    now: Timestamp,
) -> Result<Grant, Stop<AssumeRefused>> {
    let arn = asked.role.to_string();
    let role = records.role(asked.role.name())?.filter(|role| role.arn(&house.account.id) == *asked.role);
    let Some(role) = role else {
        return refuse(AssumeRefused::NoSuchRole(arn));
    };
    let trust = principals::trust_of(records, house, &role)?;
    let trust = match house.policies.compiled(Kind::Trust, &trust) {
        Ok(trust) => trust,
        Err(why) => return refuse(AssumeRefused::Malformed { role: arn, why }),
    };
    let name = format!("trust policy of role {}", role.name);
    let tags = Key::of_tags_in_iam(Some(role.tags.clone()));
    let mut context = trust_context(&asked, house.account.region.as_str(), now);
    add_keys(&mut context, &tags);
    let named = Named { name: &name, document: &trust };
    let request = |action| {
        let principal = Principal::Federated(&asked.federation.provider);
        Request { principal, action, resource: &arn, context: &context }
    };
    let decide = |action| decide_trust(&request(action), &PolicySet::default(), &named);
    let decision = decide(WEB_IDENTITY);
    match &decision {
        Decision::Denied(denial) => {
            let nearest = nearest(&request(WEB_IDENTITY), Layer::Trust, &[named]).map(Box::new);
            return refuse(AssumeRefused::NotTrusted { role: arn, denial: denial.clone(), nearest });
        }
        Decision::Allowed { by } => {
            if let Some((by, open_to)) = open_to(&asked.federation, &trust, by) {
                return refuse(AssumeRefused::Open { role: arn, by, open_to });
            }
        }
    }
    if !asked.tags.is_empty()
        && let Decision::Denied(denial) = decide(TAG_SESSION)
    {
        return refuse(AssumeRefused::NotTaggable { role: arn, denial });
    }
    let percent = percent_of(&asked.tags);
    if percent > 100 {
        return refuse(AssumeRefused::TagsTooLarge { percent });
    }
    // Asked last: who is not let in is told nothing about the role.
    if asked.life > role.longest_session {
        return refuse(AssumeRefused::TooLong(arn));
    }
    let session = Session {
        account: house.account.id.clone(),
        subject: Subject::Role(RoleSession {
            role: asked.role.clone(),
            role_id: role.id,
            name: asked.session_name.to_owned(),
            federation: Some(asked.federation),
        }),
        issued: now,
        generation: Generation::default(),
        expires: now.after(asked.life),
        policies: asked.policies,
        tags: asked.tags.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        transitive_tags: Vec::new(),
        source_identity: None,
        origin: Origin::Identity(asked.origin),
        ancestors: Vec::new(),
    };
    match issued(records, session) {
        Ok(session) => Ok(Grant::of(session, AccessDecision::Policies(decision))),
        Err(Stop::Refused(no)) => refuse(AssumeRefused::NotIssued(no)),
        Err(Stop::Unready(unready)) => Err(unready.into()),
    }
}

/// Whether tags fit in a session, or how many hundredths they take of the space that there is for them.
pub(super) fn tags_fit(tags: &BTreeMap<String, String>) -> Result<(), usize> {
    let percent = percent_of_bytes(tags.iter().map(|(key, value)| key.len() + value.len()).sum());
    if percent > 100 { Err(percent) } else { Ok(()) }
}

/// How much of the space that a session has for tags these take, in hundredths.
pub(crate) fn percent_of(tags: &Tags) -> usize {
    percent_of_bytes(tags.iter().map(|(key, value)| key.as_str().len() + value.as_str().len()).sum())
}

const fn percent_of_bytes(bytes: usize) -> usize {
    (bytes * 100).div_ceil(TAG_BYTES)
}

/// Whom else a statement lets in that decided about an identity of a pool, if its own conditions do not keep to that pool
/// and to the identity's state. Whatever else a trust policy says, this holds for each session of an identity pool.
fn open_to(
    federation: &Federation,
    trust: &Document,
    deciding: &[StatementRef],
) -> Option<(StatementRef, &'static str)> {
    if federation.provider != PRINCIPAL {
        return None;
    }
    let is_authenticated = federation.amr.iter().any(|amr| amr == AuthState::Authenticated.amr());
    let state = if is_authenticated { AuthState::Authenticated } else { AuthState::Guest };
    deciding.iter().find_map(|by| {
        let bound = trust.statements().get(by.index).map(Bound::of);
        let open_to = match bound {
            Some(Bound { pools: Some(_), state: Some(bound) }) if bound == state => return None,
            Some(Bound { pools: Some(_), .. }) => "identities of the other state",
            Some(Bound { pools: None, .. }) | None => "identities of other pools",
        };
        Some((by.clone(), open_to))
    })
}

/// What a trust policy can ask about a web identity, besides its role's tags. Source: IAM user guide, "Available keys for AWS web identity
/// federation" and "Passing session tags in AWS STS".
fn trust_context<'a>(asked: &'a WebIdentity<'_>, region: &'a str, now: Timestamp) -> Context<'a> {
    let mut context = federation_keys(&asked.federation).with("sts:rolesessionname", asked.session_name);
    for (key, value) in asked.tags.iter() {
        context.insert(format!("aws:RequestTag/{key}"), value.as_str());
    }
    context.insert_many("aws:tagkeys", asked.tags.iter().map(|(key, _)| key.as_str()));
    match asked.brought {
        Brought::ByHolder(circumstances) => {
            add_always(&mut context, circumstances.transport, region, now);
            add_network(&mut context, circumstances);
        }
        Brought::ByPool(transport) => add_always(&mut context, transport, region, now),
    }
    context
}

/// The condition keys under the federated provider's own name; they stay usable in the session.
pub(super) fn federation_keys(federation: &Federation) -> Context<'_> {
    let provider = &federation.provider;
    Context::new()
        .with(format!("{provider}:aud"), federation.aud.as_str())
        .with(format!("{provider}:sub"), federation.sub.as_str())
        .with_many(format!("{provider}:amr"), federation.amr.iter().map(String::as_str))
        .with("aws:federatedprovider", provider.as_str())
}
