//! A server that runs, asked over the wire by its operator: every request is signed, and the server decides.

use crate::config::ServerArgs;
use crate::{Refused, private};
use api::app::Clock;
use domain::secret::Secret;
use http::uri::Scheme;
use http::{Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde_json::Value;
use sigv4::canonical::Style;
use sigv4::{Credentials, PayloadHash, RequestHead, SecretKeyRef, Signer, sign};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long the server may take to be reached.
const TO_CONNECT: Duration = Duration::from_secs(10);

/// How long it may take to begin an answer, or pause in one. A backup begins when the records have been copied.
const TO_ANSWER: Duration = Duration::from_secs(600);

/// The longest answer that is read whole, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;

/// A server and who asks it.
pub(crate) struct Remote {
    endpoint: Uri,
    authority: Option<PathBuf>,
    region: String,
    holder: Holder,
}

/// Credentials in the format of AWS's shared-credentials file.
struct Holder {
    id: String,
    secret: Secret<String>,
    token: Option<Secret<String>>,
}

impl Remote {
    pub(crate) fn new(args: &ServerArgs) -> Result<Self, Refused> {
        let file =
            args.credentials.clone().or_else(|| args.data.as_ref().map(|data| data.join("root-credentials")));
        let file = file.ok_or_else(|| {
            Refused("who asks? give --credentials FILE, or the server's folder with --data DIR".to_owned())
        })?;
        let endpoint =
            args.endpoint.parse::<Uri>().ok().filter(|uri| uri.host().is_some() && uri.path() == "/");
        let endpoint = endpoint.ok_or_else(|| {
            Refused(format!(
                "--endpoint `{}` is no address of a server, such as https://cenote.example:9000",
                args.endpoint
            ))
        })?;
        let (region, authority) = (args.region.to_string(), args.ca.clone());
        Ok(Self { endpoint, authority, region, holder: Holder::read(&file)? })
    }

    /// Asks for an operation of the server's own service with this input, and gives the answer to it if it is a success.
    pub(crate) async fn ask(
        &self,
        operation: &str,
        input: &Value,
        clock: &dyn Clock,
    ) -> Result<Response<Incoming>, Refused> {
        let host = self.endpoint.host().unwrap_or_default();
        let is_secure = self.endpoint.scheme() == Some(&Scheme::HTTPS);
        let port = self.endpoint.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let address = (host.trim_matches(['[', ']']).to_owned(), port);
        let unreached = |why: &dyn std::fmt::Display| {
            Refused(format!(
                "{} cannot be reached: {why}; does the server run there? --endpoint names it",
                self.endpoint
            ))
        };
        let stream = timeout(TO_CONNECT, TcpStream::connect(address)).await;
        let stream =
            stream.map_err(|_| unreached(&"it took too long"))?.map_err(|error| unreached(&error))?;
        let request = self.request(operation, input, clock)?;
        if is_secure {
            let name =
                ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(Refused::because)?;
            let connecting = timeout(TO_CONNECT, self.connector()?.connect(name, stream)).await;
            let stream =
                connecting.map_err(|_| unreached(&"it took too long"))?.map_err(|error| unreached(&error))?;
            return exchange(stream, request).await;
        }
        if !stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()) {
            return Err(Refused(format!(
                "{} is on another machine, and without TLS everybody on the way reads the answer; use https",
                self.endpoint
            )));
        }
        exchange(stream, request).await
    }

    fn request(
        &self,
        operation: &str,
        input: &Value,
        clock: &dyn Clock,
    ) -> Result<Request<Full<Bytes>>, Refused> {
        let body = Bytes::from(input.to_string());
        let length = body.len().to_string();
        let path = format!("{}{operation}", api::cenote::door::PREFIX);
        let host = self.endpoint.authority().map(ToString::to_string).unwrap_or_default();
        let headers: [(&str, &[u8]); 2] = [("host", host.as_bytes()), ("content-length", length.as_bytes())];
        let head = RequestHead { method: "POST", path: &path, query: "", headers: &headers };
        let credentials = Credentials {
            access_key_id: &self.holder.id,
            secret_access_key: SecretKeyRef::new(self.holder.secret.reveal()),
            session_token: self.holder.token.as_ref().map(|token| token.reveal().as_str()),
        };
        let signer = Signer { credentials, region: &self.region, service: "cenote", style: Style::Standard };
        let signed =
            sign(&head, &signer, PayloadHash::of(&body), clock.now().secs()).map_err(Refused::because)?;
        let request = Request::post(path).header(header::HOST, host).header(header::CONTENT_LENGTH, length);
        let request = signed.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        request.body(Full::new(body)).map_err(Refused::because)
    }

    fn connector(&self) -> Result<TlsConnector, Refused> {
        let file = self.authority.as_ref().ok_or_else(|| {
            Refused("who vouches for the server's certificate? give --ca FILE, in PEM".to_owned())
        })?;
        let unread = |why: &dyn std::fmt::Display| Refused(format!("--ca `{}`: {why}", file.display()));
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_file_iter(file).map_err(|error| unread(&error))? {
            roots.add(root.map_err(|error| unread(&error))?).map_err(|error| unread(&error))?;
        }
        if roots.is_empty() {
            return Err(unread(&"it holds no certificate in PEM"));
        }
        let rules = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let rules = rules.with_safe_default_protocol_versions().map_err(Refused::because)?;
        Ok(TlsConnector::from(Arc::new(rules.with_root_certificates(roots).with_no_client_auth())))
    }
}

/// Sends the request, and reads why if the answer is a no.
async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Refused>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| Refused(format!("the server did not answer: {error}"));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(connection);
    let answering = timeout(TO_ANSWER, sender.send_request(request)).await;
    let answer =
        answering.map_err(|_| Refused("the server did not answer in time".to_owned()))?.map_err(broken)?;
    if answer.status() == StatusCode::OK {
        return Ok(answer);
    }
    let status = answer.status();
    let text = whole(answer).await.unwrap_or_default();
    let why = serde_json::from_slice::<No>(&text)
        .map(|no| format!("{} {}", no.code, no.message))
        .unwrap_or_default();
    Err(Refused(format!("the server refused with {status}: {}", why.trim_end())))
}

/// An answer of no.
#[derive(Deserialize)]
struct No {
    #[serde(rename = "__type")]
    code: String,
    #[serde(default)]
    message: String,
}

/// The body of an answer that is short.
pub(crate) async fn whole(answer: Response<Incoming>) -> Result<Bytes, Refused> {
    let reading = timeout(TO_ANSWER, Limited::new(answer.into_body(), LONGEST).collect()).await;
    let read = reading.map_err(|_| Refused("the answer broke off".to_owned()))?;
    read.map(|read| read.to_bytes()).map_err(|error| Refused(format!("the answer broke off: {error}")))
}

/// The next piece of an answer; `None` at its end.
pub(crate) async fn next_piece(body: &mut Incoming) -> Result<Option<Bytes>, Refused> {
    loop {
        let frame = timeout(TO_ANSWER, body.frame()).await;
        match frame.map_err(|_| Refused("the answer broke off".to_owned()))? {
            None => return Ok(None),
            Some(Err(error)) => return Err(Refused(format!("the answer broke off: {error}"))),
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

impl Holder {
    fn read(file: &Path) -> Result<Self, Refused> {
        let text =
            private::read(file)?.ok_or_else(|| Refused(format!("there is no `{}`", file.display())))?;
        let value = |name| private::value(text.reveal(), name).map(str::to_owned);
        let (Some(id), Some(secret)) = (value("aws_access_key_id"), value("aws_secret_access_key")) else {
            return Err(Refused(format!("`{}` holds no access key", file.display())));
        };
        Ok(Self { id, secret: Secret::new(secret), token: value("aws_session_token").map(Secret::new) })
    }
}
