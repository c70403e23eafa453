//! Backups: everything the server keeps but its audit, in one file.
//!
//! A backup is a tar file, so that its owner can look into it: `format`, `keys`, `root-credentials`, `records.sqlite`,
//! the contents below `objects/content`, and last `checksums`, as `sha256sum` writes them. Without this last one a file
//! broke off. The audit is left out: it only grows, and its finished days can be copied as they are.

mod archive;
mod restore;

pub(crate) use archive::verify;
pub(crate) use restore::{RESTORING, run as restore};

use crate::data_dir::DataDir;
use api::body::{BodyError, ResponseBody};
use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

/// The copy of the records while a backup is made of it.
pub(crate) const COPY: &str = "records.copy";

/// How much is handed on in one piece, in bytes.
const PIECE: usize = 64 * 1024;

/// How many pieces wait for a peer that is slow.
const WAITING: usize = 4;

type Piece = Result<Bytes, BodyError>;

/// Sends what is in the folder, with the copy of the records in their place; the guards are dropped when all is read.
pub(crate) fn send(data: Arc<DataDir>, guards: impl Send + 'static) -> ResponseBody {
    let (sender, pieces) = channel(WAITING);
    spawn_blocking(move || {
        let mut out = BufWriter::with_capacity(PIECE, Pipe(sender.clone()));
        let written = archive::write(&data, &mut out).and_then(|()| out.flush());
        if let Err(error) = written {
            tracing::error!(%error, "a backup broke off");
            // Whoever hung up does not hear it.
            let _gone = sender.blocking_send(Err(error.into()));
        }
        if let Err(refused) = data.remove(COPY) {
            tracing::warn!(%refused, "the copy of the records stays until the next backup");
        }
        drop(guards);
    });
    Pieces(pieces).boxed_unsync()
}

struct Pipe(Sender<Piece>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len())
            .map_err(|_| io::Error::new(ErrorKind::BrokenPipe, "nobody takes it any more"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Pieces(Receiver<Piece>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
