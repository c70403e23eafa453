//! Use cases: what somebody asks of identity pools, user pools, IAM and S3, decided over records.
//!
//! Everything here is synchronous and pure. A use case reads and writes through the record traits of `domain`, takes
//! the time and the dice as arguments, and ends in a result or in a refusal that says why in the domain's words.

pub mod diagnosis;
pub mod iam;
pub mod identity_pool;
pub mod s3;
pub mod user_pool;

use crate::iam::policies::Policies;
use crate::identity_pool::scope_down::ScopeDown;
use domain::account::Account;
use domain::identity_pool::login::user_pool_provider_name;
use domain::user_pool::pool::Issuers;
use login::seen::Seen;

/// How many identity pools an account may have unless more are asked for. Source: Cognito developer guide, "Quotas".
const MOST_IDENTITY_POOLS: usize = 1000;

/// What every use case on this server has in common.
pub struct House {
    /// The account and region it stands for.
    pub account: Account,
    /// The names of its user pools as issuers.
    pub issuers: Issuers,
    /// What guests may do at most, in pools that say nothing else.
    pub guest_scope_down: ScopeDown,
    /// How many identity pools there may be.
    pub most_identity_pools: usize,
    /// Whether roles are handed out that let in more than they should, and claims decide that users write themselves.
    pub takes_unsafe_roles: bool,
    /// The policies that were compiled so far.
    pub policies: Policies,
    /// The signatures of tokens that were found right.
    pub seen: Seen,
}

impl House {
    /// The name that logins of a provider are kept under. A user pool goes by a name of this server's as well.
    pub fn provider_name(&self, provider: &str) -> String {
        self.issuers.pool_named_by(provider).map_or_else(
            || provider.to_owned(),
            |user_pool| user_pool_provider_name(&user_pool, &self.account.region),
        )
    }

    /// A house for an account whose user pools go by these names.
    pub fn new(account: Account, issuers: Issuers) -> Self {
        Self {
            account,
            issuers,
            guest_scope_down: ScopeDown::aws(),
            most_identity_pools: MOST_IDENTITY_POOLS,
            takes_unsafe_roles: false,
            policies: Policies::default(),
            seen: Seen::default(),
        }
    }
}
