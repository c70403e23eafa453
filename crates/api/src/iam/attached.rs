//! Managed policies that are attached to somebody, as IAM's answers show them.

use super::paging::Asked;
use domain::arn::PolicyArn;
use domain::iam::role::PolicyName;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A managed policy that is attached.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attached {
    policy_name: PolicyName,
    policy_arn: String,
}

/// A page of those under a path, in the order of their ARNs, and the marker of the next.
pub(super) fn page(
    asked: &Asked,
    attached: &BTreeSet<PolicyArn>,
    path_prefix: Option<&str>,
) -> (Vec<Attached>, Option<String>) {
    let is_under = |arn: &&PolicyArn| arn.path().as_str().starts_with(path_prefix.unwrap_or("/"));
    let shown: BTreeMap<String, PolicyName> =
        attached.iter().filter(is_under).map(|arn| (arn.to_string(), arn.name().clone())).collect();
    let all = shown.into_iter().map(|(policy_arn, policy_name)| Attached { policy_name, policy_arn });
    asked.page_of_all(all, |one| one.policy_arn.clone())
}
