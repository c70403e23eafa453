//! What happened, for an operator, in the shape of CloudTrail's records.
//!
//! Issuances, denials, management events and what was linked, merged or unlinked are written before the answer leaves; what
//! else was allowed is kept in memory for a while. A change is on record after the fact: where its line cannot be written,
//! the answer is withheld although the change was made.
//! A record holds who asked for what, how it was decided and why, and never a secret.

mod notes;
mod room;

pub use notes::Notes;
pub(crate) use notes::{Narrowed, policy_of};
pub(crate) use room::short;

use crate::app::App;
use crate::explanations::{Explained, Shelf, Standing};
use crate::fault::{Kind, Said};
use crate::operation::{Call, Category};
use domain::account::{AccountId, Region};
use domain::entropy::draw_uuid;
use domain::records::Breakdown;
use domain::time::Timestamp;
use room::Room;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// How many records are kept in memory.
const RECENT: usize = 1000;

/// How many bytes they may have together.
const RECENT_BYTES: usize = 2 * 1024 * 1024;

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
    use broker::identity_pool::linking::Change;

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
