//! What the command line and the environment say.

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// What `--log` may say.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// A self-hosted identity broker: logins in, temporary credentials out, and every request signed with them checked.
#[derive(Parser)]
#[command(name = "cenote", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve what the data folder holds.
    Serve(Settings),
    /// Serve for development: the same server, with a seed, a clock that can be moved, and a reset.
    Dev(DevSettings),
}

impl Command {
    pub(crate) const fn settings(&self) -> &Settings {
        match self {
            Self::Serve(settings) => settings,
            Self::Dev(settings) => &settings.common,
        }
    }
}

#[derive(Args)]
pub(crate) struct Settings {
    /// The folder that holds everything the server keeps; it is made if it is not there.
    #[arg(long, env = "CENOTE_DATA", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, env = "CENOTE_LISTEN", value_name = "ADDR:PORT")]
    pub(crate) listen: SocketAddr,
    /// The region in ids, issuers and signatures.
    #[arg(long, env = "CENOTE_REGION", default_value = "us-east-1")]
    pub(crate) region: String,
    /// The account number in ARNs, twelve digits.
    #[arg(long, env = "CENOTE_ACCOUNT", default_value = "123456789012")]
    pub(crate) account: String,
    /// The address that user-pool tokens name as their issuer, before the pool's id: a scheme and a host, no path; AWS's
    /// form if absent.
    #[arg(long, env = "CENOTE_ISSUER", value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Wait until the disk has every audit record that must not be lost, so that it survives a crash of the machine.
    #[arg(long, env = "CENOTE_AUDIT_SYNC", value_parser = BoolishValueParser::new())]
    pub(crate) audit_sync: bool,
    /// What is logged to standard error: error, warn, info, debug or trace.
    #[arg(long, env = "CENOTE_LOG", default_value = "info", value_name = "LEVEL", value_parser = LEVELS)]
    pub(crate) log: String,
}

#[derive(Args)]
pub(crate) struct DevSettings {
    #[command(flatten)]
    pub(crate) common: Settings,
    /// What to fill an empty data folder with, in TOML or JSON; a demo if absent.
    #[arg(long, env = "CENOTE_SEED", value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
}
