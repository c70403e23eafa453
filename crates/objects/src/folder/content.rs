//! A content that is being read.

use super::CHUNK;
use super::disk::{Turns, cannot};
use bytes::Bytes;
use domain::records::Breakdown;
use std::fmt;
use std::fs::File;
use std::future::poll_fn;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The bytes of a content, chunk by chunk; one chunk at most is held in memory.
pub struct ContentStream {
    turns: Turns,
    state: State,
}

enum State {
    Ready(Chunk),
    Reading(Pin<Box<dyn Future<Output = Result<Chunk, Breakdown>> + Send>>),
    Ended,
}

impl ContentStream {
    pub(super) fn new(first: Chunk, turns: Turns) -> Self {
        let state = if first.bytes.is_empty() { State::Ended } else { State::Ready(first) };
        Self { turns, state }
    }

    /// The next chunk, never an empty one; `None` after the last. After an error nothing more comes.
    pub async fn next(&mut self) -> Option<Result<Bytes, Breakdown>> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// As [`ContentStream::next`], for bodies and streams that are polled.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Breakdown>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ready(Chunk { bytes, rest }) => {
                    if let Some(rest) = rest {
                        self.state = State::Reading(self.read(rest));
                    }
                    return Poll::Ready(Some(Ok(bytes)));
                }
                State::Reading(mut reading) => match reading.as_mut().poll(context) {
                    Poll::Ready(Ok(chunk)) => self.state = State::Ready(chunk),
                    Poll::Ready(Err(breakdown)) => return Poll::Ready(Some(Err(breakdown))),
                    Poll::Pending => {
                        self.state = State::Reading(reading);
                        return Poll::Pending;
                    }
                },
                State::Ended => return Poll::Ready(None),
            }
        }
    }

    fn read(&self, rest: Content) -> Pin<Box<dyn Future<Output = Result<Chunk, Breakdown>> + Send>> {
        let turns = self.turns.clone();
        Box::pin(async move { turns.run(move || rest.chunk()).await })
    }
}

impl fmt::Debug for ContentStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ContentStream").finish_non_exhaustive()
    }
}

/// Some bytes of a content and, if there are more to read, the rest of it.
pub(super) struct Chunk {
    bytes: Bytes,
    rest: Option<Content>,
}

/// An open content file, and how many bytes of it are still to be read.
pub(super) struct Content {
    file: File,
    path: PathBuf,
    left: u64,
}

impl Content {
    /// Opens a content at the start of a range; `None` if there is no such content.
    pub(super) fn open(path: PathBuf, range: Range<u64>) -> Result<Option<Self>, Breakdown> {
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("open", &path)(error)),
        };
        let length = file.metadata().map_err(cannot("measure", &path))?.len();
        if length < range.end {
            return Err(too_short(&path.display(), length, range.end));
        }
        file.seek(SeekFrom::Start(range.start)).map_err(cannot("seek in", &path))?;
        Ok(Some(Self { file, path, left: range.end.saturating_sub(range.start) }))
    }

    /// Reads the next chunk; the file is closed with the last one.
    pub(super) fn chunk(mut self) -> Result<Chunk, Breakdown> {
        let wanted = usize::try_from(self.left).unwrap_or(CHUNK).min(CHUNK);
        let mut bytes = Vec::with_capacity(wanted);
        let read =
            (&self.file).take(wanted as u64).read_to_end(&mut bytes).map_err(cannot("read", &self.path))?;
        if read < wanted {
            return Err(too_short(&self.path.display(), read as u64, wanted as u64));
        }
        self.left = self.left.saturating_sub(read as u64);
        let rest = if self.left > 0 { Some(self) } else { None };
        Ok(Chunk { bytes: bytes.into(), rest })
    }
}

fn too_short(path: &dyn fmt::Display, found: u64, wanted: u64) -> Breakdown {
    Breakdown::new(format!("`{path}` is damaged: it has {found} bytes where {wanted} were stored"))
}
