//! The binary `cenote`: the only place that asks the machine for the time, for randomness and for its settings.

mod audit;
mod backup;
mod clock;
mod config;
mod connection;
mod data_dir;
mod dev;
mod entropy;
mod explain;
mod explanations;
mod house;
mod identities;
mod keeper;
mod keys;
mod lint;
mod log;
mod memory;
mod metrics;
mod pace;
mod places;
mod private;
mod proxies;
mod remote;
mod revoke;
mod seats;
mod seed;
mod serve;
mod sweep;
mod tls;
mod to_the_end;
mod verbs;

use config::{Command, Environment, KeysCommand, LogFormat, LogLevel, LogSettings};
use std::ffi::OsString;
use std::num::NonZero;
use std::process::ExitCode;
use std::time::Duration;

/// How long threads may take to end once the last request has ended.
const LAST_THREADS: Duration = Duration::from_secs(5);

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
    memory::give_back_what_is_free();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let environment: Environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
    let read = config::read(&arguments, &environment);
    let plain = LogSettings { level: LogLevel::Info, format: LogFormat::Text };
    let settings = read.as_ref().ok().and_then(|read| read.cli.command.settings());
    log::begin(settings.map_or(&plain, |settings| &settings.log));
    let ended = read.and_then(|read| {
        read.odd.iter().for_each(|odd| tracing::warn!("{odd}"));
        run(read.cli.command)
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => {
            tracing::error!("{refused}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Refused> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads(&command))
        .enable_all()
        .build()
        .map_err(|error| Refused(format!("the runtime does not start: {error}")))?;
    let ended = runtime.block_on(obey(command));
    // Nothing that counts is under way; a disk that hangs must not keep the process.
    runtime.shutdown_timeout(LAST_THREADS);
    ended
}

/// As many as there are cores, and one that no folder of the audit keeps when its disk hangs.
fn threads(command: &Command) -> usize {
    let folders = command.settings().map_or(0, |settings| settings.audit.folders.len().max(1));
    std::thread::available_parallelism().map_or(1, NonZero::get).max(folders + 1)
}

async fn obey(command: Command) -> Result<(), Refused> {
    match command {
        Command::Serve(settings) => serve::run(house::open(&settings)?, &settings).await,
        Command::Dev(settings) => dev::run(*settings).await,
        Command::Keys { command: KeysCommand::Rotate { server } } => verbs::rotate_keys(&server).await,
        Command::Identities { command } => identities::run(command).await,
        Command::Pools { command } => identities::of_pools(command).await,
        Command::Lint { file: Some(file), kind, guests, .. } => lint::of_file(&file, kind, guests),
        Command::Lint { file: None, server, .. } => lint::of_server(&server).await,
        Command::Explain { request_id, json, server } => explain::run(&request_id, json, &server).await,
        Command::Doctor { pool, token, provider, role, server } => {
            explain::doctor([pool, token, provider, role], &server).await
        }
        Command::Revoke(target) => revoke::revoke(&target).await,
        Command::Quarantine { target, lift } => revoke::quarantine(&target, lift).await,
        Command::Issuance { change, server } => revoke::issuance(change, &server).await,
        Command::Backup { file, server } => verbs::backup(&file, &server).await,
        Command::Restore { file, data } => verbs::restore(&file, &data).await,
    }
}
