//! What the server is told, by its command line, the environment and a file.
//!
//! Each option has one name, written in three ways: `tls.key` is `key` in the table `[tls]` of the file, `--tls-key` on
//! the command line and `CENOTE_TLS_KEY` in the environment. What is documented here is what `--help` and
//! `cenote.example.toml` say.

#[cfg(test)]
mod example;
mod gather;
mod identities;

pub(crate) use gather::{Environment, read};
pub(crate) use identities::{DisabledIds, Filter, IdentitiesCommand, InPool, NewIds, PoolsCommand, Standing};

use api::s3::hosts::HostName;
use broker::identity_pool::scope_down;
use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use domain::account::{AccountId, Region};
use domain::iam::session_policy::SessionPolicy;
use domain::user_pool::pool::IssuerBase;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// A self-hosted identity broker: logins in, temporary credentials out, and every request signed with them checked.
#[derive(Parser)]
#[command(
    name = "cenote",
    version,
    after_help = "\
An option of `serve` and `dev` may also stand in the environment (`--tls-key` is CENOTE_TLS_KEY) or in the file that\n\
--config names (`key` in the table `[tls]`). The command line beats the environment, and that beats the file."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve what the data folder holds.
    Serve(Box<Settings>),
    /// Serve for development: the same server, with a seed, a clock that can be moved, and a reset.
    Dev(Box<DevSettings>),
    /// The keys of a server that runs.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Revoke what was issued until now: whoever holds it is refused from the moment this ends.
    Revoke(TargetArgs),
    /// Revoke what was issued to an identity, a login, a user, a role or a user of IAM, and issue nothing more to them.
    Quarantine {
        #[command(flatten)]
        target: TargetArgs,
        /// Issue to them again.
        #[arg(long)]
        lift: bool,
    },
    /// Whether credentials, and tokens for them, are issued at all.
    Issuance {
        /// What becomes of it.
        change: IssuanceChange,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Whom the pools of a server that runs know. Each is told in a line of JSON.
    Identities {
        #[command(subcommand)]
        command: IdentitiesCommand,
    },
    /// What the identity pools of a server that runs were told beyond AWS's settings.
    Pools {
        #[command(subcommand)]
        command: PoolsCommand,
    },
    /// Say what there is to change in a policy, or in all policies of a server that runs; it fails if there is something.
    Lint {
        /// A file with a policy; no server is asked about it. Without one, a server is asked about all of its own.
        file: Option<PathBuf>,
        /// What the policy in the file is for.
        #[arg(long, value_enum, value_name = "KIND", default_value = "identity")]
        kind: PolicyKind,
        /// The policy in the file is of a role that is handed to guests, under AWS's scope-down.
        #[arg(long)]
        guests: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Say why a request ended as it did, by the id that its answer carried.
    Explain {
        /// The request's id: `x-amzn-requestid`, or `x-amz-request-id`, of the answer; SDKs call it `requestId`.
        request_id: String,
        /// Print what the server answers, in JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Replay a login without side effects, and say what keeps it from becoming credentials.
    Doctor {
        /// The identity pool that it is for; without it only what the token says is told.
        #[arg(long, value_name = "ID")]
        pool: Option<String>,
        /// The token that an app shows, or `-` to read it from standard input; without it a guest comes.
        #[arg(long, value_name = "TOKEN")]
        token: Option<String>,
        /// The key under which the app shows it in `Logins`; the token's own issuer if absent.
        #[arg(long, value_name = "KEY")]
        provider: Option<String>,
        /// The role that the app asks for (CustomRoleArn), if it does.
        #[arg(long, value_name = "ARN")]
        role: Option<String>,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Write everything that a server keeps, but its audit and explanations, into one file, while the server goes on.
    Backup {
        /// The file; it must not be there yet.
        file: PathBuf,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Make a data folder from a backup. Credentials and tokens issued before are worth nothing afterwards.
    Restore {
        /// The file that `cenote backup` wrote.
        file: PathBuf,
        /// The folder; it must be empty or not be there.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

/// What a policy is for.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum PolicyKind {
    /// What a role, user or group may do, or a boundary.
    Identity,
    /// Who may take on a role.
    Trust,
    /// What a session may do at most.
    Session,
    /// Who may use a bucket.
    Resource,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Seal new sessions and sign new tokens of identities with new keys; those of older keys live on.
    Rotate {
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// What is to become of issuance.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum IssuanceChange {
    /// Issue nothing to anybody.
    Stop,
    /// Issue again.
    Resume,
    /// Only tell how it stands, and who is quarantined.
    Show,
}

/// Whom a revocation means.
#[derive(Args)]
pub(crate) struct TargetArgs {
    /// What it is.
    pub(crate) kind: TargetKind,
    /// Its name: an access key id, the id of an identity or a pool, the subject of a login, the name of a user or a role.
    /// Everything has none.
    pub(crate) name: Option<String>,
    /// Whose name it is: the provider of a login, or the id of a user's pool.
    #[arg(long, value_name = "NAME")]
    pub(crate) of: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// What can be revoked.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum TargetKind {
    /// A session, by its access key id.
    Session,
    /// An identity.
    Identity,
    /// Whoever has a login.
    Login,
    /// A user of a user pool.
    User,
    /// A role.
    Role,
    /// A user of IAM.
    IamUser,
    /// The identities of a pool.
    IdentityPool,
    /// The users of a pool.
    UserPool,
    /// All that was ever issued.
    Everything,
}

impl Command {
    /// What a server is told, if there is to be one.
    pub(crate) const fn settings(&self) -> Option<&Settings> {
        match self {
            Self::Serve(settings) => Some(settings),
            Self::Dev(settings) => Some(&settings.common),
            Self::Keys { .. }
            | Self::Identities { .. }
            | Self::Pools { .. }
            | Self::Lint { .. }
            | Self::Explain { .. }
            | Self::Doctor { .. }
            | Self::Revoke(_)
            | Self::Quarantine { .. }
            | Self::Issuance { .. }
            | Self::Backup { .. }
            | Self::Restore { .. } => None,
        }
    }
}

/// The server that is asked, and who asks.
#[derive(Args)]
pub(crate) struct ServerArgs {
    /// Where the server is reached.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9000")]
    pub(crate) endpoint: String,
    /// Who asks: an access key in the format of an AWS shared-credentials file; `root-credentials` in --data if absent.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// The server's data folder. It is not opened; only `root-credentials` in it is read.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The server's region.
    #[arg(long, value_name = "NAME", default_value = "us-east-1", value_parser = Region::parse)]
    pub(crate) region: Region,
    /// Who vouches for the server's certificate, in PEM; needed with https.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Settings {
    /// A file with any of these options, in TOML; `cenote.example.toml` shows all of them.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The folder that holds everything the server keeps; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: SocketAddr,
    /// Listen without TLS on an address that other machines reach. Passwords, tokens and credentials are then for
    /// everybody on the way to read: only for a network that is encrypted by other means.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub(crate) plaintext: bool,
    /// The region in ids, issuers and signatures.
    #[arg(long, value_name = "NAME", default_value = "us-east-1", value_parser = Region::parse)]
    pub(crate) region: Region,
    /// The account number in ARNs, twelve digits.
    #[arg(long, value_name = "NUMBER", default_value = "123456789012", value_parser = AccountId::parse)]
    pub(crate) account: AccountId,
    /// The address that tokens name as their issuer, those of user pools with the pool's id behind it: a scheme and a
    /// host, no path; AWS's forms if absent. Give the address at which others reach this server, so that they find the
    /// keys of its tokens. Logins may use either form.
    #[arg(long, value_name = "URL", value_parser = IssuerBase::parse)]
    pub(crate) issuer: Option<IssuerBase>,
    /// The host names below which buckets are hosts, as `my-bucket.s3.example.com` is below `s3.example.com`. Any other
    /// host is path style.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = HostName::parse,
          default_values = ["localhost", "s3.localhost"])]
    pub(crate) s3_hosts: Vec<HostName>,
    /// Take roles of identity pools as AWS takes them: with trust policies that do not tell the pool (`aud`) and guests
    /// from those who signed in (`amr`), or take no tags where claims become tags; and let claims decide that users write
    /// themselves. Credentials are given only where the statement that lets somebody in tells both, all the same. The
    /// audit has a line of it at each start.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub(crate) unsafe_roles: bool,
    /// The proxies in front, as addresses or networks. Only from them are `X-Forwarded-For` and `X-Forwarded-Proto`
    /// believed; anybody else's are ignored.
    #[arg(long, value_name = "NET,…", value_delimiter = ',', value_parser = network)]
    pub(crate) trusted_proxies: Vec<IpNet>,
    #[command(flatten)]
    pub(crate) tls: TlsSettings,
    #[command(flatten)]
    pub(crate) audit: AuditSettings,
    #[command(flatten)]
    pub(crate) log: LogSettings,
    #[command(flatten)]
    pub(crate) metrics: MetricsSettings,
    #[command(flatten)]
    pub(crate) guests: GuestSettings,
    #[command(flatten)]
    pub(crate) explain: ExplainSettings,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

#[derive(Args)]
pub(crate) struct TlsSettings {
    /// The certificate and those between it and its root, in PEM. With it the server speaks TLS 1.2 and 1.3 only. Read
    /// again when it changes and at SIGHUP; a pair that cannot be used is logged, and the old one stays.
    #[arg(id = "tls.certificate", long = "tls-certificate", value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// The certificate's private key, in PEM; nobody but its owner may be able to read it.
    #[arg(id = "tls.key", long = "tls-key", value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct AuditSettings {
    /// The folders that get every line of the audit, in a file for each day; `audit` in the data folder if absent. Of
    /// several, on disks of their own, one that can be written to is enough: what another one misses is logged and
    /// counted, and it is tried again with each line. While none can be written to nothing is issued.
    #[arg(id = "audit.folders", long = "audit-folders", value_name = "DIR,…", value_delimiter = ',')]
    pub(crate) folders: Vec<PathBuf>,
    /// How many seconds may pass until a line is written. A folder that takes longer counts as one that cannot be written
    /// to, until the write that hangs has ended.
    #[arg(id = "audit.wait_seconds", long = "audit-wait-seconds", value_name = "SECONDS", default_value = "5",
          value_parser = value_parser!(u32).range(1..=60))]
    pub(crate) wait_seconds: u32,
    /// Wait until the disk has every audit record that must not be lost, so that it survives a crash of the machine.
    #[arg(id = "audit.sync", long = "audit-sync", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub(crate) sync: bool,
}

#[derive(Args)]
pub(crate) struct LogSettings {
    /// What is logged to standard error.
    #[arg(id = "log.level", long = "log-level", value_name = "LEVEL", default_value = "info")]
    pub(crate) level: LogLevel,
    /// How it is written: for people, or a JSON object in each line.
    #[arg(id = "log.format", long = "log-format", value_name = "FORMAT", default_value = "text")]
    pub(crate) format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Args)]
pub(crate) struct MetricsSettings {
    /// Where `GET /metrics` answers with Prometheus metrics, without TLS and to anybody who asks; nowhere if absent.
    #[arg(id = "metrics.listen", long = "metrics-listen", value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Args)]
pub(crate) struct GuestSettings {
    /// Files with what guests may do at most, whatever their role allows, in pools that say nothing else: each holds a
    /// session policy in JSON, and together they are a union. The lists of AWS if there is none.
    #[arg(id = "guests.scope_down", long = "guests-scope-down", value_name = "FILE,…", value_delimiter = ',',
          value_parser = session_policy)]
    pub(crate) scope_down: Vec<SessionPolicy>,
}

#[derive(Args)]
pub(crate) struct ExplainSettings {
    /// How many hours it is kept why a request was denied, and what was issued, for `cenote explain`.
    #[arg(id = "explain.hours", long = "explain-hours", value_name = "HOURS", default_value = "72",
          value_parser = value_parser!(u32).range(1..=8760))]
    pub(crate) hours: u32,
    /// How much room that may take in the data folder, in megabytes; the oldest goes first. Half of it is for guests and
    /// for whoever proved nothing, of which one address, or one /64 network of IPv6, can fill a quarter; those of
    /// `limits.uncapped` and trusted proxies all of it.
    #[arg(id = "explain.megabytes", long = "explain-megabytes", value_name = "NUMBER", default_value = "64",
          value_parser = value_parser!(u32).range(1..=16_384))]
    pub(crate) megabytes: u32,
}

#[derive(Args, Clone)]
pub(crate) struct Limits {
    /// How many connections are served at the same time. While there are so many, a further one takes the place of the one
    /// that has been idle for longest, or waits if all have requests under way. Each may have a content open: both
    /// together must stay below the number of files that a process may open.
    #[arg(id = "limits.connections", long = "limits-connections", value_name = "NUMBER", default_value = "400",
          value_parser = value_parser!(u32).range(1..))]
    pub(crate) connections: u32,
    /// How many of them one address may have, or one /64 network of IPv6; further ones are closed at once. Trusted
    /// proxies may have any number.
    #[arg(id = "limits.connections_per_address", long = "limits-connections-per-address", value_name = "NUMBER",
          default_value = "100", value_parser = value_parser!(u32).range(1..))]
    pub(crate) connections_per_address: u32,
    /// How many guests one address, or one /64 network of IPv6, may make in a minute, at once or over it; further ones
    /// are refused with `TooManyRequestsException`. Whoever shows a login is not counted.
    #[arg(id = "limits.guests_per_address", long = "limits-guests-per-address", value_name = "NUMBER",
          default_value = "600", value_parser = value_parser!(u32).range(1..=60_000))]
    pub(crate) guests_per_address: u32,
    /// How many guests may be made in one identity pool in a minute, by all addresses together.
    #[arg(id = "limits.guests_per_pool", long = "limits-guests-per-pool", value_name = "NUMBER",
          default_value = "6000", value_parser = value_parser!(u32).range(1..=60_000))]
    pub(crate) guests_per_pool: u32,
    /// How many identity pools there may be; AWS's quota unless said.
    #[arg(id = "limits.identity_pools", long = "limits-identity-pools", value_name = "NUMBER",
          default_value = "1000", value_parser = value_parser!(u32).range(1..=100_000))]
    pub(crate) identity_pools: u32,
    /// Addresses or networks that may have any number of connections and make any number of guests, as the trusted
    /// proxies may.
    #[arg(id = "limits.uncapped", long = "limits-uncapped", value_name = "NET,…", value_delimiter = ',',
          default_values = ["127.0.0.0/8", "::1"], value_parser = network)]
    pub(crate) uncapped: Vec<IpNet>,
    /// The largest head of a request, in bytes; a session token takes a few thousand of them.
    #[arg(id = "limits.head_bytes", long = "limits-head-bytes", value_name = "BYTES", default_value = "65536",
          value_parser = value_parser!(u32).range(8192..=1_048_576))]
    pub(crate) head_bytes: u32,
    /// How many seconds a connection may stay idle before a request, and how long its head may take.
    #[arg(id = "limits.idle_seconds", long = "limits-idle-seconds", value_name = "SECONDS", default_value = "60",
          value_parser = value_parser!(u32).range(1..=3600))]
    pub(crate) idle_seconds: u32,
    /// How many seconds a peer may pause while it sends a body, takes an answer or begins TLS.
    #[arg(id = "limits.pause_seconds", long = "limits-pause-seconds", value_name = "SECONDS", default_value = "30",
          value_parser = value_parser!(u32).range(1..=3600))]
    pub(crate) pause_seconds: u32,
}

#[derive(Args)]
pub(crate) struct DevSettings {
    #[command(flatten)]
    pub(crate) common: Settings,
    /// What to fill an empty data folder with, in TOML or JSON; a demo if absent.
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
}

/// The policy in a file, which goes by the file's name.
fn session_policy(file: &str) -> Result<SessionPolicy, String> {
    let document =
        std::fs::read_to_string(file).map_err(|error| format!("the file cannot be read: {error}"))?;
    let policy = SessionPolicy::written(file.to_owned(), document);
    scope_down::check(std::slice::from_ref(&policy)).map_err(|bad| bad.to_string())?;
    Ok(policy)
}

/// A network, or an address alone.
fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let network = address.or_else(|_| text.parse::<IpNet>());
    let network = network.map_err(|_| "neither an address nor a network such as `10.0.0.0/8`".to_owned())?;
    if network.addr() == network.network() {
        return Ok(network);
    }
    Err(format!("a network begins at its first address; write `{}`", network.trunc()))
}
