//! The parameters of a sign-in flow.

use crate::fault::{Common, Fault};
use domain::secret::Secret;
use domain::user_pool::password::LONGEST_PASSWORD;
use domain::user_pool::session::RefreshToken;
use domain::user_pool::user::Username;
use std::collections::BTreeMap;

/// A name and a password, as they are shown.
pub(super) struct ByPassword {
    /// The name.
    pub(super) username: Username,
    /// The password.
    pub(super) password: Secret<String>,
    /// What is shown for the client's secret.
    pub(super) secret_hash: Option<String>,
}

/// A refresh token, as it is shown.
pub(super) struct ByRefreshToken {
    /// The token.
    pub(super) token: RefreshToken,
    /// What is shown for the client's secret.
    pub(super) secret_hash: Option<String>,
}

impl ByPassword {
    /// Reads the parameters; one that the flow does not have is refused.
    pub(super) fn read(parameters: BTreeMap<String, String>) -> Result<Self, Fault> {
        let mut rest = Rest(parameters);
        let username = rest.take("USERNAME")?;
        let password = Secret::new(rest.take("PASSWORD")?);
        let secret_hash = rest.0.remove(SECRET_HASH);
        rest.end()?;
        let username = Username::parse(&username).map_err(|_| {
            violation("username", r"satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+")
        })?;
        if password.reveal().chars().count() > LONGEST_PASSWORD {
            return Err(violation("password", "have length less than or equal to 256").into());
        }
        Ok(Self { username, password, secret_hash })
    }
}

impl ByRefreshToken {
    /// Reads the parameters; one that the flow does not have is refused.
    pub(super) fn read(parameters: BTreeMap<String, String>) -> Result<Self, Fault> {
        let mut rest = Rest(parameters);
        let token = RefreshToken::new(rest.take("REFRESH_TOKEN")?);
        let secret_hash = rest.0.remove(SECRET_HASH);
        rest.end()?;
        Ok(Self { token, secret_hash })
    }
}

const SECRET_HASH: &str = "SECRET_HASH";

/// The parameters that nobody has read yet.
struct Rest(BTreeMap<String, String>);

impl Rest {
    fn take(&mut self, name: &str) -> Result<String, Common> {
        self.0.remove(name).ok_or_else(|| Common::BadMember(format!("Missing required parameter {name}")))
    }

    fn end(self) -> Result<(), Common> {
        match self.0.into_keys().next() {
            Some(other) => {
                let other: String = other.chars().take(100).collect();
                Err(Common::BadMember(format!("the parameter {other} is not served yet")))
            }
            None => Ok(()),
        }
    }
}

fn violation(member: &str, constraint: &str) -> Common {
    let text = format!("Value at '{member}' failed to satisfy constraint: Member must {constraint}");
    Common::Violations(format!("1 validation error detected: {text}"))
}
