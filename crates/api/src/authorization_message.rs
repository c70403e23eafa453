//! Why somebody was denied something, sealed into the message that they get: they can hand it on, and only whoever may
//! `sts:DecodeAuthorizationMessage` reads it.
//!
//! At AWS some services send one (EC2 above all), and none of those whose interfaces are served here: their words stay as
//! they are. The server's own service, whose words are its own, sends one.

use crate::app::App;
use broker::iam::access::{AccessRefused, Asking};
use broker::iam::authenticate::Caller;
use broker::iam::resource::Key;
use policy::{Denial, Values};
use serde_json::{Value, json};

/// The longest message that is decoded. Source: STS API reference, `DecodeAuthorizationMessage`.
const LONGEST: usize = 10_240;

/// The prefix of the actions of the server's own service.
const OWN: &str = "cenote:";

/// The message for a denial; `None` for services that send none, and where it cannot be sealed, which hides nothing from
/// the audit.
pub(crate) fn encoded(
    app: &App,
    asking: Asking<'_>,
    (action, resource, keys): (&str, &str, &[Key]),
    why: &AccessRefused,
) -> Option<String> {
    // Who did not sign is never asked about anything of the server's own.
    let Asking::Signed(caller) = asking else { return None };
    if !action.starts_with(OWN) {
        return None;
    }
    let with = |keys| {
        let text = text_of(app, caller, (action, resource, keys), why).to_string();
        let sealed = app.secrets.ring().seal_message(&text, &app.house.account, app.entropy.as_ref());
        sealed.ok().filter(|sealed| sealed.len() <= LONGEST)
    };
    // What the keys say is somebody's to choose, and may be long.
    with(keys).or_else(|| with(&[]))
}

/// What a message said; `None` if it is none of this server's.
pub(crate) fn decoded(app: &App, message: &str) -> Option<String> {
    app.secrets.ring().open_message(message, &app.house.account)
}

/// Source of the shape: STS API reference, `DecodeAuthorizationMessage`.
fn text_of(
    app: &App,
    caller: &Caller,
    (action, resource, keys): (&str, &str, &[Key]),
    why: &AccessRefused,
) -> Value {
    let account = &app.house.account.id;
    let matched: Vec<Value> = match why {
        AccessRefused::Denied { denial: Denial::Explicit { by, .. }, .. } => {
            vec![json!({ "statementId": by.sid.as_deref().unwrap_or_default(), "effect": "DENY" })]
        }
        AccessRefused::Denied { denial: Denial::Implicit { .. }, .. }
        | AccessRefused::Ended(_)
        | AccessRefused::NotBySession(_)
        | AccessRefused::RoleGone(_)
        | AccessRefused::UserGone(_)
        | AccessRefused::GroupGone(_)
        | AccessRefused::PolicyGone(_)
        | AccessRefused::Malformed { .. } => Vec::new(),
    };
    let conditions: Vec<Value> = keys.iter().map(condition).collect();
    json!({
        "allowed": false,
        "explicitDeny": !matched.is_empty(),
        "matchedStatements": { "items": matched },
        "failures": { "items": [] },
        "context": {
            "principal": { "id": caller.user_id(account), "arn": caller.arn(account) },
            "action": action,
            "resource": resource,
            "conditions": { "items": conditions },
        },
    })
}

fn condition(Key { name, values }: &Key) -> Value {
    let values: Vec<Value> = match values {
        Values::One(value) => vec![json!({ "value": value })],
        Values::Many(values) => values.iter().map(|value| json!({ "value": value })).collect(),
    };
    json!({ "key": name, "values": { "items": values } })
}
