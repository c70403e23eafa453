//! Filling an empty store from a seed.

use super::file::{
    BucketSeed, ClientSeed, IdentityPoolSeed, ObjectSeed, RoleSeed, Seed, UserPoolSeed, UserSeed,
};
use crate::Refused;
use api::app::App;
use api::router::{self, Peer};
use broker::iam::circumstances::Transport;
use broker::iam::roles::{self, NewRole};
use broker::identity_pool::pools::HandedOut;
use broker::user_pool::users::NewUser;
use broker::{identity_pool, s3, user_pool};
use domain::arn::RoleArn;
use domain::entropy::draw_text;
use domain::iam::access_key::RootKey;
use domain::iam::path::Path;
use domain::iam::role::{RoleName, SESSION_LIFE};
use domain::identity_pool::options::PoolOptions;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, Roles, UserPoolProvider};
use domain::records::Stop;
use domain::s3::bucket::{Bucket, BucketName};
use domain::secret::Secret;
use domain::tag::Tags;
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::lives::{TimeUnit, TokenLife, TokenLives};
use domain::user_pool::policy::PasswordPolicy;
use domain::user_pool::pool::{UserPool, UserPoolId};
use domain::user_pool::user::{UserStatus, Username};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sigv4::canonical::Style;
use sigv4::{Credentials, PayloadHash, RequestHead, SecretKeyRef, Signer, sign};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use store::records::Records;

/// What a developer needs to know of what a seed made.
#[derive(Default)]
pub(crate) struct Applied {
    /// The first client of the first user pool.
    pub(crate) client: Option<ClientId>,
    /// The first user of the first user pool, with their password.
    pub(crate) user: Option<(Username, Secret<String>)>,
    /// The first user pool.
    pub(crate) user_pool: Option<UserPoolId>,
    /// The first identity pool.
    pub(crate) identity_pool: Option<IdentityPoolId>,
    /// The first bucket.
    pub(crate) bucket: Option<BucketName>,
}

/// The clients made so far: by the names of their user pool and their own.
type Clients = Vec<((String, String), UserPoolProvider)>;

/// Fills the store. It must be empty; a seed that breaks off is begun anew by the caller.
pub(crate) async fn apply(app: &App, seed: &Seed, root: &RootKey) -> Result<Applied, Refused> {
    let seeding = Seeding { app, root };
    let mut applied = Applied::default();
    let mut clients = Clients::new();
    for pool in &seed.user_pools {
        seeding.user_pool(pool, &mut clients, &mut applied).await?;
    }
    for role in &seed.roles {
        seeding.role(role).await?;
    }
    for pool in &seed.identity_pools {
        let id = seeding.identity_pool(pool, &clients).await?;
        applied.identity_pool.get_or_insert(id);
    }
    for bucket in &seed.buckets {
        seeding.bucket(bucket).await?;
        applied.bucket.get_or_insert_with(|| bucket.name.clone());
    }
    Ok(applied)
}

struct Seeding<'a> {
    app: &'a App,
    root: &'a RootKey,
}

impl Seeding<'_> {
    /// Runs one use case.
    async fn run<T: Send, R: std::fmt::Display + Send>(
        &self,
        work: impl Fn(&mut Records<'_>) -> Result<T, Stop<R>> + Send + Sync,
    ) -> Result<T, Refused> {
        let ended = self.app.store.transact(self.app.entropy.as_ref(), |records, _| work(records)).await;
        ended.map_err(Refused::because)?.map_err(|refusal| Refused(format!("the seed: {refusal}")))
    }

    async fn user_pool(
        &self,
        seed: &UserPoolSeed,
        clients: &mut Clients,
        applied: &mut Applied,
    ) -> Result<(), Refused> {
        let (app, entropy) = (self.app, self.app.entropy.as_ref());
        let id = seed.id.clone().unwrap_or_else(|| UserPoolId::draw(&app.house.account, entropy));
        let keys = app.key_making.pool_keys(&id, &app.secrets.sealing, entropy).await;
        let now = app.clock.now();
        let pool = UserPool {
            id: id.clone(),
            name: seed.name.clone(),
            keys: keys.map_err(Refused::because)?,
            policy: PasswordPolicy::default(),
            keeps_credentials: false,
            created: now,
            modified: now,
        };
        self.run(|records| user_pool::pools::create(records, &pool)).await?;
        for client in &seed.clients {
            let made = self.client(client, &id).await?;
            applied.client.get_or_insert_with(|| made.clone());
            let provider = UserPoolProvider { user_pool: id.clone(), client: made, server_side_check: None };
            clients.push(((seed.name.to_string(), client.name.to_string()), provider));
        }
        for user in &seed.users {
            let password = self.user(user, &pool).await?;
            applied.user.get_or_insert_with(|| (user.username.clone(), password));
        }
        applied.user_pool.get_or_insert(id);
        Ok(())
    }

    async fn client(&self, seed: &ClientSeed, pool: &UserPoolId) -> Result<ClientId, Refused> {
        let now = self.app.clock.now();
        let of_use = TokenLife::of(seed.token_minutes, TimeUnit::Minutes);
        let lives = TokenLives::new(of_use, of_use, TokenLife::default());
        let client = Client {
            id: seed.id.clone().unwrap_or_else(|| ClientId::draw(self.app.entropy.as_ref())),
            pool: pool.clone(),
            name: seed.name.clone(),
            secret: None,
            auth_flows: Some(seed.auth_flows.clone()),
            write_attributes: seed.write_attributes.clone(),
            hides_missing_users: seed.hides_missing_users,
            lives: lives.map_err(|no| Refused(format!("the seed: client `{}`: {no}", seed.name)))?,
            created: now,
            modified: now,
        };
        self.run(|records| user_pool::clients::create(records, &self.app.house, &client)).await?;
        Ok(client.id)
    }

    async fn user(&self, seed: &UserSeed, pool: &UserPool) -> Result<Secret<String>, Refused> {
        let (entropy, now) = (self.app.entropy.as_ref(), self.app.clock.now());
        let password = Secret::new(seed.password.clone().unwrap_or_else(|| self.draw_password()));
        let accepted = pool.policy.accept(password.clone());
        let accepted =
            accepted.map_err(|weak| Refused(format!("the seed: user `{}`: {weak}", seed.username)))?;
        let new = NewUser {
            pool: pool.id.clone(),
            username: seed.username.clone(),
            attributes: seed.attributes.clone(),
            password: accepted.hash(entropy).map_err(Refused::because)?,
            status: UserStatus::Confirmed,
        };
        self.run(|records| user_pool::users::create(records, &new, now, entropy)).await?;
        Ok(password)
    }

    /// A password of every kind of character that a user pool's policy may ask for, fit for a shell.
    fn draw_password(&self) -> String {
        const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        format!("{}-Aa1", draw_text(self.app.entropy.as_ref(), LETTERS, 20))
    }

    async fn role(&self, seed: &RoleSeed) -> Result<(), Refused> {
        let policies = seed.policies.iter().map(|(name, policy)| (name.clone(), policy.text())).collect();
        let new = NewRole {
            name: seed.name.clone(),
            path: Path::root(),
            description: None,
            longest_session: SESSION_LIFE,
            trust: seed.trust.text(),
            policies,
            boundary: None,
            tags: Tags::default(),
        };
        let (house, now, entropy) = (&self.app.house, self.app.clock.now(), self.app.entropy.as_ref());
        self.run(|records| roles::create(records, house, &new, now, entropy)).await?;
        Ok(())
    }

    async fn identity_pool(
        &self,
        seed: &IdentityPoolSeed,
        clients: &Clients,
    ) -> Result<IdentityPoolId, Refused> {
        let account = &self.app.house.account;
        let mut user_pools = Vec::with_capacity(seed.providers.len());
        for provider in &seed.providers {
            let names = (provider.user_pool.clone(), provider.client.clone());
            let listed =
                clients.iter().find(|(made, _)| *made == names).map(|(_, provider)| provider.clone());
            let missing =
                || Refused(format!("the seed has no client `{}` in user pool `{}`", names.1, names.0));
            user_pools.push(listed.ok_or_else(missing)?);
        }
        let arn = |name: &RoleName| RoleArn::new(account.id.clone(), Path::root(), name.clone());
        let pool = IdentityPool {
            id: seed.id.clone().unwrap_or_else(|| IdentityPoolId::draw(account, self.app.entropy.as_ref())),
            name: seed.name.clone(),
            welcomes_guests: seed.welcomes_guests,
            classic_flow: None,
            user_pools,
            public_providers: BTreeMap::new(),
            openid_providers: Vec::new(),
            saml_providers: Vec::new(),
            developer_provider: None,
            roles: Roles::default(),
            tags: Tags::default(),
            options: PoolOptions::default(),
            role_mappings: BTreeMap::new(),
            principal_tags: BTreeMap::new(),
            created: self.app.clock.now(),
        };
        let of_states = Roles {
            authenticated: seed.roles.authenticated.as_ref().map(arn),
            unauthenticated: seed.roles.unauthenticated.as_ref().map(arn),
        };
        let roles = HandedOut { roles: of_states, mappings: BTreeMap::new() };
        self.run(|records| identity_pool::pools::create(records, &self.app.house, &pool)).await?;
        self.run(|records| identity_pool::pools::set_roles(records, &self.app.house, &pool.id, &roles))
            .await?;
        Ok(pool.id)
    }

    async fn bucket(&self, seed: &BucketSeed) -> Result<(), Refused> {
        let bucket = Bucket::new(seed.name.clone(), self.app.clock.now());
        self.run(|records| s3::buckets::create(records, &bucket)).await?;
        for object in &seed.objects {
            self.object(&seed.name, object).await?;
        }
        Ok(())
    }

    /// Puts an object through the API, signed by root.
    async fn object(&self, bucket: &BucketName, seed: &ObjectSeed) -> Result<(), Refused> {
        const KEPT: AsciiSet =
            NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
        let path = format!("/{bucket}/{}", utf8_percent_encode(seed.key.as_str(), &KEPT));
        let length = seed.body.len().to_string();
        let content_type = seed.content_type.as_deref().unwrap_or("binary/octet-stream");
        let plain =
            [("host", "localhost"), ("content-length", length.as_str()), ("content-type", content_type)];
        let bytes: Vec<(&str, &[u8])> = plain.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let head = RequestHead { method: "PUT", path: &path, query: "", headers: &bytes };
        let credentials = Credentials {
            access_key_id: self.root.id.as_str(),
            secret_access_key: SecretKeyRef::new(self.root.secret.reveal()),
            session_token: None,
        };
        let region = self.app.house.account.region.as_str();
        let signer = Signer { credentials, region, service: "s3", style: Style::S3 };
        let payload = PayloadHash::of(seed.body.as_bytes());
        let signed = sign(&head, &signer, payload, self.app.clock.now().secs()).map_err(Refused::because)?;

        let mut request = Request::builder().method(Method::PUT).uri(&path);
        for (name, value) in plain {
            request = request.header(name, value);
        }
        for (name, value) in &signed {
            request = request.header(name, value);
        }
        let body = http_body_util::Full::new(bytes::Bytes::from(seed.body.clone()));
        let request = request.body(body.map_err(|never| match never {}).boxed()).map_err(Refused::because)?;
        let peer = Peer { address: IpAddr::V4(Ipv4Addr::LOCALHOST), transport: Transport::Plain };
        let answered = router::answer(self.app, request, peer).await;
        match answered.response.status() {
            StatusCode::OK => Ok(()),
            status => Err(Refused(format!("the seed: object `{}` was answered with {status}", seed.key))),
        }
    }
}
