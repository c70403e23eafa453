//! ListOpenIDConnectProviderTags: the tags of a provider of OpenID Connect, page by page.

use super::faults::of_openid;
use super::given::Tag;
use super::on_openid_provider;
use super::paging::Asked;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::openid_providers;
use domain::identity_pool::provider::OpenIdProviderArn;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListOpenIDConnectProviderTags;

/// Which provider, and which page of its tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: OpenIdProviderArn,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of tags.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Vec<Tag>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListOpenIDConnectProviderTags {
    const NAME: &'static str = "ListOpenIDConnectProviderTags";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_openid_provider("iam:ListOpenIDConnectProviderTags", &input.arn))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            openid_providers::find(records, &app.house.account.id, &input.arn)
        });
        let (tags, marker) = asked.page_of_tags(&finding.await?.map_err(of_openid)?.tags);
        Ok(Reply::of(Output { tags, is_truncated: marker.is_some(), marker }))
    }
}
