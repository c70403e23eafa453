//! A server in memory, with the records of `testkit`.

use super::client::{Answer, Ask, Held};
use super::sink::{Kept, Recorder};
use api::app::{App, Clock, Keeper, Kept as Answered, S3Cors, Secrets};
use api::audit::Audit;
use api::body::{ResponseBody, full};
use api::guests::Guests;
use api::key_making::{KeyMaker, KeyMaking};
use api::router::{Peer, answer};
use api::s3::hosts::{HostName, S3Hosts};
use api::service::Services;
use broker::House;
use broker::iam::circumstances::Transport;
use bytes::Bytes;
use domain::entropy::draw;
use domain::iam::access_key::{AccessKeyId, RingKeyId, RootKey};
use domain::iam::key_ring::{KeyRing, RingKey};
use domain::iam::role::{Role, RoleName};
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, Roles as PoolRoles};
use domain::records::{AccessKeys, Breakdown, Buckets, IamUsers, IdentityPools, Roles, Stop, UserPools};
use domain::s3::bucket::{Bucket, BucketName};
use domain::secret::Secret;
use domain::signing::FreshKey;
use domain::time::{Span, Timestamp};
use objects::Folder;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use store::Store;
use store::engine::Engine;
use store::memory::Memory;
use store::records::Records;
use store::sqlite::Sqlite;
use tempfile::TempDir;
use testkit::entropy::Counting;
use testkit::iam::{access_key, administrator, document, guest_role, signed_in_role, trust};
use testkit::identity_pool::identity_pool;
use testkit::keys::{RsaKey, sealing_key};
use testkit::s3::bucket;
use testkit::tokens::id_token;
use testkit::user_pool::{client, issuers, other_client, user, user_pool};
use testkit::{NOW, account};

/// The identity pool of `testkit`.
pub(crate) const POOL: &str = "us-east-1:1234567890abcdef";

/// An identity pool whose only role reads from a bucket that nobody has.
pub(crate) const OTHER_POOL: &str = "us-east-1:fedcba";

/// An identity pool whose only role may do everything.
pub(crate) const RIGHT_POOL: &str = "us-east-1:abcdef";

/// The login key of the user pool of `testkit`.
pub(crate) const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";

/// How many guests may be made in a minute, from one network and in one pool.
pub(crate) const GUESTS: (u32, u32) = (400, 500);

/// A clock that is set by hand.
pub(crate) struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A keeper that has nothing to keep.
struct Keeping;

impl Keeper for Keeping {
    fn rotate_keys<'a>(&'a self, _: &'a App) -> Answered<'a, Option<RingKeyId>> {
        Box::pin(async { Ok(Some(RingKeyId(2))) })
    }

    fn backup<'a>(&'a self, _: &'a App) -> Answered<'a, ResponseBody> {
        Box::pin(async { Ok(full("all of it")) })
    }
}

/// Keys that were made once: making one takes long.
struct Ready;

impl KeyMaker for Ready {
    fn make_rsa(&self) -> Result<FreshKey, Breakdown> {
        Ok(RsaKey::Stranger.fresh())
    }
}

/// Keys in turn that were made once.
#[derive(Default)]
struct InTurn(AtomicUsize);

impl KeyMaker for InTurn {
    fn make_rsa(&self) -> Result<FreshKey, Breakdown> {
        const TURNS: [RsaKey; 3] = [RsaKey::IdTokens, RsaKey::AccessTokens, RsaKey::Stranger];
        Ok(TURNS[self.0.fetch_add(1, Ordering::SeqCst) % TURNS.len()].fresh())
    }
}

/// A server, what it is made of, and the hands that move its clock.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) sink: Arc<Recorder>,
    pub(crate) shelf: Arc<Kept>,
    clock: Arc<Hands>,
    folder: TempDir,
}

impl Server {
    /// A server with a bucket `my-bucket` that holds `public/hello.txt`, and an empty one, `empty`.
    pub(crate) async fn start() -> Self {
        Self::with(|_| Arc::new(Memory::default())).await
    }

    /// The same, with its records in a file.
    pub(crate) async fn on_disk() -> Self {
        Self::with(|folder| Arc::new(Sqlite::open(&folder.join("records.sqlite")).unwrap())).await
    }

    async fn with(engine: impl FnOnce(&Path) -> Arc<dyn Engine>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(folder.path());
        let clock = Arc::new(Hands(AtomicI64::new(NOW.millis())));
        let (sink, shelf) = (Arc::new(Recorder::default()), Arc::new(Kept::default()));
        let entropy = Arc::new(Counting::new());
        let ring_key = RingKey::new(RingKeyId(1), NOW, Secret::new(draw(&Counting::new()))).unwrap();
        let app = App {
            house: House::new(account(), issuers()),
            store: Store::new(engine),
            contents: Folder::open(&folder.path().join("objects")).unwrap(),
            secrets: Secrets::new(root(), KeyRing::new(vec![ring_key]).unwrap(), sealing_key()),
            keeper: Arc::new(Keeping),
            clock: clock.clone(),
            entropy,
            audit: Audit::new(sink.clone(), shelf.clone()),
            s3_cors: S3Cors::AnyOrigin,
            s3_hosts: S3Hosts::new(&["localhost", "s3.localhost"].map(|name| HostName::parse(name).unwrap())),
            services: Services::load().unwrap(),
            guests: Guests::new(GUESTS, |address| address.is_loopback()),
            hashing: Default::default(),
            key_making: KeyMaking::new(Arc::new(Ready)),
            signers: Default::default(),
            key_uses: Default::default(),
        };
        let server = Self { app, sink, shelf, clock, folder };
        server.write(seed).await;
        server.put(&server.root(), "/my-bucket/public/hello.txt", "hello").await;
        server
    }

    /// Makes another key each time, of three in turn.
    pub(crate) fn makes_keys_anew(&mut self) {
        self.app.key_making = KeyMaking::new(Arc::new(InTurn::default()));
    }

    /// Writes records past the operations.
    pub(crate) async fn write(&self, write: impl Fn(&mut Records<'_>) + Send + Sync) {
        let writing = self.app.store.transact(self.app.entropy.as_ref(), |records, _| {
            write(records);
            Ok::<_, Stop<Infallible>>(())
        });
        writing.await.unwrap().unwrap();
    }

    /// What the server's clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the server's clock forward.
    pub(crate) fn wait(&self, span: Span) {
        self.clock.0.fetch_add(span.millis(), Ordering::SeqCst);
    }

    /// The answer to a request.
    pub(crate) async fn answer(&self, ask: Ask) -> Answer {
        self.answer_to(Ipv4Addr::new(192, 0, 2, 1), ask).await
    }

    /// The answer to a request from this address.
    pub(crate) async fn answer_to(&self, address: Ipv4Addr, ask: Ask) -> Answer {
        self.answer_over(Transport::Plain, address, ask).await
    }

    /// The answer to a request that came this way.
    pub(crate) async fn answer_over(&self, transport: Transport, address: Ipv4Addr, ask: Ask) -> Answer {
        let peer = Peer { address: IpAddr::V4(address), transport };
        let answered = answer(&self.app, ask.request(), peer).await;
        let answer = Answer::of(answered.response).await;
        assert_eq!(answer.header("x-amzn-requestid"), Some(&*answered.id));
        assert_eq!(answer.header("x-amz-request-id"), Some(&*answered.id));
        answer
    }

    /// Calls an operation of identity pools.
    pub(crate) async fn identity(&self, operation: &str, input: &Value) -> Answer {
        let target = format!("AWSCognitoIdentityService.{operation}");
        self.answer(to(&target, input.to_string())).await
    }

    /// Calls an operation of identity pools, signed.
    pub(crate) async fn identity_as(&self, held: &Held, operation: &str, input: &Value) -> Answer {
        self.signed(held, to(&format!("AWSCognitoIdentityService.{operation}"), input.to_string())).await
    }

    /// Calls an operation of user pools.
    pub(crate) async fn idp(&self, operation: &str, input: &Value) -> Answer {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        self.answer(to(&target, input.to_string())).await
    }

    /// Calls an operation of user pools, signed by root.
    pub(crate) async fn idp_by_root(&self, operation: &str, input: &Value) -> Answer {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        self.signed(&self.root(), to(&target, input.to_string())).await
    }

    /// Sends a request, signed now for its service.
    pub(crate) async fn signed(&self, held: &Held, ask: Ask) -> Answer {
        self.answer(ask.signed(held, self.now())).await
    }

    /// Sends a request to S3, signed now.
    pub(crate) async fn s3(&self, held: &Held, ask: Ask) -> Answer {
        self.signed(held, ask).await
    }

    /// Writes an object, which must succeed.
    pub(crate) async fn put(&self, held: &Held, path: &str, body: &str) {
        let answer = self.s3(held, Ask::new("PUT", path).body(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// The files that the server keeps, of contents and of uploads under way.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.folder.path().join("objects")];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { open.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }
}

/// Those who have credentials.
impl Server {
    /// The root's key pair.
    pub(crate) fn root(&self) -> Held {
        let RootKey { id, secret } = root();
        Held { id: id.to_string(), secret: secret.reveal().clone(), token: None }
    }

    /// The key of a user who may do everything.
    pub(crate) async fn administrator(&self) -> Held {
        self.user_with("*", "*").await
    }

    /// The key of a user who may do this alone.
    pub(crate) async fn user_with(&self, action: &str, resource: &str) -> Held {
        let user = administrator(action, resource);
        let (key, secret) = access_key(&user);
        self.write(|records| {
            records.put_iam_user(&user);
            records.put_access_key(&key);
        })
        .await;
        Held { id: key.id.to_string(), secret, token: None }
    }

    /// Alice's identity id.
    pub(crate) async fn alices_id(&self) -> String {
        self.id_of(POOL, &alices_login()).await
    }

    /// Lets tokens of the pool of `testkit` be taken to STS.
    pub(crate) async fn allow_classic_flow(&self) {
        let classic = IdentityPool { classic_flow: Some(true), ..identity_pool() };
        self.write(|records| records.put_identity_pool(&classic)).await;
    }

    /// A token that says who Alice is; the pool must allow it.
    pub(crate) async fn alices_token(&self) -> String {
        let input = json!({ "IdentityId": self.alices_id().await, "Logins": alices_login() });
        self.identity("GetOpenIdToken", &input).await.member("/Token")
    }

    /// Alice's credentials in the role for those who signed in.
    pub(crate) async fn alice(&self) -> Held {
        self.credentials(&self.alices_id().await, &alices_login()).await
    }

    /// A new guest's credentials.
    pub(crate) async fn guest(&self) -> Held {
        let nothing = json!({});
        self.credentials(&self.id_of(POOL, &nothing).await, &nothing).await
    }

    /// Alice's credentials in a role that is good for nothing here.
    pub(crate) async fn in_wrong_role(&self) -> Held {
        self.credentials(&self.id_of(OTHER_POOL, &alices_login()).await, &alices_login()).await
    }

    /// Alice's credentials, where this policy is the only one of her role.
    pub(crate) async fn alice_under(&self, policy: &str) -> Held {
        let mut role = signed_in_role();
        role.policies.values_mut().for_each(|kept| policy.clone_into(kept));
        self.write(|records| records.put_role(&role)).await;
        self.alice().await
    }

    /// Alice's credentials in a role that may do everything.
    pub(crate) async fn in_right_role(&self) -> Held {
        self.credentials(&self.id_of(RIGHT_POOL, &alices_login()).await, &alices_login()).await
    }

    /// Alice's credentials in a role that may do this alone.
    pub(crate) async fn in_role_with(&self, statements: Value) -> Held {
        let policy = document(&statements).to_string();
        let mut role = role("right", RIGHT_POOL, "*", "*");
        role.policies.values_mut().for_each(|kept| policy.clone_into(kept));
        self.write(|records| records.put_role(&role)).await;
        self.in_right_role().await
    }

    async fn id_of(&self, pool: &str, logins: &Value) -> String {
        let answer = self.identity("GetId", &json!({ "IdentityPoolId": pool, "Logins": logins })).await;
        answer.member("/IdentityId")
    }

    async fn credentials(&self, id: &str, logins: &Value) -> Held {
        let input = json!({ "IdentityId": id, "Logins": logins });
        let answer = self.identity("GetCredentialsForIdentity", &input).await;
        Held {
            id: answer.member("/Credentials/AccessKeyId"),
            secret: answer.member("/Credentials/SecretKey"),
            token: Some(answer.member("/Credentials/SessionToken")),
        }
    }
}

/// The login of `testkit`'s user, as it is shown to an identity pool.
pub(crate) fn alices_login() -> Value {
    json!({ (PROVIDER): id_token().text() })
}

/// The parameters that take a token to the role for those who signed in.
pub(crate) fn to_assume(token: &str) -> [(&str, &str); 3] {
    let role = "arn:aws:iam::123456789012:role/signed-in";
    [("RoleArn", role), ("RoleSessionName", "phone"), ("WebIdentityToken", token)]
}

/// A call of a query service, with these parameters after its action and version.
pub(crate) fn form(service: &'static str, action: &str, parameters: &[(&str, &str)]) -> Ask {
    let version = if service == "iam" { "2010-05-08" } else { "2011-06-15" };
    let mut body = format!("Action={action}&Version={version}");
    for (name, value) in parameters {
        let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        body.push_str(&format!("&{name}={value}"));
    }
    Ask::new("POST", "/")
        .service(service)
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(body)
}

/// A call of a JSON service.
pub(crate) fn to(target: &str, body: impl Into<Bytes>) -> Ask {
    let is_idp = target.starts_with("AWSCognitoIdentityProviderService.");
    Ask::new("POST", "/")
        .service(if is_idp { "cognito-idp" } else { "cognito-identity" })
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .body(body.into())
}

fn root() -> RootKey {
    RootKey {
        id: AccessKeyId::parse("AKIAAAAAAAAAAAAAROOT").unwrap(),
        secret: Secret::new("theSecretOfTheAccountsRootKeyPair".to_owned()),
    }
}

fn seed(records: &mut Records<'_>) {
    let idle = role("idle", OTHER_POOL, "s3:*", "arn:aws:s3:::nobodys/*");
    records.put_role(&guest_role());
    records.put_role(&signed_in_role());
    records.put_role(&idle);
    let right = role("right", RIGHT_POOL, "*", "*");
    records.put_role(&right);
    records.put_user_pool(&user_pool());
    records.put_client(&client());
    records.put_client(&other_client());
    records.put_user(&user());
    records.put_identity_pool(&identity_pool());
    for (id, role) in [(OTHER_POOL, &idle), (RIGHT_POOL, &right)] {
        records.put_identity_pool(&IdentityPool {
            id: IdentityPoolId::parse(id).unwrap(),
            welcomes_guests: false,
            roles: PoolRoles { authenticated: Some(role.arn(&account().id)), unauthenticated: None },
            ..identity_pool()
        });
    }
    records.put_bucket(&bucket());
    records.put_bucket(&Bucket::new(BucketName::parse("empty").unwrap(), NOW));
}

/// A role for those of a pool who signed in, which may do this.
fn role(name: &str, pool: &str, action: &str, resource: &str) -> Role {
    let pool = IdentityPoolId::parse(pool).unwrap();
    let policy = document(&json!([{ "Effect": "Allow", "Action": action, "Resource": resource }]));
    let policies = guest_role().policies.into_keys().map(|name| (name, policy.to_string()));
    Role {
        name: RoleName::parse(name).unwrap(),
        trust: trust(&pool, AuthState::Authenticated).to_string(),
        policies: policies.collect(),
        ..signed_in_role()
    }
}

/// A request to the server's own service.
pub(crate) fn own_service(operation: &str) -> Ask {
    Ask::new("POST", &format!("/_cenote/v1/{operation}")).service("cenote")
}
