//! Records that explain something: kept for a while where they are found by the request's id.
//!
//! An explanation is the audit's own record of the request. Nothing is found out a second time for it, and keeping it
//! never makes an answer wait.

use domain::records::Breakdown;
use domain::time::Timestamp;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

/// A record that explains how a request ended.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The audit's record, one JSON text.
    pub record: Arc<str>,
    /// Who asked.
    pub standing: Standing,
    /// From where.
    pub from: IpAddr,
    /// When.
    pub at: Timestamp,
}

/// Whether it is known who asked: what anybody can cause must not push out what those do who are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Somebody who proved a login or signed, and is no guest.
    Known,
    /// Anybody: a guest, or nobody.
    Anybody,
}

/// What finding a record waits for.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Result<Option<String>, Breakdown>> + Send + 'a>>;

/// Where such records are kept. Only the server knows its folder.
pub trait Shelf: Send + Sync {
    /// Keeps a record for a while, if there is room. Nobody waits for it.
    fn keep(&self, explained: Explained);

    /// The record of a request, if it is still kept.
    fn find<'a>(&'a self, request_id: &'a str) -> Finding<'a>;
}
