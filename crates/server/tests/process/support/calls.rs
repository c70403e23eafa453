//! What clients of the demo ask for.

use super::client::{Answer, Ask, Connection, Held, send};
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

/// The demo's identity pool.
pub(crate) const GUESTS_POOL: &str = "us-east-1:1234567890abcdef";

/// The demo's bucket.
pub(crate) const BUCKET: &str = "my-bucket";

/// The demo's user.
pub(crate) const ALICE: &str = "alice";

const LOGIN_KEY: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX";

/// What `demo.env` says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DemoUser {
    pub(crate) client: String,
    pub(crate) name: String,
    pub(crate) password: String,
}

/// Reads `demo.env`, which has these three lines and no other.
pub(crate) fn demo_user(data: &Path) -> DemoUser {
    let text = fs::read_to_string(data.join("demo.env")).unwrap();
    let lines: Vec<(&str, &str)> = text.lines().map(|line| line.split_once('=').unwrap()).collect();
    let [("DEMO_CLIENT", client), ("DEMO_USER", name), ("DEMO_PASS", password)] = lines[..] else {
        panic!("demo.env has other lines than promised: {text}");
    };
    DemoUser { client: client.to_owned(), name: name.to_owned(), password: password.to_owned() }
}

/// Reads the root key pair from the file that the server made, which is in the form of AWS's shared-credentials file.
pub(crate) fn root_of(data: &Path) -> Held {
    let text = fs::read_to_string(data.join("root-credentials")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let ["[default]", id, secret] = lines[..] else {
        panic!("root-credentials has other lines than promised");
    };
    Held {
        id: id.strip_prefix("aws_access_key_id = ").unwrap().to_owned(),
        secret: secret.strip_prefix("aws_secret_access_key = ").unwrap().to_owned(),
        token: None,
    }
}

/// Signs a user in.
pub(crate) fn sign_in(address: SocketAddr, user: &DemoUser) -> Answer {
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": user.client,
        "AuthParameters": { "USERNAME": user.name, "PASSWORD": user.password },
    });
    send(address, &Ask::json("AWSCognitoIdentityProviderService.InitiateAuth", &input))
}

/// The login of somebody who signed in.
pub(crate) fn pool_login(signed_in: &Answer) -> Value {
    json!({ LOGIN_KEY: signed_in.member("/AuthenticationResult/IdToken") })
}

/// Asks for the identity of a login, or for a guest's.
pub(crate) fn try_identity(connection: &mut Connection, logins: Option<&Value>) -> io::Result<Answer> {
    let mut input = json!({ "IdentityPoolId": GUESTS_POOL });
    if let Some(logins) = logins {
        input["Logins"] = logins.clone();
    }
    connection.send(&Ask::json("AWSCognitoIdentityService.GetId", &input))
}

/// Asks for the credentials of an identity.
pub(crate) fn try_credentials(
    connection: &mut Connection,
    identity: &str,
    logins: Option<&Value>,
) -> io::Result<Answer> {
    let mut input = json!({ "IdentityId": identity });
    if let Some(logins) = logins {
        input["Logins"] = logins.clone();
    }
    connection.send(&Ask::json("AWSCognitoIdentityService.GetCredentialsForIdentity", &input))
}

/// The credentials in an answer.
pub(crate) fn credentials_of(answer: &Answer) -> Held {
    assert_eq!(answer.status, 200, "{}", answer.text());
    Held {
        id: answer.member("/Credentials/AccessKeyId"),
        secret: answer.member("/Credentials/SecretKey"),
        token: Some(answer.member("/Credentials/SessionToken")),
    }
}

/// Gives the key ring a new key.
pub(crate) fn try_rotation(connection: &mut Connection, root: &Held) -> io::Result<Answer> {
    connection.send(&Ask::new("POST", "/_cenote/v1/RotateKeys").body("").signed_for("cenote", root))
}

/// Whether credentials open the demo's bucket.
pub(crate) fn lists(connection: &mut Connection, held: &Held) -> u16 {
    let list = Ask::new("GET", &format!("/{BUCKET}?list-type=2&max-keys=1"));
    connection.send(&list.signed(held)).unwrap().status
}

/// Gets a path without signing it.
pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    send(address, &Ask::new("GET", path))
}

/// Every key in a bucket, over as many pages as it takes.
pub(crate) fn listed_keys(connection: &mut Connection, bucket: &str, held: &Held) -> Vec<String> {
    let mut keys = Vec::new();
    loop {
        let after = keys.last().map(|last: &String| format!("&start-after={}", encoded(last)));
        let query = format!("list-type=2&max-keys=7{}", after.unwrap_or_default());
        let answer = connection.send(&Ask::new("GET", &format!("/{bucket}?{query}")).signed(held)).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        keys.extend(answer.elements("Key"));
        if answer.elements("IsTruncated") == ["false"] {
            return keys;
        }
    }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
