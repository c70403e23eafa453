//! Access keys of users: making them, making them inactive and deleting them. The secret is told once, when one is made.

use crate::House;
use crate::iam::revocations::{may_issue, revoke};
use crate::iam::users::{Named, UserRefused, find};
use domain::entropy::Entropy;
use domain::iam::access_key::{
    AccessKey, AccessKeyId, KeyStatus, LastUse, MOST_KEYS, SealedSecretKey, draw_secret_key,
};
use domain::iam::revocation::Revocable;
use domain::records::{AccessKeys, IamUsers, Read, Revocations, Stop, refuse};
use domain::seal::{NotSealed, SealingKey};
use domain::secret::Secret;
use domain::time::Timestamp;

/// A key that was drawn and is nobody's yet.
pub struct Fresh {
    /// Its id.
    pub id: AccessKeyId,
    /// What signs requests.
    pub secret: Secret<String>,
    sealed: SealedSecretKey,
}

impl Fresh {
    /// Draws one.
    pub fn draw(sealing: &SealingKey, entropy: &dyn Entropy) -> Result<Self, NotSealed> {
        let (id, secret) = (AccessKeyId::draw_long_term(entropy), draw_secret_key(entropy));
        let sealed = SealedSecretKey::seal(&secret, &id, sealing, entropy)?;
        Ok(Self { id, secret, sealed })
    }
}

/// Makes a drawn key a user's, if something may be issued to them.
pub fn create(
    records: &mut (impl IamUsers + AccessKeys + Revocations),
    house: &House,
    named: Named<'_>,
    fresh: &Fresh,
    now: Timestamp,
) -> Result<AccessKey, Stop<UserRefused>> {
    let user = find(records, house, named)?;
    if records.access_keys(&user.id)?.len() >= MOST_KEYS {
        return refuse(UserRefused::TooManyKeys(user.name));
    }
    may_issue(records, &[Revocable::IamUser(user.id.clone())])
        .map_err(|stop| stop.map(UserRefused::NotIssued))?;
    let key = AccessKey {
        id: fresh.id.clone(),
        user: user.name,
        user_id: user.id,
        secret: fresh.sealed.clone(),
        status: KeyStatus::Active,
        created: now,
    };
    records.put_access_key(&key);
    Ok(key)
}

/// The keys of a user.
pub fn list(
    records: &mut (impl IamUsers + AccessKeys),
    house: &House,
    named: Named<'_>,
) -> Result<Vec<AccessKey>, Stop<UserRefused>> {
    let user = find(records, house, named)?;
    Ok(records.access_keys(&user.id)?)
}

/// Makes a user's key active or inactive. Sessions that were obtained with one that is made inactive end, for good.
pub fn update(
    records: &mut (impl IamUsers + AccessKeys + Revocations),
    house: &House,
    (named, id): (Named<'_>, &str),
    status: KeyStatus,
    now: Timestamp,
) -> Result<(), Stop<UserRefused>> {
    let key = of_user(records, house, named, id)?;
    match status {
        KeyStatus::Active => {}
        KeyStatus::Inactive => revoke(records, [Revocable::Session(key.id.clone())], now)?,
    }
    records.put_access_key(&AccessKey { status, ..key });
    Ok(())
}

/// Deletes a user's key. Sessions that were obtained with it end.
pub fn delete(
    records: &mut (impl IamUsers + AccessKeys + Revocations),
    house: &House,
    (named, id): (Named<'_>, &str),
    now: Timestamp,
) -> Result<AccessKeyId, Stop<UserRefused>> {
    let key = of_user(records, house, named, id)?;
    records.delete_access_key(&key);
    revoke(records, [Revocable::Session(key.id.clone())], now)?;
    Ok(key.id)
}

/// A key of any user, and when it was used last, as far as that was written.
pub fn last_use(
    records: &mut impl AccessKeys,
    id: &str,
) -> Result<(AccessKey, Option<LastUse>), Stop<UserRefused>> {
    let Some(key) = known(records, id)? else { return refuse(UserRefused::NoSuchKey(id.to_owned())) };
    let last = records.last_use(&key.id)?;
    Ok((key, last))
}

/// Writes that a key was used, if it is still there.
pub fn used(records: &mut impl AccessKeys, id: &AccessKeyId, last: &LastUse) -> Read<()> {
    if records.access_key(id)?.is_some() {
        records.put_last_use(id, last);
    }
    Ok(())
}

fn of_user(
    records: &mut (impl IamUsers + AccessKeys),
    house: &House,
    named: Named<'_>,
    id: &str,
) -> Result<AccessKey, Stop<UserRefused>> {
    let user = find(records, house, named)?;
    match known(records, id)?.filter(|key| key.user_id == user.id) {
        Some(key) => Ok(key),
        None => refuse(UserRefused::NoSuchKey(id.to_owned())),
    }
}

fn known(records: &mut impl AccessKeys, id: &str) -> Read<Option<AccessKey>> {
    match AccessKeyId::parse(id) {
        Ok(id) => records.access_key(&id),
        Err(_) => Ok(None),
    }
}
