//! What an operator does from the command line. A folder that a server uses is never opened: the server is asked.

use crate::clock::MachineClock;
use crate::config::ServerArgs;
use crate::remote::{self, Remote};
use crate::{Refused, backup};
use serde::Deserialize;
use serde_json::json;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// `cenote keys rotate`.
pub(crate) async fn rotate_keys(server: &ServerArgs) -> Result<(), Refused> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Rotated {
        ring_key: u16,
        identity_token_key: String,
    }
    let answer = Remote::new(server)?.ask("RotateKeys", &json!({}), &MachineClock::default()).await?;
    let Rotated { ring_key, identity_token_key } =
        serde_json::from_slice(&remote::whole(answer).await?).map_err(Refused::because)?;
    say(&format!(
        "key {ring_key} seals new sessions, and key {identity_token_key} signs new tokens of identities; older ones live \
         on until they expire"
    ))
}

/// `cenote backup FILE`. The file is there when it is whole, or not at all.
pub(crate) async fn backup(file: &Path, server: &ServerArgs) -> Result<(), Refused> {
    let shown = file.display();
    let failed = |error: io::Error| Refused(format!("`{shown}` cannot be written: {error}"));
    if file.try_exists().map_err(failed)? {
        return Err(Refused(format!("`{shown}` is there already; choose another name, or move it away")));
    }
    let mut body =
        Remote::new(server)?.ask("Backup", &json!({}), &MachineClock::default()).await?.into_body();
    let mut unfinished = file.to_owned().into_os_string();
    unfinished.push(".new");
    let unfinished = Path::new(&unfinished);
    let mut out = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(unfinished)
        .map_err(failed)?;
    let received = async {
        while let Some(piece) = remote::next_piece(&mut body).await? {
            out.write_all(&piece).map_err(failed)?;
        }
        out.sync_all().map_err(failed)?;
        backup::verify(unfinished)?;
        fs::rename(unfinished, file).map_err(failed)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    };
    if let Err(refused) = received.await {
        // Half a backup is none.
        let _best_effort = fs::remove_file(unfinished);
        return Err(refused);
    }
    say(&format!(
        "`{shown}` holds everything but the audit; it has the server's keys in it, so keep it as safe as them"
    ))
}

/// `cenote restore FILE`.
pub(crate) async fn restore(file: &Path, data: &Path) -> Result<(), Refused> {
    use api::app::Clock;
    backup::restore(file, data, MachineClock::default().now(), &crate::entropy::MachineEntropy).await?;
    say(&format!(
        "`{}` is as it was when the backup was made, but for its key ring: credentials and tokens issued before are \
         worth nothing any more, and whoever holds some signs in again",
        data.display()
    ))
}

/// Prints a sentence.
pub(crate) fn say(sentence: &str) -> Result<(), Refused> {
    let mut out = io::stdout().lock();
    writeln!(out, "{sentence}").map_err(Refused::because)
}
