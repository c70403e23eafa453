use crate::records::Records;
use crate::table::Table;
use domain::iam::role::{Role, RoleName};
use domain::records::{Read, Roles};

/// Roles by name. Names are unique whatever their case, so the key is in lower case.
const ROLES: Table<1, Role> = Table::new("role");

impl Roles for Records<'_> {
    fn role(&mut self, name: &RoleName) -> Read<Option<Role>> {
        self.get(&ROLES, [&name.as_str().to_ascii_lowercase()])
    }

    fn put_role(&mut self, role: &Role) {
        self.put(&ROLES, [&role.name.as_str().to_ascii_lowercase()], role);
    }
}
