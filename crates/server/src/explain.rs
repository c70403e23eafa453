//! `cenote explain`: an explanation of the server, told to a person.

use crate::Refused;
use crate::clock::MachineClock;
use crate::config::ServerArgs;
use crate::remote::{self, Remote};
use crate::verbs::say;
use serde_json::{Value, json};

/// What a person is told of each, in this order.
const LINES: [(&str, &str); 16] = [
    ("Decision", "decision"),
    ("ErrorCode", "answered"),
    ("ErrorMessage", ""),
    ("Stage", "stage"),
    ("Cause", "cause"),
    ("Meaning", ""),
    ("Expected", "expected"),
    ("Found", "found"),
    ("Statement", "statement"),
    ("Remedy", "to do"),
    ("Reason", "reason"),
    ("IdentityPoolId", "pool"),
    ("IdentityId", "identity"),
    ("Role", "role"),
    ("RoleChosenBy", "chosen by"),
    ("Providers", "logins"),
];

/// `cenote explain REQUEST_ID`.
pub(crate) async fn run(request_id: &str, as_json: bool, server: &ServerArgs) -> Result<(), Refused> {
    let input = json!({ "RequestId": request_id });
    let answer = Remote::new(server)?.ask("Explain", &input, &MachineClock::default()).await?;
    let explained: Value = serde_json::from_slice(&remote::whole(answer).await?).map_err(Refused::because)?;
    if as_json {
        return say(&format!("{explained:#}"));
    }
    let word = |member: &str| words(explained.get(member)).unwrap_or_default();
    say(&format!("{} of {} at {}", word("Operation"), word("Service"), word("Time")))?;
    lines(&explained, &LINES)?;
    lines(&explained, &[("SessionPolicies", "narrowed by"), ("SessionTags", "tags")])
}

/// Prints the members of an answer that are there, each with a name before it.
pub(crate) fn lines(answer: &Value, told: &[(&str, &str)]) -> Result<(), Refused> {
    told.iter().try_for_each(|(member, name)| match words(answer.get(member)) {
        Some(words) => say(&format!("  {name:<11} {words}")),
        None => Ok(()),
    })
}

/// A member in words; `None` if it says nothing.
fn words(member: Option<&Value>) -> Option<String> {
    let text = match member? {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().filter_map(|one| words(Some(one))).collect::<Vec<_>>().join(", "),
        Value::Object(all) => {
            let each = all.iter().filter_map(|(name, one)| Some(format!("{name}={}", words(Some(one))?)));
            each.collect::<Vec<_>>().join(", ")
        }
        other @ (Value::Bool(_) | Value::Number(_)) => other.to_string(),
    };
    // What a record repeats of a request must not move a terminal's cursor.
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    (!text.is_empty()).then_some(text)
}
