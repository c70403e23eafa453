//! The door of the query services, STS and IAM: an operation and its input are parameters of a form at the root, in the
//! body of a POST or in the query of a GET.

use crate::app::App;
use crate::body::{ResponseBody, full};
use crate::cors;
use crate::dispatch;
use crate::fault::{Common, Fault, Kind, Said};
use crate::json_door::read_body;
use crate::operation::Call;
use crate::protocol::model::Operation;
use crate::protocol::query::{self, Form, Mistake, NotDecodable};
use crate::service::Service;
use domain::records::Breakdown;
use http::request::Parts;
use http::{HeaderValue, Method, Response, header};
use sigv4::canonical::query_pairs;

const FORM: &str = "application/x-www-form-urlencoded";
const XML: HeaderValue = HeaderValue::from_static("text/xml");

/// The longest name of an operation that is repeated in an answer or the audit, in characters.
const LONGEST_NAMED: usize = 100;

/// The query service that a request is for, if it is a form at the root: the one it is signed for, else the one of its
/// host, else STS, until its version says otherwise.
pub(crate) fn service_of<'a>(app: &'a App, head: &Parts) -> Option<&'a Service> {
    let is_form = head.uri.path() == "/"
        && match head.method {
            Method::POST => is_form_type(head),
            Method::GET => parameter(head, "action").is_some(),
            _ => false,
        };
    if !is_form {
        return None;
    }
    let named = signed_for(app, head).or_else(|| of_host(app, head));
    // At the host of a bucket a form is a form only if it says for whom.
    let is_at_a_bucket = app.s3_hosts.bucket(&head.headers).is_some();
    named.or_else(|| (!is_at_a_bucket).then_some(&app.services.sts))
}

const fn services(app: &App) -> [&Service; 2] {
    [&app.services.sts, &app.services.iam]
}

fn signed_for<'a>(app: &'a App, head: &Parts) -> Option<&'a Service> {
    let authorization = head.headers.get(header::AUTHORIZATION).map(|value| value.as_bytes().to_vec());
    let credential = authorization.or_else(|| parameter(head, "x-amz-credential"))?;
    let credential = String::from_utf8_lossy(&credential);
    services(app).into_iter().find(|it| credential.contains(&format!("/{}/aws4_request", it.signing_name)))
}

fn of_host<'a>(app: &'a App, head: &Parts) -> Option<&'a Service> {
    let host = head.headers.get(header::HOST)?.to_str().ok()?;
    services(app).into_iter().find(|it| host.split('.').next() == Some(it.name))
}

/// A parameter of the query, its name in any case.
fn parameter(head: &Parts, wanted: &str) -> Option<Vec<u8>> {
    let query = head.uri.query().unwrap_or_default();
    query_pairs(query).find(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes())).map(|(_, value)| value)
}

fn is_form_type(head: &Parts) -> bool {
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM))
}

/// Answers a request to a query service.
pub(crate) async fn answer<'a>(app: &'a App, call: &mut Call<'a>, id: &str) -> Response<ResponseBody> {
    let mut response = match operate(app, call, id).await {
        Ok(body) => Response::new(full(body)),
        Err(said) => refusal(call.service, &said, id),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, XML);
    cors::expose_service(headers);
    response
}

async fn operate<'a>(app: &'a App, call: &mut Call<'a>, id: &str) -> Result<Vec<u8>, Said> {
    let form = match form_of(call).await {
        Ok(form) => form,
        Err(fault) => return Err(dispatch::refuse(app, call, id, "Unknown", fault).await),
    };
    if signed_for(app, call.head).is_none() {
        let of_version = |it: &&Service| form.version() == Some(&*it.model.api_version);
        call.service = services(app).into_iter().find(of_version).unwrap_or(call.service);
    }
    let service = call.service;
    let operation = match operation_of(service, &form) {
        Ok(operation) => operation,
        Err(fault) => return Err(dispatch::refuse(app, call, id, "Unknown", fault).await),
    };
    let decoded = query::decode(service.model, operation.input, &form).map_err(malformed);
    let done = dispatch::walk(app, call, id, operation, decoded).await?;
    query::encode(service.model, operation, id, &done.output).map_err(|error| {
        let what = format!("the answer of {} cannot be written: {error}", operation.name);
        (service.say)(Common::Breakdown(Breakdown::new(what)))
    })
}

/// The parameters: the body of a POST, the query of a GET. A POST's query says nothing, or it could contradict the body.
async fn form_of(call: &mut Call<'_>) -> Result<Form, Fault> {
    let body = read_body(call).await?;
    let text = match call.head.method {
        Method::GET => call.head.uri.query().unwrap_or_default().as_bytes(),
        _ => &body,
    };
    Form::parse(text).map_err(malformed)
}

fn malformed(why: NotDecodable) -> Fault {
    Said::bad_request("MalformedInput", why.to_string()).into()
}

fn operation_of(service: &Service, form: &Form) -> Result<&'static Operation, Fault> {
    let short = |text: &str| text.chars().take(LONGEST_NAMED).collect::<String>();
    let Some(action) = form.action() else {
        return Err(Said::bad_request("MissingAction", "The request is missing an action.").into());
    };
    let version = form.version().unwrap_or("NO_VERSION_SPECIFIED");
    let known = service.model.operation(action).filter(|_| version == &*service.model.api_version);
    known.ok_or_else(|| {
        let message = format!("Could not find operation {} for version {}", short(action), short(version));
        Common::UnknownOperation(message).into()
    })
}

fn refusal(service: &Service, said: &Said, id: &str) -> Response<ResponseBody> {
    let mistake = match said.kind {
        Kind::Request | Kind::Denial => Mistake::Sender,
        Kind::Breakdown => Mistake::Receiver,
    };
    let body = query::error_body(service.model, mistake, (said.code, &said.message), id);
    let mut response = Response::new(full(body));
    *response.status_mut() = said.status;
    response
}
