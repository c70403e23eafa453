//! The SDK for Rust: everything from nothing, used by the user it is for, and torn down. `suites/rust.test.mjs` runs it.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cognitoidentity::types::CognitoIdentityProvider;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, ExplicitAuthFlowsType, MessageActionType};
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use std::env;
use std::error::Error;
use std::process::ExitCode;

const BUCKET: &str = "made-by-rust";
const ROLE: &str = "made-by-rust";
const POLICY: &str = "may";
const USER: &str = "alma";
const PASSWORD: &str = "From-N0thing!";
const HELLO: &str = "public/hello.txt";

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Clients of every service with the same credentials.
struct Clients {
    user_pools: aws_sdk_cognitoidentityprovider::Client,
    identity_pools: aws_sdk_cognitoidentity::Client,
    iam: aws_sdk_iam::Client,
    sts: aws_sdk_sts::Client,
    s3: aws_sdk_s3::Client,
}

impl Clients {
    fn of(credentials: Credentials) -> Outcome<Self> {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(setting("ENDPOINT")?)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(RetryConfig::disabled())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Ok(Self {
            user_pools: aws_sdk_cognitoidentityprovider::Client::new(&config),
            identity_pools: aws_sdk_cognitoidentity::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
        })
    }
}

/// What the suite set for this program.
#[expect(
    clippy::disallowed_methods,
    reason = "this is a program for tests, and its environment is its configuration"
)]
fn setting(name: &str) -> Outcome<String> {
    Ok(env::var(name).map_err(|error| format!("{name}: {error}"))?)
}

/// The ids that the server chose.
struct Made {
    user_pool: String,
    app: String,
    identity_pool: String,
}

impl Made {
    fn login_key(&self) -> String {
        format!("cognito-idp.us-east-1.amazonaws.com/{}", self.user_pool)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match live().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", DisplayErrorContext(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn live() -> Outcome {
    let root =
        Clients::of(Credentials::new(setting("ROOT_ID")?, setting("ROOT_SECRET")?, None, None, "root"))?;
    let made = make_pools(&root).await?;
    make_role_and_bucket(&root, &made).await?;
    let (home, credentials) = sign_in(&root, &made).await?;
    let user = Clients::of(credentials)?;
    use_bucket(&user, &home).await?;
    is_denied_elsewhere(&user).await?;
    tear_down(&root, &made, &home).await?;
    let gone = root.identity_pools.get_id().identity_pool_id(&made.identity_pool).send().await;
    refused("ResourceNotFoundException", gone)?;
    // Credentials end with the role they are for.
    refused("ExpiredToken", user.s3.get_object().bucket(BUCKET).key(HELLO).send().await)
}

async fn make_pools(root: &Clients) -> Outcome<Made> {
    let pools = &root.user_pools;
    let made = pools.create_user_pool().pool_name("rust").send().await?;
    let user_pool = made.user_pool().and_then(|pool| pool.id()).ok_or("a pool without an id")?.to_owned();
    let flow = ExplicitAuthFlowsType::AllowUserPasswordAuth;
    let app =
        pools.create_user_pool_client().user_pool_id(&user_pool).client_name("app").explicit_auth_flows(flow);
    let app = app.send().await?;
    let app =
        app.user_pool_client().and_then(|app| app.client_id()).ok_or("a client without an id")?.to_owned();
    let user = pools.admin_create_user().user_pool_id(&user_pool).username(USER);
    user.message_action(MessageActionType::Suppress).send().await?;
    let password = pools.admin_set_user_password().user_pool_id(&user_pool).username(USER);
    password.password(PASSWORD).permanent(true).send().await?;

    let mut made = Made { user_pool, app, identity_pool: String::new() };
    let provider =
        CognitoIdentityProvider::builder().provider_name(made.login_key()).client_id(&made.app).build();
    let pool = root.identity_pools.create_identity_pool().identity_pool_name("rust");
    let pool =
        pool.allow_unauthenticated_identities(false).cognito_identity_providers(provider).send().await?;
    made.identity_pool = pool.identity_pool_id().to_owned();
    Ok(made)
}

async fn make_role_and_bucket(root: &Clients, made: &Made) -> Outcome {
    let trust = setting("TRUST")?.replace("IDENTITY_POOL", &made.identity_pool);
    let role = root.iam.create_role().role_name(ROLE).assume_role_policy_document(trust).send().await?;
    let arn = role.role().ok_or("a role without a description")?.arn();
    let policy = root.iam.put_role_policy().role_name(ROLE).policy_name(POLICY);
    policy.policy_document(setting("POLICY")?.replace("BUCKET", BUCKET)).send().await?;
    let roles = root.identity_pools.set_identity_pool_roles().identity_pool_id(&made.identity_pool);
    roles.roles("authenticated", arn).send().await?;
    root.s3.create_bucket().bucket(BUCKET).send().await?;
    root.s3.put_object().bucket(BUCKET).key(HELLO).body(b"hello".to_vec().into()).send().await?;
    Ok(())
}

/// Signs the user in and trades the login for credentials; gives the identity as well.
async fn sign_in(root: &Clients, made: &Made) -> Outcome<(String, Credentials)> {
    let asked =
        root.user_pools.initiate_auth().auth_flow(AuthFlowType::UserPasswordAuth).client_id(&made.app);
    let answer = asked.auth_parameters("USERNAME", USER).auth_parameters("PASSWORD", PASSWORD).send().await?;
    let token = answer.authentication_result().and_then(|tokens| tokens.id_token()).ok_or("no ID token")?;
    let pools = &root.identity_pools;
    let asked = pools.get_id().identity_pool_id(&made.identity_pool).logins(made.login_key(), token);
    let identity = asked.send().await?.identity_id.ok_or("no identity")?;
    let asked = pools.get_credentials_for_identity().identity_id(&identity).logins(made.login_key(), token);
    let issued = asked.send().await?.credentials.ok_or("no credentials")?;
    let id = issued.access_key_id.ok_or("no access key id")?;
    let secret = issued.secret_key.ok_or("no secret key")?;
    let expiration = issued.expiration.ok_or("no end")?.try_into()?;
    Ok((identity, Credentials::new(id, secret, issued.session_token, Some(expiration), "cognito")))
}

async fn use_bucket(user: &Clients, home: &str) -> Outcome {
    let identity = user.sts.get_caller_identity().send().await?;
    let arn = format!("arn:aws:sts::123456789012:assumed-role/{ROLE}/CognitoIdentityCredentials");
    same(identity.arn(), Some(arn.as_str()))?;
    let note = format!("{home}/a note+ü.txt");
    user.s3.put_object().bucket(BUCKET).key(&note).body(b"mine".to_vec().into()).send().await?;
    for (key, text) in [(note.as_str(), "mine"), (HELLO, "hello")] {
        let found = user.s3.get_object().bucket(BUCKET).key(key).send().await?;
        same(&found.body.collect().await?.to_vec()[..], text.as_bytes())?;
    }
    let listed = user.s3.list_objects_v2().bucket(BUCKET).prefix(format!("{home}/")).send().await?;
    let keys: Vec<_> = listed.contents().iter().map(|object| object.key()).collect();
    same(keys, vec![Some(note.as_str())])
}

async fn is_denied_elsewhere(user: &Clients) -> Outcome {
    let foreign = "us-east-1:somebody-else/note.txt";
    refused("AccessDenied", user.s3.get_object().bucket(BUCKET).key(foreign).send().await)?;
    refused(
        "AccessDenied",
        user.s3.put_object().bucket(BUCKET).key(HELLO).body(b"bye".to_vec().into()).send().await,
    )?;
    refused("AccessDenied", user.s3.list_objects_v2().bucket(BUCKET).send().await)?;
    refused("AccessDenied", user.iam.get_role().role_name(ROLE).send().await)?;
    refused("AccessDeniedException", user.user_pools.list_user_pools().max_results(1).send().await)?;
    refused("AccessDeniedException", user.identity_pools.list_identity_pools().max_results(1).send().await)
}

async fn tear_down(root: &Clients, made: &Made, home: &str) -> Outcome {
    root.identity_pools.delete_identity_pool().identity_pool_id(&made.identity_pool).send().await?;
    refused("DeleteConflict", root.iam.delete_role().role_name(ROLE).send().await)?;
    root.iam.delete_role_policy().role_name(ROLE).policy_name(POLICY).send().await?;
    root.iam.delete_role().role_name(ROLE).send().await?;
    root.user_pools
        .delete_user_pool_client()
        .user_pool_id(&made.user_pool)
        .client_id(&made.app)
        .send()
        .await?;
    root.user_pools.delete_user_pool().user_pool_id(&made.user_pool).send().await?;
    refused("BucketNotEmpty", root.s3.delete_bucket().bucket(BUCKET).send().await)?;
    for key in [format!("{home}/a note+ü.txt"), HELLO.to_owned()] {
        root.s3.delete_object().bucket(BUCKET).key(key).send().await?;
    }
    root.s3.delete_bucket().bucket(BUCKET).send().await?;
    Ok(())
}

/// Holds that a call is refused with a code.
fn refused<T, E: ProvideErrorMetadata>(code: &str, answer: Result<T, SdkError<E>>) -> Outcome {
    match answer {
        Ok(_) => Err(format!("this was to be refused with {code}, and was not").into()),
        Err(error) => same(error.code(), Some(code)),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Outcome {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{found:?} was found, and {expected:?} was expected").into())
    }
}
