//! The public documents of those who issue tokens here: each user pool, and the identity pools together. They say which
//! keys there are and where to find them.

use crate::app::App;
use crate::authority::authority;
use crate::body::{ResponseBody, full};
use crate::router::text;
use crate::{cognito_identity, cognito_idp};
use domain::records::Breakdown;
use domain::user_pool::pool::UserPoolId;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::Value;

/// A document that a path names.
pub(crate) struct Named {
    issuer: Issuer,
    document: Document,
}

enum Issuer {
    UserPool(UserPoolId),
    IdentityPools,
}

enum Document {
    Keys,
    Configuration,
}

impl Named {
    /// The document at this path.
    pub(crate) fn by(path: &str) -> Option<Self> {
        match path {
            cognito_identity::discovery::KEYS => {
                return Some(Self { issuer: Issuer::IdentityPools, document: Document::Keys });
            }
            cognito_identity::discovery::CONFIGURATION => {
                return Some(Self { issuer: Issuer::IdentityPools, document: Document::Configuration });
            }
            _ => {}
        }
        let (pool, document) = path.strip_prefix('/')?.split_once("/.well-known/")?;
        let document = match document {
            "jwks.json" => Document::Keys,
            "openid-configuration" => Document::Configuration,
            _ => return None,
        };
        Some(Self { issuer: Issuer::UserPool(UserPoolId::parse(pool).ok()?), document })
    }
}

/// Answers with a document. Pages of any origin may read it.
pub(crate) async fn answer(
    app: &App,
    named: &Named,
    head: &Parts,
    is_secure: bool,
) -> Response<ResponseBody> {
    let found = match (&named.document, address(app, &named.issuer, head, is_secure)) {
        (Document::Keys, _) => keys(app, &named.issuer).await,
        (Document::Configuration, Some(address)) => configuration(app, &named.issuer, &address).await,
        (Document::Configuration, None) => {
            let unnamed = "the request does not say in `Host` where this server is\n";
            return readable(text(StatusCode::BAD_REQUEST, unnamed));
        }
    };
    readable(match found {
        Ok(Some(document)) => json_document(&document),
        Ok(None) => text(StatusCode::NOT_FOUND, "there is no such user pool\n"),
        Err(breakdown) => {
            tracing::error!(%breakdown, "an issuer's document cannot be read");
            text(StatusCode::INTERNAL_SERVER_ERROR, "the server failed\n")
        }
    })
}

/// Where the documents of an issuer are, as whoever sent this request reaches them; `None` if it names no host. AWS's form
/// of issuer is not this server's address: whoever looked for keys there would find somebody else's.
fn address(app: &App, issuer: &Issuer, head: &Parts, is_secure: bool) -> Option<String> {
    let issuers = &app.house.issuers;
    let here = || {
        let scheme = if is_secure { "https" } else { "http" };
        authority(&head.uri, &head.headers).map(|host| format!("{scheme}://{host}"))
    };
    match issuer {
        Issuer::UserPool(pool) => {
            issuers.address_of(pool).or_else(|| here().map(|here| format!("{here}/{pool}")))
        }
        Issuer::IdentityPools => issuers.address_of_identity_pools().map(str::to_owned).or_else(here),
    }
}

async fn keys(app: &App, issuer: &Issuer) -> Result<Option<Value>, Breakdown> {
    match issuer {
        Issuer::UserPool(pool) => cognito_idp::discovery::key_set(app, pool).await,
        Issuer::IdentityPools => cognito_identity::discovery::key_set(app).await.map(Some),
    }
}

async fn configuration(app: &App, issuer: &Issuer, address: &str) -> Result<Option<Value>, Breakdown> {
    match issuer {
        Issuer::UserPool(pool) => cognito_idp::discovery::configuration(app, pool, address).await,
        Issuer::IdentityPools => Ok(Some(cognito_identity::discovery::configuration(app, address))),
    }
}

fn json_document(document: &Value) -> Response<ResponseBody> {
    let mut response = Response::new(full(document.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn readable(mut response: Response<ResponseBody>) -> Response<ResponseBody> {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
