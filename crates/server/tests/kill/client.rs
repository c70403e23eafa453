//! Somebody who asks, over plain sockets, and knows an answer from a connection that broke.

use crate::server::Server;
use serde_json::{Value, json};
use sigv4::canonical::Style;
use sigv4::{Credentials, PayloadHash, RequestHead, SecretKeyRef, Signer, sign};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{SystemTime, UNIX_EPOCH};

const POOL: &str = "us-east-1:1234567890abcdef";
const LOGIN: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX";

/// A client of one server.
pub(crate) struct Client<'a> {
    server: &'a Server,
    root: (String, String),
    token: Option<String>,
}

/// An identity and the access key of credentials that were issued to it.
pub(crate) struct Issued {
    pub(crate) identity: String,
    pub(crate) access_key: String,
}

/// An answer that arrived whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl<'a> Client<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        let file = std::fs::read_to_string(server.data.join("root-credentials")).unwrap();
        let root = (value(&file, "aws_access_key_id"), value(&file, "aws_secret_access_key"));
        Self { server, root, token: None }
    }

    /// A new guest with credentials; `None` if the server went away.
    pub(crate) fn guest(&self) -> Option<Issued> {
        let identity = self.get_id(&json!({}))?;
        self.credentials(&identity, &json!({}))
    }

    /// The demo's user with credentials; `None` if the server went away.
    pub(crate) fn member(&mut self) -> Option<Issued> {
        let token = match &self.token {
            Some(token) => token.clone(),
            None => self.sign_in()?,
        };
        self.token = Some(token.clone());
        let logins = json!({ LOGIN: token });
        let identity = self.get_id(&logins)?;
        self.credentials(&identity, &logins)
    }

    pub(crate) fn credentials(&self, identity: &str, logins: &Value) -> Option<Issued> {
        let asked = json!({ "IdentityId": identity, "Logins": logins });
        let answer = self.ask("AWSCognitoIdentityService.GetCredentialsForIdentity", &asked)?;
        let access_key = answer["Credentials"]["AccessKeyId"].as_str().unwrap().to_owned();
        Some(Issued { identity: identity.to_owned(), access_key })
    }

    pub(crate) fn put(&self, key: &str, body: &str) -> Option<()> {
        let answer = self.signed("PUT", key, body)?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Some(())
    }

    pub(crate) fn delete(&self, key: &str) -> Option<()> {
        let answer = self.signed("DELETE", key, "")?;
        assert_eq!(answer.status, 204, "{}", answer.body);
        Some(())
    }

    pub(crate) fn get(&self, key: &str) -> Option<Answer> {
        self.signed("GET", key, "")
    }

    fn get_id(&self, logins: &Value) -> Option<String> {
        let asked = json!({ "IdentityPoolId": POOL, "Logins": logins });
        Some(self.ask("AWSCognitoIdentityService.GetId", &asked)?["IdentityId"].as_str().unwrap().to_owned())
    }

    fn sign_in(&self) -> Option<String> {
        let demo = std::fs::read_to_string(self.server.data.join("demo.env")).unwrap();
        let parameters =
            json!({ "USERNAME": value(&demo, "DEMO_USER"), "PASSWORD": value(&demo, "DEMO_PASS") });
        let asked = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": value(&demo, "DEMO_CLIENT"), "AuthParameters": parameters
        });
        let answer = self.ask("AWSCognitoIdentityProviderService.InitiateAuth", &asked)?;
        Some(answer["AuthenticationResult"]["IdToken"].as_str().unwrap().to_owned())
    }

    fn ask(&self, target: &str, asked: &Value) -> Option<Value> {
        let headers = vec![
            ("host".to_owned(), self.server.address.clone()),
            ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target".to_owned(), target.to_owned()),
        ];
        let answer = self.send("POST", "/", &headers, &asked.to_string())?;
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        Some(serde_json::from_str(&answer.body).unwrap())
    }

    fn signed(&self, method: &str, key: &str, body: &str) -> Option<Answer> {
        let path = format!("/my-bucket/{key}");
        let host = ("host", self.server.address.as_bytes());
        let head = RequestHead { method, path: &path, query: "", headers: &[host] };
        let credentials = Credentials {
            access_key_id: &self.root.0,
            secret_access_key: SecretKeyRef::new(&self.root.1),
            session_token: None,
        };
        let signer = Signer { credentials, region: "us-east-1", service: "s3", style: Style::S3 };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut headers = sign(&head, &signer, PayloadHash::of(body.as_bytes()), now as i64).unwrap();
        headers.push(("host".to_owned(), self.server.address.clone()));
        self.send(method, &path, &headers, body)
    }

    /// Sends a request; `None` unless a whole answer came back.
    fn send(&self, method: &str, path: &str, headers: &[(String, String)], body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.server.address).ok()?;
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        request.push_str(body);
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        whole(&answer)
    }
}

/// The answer, if all of it arrived.
fn whole(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    let is_whole = length.is_none_or(|length| length == body.len());
    is_whole.then(|| Answer { status, body: body.to_owned() })
}

fn value(file: &str, name: &str) -> String {
    let found = file.lines().filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == name);
    found.unwrap().1.trim().to_owned()
}
