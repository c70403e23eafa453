//! ListSAMLProviderTags: the tags of a SAML provider, page by page.

use super::faults::of_saml;
use super::given::Tag;
use super::on_saml_provider;
use super::paging::Asked;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::saml_providers;
use domain::identity_pool::provider::SamlProviderArn;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListSAMLProviderTags;

/// Which provider, and which page of its tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "SAMLProviderArn")]
    arn: SamlProviderArn,
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

impl Operation for ListSAMLProviderTags {
    const NAME: &'static str = "ListSAMLProviderTags";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_saml_provider("iam:ListSAMLProviderTags", &input.arn))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            saml_providers::find(records, &app.house.account.id, &input.arn)
        });
        let (tags, marker) = asked.page_of_tags(&finding.await?.map_err(of_saml)?.tags);
        Ok(Reply::of(Output { tags, is_truncated: marker.is_some(), marker }))
    }
}
