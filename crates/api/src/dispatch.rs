//! The road that every operation walks: check the shape, authorize, run; then the audit, then the answer.

use crate::app::App;
use crate::audit::{self, Issues};
use crate::body::ResponseBody;
use crate::fault::{Common, Fault, Kind, Said};
use crate::members;
use crate::operation::{Access, Call, Category, Operation, Outcome, Settled};
use crate::protocol::constraint;
use crate::protocol::model;
use domain::records::Breakdown;
use serde_json::{Map, Value};
use std::pin::Pin;

/// An operation that is served, without its types.
pub struct Served {
    /// Its name in the model.
    pub name: &'static str,
    /// What kind of event it is to the audit.
    pub category: Category,
    run: Run,
}

type Run = for<'a> fn(&'a App, &'a mut Call<'_>, Map<String, Value>) -> Ending<'a>;
type Ending<'a> = Pin<Box<dyn Future<Output = Result<Done, Fault>> + Send + 'a>>;

/// What an operation answered, before it is written in the service's protocol.
pub struct Done {
    /// The members of its output.
    pub output: Value,
    /// A body of bytes, where the output has one.
    pub body: Option<ResponseBody>,
    /// Whether it is a part of what was asked for (206).
    pub is_partial: bool,
    issues: bool,
}

impl Served {
    /// The operation `O`.
    pub const fn of<O: Operation>() -> Self {
        let run: Run = |app, call, members| Box::pin(run::<O>(app, call, members));
        Self { name: O::NAME, category: O::CATEGORY, run }
    }
}

/// Takes a decoded request down the road. What it answers is on record when it returns.
pub async fn walk(
    app: &App,
    call: &mut Call<'_>,
    id: &str,
    operation: &model::Operation,
    decoded: Result<Value, Fault>,
) -> Result<Done, Said> {
    let ended = match decoded {
        Ok(decoded) => checked_run(app, call, operation, decoded).await,
        Err(fault) => Err(fault),
    };
    settle(app, call, (id, &operation.name), ended).await
}

/// Ends a request that got no further than the door.
pub async fn refuse(app: &App, call: &mut Call<'_>, id: &str, operation: &str, fault: Fault) -> Said {
    match settle(app, call, (id, operation), Err(fault)).await {
        Err(said) => said,
        Ok(_) => {
            (call.service.say)(Common::Breakdown(Breakdown::new("a refusal was answered with a success")))
        }
    }
}

async fn checked_run(
    app: &App,
    call: &mut Call<'_>,
    operation: &model::Operation,
    decoded: Value,
) -> Result<Done, Fault> {
    let service = call.service;
    let Some(served) = service.operation(&operation.name) else {
        return Err(Common::UnservedOperation(operation.name.to_string()).into());
    };
    if let Some(shape) = operation.input {
        constraint::check(service.model, shape, &decoded)?;
    }
    let members = match decoded {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    (served.run)(app, call, members).await
}

async fn run<O: Operation>(
    app: &App,
    call: &mut Call<'_>,
    members: Map<String, Value>,
) -> Result<Done, Fault> {
    let input: O::Input = members::typed(members)?;
    let admitted = O::Access::admit(app, call, O::permission(&input)?).await?;
    let reply = O::run(app, call, admitted, input).await?;
    let output = serde_json::to_value(reply.output)
        .map_err(|error| Breakdown::new(format!("the output of {} is no JSON: {error}", O::NAME)))?;
    Ok(Done { output, body: reply.body, is_partial: reply.is_partial, issues: reply.issues })
}

/// Puts the end of a request on record. If that fails, nothing is issued or acknowledged.
async fn settle(
    app: &App,
    call: &mut Call<'_>,
    asked: (&str, &str),
    ended: Result<Done, Fault>,
) -> Result<Done, Said> {
    let service = call.service;
    let ended = ended.map_err(|fault| fault.said_by(service.say));
    if let Err(said) = &ended
        && said.kind == Kind::Breakdown
    {
        tracing::error!(operation = asked.1, reason = %said.reason, "the server failed");
    }
    let issues = |done: &Done| if done.issues { Issues::Something } else { Issues::Nothing };
    let ended = match audit::record(app, call, asked, ended.as_ref().map(issues)).await {
        Ok(()) => ended,
        Err(breakdown) => {
            tracing::error!(%breakdown, "the audit cannot be written, so the answer is withheld");
            Err((service.say)(Common::Breakdown(breakdown)))
        }
    };
    let outcome = ended.as_ref().map_or_else(|said| Outcome::Not(said.kind), |_| Outcome::Done);
    call.settled = Some(Settled { service: service.name, operation: asked.1.to_owned(), outcome });
    ended
}
