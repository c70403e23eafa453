//! CreateUserPool: makes a user pool with its two keys.

use super::defaults::only;
use super::pool::Shown;
use super::{fault_of, on_all, too_many_requests};
use crate::app::App;
use crate::fault::Fault;
use crate::key_making::NotMade;
use crate::members::Nested;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::user_pool::pools;
use domain::user_pool::policy::PasswordPolicy;
use domain::user_pool::pool::{UserPool, UserPoolId, UserPoolName};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The operation.
pub struct CreateUserPool;

/// The pool.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pool_name: UserPoolName,
    policies: Option<Nested<Policies>>,
    deletion_protection: Option<String>,
    mfa_configuration: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    password_policy: Option<Nested<Passwords>>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Passwords {
    minimum_length: Option<u8>,
    #[serde(default)]
    require_uppercase: bool,
    #[serde(default)]
    require_lowercase: bool,
    #[serde(default)]
    require_numbers: bool,
    #[serde(default)]
    require_symbols: bool,
    temporary_password_validity_days: Option<u16>,
    password_history_size: Option<u8>,
}

/// The pool as it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_pool: Shown,
}

impl Operation for CreateUserPool {
    const NAME: &'static str = "CreateUserPool";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(on_all("cognito-idp:CreateUserPool"))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("settings", json!(input));
        only("DeletionProtection", input.deletion_protection.as_deref(), "INACTIVE")?;
        only("MfaConfiguration", input.mfa_configuration.as_deref(), "OFF")?;
        let policy = policy(input.policies)?;
        let id = UserPoolId::draw(&app.house.account, app.entropy.as_ref());
        let making = app.key_making.pool_keys(&id, &app.secrets.sealing, app.entropy.as_ref());
        let keys = making.await.map_err(|not_made| match not_made {
            NotMade::QueueFull => Fault::from(too_many_requests()),
            NotMade::Broken(breakdown) => breakdown.into(),
        })?;
        call.notes.element("userPoolId", id.as_str());
        let pool = UserPool {
            id,
            name: input.pool_name,
            keys,
            policy,
            keeps_credentials: false,
            created: call.now,
            modified: call.now,
        };
        let creating = app.store.transact(app.entropy.as_ref(), |records, _| pools::create(records, &pool));
        creating.await?.map_err(fault_of)?;
        Ok(Reply::of(Output { user_pool: Shown::of(pool, &app.house.account) }))
    }
}

/// AWS's policy where none is given. In one that is given, what is not asked for is not needed.
fn policy(given: Option<Nested<Policies>>) -> Result<PasswordPolicy, Fault> {
    let default = PasswordPolicy::default();
    let Some(Nested(passwords)) = given.and_then(|Nested(policies)| policies.password_policy) else {
        return Ok(default);
    };
    only("PasswordHistorySize", passwords.password_history_size, 0)?;
    // AWS takes no days for its default, too.
    let temporary_days = passwords.temporary_password_validity_days.filter(|days| *days > 0);
    Ok(PasswordPolicy {
        shortest: passwords.minimum_length.unwrap_or(default.shortest),
        needs_upper: passwords.require_uppercase,
        needs_lower: passwords.require_lowercase,
        needs_digit: passwords.require_numbers,
        needs_symbol: passwords.require_symbols,
        temporary_days: temporary_days.unwrap_or(default.temporary_days),
    })
}
