use crate::records::Records;
use crate::table::Table;
use domain::iam::revocation::{Issuance, Quarantine, Revocable, Revocation};
use domain::records::{Read, Revocations};

/// How it stands with all that is issued: one row, because every request reads it.
const ISSUANCE: Table<1, Issuance> = Table::new("issuance");
/// Revocations by what was revoked.
const REVOCATIONS: Table<1, Revocation> = Table::new("revocation");
/// What was revoked, by when that is to be forgotten.
const ENDING: Table<1, Revocation> = Table::new("revocation-by-end");
/// Quarantines by whose they are.
const QUARANTINES: Table<1, Quarantine> = Table::new("quarantine");

impl Revocations for Records<'_> {
    fn issuance(&mut self) -> Read<Issuance> {
        Ok(self.get(&ISSUANCE, ["all"])?.unwrap_or_default())
    }

    fn put_issuance(&mut self, issuance: &Issuance) {
        self.put(&ISSUANCE, ["all"], issuance);
    }

    fn revocation(&mut self, whom: &Revocable) -> Read<Option<Revocation>> {
        self.get(&REVOCATIONS, [&name(whom)])
    }

    fn put_revocation(&mut self, revocation: &Revocation) {
        // Where the one before is not at hand the use case is run again with it.
        if let Ok(Some(earlier)) = self.revocation(&revocation.whom) {
            self.delete(&ENDING, [&end(&earlier)]);
        }
        self.put(&REVOCATIONS, [&name(&revocation.whom)], revocation);
        self.put(&ENDING, [&end(revocation)], revocation);
    }

    fn delete_revocation(&mut self, revocation: &Revocation) {
        self.delete(&REVOCATIONS, [&name(&revocation.whom)]);
        self.delete(&ENDING, [&end(revocation)]);
    }

    fn revocations(&mut self, after: Option<&Revocation>, limit: usize) -> Read<Vec<Revocation>> {
        let rows = ENDING.all();
        let rows = match after {
            Some(revocation) => rows.after(&end(revocation)),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn quarantine(&mut self, whom: &Revocable) -> Read<Option<Quarantine>> {
        self.get(&QUARANTINES, [&name(whom)])
    }

    fn put_quarantine(&mut self, quarantine: &Quarantine) {
        self.put(&QUARANTINES, [&name(&quarantine.whom)], quarantine);
    }

    fn delete_quarantine(&mut self, whom: &Revocable) {
        self.delete(&QUARANTINES, [&name(whom)]);
    }

    fn quarantines(&mut self, after: Option<&Revocable>, limit: usize) -> Read<Vec<Quarantine>> {
        let rows = QUARANTINES.all();
        let rows = match after {
            Some(whom) => rows.after(&name(whom)),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }
}

/// The name of one among all: neither a kind nor whose a name is has a NUL in it.
fn name(whom: &Revocable) -> String {
    let [of, name] = whom.parts();
    format!("{}\0{of}\0{name}", whom.kind().name())
}

/// Where a revocation stands among those that are to be forgotten.
fn end(revocation: &Revocation) -> String {
    // Turning the sign lets moments before 1970 sort before those after.
    let moment = revocation.until.millis().cast_unsigned() ^ (1 << 63);
    format!("{moment:016x} {}", name(&revocation.whom))
}
