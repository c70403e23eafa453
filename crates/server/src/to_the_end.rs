//! Work that is done to its end, whoever waits for it.

use crate::places::Place;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::runtime::Handle;

/// Work on behalf of a client, done where the client is waited for. A client that hangs up does not break off what was
/// begun: it goes on by itself then, and holds the client's place until it ends, so that hanging up makes room for no
/// more work. A panic ends the work and nothing else.
pub(crate) struct ToTheEnd<F: Future<Output: Send> + Send + 'static> {
    work: Option<Pin<Box<F>>>,
    place: Arc<Place>,
}

/// The work ended in a panic, which was printed.
#[derive(Debug)]
pub(crate) struct Panicked;

impl<F: Future<Output: Send> + Send + 'static> ToTheEnd<F> {
    pub(crate) fn of(work: F, place: Arc<Place>) -> Self {
        Self { work: Some(Box::pin(work)), place }
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
            let place = self.place.clone();
            runtime.spawn(async move {
                work.await;
                drop(place);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::Places;
    use crate::places::tests::{places, take};
    use tokio::sync::oneshot;

    async fn place() -> (Arc<Places>, Arc<Place>) {
        let places = places(1);
        let place = take(&places).await.unwrap();
        (places, Arc::new(place))
    }

    #[tokio::test]
    async fn work_gives_what_it_has_done() {
        assert_eq!(ToTheEnd::of(async { 7 }, place().await.1).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_goes_on_in_its_clients_place() {
        let (places, place) = place().await;
        let (go, going) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let working = async move {
            going.await.unwrap();
            done.send(()).unwrap();
        };
        let mut work = Box::pin(ToTheEnd::of(working, place));
        let begun = std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        assert!(begun.is_pending());
        drop(work);
        assert!(take(&places).await.is_none(), "the work is not done");
        go.send(()).unwrap();
        is_done.await.unwrap();
        while take(&places).await.is_none() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_panic_ends_the_work_and_nothing_else() {
        assert!(ToTheEnd::of(async { panic!("planted") }, place().await.1).await.is_err());
    }
}
