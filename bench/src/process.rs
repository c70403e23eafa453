//! The processes that are measured.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running Cenote; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) data: PathBuf,
}

/// A running echo; killed when dropped.
pub(crate) struct Echo {
    child: Child,
    pub(crate) address: String,
}

/// A data folder with the demo in it, made by `dev`, which has ended again.
pub(crate) fn seeded(binary: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("cenote-bench-{}", std::process::id()));
    let _absent = std::fs::remove_dir_all(&folder);
    drop(Server::start(binary, &["dev"], &folder));
    folder
}

impl Server {
    /// `cenote serve` with its settings left alone, but for the log, which would go to the terminal, and for the pools that
    /// first logins need.
    pub(crate) fn serve(binary: &str, folder: &Path) -> Self {
        Self::start(binary, &["serve", "--limits-identity-pools", "10000"], folder)
    }

    fn start(binary: &str, command: &[&str], folder: &Path) -> Self {
        let mut child = Command::new(binary)
            .args(command)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let address = listening(&mut log);
        // The log is read on, so that writing it costs the server what it always costs.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { child, address, data: folder.to_owned() }
    }

    /// How long from the start of the process until it says that it is ready.
    pub(crate) fn time_to_ready(binary: &str, folder: &Path) -> (Duration, Self) {
        let begun = Instant::now();
        let server = Self::serve(binary, folder);
        let mut answer = String::new();
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let request = b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        std::io::Write::write_all(&mut stream, request).unwrap();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        (begun.elapsed(), server)
    }

    /// Memory of the process that is in use, in MiB.
    pub(crate) fn resident_mebibytes(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Echo {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("echo")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let address = listening(&mut BufReader::new(child.stdout.take().unwrap()));
        Self { child, address }
    }
}

/// The address that a process says it listens on.
fn listening(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        if let Some((_, address)) = line.trim().split_once("listening on http://") {
            return address.to_owned();
        }
        line.clear();
    }
    panic!("the process ended before it listened");
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}
