//! Amazon resource names of the things Cenote keeps. The partition is always `aws`.

use crate::account::{Account, AccountId, Region};
use crate::iam::group::GroupName;
use crate::iam::path::Path;
use crate::iam::role::{PolicyName, RoleName};
use crate::iam::user::UserName;
use crate::identity_pool::pool::IdentityPoolId;
use crate::s3::bucket::BucketName;
use crate::s3::object::ObjectKey;
use crate::text::NotA;
use crate::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Defines the names of one kind of thing of IAM: `arn:aws:iam::ACCOUNT:KIND/PATH/NAME`.
macro_rules! iam_arn {
    ($(#[$meta:meta])* $arn:ident, $name:ident, $what:literal, $kind:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $arn {
            account: AccountId,
            path: Path,
            name: $name,
        }

        impl $arn {
            /// The name of one.
            pub const fn new(account: AccountId, path: Path, name: $name) -> Self {
                Self { account, path, name }
            }

            /// Reads a name; its path may have several parts.
            pub fn parse(text: &str) -> Result<Self, NotA> {
                let read = || {
                    let (account, path, name) = of_iam(text, $kind)?;
                    Some(Self::new(AccountId::parse(account).ok()?, path, $name::parse(name).ok()?))
                };
                read().ok_or_else(|| NotA::new($what, text))
            }

            /// The account that owns it.
            pub const fn account(&self) -> &AccountId {
                &self.account
            }

            /// Its name without its path.
            pub const fn name(&self) -> &$name {
                &self.name
            }
        }

        impl fmt::Display for $arn {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "arn:aws:iam::{}:{}{}{}", self.account, $kind, self.path, self.name)
            }
        }

        impl From<$arn> for String {
            fn from(arn: $arn) -> Self {
                arn.to_string()
            }
        }

        impl TryFrom<String> for $arn {
            type Error = NotA;

            fn try_from(text: String) -> Result<Self, NotA> {
                Self::parse(&text)
            }
        }
    };
}

iam_arn!(
    /// The name of a role: `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    RoleArn,
    RoleName,
    "a role ARN",
    "role"
);

iam_arn!(
    /// The name of a user: `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    UserArn,
    UserName,
    "a user ARN",
    "user"
);

iam_arn!(
    /// The name of a group: `arn:aws:iam::ACCOUNT:group/PATH/NAME`.
    GroupArn,
    GroupName,
    "a group ARN",
    "group"
);

impl RoleArn {
    /// The name of a session of this role: `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`, without the path.
    pub fn session(&self, session_name: &str) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{session_name}", self.account, self.name)
    }
}

/// The name of a managed policy: `arn:aws:iam::ACCOUNT:policy/PATH/NAME`, with `aws` for the account where it is AWS's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PolicyArn {
    owner: PolicyOwner,
    path: Path,
    name: PolicyName,
}

/// Whose a managed policy is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyOwner {
    /// AWS's: every account has it, and none can change it.
    Aws,
    /// An account's own.
    Account(AccountId),
}

impl PolicyArn {
    /// The name of a policy.
    pub const fn new(owner: PolicyOwner, path: Path, name: PolicyName) -> Self {
        Self { owner, path, name }
    }

    /// Reads a policy's name; its path may have several parts.
    pub fn parse(text: &str) -> Result<Self, NotA> {
        let read = || {
            let (owner, path, name) = of_iam(text, "policy")?;
            let owner = match owner {
                "aws" => PolicyOwner::Aws,
                account => PolicyOwner::Account(AccountId::parse(account).ok()?),
            };
            Some(Self::new(owner, path, PolicyName::parse(name).ok()?))
        };
        read().ok_or_else(|| NotA::new("the ARN of a managed policy", text))
    }

    /// Whose the policy is.
    pub const fn owner(&self) -> &PolicyOwner {
        &self.owner
    }

    /// The policy's path.
    pub const fn path(&self) -> &Path {
        &self.path
    }

    /// The policy's name without its path.
    pub const fn name(&self) -> &PolicyName {
        &self.name
    }
}

impl fmt::Display for PolicyArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = match &self.owner {
            PolicyOwner::Aws => "aws",
            PolicyOwner::Account(account) => account.as_str(),
        };
        write!(formatter, "arn:aws:iam::{owner}:policy{}{}", self.path, self.name)
    }
}

impl From<PolicyArn> for String {
    fn from(arn: PolicyArn) -> Self {
        arn.to_string()
    }
}

impl TryFrom<String> for PolicyArn {
    type Error = NotA;

    fn try_from(text: String) -> Result<Self, NotA> {
        Self::parse(&text)
    }
}

/// The owner, path and name in the ARN of something of IAM: `arn:aws:iam::OWNER:KIND/PATH/NAME`.
fn of_iam<'a>(text: &'a str, kind: &str) -> Option<(&'a str, Path, &'a str)> {
    let (owner, resource) = text.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    let (path, name) = resource.strip_prefix(kind)?.rsplit_once('/')?;
    Some((owner, Path::parse(&format!("{path}/")).ok()?, name))
}

/// The name of an account's root: `arn:aws:iam::ACCOUNT:root`.
pub fn root(account: &AccountId) -> String {
    format!("arn:aws:iam::{account}:root")
}

/// The name of a federated user: `arn:aws:sts::ACCOUNT:federated-user/NAME`.
pub fn federated_user(account: &AccountId, name: &str) -> String {
    format!("arn:aws:sts::{account}:federated-user/{name}")
}

/// The name of the roles whose path begins with this: `arn:aws:iam::ACCOUNT:role/PATH`.
pub fn roles_under(account: &AccountId, path: &str) -> String {
    format!("arn:aws:iam::{account}:role{path}")
}

/// The name of the users whose path begins with this: `arn:aws:iam::ACCOUNT:user/PATH`.
pub fn users_under(account: &AccountId, path: &str) -> String {
    format!("arn:aws:iam::{account}:user{path}")
}

/// The name of the groups whose path begins with this: `arn:aws:iam::ACCOUNT:group/PATH`.
pub fn groups_under(account: &AccountId, path: &str) -> String {
    format!("arn:aws:iam::{account}:group{path}")
}

/// The name of an identity pool, of this server's account and region or of another:
/// `arn:aws:cognito-identity:REGION:ACCOUNT:identitypool/ID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct IdentityPoolArn {
    account: Account,
    id: IdentityPoolId,
}

impl IdentityPoolArn {
    /// The name of a pool.
    pub fn new(account: &Account, id: &IdentityPoolId) -> Self {
        Self { account: account.clone(), id: id.clone() }
    }

    /// Reads a pool's name.
    pub fn parse(text: &str) -> Result<Self, NotA> {
        let read = || {
            let rest = text.strip_prefix("arn:aws:cognito-identity:")?;
            let (place, id) = rest.split_once(":identitypool/")?;
            let (region, account) = place.split_once(':')?;
            let account =
                Account { id: AccountId::parse(account).ok()?, region: Region::parse(region).ok()? };
            Some(Self { account, id: IdentityPoolId::parse(id).ok()? })
        };
        read().ok_or_else(|| NotA::new("the ARN of an identity pool", text))
    }

    /// The pool's id, whose-ever it is.
    pub const fn id(&self) -> &IdentityPoolId {
        &self.id
    }

    /// Whether it names a pool of this account and region.
    pub fn is_of(&self, account: &Account) -> bool {
        self.account == *account
    }
}

impl fmt::Display for IdentityPoolArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, id } = self;
        write!(formatter, "arn:aws:cognito-identity:{}:{}:identitypool/{id}", account.region, account.id)
    }
}

impl From<IdentityPoolArn> for String {
    fn from(arn: IdentityPoolArn) -> Self {
        arn.to_string()
    }
}

impl TryFrom<String> for IdentityPoolArn {
    type Error = NotA;

    fn try_from(text: String) -> Result<Self, NotA> {
        Self::parse(&text)
    }
}

/// The name of an identity pool of this account and region.
pub fn identity_pool(account: &Account, id: &IdentityPoolId) -> String {
    IdentityPoolArn::new(account, id).to_string()
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
    fn the_arn_of_an_identity_pool_says_whose_it_is() {
        let here = Account {
            id: AccountId::parse("123456789012").unwrap(),
            region: Region::parse("us-east-1").unwrap(),
        };
        let text = "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:0abc";
        let arn = IdentityPoolArn::parse(text).unwrap();
        assert_eq!((arn.to_string().as_str(), arn.id().as_str()), (text, "us-east-1:0abc"));
        assert!(arn.is_of(&here));
        for elsewhere in
            [text.replace("123456789012", "999999999999"), text.replace("us-east-1:1", "eu-west-1:1")]
        {
            assert!(!IdentityPoolArn::parse(&elsewhere).unwrap().is_of(&here), "{elsewhere}");
        }
        for no in [
            "us-east-1:0abc",
            "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI",
            "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:0abc/more",
            "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/*",
            "arn:aws:cognito-identity:us-east-1:12:identitypool/us-east-1:0abc",
            "arn:aws-cn:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:0abc",
            "",
        ] {
            assert!(IdentityPoolArn::parse(no).is_err(), "{no}");
        }
    }

    #[test]
    fn the_arn_of_a_managed_policy_says_whose_it_is() {
        let account = || PolicyOwner::Account(AccountId::parse("123456789012").unwrap());
        for (text, owner, path) in [
            ("arn:aws:iam::123456789012:policy/readers", account(), "/"),
            ("arn:aws:iam::123456789012:policy/a/b/readers", account(), "/a/b/"),
            ("arn:aws:iam::aws:policy/readers", PolicyOwner::Aws, "/"),
            ("arn:aws:iam::aws:policy/service-role/readers", PolicyOwner::Aws, "/service-role/"),
        ] {
            let arn = PolicyArn::parse(text).unwrap();
            assert_eq!((arn.to_string().as_str(), arn.name().as_str()), (text, "readers"));
            assert_eq!((arn.owner(), arn.path().as_str()), (&owner, path));
        }
        for no in [
            "arn:aws:iam::AWS:policy/readers",
            "arn:aws:iam::12:policy/readers",
            "arn:aws:iam:::policy/readers",
            "arn:aws:iam::123456789012:policyx/readers",
            "arn:aws:iam::123456789012:policy/",
            "arn:aws:iam::123456789012:policy/a*",
            "arn:aws:iam::123456789012:role/readers",
            "readers",
            "",
        ] {
            assert!(PolicyArn::parse(no).is_err(), "{no}");
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
