//! What a record will say of a request, as it is told on the request's way.

use super::short;
use crate::app::App;
use broker::iam::access::{AccessDecision, AccessRefused};
use broker::iam::assume::{Grant, Issued};
use broker::iam::authenticate::{Caller, NotAuthenticated, Who};
use broker::iam::resource::Key;
use broker::identity_pool::credentials::PRINCIPAL;
use broker::identity_pool::linking::Change;
use data_encoding::HEXLOWER;
use domain::arn;
use domain::iam::session::{Federation, LongTerm, RoleSession, Session, Subject};
use domain::identity_pool::login::LoginKey;
use domain::records::Breakdown;
use login::VerifiedLogin;
use login::identity_pool::VerifiedIdentity;
use policy::Values;
use serde_json::{Map, Value, json};
use sigv4::payload::sha256;
use std::collections::BTreeMap;

/// How many denials of one request are kept one by one; of more it is only said how many there were.
const MOST_DENIALS: usize = 20;

/// What the audit will say of a request, gathered on its way.
#[derive(Default)]
pub struct Notes {
    pub(super) who: Option<Value>,
    pub(super) parameters: Map<String, Value>,
    pub(super) elements: Map<String, Value>,
    pub(super) details: Map<String, Value>,
    pub(super) denials: Vec<Value>,
    pub(super) denied: usize,
    pub(super) is_for_good: bool,
    pub(super) is_known: bool,
}

impl Notes {
    /// What was asked for: a parameter that is no secret.
    pub fn parameter(&mut self, name: &str, value: impl Into<Value>) {
        self.parameters.insert(name.to_owned(), value.into());
    }

    /// A policy that was asked for: how it begins, and the SHA-256 of all of it.
    pub(crate) fn policy(&mut self, name: &str, text: &str) {
        self.parameter(name, policy_of(text));
    }

    /// What was answered: an element that is no secret.
    pub fn element(&mut self, name: &str, value: impl Into<Value>) {
        self.elements.insert(name.to_owned(), value.into());
    }

    /// Something that led to the decision.
    pub fn detail(&mut self, name: &str, value: impl Into<Value>) {
        self.details.insert(name.to_owned(), value.into());
    }

    /// Logins that were proven.
    pub fn logins(&mut self, proven: &[VerifiedLogin]) {
        self.is_known |= !proven.is_empty();
        let shown = |login: &VerifiedLogin| json!({ "provider": login.key().provider, "subject": login.key().subject, "client": login.client() });
        self.detail("logins", proven.iter().map(shown).collect::<Vec<Value>>());
    }

    /// An identity that a token of its pool vouches for.
    pub(crate) fn vouched(&mut self, verified: &VerifiedIdentity) {
        self.detail("identityPoolId", verified.pool().as_str());
        self.detail("token", json!({ "sub": verified.identity(), "amr": verified.amr() }));
    }

    /// An identity that asks by a token of its pool alone.
    pub(crate) fn web_identity(&mut self, verified: &VerifiedIdentity) {
        self.vouched(verified);
        let (pool, identity) = (verified.pool(), verified.identity());
        self.who = Some(json!({
            "type": "WebIdentityUser",
            "principalId": format!("{PRINCIPAL}:{pool}:{identity}"),
            "userName": identity,
            "identityProvider": PRINCIPAL,
        }));
    }

    /// What became of identities whose logins met: on record for good, because from then on somebody is somebody else.
    pub fn change(&mut self, change: &Change) {
        let Change { promoted, linked, merged } = change;
        if *promoted {
            self.detail("promoted", true);
        }
        if !linked.is_empty() {
            self.detail("linked", named(linked));
        }
        if !merged.is_empty() {
            self.detail("merged", merged.iter().map(|id| id.as_str()).collect::<Vec<&str>>());
        }
        self.is_for_good |= !change.is_none();
    }

    /// Logins that were taken from an identity; on record for good.
    pub fn unlinked(&mut self, taken: &[LoginKey]) {
        self.detail("unlinked", named(taken));
        self.is_for_good = true;
    }

    /// Seals a session that was granted into credentials, and tells all of it that is no secret.
    pub(crate) fn issue(&mut self, app: &App, grant: &Grant) -> Result<Issued, Breakdown> {
        let session = grant.session();
        self.detail("decision", "allowed");
        self.detail("reason", grant.decision().to_string());
        if let Some(role) = session.role() {
            self.detail("role", role.role.to_string());
            if let Some(federation) = &role.federation {
                self.detail("amr", federation.amr.clone());
            }
        }
        let policies = session.policies.iter().flatten().map(|policy| policy.name.to_string());
        self.detail("sessionPolicies", policies.collect::<Vec<String>>());
        if !session.tags.is_empty() {
            self.detail("sessionTags", json!(session.tags));
        }
        let issued = grant
            .seal(&app.secrets.ring(), &app.house, app.entropy.as_ref())
            .map_err(|_| Breakdown::new("the session cannot be sealed"))?;
        self.element("accessKeyId", issued.id.as_str());
        self.element("expiration", issued.expires.rfc3339());
        Ok(issued)
    }

    /// What narrows the session of somebody who was denied.
    pub(crate) fn narrowed(&mut self, Narrowed { policies, tags }: Narrowed) {
        self.detail("sessionPolicies", policies);
        if !tags.is_empty() {
            self.detail("sessionTags", json!(tags));
        }
    }

    /// Who signed.
    pub(crate) fn caller(&mut self, caller: &Caller) {
        self.is_known |= !caller.session().is_some_and(Session::is_a_guests);
        self.who = Some(match caller.who() {
            Who::Root => json!({ "type": "Root", "accessKeyId": caller.access_key() }),
            Who::User(holder) => json!({
                "type": "IAMUser",
                "principalId": holder.id,
                "arn": holder.arn,
                "accountId": holder.arn.account(),
                "accessKeyId": caller.access_key(),
                "userName": holder.arn.name(),
            }),
            Who::Session(session) => shown(session, caller.access_key().as_str()),
        });
    }

    /// That nobody signed, as CloudTrail shows it.
    pub(crate) fn anonymous(&mut self) {
        self.who = Some(json!({ "type": "AWSAccount", "principalId": "", "accountId": "anonymous" }));
    }

    /// Whose access key it is said to be, where the signature proves nothing; whose session it was, where only its end
    /// makes it worthless.
    pub(crate) fn not_authenticated(&mut self, access_key: &str, why: &NotAuthenticated) {
        self.who = Some(match why {
            NotAuthenticated::Expired(session) => shown(session, access_key),
            NotAuthenticated::UnknownAccessKey
            | NotAuthenticated::InactiveAccessKey
            | NotAuthenticated::DamagedAccessKey
            | NotAuthenticated::BadToken
            | NotAuthenticated::Outdated
            | NotAuthenticated::Ended(_)
            | NotAuthenticated::Signature(_) => json!({ "type": "Unknown", "accessKeyId": access_key }),
        });
    }

    /// What had to be allowed.
    pub(crate) fn access(
        &mut self,
        (action, resource, keys): (&str, &str, &[Key]),
        refused: Option<&AccessRefused>,
    ) {
        self.detail("action", action);
        self.detail("resource", resource);
        let said = |values: &Values<'static>| match values {
            Values::One(value) => Value::from(short(value)),
            Values::Many(values) => values.iter().map(|value| short(value)).collect(),
        };
        let keys: Map<String, Value> =
            keys.iter().map(|key| (key.name.to_string(), said(&key.values))).collect();
        if !keys.is_empty() {
            self.detail("conditionKeys", keys);
        }
        if let Some(refused) = refused {
            self.detail("reason", refused.to_string());
        }
    }

    /// That one of the things asked for was denied, while others may have been allowed.
    pub(crate) fn denied(&mut self, resource: &str, refused: &AccessRefused) {
        self.denied += 1;
        if self.denials.len() < MOST_DENIALS {
            self.denials.push(json!({ "resource": short(resource), "reason": refused.to_string() }));
        }
    }

    /// Why it was allowed.
    pub(crate) fn decision(&mut self, decision: &AccessDecision) {
        self.detail("decision", "allowed");
        self.detail("reason", decision.to_string());
    }
}

/// What narrows a session, and what tags it has.
pub(crate) struct Narrowed {
    policies: Vec<String>,
    tags: BTreeMap<String, String>,
}

impl Narrowed {
    /// What a session carries.
    pub(crate) fn of(session: &Session) -> Self {
        let policies = session.policies.iter().flatten().map(|policy| policy.name.to_string());
        Self { policies: policies.collect(), tags: session.tags.clone() }
    }
}

/// A policy, as the audit tells it.
pub(crate) fn policy_of(text: &str) -> Value {
    json!({ "sha256": HEXLOWER.encode(&sha256(text.as_bytes())), "text": short(text) })
}

/// Logins, as the audit names them.
fn named(logins: &[LoginKey]) -> Vec<Value> {
    logins.iter().map(|login| json!({ "provider": login.provider, "subject": login.subject })).collect()
}

/// A session, as CloudTrail shows one.
fn shown(session: &Session, access_key: &str) -> Value {
    let issuer = |by: &LongTerm| match by {
        LongTerm::Root => {
            json!({ "type": "Root", "principalId": session.account, "arn": arn::root(&session.account) })
        }
        LongTerm::User(user) => json!({ "type": "IAMUser", "principalId": user.id, "arn": user.arn }),
    };
    let (kind, mut context) = match &session.subject {
        Subject::Role(role) => ("AssumedRole", context_of_role(role)),
        Subject::FederatedUser { by, .. } => {
            ("FederatedUser", Map::from_iter([("sessionIssuer".to_owned(), issuer(by))]))
        }
        Subject::LongTerm(LongTerm::Root) => ("Root", Map::new()),
        Subject::LongTerm(LongTerm::User(_)) => ("IAMUser", Map::new()),
    };
    if let Some(source_identity) = &session.source_identity {
        context.insert("sourceIdentity".to_owned(), json!(source_identity));
    }
    json!({
        "type": kind,
        "principalId": session.user_id(),
        "arn": session.arn(),
        "accountId": session.account,
        "accessKeyId": access_key,
        "sessionContext": context,
    })
}

fn context_of_role(RoleSession { role, role_id, federation, .. }: &RoleSession) -> Map<String, Value> {
    let issuer = json!({ "type": "Role", "principalId": role_id, "arn": role });
    let said = federation.as_ref().map(|Federation { provider, aud, sub, .. }| {
        json!({ "federatedProvider": provider, "attributes": { "aud": aud, "sub": sub } })
    });
    let said = said.map(|said| ("webIdFederationData".to_owned(), said));
    std::iter::once(("sessionIssuer".to_owned(), issuer)).chain(said).collect()
}
