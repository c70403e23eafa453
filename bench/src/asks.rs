//! The requests, built once and sent as they are.

use crate::load::Connection;
use crate::process::Server;
use serde_json::{Value, json};
use sigv4::canonical::Style;
use sigv4::{Credentials, PayloadHash, RequestHead, SecretKeyRef, Signer, sign};
use std::time::{SystemTime, UNIX_EPOCH};

const POOL: &str = "us-east-1:1234567890abcdef";
const LOGIN: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX";

/// What is asked of one server.
pub(crate) struct Asks {
    demo: String,
    guest: String,
    member: String,
    id_token: String,
}

impl Asks {
    /// Signs in and finds the identities that are asked for.
    pub(crate) fn of(server: &Server) -> Self {
        let mut connection = Connection::open(&server.address);
        let demo = std::fs::read_to_string(server.data.join("demo.env")).unwrap();
        let mut asks = Self { demo, guest: String::new(), member: String::new(), id_token: String::new() };
        let signed_in = json_of(connection.ask(&asks.sign_in()));
        asks.id_token = text(&signed_in["AuthenticationResult"]["IdToken"]);
        asks.guest = text(&json_of(connection.ask(&asks.get_id_of_guest()))["IdentityId"]);
        asks.member = text(&json_of(connection.ask(&asks.get_id_of_known_login()))["IdentityId"]);
        asks
    }

    pub(crate) fn sign_in(&self) -> Vec<u8> {
        let value = |name: &str| self.demo.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let parameters = json!({ "USERNAME": value("DEMO_USER="), "PASSWORD": value("DEMO_PASS=") });
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": value("DEMO_CLIENT="), "AuthParameters": parameters
        });
        aws_json("AWSCognitoIdentityProviderService.InitiateAuth", &body)
    }

    pub(crate) fn get_id_of_guest(&self) -> Vec<u8> {
        aws_json("AWSCognitoIdentityService.GetId", &json!({ "IdentityPoolId": POOL }))
    }

    pub(crate) fn get_id_of_known_login(&self) -> Vec<u8> {
        let body = json!({ "IdentityPoolId": POOL, "Logins": { LOGIN: self.id_token } });
        aws_json("AWSCognitoIdentityService.GetId", &body)
    }

    /// First logins: the same login in one new identity pool after the other, which root makes.
    pub(crate) fn get_id_of_first_logins(&self, server: &Server, pools: usize) -> Vec<Vec<u8>> {
        let client = self.demo.lines().find_map(|line| line.strip_prefix("DEMO_CLIENT=")).unwrap();
        let asked = json!({
            "IdentityPoolName": "one of many",
            "AllowUnauthenticatedIdentities": false,
            "CognitoIdentityProviders": [{ "ProviderName": LOGIN, "ClientId": client }]
        });
        let create = Holder::root(server).create_identity_pool(&asked);
        let mut connection = Connection::open(&server.address);
        let mut first_login = || {
            let made = text(&json_of(connection.ask(&create))["IdentityPoolId"]);
            let body = json!({ "IdentityPoolId": made, "Logins": { LOGIN: self.id_token } });
            aws_json("AWSCognitoIdentityService.GetId", &body)
        };
        (0..pools).map(|_| first_login()).collect()
    }

    pub(crate) fn get_credentials_as_guest(&self) -> Vec<u8> {
        aws_json("AWSCognitoIdentityService.GetCredentialsForIdentity", &json!({ "IdentityId": self.guest }))
    }

    pub(crate) fn get_credentials_signed_in(&self) -> Vec<u8> {
        let body = json!({ "IdentityId": self.member, "Logins": { LOGIN: self.id_token } });
        aws_json("AWSCognitoIdentityService.GetCredentialsForIdentity", &body)
    }
}

/// Credentials: of the signed-in identity, for requests to its own prefix, or of root.
pub(crate) struct Holder {
    pub(crate) identity: String,
    id: String,
    secret: String,
    token: Option<String>,
}

impl Holder {
    pub(crate) fn of(connection: &mut Connection, asks: &Asks) -> Self {
        let answer = json_of(connection.ask(&asks.get_credentials_signed_in()));
        let issued = |name: &str| text(&answer["Credentials"][name]);
        let (id, secret, token) = (issued("AccessKeyId"), issued("SecretKey"), issued("SessionToken"));
        Self { identity: asks.member.clone(), id, secret, token: Some(token) }
    }

    fn root(server: &Server) -> Self {
        let file = std::fs::read_to_string(server.data.join("root-credentials")).unwrap();
        let value = |name: &str| {
            let line = file.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
            line.unwrap().trim().to_owned()
        };
        let (id, secret) = (value("aws_access_key_id"), value("aws_secret_access_key"));
        Self { identity: String::new(), id, secret, token: None }
    }

    fn create_identity_pool(&self, asked: &Value) -> Vec<u8> {
        let headers: [(&str, &[u8]); 3] = [
            ("host", b"localhost"),
            ("content-type", b"application/x-amz-json-1.1"),
            ("x-amz-target", b"AWSCognitoIdentityService.CreateIdentityPool"),
        ];
        self.signed(("POST", "/", &asked.to_string()), ("cognito-identity", Style::Standard), &headers)
    }

    /// A signed request to S3, without a query.
    pub(crate) fn s3(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        self.signed((method, path, body), ("s3", Style::S3), &[("host", b"localhost")])
    }

    /// Asks STS who they are.
    pub(crate) fn get_caller_identity(&self) -> Vec<u8> {
        let headers: [(&str, &[u8]); 2] =
            [("host", b"localhost"), ("content-type", b"application/x-www-form-urlencoded")];
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        self.signed(("POST", "/", body), ("sts", Style::Standard), &headers)
    }

    fn signed(
        &self,
        (method, path, body): (&str, &str, &str),
        (service, style): (&str, Style),
        sent: &[(&str, &[u8])],
    ) -> Vec<u8> {
        let head = RequestHead { method, path, query: "", headers: sent };
        let credentials = Credentials {
            access_key_id: &self.id,
            secret_access_key: SecretKeyRef::new(&self.secret),
            session_token: self.token.as_deref(),
        };
        let signer = Signer { credentials, region: "us-east-1", service, style };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let now = i64::try_from(now).unwrap();
        let signed = sign(&head, &signer, PayloadHash::of(body.as_bytes()), now).unwrap();
        let plain = sent.iter().map(|(name, value)| (*name, String::from_utf8_lossy(value).into_owned()));
        let added = signed.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let headers: String =
            plain.chain(added).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        format!("{method} {path} HTTP/1.1\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into()
    }
}

fn aws_json(target: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.1\r\n\
         x-amz-target: {target}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into()
}

fn json_of((status, body): (u16, &[u8])) -> Value {
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
    serde_json::from_slice(body).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
