//! LookupDeveloperIdentity: the identity of a user of a pool's own backend, and all users whom an identity is, page by page.

use super::developer::about_user;
use super::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use crate::page;
use broker::identity_pool::developer::lookup;
use domain::identity_pool::developer::DeveloperUserIdentifier;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use serde::{Deserialize, Serialize};

/// A page is this long if nobody says how long.
const MOST: usize = 60;

/// The operation.
pub struct LookupDeveloperIdentity;

/// Which identity or user, and which page of the users.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    identity_id: Option<IdentityId>,
    developer_user_identifier: Option<DeveloperUserIdentifier>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The identity, and a page of its users.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    identity_id: IdentityId,
    developer_user_identifier_list: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for LookupDeveloperIdentity {
    const NAME: &'static str = "LookupDeveloperIdentity";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let Input { identity_pool_id: pool, developer_user_identifier: user, .. } = input;
        Ok(about_user("cognito-identity:LookupDeveloperIdentity", pool, user.as_ref()))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { identity_pool_id: pool, identity_id: id, developer_user_identifier: user, .. } = input;
        call.notes.parameter("identityPoolId", pool.as_str());
        if let Some(id) = &id {
            call.notes.parameter("identityId", id.as_str());
        }
        if let Some(user) = &user {
            call.notes.parameter("developerUserIdentifier", user.as_str());
        }
        let after = page::after::<DeveloperUserIdentifier>(input.next_token.as_deref())?;
        let finding = app
            .store
            .transact(app.entropy.as_ref(), |records, _| lookup(records, &pool, id.as_ref(), user.as_ref()));
        let (identity, provider) = finding.await?.map_err(fault_of)?;
        let its_own = identity.logins.into_iter().filter(|login| login.provider == provider.as_str());
        let mut users: Vec<String> = its_own.map(|login| login.subject).collect();
        users.sort_unstable();
        users.retain(|user| after.as_ref().is_none_or(|after| user.as_str() > after.as_str()));
        let next_token = page::cut(&mut users, input.max_results.unwrap_or(MOST), Clone::clone);
        Ok(Reply::of(Output { identity_id: identity.id, developer_user_identifier_list: users, next_token }))
    }
}
