//! Load: one thread for each connection, one request after the other, over plain sockets.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How a round went.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    /// The median latency, in microseconds.
    pub(crate) p50: u128,
    /// The latency that one request in a hundred exceeds, in microseconds.
    pub(crate) p99: u128,
}

/// Asks the same over and over for a while. Every answer must be a 200.
pub(crate) fn measure(address: &str, request: &[u8], connections: usize, time: Duration) -> Measured {
    let end = Instant::now() + time;
    let latencies: Vec<u128> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(move || {
                    let mut connection = Connection::open(address);
                    let mut latencies = Vec::new();
                    while Instant::now() < end {
                        let begun = Instant::now();
                        let (status, _) = connection.ask(request);
                        assert_eq!(status, 200);
                        latencies.push(begun.elapsed().as_micros());
                    }
                    latencies
                })
            })
            .collect();
        asking.into_iter().flat_map(|asked| asked.join().unwrap()).collect()
    });
    measured(latencies, time)
}

/// Asks each of these once. Every answer must be a 200.
pub(crate) fn measure_each(address: &str, requests: &[Vec<u8>], connections: usize) -> Measured {
    let begun = Instant::now();
    let latencies: Vec<u128> = std::thread::scope(|scope| {
        let asking: Vec<_> = requests
            .chunks(requests.len().div_ceil(connections))
            .map(|share| {
                scope.spawn(move || {
                    let mut connection = Connection::open(address);
                    let once = |request: &Vec<u8>| {
                        let begun = Instant::now();
                        let (status, _) = connection.ask(request);
                        assert_eq!(status, 200);
                        begun.elapsed().as_micros()
                    };
                    share.iter().map(once).collect::<Vec<u128>>()
                })
            })
            .collect();
        asking.into_iter().flat_map(|asked| asked.join().unwrap()).collect()
    });
    measured(latencies, begun.elapsed())
}

fn measured(mut latencies: Vec<u128>, time: Duration) -> Measured {
    latencies.sort_unstable();
    let per_second = latencies.len() as f64 / time.as_secs_f64();
    let at = |hundredth: usize| latencies[(latencies.len() - 1) * hundredth / 100];
    Measured { per_second, p50: at(50), p99: at(99) }
}

/// The round whose throughput is the median.
pub(crate) fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
    rounds[rounds.len() / 2]
}

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: vec![0; 64 * 1024] }
    }

    /// Sends a request and reads its answer: the status and the body.
    pub(crate) fn ask(&mut self, request: &[u8]) -> (u16, &[u8]) {
        self.stream.write_all(request).unwrap();
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).unwrap();
            assert!(read > 0, "the connection was closed");
            filled += read;
            let Some(head) = self.buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let text = std::str::from_utf8(&self.buffer[..head]).unwrap();
            let status: u16 = text.split(' ').nth(1).unwrap().parse().unwrap();
            let is_head = request.starts_with(b"HEAD ");
            let length = if is_head || status == 204 { 0 } else { content_length(text) };
            if filled == head + 4 + length {
                return (status, &self.buffer[head + 4..filled]);
            }
        }
    }
}

fn content_length(head: &str) -> usize {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths.next().map_or(0, |(_, value)| value.parse().unwrap())
}
