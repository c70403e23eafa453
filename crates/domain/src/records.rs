//! What use cases may remember and recall: one trait for each noun, implemented by the store alone.
//!
//! A use case reads and writes through these traits inside one transaction. Reading can find that a record is not
//! at hand yet; the use case passes that on with `?` and is run again from its start, so it must do nothing but read,
//! decide and write.

use crate::arn::PolicyArn;
use crate::iam::access_key::{AccessKey, AccessKeyId, LastUse};
use crate::iam::entity::PolicyUse;
use crate::iam::group::{Group, GroupName};
use crate::iam::id::UserId;
use crate::iam::managed_policy::ManagedPolicy;
use crate::iam::principal::NamedPrincipal;
use crate::iam::provider::{Issuer, OpenIdProvider, SamlProvider, SamlProviderName};
use crate::iam::revocation::{Issuance, Quarantine, Revocable, Revocation};
use crate::iam::role::{PolicyName, Role, RoleName};
use crate::iam::user::{User as IamUser, UserName};
use crate::identity_pool::derivation::Derivation;
use crate::identity_pool::identity::{Identity, IdentityId};
use crate::identity_pool::login::LoginKey;
use crate::identity_pool::merge::Merge;
use crate::identity_pool::pool::{IdentityPool, IdentityPoolId};
use crate::identity_pool::token_keys::TokenKeys;
use crate::network::Network;
use crate::s3::bucket::{Bucket, BucketName};
use crate::s3::object::{ContentId, Object, ObjectKey};
use crate::user_pool::client::{Client, ClientId};
use crate::user_pool::failures::{NetworkFailures, UserFailures};
use crate::user_pool::pool::{UserPool, UserPoolId};
use crate::user_pool::session::{SessionId, UserSession};
use crate::user_pool::user::{User, Username};

/// A record could not be read at this moment: it has to be loaded first, or the store is broken.
///
/// Only the store makes one and only the store knows which it is; a use case passes it on.
#[derive(Debug)]
pub struct Unready(());

impl Unready {
    /// For implementations of the record traits only: says that the running use case must stop here.
    pub const fn new() -> Self {
        Self(())
    }
}

impl Default for Unready {
    fn default() -> Self {
        Self::new()
    }
}

/// What reading a record gives.
pub type Read<T> = Result<T, Unready>;

/// Why a use case ended without a result.
#[derive(Debug)]
pub enum Stop<R> {
    /// The answer is no; final, and nothing is written.
    Refused(R),
    /// A record was not at hand; the store runs the use case again, or reports that it is broken.
    Unready(Unready),
}

impl<R> Stop<R> {
    /// The same, with the refusal in other words.
    pub fn map<S>(self, as_another: impl FnOnce(R) -> S) -> Stop<S> {
        match self {
            Self::Refused(refusal) => Stop::Refused(as_another(refusal)),
            Self::Unready(unready) => Stop::Unready(unready),
        }
    }
}

impl<R> From<Unready> for Stop<R> {
    fn from(unready: Unready) -> Self {
        Self::Unready(unready)
    }
}

/// Ends a use case with a refusal.
pub fn refuse<T, R>(refusal: R) -> Result<T, Stop<R>> {
    Err(Stop::Refused(refusal))
}

/// The store, or something else that must not fail, failed: nothing the caller did, and nothing to tell them.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct Breakdown {
    what: String,
}

impl Breakdown {
    /// What broke, for the operator; never shown to a caller.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

/// Identity pools and their identities.
pub trait IdentityPools {
    /// The pool of this id.
    fn identity_pool(&mut self, id: &IdentityPoolId) -> Read<Option<IdentityPool>>;
    /// Writes a pool under its id.
    fn put_identity_pool(&mut self, pool: &IdentityPool);
    /// Pools in the order of their ids, from after one of them; at most `limit`.
    fn identity_pools(&mut self, after: Option<&IdentityPoolId>, limit: usize) -> Read<Vec<IdentityPool>>;
    /// Pools that hand out the role of this name by their own settings, in the order of their ids, from after one of
    /// them; at most `limit`.
    fn pools_of_role(
        &mut self,
        role: &RoleName,
        after: Option<&IdentityPoolId>,
        limit: usize,
    ) -> Read<Vec<IdentityPoolId>>;
    /// Lets the roles of pools find them that were written before that was remembered: of so many pools, in the order of
    /// their ids, from after one of them. Gives the last that was looked at; `None` if there was none left.
    fn let_roles_find_pools(
        &mut self,
        after: Option<&IdentityPoolId>,
        limit: usize,
    ) -> Read<Option<IdentityPoolId>>;
    /// Forgets a pool, and remembers that its identities are still to be removed.
    fn delete_identity_pool(&mut self, id: &IdentityPoolId);
    /// Deleted pools whose identities are still to be removed; at most `limit`.
    fn deleted_identity_pools(&mut self, limit: usize) -> Read<Vec<IdentityPoolId>>;
    /// Forgets that a deleted pool ever was.
    fn forget_deleted_identity_pool(&mut self, id: &IdentityPoolId);
    /// The identity of this id.
    fn identity(&mut self, id: &IdentityId) -> Read<Option<Identity>>;
    /// The identity of this pool that holds this login.
    fn identity_of(&mut self, pool: &IdentityPoolId, login: &LoginKey) -> Read<Option<Identity>>;
    /// Identities of a pool in the order of their ids, from after one of them; at most `limit`.
    fn identities(
        &mut self,
        pool: &IdentityPoolId,
        after: Option<&IdentityId>,
        limit: usize,
    ) -> Read<Vec<Identity>>;
    /// Writes an identity, and lets its pool and its logins find it, whomever they found before.
    fn put_identity(&mut self, identity: &Identity);
    /// Lets a login find nobody, once no identity holds it any more.
    fn forget_login(&mut self, pool: &IdentityPoolId, login: &LoginKey);
    /// Forgets an identity.
    fn delete_identity(&mut self, identity: &Identity);
    /// How often an id was derived from a login of a pool, if it was.
    fn derivation(&mut self, pool: &IdentityPoolId, login: &LoginKey) -> Read<Option<Derivation>>;
    /// Derivations of a pool; at most `limit`.
    fn derivations(&mut self, pool: &IdentityPoolId, limit: usize) -> Read<Vec<Derivation>>;
    /// Writes how often an id was derived from a login of a pool.
    fn put_derivation(&mut self, pool: &IdentityPoolId, derivation: &Derivation);
    /// Forgets that an id was ever derived from a login of a pool.
    fn delete_derivation(&mut self, pool: &IdentityPoolId, login: &LoginKey);
}

/// The journal of merged identities.
pub trait Merges {
    /// How this identity was merged into another.
    fn merge_of(&mut self, disabled: &IdentityId) -> Read<Option<Merge>>;
    /// Puts a merge into the journal.
    fn add_merge(&mut self, merge: &Merge);
    /// Merges of a pool in the order of time, from after one of them; at most `limit`.
    fn merges(&mut self, pool: &IdentityPoolId, after: Option<&Merge>, limit: usize) -> Read<Vec<Merge>>;
    /// Forgets a merge.
    fn delete_merge(&mut self, merge: &Merge);
}

/// The keys that sign the tokens of all identity pools.
pub trait IdentityTokenKeys {
    /// The keys, if some were made.
    fn token_keys(&mut self) -> Read<Option<TokenKeys>>;
    /// Writes the keys.
    fn put_token_keys(&mut self, keys: &TokenKeys);
}

/// User pools, their clients and their users.
pub trait UserPools {
    /// The pool of this id.
    fn user_pool(&mut self, id: &UserPoolId) -> Read<Option<UserPool>>;
    /// Writes a pool under its id.
    fn put_user_pool(&mut self, pool: &UserPool);
    /// Pools in the order of their ids, from after one of them; at most `limit`.
    fn user_pools(&mut self, after: Option<&UserPoolId>, limit: usize) -> Read<Vec<UserPool>>;
    /// Forgets a pool, and remembers that what it held is still to be removed.
    fn delete_user_pool(&mut self, id: &UserPoolId);
    /// Whether what a deleted pool held is still to be removed.
    fn is_being_removed(&mut self, id: &UserPoolId) -> Read<bool>;
    /// Removes at most so many of the records that deleted pools held; gives whether any were left to remove.
    fn remove_of_deleted_user_pools(&mut self, most: usize) -> Read<bool>;
    /// The client of this id, of whatever pool, and whether or not the pool is still there.
    fn client(&mut self, id: &ClientId) -> Read<Option<Client>>;
    /// Writes a client under its id, and lets its pool find it.
    fn put_client(&mut self, client: &Client);
    /// Forgets a client.
    fn delete_client(&mut self, client: &Client);
    /// Clients of a pool in the order of their ids, from after one of them; at most `limit`.
    fn clients(&mut self, pool: &UserPoolId, after: Option<&ClientId>, limit: usize) -> Read<Vec<Client>>;
    /// The user of this name.
    fn user(&mut self, pool: &UserPoolId, name: &Username) -> Read<Option<User>>;
    /// Writes a user under their pool and name.
    fn put_user(&mut self, user: &User);
    /// The failed sign-ins of somebody who may or may not exist.
    fn user_failures(&mut self, pool: &UserPoolId, name: &Username) -> Read<Option<UserFailures>>;
    /// Writes or, with `None`, forgets the failed sign-ins of somebody.
    fn put_user_failures(&mut self, pool: &UserPoolId, name: &Username, failures: Option<&UserFailures>);
    /// The failed sign-ins from a network.
    fn network_failures(&mut self, network: Network) -> Read<Option<NetworkFailures>>;
    /// Writes the failed sign-ins from a network.
    fn put_network_failures(&mut self, network: Network, failures: &NetworkFailures);
}

/// Sign-ins of users that can be gone on with.
pub trait UserSessions {
    /// The session of this user and name.
    fn user_session(
        &mut self,
        pool: &UserPoolId,
        user: &Username,
        id: &SessionId,
    ) -> Read<Option<UserSession>>;
    /// Sessions of a user; at most `limit`.
    fn user_sessions(&mut self, pool: &UserPoolId, user: &Username, limit: usize) -> Read<Vec<UserSession>>;
    /// Writes a session under its user and name.
    fn put_user_session(&mut self, session: &UserSession);
    /// Forgets a session.
    fn delete_user_session(&mut self, session: &UserSession);
}

/// Roles.
pub trait Roles {
    /// The role of this name.
    fn role(&mut self, name: &RoleName) -> Read<Option<Role>>;
    /// Writes a role under its name, and lets the managed policies that it carries find it.
    fn put_role(&mut self, role: &Role);
    /// Forgets a role.
    fn delete_role(&mut self, name: &RoleName);
    /// Roles in the order of their names in lower case, from after one of them; at most `limit`.
    fn roles(&mut self, after: Option<&str>, limit: usize) -> Read<Vec<Role>>;
    /// How many roles there are; at most `limit` are counted.
    fn count_roles(&mut self, limit: usize) -> Read<usize>;
}

/// Managed policies of the account's own, and who carries managed policies, AWS's included.
pub trait ManagedPolicies {
    /// The policy of this name, whatever its path.
    fn managed_policy(&mut self, name: &PolicyName) -> Read<Option<ManagedPolicy>>;
    /// Writes a policy under its name.
    fn put_managed_policy(&mut self, policy: &ManagedPolicy);
    /// Forgets a policy.
    fn delete_managed_policy(&mut self, name: &PolicyName);
    /// Policies in the order of their names in lower case, from after one of them; at most `limit`.
    fn managed_policies(&mut self, after: Option<&str>, limit: usize) -> Read<Vec<ManagedPolicy>>;
    /// How many policies there are; at most `limit` are counted.
    fn count_managed_policies(&mut self, limit: usize) -> Read<usize>;
    /// Who carries a policy, in the order of the keys of the entities, from after one of them; at most `limit`.
    fn uses_of_policy(
        &mut self,
        policy: &PolicyArn,
        after: Option<&str>,
        limit: usize,
    ) -> Read<Vec<PolicyUse>>;
}

/// Users of IAM.
pub trait IamUsers {
    /// The user of this name.
    fn iam_user(&mut self, name: &UserName) -> Read<Option<IamUser>>;
    /// The user of this unique id, whatever their name is by now.
    fn iam_user_of(&mut self, id: &UserId) -> Read<Option<IamUser>>;
    /// Writes a user under their name, and lets their unique id, the managed policies that they carry and the groups that
    /// they are in find them.
    fn put_iam_user(&mut self, user: &IamUser);
    /// Forgets a user.
    fn delete_iam_user(&mut self, name: &UserName);
    /// Users in the order of their names in lower case, from after one of them; at most `limit`.
    fn iam_users(&mut self, after: Option<&str>, limit: usize) -> Read<Vec<IamUser>>;
    /// How many users there are; at most `limit` are counted.
    fn count_iam_users(&mut self, limit: usize) -> Read<usize>;
}

/// Groups of users of IAM.
pub trait Groups {
    /// The group of this name.
    fn group(&mut self, name: &GroupName) -> Read<Option<Group>>;
    /// Writes a group under its name, and lets the managed policies that it carries find it.
    fn put_group(&mut self, group: &Group);
    /// Forgets a group.
    fn delete_group(&mut self, name: &GroupName);
    /// Groups in the order of their names in lower case, from after one of them; at most `limit`.
    fn groups(&mut self, after: Option<&str>, limit: usize) -> Read<Vec<Group>>;
    /// How many groups there are; at most `limit` are counted.
    fn count_groups(&mut self, limit: usize) -> Read<usize>;
    /// The users who are in a group, in the order of their names in lower case, from after one of them; at most `limit`.
    fn members(&mut self, group: &GroupName, after: Option<&str>, limit: usize) -> Read<Vec<IamUser>>;
}

/// Access keys of users.
pub trait AccessKeys {
    /// The key of this id.
    fn access_key(&mut self, id: &AccessKeyId) -> Read<Option<AccessKey>>;
    /// Writes a key under its id, and lets its user find it.
    fn put_access_key(&mut self, key: &AccessKey);
    /// Forgets a key, and when it was used.
    fn delete_access_key(&mut self, key: &AccessKey);
    /// The keys of a user, in the order of their ids.
    fn access_keys(&mut self, user: &UserId) -> Read<Vec<AccessKey>>;
    /// When a key was used last, as far as that was written.
    fn last_use(&mut self, key: &AccessKeyId) -> Read<Option<LastUse>>;
    /// Writes when a key was used last.
    fn put_last_use(&mut self, key: &AccessKeyId, last: &LastUse);
}

/// All that decisions about a caller are made from: whose policies they carry, and what they ask about.
pub trait Grounds:
    Roles
    + IamUsers
    + Groups
    + AccessKeys
    + ManagedPolicies
    + LoginProviders
    + Revocations
    + IdentityPools
    + Buckets
{
}

impl<
    R: Roles
        + IamUsers
        + Groups
        + AccessKeys
        + ManagedPolicies
        + LoginProviders
        + Revocations
        + IdentityPools
        + Buckets,
> Grounds for R
{
}

/// Providers of logins that the account knows.
pub trait LoginProviders {
    /// The provider of OpenID Connect of this issuer, without its scheme.
    fn openid_provider(&mut self, issuer: &str) -> Read<Option<OpenIdProvider>>;
    /// Writes a provider under its issuer.
    fn put_openid_provider(&mut self, provider: &OpenIdProvider);
    /// Forgets a provider.
    fn delete_openid_provider(&mut self, issuer: &Issuer);
    /// Providers in the order of their issuers; at most `limit`.
    fn openid_providers(&mut self, limit: usize) -> Read<Vec<OpenIdProvider>>;
    /// The SAML provider of this name, whatever its case.
    fn saml_provider(&mut self, name: &str) -> Read<Option<SamlProvider>>;
    /// Writes a provider under its name.
    fn put_saml_provider(&mut self, provider: &SamlProvider);
    /// Forgets a provider.
    fn delete_saml_provider(&mut self, name: &SamlProviderName);
    /// Providers in the order of their names in lower case; at most `limit`.
    fn saml_providers(&mut self, limit: usize) -> Read<Vec<SamlProvider>>;
}

/// What was revoked, and to whom nothing is issued.
pub trait Revocations {
    /// How it stands with all that is issued.
    fn issuance(&mut self) -> Read<Issuance>;
    /// Writes how it stands.
    fn put_issuance(&mut self, issuance: &Issuance);
    /// The last revocation of this.
    fn revocation(&mut self, whom: &Revocable) -> Read<Option<Revocation>>;
    /// Writes a revocation in the place of an earlier one of the same.
    fn put_revocation(&mut self, revocation: &Revocation);
    /// Forgets a revocation.
    fn delete_revocation(&mut self, revocation: &Revocation);
    /// Revocations in the order of when they are to be forgotten, from after one of them; at most `limit`.
    fn revocations(&mut self, after: Option<&Revocation>, limit: usize) -> Read<Vec<Revocation>>;
    /// The quarantine of somebody.
    fn quarantine(&mut self, whom: &Revocable) -> Read<Option<Quarantine>>;
    /// Writes a quarantine.
    fn put_quarantine(&mut self, quarantine: &Quarantine);
    /// Lifts a quarantine.
    fn delete_quarantine(&mut self, whom: &Revocable);
    /// Quarantines in the order of whose they are, from after one of them; at most `limit`.
    fn quarantines(&mut self, after: Option<&Revocable>, limit: usize) -> Read<Vec<Quarantine>>;
}

/// Where a listing of objects goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After<'a> {
    /// At the beginning.
    Nothing,
    /// After this key.
    Key(&'a str),
    /// After every key that begins with this.
    Everything(&'a str),
}

/// Buckets and what they hold.
pub trait Buckets {
    /// The bucket of this name.
    fn bucket(&mut self, name: &BucketName) -> Read<Option<Bucket>>;
    /// Buckets whose names begin with `prefix` and come after `after`, in the order of their names; at most `limit`.
    fn buckets(&mut self, prefix: &str, after: &str, limit: usize) -> Read<Vec<Bucket>>;
    /// Writes a bucket under its name.
    fn put_bucket(&mut self, bucket: &Bucket);
    /// Forgets a bucket and its policy.
    fn delete_bucket(&mut self, name: &BucketName);
    /// The text of a bucket's policy, if it has one.
    fn bucket_policy(&mut self, name: &BucketName) -> Read<Option<String>>;
    /// Those of the account whom a bucket's policy names, as they were when it was written.
    fn named_in_bucket_policy(&mut self, name: &BucketName) -> Read<Vec<NamedPrincipal>>;
    /// Writes whom the policy of a bucket names, after it was written.
    fn put_named_in_bucket_policy(&mut self, name: &BucketName, named: &[NamedPrincipal]);
    /// Writes or, with `None`, forgets the policy of a bucket, and forgets whom it named.
    fn put_bucket_policy(&mut self, name: &BucketName, policy: Option<&str>);
    /// The object under this key.
    fn object(&mut self, bucket: &BucketName, key: &ObjectKey) -> Read<Option<Object>>;
    /// Writes an object under its bucket and key. What it replaces must be passed to [`Buckets::delete_object`] first.
    fn put_object(&mut self, object: &Object);
    /// Forgets an object and that its content is in use.
    fn delete_object(&mut self, object: &Object);
    /// Objects whose keys begin with `prefix`, in the binary order of their keys; at most `limit`.
    fn objects(
        &mut self,
        bucket: &BucketName,
        prefix: &str,
        after: After<'_>,
        limit: usize,
    ) -> Read<Vec<Object>>;
    /// Whether an object's bytes lie in this content file.
    fn content_is_in_use(&mut self, content: &ContentId) -> Read<bool>;
}
