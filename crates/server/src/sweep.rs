//! Removing contents that no record names: what a crash left between writing a content and committing its record, or
//! between forgetting a record and deleting its content.

use crate::clock::Stopwatch;
use api::app::App;
use domain::records::{Breakdown, Buckets, Stop};
use domain::s3::object::ContentId;
use std::convert::Infallible;

/// Goes through all contents once and says how many it removed. A content that is younger than this process may belong
/// to an upload that is under way; an older one cannot, because nobody else writes into the folder.
pub(crate) async fn run(app: &App, process: &Stopwatch) -> Result<usize, Breakdown> {
    let mut removed = 0;
    let mut listing = app.contents.list().await?;
    let uptime = process.elapsed();
    while let Some(batch) = listing.next().await {
        for listed in batch?.into_iter().filter(|listed| listed.age > uptime) {
            if !is_in_use(app, &listed.id).await? {
                app.contents.delete(&listed.id).await?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

async fn is_in_use(app: &App, content: &ContentId) -> Result<bool, Breakdown> {
    let asking = app.store.transact(app.entropy.as_ref(), |records, _| {
        records.content_is_in_use(content).map_err(Stop::<Infallible>::from)
    });
    let Ok(is_in_use) = asking.await?;
    Ok(is_in_use)
}
