use crate::support::{Answer, Connection};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

/// A server that is going to be killed, as its clients see it.
pub(crate) struct Doomed {
    address: SocketAddr,
    is_killed: AtomicBool,
}

impl Doomed {
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self { address, is_killed: AtomicBool::new(false) }
    }

    /// Says that the kill is about to come.
    pub(crate) fn is_killed(&self) {
        self.is_killed.store(true, Ordering::SeqCst);
    }

    /// The answer, or `None` if the kill was quicker. Nothing else may break a connection, and nothing may fail.
    pub(crate) fn outcome(&self, answer: io::Result<Answer>) -> Option<Answer> {
        let answer = self.unless_killed(answer, "broken")?;
        assert!(answer.status < 300, "{} {}", answer.status, answer.text());
        Some(answer)
    }

    pub(crate) fn connection(&self) -> Option<Connection> {
        self.unless_killed(Connection::open(self.address), "refused")
    }

    fn unless_killed<T>(&self, done: io::Result<T>, how: &str) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                assert!(self.is_killed.load(Ordering::SeqCst), "{how} before the kill: {error}");
                None
            }
        }
    }
}
