//! SAML providers: which there are, and what they say of themselves. Nobody logs in with them yet.

use domain::account::AccountId;
use domain::iam::provider::{MOST, SamlProvider, SamlProviderName};
use domain::identity_pool::provider::SamlProviderArn;
use domain::records::{LoginProviders, Stop, refuse};
use domain::tag::{BadTags, TagKeys, Tags};
use domain::time::Timestamp;
use login::saml_metadata::{self, NotMetadata};

/// A provider as it is asked for.
#[derive(Debug, Clone)]
pub struct NewSamlProvider {
    /// Its name.
    pub name: SamlProviderName,
    /// What it says of itself.
    pub metadata: String,
    /// What is written on it.
    pub tags: Tags,
}

/// Why nothing was done to a provider.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SamlProviderRefused {
    /// There is one of this name.
    #[error("there is a SAML provider of the name `{0}` already")]
    Exists(SamlProviderName),
    /// There are as many as can be.
    #[error("there are {MOST} SAML providers already")]
    TooMany,
    /// There is none of this ARN.
    #[error("there is no provider `{0}`")]
    NoSuchProvider(SamlProviderArn),
    /// What it says of itself cannot be read.
    #[error("{0}")]
    Metadata(NotMetadata),
    /// The tags cannot stand beside each other.
    #[error("{0}")]
    Tags(#[from] BadTags),
}

/// Makes a provider.
pub fn create(
    records: &mut impl LoginProviders,
    new: &NewSamlProvider,
    now: Timestamp,
) -> Result<SamlProvider, Stop<SamlProviderRefused>> {
    if records.saml_provider(new.name.as_str())?.is_some() {
        return refuse(SamlProviderRefused::Exists(new.name.clone()));
    }
    if records.saml_providers(MOST)?.len() >= MOST {
        return refuse(SamlProviderRefused::TooMany);
    }
    let provider = SamlProvider {
        name: new.name.clone(),
        metadata: new.metadata.clone(),
        valid_until: valid_until(&new.metadata)?,
        created: now,
        tags: new.tags.clone(),
    };
    records.put_saml_provider(&provider);
    Ok(provider)
}

/// Finds a provider of this account.
pub fn find(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &SamlProviderArn,
) -> Result<SamlProvider, Stop<SamlProviderRefused>> {
    match records.saml_provider(arn.provider_name())?.filter(|provider| provider.arn(account) == *arn) {
        Some(provider) => Ok(provider),
        None => refuse(SamlProviderRefused::NoSuchProvider(arn.clone())),
    }
}

/// Puts what a provider says of itself in the place of what it said.
pub fn update(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &SamlProviderArn,
    metadata: Option<&str>,
) -> Result<(), Stop<SamlProviderRefused>> {
    change(records, account, arn, |provider| {
        if let Some(metadata) = metadata {
            provider.valid_until = valid_until(metadata)?;
            metadata.clone_into(&mut provider.metadata);
        }
        Ok(())
    })
}

/// Deletes a provider. What names it is left as it is.
pub fn delete(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &SamlProviderArn,
) -> Result<(), Stop<SamlProviderRefused>> {
    let provider = find(records, account, arn)?;
    records.delete_saml_provider(&provider.name);
    Ok(())
}

/// Writes tags on a provider, in the place of those that have their keys.
pub fn tag(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &SamlProviderArn,
    tags: &Tags,
) -> Result<(), Stop<SamlProviderRefused>> {
    change(records, account, arn, |provider| {
        provider.tags = provider.tags.overridden_by(tags).map_err(|bad| Stop::Refused(bad.into()))?;
        Ok(())
    })
}

/// Takes the tags of these keys off a provider, if it has them.
pub fn untag(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &SamlProviderArn,
    keys: &TagKeys,
) -> Result<(), Stop<SamlProviderRefused>> {
    change(records, account, arn, |provider| {
        provider.tags = provider.tags.without_any_case(keys.iter());
        Ok(())
    })
}

fn change(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &SamlProviderArn,
    change: impl FnOnce(&mut SamlProvider) -> Result<(), Stop<SamlProviderRefused>>,
) -> Result<(), Stop<SamlProviderRefused>> {
    let mut provider = find(records, account, arn)?;
    change(&mut provider)?;
    records.put_saml_provider(&provider);
    Ok(())
}

fn valid_until(metadata: &str) -> Result<Option<Timestamp>, Stop<SamlProviderRefused>> {
    match saml_metadata::read(metadata) {
        Ok(read) => Ok(read.valid_until),
        Err(why) => refuse(SamlProviderRefused::Metadata(why)),
    }
}
