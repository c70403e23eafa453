//! The seed file, in TOML or JSON. An unknown name in it is refused.

use crate::Refused;
use domain::iam::role::{PolicyName, RoleName};
use domain::identity_pool::pool::{IdentityPoolId, IdentityPoolName};
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;
use domain::user_pool::client::{AuthFlow, ClientId, ClientName, WriteAttributes};
use domain::user_pool::pool::{UserPoolId, UserPoolName};
use domain::user_pool::user::{AttributeName, Username};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The seed that is built in.
const DEMO: &str = include_str!("demo.toml");

/// Everything that a seed can hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seed {
    #[serde(default)]
    pub(crate) user_pools: Vec<UserPoolSeed>,
    #[serde(default)]
    pub(crate) roles: Vec<RoleSeed>,
    #[serde(default)]
    pub(crate) identity_pools: Vec<IdentityPoolSeed>,
    #[serde(default)]
    pub(crate) buckets: Vec<BucketSeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserPoolSeed {
    pub(crate) id: Option<UserPoolId>,
    pub(crate) name: UserPoolName,
    #[serde(default)]
    pub(crate) clients: Vec<ClientSeed>,
    #[serde(default)]
    pub(crate) users: Vec<UserSeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientSeed {
    /// Drawn if absent.
    pub(crate) id: Option<ClientId>,
    pub(crate) name: ClientName,
    pub(crate) auth_flows: Vec<AuthFlow>,
    /// The attributes that users may write of themselves through it; AWS's default if absent.
    pub(crate) write_attributes: Option<WriteAttributes>,
    /// Whether an unknown user and a wrong password get the same answer.
    #[serde(default = "yes")]
    pub(crate) hides_missing_users: bool,
    /// How long ID and access tokens live.
    #[serde(default = "an_hour")]
    pub(crate) token_minutes: u32,
}

const fn yes() -> bool {
    true
}

const fn an_hour() -> u32 {
    60
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserSeed {
    pub(crate) username: Username,
    /// Drawn if absent.
    pub(crate) password: Option<String>,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<AttributeName, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleSeed {
    pub(crate) name: RoleName,
    pub(crate) trust: Policy,
    #[serde(default)]
    pub(crate) policies: BTreeMap<PolicyName, Policy>,
}

/// A policy, written as a table or as the text of its JSON.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Policy(Value);

impl Policy {
    /// The text of its JSON.
    pub(crate) fn text(&self) -> String {
        match &self.0 {
            Value::String(text) => text.clone(),
            table
            @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                table.to_string()
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityPoolSeed {
    /// Drawn if absent.
    pub(crate) id: Option<IdentityPoolId>,
    pub(crate) name: IdentityPoolName,
    #[serde(default)]
    pub(crate) welcomes_guests: bool,
    #[serde(default)]
    pub(crate) providers: Vec<ProviderSeed>,
    #[serde(default)]
    pub(crate) roles: RolesSeed,
}

/// A client of a user pool, both by their names in this seed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderSeed {
    pub(crate) user_pool: String,
    pub(crate) client: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct RolesSeed {
    pub(crate) authenticated: Option<RoleName>,
    pub(crate) unauthenticated: Option<RoleName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BucketSeed {
    pub(crate) name: BucketName,
    #[serde(default)]
    pub(crate) objects: Vec<ObjectSeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectSeed {
    pub(crate) key: ObjectKey,
    pub(crate) body: String,
    pub(crate) content_type: Option<String>,
}

impl Seed {
    /// Reads a seed file, or the seed that is built in.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Refused> {
        let Some(path) = path else {
            return toml::from_str(DEMO).map_err(Refused::because);
        };
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Refused(format!("the seed file `{shown}` cannot be read: {error}")))?;
        let parsed = if text.trim_start().starts_with('{') {
            serde_json::from_str(&text).map_err(|error| error.to_string())
        } else {
            toml::from_str(&text).map_err(|error| error.to_string())
        };
        parsed.map_err(|error| Refused(format!("the seed file `{shown}` is not right: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_can_be_read() {
        let seed = Seed::read(None).unwrap();
        assert_eq!(seed.identity_pools[0].id.as_ref().unwrap().as_str(), "us-east-1:1234567890abcdef");
    }

    #[test]
    fn a_seed_may_be_json_and_a_name_it_does_not_know_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed");
        std::fs::write(&path, r#"{ "buckets": [{ "name": "my-bucket" }] }"#).unwrap();
        assert_eq!(Seed::read(Some(&path)).unwrap().buckets.len(), 1);
        std::fs::write(&path, r#"{ "bukkets": [] }"#).unwrap();
        assert!(Seed::read(Some(&path)).err().unwrap().to_string().contains("bukkets"));
    }
}
