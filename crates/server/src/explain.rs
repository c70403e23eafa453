//! `cenote explain` and `cenote doctor`: what the server says of a request or a login, told to a person.

use crate::Refused;
use crate::clock::MachineClock;
use crate::config::ServerArgs;
use crate::remote::{self, Remote};
use crate::verbs::say;
use serde_json::{Value, json};
use std::io;

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

/// What a person is told of a login.
const OF_LOGIN: [(&str, &str); 16] = [
    ("Provider", "login key"),
    ("Issuer", "issuer"),
    ("Client", "client"),
    ("TokenUse", "token use"),
    ("UserPoolIsHere", "pool here"),
    ("Stage", "fails at"),
    ("Cause", "cause"),
    ("Meaning", ""),
    ("Expected", "expected"),
    ("Found", "found"),
    ("Statement", "statement"),
    ("Remedy", "to do"),
    ("IdentityId", "identity"),
    ("Role", "role"),
    ("RoleChosenBy", "chosen by"),
    ("SessionPolicies", "narrowed by"),
];

/// `cenote doctor`, with the pool, the token, the provider and the role, where they are given.
pub(crate) async fn doctor(given: [Option<String>; 4], server: &ServerArgs) -> Result<(), Refused> {
    let [pool, token, provider, role] = given;
    let token = match token {
        Some(dash) if dash == "-" => {
            Some(io::read_to_string(io::stdin()).map_err(Refused::because)?.trim().to_owned())
        }
        other => other,
    };
    let members =
        [("IdentityPoolId", pool), ("Token", token), ("Provider", provider), ("CustomRoleArn", role)];
    let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    let input = Value::Object(given.collect());
    let answer = Remote::new(server)?.ask("Doctor", &input, &MachineClock::default()).await?;
    let found: Value = serde_json::from_slice(&remote::whole(answer).await?).map_err(Refused::because)?;
    let said = match (found.get("Cause"), found.get("Role")) {
        (Some(_), _) => "the login does not become credentials",
        (None, Some(_)) => "the login becomes credentials",
        (None, None) => "the token says of itself",
    };
    say(said)?;
    lines(&found, &OF_LOGIN)?;
    lines(&found, &[("SessionTags", "tags")])
}

/// Prints the members of an answer that are there, each with a name before it.
fn lines(answer: &Value, told: &[(&str, &str)]) -> Result<(), Refused> {
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
