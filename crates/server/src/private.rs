//! Files that hold keys: only their owner may be able to read them.

use crate::Refused;
use domain::secret::Secret;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Reads a file that only its owner may read; `None` if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Secret<String>>, Refused> {
    let shown = path.display();
    let failed = |error: io::Error| Refused(format!("`{shown}` cannot be read: {error}"));
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Refused(format!(
            "`{shown}` holds keys and others may read it; run `chmod 600 {shown}`, and if anybody else could have \
             read it, make new keys"
        )));
    }
    fs::read_to_string(path).map(|text| Some(Secret::new(text))).map_err(failed)
}

/// The value of a line `name = value`, as AWS's shared-credentials file has them.
pub(crate) fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let mut values = lines.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim());
    values.next().filter(|value| !value.is_empty())
}
