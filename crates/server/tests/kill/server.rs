//! A server of the test's own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

/// `cenote dev` on a folder and a free port; killed when dropped.
pub(crate) struct Server {
    child: Mutex<Child>,
    pub(crate) address: String,
    pub(crate) data: PathBuf,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        let data = folder.join("data");
        let mut child = Command::new(env!("CARGO_BIN_EXE_cenote"))
            .args(["dev", "--listen", "127.0.0.1:0", "--log", "error", "--data"])
            .arg(&data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut hello = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut hello).unwrap();
        let address = hello.trim().strip_prefix("cenote dev: listening on http://").unwrap_or_else(|| {
            panic!("the server did not start again: {hello:?}");
        });
        Self { address: address.to_owned(), child: Mutex::new(child), data }
    }

    /// `kill -9`.
    pub(crate) fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _gone_already = child.kill();
        let _gone_already = child.wait();
    }
}
