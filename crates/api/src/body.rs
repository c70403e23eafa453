//! Bodies of requests and answers, streamed.

use bytes::{Bytes, BytesMut};
use domain::records::Breakdown;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::{BoxBody, UnsyncBoxBody};
use http_body_util::{BodyExt, Full};
use objects::ContentStream;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Why a body stopped.
pub type BodyError = Box<dyn Error + Send + Sync>;

/// The body of a request.
pub type RequestBody = BoxBody<Bytes, BodyError>;

/// The body of an answer.
pub type ResponseBody = UnsyncBoxBody<Bytes, BodyError>;

/// A body that is at hand.
pub fn full(bytes: impl Into<Bytes>) -> ResponseBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// Why a body was not read.
pub enum NotRead {
    /// It is longer than allowed.
    TooLarge,
    /// It stopped before its end.
    Broken(String),
}

/// Reads a body that must not be longer than `limit` bytes.
pub async fn read_whole(body: &mut RequestBody, limit: usize) -> Result<Bytes, NotRead> {
    if body.size_hint().lower() > limit as u64 {
        return Err(NotRead::TooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| NotRead::Broken(error.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > limit.saturating_sub(whole.len()) {
            return Err(NotRead::TooLarge);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// An object's bytes as the body of an answer.
pub fn of_content(content: ContentStream, length: u64) -> ResponseBody {
    ContentBody { content, left: length }.boxed_unsync()
}

struct ContentBody {
    content: ContentStream,
    left: u64,
}

impl Body for ContentBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = self.content.poll_next(context);
        polled.map(|next| {
            next.map(|piece: Result<Bytes, Breakdown>| {
                let bytes = piece?;
                self.left = self.left.saturating_sub(bytes.len() as u64);
                Ok(Frame::data(bytes))
            })
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
