//! HTTP/1.1 over a socket, small enough to send what no library would.

#![expect(clippy::disallowed_methods, reason = "a client signs with the time it is")]

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::Value;
use sigv4::canonical::Style;
use sigv4::{Credentials, PayloadHash, RequestHead, SecretKeyRef, Signer, sign};
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a server may say nothing before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Credentials as their holder has them.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// A request in the making.
pub(crate) struct Ask {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self::at(method, target, "localhost")
    }

    /// Addressed to a host.
    pub(crate) fn at(method: &str, target: &str, host: &str) -> Self {
        let headers = vec![("host".to_owned(), host.to_owned())];
        Self { method: method.to_owned(), target: target.to_owned(), headers, body: Vec::new() }
    }

    /// A call of a JSON service.
    pub(crate) fn json(operation: &str, input: &Value) -> Self {
        Self::new("POST", "/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", operation)
            .body(input.to_string())
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// To another name for the server; `None` for no name.
    pub(crate) fn host(mut self, host: Option<&str>) -> Self {
        self.headers.retain(|(name, _)| name != "host");
        self.headers.extend(host.map(|host| ("host".to_owned(), host.to_owned())));
        self
    }

    pub(crate) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        let length = self.body.len().to_string();
        self.header("content-length", &length)
    }

    /// Signed for S3.
    pub(crate) fn signed(self, held: &Held) -> Self {
        self.signed_for("s3", held)
    }

    /// Signed for a service.
    pub(crate) fn signed_for(mut self, service: &str, held: &Held) -> Self {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let head = RequestHead { method: &self.method, path, query, headers: &headers };
        let credentials = Credentials {
            access_key_id: &held.id,
            secret_access_key: SecretKeyRef::new(&held.secret),
            session_token: held.token.as_deref(),
        };
        let style = if service == "s3" { Style::S3 } else { Style::Standard };
        let signer = Signer { credentials, region: "us-east-1", service, style };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let now = i64::try_from(now).unwrap();
        self.headers.extend(sign(&head, &signer, PayloadHash::of(&self.body), now).unwrap());
        self
    }

    /// The head as it goes over the wire.
    pub(crate) fn head(&self) -> Vec<u8> {
        let lines: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{} {} HTTP/1.1\r\n{lines}\r\n", self.method, self.target).into_bytes()
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Sends a request on a connection of its own.
pub(crate) fn send(address: SocketAddr, ask: &Ask) -> Answer {
    Connection::open(address).unwrap().send(ask).unwrap()
}

/// What bytes go over.
trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// A connection that can be used again and again.
pub(crate) struct Connection {
    reader: BufReader<Box<dyn Stream>>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { reader: BufReader::new(Box::new(connect(address)?)) })
    }

    /// Opens one with TLS, by the rules of a client.
    pub(crate) fn open_tls(address: SocketAddr, rules: Arc<ClientConfig>) -> io::Result<Self> {
        let name = ServerName::try_from("localhost").unwrap();
        let mut client = ClientConnection::new(rules, name).unwrap();
        let mut stream = connect(address)?;
        while client.is_handshaking() {
            client.complete_io(&mut stream)?;
        }
        Ok(Self { reader: BufReader::new(Box::new(StreamOwned::new(client, stream))) })
    }

    /// Sends a request and waits for its whole answer.
    pub(crate) fn send(&mut self, ask: &Ask) -> io::Result<Answer> {
        self.write(&[ask.head(), ask.body.clone()].concat())?;
        self.answer(ask.method == "HEAD")
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.reader.get_mut().write_all(bytes)
    }

    /// The next answer. One that ends before it is whole is an error.
    pub(crate) fn answer(&mut self, head_only: bool) -> io::Result<Answer> {
        let broken = |what: String| Error::new(ErrorKind::InvalidData, what);
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status: u16 = status.ok_or_else(|| broken(format!("`{first}` is no status line")))?;
        let mut answer = Answer { status, headers: Vec::new(), body: Vec::new() };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) =
                line.split_once(':').ok_or_else(|| broken(format!("`{line}` is no header")))?;
            answer.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if head_only || status < 200 || status == 204 || status == 304 {
            return Ok(answer);
        }
        let length = answer.header("content-length").and_then(|length| length.parse().ok());
        let length: usize =
            length.ok_or_else(|| broken(format!("an answer without a length: {answer:?}")))?;
        answer.body.resize(length, 0);
        self.reader.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    /// What is left until the server closes the connection.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.reader.read_to_end(&mut rest)?;
        Ok(rest)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        let whole = line.strip_suffix("\r\n").map(str::to_owned);
        whole.ok_or_else(|| Error::new(ErrorKind::UnexpectedEof, "the connection ended within a line"))
    }
}

/// An answer that arrived whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A text of a JSON body, by its path.
    pub(crate) fn member(&self, pointer: &str) -> String {
        let text = self.json().pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        text.unwrap_or_else(|| panic!("{pointer} is missing in {}", self.text()))
    }

    /// The texts of all elements of this name in an XML body.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        let text = self.text();
        let found = text.split(&start).skip(1).filter_map(|rest| rest.split_once(&end));
        found.map(|(text, _)| text.to_owned()).collect()
    }
}
