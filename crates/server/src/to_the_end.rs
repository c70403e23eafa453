//! Work that is done to its end, whoever waits for it.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;

/// Work on behalf of a client, done where the client is waited for. A client that hangs up does not break off what was
/// begun: it goes on by itself then. A panic ends the work and nothing else.
pub(crate) struct ToTheEnd<F: Future<Output: Send> + Send + 'static> {
    work: Option<Pin<Box<F>>>,
}

/// The work ended in a panic, which was printed.
#[derive(Debug)]
pub(crate) struct Panicked;

impl<F: Future<Output: Send> + Send + 'static> ToTheEnd<F> {
    pub(crate) fn of(work: F) -> Self {
        Self { work: Some(Box::pin(work)) }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for ToTheEnd<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.work else { return Poll::Ready(Err(Panicked)) };
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        let ended = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(_) => Err(Panicked),
        };
        self.work = None;
        Poll::Ready(ended)
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for ToTheEnd<F> {
    fn drop(&mut self) {
        // Without a runtime the process is about to end.
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn work_gives_what_it_has_done() {
        assert_eq!(ToTheEnd::of(async { 7 }).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_goes_on() {
        let (go, going) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let mut work = Box::pin(ToTheEnd::of(async move {
            going.await.unwrap();
            done.send(()).unwrap();
        }));
        let begun = std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        assert!(begun.is_pending());
        drop(work);
        go.send(()).unwrap();
        is_done.await.unwrap();
    }

    #[tokio::test]
    async fn a_panic_ends_the_work_and_nothing_else() {
        assert!(ToTheEnd::of(async { panic!("planted") }).await.is_err());
    }
}
