//! Questions written as JSON: policies by layer, and a request.

use policy::{
    Account, Context, Decision, Document, Kind, Malformed, Named, PolicySet, Principal, Request, decide,
    decide_trust,
};
use serde_json::Value;

/// The canonical user of every account in these questions.
const CANONICAL_USER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

const USER: &str = "arn:aws:iam::123456789012:user/u";

/// The policies of a question: lists under `identity` and `session`, one document under `boundary`, `resource`, `trust`.
pub(crate) struct Policies {
    identity: Vec<(String, Document)>,
    boundary: Option<Document>,
    session: Option<Vec<(String, Document)>>,
    resource: Option<Document>,
    trust: Option<Document>,
}

impl Policies {
    /// Reads them all.
    pub(crate) fn read(question: &Value) -> Result<Policies, Malformed> {
        let one = |layer, kind| question.get(layer).map(|written| document(written, kind)).transpose();
        Ok(Policies {
            identity: documents(question, "identity", Kind::Identity)?.unwrap_or_default(),
            boundary: one("boundary", Kind::Identity)?,
            session: documents(question, "session", Kind::Session)?,
            resource: one("resource", Kind::Resource)?,
            trust: one("trust", Kind::Trust)?,
        })
    }

    /// What they say to a request.
    pub(crate) fn decide(&self, asked: &Value) -> Decision {
        let context = context(asked);
        let request = Request {
            principal: principal(asked.get("principal")),
            action: text(asked, "/action"),
            resource: text(asked, "/resource"),
            context: &context,
        };
        let (identity, session) = (named(&self.identity), self.session.as_deref().map(named));
        let boundary = self.boundary.as_ref().map(|document| Named { name: "boundary", document });
        let policies = PolicySet { identity: &identity, boundary, session: session.as_deref() };
        match &self.trust {
            Some(document) => decide_trust(&request, &policies, &Named { name: "trust", document }),
            None => {
                let resource = self.resource.as_ref().map(|document| Named { name: "resource", document });
                decide(&request, &policies, resource.as_ref())
            }
        }
    }
}

/// A text below a question, empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn document(written: &Value, kind: Kind) -> Result<Document, Malformed> {
    Document::parse(&written.to_string(), kind)
}

fn documents(
    question: &Value,
    layer: &str,
    kind: Kind,
) -> Result<Option<Vec<(String, Document)>>, Malformed> {
    let Some(listed) = question.get(layer).and_then(Value::as_array) else { return Ok(None) };
    let read = |(index, written)| Ok((format!("{layer} {index}"), document(written, kind)?));
    listed.iter().enumerate().map(read).collect::<Result<_, _>>().map(Some)
}

fn named(documents: &[(String, Document)]) -> Vec<Named<'_>> {
    documents.iter().map(|(name, document)| Named { name, document }).collect()
}

fn context(asked: &Value) -> Context<'_> {
    let mut context = Context::new();
    for (key, value) in asked.get("context").and_then(Value::as_object).into_iter().flatten() {
        match value.as_array() {
            Some(values) => context.insert_many(key, values.iter().filter_map(Value::as_str)),
            None => context.insert(key, value.as_str().unwrap_or_default()),
        }
    }
    context
}

/// The caller that a request names by the members `root`, `user`, `role` and `session`, `federated_user`, `provider`,
/// `service`; a user where it names none, and nobody where it says `null`.
fn principal(written: Option<&Value>) -> Principal<'_> {
    let Some(written) = written else {
        return Principal::User { account: of(USER), arn: USER };
    };
    let named = |member: &str| written.get(member).and_then(Value::as_str);
    if let (Some(role), Some(session)) = (named("role"), named("session")) {
        return Principal::RoleSession { account: of(role), role, session, provider: named("provider") };
    }
    if let Some(session) = named("federated_user") {
        return Principal::FederatedUser { account: of(session), user: named("user"), session };
    }
    if let Some(arn) = named("root") {
        return Principal::Root(of(arn));
    }
    if let Some(arn) = named("user") {
        return Principal::User { account: of(arn), arn };
    }
    match (named("service"), named("provider")) {
        (Some(service), _) => Principal::Service(service),
        (None, Some(provider)) => Principal::Federated(provider),
        (None, None) => Principal::Anonymous,
    }
}

/// The account in an ARN.
fn of(arn: &str) -> Account<'_> {
    Account { id: arn.split(':').nth(4).unwrap_or_default(), canonical_user: Some(CANONICAL_USER) }
}
