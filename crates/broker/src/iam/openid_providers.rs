//! Providers of OpenID Connect: which there are, and of which clients' tokens they are. Nothing is asked of them here, and
//! nobody logs in with them yet.

use domain::account::AccountId;
use domain::iam::provider::{
    Issuer, MOST, MOST_CLIENTS, MOST_THUMBPRINTS, OpenIdClientId, OpenIdProvider, Thumbprint,
};
use domain::identity_pool::provider::OpenIdProviderArn;
use domain::records::{LoginProviders, Stop, refuse};
use domain::tag::{BadTags, TagKeys, Tags};
use domain::time::Timestamp;

/// A provider as it is asked for.
#[derive(Debug, Clone)]
pub struct NewOpenIdProvider {
    /// Its issuer.
    pub issuer: Issuer,
    /// The clients whose tokens are to be taken; one that is there twice counts once.
    pub clients: Vec<OpenIdClientId>,
    /// What its operator wrote down of its certificates.
    pub thumbprints: Vec<Thumbprint>,
    /// What is written on it.
    pub tags: Tags,
}

/// Why nothing was done to a provider.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenIdProviderRefused {
    /// There is one of this issuer.
    #[error("there is a provider of the issuer `{0}` already")]
    Exists(Issuer),
    /// There are as many as can be.
    #[error("there are {MOST} providers of OpenID Connect already")]
    TooMany,
    /// There is none of this ARN.
    #[error("there is no provider `{0}`")]
    NoSuchProvider(OpenIdProviderArn),
    /// It would have more clients than can be.
    #[error("a provider has at most {MOST_CLIENTS} clients")]
    TooManyClients,
    /// It would have more thumbprints than can be.
    #[error("a provider has at most {MOST_THUMBPRINTS} thumbprints")]
    TooManyThumbprints,
    /// The tags cannot stand beside each other.
    #[error("{0}")]
    Tags(#[from] BadTags),
}

/// Makes a provider.
pub fn create(
    records: &mut impl LoginProviders,
    new: &NewOpenIdProvider,
    now: Timestamp,
) -> Result<OpenIdProvider, Stop<OpenIdProviderRefused>> {
    if records.openid_provider(new.issuer.as_str())?.is_some() {
        return refuse(OpenIdProviderRefused::Exists(new.issuer.clone()));
    }
    if records.openid_providers(MOST)?.len() >= MOST {
        return refuse(OpenIdProviderRefused::TooMany);
    }
    check_thumbprints(&new.thumbprints)?;
    let mut provider = OpenIdProvider {
        issuer: new.issuer.clone(),
        clients: Vec::new(),
        thumbprints: new.thumbprints.clone(),
        created: now,
        tags: new.tags.clone(),
    };
    new.clients.iter().try_for_each(|client| add(&mut provider, client))?;
    records.put_openid_provider(&provider);
    Ok(provider)
}

/// Finds a provider of this account.
pub fn find(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &OpenIdProviderArn,
) -> Result<OpenIdProvider, Stop<OpenIdProviderRefused>> {
    match records.openid_provider(arn.login_key())?.filter(|provider| provider.arn(account) == *arn) {
        Some(provider) => Ok(provider),
        None => refuse(OpenIdProviderRefused::NoSuchProvider(arn.clone())),
    }
}

/// Deletes a provider; one that is not there is deleted already. What names it is left as it is.
pub fn delete(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &OpenIdProviderArn,
) -> Result<(), Stop<OpenIdProviderRefused>> {
    match find(records, account, arn) {
        Ok(provider) => records.delete_openid_provider(&provider.issuer),
        Err(Stop::Refused(_)) => {}
        Err(Stop::Unready(unready)) => return Err(unready.into()),
    }
    Ok(())
}

/// Takes tokens of a client of a provider, too.
pub fn add_client(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &OpenIdProviderArn,
    client: &OpenIdClientId,
) -> Result<(), Stop<OpenIdProviderRefused>> {
    change(records, account, arn, |provider| add(provider, client))
}

/// Takes tokens of a client no more.
pub fn remove_client(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &OpenIdProviderArn,
    client: &OpenIdClientId,
) -> Result<(), Stop<OpenIdProviderRefused>> {
    change(records, account, arn, |provider| {
        provider.clients.retain(|known| known != client);
        Ok(())
    })
}

/// Puts thumbprints in the place of a provider's.
pub fn set_thumbprints(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &OpenIdProviderArn,
    thumbprints: &[Thumbprint],
) -> Result<(), Stop<OpenIdProviderRefused>> {
    change(records, account, arn, |provider| {
        check_thumbprints(thumbprints)?;
        provider.thumbprints = thumbprints.to_vec();
        Ok(())
    })
}

/// Writes tags on a provider, in the place of those that have their keys.
pub fn tag(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &OpenIdProviderArn,
    tags: &Tags,
) -> Result<(), Stop<OpenIdProviderRefused>> {
    change(records, account, arn, |provider| {
        provider.tags = provider.tags.overridden_by(tags).map_err(refused)?;
        Ok(())
    })
}

/// Takes the tags of these keys off a provider, if it has them.
pub fn untag(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &OpenIdProviderArn,
    keys: &TagKeys,
) -> Result<(), Stop<OpenIdProviderRefused>> {
    change(records, account, arn, |provider| {
        provider.tags = provider.tags.without_any_case(keys.iter());
        Ok(())
    })
}

fn change(
    records: &mut impl LoginProviders,
    account: &AccountId,
    arn: &OpenIdProviderArn,
    change: impl FnOnce(&mut OpenIdProvider) -> Result<(), Stop<OpenIdProviderRefused>>,
) -> Result<(), Stop<OpenIdProviderRefused>> {
    let mut provider = find(records, account, arn)?;
    change(&mut provider)?;
    records.put_openid_provider(&provider);
    Ok(())
}

fn add(provider: &mut OpenIdProvider, client: &OpenIdClientId) -> Result<(), Stop<OpenIdProviderRefused>> {
    if provider.clients.contains(client) {
        return Ok(());
    }
    if provider.clients.len() >= MOST_CLIENTS {
        return refuse(OpenIdProviderRefused::TooManyClients);
    }
    provider.clients.push(client.clone());
    Ok(())
}

fn check_thumbprints(thumbprints: &[Thumbprint]) -> Result<(), Stop<OpenIdProviderRefused>> {
    if thumbprints.len() > MOST_THUMBPRINTS {
        return refuse(OpenIdProviderRefused::TooManyThumbprints);
    }
    Ok(())
}

fn refused(bad: BadTags) -> Stop<OpenIdProviderRefused> {
    Stop::Refused(bad.into())
}
