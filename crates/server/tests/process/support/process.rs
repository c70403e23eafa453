//! A server in a process of its own, which never outlives its test.

#![expect(clippy::disallowed_methods, reason = "a process is outside, and so is the time it takes")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is about to be started.
pub(crate) struct Start {
    command: Command,
}

impl Start {
    pub(crate) fn serve(data: &Path) -> Self {
        Self::of("serve", data)
    }

    /// With all its settings in a file.
    pub(crate) fn told_by(file: &Path) -> Self {
        Self::alone("serve").option("--config", file)
    }

    pub(crate) fn dev(data: &Path) -> Self {
        Self::of("dev", data)
    }

    fn of(mode: &str, data: &Path) -> Self {
        Self::alone(mode).option("--listen", "127.0.0.1:0").option("--data", data)
    }

    /// A command without any option.
    pub(crate) fn alone(mode: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cenote"));
        // Settings of whoever runs the tests must not reach the server.
        command.env_clear();
        command.arg(mode);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { command }
    }

    /// With an option of the command line.
    pub(crate) fn option(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.arg(name).arg(value);
        self
    }

    /// With an option that needs no value.
    pub(crate) fn flag(mut self, name: &str) -> Self {
        self.command.arg(name);
        self
    }

    /// With a variable of the environment.
    pub(crate) fn environment(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// With a seed file.
    pub(crate) fn seed(self, file: &Path) -> Self {
        self.option("--seed", file)
    }

    /// With a log that is short.
    pub(crate) fn quiet(self) -> Self {
        self.option("--log-level", "warn")
    }

    /// Starts it and waits until it listens.
    pub(crate) fn run(self) -> Running {
        let mut process = self.spawn();
        let address = |line: &str| {
            let (_, url) = line.split_once("listening on http")?;
            let rest = url.trim_start_matches('s').strip_prefix("://")?;
            rest.split(|byte: char| {
                byte != ':' && byte != '.' && byte != '[' && byte != ']' && !byte.is_ascii_hexdigit()
            })
            .next()?
            .parse()
            .ok()
        };
        let Some(address) = process.hear_until(address) else {
            panic!("the server ended instead of listening:\n{}", process.heard.join("\n"));
        };
        Running { process, address }
    }

    /// Starts it, expects that it refuses to run, and gives everything it printed.
    pub(crate) fn refused(self) -> String {
        let mut process = self.spawn();
        let status = process.ended();
        let printed = process.heard.join("\n");
        assert!(status.code().is_some_and(|code| code != 0), "{status}: {printed}");
        printed
    }

    /// Runs it to its end, and gives whether it did well and everything it printed.
    pub(crate) fn done(self) -> (bool, String) {
        let mut process = self.spawn();
        let status = process.ended();
        (status.success(), process.heard.join("\n"))
    }

    /// Starts it and kills it after a while, wherever it is then.
    pub(crate) fn killed_after(self, moment: Duration) {
        let process = self.spawn();
        pause(moment);
        drop(process);
    }

    fn spawn(mut self) -> Process {
        let mut child = self.command.spawn().unwrap();
        let (heard, lines) = channel();
        listen(child.stdout.take().unwrap(), heard.clone());
        listen(child.stderr.take().unwrap(), heard);
        Process { child, lines, heard: Vec::new() }
    }
}

/// Passes on every line, until the end.
fn listen(pipe: impl Read + Send + 'static, heard: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // The test may have ended; the pipe is emptied all the same, or the server would wait for it.
            let _ended = heard.send(line);
        }
    });
}

/// Lets time pass, for tests that choose when something happens to a server.
fn pause(moment: Duration) {
    let (_never, timer) = channel::<()>();
    assert!(timer.recv_timeout(moment).is_err());
}

struct Process {
    child: Child,
    lines: Receiver<String>,
    heard: Vec<String>,
}

impl Process {
    /// Listens until a line says something; `None` if it ended before.
    fn hear_until<T>(&mut self, says: impl Fn(&str) -> Option<T>) -> Option<T> {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    let said = says(&line);
                    self.heard.push(line);
                    if said.is_some() {
                        return said;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("nothing was printed for long:\n{}", self.heard.join("\n"))
                }
            }
        }
    }

    /// Waits for its end: then nobody holds its pipes any more.
    fn ended(&mut self) -> ExitStatus {
        assert!(self.hear_until(|_| None::<()>).is_none());
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _already_ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A server that listens. It is killed when dropped.
pub(crate) struct Running {
    process: Process,
    pub(crate) address: SocketAddr,
}

impl Running {
    /// Kills it after a while, as a crash would; `before` is called at the last moment.
    pub(crate) fn killed_after(self, moment: Duration, before: impl FnOnce()) {
        pause(moment);
        before();
        drop(self);
    }

    /// What it printed up to the last line that was waited for.
    pub(crate) fn printed(&self) -> String {
        self.process.heard.join("\n")
    }

    /// Sends it a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent =
            Command::new("sh").args(["-c", &format!("kill -{name} {}", self.process.child.id())]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it printed a line with this in it.
    pub(crate) fn hears(&mut self, words: &str) {
        let found = self.process.hear_until(|line| line.contains(words).then_some(()));
        assert!(found.is_some(), "`{words}` was not printed:\n{}", self.process.heard.join("\n"));
    }

    /// Waits for its end, and gives how it ended and everything it printed.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let status = self.process.ended();
        (status, self.process.heard.join("\n"))
    }

    /// Asks it to stop, and expects that it does so in peace.
    pub(crate) fn stop(self) -> String {
        self.signal("TERM");
        let (status, printed) = self.ended();
        assert!(status.success(), "{printed}");
        printed
    }
}

/// How long something takes.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
