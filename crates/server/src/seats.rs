//! Who of those that are connected asks for nothing, and since when: they can make room for others.

use api::body::{BodyError, ResponseBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// How long a new connection may take until its first request, TLS included, before it has to make room: those who come
/// must not turn each other out.
const WELCOME: Duration = Duration::from_secs(2);

/// The seats of all connections.
pub(crate) struct Seats {
    taken: Mutex<HashMap<u64, Arc<Seat>>>,
    next: AtomicU64,
    waiting: Arc<Waiting>,
    welcome: Duration,
}

impl Default for Seats {
    fn default() -> Self {
        Self { taken: Mutex::default(), next: AtomicU64::new(0), waiting: Arc::default(), welcome: WELCOME }
    }
}

/// Whether somebody waits for a seat, and what wakes them: one may have become idle.
#[derive(Default)]
struct Waiting {
    is_waited: AtomicBool,
    changed: Notify,
    /// Counts who becomes idle: whoever has the lowest number has been idle for longest.
    turns: AtomicU64,
}

impl Waiting {
    fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// Says to whoever waits that something has changed.
    fn tell(&self) {
        if self.is_waited.load(Ordering::SeqCst) {
            self.changed.notify_one();
        }
    }
}

/// What one connection is about.
pub(crate) struct Seat {
    state: Mutex<State>,
    leave: Notify,
    waiting: Arc<Waiting>,
}

struct State {
    /// A request is under way, from its head on until its answer was handed over.
    is_asking: bool,
    /// The peer does not take what is written.
    is_stuck: bool,
    is_dismissed: bool,
    /// Until when it is new; absent once it has asked.
    new_until: Option<Instant>,
    /// Its turn among those that became idle.
    turn: u64,
}

impl State {
    fn is_idle(&self) -> bool {
        let is_new = || self.new_until.is_some_and(|until| Instant::now() < until);
        !self.is_asking && !self.is_stuck && !self.is_dismissed && !is_new()
    }
}

/// A connection that has its seat until this is dropped.
pub(crate) struct Sitting {
    seats: Arc<Seats>,
    number: u64,
    seat: Arc<Seat>,
}

impl Seats {
    /// Seats a connection, which is new.
    pub(crate) fn sit(self: &Arc<Self>) -> Sitting {
        let waiting = self.waiting.clone();
        let state = State {
            is_asking: false,
            is_stuck: false,
            is_dismissed: false,
            new_until: Some(Instant::now() + self.welcome),
            turn: waiting.turn(),
        };
        let seat = Arc::new(Seat { state: Mutex::new(state), leave: Notify::new(), waiting });
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.all().insert(number, seat.clone());
        Sitting { seats: self.clone(), number, seat }
    }

    /// Dismisses whoever has been idle for longest, and ends when it is time to look again: somebody has left or become
    /// idle.
    pub(crate) async fn make_room(&self) {
        self.waiting.is_waited.store(true, Ordering::SeqCst);
        let _until_then = Waited(&self.waiting);
        self.dismiss_longest_idle();
        // In a while those that are new now are not any more.
        let _changed = timeout(self.welcome, self.waiting.changed.notified()).await;
    }

    /// Dismisses whoever has been idle for longest, unless somebody is leaving already.
    fn dismiss_longest_idle(&self) {
        let all = self.all();
        if all.values().any(|seat| seat.state().is_dismissed) {
            return;
        }
        let idle = all.values().filter_map(|seat| {
            let state = seat.state();
            state.is_idle().then_some((state.turn, seat))
        });
        if let Some((_, seat)) = idle.min_by_key(|(turn, _)| *turn) {
            seat.dismiss();
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u64, Arc<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Waited<'a>(&'a Waiting);

impl Drop for Waited<'_> {
    fn drop(&mut self) {
        self.0.is_waited.store(false, Ordering::SeqCst);
    }
}

impl Sitting {
    /// The seat.
    pub(crate) fn seat(&self) -> Arc<Seat> {
        self.seat.clone()
    }
}

impl Drop for Sitting {
    fn drop(&mut self) {
        self.seats.all().remove(&self.number);
        // Nobody is dismissed while somebody is leaving; now they have left.
        self.seats.waiting.tell();
    }
}

impl Seat {
    /// Begins a request; `None` if the connection was dismissed before.
    pub(crate) fn ask(self: &Arc<Self>) -> Option<Asking> {
        let mut state = self.state();
        if state.is_dismissed {
            return None;
        }
        (state.is_asking, state.new_until) = (true, None);
        drop(state);
        Some(Asking(self.clone()))
    }

    /// Notes whether the peer takes what is written.
    pub(crate) fn note_stuck(&self, is_stuck: bool) {
        self.change(|state| state.is_stuck = is_stuck);
    }

    /// Ends when the connection has to make room and nothing is lost by it.
    pub(crate) async fn dismissed(&self) {
        loop {
            self.leave.notified().await;
            // What was written meanwhile may not have got away: somebody else is dismissed then.
            if !self.state().is_stuck {
                return;
            }
            self.change(|state| state.is_dismissed = false);
        }
    }

    fn dismiss(&self) {
        let mut state = self.state();
        // It may have begun to ask since it was looked at.
        state.is_dismissed = state.is_idle();
        if state.is_dismissed {
            self.leave.notify_one();
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.waiting.tell();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is under way until this is dropped.
pub(crate) struct Asking(Arc<Seat>);

impl Drop for Asking {
    fn drop(&mut self) {
        let turn = self.0.waiting.turn();
        self.0.change(|state| {
            state.is_asking = false;
            state.turn = turn;
        });
    }
}

/// The body of an answer, to whose end the request is under way.
pub(crate) struct AskedBody {
    body: ResponseBody,
    _asking: Asking,
}

impl AskedBody {
    /// The body of the answer to a request.
    pub(crate) const fn new(body: ResponseBody, asking: Asking) -> Self {
        Self { body, _asking: asking }
    }
}

impl Body for AskedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::future::ready;
    use tokio::task::yield_now;

    /// Whether a connection is told to leave by now.
    pub(crate) async fn is_dismissed(sitting: &Sitting) -> bool {
        tokio::select! {
            biased;
            () = sitting.seat.dismissed() => true,
            () = ready(()) => false,
        }
    }

    pub(crate) fn seats(welcome: Duration) -> Arc<Seats> {
        Arc::new(Seats { welcome, ..Seats::default() })
    }

    pub(crate) async fn one_comes(seats: &Seats) {
        tokio::select! {
            biased;
            () = seats.make_room() => {}
            () = ready(()) => {}
        }
    }

    #[tokio::test]
    async fn whoever_is_idle_for_longest_leaves_and_never_whoever_asks_or_is_stuck() {
        let seats = seats(Duration::ZERO);
        let mut sitting: Vec<Sitting> = (0..5).map(|_| seats.sit()).collect();
        let asking = sitting[0].seat.ask().unwrap();
        sitting[1].seat.note_stuck(true);
        drop(sitting[2].seat.ask().unwrap());
        let mut others = Vec::new();
        for leaving in [3, 4, 2] {
            one_comes(&seats).await;
            for (number, one) in sitting.iter().enumerate() {
                assert_eq!(is_dismissed(one).await, number == leaving, "{number} for {leaving}");
            }
            assert!(sitting[leaving].seat.ask().is_none(), "nothing begins any more");
            sitting[leaving] = seats.sit();
            others.push(sitting[leaving].seat.ask().unwrap());
        }
        one_comes(&seats).await;
        for one in &sitting {
            assert!(!is_dismissed(one).await);
        }
        drop(asking);
        one_comes(&seats).await;
        assert!(is_dismissed(&sitting[0]).await);
    }

    #[tokio::test]
    async fn one_leaves_at_a_time_and_whoever_cannot_lets_another_leave() {
        let seats = seats(Duration::ZERO);
        let (first, second, third) = (seats.sit(), seats.sit(), seats.sit());
        drop(second.seat.ask());
        one_comes(&seats).await;
        one_comes(&seats).await;
        assert!(!is_dismissed(&second).await && !is_dismissed(&third).await, "the first is leaving");
        first.seat.note_stuck(true);
        assert!(!is_dismissed(&first).await, "what was written is on its way");
        drop(first);
        one_comes(&seats).await;
        assert!(is_dismissed(&third).await && !is_dismissed(&second).await);
    }

    #[tokio::test]
    async fn whoever_is_new_has_time_to_ask_and_is_idle_after_it() {
        let seats = seats(Duration::from_secs(3600));
        let (new, idle) = (seats.sit(), seats.sit());
        one_comes(&seats).await;
        assert!(!is_dismissed(&new).await && !is_dismissed(&idle).await);
        drop(idle.seat.ask());
        one_comes(&seats).await;
        assert!(!is_dismissed(&new).await && is_dismissed(&idle).await);
    }

    #[tokio::test]
    async fn when_one_has_left_the_next_may_have_to_leave() {
        let seats = seats(Duration::ZERO);
        let (first, second) = (seats.sit(), seats.sit());
        one_comes(&seats).await;
        assert!(is_dismissed(&first).await);
        // Its place is free, and taken by another, a moment before its seat is.
        let waiting = seats.clone();
        let waiting = tokio::spawn(async move {
            loop {
                waiting.make_room().await
            }
        });
        while !seats.waiting.is_waited.load(Ordering::SeqCst) {
            yield_now().await;
        }
        yield_now().await;
        drop(first);
        second.seat.dismissed().await;
        waiting.abort();
    }

    #[tokio::test]
    async fn whoever_becomes_idle_while_room_is_needed_leaves() {
        let seats = seats(Duration::ZERO);
        let sitting = seats.sit();
        let asking = sitting.seat.ask().unwrap();
        let waiting = seats.clone();
        let waiting = tokio::spawn(async move {
            loop {
                waiting.make_room().await
            }
        });
        while !seats.waiting.is_waited.load(Ordering::SeqCst) {
            yield_now().await;
        }
        assert!(!is_dismissed(&sitting).await);
        drop(asking);
        sitting.seat.dismissed().await;
        waiting.abort();
    }
}
