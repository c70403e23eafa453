//! A session: somebody acts for a while, most often by a role that they took on. It is remembered nowhere; its sealed form
//! travels with its holder.

use crate::account::AccountId;
use crate::arn::{self, RoleArn};
use crate::iam::access_key::AccessKeyId;
use crate::iam::id::RoleId;
use crate::iam::revocation::{Generation, Revocable};
use crate::iam::session_policy::SessionPolicy;
use crate::iam::user::Holder;
use crate::identity_pool::identity::IdentityId;
use crate::identity_pool::login::{AuthState, LoginKey};
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
    /// Who acts in it.
    pub subject: Subject,
    /// When it was issued.
    pub issued: Timestamp,
    /// How many revocations there had been then: a later one that means it ends it.
    #[serde(default)]
    pub generation: Generation,
    /// When it ends.
    pub expires: Timestamp,
    /// What narrows the subject: the session may do only what one of these allows too. Absent: nothing narrows it, but for
    /// a federated user, who may do nothing without.
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
    /// By what it can be revoked, besides its role and account.
    pub origin: Origin,
    /// What it was obtained with, and that with, and so on, the first before all others. Who is revoked takes along what
    /// was obtained from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<Ancestor>,
}

impl Session {
    /// Its ARN.
    pub fn arn(&self) -> String {
        match &self.subject {
            Subject::Role(role) => role.role.session(&role.name),
            Subject::FederatedUser { name, .. } => arn::federated_user(&self.account, name),
            Subject::LongTerm(LongTerm::Root) => arn::root(&self.account),
            Subject::LongTerm(LongTerm::User(user)) => user.arn.to_string(),
        }
    }

    /// Its unique id: of a role's session the role's, a colon and the session's name.
    pub fn user_id(&self) -> String {
        match &self.subject {
            Subject::Role(role) => format!("{}:{}", role.role_id, role.name),
            Subject::FederatedUser { name, .. } => format!("{}:{name}", self.account),
            Subject::LongTerm(LongTerm::Root) => self.account.to_string(),
            Subject::LongTerm(LongTerm::User(user)) => user.id.to_string(),
        }
    }

    /// The role that was taken on, if its subject is one.
    pub const fn role(&self) -> Option<&RoleSession> {
        match &self.subject {
            Subject::Role(role) => Some(role),
            Subject::FederatedUser { .. } | Subject::LongTerm(_) => None,
        }
    }

    /// The identity that it comes from, if it comes from one.
    pub const fn identity(&self) -> Option<&FromIdentity> {
        match &self.origin {
            Origin::Identity(identity) => Some(identity),
            Origin::LongTerm(_) => None,
        }
    }

    /// Whether it is a guest's, which anybody can have.
    pub fn is_a_guests(&self) -> bool {
        let federation = self.role().and_then(|role| role.federation.as_ref());
        federation.is_some_and(|federation| federation.amr.iter().any(|amr| amr == AuthState::Guest.amr()))
    }

    /// How much of the room that there is for session policies and tags is taken, in hundredths of it; `None` where there
    /// are none. AWS does not tell how it packs them; here they are counted as they are, in bytes.
    pub fn packed_percent(&self) -> Option<usize> {
        let policies = self.policies.iter().flatten().map(|policy| policy.document.len());
        let tags = self.tags.iter().map(|(key, value)| key.len() + value.len());
        let taken: usize = policies.chain(tags).sum();
        (taken > 0).then(|| (taken * 100).div_ceil(PACKED_BYTES))
    }

    /// By what it can be revoked: itself under this access key, who acts in it, where it comes from, and what it was obtained
    /// with.
    pub fn revocables(&self, access_key: &AccessKeyId) -> Vec<Revocable> {
        let mut all = self.holders();
        all.push(Revocable::Session(access_key.clone()));
        all
    }

    /// The same without itself: who must not be quarantined for it to be issued.
    pub fn holders(&self) -> Vec<Revocable> {
        let mut all: Vec<Revocable> =
            self.role().map(|role| Revocable::Role(role.role_id.clone())).into_iter().collect();
        match &self.origin {
            Origin::Identity(identity) => all.extend(identity.revocables()),
            Origin::LongTerm(LongTerm::User(holder)) => all.push(Revocable::IamUser(holder.id.clone())),
            Origin::LongTerm(LongTerm::Root) => {}
        }
        for Ancestor { access_key, role_id } in &self.ancestors {
            all.push(Revocable::Session(access_key.clone()));
            all.extend(role_id.iter().cloned().map(Revocable::Role));
        }
        all
    }

    /// Whether it is over.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.expires
    }
}

/// Who acts in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// Somebody who took on a role.
    Role(RoleSession),
    /// Somebody to whom a holder of a long-term key gave some of what they may do, by `GetFederationToken`.
    FederatedUser {
        /// What they are called.
        name: String,
        /// Who gave it.
        by: LongTerm,
    },
    /// The holder of a long-term key themselves, by `GetSessionToken`.
    LongTerm(LongTerm),
}

impl Subject {
    /// Whether their requests may be about an action at all, whatever policies say. Source: IAM user guide, "Compare AWS
    /// STS credentials"; `sts:GetCallerIdentity` asks nothing, and `iam:PassRole` is no operation of IAM but what other
    /// services ask for.
    pub fn may_ask(&self, action: &str) -> bool {
        let is_iam = action.starts_with("iam:") && action != "iam:PassRole";
        let is_sts = action.starts_with("sts:");
        match self {
            Self::Role(_) => !matches!(action, "sts:GetFederationToken" | "sts:GetSessionToken"),
            Self::FederatedUser { .. } => !is_iam && !is_sts,
            // They show no second factor, without which IAM is closed to them.
            Self::LongTerm(_) => !is_iam && (!is_sts || action == "sts:AssumeRole"),
        }
    }
}

/// A role that was taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleSession {
    /// The role.
    pub role: RoleArn,
    /// The role's unique id: a role made anew under the same name is not this session's.
    pub role_id: RoleId,
    /// The session's name.
    pub name: String,
    /// What the federated provider said whose token took it on, if one's did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federation: Option<Federation>,
}

/// Who holds long-term access keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LongTerm {
    /// The account's root.
    Root,
    /// A user.
    User(Holder),
}

/// What a session was obtained with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ancestor {
    /// The access key that signed for it.
    pub access_key: AccessKeyId,
    /// The role whose session that was, if it was a role's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<RoleId>,
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

/// Where a session comes from, through however many others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// It was issued to an identity.
    Identity(FromIdentity),
    /// It was obtained with a long-term access key.
    LongTerm(LongTerm),
}

/// An identity that a session was issued to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FromIdentity {
    /// The identity.
    pub identity: IdentityId,
    /// That identity's pool.
    pub pool: IdentityPoolId,
    /// The logins that the identity held then, whichever of them were shown; their subjects are the users it can be revoked by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logins: Vec<LoginKey>,
}

impl FromIdentity {
    /// By what whatever comes from here can be revoked, and who may be quarantined so that nothing comes from here.
    pub fn revocables(&self) -> Vec<Revocable> {
        let mut all =
            vec![Revocable::Identity(self.identity.clone()), Revocable::IdentityPool(self.pool.clone())];
        all.extend(self.logins.iter().flat_map(Revocable::of_login));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::UserArn;
    use crate::iam::id::UserId;

    fn role() -> Subject {
        Subject::Role(RoleSession {
            role: RoleArn::parse("arn:aws:iam::123456789012:role/a/r").unwrap(),
            role_id: RoleId::parse("AROAAAAAAAAAAAAAAAAAA").unwrap(),
            name: "s".to_owned(),
            federation: None,
        })
    }

    fn federated_user() -> Subject {
        Subject::FederatedUser { name: "bob".to_owned(), by: LongTerm::Root }
    }

    fn user() -> Subject {
        Subject::LongTerm(LongTerm::User(Holder {
            arn: UserArn::parse("arn:aws:iam::123456789012:user/a/u").unwrap(),
            id: UserId::parse("AIDAAAAAAAAAAAAAAAAAA").unwrap(),
        }))
    }

    #[test]
    fn each_kind_of_session_has_the_names_that_aws_gives_it() {
        for (subject, arn, user_id) in [
            (role(), "arn:aws:sts::123456789012:assumed-role/r/s", "AROAAAAAAAAAAAAAAAAAA:s"),
            (federated_user(), "arn:aws:sts::123456789012:federated-user/bob", "123456789012:bob"),
            (user(), "arn:aws:iam::123456789012:user/a/u", "AIDAAAAAAAAAAAAAAAAAA"),
            (Subject::LongTerm(LongTerm::Root), "arn:aws:iam::123456789012:root", "123456789012"),
        ] {
            let session = Session {
                account: AccountId::parse("123456789012").unwrap(),
                subject,
                issued: Timestamp::from_secs(0),
                generation: Generation::default(),
                expires: Timestamp::from_secs(1),
                policies: None,
                tags: BTreeMap::new(),
                transitive_tags: Vec::new(),
                source_identity: None,
                origin: Origin::LongTerm(LongTerm::Root),
                ancestors: Vec::new(),
            };
            assert_eq!((session.arn().as_str(), session.user_id().as_str()), (arn, user_id));
        }
    }

    #[test]
    fn no_kind_of_session_makes_sessions_of_whoever_made_it() {
        for subject in [role(), federated_user(), user(), Subject::LongTerm(LongTerm::Root)] {
            assert!(!subject.may_ask("sts:GetFederationToken") && !subject.may_ask("sts:GetSessionToken"));
            assert!(subject.may_ask("s3:GetObject"));
        }
    }

    #[test]
    fn only_a_role_asks_iam_and_a_federated_user_nothing_of_sts() {
        let asks = |action| {
            [role(), federated_user(), user(), Subject::LongTerm(LongTerm::Root)]
                .map(|subject| subject.may_ask(action))
        };
        assert_eq!(asks("iam:GetRole"), [true, false, false, false]);
        assert_eq!(asks("iam:PassRole"), [true; 4], "other services ask for it");
        assert_eq!(asks("sts:AssumeRole"), [true, false, true, true]);
        assert_eq!(asks("sts:DecodeAuthorizationMessage"), [true, false, false, false]);
    }
}
