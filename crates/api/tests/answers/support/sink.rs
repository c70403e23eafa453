//! Where the audit is written to, for somebody who reads it or breaks it.

use api::audit::Sink;
use api::explanations::{Explained, Finding, Shelf};
use domain::records::Breakdown;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A sink that keeps its lines.
#[derive(Default)]
pub(crate) struct Recorder {
    lines: Mutex<Vec<String>>,
    is_broken: AtomicBool,
}

impl Recorder {
    /// From now on no line can be written.
    pub(crate) fn break_down(&self) {
        self.is_broken.store(true, Ordering::SeqCst);
    }

    /// From now on lines can be written again.
    pub(crate) fn mend(&self) {
        self.is_broken.store(false, Ordering::SeqCst);
    }

    /// The lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

impl Sink for Recorder {
    fn write(&self, line: Arc<str>) -> Pin<Box<dyn Future<Output = Result<(), Breakdown>> + Send + '_>> {
        Box::pin(async move {
            if self.is_broken.load(Ordering::SeqCst) {
                return Err(Breakdown::new("the disk is full"));
            }
            self.lines.lock().unwrap().push(line.to_string());
            Ok(())
        })
    }
}

/// A shelf that keeps all of it.
#[derive(Default)]
pub(crate) struct Kept {
    explained: Mutex<Vec<Explained>>,
}

impl Kept {
    /// What was kept so far.
    pub(crate) fn all(&self) -> Vec<Explained> {
        self.explained.lock().unwrap().clone()
    }
}

impl Shelf for Kept {
    fn keep(&self, explained: Explained) {
        self.explained.lock().unwrap().push(explained);
    }

    fn find<'a>(&'a self, request_id: &'a str) -> Finding<'a> {
        let kept = self.explained.lock().unwrap();
        let found = kept.iter().find(|one| one.record.contains(request_id)).map(|one| one.record.to_string());
        Box::pin(async move { Ok(found) })
    }
}
