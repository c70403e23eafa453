//! The binary `cenote`: the only place that asks the machine for the time, for randomness and for its settings.

mod audit;
mod clock;
mod config;
mod connection;
mod data_dir;
mod dev;
mod entropy;
mod house;
mod keys;
mod memory;
mod pace;
mod seed;
mod serve;
mod sweep;

use clap::Parser;
use config::{Cli, Command};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Why the server does not start, or stops. Its text says what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(String);

impl Refused {
    pub(crate) fn because(sentence: impl ToString) -> Self {
        Self(sentence.to_string())
    }
}

fn main() -> ExitCode {
    memory::give_back_large_pieces();
    let cli = Cli::parse();
    let filter = EnvFilter::new(&cli.command.settings().log);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => {
            tracing::error!("{refused}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Refused> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Refused(format!("the runtime does not start: {error}")))?;
    runtime.block_on(async {
        match command {
            Command::Serve(settings) => serve::run(house::open(&settings)?, settings.listen).await,
            Command::Dev(settings) => dev::run(settings).await,
        }
    })
}
