//! What the operator says to `cenote identities` and `cenote pools`.

use crate::config::ServerArgs;
use clap::{Args, Subcommand, ValueEnum, value_parser};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::time::Timestamp;

#[derive(Subcommand)]
pub(crate) enum IdentitiesCommand {
    /// Find identities by what they are, when they were made, and when they were used.
    Find {
        #[command(flatten)]
        pool: InPool,
        #[command(flatten)]
        filter: Filter,
    },
    /// Show an identity, and who its logins are.
    Get {
        #[command(flatten)]
        pool: InPool,
        /// The identity.
        #[arg(value_name = "IDENTITY", value_parser = IdentityId::parse)]
        identity: IdentityId,
    },
    /// Show the identity that holds a login. Nobody is made.
    Lookup {
        #[command(flatten)]
        pool: InPool,
        /// The provider, as in a login: `cognito-idp.REGION.amazonaws.com/POOL`, or the name of the pool's own backend.
        provider: String,
        /// Who they are there: the subject of the provider's tokens, or the backend's user.
        subject: String,
    },
    /// Show the identity that goes on in the place of one that was merged; itself, if it was not.
    Resolve {
        #[command(flatten)]
        pool: InPool,
        /// The identity that there was.
        #[arg(value_name = "IDENTITY", value_parser = IdentityId::parse)]
        identity: IdentityId,
    },
    /// Show which identities were merged into which others, when and why, in the order of time.
    Merges {
        #[command(flatten)]
        pool: InPool,
    },
    /// Show which identities a filter finds, and forget them if --delete is said.
    Purge {
        #[command(flatten)]
        pool: InPool,
        #[command(flatten)]
        filter: Filter,
        /// Forget them. It cannot be taken back: their logins will be somebody new.
        #[arg(long)]
        delete: bool,
    },
    /// Show for which guests nothing was issued for some days, and forget them if --delete is said.
    PurgeGuests {
        #[command(flatten)]
        pool: InPool,
        /// For how many days.
        #[arg(long, value_name = "DAYS", value_parser = value_parser!(u32).range(1..=36_500))]
        idle_days: u32,
        /// Forget them. It cannot be taken back.
        #[arg(long)]
        delete: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum PoolsCommand {
    /// Show what ids new identities of a pool get, and what those of disabled ones are good for.
    Options {
        #[command(flatten)]
        pool: InPool,
    },
    /// Say what ids new identities of a pool get, and what those of disabled ones are good for.
    SetOptions {
        #[command(flatten)]
        pool: InPool,
        /// What ids new identities get: drawn at random, or derived from the first login.
        #[arg(long)]
        new_ids: NewIds,
        /// What becomes of whoever proves the identity that goes on and names a disabled one: refused, or led on.
        #[arg(long)]
        disabled_ids: DisabledIds,
    },
}

/// A pool, and the server that has it.
#[derive(Args)]
pub(crate) struct InPool {
    /// The identity pool.
    #[arg(value_name = "POOL", value_parser = IdentityPoolId::parse)]
    pub(crate) pool: IdentityPoolId,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// What identities must be to be found; what is not said does not matter.
#[derive(Args)]
pub(crate) struct Filter {
    /// What they are to the pool.
    #[arg(long)]
    pub(crate) standing: Option<Standing>,
    /// A provider of which they hold a login.
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// Made at this moment or later: a day, or a moment such as 2026-01-02T03:04:05Z.
    #[arg(long, value_name = "MOMENT", value_parser = Timestamp::parse)]
    pub(crate) created_from: Option<Timestamp>,
    /// Made before this moment.
    #[arg(long, value_name = "MOMENT", value_parser = Timestamp::parse)]
    pub(crate) created_before: Option<Timestamp>,
    /// Used at this moment or later.
    #[arg(long, value_name = "MOMENT", value_parser = Timestamp::parse)]
    pub(crate) used_from: Option<Timestamp>,
    /// Not used at this moment or later.
    #[arg(long, value_name = "MOMENT", value_parser = Timestamp::parse)]
    pub(crate) unused_since: Option<Timestamp>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Standing {
    Guest,
    Authenticated,
    Disabled,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum NewIds {
    Drawn,
    Derived,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum DisabledIds {
    Refused,
    Resolved,
}
