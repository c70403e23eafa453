//! CreatePolicy: makes a managed policy.

use super::faults::of_policy;
use super::given::GivenTags;
use super::policy::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings;
use broker::iam::lint;
use broker::iam::managed_policies::{self, NewPolicy};
use broker::iam::policy_listing::counted;
use broker::iam::resource::{Key, Resource};
use domain::iam::path::Path;
use domain::iam::role::PolicyName;
use domain::records::Stop;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct CreatePolicy;

/// The policy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_name: PolicyName,
    path: Option<Path>,
    policy_document: String,
    description: Option<String>,
    #[serde(default)]
    tags: GivenTags,
}

/// The policy as it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy: Shown,
}

impl Operation for CreatePolicy {
    const NAME: &'static str = "CreatePolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        input.permission("iam:CreatePolicy")
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let tags = input.tags.tags()?.clone();
        call.notes.policy("policyDocument", &input.policy_document);
        if !tags.is_empty() {
            by.must_also(app, call, input.permission("iam:TagPolicy")?).await?;
        }
        let new = NewPolicy {
            path: input.path(),
            name: input.policy_name,
            description: input.description,
            document: input.policy_document,
            tags,
        };
        let creating = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            let policy = managed_policies::create(records, &app.house, &new, call.now, entropy)?;
            counted(records, policy).map_err(Stop::Unready)
        });
        let made = creating.await?.map_err(of_policy)?;
        warnings::warn(call, lint::of_managed_policy(&made.policy.arn, &new.document));
        Ok(Reply::of(Output { policy: Shown::of(made) }))
    }
}

impl Input {
    fn path(&self) -> Path {
        self.path.clone().unwrap_or_else(Path::root)
    }

    /// To do this to the policy that is to be made.
    fn permission(&self, action: &'static str) -> Result<Permission, Fault> {
        let resource = Resource::NewPolicy(self.path(), self.policy_name.clone());
        Ok(Permission { action, resource, keys: Key::of_tags(self.tags.tags()?) })
    }
}
