//! GetFederationToken: temporary credentials for somebody else, of some of what whoever holds a long-term access key may do.

use super::asked::{Descriptors, Tag, arns, passed, tags};
use super::faults;
use super::get_session_token::LIFE;
use super::issued::Credentials;
use crate::app::App;
use crate::fault::Fault;
use crate::members::Nested;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::long_term::{Federated, federation_token};
use broker::iam::resource::{Key, Resource};
use broker::identity_pool::TAG_SESSION;
use domain::time::Span;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetFederationToken;

/// The federated user, and the session.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    policy: Option<String>,
    policy_arns: Descriptors,
    duration_seconds: Option<u32>,
    tags: Option<Vec<Nested<Tag>>>,
}

/// The credentials, and who acts by them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
    federated_user: FederatedUser,
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_policy_size: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FederatedUser {
    federated_user_id: String,
    arn: String,
}

impl Operation for GetFederationToken {
    const NAME: &'static str = "GetFederationToken";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let resource = Resource::FederatedUser(input.name.clone());
        Ok(Permission { action: "sts:GetFederationToken", resource, keys: Vec::new() })
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("name", input.name.as_str());
        let (arns, tags) = (arns(input.policy_arns), tags(input.tags)?);
        if !tags.is_empty() {
            let resource = Resource::FederatedUser(input.name.clone());
            let tagging = Permission { action: TAG_SESSION, resource, keys: Key::of_tags(&tags) };
            by.must_also(app, call, tagging).await?;
        }
        let asked = Federated {
            name: &input.name,
            life: input.duration_seconds.map_or(LIFE, Span::from_secs),
            passed: passed(input.policy.as_ref(), &arns),
            tags: &tags,
            why: &by.authorized,
        };
        let making = app.store.transact(app.entropy.as_ref(), |records, _| {
            federation_token(records, &app.house, by.caller(), asked, call.now)
        });
        let caller = by.caller().arn(&app.house.account.id);
        let grant = making.await?.map_err(|no| faults::of_long_term(no, caller))?;
        let issued = call.notes.issue(app, &grant)?;
        let session = grant.session();
        Ok(Reply::issuing(Output {
            credentials: Credentials::of(&issued),
            federated_user: FederatedUser { federated_user_id: session.user_id(), arn: session.arn() },
            packed_policy_size: session.packed_percent(),
        }))
    }
}
