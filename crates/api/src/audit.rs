//! What happened, for an operator, in the shape of CloudTrail's records.
//!
//! Issuances, denials, management events and what was linked, merged or unlinked are written before the answer leaves; what
//! else was allowed is kept in memory for a while. A change is on record after the fact: where its line cannot be written,
//! the answer is withheld although the change was made.
//! A record holds who asked for what, how it was decided and why, and never a secret.

mod room;

pub(crate) use room::short;

use crate::app::App;
use crate::explanations::{Explained, Shelf, Standing};
use crate::fault::{Kind, Said};
use crate::operation::{Call, Category};
use broker::iam::access::{AccessDecision, AccessRefused};
use broker::iam::assume::{Grant, Issued};
use broker::iam::authenticate::{Caller, NotAuthenticated, Who};
use broker::iam::resource::Key;
use broker::identity_pool::credentials::PRINCIPAL;
use broker::identity_pool::linking::Change;
use data_encoding::HEXLOWER;
use domain::account::{AccountId, Region};
use domain::arn;
use domain::entropy::draw_uuid;
use domain::iam::session::{Federation, LongTerm, RoleSession, Session, Subject};
use domain::identity_pool::login::LoginKey;
use domain::records::Breakdown;
use domain::time::Timestamp;
use login::VerifiedLogin;
use login::identity_pool::VerifiedIdentity;
use policy::Values;
use room::Room;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sigv4::payload::sha256;
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// How many records are kept in memory.
const RECENT: usize = 1000;

/// How many bytes they may have together.
const RECENT_BYTES: usize = 2 * 1024 * 1024;

/// How many denials of one request are kept one by one; of more it is only said how many there were.
const MOST_DENIALS: usize = 20;

/// Where records are written to last. A record is safe when the future ends.
pub trait Sink: Send + Sync {
    /// Writes one line.
    fn write(&self, line: Arc<str>) -> Pin<Box<dyn Future<Output = Result<(), Breakdown>> + Send + '_>>;

    /// What was wrong with it at the last line, for whoever asks how the server is.
    fn trouble(&self) -> Option<&'static str> {
        None
    }
}

/// The records.
pub struct Audit {
    sink: Arc<dyn Sink>,
    shelf: Arc<dyn Shelf>,
    recent: Mutex<Recent>,
}

/// The last records, and how many bytes they have together.
#[derive(Default)]
struct Recent {
    lines: VecDeque<Arc<str>>,
    bytes: usize,
}

impl Recent {
    fn push(&mut self, line: Arc<str>) {
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.lines.len() > RECENT || self.bytes > RECENT_BYTES {
            let Some(oldest) = self.lines.pop_front() else { return };
            self.bytes -= oldest.len();
        }
    }
}

impl Audit {
    /// Records that are written to this sink, and those that explain something to this shelf.
    pub fn new(sink: Arc<dyn Sink>, shelf: Arc<dyn Shelf>) -> Self {
        Self { sink, shelf, recent: Mutex::default() }
    }

    /// Where records that explain something are found again.
    pub(crate) fn shelf(&self) -> &dyn Shelf {
        self.shelf.as_ref()
    }

    /// What was wrong with the sink at the last line.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        self.sink.trouble()
    }

    /// The records of the last requests, oldest first, one JSON text each.
    pub fn recent(&self) -> Vec<String> {
        self.recent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lines
            .iter()
            .map(|line| line.to_string())
            .collect()
    }

    /// Forgets the records in memory.
    pub fn forget_recent(&self) {
        *self.recent.lock().unwrap_or_else(PoisonError::into_inner) = Recent::default();
    }

    async fn record(&self, line: Arc<str>, for_good: bool) -> Result<(), Breakdown> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        if for_good { self.sink.write(line).await } else { Ok(()) }
    }
}

/// What the audit will say of a request, gathered on its way.
#[derive(Default)]
pub struct Notes {
    who: Option<Value>,
    parameters: Map<String, Value>,
    elements: Map<String, Value>,
    details: Map<String, Value>,
    denials: Vec<Value>,
    denied: usize,
    is_for_good: bool,
    is_known: bool,
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

/// Records how a request ended. What must not be lost is on record when this returns.
pub(crate) async fn record(
    app: &App,
    call: &mut Call<'_>,
    (id, operation): (&str, &str),
    ended: Result<Issues, &Said>,
) -> Result<(), Breakdown> {
    let category = call.service.operation(operation).map_or(Category::Data, |served| served.category);
    let for_good = is_for_good(&call.notes, category, ended.map_err(|said| said.kind));
    let explains = explains(&call.notes, ended);
    let standing = if call.notes.is_known { Standing::Known } else { Standing::Anybody };
    let record: Arc<str> = record_of(app, call, (id, operation, category), ended.err())?.into();
    app.audit.record(record.clone(), for_good).await?;
    if explains {
        let (from, at) = (call.circumstances.source_ip, call.now);
        app.audit.shelf.keep(Explained { record, standing, from, at });
    }
    Ok(())
}

/// Whether somebody may ask later why a request ended as it did: it issued something, or it was denied.
fn explains(notes: &Notes, ended: Result<Issues, &Said>) -> bool {
    !notes.denials.is_empty()
        || match ended {
            Ok(issues) => issues == Issues::Something,
            Err(said) => said.diagnosis.is_some() || said.kind == Kind::Denial,
        }
}

/// Whether the record of a request must not be lost.
fn is_for_good(notes: &Notes, category: Category, ended: Result<Issues, Kind>) -> bool {
    // Of what was done before it ended, however it did.
    let has_said_so = notes.is_for_good || !notes.denials.is_empty();
    let is_management = category == Category::Management;
    has_said_so
        || match ended {
            Ok(issues) => is_management || issues == Issues::Something,
            Err(Kind::Request) => false,
            Err(Kind::Denial) => true,
            // It may have broken after the change.
            Err(Kind::Breakdown) => is_management,
        }
}

/// Records that the server starts, with a setting under which it takes what it would refuse by itself. It is on record when
/// this returns.
pub async fn record_start(app: &App, setting: &str, meaning: &str) -> Result<(), Breakdown> {
    let id = draw_uuid(app.entropy.as_ref()).to_string();
    let details = json!({ "setting": setting, "reason": meaning });
    let record = Record {
        user_identity: json!({ "type": "Server" }),
        event_type: "AwsServiceEvent",
        additional_event_data: details.as_object().cloned().unwrap_or_default(),
        ..Record::of(app, app.clock.now(), ("cenote", "StartServer", Category::Management), &id)
    };
    app.audit.record(record.line()?.into(), true).await
}

/// Whether credentials or tokens leave with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Issues {
    /// They do.
    Something,
    /// They do not.
    Nothing,
}

fn record_of(
    app: &App,
    call: &mut Call<'_>,
    (id, operation, category): (&str, &str, Category),
    said: Option<&Said>,
) -> Result<String, Breakdown> {
    let mut notes = std::mem::take(&mut call.notes);
    let mut details = std::mem::take(&mut notes.details);
    if !notes.denials.is_empty() {
        details.insert("decision".to_owned(), json!("denied"));
        details.insert("denied".to_owned(), notes.denials.into());
        details.insert("deniedCount".to_owned(), notes.denied.into());
    }
    if let Some(said) = said {
        details.insert("decision".to_owned(), json!(decision_of(said.kind)));
        details.insert("reason".to_owned(), json!(said.reason));
        if let Some(diagnosis) = &said.diagnosis {
            details.insert("stage".to_owned(), json!(diagnosis.cause.stage()));
            details.insert("diagnosis".to_owned(), json!(diagnosis));
        }
    } else {
        details.entry("decision").or_insert_with(|| json!("allowed"));
    }
    let mut who = notes.who.unwrap_or_else(|| json!({ "type": "Unknown" }));
    let mut room = Room::new();
    let all = [&details, &notes.elements, &notes.parameters];
    if !room.holds(all.iter().flat_map(|members| members.values()).chain([&who])) {
        room.fit(&mut who);
        // What was asked for comes last: most of it is what somebody sent.
        for members in [&mut details, &mut notes.elements, &mut notes.parameters] {
            for value in members.values_mut() {
                room.fit(value);
            }
        }
    }
    let record = Record {
        user_identity: who,
        source_ip_address: call.circumstances.source_ip,
        user_agent: call.circumstances.user_agent.as_deref(),
        request_parameters: notes.parameters,
        response_elements: notes.elements,
        error_code: said.map(|said| said.code),
        error_message: said.map(|said| short(&said.message)),
        additional_event_data: details,
        ..Record::of(app, call.now, (call.service.event_source, operation, category), id)
    };
    record.line()
}

/// A record, in the shape and order of CloudTrail's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: Value,
    event_time: String,
    event_source: &'static str,
    event_name: &'a str,
    aws_region: &'a Region,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: IpAddr,
    user_agent: Option<&'a str>,
    #[serde(rename = "requestID")]
    request_id: &'a str,
    #[serde(rename = "eventID")]
    event_id: String,
    event_type: &'static str,
    event_category: &'static str,
    management_event: bool,
    recipient_account_id: &'a AccountId,
    request_parameters: Map<String, Value>,
    response_elements: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    additional_event_data: Map<String, Value>,
}

impl<'a> Record<'a> {
    /// That of a call to this server, of which nothing else is known.
    fn of(
        app: &'a App,
        now: Timestamp,
        (event_source, event_name, category): (&'static str, &'a str, Category),
        request_id: &'a str,
    ) -> Self {
        Self {
            event_version: "1.11",
            user_identity: Value::Null,
            event_time: now.rfc3339(),
            event_source,
            event_name,
            aws_region: &app.house.account.region,
            source_ip_address: Ipv4Addr::LOCALHOST.into(),
            user_agent: None,
            request_id,
            event_id: draw_uuid(app.entropy.as_ref()).to_string(),
            event_type: "AwsApiCall",
            event_category: category.name(),
            management_event: category == Category::Management,
            recipient_account_id: &app.house.account.id,
            request_parameters: Map::new(),
            response_elements: Map::new(),
            error_code: None,
            error_message: None,
            additional_event_data: Map::new(),
        }
    }

    fn line(&self) -> Result<String, Breakdown> {
        serde_json::to_string(self).map_err(|error| Breakdown::new(format!("a record is no JSON: {error}")))
    }
}

const fn decision_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Request => "refused",
        Kind::Denial => "denied",
        Kind::Breakdown => "broken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_or_denied_is_on_record_for_good_however_the_request_ends() {
        let ends = [Ok(Issues::Nothing), Err(Kind::Request), Err(Kind::Denial), Err(Kind::Breakdown)];
        let mut changed = Notes::default();
        changed.change(&Change { promoted: true, ..Change::default() });
        let denied = Notes { denials: vec![json!({})], ..Notes::default() };
        for notes in [changed, denied] {
            assert!(ends.iter().all(|ended| is_for_good(&notes, Category::Data, *ended)));
        }
        let nothing = ends.map(|ended| is_for_good(&Notes::default(), Category::Data, ended));
        assert_eq!(nothing, [false, false, true, false]);
    }
}
