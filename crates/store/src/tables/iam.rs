use crate::records::Records;
use crate::table::Table;
use domain::arn::PolicyArn;
use domain::iam::entity::{Entity, PolicyUse};
use domain::iam::managed_policy::ManagedPolicy;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::{ManagedPolicies, Read, Roles};
use std::collections::BTreeSet;

/// Roles by name. Names are unique whatever their case, so the key is in lower case.
const ROLES: Table<1, Role> = Table::new("role");
/// Managed policies by name in lower case.
const POLICIES: Table<1, ManagedPolicy> = Table::new("managed-policy");
/// Who carries a managed policy: by its ARN and the key of who does.
const USES: Table<2, PolicyUse> = Table::new("use-of-managed-policy");

impl Roles for Records<'_> {
    fn role(&mut self, name: &RoleName) -> Read<Option<Role>> {
        self.get(&ROLES, [&name.folded()])
    }

    fn put_role(&mut self, role: &Role) {
        self.forget_uses_by_role(&role.name);
        self.put_uses(&Entity::Role(role.name.clone()), &role.attached, role.boundary.as_ref());
        self.put(&ROLES, [&role.name.folded()], role);
    }

    fn delete_role(&mut self, name: &RoleName) {
        self.forget_uses_by_role(name);
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

    fn count_roles(&mut self, limit: usize) -> Read<usize> {
        self.count(&ROLES.all(), limit)
    }
}

impl ManagedPolicies for Records<'_> {
    fn managed_policy(&mut self, name: &PolicyName) -> Read<Option<ManagedPolicy>> {
        self.get(&POLICIES, [&name.folded()])
    }

    fn put_managed_policy(&mut self, policy: &ManagedPolicy) {
        self.put(&POLICIES, [&policy.arn.name().folded()], policy);
    }

    fn delete_managed_policy(&mut self, name: &PolicyName) {
        self.delete(&POLICIES, [&name.folded()]);
    }

    fn managed_policies(&mut self, after: Option<&str>, limit: usize) -> Read<Vec<ManagedPolicy>> {
        let rows = POLICIES.all();
        let rows = match after {
            Some(name) => rows.after(name),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn count_managed_policies(&mut self, limit: usize) -> Read<usize> {
        self.count(&POLICIES.all(), limit)
    }

    fn uses_of_policy(
        &mut self,
        policy: &PolicyArn,
        after: Option<&str>,
        limit: usize,
    ) -> Read<Vec<PolicyUse>> {
        let policy = policy.to_string();
        let rows = USES.under([&policy]);
        let rows = match after {
            Some(entity) => rows.after(entity),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }
}

impl Records<'_> {
    /// What a role carried so far finds it no more. A role that is not at hand is noted as unread, and the run ends.
    fn forget_uses_by_role(&mut self, name: &RoleName) {
        if let Ok(Some(old)) = self.role(name) {
            self.forget_uses(&Entity::Role(old.name), &old.attached, old.boundary.as_ref());
        }
    }

    /// Lets the managed policies that somebody carries find them.
    fn put_uses(&mut self, entity: &Entity, attached: &BTreeSet<PolicyArn>, boundary: Option<&PolicyArn>) {
        for policy in attached.iter().chain(boundary) {
            let found = PolicyUse {
                entity: entity.clone(),
                attached: attached.contains(policy),
                boundary: boundary == Some(policy),
            };
            self.put(&USES, [&policy.to_string(), &entity.key()], &found);
        }
    }

    /// Lets the managed policies that somebody carried find them no more.
    fn forget_uses(&mut self, entity: &Entity, attached: &BTreeSet<PolicyArn>, boundary: Option<&PolicyArn>) {
        for policy in attached.iter().chain(boundary) {
            self.delete(&USES, [&policy.to_string(), &entity.key()]);
        }
    }
}
