//! The keys that sign the tokens of identities.

use crate::House;
use crate::iam::revocations::revoked_before;
use domain::identity_pool::token::AWS_ISSUER;
use domain::identity_pool::token_keys::{TokenKey, TokenKeys};
use domain::records::{IdentityTokenKeys, Read, Revocations};
use domain::time::Timestamp;
use login::identity_pool::Issuer;
use login::key_set::KeySet;

/// The keys that count: what was signed with others is revoked.
pub fn find(records: &mut (impl IdentityTokenKeys + Revocations)) -> Read<Option<TokenKeys>> {
    let revoked_before = revoked_before(records, &[])?;
    let counts = |keys: &TokenKeys| keys.current.made >= revoked_before;
    Ok(records.token_keys()?.filter(counts))
}

/// Lets a new key sign if there is none that counts, and gives the keys as they are then.
pub fn begin(records: &mut (impl IdentityTokenKeys + Revocations), first: &TokenKey) -> Read<TokenKeys> {
    if let Some(keys) = find(records)? {
        return Ok(keys);
    }
    let keys = TokenKeys::begin(first.clone());
    records.put_token_keys(&keys);
    Ok(keys)
}

/// Lets a new key sign in the place of the one that does; what that one signed stays good.
pub fn rotate(
    records: &mut (impl IdentityTokenKeys + Revocations),
    next: &TokenKey,
    now: Timestamp,
) -> Read<()> {
    let keys = match find(records)? {
        Some(keys) => keys.rotated(next.clone(), now),
        None => TokenKeys::begin(next.clone()),
    };
    records.put_token_keys(&keys);
    Ok(())
}

/// This server's identity pools as whoever checks their tokens must know them.
pub fn issuer(
    records: &mut (impl IdentityTokenKeys + Revocations),
    house: &House,
    now: Timestamp,
) -> Read<Issuer> {
    let keys = find(records)?;
    let published = keys.iter().flat_map(|keys| keys.published(now)).map(|key| key.public);
    Ok(Issuer {
        names: [house.issuers.of_identity_pools().to_owned(), AWS_ISSUER.to_owned()],
        keys: KeySet::of(published),
        revoked_before: revoked_before(records, &[])?,
    })
}
