//! Amazon resource names of the things Cenote keeps. The partition is always `aws`.

use crate::account::{Account, AccountId};
use crate::iam::role::{RoleName, RolePath};
use crate::identity_pool::pool::IdentityPoolId;
use crate::s3::bucket::BucketName;
use crate::s3::object::ObjectKey;
use crate::text::NotA;
use crate::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a role: `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RoleArn {
    account: AccountId,
    path: RolePath,
    name: RoleName,
}

impl RoleArn {
    /// The name of a role.
    pub const fn new(account: AccountId, path: RolePath, name: RoleName) -> Self {
        Self { account, path, name }
    }

    /// Reads a role's name; its path may have several parts.
    pub fn parse(text: &str) -> Result<Self, NotA> {
        let no = || NotA::new("a role ARN", text);
        let (account, resource) =
            text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":role")).ok_or_else(no)?;
        let (path, name) = resource.rsplit_once('/').ok_or_else(no)?;
        Ok(Self {
            account: AccountId::parse(account).map_err(|_| no())?,
            path: RolePath::parse(&format!("{path}/")).map_err(|_| no())?,
            name: RoleName::parse(name).map_err(|_| no())?,
        })
    }

    /// The account that owns the role.
    pub const fn account(&self) -> &AccountId {
        &self.account
    }

    /// The role's name without its path.
    pub const fn name(&self) -> &RoleName {
        &self.name
    }

    /// The name of a session of this role: `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`, without the path.
    pub fn session(&self, session_name: &str) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{session_name}", self.account, self.name)
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "arn:aws:iam::{}:role{}{}", self.account, self.path, self.name)
    }
}

impl From<RoleArn> for String {
    fn from(arn: RoleArn) -> Self {
        arn.to_string()
    }
}

impl TryFrom<String> for RoleArn {
    type Error = NotA;

    fn try_from(text: String) -> Result<Self, NotA> {
        Self::parse(&text)
    }
}

/// The name of an account's root: `arn:aws:iam::ACCOUNT:root`.
pub fn root(account: &AccountId) -> String {
    format!("arn:aws:iam::{account}:root")
}

/// The name of the roles whose path begins with this: `arn:aws:iam::ACCOUNT:role/PATH`.
pub fn roles_under(account: &AccountId, path: &str) -> String {
    format!("arn:aws:iam::{account}:role{path}")
}

/// The name of an identity pool: `arn:aws:cognito-identity:REGION:ACCOUNT:identitypool/ID`.
pub fn identity_pool(account: &Account, id: &IdentityPoolId) -> String {
    format!("arn:aws:cognito-identity:{}:{}:identitypool/{id}", account.region, account.id)
}

/// The name of a user pool: `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`.
pub fn user_pool(account: &Account, id: &UserPoolId) -> String {
    format!("arn:aws:cognito-idp:{}:{}:userpool/{id}", account.region, account.id)
}

/// The name of a bucket: `arn:aws:s3:::BUCKET`.
pub fn bucket(name: &BucketName) -> String {
    format!("arn:aws:s3:::{name}")
}

/// The name of an object: `arn:aws:s3:::BUCKET/KEY`.
pub fn object(bucket: &BucketName, key: &ObjectKey) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_arn_is_read_with_and_without_a_path() {
        for text in ["arn:aws:iam::123456789012:role/guest", "arn:aws:iam::123456789012:role/a/b/guest"] {
            let arn = RoleArn::parse(text).unwrap();
            assert_eq!(arn.to_string(), text);
            assert_eq!(arn.name().as_str(), "guest");
            assert_eq!(arn.session("x"), "arn:aws:sts::123456789012:assumed-role/guest/x");
        }
    }

    #[test]
    fn other_arns_are_no_role_arns() {
        for text in [
            "arn:aws:iam::123456789012:user/guest",
            "arn:aws:iam::12:role/guest",
            "arn:aws:iam::123456789012:rolex/guest",
            "arn:aws:iam::123456789012:role/",
            "role/guest",
            "",
        ] {
            assert!(RoleArn::parse(text).is_err(), "{text}");
        }
    }
}
