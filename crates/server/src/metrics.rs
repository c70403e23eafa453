//! What an operator counts, in the form that Prometheus reads.
//!
//! No label holds anything that a client wrote: services and operations are those of the models, folders the settings'.

mod listener;

pub(crate) use listener::serve;

use api::app::App;
use api::fault::Kind;
use api::operation::{Outcome, Settled};
use http::StatusCode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The bounds of the histogram, in seconds: a signature takes tens of microseconds, a password tens of milliseconds.
const BOUNDS: [f64; 12] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

/// Everything that is counted.
pub(crate) struct Metrics {
    requests: Family<OfRequest, Counter>,
    durations: Family<OfOperation, Histogram>,
    panics: Counter,
    connections: Gauge,
    connections_refused: Counter,
    connections_dismissed: Counter,
    audit_lines: Family<OfEnd, Counter>,
    audit_folders: Family<OfFolder, Gauge>,
    audit_lines_missed: Family<OfFolder, Counter>,
    commits: Family<OfEnd, Counter>,
    hashing: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    service: &'static str,
    operation: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOperation {
    service: &'static str,
    operation: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfEnd {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfFolder {
    folder: String,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            panics: Counter::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            connections_dismissed: Counter::default(),
            audit_lines: Family::default(),
            audit_folders: Family::default(),
            audit_lines_missed: Family::default(),
            commits: Family::default(),
            hashing: Gauge::default(),
        }
    }

    /// All of it, under the names that it is read by.
    fn registry(&self) -> Registry {
        let mut all = Registry::with_prefix("cenote");
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        all.register("build", "This version of Cenote", build);
        all.register("requests", "Requests for operations, by how they ended", self.requests.clone());
        all.register("request_seconds", "How long requests for operations took", self.durations.clone());
        all.register("panics", "Requests that ended in a panic", self.panics.clone());
        all.register("connections", "Connections that are open", self.connections.clone());
        let refused = "Connections that were closed because their address had all it may have";
        all.register("connections_refused", refused, self.connections_refused.clone());
        let dismissed = "Idle connections that were closed to make room for others";
        all.register("connections_dismissed", dismissed, self.connections_dismissed.clone());
        all.register("audit_lines", "Lines for the audit that must not be lost", self.audit_lines.clone());
        let folders = "Whether the last line for the audit got to a folder";
        all.register("audit_folder_up", folders, self.audit_folders.clone());
        let missed = "Lines for the audit that a folder does not have";
        all.register("audit_folder_missed_lines", missed, self.audit_lines_missed.clone());
        all.register("store_commits", "Commits of the store, by how they ended", self.commits.clone());
        all.register("hashing_queue", "Passwords that are hashed or wait for it", self.hashing.clone());
        all
    }

    /// A request was answered. One that was for no operation is the server's own, and ended as its status says.
    pub(crate) fn request(&self, settled: Option<Settled>, status: StatusCode, took: Duration) {
        let own = || {
            let outcome = match status {
                _ if status.is_server_error() => Outcome::Not(Kind::Breakdown),
                _ if status.is_client_error() => Outcome::Not(Kind::Request),
                _ => Outcome::Done,
            };
            Settled { service: "cenote", operation: "Other".to_owned(), outcome }
        };
        let Settled { service, operation, outcome } = settled.unwrap_or_else(own);
        let of = OfOperation { service, operation };
        self.durations.get_or_create(&of).observe(took.as_secs_f64());
        let outcome = match outcome {
            Outcome::Done => "done",
            Outcome::Not(Kind::Request) => "refused",
            Outcome::Not(Kind::Denial) => "denied",
            Outcome::Not(Kind::Breakdown) => "broken",
        };
        self.requests.get_or_create(&OfRequest { service, operation: of.operation, outcome }).inc();
    }

    /// A request ended in a panic.
    pub(crate) fn panic(&self) {
        self.panics.inc();
    }

    /// A connection was closed because its address has all it may have.
    pub(crate) fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// An idle connection was closed to make room for another.
    pub(crate) fn connection_dismissed(&self) {
        self.connections_dismissed.inc();
    }

    /// A connection is open until this is dropped.
    pub(crate) fn connection(&self) -> OpenConnection<'_> {
        self.connections.inc();
        OpenConnection(&self.connections)
    }

    /// A line for the audit was written, or could not be.
    pub(crate) fn audit_line(&self, is_written: bool) {
        let outcome = if is_written { "written" } else { "lost" };
        self.audit_lines.get_or_create(&OfEnd { outcome }).inc();
    }

    /// Whether the last line for the audit got to a folder.
    pub(crate) fn audit_folder(&self, folder: &str, is_up: bool) {
        self.audit_folders.get_or_create(&OfFolder { folder: folder.to_owned() }).set(is_up.into());
    }

    /// A folder does not have a line for the audit.
    pub(crate) fn audit_line_missed(&self, folder: &str) {
        self.audit_lines_missed.get_or_create(&OfFolder { folder: folder.to_owned() }).inc();
    }

    /// Everything as text, with what others count read now.
    fn text(&self, app: &App) -> Result<String, fmt::Error> {
        let counts = app.store.counts();
        let ends = [("done", counts.commits), ("conflict", counts.conflicts), ("broken", counts.breakdowns)];
        for (outcome, count) in ends {
            self.commits.get_or_create(&OfEnd { outcome }).inner().store(count, Ordering::Relaxed);
        }
        self.hashing.set(i64::try_from(app.hashing.queued()).unwrap_or(i64::MAX));
        let mut written = String::new();
        text::encode(&mut written, &self.registry())?;
        Ok(written)
    }
}

/// An open connection.
pub(crate) struct OpenConnection<'a>(&'a Gauge);

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}
