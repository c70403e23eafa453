use crate::records::Records;
use crate::table::Table;
use domain::iam::role::{Role, RoleName};
use domain::records::{Read, Roles};

/// Roles by name. Names are unique whatever their case, so the key is in lower case.
const ROLES: Table<1, Role> = Table::new("role");

impl Roles for Records<'_> {
    fn role(&mut self, name: &RoleName) -> Read<Option<Role>> {
        self.get(&ROLES, [&name.folded()])
    }

    fn put_role(&mut self, role: &Role) {
        self.put(&ROLES, [&role.name.folded()], role);
    }

    fn delete_role(&mut self, name: &RoleName) {
        self.delete(&ROLES, [&name.folded()]);
    }

    fn roles(&mut self, after: Option<&str>, limit: usize) -> Read<Vec<Role>> {
        let rows = ROLES.all();
        let rows = match after {
            Some(name) => rows.after(name),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }
}
