//! Explain: why a request ended as it did, by its id.

use super::to;
use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::diagnosis::{Diagnosis, Stage};
use domain::records::Breakdown;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The operation.
pub struct Explain;

/// Which request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    request_id: String,
}

/// How a request ended, and why.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    request_id: String,
    time: String,
    service: String,
    operation: String,
    decision: String,
    #[serde(flatten)]
    meaning: Option<Meaning>,
    #[serde(flatten)]
    told: Told,
    session_policies: Vec<String>,
    session_tags: BTreeMap<String, String>,
    providers: Vec<String>,
    record: String,
}

/// What a refusal means.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Meaning {
    stage: Stage,
    cause: &'static str,
    meaning: &'static str,
    remedy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<String>,
}

impl From<Diagnosis> for Meaning {
    fn from(Diagnosis { cause, expected, found, statement }: Diagnosis) -> Self {
        Self {
            stage: cause.stage(),
            cause: cause.name(),
            meaning: cause.meaning(),
            remedy: cause.remedy(),
            expected,
            found,
            statement,
        }
    }
}

/// What a record may tell, or not.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_pool_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_chosen_by: Option<String>,
}

impl Operation for Explain {
    const NAME: &'static str = "Explain";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(to("cenote:Explain"))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("requestId", input.request_id.as_str());
        let found = app.audit.shelf().find(&input.request_id).await?;
        let record = found.ok_or_else(|| {
            let message = "Nothing is kept of this request: it was neither denied nor was anything issued by it, or it was \
                           too long ago.";
            Said::bad_request("ResourceNotFoundException", message).with_status(StatusCode::NOT_FOUND)
        })?;
        let read = serde_json::from_str(&record)
            .map_err(|error| Breakdown::new(format!("a record that was kept is no JSON: {error}")))?;
        Ok(Reply::of(Output::of(&Record(read), record)))
    }
}

/// A record of the audit, read again.
struct Record(Value);

impl Record {
    /// The first text that stands at one of these places.
    fn text(&self, places: &[&str]) -> Option<String> {
        places.iter().find_map(|place| self.0.pointer(place)?.as_str()).map(str::to_owned)
    }

    fn must(&self, place: &str) -> String {
        self.text(&[place]).unwrap_or_default()
    }

    fn texts(&self, place: &str) -> Vec<String> {
        let texts = self.0.pointer(place).and_then(Value::as_array);
        texts.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn read<T: for<'a> Deserialize<'a>>(&self, place: &str) -> Option<T> {
        T::deserialize(self.0.pointer(place)?).ok()
    }
}

impl Output {
    fn of(read: &Record, record: String) -> Self {
        const OF_SESSION: &str = "/userIdentity/sessionContext/webIdFederationData/attributes";
        let [aud, sub] = ["aud", "sub"].map(|name| format!("{OF_SESSION}/{name}"));
        let told = Told {
            error_code: read.text(&["/errorCode"]),
            error_message: read.text(&["/errorMessage"]),
            reason: read.text(&["/additionalEventData/reason"]),
            identity_pool_id: read.text(&[
                "/additionalEventData/identityPoolId",
                "/requestParameters/identityPoolId",
                &aud,
            ]),
            identity_id: read.text(&["/responseElements/identityId", "/requestParameters/identityId", &sub]),
            role: read.text(&[
                "/additionalEventData/role",
                "/requestParameters/roleArn",
                "/userIdentity/sessionContext/sessionIssuer/arn",
            ]),
            role_chosen_by: read.text(&["/additionalEventData/roleChosenBy"]),
        };
        Self {
            request_id: read.must("/requestID"),
            time: read.must("/eventTime"),
            service: read.must("/eventSource"),
            operation: read.must("/eventName"),
            decision: read.must("/additionalEventData/decision"),
            meaning: read.read::<Diagnosis>("/additionalEventData/diagnosis").map(Meaning::from),
            told,
            session_policies: read.texts("/additionalEventData/sessionPolicies"),
            session_tags: read.read("/additionalEventData/sessionTags").unwrap_or_default(),
            providers: read.texts("/requestParameters/logins"),
            record,
        }
    }
}
