//! ListPolicies: managed policies, page by page.

use super::paging::Asked;
use super::policy::Shown;
use super::usage::GivenUsage;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::policy_listing::{self, Usage, Wanted};
use broker::iam::resource::Resource;
use domain::arn::PolicyArn;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListPolicies;

/// Which policies, and which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    only_attached: bool,
    path_prefix: Option<String>,
    policy_usage_filter: Option<GivenUsage>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// Whose policies.
#[derive(Default, Deserialize)]
enum Scope {
    /// AWS's and the account's own.
    #[default]
    All,
    /// AWS's.
    #[serde(rename = "AWS")]
    Aws,
    /// The account's own.
    Local,
}

/// A page of policies.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policies: Vec<Shown>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListPolicies {
    const NAME: &'static str = "ListPolicies";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "iam:ListPolicies", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let after = asked.after_parsed(PolicyArn::parse)?;
        let wanted = Wanted {
            of_aws: match input.scope {
                Scope::All => None,
                Scope::Aws => Some(true),
                Scope::Local => Some(false),
            },
            path_prefix: input.path_prefix.as_deref().unwrap_or("/"),
            carried_as: match input.policy_usage_filter {
                Some(usage) => Some(usage.into()),
                None => input.only_attached.then_some(Usage::Attached),
            },
        };
        let listing = app.read(|records| policy_listing::list(records, &wanted, after.as_ref(), asked.limit));
        let mut found = listing.await?;
        let marker = asked.cut(&mut found, |counted| counted.policy.arn.to_string());
        let policies = found.into_iter().map(Shown::listed).collect();
        Ok(Reply::of(Output { policies, is_truncated: marker.is_some(), marker }))
    }
}
