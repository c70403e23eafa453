//! The bytes of buckets, and nothing else: names, listings and metadata are records of the store.
//!
//! A content is written once, under an id that Cenote drew, and never changed. It is durable before the record that
//! names it is committed, so a record never points at nothing; what a crash leaves without a record is found again
//! by listing the contents.

mod folder;

pub use folder::content::ContentStream;
pub use folder::incoming::Incoming;
pub use folder::listing::{Listed, Listing};
pub use folder::{Folder, Hold};
