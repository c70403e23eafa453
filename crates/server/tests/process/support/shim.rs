//! A library in front of the server's own that makes its disk fail, or that knows what a loss of power would leave.

use super::process::Start;
use std::fs::{self, DirBuilder, Metadata};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

/// The library, and the folder that it is about.
pub(crate) struct Shim {
    library: PathBuf,
    control: PathBuf,
    shadow: PathBuf,
    folder: PathBuf,
}

/// What fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// What is written cannot be made durable.
    Syncing,
    /// The disk is full: nothing new fits, or half of it.
    Full,
    /// The disk has stopped: whoever writes waits.
    Hanging,
}

impl Shim {
    /// Builds the library in a folder, for the data in `data` there.
    pub(crate) fn build(folder: &Path) -> Self {
        // The library compares paths as the system tells them.
        let folder = folder.canonicalize().unwrap();
        let library = folder.join("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process/faults/shim.c");
        let built =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
        assert!(built.unwrap().success(), "the C compiler did not build the library");
        let shim = Self {
            library,
            control: folder.join("control"),
            shadow: folder.join("shadow"),
            folder: folder.join("data"),
        };
        fs::create_dir(&shim.shadow).unwrap();
        shim
    }

    pub(crate) fn data(&self) -> &Path {
        &self.folder
    }

    fn preloaded(&self, start: Start) -> Start {
        start.environment("LD_PRELOAD", &self.library).environment("SHIM_FOLDER", &self.folder)
    }

    /// A server whose disk fails when it is told to.
    pub(crate) fn failing(&self, start: Start) -> Start {
        self.preloaded(start).environment("SHIM_FAULT", &self.control)
    }

    /// Begins a fault below a part of the data folder.
    pub(crate) fn begin(&self, fault: Fault, part: &str) {
        let letter = match fault {
            Fault::Syncing => 'f',
            Fault::Full => 'w',
            Fault::Hanging => 'h',
        };
        self.say(&format!("{letter} {}", self.folder.join(part).display()));
    }

    /// Kills the server at a step of what it does from now on with its disk: a write, half of which is done, a sync or a
    /// renaming.
    pub(crate) fn kill_at(&self, step: u32) {
        self.say(&format!("k {step} {}", self.folder.display()));
    }

    /// Ends the fault.
    pub(crate) fn end(&self) {
        self.say("-");
    }

    fn say(&self, text: &str) {
        let new = self.control.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, &self.control).unwrap();
    }

    /// A server of which is known what it has synced; what is in the folder now has been.
    pub(crate) fn watching(&self, start: Start) -> Start {
        fs::remove_dir_all(&self.shadow).unwrap();
        fs::create_dir(&self.shadow).unwrap();
        if self.folder.exists() {
            self.keep(&self.folder);
        }
        self.preloaded(start).environment("SHIM_SHADOW", &self.shadow)
    }

    fn keep(&self, path: &Path) {
        let kept = self.shadow.join(name_of(&fs::symlink_metadata(path).unwrap()));
        if path.is_file() {
            fs::copy(path, kept).unwrap();
            return;
        }
        let mut names = String::new();
        for entry in fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            self.keep(&entry.path());
            let name = name_of(&fs::symlink_metadata(entry.path()).unwrap());
            names.push_str(&format!("{name} {}\n", entry.file_name().to_str().unwrap()));
        }
        fs::write(kept, names).unwrap();
    }

    /// Leaves in the folder what a loss of power can leave at worst: what was synced, and nothing else.
    pub(crate) fn lose_power(&self) {
        let after = self.folder.with_extension("after");
        let root = name_of(&fs::symlink_metadata(&self.folder).unwrap());
        self.bring_back(&root, &after);
        fs::remove_dir_all(&self.folder).unwrap();
        fs::rename(after, &self.folder).unwrap();
    }

    fn bring_back(&self, name: &str, path: &Path) {
        // What was never synced is there by name alone, if at all.
        let kept = fs::read(self.shadow.join(name)).unwrap_or_default();
        if name.starts_with('f') {
            fs::write(path, kept).unwrap();
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            return;
        }
        DirBuilder::new().mode(0o700).create(path).unwrap();
        for line in String::from_utf8(kept).unwrap().lines() {
            let (name, entry) = line.split_once(' ').unwrap();
            self.bring_back(name, &path.join(entry));
        }
    }
}

/// The name under which the library keeps a file.
fn name_of(file: &Metadata) -> String {
    let born = file.created().unwrap().duration_since(UNIX_EPOCH).unwrap();
    let kind = if file.is_dir() { 'd' } else { 'f' };
    format!("{kind}-{}-{}.{:09}", file.ino(), born.as_secs(), born.subsec_nanos())
}
