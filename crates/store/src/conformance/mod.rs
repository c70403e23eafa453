//! The one suite that every engine passes: what the contract of `engine` promises, and what `Store` promises over it.
//!
//! `store::conformance!(fresh())` in an engine's tests makes a test of each of its sentences; `fresh()` returns an empty
//! engine and whatever has to live as long, such as its folder.

pub mod batches;
pub mod breakdowns;
pub mod identities;
pub mod scans;
pub mod transactions;

mod meddling;

use crate::Store;
use crate::engine::{Batch, Engine, Key, Range, Row, Scanned, Stamped, Version, Write};
use crate::records::Records;
use domain::entropy::Entropy;
use domain::records::{Breakdown, Stop};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU8, Ordering};

/// What a test of the suite returns; it fails by an assertion or by a breakdown nobody arranged.
pub type Checked = Result<(), Breakdown>;

/// Makes a test of each sentence of the suite, for the engine that the expression makes.
#[macro_export]
macro_rules! conformance {
    ($fresh:expr) => {
        $crate::conformance!($fresh, batches:
            what_was_put_is_read_back
            an_absent_key_holds_nothing
            keys_are_answered_in_the_order_asked
            a_deleted_key_holds_nothing
            a_large_value_comes_back_whole
            a_changed_key_is_a_conflict_that_writes_nothing
            a_key_that_was_absent_and_is_there_is_a_conflict
            a_key_that_is_gone_is_a_conflict
            a_version_is_never_used_again
            two_writers_who_read_what_the_other_writes_do_not_both_succeed
            an_empty_commit_says_whether_what_was_read_is_still_so
            of_many_commits_that_expect_the_same_one_succeeds
            wiping_leaves_nothing_and_conflicts_with_all_who_read
        );
        $crate::conformance!($fresh, scans:
            rows_come_in_the_order_of_their_bytes
            a_scan_stops_at_its_limit_and_its_end
            a_range_that_ends_before_it_starts_holds_nothing
            a_row_that_appears_in_a_scanned_range_is_a_conflict
            a_row_that_changes_in_a_scanned_range_is_a_conflict
            a_row_that_leaves_a_scanned_range_is_a_conflict
            a_row_beside_a_scanned_range_is_no_conflict
            names_are_listed_by_prefix_start_and_limit
            names_with_nuls_are_listed_in_order
            index_rows_are_listed_by_any_leading_part
            a_scan_sees_what_the_same_run_has_written
        );
        $crate::conformance!($fresh, identities:
            identities_are_listed_by_their_pool_alone
            a_deleted_identity_leaves_nothing_behind
            a_login_finds_the_identity_that_holds_it_last
            merges_are_listed_in_the_order_of_time
        );
        $crate::conformance!($fresh, transactions:
            a_run_reads_what_it_has_written
            a_refusal_writes_nothing
            increments_at_the_same_time_sum_up
            a_rule_over_two_records_holds_under_concurrent_writers
            a_row_that_appears_between_reading_and_committing_is_noticed
            a_limited_scan_has_read_up_to_its_last_row
            draws_are_the_same_in_every_run
            readers_see_no_transfer_half_done
            a_store_is_empty_until_it_is_written_and_after_it_is_wiped
        );
        $crate::conformance!($fresh, breakdowns:
            the_nth_call_breaks_and_nothing_half_done_remains
            a_lost_answer_leaves_all_or_nothing
            a_record_that_does_not_decode_is_named_and_not_shown
            a_swallowed_breakdown_is_still_a_breakdown
            a_use_case_that_goes_on_without_a_record_writes_nothing
            a_stop_without_reason_is_a_breakdown
        );
    };
    ($fresh:expr, $subject:ident: $($sentence:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $sentence() -> $crate::conformance::Checked {
                let (engine, _kept) = $fresh;
                $crate::conformance::$subject::$sentence(engine).await
            }
        )+
    };
}

/// Randomness that counts.
#[derive(Default)]
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// Runs a use case that neither refuses nor draws.
async fn run<T: Send>(
    store: &Store,
    work: impl Fn(&mut Records<'_>) -> Result<T, Stop<Infallible>> + Send,
) -> Result<T, Breakdown> {
    let Ok(result) = store.transact(&Counting::default(), move |records, _| work(records)).await?;
    Ok(result)
}

fn key(text: &str) -> Key {
    text.as_bytes().to_vec()
}

fn range(start: &str, end: &str) -> Range {
    Range { start: key(start), end: Some(key(end)) }
}

/// A batch under construction.
impl Batch {
    fn expecting(mut self, text: &str, version: Option<Version>) -> Self {
        self.expected.insert(key(text), version);
        self
    }

    fn having_seen(mut self, range: Range, rows: &[Row]) -> Self {
        let seen = rows.iter().map(|row| (row.key.clone(), row.stamped.version)).collect();
        self.scanned.push(Scanned { range, seen });
        self
    }

    fn putting(mut self, text: &str, value: &str) -> Self {
        self.writes.insert(key(text), Write::Put(value.as_bytes().into()));
        self
    }

    fn deleting(mut self, text: &str) -> Self {
        self.writes.insert(key(text), Write::Delete);
        self
    }
}

async fn stamped(engine: &dyn Engine, text: &str) -> Result<Option<Stamped>, Breakdown> {
    Ok(engine.get_many(&[key(text)]).await?.pop().flatten())
}

async fn version(engine: &dyn Engine, text: &str) -> Result<Option<Version>, Breakdown> {
    Ok(stamped(engine, text).await?.map(|stamped| stamped.version))
}

async fn value(engine: &dyn Engine, text: &str) -> Result<Option<Vec<u8>>, Breakdown> {
    Ok(stamped(engine, text).await?.map(|stamped| stamped.value.to_vec()))
}

fn keys(rows: &[Row]) -> Vec<Key> {
    rows.iter().map(|row| row.key.clone()).collect()
}
