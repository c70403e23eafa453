//! What something is done to, as policies name it, and what they can ask about it.

use crate::House;
use crate::iam::access::{AccessRefused, Asking};
use crate::s3::bucket_policies;
use domain::account::{Account, AccountId};
use domain::arn::{self, GroupArn, IdentityPoolArn, PolicyArn, PolicyOwner, RoleArn, UserArn};
use domain::iam::access_key::AccessKeyId;
use domain::iam::group::GroupName;
use domain::iam::path::Path;
use domain::iam::provider::{Issuer, SamlProviderName};
use domain::iam::role::{PolicyName, RoleName};
use domain::iam::user::UserName;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::provider::{OpenIdProviderArn, SamlProviderArn};
use domain::records::{Grounds, IdentityPools, Read};
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;
use domain::tag::{TagKey, TagValue, Tags};
use domain::user_pool::pool::UserPoolId;
use policy::{Document, Kind, Values};
use std::borrow::Cow;
use std::sync::Arc;

/// What something is done to, as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// What stands for all resources, where an action is about none in particular.
    All,
    /// What has this ARN.
    Arn(String),
    /// The role of this name; its ARN holds its path. One that is not there is taken to be under the root path.
    Role(RoleName),
    /// The same, where policies can ask what bounds it as well.
    RoleAndBoundary(RoleName),
    /// A role that is to be made.
    NewRole(Path, RoleName),
    /// A managed policy, whosever it is.
    Policy(PolicyArn),
    /// A managed policy that is to be made.
    NewPolicy(Path, PolicyName),
    /// The roles whose path begins with this.
    RolesUnder(String),
    /// The user of this name; their ARN holds their path. One who is not there is taken to be under the root path.
    User(UserName),
    /// The same, where policies can ask what bounds them as well.
    UserAndBoundary(UserName),
    /// A user who is to be made.
    NewUser(Path, UserName),
    /// The users whose path begins with this.
    UsersUnder(String),
    /// The user who asks; everything, where it is none.
    OwnUser,
    /// The user whose access key this is; everything, where it is nobody's.
    UserOfKey(AccessKeyId),
    /// The group of this name; its ARN holds its path. One that is not there is taken to be under the root path.
    Group(GroupName),
    /// A group that is to be made.
    NewGroup(Path, GroupName),
    /// The groups whose path begins with this.
    GroupsUnder(String),
    /// A provider of OpenID Connect, whosever it is.
    OpenIdProvider(OpenIdProviderArn),
    /// A provider of OpenID Connect that is to be made.
    NewOpenIdProvider(Issuer),
    /// A SAML provider, whosever it is.
    SamlProvider(SamlProviderArn),
    /// A SAML provider that is to be made.
    NewSamlProvider(SamlProviderName),
    /// An identity pool.
    IdentityPool(IdentityPoolId),
    /// An identity pool by its name, which may be that of another account or region.
    IdentityPoolNamed(IdentityPoolArn),
    /// An identity, which has no ARN: policies tell it by the condition key of its pool.
    Identity(IdentityId),
    /// A user pool.
    UserPool(UserPoolId),
    /// A bucket.
    Bucket(BucketName),
    /// A bucket that is to be made, so that it has no policy yet, whatever one of its name has.
    NewBucket(BucketName),
    /// An object, or where one is to be.
    Object(BucketName, ObjectKey),
    /// A federated user.
    FederatedUser(String),
}

impl Resource {
    /// The same, where it depends on who asks.
    pub fn asked_by(&self, asking: Asking<'_>) -> Cow<'_, Self> {
        match asking {
            Asking::Signed(caller) if *self == Self::OwnUser => caller
                .user()
                .map_or(Cow::Borrowed(self), |holder| Cow::Owned(Self::User(holder.arn.name().clone()))),
            Asking::Signed(_) | Asking::Unsigned => Cow::Borrowed(self),
        }
    }

    /// The ARN.
    pub fn arn(&self, records: &mut impl Grounds, account: &Account) -> Read<String> {
        Ok(match self {
            Self::All | Self::Identity(_) | Self::OwnUser => "*".to_owned(),
            Self::Arn(arn) => arn.clone(),
            Self::Role(name) | Self::RoleAndBoundary(name) => match records.role(name)? {
                Some(role) => role.arn(&account.id).to_string(),
                None => RoleArn::new(account.id.clone(), Path::root(), name.clone()).to_string(),
            },
            Self::NewRole(path, name) => {
                RoleArn::new(account.id.clone(), path.clone(), name.clone()).to_string()
            }
            Self::Policy(arn) => arn.to_string(),
            Self::NewPolicy(path, name) => {
                let owner = PolicyOwner::Account(account.id.clone());
                PolicyArn::new(owner, path.clone(), name.clone()).to_string()
            }
            Self::RolesUnder(path) => arn::roles_under(&account.id, path),
            Self::User(name) | Self::UserAndBoundary(name) => match records.iam_user(name)? {
                Some(user) => user.arn(&account.id).to_string(),
                None => UserArn::new(account.id.clone(), Path::root(), name.clone()).to_string(),
            },
            Self::NewUser(path, name) => {
                UserArn::new(account.id.clone(), path.clone(), name.clone()).to_string()
            }
            Self::UsersUnder(path) => arn::users_under(&account.id, path),
            Self::UserOfKey(id) => match records.access_key(id)? {
                Some(key) => Self::User(key.user).arn(records, account)?,
                None => "*".to_owned(),
            },
            Self::Group(name) => match records.group(name)? {
                Some(group) => group.arn(&account.id).to_string(),
                None => GroupArn::new(account.id.clone(), Path::root(), name.clone()).to_string(),
            },
            Self::NewGroup(path, name) => {
                GroupArn::new(account.id.clone(), path.clone(), name.clone()).to_string()
            }
            Self::GroupsUnder(path) => arn::groups_under(&account.id, path),
            Self::OpenIdProvider(arn) => arn.to_string(),
            Self::NewOpenIdProvider(issuer) => OpenIdProviderArn::of(&account.id, issuer).to_string(),
            Self::SamlProvider(arn) => arn.to_string(),
            Self::NewSamlProvider(name) => SamlProviderArn::of(&account.id, name).to_string(),
            Self::IdentityPool(id) => arn::identity_pool(account, id),
            Self::IdentityPoolNamed(arn) => arn.to_string(),
            Self::UserPool(id) => arn::user_pool(account, id),
            Self::Bucket(name) | Self::NewBucket(name) => arn::bucket(name),
            Self::Object(bucket, key) => arn::object(bucket, key),
            Self::FederatedUser(name) => arn::federated_user(&account.id, name),
        })
    }

    /// The policy that it has itself, if it has one.
    pub fn policy(&self, records: &mut impl Grounds, account: &AccountId) -> Read<Option<ResourcePolicy>> {
        match self {
            Self::Bucket(bucket) | Self::Object(bucket, _) => {
                let document = bucket_policies::counting_now(records, account, bucket)?;
                let name = || format!("policy of bucket {bucket}");
                Ok(document.map(|document| ResourcePolicy { name: name(), document }))
            }
            Self::All
            | Self::Arn(_)
            | Self::Role(_)
            | Self::RoleAndBoundary(_)
            | Self::NewRole(..)
            | Self::Policy(_)
            | Self::NewPolicy(..)
            | Self::RolesUnder(_)
            | Self::User(_)
            | Self::UserAndBoundary(_)
            | Self::UserOfKey(_)
            | Self::NewUser(..)
            | Self::UsersUnder(_)
            | Self::OwnUser
            | Self::Group(_)
            | Self::NewGroup(..)
            | Self::GroupsUnder(_)
            | Self::OpenIdProvider(_)
            | Self::NewOpenIdProvider(_)
            | Self::SamlProvider(_)
            | Self::NewSamlProvider(_)
            | Self::IdentityPool(_)
            | Self::IdentityPoolNamed(_)
            | Self::Identity(_)
            | Self::UserPool(_)
            | Self::FederatedUser(_)
            | Self::NewBucket(_) => Ok(None),
        }
    }

    /// The condition keys that follow from what it is: the tags of a pool, a role, a user, a policy or a provider, the
    /// boundary of a role, the pool of an identity.
    pub fn keys(&self, records: &mut impl Grounds, account: &Account) -> Read<Vec<Key>> {
        match self {
            Self::IdentityPool(id) => tags_of_pool(records, id),
            Self::IdentityPoolNamed(arn) if arn.is_of(account) => tags_of_pool(records, arn.id()),
            Self::Identity(id) => {
                let pool = records.identity(id)?.map(|identity| arn::identity_pool(account, &identity.pool));
                Ok(pool.map(|pool| Key::new("cognito-identity:IdentityPoolArn", pool)).into_iter().collect())
            }
            Self::Role(name) => Ok(Key::of_tags_in_iam(records.role(name)?.map(|role| role.tags))),
            Self::RoleAndBoundary(name) => {
                let Some(role) = records.role(name)? else { return Ok(Vec::new()) };
                let boundary = role.boundary.map(|policy| Key::new(PERMISSIONS_BOUNDARY, policy.to_string()));
                Ok(Key::of_tags_in_iam(Some(role.tags)).into_iter().chain(boundary).collect())
            }
            Self::Policy(arn) => {
                let policy = records.managed_policy(arn.name())?.filter(|policy| policy.arn == *arn);
                Ok(Key::of_tags_in_iam(policy.map(|policy| policy.tags)))
            }
            Self::User(name) => Ok(Key::of_tags_in_iam(records.iam_user(name)?.map(|user| user.tags))),
            Self::UserAndBoundary(name) => {
                let Some(user) = records.iam_user(name)? else { return Ok(Vec::new()) };
                let boundary = user.boundary.map(|policy| Key::new(PERMISSIONS_BOUNDARY, policy.to_string()));
                Ok(Key::of_tags_in_iam(Some(user.tags)).into_iter().chain(boundary).collect())
            }
            Self::UserOfKey(id) => match records.access_key(id)? {
                Some(key) => Self::User(key.user).keys(records, account),
                None => Ok(Vec::new()),
            },
            Self::OpenIdProvider(arn) => {
                let provider = records.openid_provider(arn.login_key())?;
                let provider = provider.filter(|provider| provider.arn(&account.id) == *arn);
                Ok(Key::of_tags_in_iam(provider.map(|provider| provider.tags)))
            }
            Self::SamlProvider(arn) => {
                let provider = records.saml_provider(arn.provider_name())?;
                let provider = provider.filter(|provider| provider.arn(&account.id) == *arn);
                Ok(Key::of_tags_in_iam(provider.map(|provider| provider.tags)))
            }
            Self::All
            | Self::Arn(_)
            | Self::NewRole(..)
            | Self::NewPolicy(..)
            | Self::NewOpenIdProvider(_)
            | Self::NewSamlProvider(_)
            | Self::RolesUnder(_)
            | Self::NewUser(..)
            | Self::UsersUnder(_)
            | Self::OwnUser
            | Self::Group(_)
            | Self::NewGroup(..)
            | Self::GroupsUnder(_)
            | Self::IdentityPoolNamed(_)
            | Self::UserPool(_)
            | Self::Bucket(_)
            | Self::NewBucket(_)
            | Self::Object(..)
            | Self::FederatedUser(_) => Ok(Vec::new()),
        }
    }
}

fn tags_of_pool(records: &mut impl IdentityPools, id: &IdentityPoolId) -> Read<Vec<Key>> {
    let tags = records.identity_pool(id)?.map(|pool| pool.tags).unwrap_or_default();
    Ok(tags.iter().map(|(key, value)| Key::of_tag("aws:ResourceTag", key, value.as_str())).collect())
}

/// The condition key of what bounds a role or user, or shall. Source: service authorization reference, "Actions,
/// resources, and condition keys for AWS Identity and Access Management".
pub const PERMISSIONS_BOUNDARY: &str = "iam:PermissionsBoundary";

/// The policy of a resource: who may do what with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourcePolicy {
    /// The name that operators know it by.
    pub name: String,
    /// Its text.
    pub document: String,
}

impl ResourcePolicy {
    pub(super) fn compiled(&self, house: &House) -> Result<Arc<Document>, AccessRefused> {
        let malformed = |why| AccessRefused::Malformed { what: self.name.clone(), why };
        house.policies.compiled(Kind::Resource, &self.document).map_err(malformed)
    }
}

/// A condition key that a request has: its name and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name, such as `s3:prefix` or `aws:RequestTag/team`.
    pub name: Cow<'static, str>,
    /// Its value, or its values where AWS made it a key of many.
    pub values: Values<'static>,
}

impl Key {
    /// A key of one value.
    pub fn new(name: impl Into<Cow<'static, str>>, value: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), values: Values::One(value.into()) }
    }

    fn of_tag(kind: &str, key: &TagKey, value: &str) -> Self {
        Self::new(format!("{kind}/{key}"), value.to_owned())
    }

    /// What is asked of the tags of something of IAM, which has a name of its own for them beside AWS's.
    pub(super) fn of_tags_in_iam(tags: Option<Tags>) -> Vec<Self> {
        let named = |(key, value): (&TagKey, &TagValue)| {
            ["aws:ResourceTag", "iam:ResourceTag"].map(|kind| Self::of_tag(kind, key, value.as_str()))
        };
        tags.unwrap_or_default().iter().flat_map(named).collect()
    }

    /// What a request to write tags is asked by: each of them, and all their keys.
    pub fn of_tags(tags: &Tags) -> Vec<Self> {
        let each = tags.iter().map(|(key, value)| Self::of_tag("aws:RequestTag", key, value.as_str()));
        each.chain(Self::of_tag_keys(tags.iter().map(|(key, _)| key))).collect()
    }

    /// What a request about tags is asked by where it says their keys alone; there is no such key without one.
    pub fn of_tag_keys<'a>(keys: impl IntoIterator<Item = &'a TagKey>) -> Option<Self> {
        let keys: Vec<Cow<'static, str>> = keys.into_iter().map(|key| key.to_string().into()).collect();
        (!keys.is_empty()).then_some(Self { name: "aws:TagKeys".into(), values: Values::Many(keys) })
    }
}
