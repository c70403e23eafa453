//! What a pool is told beyond AWS's settings.

use crate::identity_pool::{Refusal, pools};
use domain::identity_pool::options::{DisabledIds, NewIds, PoolOptions};
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{IdentityPools, Stop};

/// Tells a pool what ids its new identities get, and what the ids of disabled ones are good for.
pub fn put(
    records: &mut impl IdentityPools,
    id: &IdentityPoolId,
    new_ids: NewIds,
    disabled_ids: DisabledIds,
) -> Result<(), Stop<Refusal>> {
    let pool = pools::find(records, id)?;
    let options = PoolOptions { new_ids, disabled_ids, ..pool.options };
    records.put_identity_pool(&IdentityPool { options, ..pool });
    Ok(())
}
