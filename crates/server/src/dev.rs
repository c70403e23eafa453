//! What only `cenote dev` has: a seed, a clock that can be moved, a reset, and a look at the last decisions.

use crate::Refused;
use crate::clock::MachineClock;
use crate::config::DevSettings;
use crate::data_dir::DataDir;
use crate::entropy::MachineEntropy;
use crate::house::{self, Opened};
use crate::seed::{Applied, Seed, apply};
use crate::{keys, serve};
use api::app::{App, Clock, S3Cors};
use api::authority::authority;
use api::body::{NotRead, RequestBody, ResponseBody, full, read_whole};
use domain::identity_pool::login::user_pool_provider_name;
use domain::time::Span;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Write;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Marks a seed that was begun; one that breaks off is begun anew.
pub(crate) const SEEDING: &str = "seeding";

/// What a program needs to sign in to the demo.
const DEMO_ENV: &str = "demo.env";

/// The largest body of a request to these tools.
const LARGEST: usize = 4096;

/// Opens the data folder, seeds it if it is empty, and serves.
pub(crate) async fn run(settings: DevSettings) -> Result<(), Refused> {
    let seed = Seed::read(settings.seed.as_deref())?;
    let opened = house::open_with(&settings.common, S3Cors::AnyOrigin)?;
    let bound = serve::bind(&settings.common).await?;
    let app = opened.app.clone();
    let applied = seed_if_empty(&app, &opened.data, &seed).await?;
    say_hello(&bound.url(), &app, applied.as_ref(), &opened.data)?;
    let opened = Arc::new(opened);
    let address = settings.common.listen.ip();
    let tools = DevTools { opened: opened.clone(), seed, address, turn: Mutex::new(()) };
    serve::until_stopped(bound, &settings.common, opened, Some(Arc::new(tools))).await
}

async fn seed_if_empty(app: &App, data: &DataDir, seed: &Seed) -> Result<Option<Applied>, Refused> {
    if data.has(SEEDING) {
        empty(app).await?;
    } else if !app.store.is_empty().await.map_err(Refused::because)? {
        return Ok(None);
    }
    fill(app, data, seed).await.map(Some)
}

async fn empty(app: &App) -> Result<(), Refused> {
    app.store.wipe().await.map_err(Refused::because)?;
    app.contents.wipe().await.map_err(Refused::because)
}

async fn fill(app: &App, data: &DataDir, seed: &Seed) -> Result<Applied, Refused> {
    data.write_private(SEEDING, "")?;
    let applied = apply(app, seed, &keys::root(data, &MachineEntropy)?).await?;
    if let (Some(client), Some((user, password))) = (&applied.client, &applied.user) {
        let text = format!("DEMO_CLIENT={client}\nDEMO_USER={user}\nDEMO_PASS={}\n", password.reveal());
        data.write_private(DEMO_ENV, &text)?;
    }
    data.remove(SEEDING)?;
    Ok(applied)
}

/// Prints what to paste.
fn say_hello(url: &str, app: &App, applied: Option<&Applied>, data: &DataDir) -> Result<(), Refused> {
    let mut text = format!("cenote dev: listening on {url}\n");
    if let Some(Applied { user_pool: Some(user_pool), identity_pool: Some(identity_pool), bucket, .. }) =
        applied
    {
        let bucket = bucket.as_ref().map_or("my-bucket", |bucket| bucket.as_str());
        let region = &app.house.account.region;
        let login = user_pool_provider_name(user_pool, region);
        text.push_str(&format!(
            "\nSign in:\n\n\
             \x20 . {demo}\n\
             \x20 curl -s {url}/ -H 'Content-Type: application/x-amz-json-1.1' \\\n\
             \x20   -H 'X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth' \\\n\
             \x20   -d '{{\"AuthFlow\":\"USER_PASSWORD_AUTH\",\"ClientId\":\"'$DEMO_CLIENT'\",\
             \"AuthParameters\":{{\"USERNAME\":\"'$DEMO_USER'\",\"PASSWORD\":\"'$DEMO_PASS'\"}}}}'\n\n\
             and in your program, with its IdToken:\n\n\
             \x20 const AWS = require('aws-sdk');\n\
             \x20 AWS.config.region = '{region}';\n\
             \x20 AWS.config.endpoint = '{url}';\n\
             \x20 AWS.config.s3ForcePathStyle = true;\n\
             \x20 AWS.config.credentials = new AWS.CognitoIdentityCredentials({{\n\
             \x20   IdentityPoolId: '{identity_pool}',\n\
             \x20   Logins: {{ '{login}': idToken }} }});\n\
             \x20 AWS.config.credentials.get(error => {{\n\
             \x20   new AWS.S3().listObjects({{ Bucket: '{bucket}' }}, (err, data) => console.log(data.Contents)); }});\n",
            demo = data.path(DEMO_ENV).display(),
        ));
    }
    text.push_str("\nGET/POST /_cenote/clock, POST /_cenote/reset, GET /_cenote/decisions\n");
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Refused::because)
}

/// The tools of a development server.
pub(crate) struct DevTools {
    opened: Arc<Opened>,
    seed: Seed,
    /// Where the server listens.
    address: IpAddr,
    turn: Mutex<()>,
}

impl DevTools {
    /// Whether a request is for these tools.
    pub(crate) fn serves(request: &Request<RequestBody>) -> bool {
        let path = request.uri().path();
        path.starts_with("/_cenote/") && !path.starts_with(api::cenote::door::PREFIX)
    }

    /// Answers a request to these tools.
    pub(crate) async fn answer(&self, mut request: Request<RequestBody>) -> Response<ResponseBody> {
        if may_be_of_a_page(request.headers()) || !self.is_addressed(&request) {
            let message =
                "pages may not use the tools of a developer; ask for localhost or the server's IP address";
            return answer(StatusCode::FORBIDDEN, &json!({ "message": message }));
        }
        let (path, method) = (request.uri().path().to_owned(), request.method().clone());
        match (path.as_str(), method) {
            ("/_cenote/clock", Method::GET) => self.time(),
            ("/_cenote/clock", Method::POST) => self.advance(request.body_mut()).await,
            ("/_cenote/reset", Method::POST) => self.reset().await,
            ("/_cenote/decisions", Method::GET) => self.decisions(),
            _ => answer(StatusCode::NOT_FOUND, &json!({ "message": "there is no such tool" })),
        }
    }

    /// Whether a request names this machine. A page whose own name was made to point here (DNS rebinding) is of the same
    /// origin for its browser, and says that name.
    fn is_addressed(&self, request: &Request<RequestBody>) -> bool {
        let Some(named) = authority(request.uri(), request.headers()) else { return false };
        let host = named.host().trim_start_matches('[').trim_end_matches(']');
        match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(address) => address.is_loopback() || address == self.address || self.address.is_unspecified(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        }
    }

    fn clock(&self) -> &MachineClock {
        &self.opened.clock
    }

    fn time(&self) -> Response<ResponseBody> {
        let now = self.clock().now();
        answer(StatusCode::OK, &json!({ "now": now.rfc3339(), "millis": now.millis() }))
    }

    async fn advance(&self, body: &mut RequestBody) -> Response<ResponseBody> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        struct Advance {
            advance_seconds: u32,
        }
        let read = match read_whole(body, LARGEST).await {
            Ok(body) => serde_json::from_slice::<Advance>(&body).ok(),
            Err(NotRead::TooLarge | NotRead::Broken(_)) => None,
        };
        let Some(Advance { advance_seconds }) = read else {
            let message = "send {\"advanceSeconds\": N}; the clock moves forward only";
            return answer(StatusCode::BAD_REQUEST, &json!({ "message": message }));
        };
        self.clock().advance(Span::from_secs(advance_seconds));
        self.time()
    }

    async fn reset(&self) -> Response<ResponseBody> {
        let _turn = self.turn.lock().await;
        let app = &self.opened.app;
        let reset = async {
            self.opened.data.write_private(SEEDING, "")?;
            empty(app).await?;
            self.clock().reset();
            fill(app, &self.opened.data, &self.seed).await
        };
        match reset.await {
            Ok(_) => {
                app.audit.forget_recent();
                app.key_uses.forget_all();
                answer(StatusCode::OK, &json!({ "message": "as at the first start" }))
            }
            Err(refused) => {
                tracing::error!(%refused, "the reset did not end");
                answer(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    &json!({ "message": "the reset did not end; see the log" }),
                )
            }
        }
    }

    fn decisions(&self) -> Response<ResponseBody> {
        let records = self.opened.app.audit.recent();
        let records: Vec<Value> =
            records.iter().filter_map(|record| serde_json::from_str(record).ok()).collect();
        answer(StatusCode::OK, &Value::Array(records))
    }
}

/// Whether a browser says that a page sent this: one that a developer happens to visit must not empty their server.
fn may_be_of_a_page(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        || headers.get_all("sec-fetch-site").iter().any(|site| site != "none")
}

fn answer(status: StatusCode, body: &Value) -> Response<ResponseBody> {
    let mut response = Response::new(full(format!("{body}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
