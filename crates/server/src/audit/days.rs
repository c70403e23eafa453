//! A file for each day.
//!
//! Before each write the file is looked up by its name, so that one that was renamed or removed is followed by a new one.

use api::app::Clock;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Arc;

/// How much of a file is looked at in one piece, in bytes.
const BLOCK: u64 = 64 * 1024;

/// Writes into the file of the day.
pub(super) struct Days {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    sync: bool,
    today: Option<Today>,
}

struct Today {
    path: PathBuf,
    file: File,
    /// Which file it is; no other is, as long as this one is open.
    device: u64,
    inode: u64,
    /// The length of the file up to the end of its last whole line.
    whole: u64,
}

impl Today {
    /// Whether the file still has its name, and is as this writer left it.
    fn is_in_place(&self) -> io::Result<bool> {
        let named = match std::fs::metadata(&self.path) {
            Ok(named) => named,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        Ok((named.dev(), named.ino(), named.len()) == (self.device, self.inode, self.whole))
    }
}

impl Days {
    /// Writes into a folder, which must be there by then.
    pub(super) const fn new(folder: PathBuf, clock: Arc<dyn Clock>, sync: bool) -> Self {
        Self { folder, clock, sync, today: None }
    }

    /// Writes lines, all or none: what is left of them after a fault is cut off.
    pub(super) fn write<'a>(&mut self, lines: impl Iterator<Item = &'a str> + Clone) -> io::Result<()> {
        let path = self.folder.join(format!("{}.jsonl", self.clock.now().day()));
        let sync = self.sync;
        let today = self.file_at(path)?;
        let mut bytes = Vec::with_capacity(lines.clone().map(|line| line.len() + 1).sum());
        for line in lines {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\n');
        }
        let written =
            today.file.write_all(&bytes).and_then(|()| if sync { today.file.sync_data() } else { Ok(()) });
        match written {
            Ok(()) => {
                today.whole += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line must not stand before the next one. If it cannot be cut off now, it is when the file is
                // opened again.
                let whole = today.whole;
                if let Some(today) = self.today.take() {
                    let _cut_later = today.file.set_len(whole);
                }
                Err(error)
            }
        }
    }

    fn file_at(&mut self, path: PathBuf) -> io::Result<&mut Today> {
        let current = match self.today.take() {
            Some(today) if today.path == path && today.is_in_place()? => Some(today),
            Some(_) | None => None,
        };
        let today = match current {
            Some(today) => today,
            None => {
                let today = open_day(path)?;
                if self.sync {
                    // A new file's name is as easily lost as its lines.
                    File::open(&self.folder)?.sync_all()?;
                }
                today
            }
        };
        Ok(self.today.insert(today))
    }
}

/// Opens the file of a day. What a crash left of a line that nobody was told about is cut off, so that every line is a
/// whole record.
fn open_day(path: PathBuf) -> io::Result<Today> {
    let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        // A pipe, for one, takes lines that nobody may ever read.
        return Err(io::Error::other(format!("`{}` is no regular file", path.display())));
    }
    let length = metadata.len();
    let whole = end_of_last_line(&mut file, length)?;
    if whole < length {
        file.set_len(whole)?;
    }
    Ok(Today { path, file, device: metadata.dev(), inode: metadata.ino(), whole })
}

/// Where the last whole line of a file ends, looked for from the end of the file.
fn end_of_last_line(file: &mut File, length: u64) -> io::Result<u64> {
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        Read::take(&mut *file, end - start).read_to_end(&mut block)?;
        if let Some(last) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Timestamp;
    use std::path::Path;

    struct Fixed;
    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_767_323_045)
        }
    }

    fn open(folder: &Path) -> Days {
        Days::new(folder.to_owned(), Arc::new(Fixed), true)
    }

    fn write(days: &mut Days, line: &str) -> io::Result<()> {
        days.write([line].into_iter())
    }

    #[test]
    fn a_line_is_in_the_days_file_when_it_is_acknowledged() {
        let folder = tempfile::tempdir().unwrap();
        let mut days = open(folder.path());
        write(&mut days, "one").unwrap();
        write(&mut days, "two").unwrap();
        let written = std::fs::read_to_string(folder.path().join("2026-01-02.jsonl")).unwrap();
        assert_eq!(written, "one\ntwo\n");
    }

    #[test]
    fn a_file_that_is_renamed_away_is_followed_by_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, rotated) = (folder.path().join("2026-01-02.jsonl"), folder.path().join("rotated"));
        let mut days = open(folder.path());
        write(&mut days, "one").unwrap();
        std::fs::rename(&path, &rotated).unwrap();
        write(&mut days, "two").unwrap();
        assert_eq!(std::fs::read_to_string(rotated).unwrap(), "one\n");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "two\n");
    }

    #[test]
    fn a_file_that_is_removed_or_replaced_takes_no_line_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-01-02.jsonl");
        let mut days = open(folder.path());
        write(&mut days, "lost by whoever removes it").unwrap();
        std::fs::remove_file(&path).unwrap();
        write(&mut days, "two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two\n");
        let other = folder.path().join("other");
        std::fs::write(&other, "other\n").unwrap();
        std::fs::rename(&other, &path).unwrap();
        write(&mut days, "three").unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "other\nthree\n");
    }

    #[test]
    fn a_file_that_others_cut_or_add_to_still_holds_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-01-02.jsonl");
        let mut days = open(folder.path());
        write(&mut days, "one").unwrap();
        for (meddled, kept) in [("", ""), ("on", ""), ("one\ntwo\nthr", "one\ntwo\n")] {
            std::fs::write(&path, meddled).unwrap();
            write(&mut days, "next").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{kept}next\n"));
        }
    }

    #[test]
    fn when_the_folder_is_gone_nothing_is_acknowledged_until_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let audit = folder.path().join("audit");
        std::fs::create_dir(&audit).unwrap();
        let mut days = open(&audit);
        write(&mut days, "one").unwrap();
        std::fs::remove_dir_all(&audit).unwrap();
        assert!(write(&mut days, "lost").is_err());
        std::fs::create_dir(&audit).unwrap();
        write(&mut days, "two").unwrap();
        assert_eq!(std::fs::read_to_string(audit.join("2026-01-02.jsonl")).unwrap(), "two\n");
    }

    #[test]
    fn half_a_line_of_a_crash_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let long = "l".repeat(3 * BLOCK as usize);
        for (left, kept) in [
            ("whole\nhal".to_owned(), "whole\n"),
            ("hal".to_owned(), ""),
            (format!("whole\n{long}"), "whole\n"),
            (long.clone(), ""),
            ("whole\n".to_owned(), "whole\n"),
        ] {
            std::fs::write(folder.path().join("2026-01-02.jsonl"), left).unwrap();
            write(&mut open(folder.path()), "next").unwrap();
            let written = std::fs::read_to_string(folder.path().join("2026-01-02.jsonl")).unwrap();
            assert_eq!(written, format!("{kept}next\n"));
        }
    }

    #[test]
    fn a_line_that_cannot_be_written_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let mut days = open(folder.path());
        std::fs::create_dir(folder.path().join("2026-01-02.jsonl")).unwrap();
        assert!(write(&mut days, "lost").is_err());
    }

    #[test]
    fn what_keeps_nothing_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-01-02.jsonl");
        let mut days = open(folder.path());
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        assert!(write(&mut days, "lost").unwrap_err().to_string().contains("no regular file"));
        std::fs::remove_file(&path).unwrap();
        write(&mut days, "kept").unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "kept\n");
    }
}
