//! How many of everything an account has, and how many it can have.

use crate::iam::attachments::MOST_ATTACHED;
use crate::iam::{managed_policies, roles};
use domain::iam::access_key::MOST_KEYS;
use domain::iam::group::MOST_GROUPS;
use domain::iam::managed_policy::MOST_VERSIONS;
use domain::iam::provider;
use domain::iam::user::{MOST_GROUPS_OF_USER, MOST_USERS};
use domain::records::{Groups, IamUsers, LoginProviders, ManagedPolicies, Read, Roles};
use policy::Quota;
use std::collections::BTreeMap;

/// How many records are looked at in one piece.
const PAGE: usize = 100;

/// What there is none of here, and cannot be.
const NEVER: [&str; 10] = [
    "AccountMFAEnabled",
    "AccountPasswordPresent",
    "AccountSigningCertificatesPresent",
    "InstanceProfiles",
    "InstanceProfilesQuota",
    "MFADevices",
    "MFADevicesInUse",
    "ServerCertificates",
    "ServerCertificatesQuota",
    "SigningCertificatesPerUserQuota",
];

/// The numbers, by AWS's names. Source: IAM API reference, "GetAccountSummary".
pub fn of(
    records: &mut (impl Roles + IamUsers + Groups + ManagedPolicies + LoginProviders),
) -> Read<BTreeMap<&'static str, usize>> {
    let mut numbers: BTreeMap<&'static str, usize> = NEVER.into_iter().map(|name| (name, 0)).collect();
    numbers.extend([
        ("AccessKeysPerUserQuota", MOST_KEYS),
        ("AttachedPoliciesPerGroupQuota", MOST_ATTACHED),
        ("AttachedPoliciesPerUserQuota", MOST_ATTACHED),
        ("GroupPolicySizeQuota", Quota::InlineOfGroup.limit()),
        ("Groups", records.count_groups(MOST_GROUPS)?),
        ("GroupsPerUserQuota", MOST_GROUPS_OF_USER),
        ("GroupsQuota", MOST_GROUPS),
        ("UserPolicySizeQuota", Quota::InlineOfUser.limit()),
        ("Users", records.count_iam_users(MOST_USERS)?),
        ("UsersQuota", MOST_USERS),
        // The root's own pair, which every server has.
        ("AccountAccessKeysPresent", 1),
        ("AssumeRolePolicySizeQuota", Quota::Trust.limit()),
        ("AttachedPoliciesPerRoleQuota", MOST_ATTACHED),
        ("Policies", records.count_managed_policies(managed_policies::MOST)?),
        ("PoliciesQuota", managed_policies::MOST),
        ("PolicySizeQuota", Quota::Managed.limit()),
        ("PolicyVersionsInUse", versions(records)?),
        ("PolicyVersionsInUseQuota", managed_policies::MOST * MOST_VERSIONS),
        ("Providers", providers(records)?),
        ("RolePolicySizeQuota", Quota::InlineOfRole.limit()),
        ("Roles", records.count_roles(roles::MOST)?),
        ("RolesQuota", roles::MOST),
        ("VersionsPerPolicyQuota", MOST_VERSIONS),
    ]);
    Ok(numbers)
}

/// How many providers of logins there are, of either kind.
fn providers(records: &mut impl LoginProviders) -> Read<usize> {
    Ok(records.openid_providers(provider::MOST)?.len() + records.saml_providers(provider::MOST)?.len())
}

/// How many versions the account's own policies have together.
fn versions(records: &mut impl ManagedPolicies) -> Read<usize> {
    let mut versions = 0;
    let mut after = None;
    loop {
        let page = records.managed_policies(after.as_deref(), PAGE)?;
        versions += page.iter().map(|policy| policy.versions().len()).sum::<usize>();
        if page.len() < PAGE {
            return Ok(versions);
        }
        after = page.last().map(|policy| policy.arn.name().folded());
    }
}
