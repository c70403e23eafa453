//! Opening the file: its format, and the settings of each connection.

use crate::sqlite::OpenRefused;
use rusqlite::{Connection, ErrorCode, OpenFlags, Result, TransactionBehavior};
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::Duration;

/// "Ceno", in the place where SQLite keeps whose file it is.
const APPLICATION: i32 = 0x4365_6E6F;
/// The format written here.
const FORMAT: i32 = 1;
/// How long to wait for a process beside us that has locked the file, such as an operator's shell.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// The version comes before the value, so that checking it never walks through a long value.
const SCHEMA: &str = "
    CREATE TABLE records (k BLOB PRIMARY KEY, version INTEGER NOT NULL, v BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE stamp (last INTEGER NOT NULL) STRICT;
    INSERT INTO stamp VALUES (0);
";

/// The stamp of the last change: it names the state of the store.
pub(super) const LAST_STAMP: &str = "SELECT last FROM stamp";

const COPY: &str = "VACUUM INTO ?1";

/// Opens the file for writing, or makes it.
pub(super) fn open(path: &Path) -> Result<Connection, OpenRefused> {
    let unusable = |cause: String| OpenRefused::Unusable { path: path.to_owned(), cause };
    create(path).map_err(|error| unusable(error.to_string()))?;
    let of_sqlite = |error: rusqlite::Error| {
        if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
            return OpenRefused::Foreign(path.to_owned());
        }
        unusable(error.to_string())
    };
    let mut connection = connect(path).map_err(of_sqlite)?;
    match format(&connection).map_err(of_sqlite)? {
        Format::Empty => make(&mut connection).map_err(of_sqlite)?,
        Format::Ours(FORMAT) => {}
        Format::Ours(format) if format > FORMAT => {
            return Err(OpenRefused::Newer { path: path.to_owned(), format, known: FORMAT });
        }
        Format::Ours(_) | Format::Foreign => return Err(OpenRefused::Foreign(path.to_owned())),
    }
    let journal = log_ahead(&connection).map_err(of_sqlite)?;
    if journal != "wal" {
        return Err(unusable(format!("its file system allows no write-ahead log, only `{journal}`")));
    }
    Ok(connection)
}

/// Opens one more connection, for reading.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -1024)?;
    Ok(connection)
}

/// Copies one moment of the file into another one.
pub(super) fn copy(path: &Path, copy: &Path) -> Result<(), String> {
    let name = copy.to_str().ok_or("the name of the copy is no text")?;
    // SQLite takes a file that is empty for one that is not there.
    create(copy).map_err(|error| error.to_string())?;
    let copied = connect(path).and_then(|connection| connection.execute(COPY, [name]));
    copied.map(drop).map_err(|error| error.to_string())
}

/// SQLite would make the file, and later its log, readable by others.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

enum Format {
    Empty,
    Ours(i32),
    Foreign,
}

fn format(connection: &Connection) -> Result<Format> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    let application = number("PRAGMA application_id")?;
    let format = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    Ok(match (application, format, tables) {
        (0, 0, 0) => Format::Empty,
        (APPLICATION, format, _) => Format::Ours(format),
        _ => Format::Foreign,
    })
}

fn make(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

/// The settings for writing: every commit reaches the disk, and the log is shortened by the writer alone.
fn log_ahead(connection: &Connection) -> Result<String> {
    let journal = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "cache_size", -2048)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(journal)
}
