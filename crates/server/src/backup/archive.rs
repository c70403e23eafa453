//! The file of a backup, written and read.

use super::COPY;
use crate::Refused;
use crate::data_dir::DataDir;
use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;
use domain::s3::object::ContentId;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use tar::{Archive, Builder, EntryType, Header};

/// Where contents are, in the data folder and in the file.
const CONTENTS: &str = "objects/content";

/// What every backup holds, and under which name it lies in the data folder while it is written.
const ALWAYS: [(&str, &str); 4] =
    [("format", "format"), ("keys", "keys"), ("root-credentials", "root-credentials"), (RECORDS, COPY)];

const RECORDS: &str = "records.sqlite";

/// The last entry: a line for each other one.
const CHECKSUMS: &str = "checksums";

/// The longest list of checksums that is read, in bytes: a line has a little over a hundred.
const LONGEST: u64 = 1 << 30;

/// Writes a backup.
pub(super) fn write(data: &DataDir, out: &mut dyn Write) -> io::Result<()> {
    let mut builder = Builder::new(out);
    let mut checksums = String::new();
    for (name, lies_at) in ALWAYS {
        append(&mut builder, name, &data.path(lies_at), &mut checksums)?;
    }
    for shelf in sorted(&data.path(CONTENTS))? {
        for content in sorted(&shelf)? {
            let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
            let (Some(shelf), Some(content_name)) = (name(&shelf), name(&content)) else { continue };
            append(&mut builder, &format!("{CONTENTS}/{shelf}/{content_name}"), &content, &mut checksums)?;
        }
    }
    let mut header = header(checksums.len() as u64);
    builder.append_data(&mut header, CHECKSUMS, checksums.as_bytes())?;
    builder.finish()
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

fn header(length: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(length);
    header
}

fn append(
    builder: &mut Builder<&mut dyn Write>,
    name: &str,
    path: &Path,
    checksums: &mut String,
) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display()));
    let file = File::open(path).map_err(named)?;
    let mut header = header(file.metadata()?.len());
    let mut hashed = Hashed::new(BufReader::new(file));
    builder.append_data(&mut header, name, &mut hashed)?;
    checksums.push_str(&format!("{}  {name}\n", hashed.sum()));
    Ok(())
}

/// Reads a backup and hands out each file that is to be restored. All that was handed out is as it was written when this
/// has ended well.
pub(super) fn read(
    path: &Path,
    mut take: impl FnMut(&str, &mut dyn Read) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let shown = path.display();
    let damaged = |why: &dyn std::fmt::Display| {
        Refused(format!("`{shown}` is no whole backup: {why}; use another one"))
    };
    let file = File::open(path).map_err(|error| Refused(format!("`{shown}` cannot be read: {error}")))?;
    let mut archive = Archive::new(BufReader::new(file));
    let mut sums = BTreeMap::new();
    let mut promised = None;
    for entry in archive.entries().map_err(|error| damaged(&error))? {
        let mut entry = entry.map_err(|error| damaged(&error))?;
        let name = entry.path().ok().and_then(|name| name.to_str().map(str::to_owned)).unwrap_or_default();
        if promised.is_some() || entry.header().entry_type() != EntryType::Regular {
            return Err(damaged(&"something is in it that no backup has"));
        }
        if name == CHECKSUMS {
            let mut text = String::new();
            entry.take(LONGEST).read_to_string(&mut text).map_err(|error| damaged(&error))?;
            promised = Some(text);
            continue;
        }
        if !is_known(&name) {
            return Err(damaged(&format!("no backup has a file `{}`", name.escape_debug())));
        }
        let length = entry.size();
        let mut hashed = Hashed::new(&mut entry);
        take(&name, &mut hashed)?;
        if hashed.length != length {
            return Err(damaged(&format!("`{name}` breaks off")));
        }
        if sums.insert(name, hashed.sum()).is_some() {
            return Err(damaged(&"a file is in it twice"));
        }
    }
    let promised = promised.ok_or_else(|| damaged(&"it breaks off"))?;
    let promised: Option<BTreeMap<String, String>> = promised
        .lines()
        .map(|line| line.split_once("  ").map(|(sum, name)| (name.to_owned(), sum.to_owned())))
        .collect();
    let has_all = ALWAYS.iter().all(|(name, _)| sums.contains_key(*name));
    if promised.as_ref() != Some(&sums) || !has_all {
        return Err(damaged(&"its checksums are not those of its files"));
    }
    Ok(())
}

/// Whether a backup is whole.
pub(crate) fn verify(path: &Path) -> Result<(), Refused> {
    read(path, |_, bytes| io::copy(bytes, &mut io::sink()).map(drop).map_err(Refused::because))
}

/// Whether a backup may hold a file of this name: nothing outside the folder, and nothing that is not restored.
fn is_known(name: &str) -> bool {
    let is_content = |rest: &str| {
        let (shelf, id) = rest.split_once('/').unwrap_or_default();
        shelf.len() == 2 && id.starts_with(shelf) && ContentId::parse(id).is_ok()
    };
    ALWAYS.iter().any(|(known, _)| *known == name)
        || name.strip_prefix(CONTENTS).and_then(|rest| rest.strip_prefix('/')).is_some_and(is_content)
}

/// Bytes that are counted and hashed as they are read.
struct Hashed<R> {
    bytes: R,
    length: u64,
    digest: Context,
}

impl<R> Hashed<R> {
    fn new(bytes: R) -> Self {
        Self { bytes, length: 0, digest: Context::new(&SHA256) }
    }

    fn sum(self) -> String {
        HEXLOWER.encode(self.digest.finish().as_ref())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.read(into)?;
        self.length += length as u64;
        self.digest.update(into.get(..length).unwrap_or_default());
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_holds_known_names_only_and_none_leads_out_of_the_folder() {
        let id = "0a1b2c3d000040008000000000000000";
        for name in ["keys", "records.sqlite", &format!("objects/content/0a/{id}")] {
            assert!(is_known(name), "{name}");
        }
        for name in [
            "",
            "../keys",
            "/keys",
            "audit/2026-01-01.jsonl",
            "objects/content/0a/../../../keys",
            "objects/content/0a/",
            &format!("objects/content/0b/{id}"),
            &format!("objects/content/../{id}"),
            &format!("objects/incoming/{id}"),
        ] {
            assert!(!is_known(name), "{name}");
        }
    }
}
