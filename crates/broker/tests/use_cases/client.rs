//! Somebody who holds credentials and signs requests with them.

use broker::House;
use broker::iam::assume::Grant;
use broker::iam::authenticate::{Caller, Keys, NotAuthenticated, Purpose, authenticate};
use domain::entropy::draw;
use domain::iam::access_key::{AccessKeyId, RingKeyId, RootKey};
use domain::iam::key_ring::{KeyRing, RingKey};
use domain::secret::Secret;
use domain::time::Timestamp;
use sigv4::canonical::Style;
use sigv4::{Credentials, PayloadHash, Presented, RequestHead, Rules, SecretKeyRef, Signer, sign};
use testkit::NOW;
use testkit::entropy::Counting;
use testkit::keys::sealing_key;

/// The account's root.
pub(crate) fn root() -> RootKey {
    RootKey {
        id: AccessKeyId::parse("AKIAAAAAAAAAAAAAROOT").unwrap(),
        secret: Secret::new("the secret of the account's root key pair".to_owned()),
    }
}

/// A ring of one key, which was made now.
pub(crate) fn ring() -> KeyRing {
    let key = RingKey::new(RingKeyId(1), NOW, Secret::new(draw(&Counting::new())));
    KeyRing::new(vec![key.unwrap()]).unwrap()
}

/// Credentials as their holder has them.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Held {
    /// Those of the account's root.
    pub(crate) fn of_root() -> Self {
        let RootKey { id, secret } = root();
        Self { id: id.to_string(), secret: secret.reveal().clone(), token: None }
    }

    /// Those that seal a session; each call makes others.
    pub(crate) fn of(grant: &Grant, house: &House, entropy: &Counting) -> Self {
        let issued = grant.seal(&ring(), house, entropy).unwrap();
        Self {
            id: issued.id.to_string(),
            secret: issued.secret.reveal().clone(),
            token: Some(issued.token.reveal().clone()),
        }
    }

    /// Signs a request to read an object, now and for this region's S3.
    pub(crate) fn sign(&self) -> Sent {
        self.sign_for("us-east-1", "s3", NOW)
    }

    /// Signs it for another region or service, or at another time.
    pub(crate) fn sign_for(&self, region: &str, service: &str, at: Timestamp) -> Sent {
        let headers: [(&str, &[u8]); 1] = [("host", b"localhost:9000")];
        let head =
            RequestHead { method: "GET", path: "/my-bucket/key", query: "x-id=GetObject", headers: &headers };
        let credentials = Credentials {
            access_key_id: &self.id,
            secret_access_key: SecretKeyRef::new(&self.secret),
            session_token: self.token.as_deref(),
        };
        let signer = Signer { credentials, region, service, style: Style::S3 };
        let mut headers = sign(&head, &signer, PayloadHash::Unsigned, at.secs()).unwrap();
        headers.push(("host".to_owned(), "localhost:9000".to_owned()));
        Sent { path: head.path.to_owned(), headers }
    }
}

/// A signed request on its way, where anybody can change it.
pub(crate) struct Sent {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Sent {
    /// The same with this header in the place of one of that name, or without it.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    /// Asks who signed it.
    pub(crate) fn authenticate(
        &self,
        house: &House,
        ring: &KeyRing,
        now: Timestamp,
    ) -> Result<Caller, NotAuthenticated> {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let head =
            RequestHead { method: "GET", path: &self.path, query: "x-id=GetObject", headers: &headers };
        let Presented::Signed(signed) = Presented::of(head)? else {
            return Err(NotAuthenticated::UnknownAccessKey);
        };
        let purpose = Purpose { service: "s3", is_global: false, rules: Rules::S3 };
        let keys = Keys { root: &root(), ring, sealing: &sealing_key(), user: None };
        authenticate(&signed, purpose, house, keys, now)
    }
}
