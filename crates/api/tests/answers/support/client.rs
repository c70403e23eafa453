//! Requests as clients send them, and what they get back.

use api::body::{BodyError, RequestBody};
use bytes::Bytes;
use data_encoding::BASE64;
use domain::time::Timestamp;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use md5::{Digest, Md5};
use serde_json::Value;
use sigv4::canonical::Style;
use sigv4::chunk::{Chain, Framing, encode_as};
use sigv4::{
    Authorization, Credentials, PayloadHash, RequestHead, SecretKeyRef, Signer, SigningKey, presign, sign,
};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Credentials as their holder has them.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Held {
    fn signer<'s>(&'s self, service: &'s str) -> Signer<'s> {
        let credentials = Credentials {
            access_key_id: &self.id,
            secret_access_key: SecretKeyRef::new(&self.secret),
            session_token: self.token.as_deref(),
        };
        let style = if service == "s3" { Style::S3 } else { Style::Standard };
        Signer { credentials, region: "us-east-1", service, style }
    }
}

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Ask {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    service: &'static str,
    payload: Option<PayloadHash>,
    pieces: Vec<Bytes>,
    stops_short: bool,
}

impl Ask {
    /// A request without a body.
    pub(crate) fn new(method: &str, uri: &str) -> Self {
        Self {
            method: method.to_owned(),
            uri: uri.to_owned(),
            headers: vec![("host".to_owned(), "localhost:9000".to_owned())],
            service: "s3",
            payload: None,
            pieces: Vec::new(),
            stops_short: false,
        }
    }

    /// With this header in the place of one of that name.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.without(name).also(name, value)
    }

    /// With this header, beside one of that name.
    pub(crate) fn also(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// With a body that comes in one piece, and its length.
    pub(crate) fn body(self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.pieces([bytes]).header("content-length", &bytes.len().to_string())
    }

    /// With a document and its `Content-MD5`.
    pub(crate) fn document(self, xml: &str) -> Self {
        let md5 = BASE64.encode(Md5::digest(xml.as_bytes()).as_slice());
        self.body(xml).header("content-md5", &md5)
    }

    /// With a body that comes in these pieces.
    pub(crate) fn pieces<'a>(mut self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        self.pieces = pieces.into_iter().map(Bytes::copy_from_slice).collect();
        self
    }

    /// With the method, path and query of another request, as if somebody on the way had put them there.
    pub(crate) fn go_elsewhere(&mut self, other: &Self) {
        self.method.clone_from(&other.method);
        self.uri.clone_from(&other.uri);
    }

    /// With another method, as if somebody on the way had put it there.
    pub(crate) fn by(&mut self, method: &str) {
        method.clone_into(&mut self.method);
    }

    /// What is sent as its body.
    pub(crate) fn sent(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    /// The connection breaks after the last piece.
    pub(crate) fn stops_short(mut self) -> Self {
        self.stops_short = true;
        self
    }

    /// For the service of this signing name; S3 if nothing is said.
    pub(crate) fn service(mut self, signing_name: &'static str) -> Self {
        self.service = signing_name;
        self
    }

    /// Says this of the body, whatever it is.
    pub(crate) fn payload(mut self, payload: PayloadHash) -> Self {
        self.payload = Some(payload);
        self
    }

    /// Signed for its service.
    pub(crate) fn signed(self, held: &Held, now: Timestamp) -> Self {
        self.signed_in("us-east-1", held, now)
    }

    /// Signed for its service in a region.
    pub(crate) fn signed_in(mut self, region: &str, held: &Held, now: Timestamp) -> Self {
        let payload = self.payload.unwrap_or_else(|| PayloadHash::of(&self.pieces.concat()));
        let signer = Signer { region, ..held.signer(self.service) };
        let added = self.with_head(|head| sign(&head, &signer, payload, now.secs()).unwrap());
        self.headers.extend(added);
        self
    }

    /// Presigned for its service, good for some seconds: what is signed is in the query. S3 takes a body for not covered.
    pub(crate) fn presigned(mut self, held: &Held, expires: u32, now: Timestamp) -> Self {
        let covered = || PayloadHash::of(&self.pieces.concat());
        let payload = match self.service {
            "s3" => self.payload.unwrap_or(PayloadHash::Unsigned),
            _ => self.payload.unwrap_or_else(covered),
        };
        let signer = held.signer(self.service);
        let query = self.with_head(|head| presign(&head, &signer, payload, expires, now.secs()).unwrap());
        let path = self.path_and_query().0.to_owned();
        self.uri = format!("{path}?{query}");
        self
    }

    /// Signed for S3, with this body in chunks of 16 bytes, each signed too; so are the trailers, if there are any.
    pub(crate) fn signed_in_chunks(
        self,
        held: &Held,
        now: Timestamp,
        (body, trailers): (&[u8], &[(&str, &str)]),
    ) -> Self {
        let length = body.len().to_string();
        let announcing = match trailers {
            [] => self.payload(PayloadHash::StreamingSigned),
            [(name, _), ..] => {
                self.payload(PayloadHash::StreamingSignedTrailer).header("x-amz-trailer", name)
            }
        };
        let signed = announcing.header("x-amz-decoded-content-length", &length).signed(held, now);
        let sent = |name: &str| signed.headers.iter().find(|(known, _)| known == name).unwrap().1.as_str();
        let authorization = Authorization::parse(sent("authorization")).unwrap();
        let key = SigningKey::derive(SecretKeyRef::new(&held.secret), &authorization.scope());
        let of = (sent("x-amz-date"), &*authorization.scope().to_string());
        let chain = Chain::begin(key, of, authorization.signature());
        let framing =
            if trailers.is_empty() { Framing::Signed(chain) } else { Framing::SignedTrailer(chain) };
        let framed = encode_as(framing, body, 16, trailers);
        signed.pieces([&framed[..]])
    }

    /// With its body changed on the way.
    pub(crate) fn bent(self, bend: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Self {
        let bent = bend(self.pieces.concat());
        self.pieces([&bent[..]])
    }

    /// With its path and query changed on the way.
    pub(crate) fn redirected(mut self, change: impl FnOnce(&str) -> String) -> Self {
        let changed = change(&self.uri);
        assert_ne!(changed, self.uri);
        self.uri = changed;
        self
    }

    fn path_and_query(&self) -> (&str, &str) {
        self.uri.split_once('?').unwrap_or((&self.uri, ""))
    }

    fn with_head<T>(&self, ask: impl FnOnce(RequestHead<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let (path, query) = self.path_and_query();
        ask(RequestHead { method: &self.method, path, query, headers: &headers })
    }

    /// The request as it arrives.
    pub(crate) fn request(self) -> Request<RequestBody> {
        let mut request = Request::builder().method(self.method.as_str()).uri(self.uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = Pieces { left: self.pieces.into(), stops_short: self.stops_short };
        request.body(body.boxed()).unwrap()
    }
}

/// A body that comes piece by piece, and perhaps not to its end.
struct Pieces {
    left: VecDeque<Bytes>,
    stops_short: bool,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Poll::Ready(match (self.left.pop_front(), self.stops_short) {
            (Some(piece), _) => Some(Ok(Frame::data(piece))),
            (None, true) => Some(Err("the connection was closed".into())),
            (None, false) => None,
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// An answer that arrived whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: Response<api::body::ResponseBody>) -> Self {
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A text of a JSON body, by its path.
    pub(crate) fn member(&self, pointer: &str) -> String {
        let text = self.json().pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        assert!(text.is_some(), "{pointer} is missing in {}", self.text());
        text.unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The text of an element of an XML body.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text().split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0)
    }

    /// The texts of all elements of this name.
    pub(crate) fn elements(&self, name: &str) -> Vec<&str> {
        let end = format!("</{name}>");
        self.text().split(&format!("<{name}>")).skip(1).filter_map(|rest| rest.split(&end).next()).collect()
    }

    /// The error code, or the status where there is none.
    pub(crate) fn code(&self) -> String {
        if let Some(kind) = self.header("x-amzn-errortype") {
            return kind.trim_end_matches(':').to_owned();
        }
        // An answer about many things can be a success and hold errors.
        let code = if self.body.is_empty() { None } else { self.element("Code") };
        code.map_or_else(|| self.status.to_string(), str::to_owned)
    }

    /// Every header, one a line, in the order of their names.
    pub(crate) fn head(&self) -> String {
        let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            format!("{name}: {}\n", value.to_str().unwrap())
        };
        let mut lines: Vec<String> = self.headers.iter().map(line).collect();
        lines.sort();
        lines.concat()
    }
}
