//! Where the audit is written to, for somebody who reads it or breaks it.

use api::audit::Sink;
use domain::records::Breakdown;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

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
    fn write(&self, line: String) -> Pin<Box<dyn Future<Output = Result<(), Breakdown>> + Send + '_>> {
        Box::pin(async move {
            if self.is_broken.load(Ordering::SeqCst) {
                return Err(Breakdown::new("the disk is full"));
            }
            self.lines.lock().unwrap().push(line);
            Ok(())
        })
    }
}
