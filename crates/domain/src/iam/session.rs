//! A session: a role taken on for a while. It is remembered nowhere; its sealed form travels with its holder.

use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::iam::id::RoleId;
use crate::iam::session_policy::SessionPolicy;
use crate::identity_pool::identity::IdentityId;
use crate::identity_pool::login::LoginKey;
use crate::identity_pool::pool::IdentityPoolId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The room that there is for the session policies and tags of one session, in bytes.
const PACKED_BYTES: usize = 2048;

/// Everything that later decisions about a session's requests depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The account it acts in.
    pub account: AccountId,
    /// The role that was taken on.
    pub role: RoleArn,
    /// The role's unique id: a role made anew under the same name is not this session's.
    pub role_id: RoleId,
    /// The session's name.
    pub name: String,
    /// When it was issued; revocation compares with this.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// What narrows the role: the session may do only what one of these allows too. Absent: nothing narrows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<SessionPolicy>>,
    /// Session tags by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The tags that a session obtained from this one inherits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitive_tags: Vec<String>,
    /// The source identity, if one was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// What the federated provider said.
    pub federation: Federation,
    /// By what it can be revoked, besides its role and account.
    pub origin: Origin,
}

impl Session {
    /// Its ARN.
    pub fn arn(&self) -> String {
        self.role.session(&self.name)
    }

    /// Its unique id: the role's, a colon and the session's name.
    pub fn user_id(&self) -> String {
        format!("{}:{}", self.role_id, self.name)
    }

    /// How much of the room that there is for session policies and tags is taken, in hundredths of it; `None` where there
    /// are none. AWS does not tell how it packs them; here they are counted as they are, in bytes.
    pub fn packed_percent(&self) -> Option<usize> {
        let policies = self.policies.iter().flatten().map(|policy| policy.document.len());
        let tags = self.tags.iter().map(|(key, value)| key.len() + value.len());
        let taken: usize = policies.chain(tags).sum();
        (taken > 0).then(|| (taken * 100).div_ceil(PACKED_BYTES))
    }

    /// Whether it is over.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.expires
    }
}

/// What the federated provider said when the session was issued: condition keys of later decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Federation {
    /// The provider's name, such as `cognito-identity.amazonaws.com`.
    pub provider: String,
    /// Its `aud`.
    pub aud: String,
    /// Its `sub`.
    pub sub: String,
    /// Its `amr`.
    pub amr: Vec<String>,
}

/// Where a session comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The identity it was issued to.
    pub identity: IdentityId,
    /// That identity's pool.
    pub pool: IdentityPoolId,
    /// The logins that were shown; their subjects are the users it can be revoked by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logins: Vec<LoginKey>,
}
