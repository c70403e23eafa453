use crate::records::Records;
use crate::table::Table;
use domain::arn::PolicyArn;
use domain::iam::access_key::{AccessKey, AccessKeyId, LastUse, MOST_KEYS};
use domain::iam::entity::{Entity, PolicyUse};
use domain::iam::group::{Group, GroupName};
use domain::iam::id::UserId;
use domain::iam::managed_policy::ManagedPolicy;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::iam::user::{User, UserName};
use domain::records::{AccessKeys, Breakdown, Groups, IamUsers, ManagedPolicies, Read, Roles};
use std::collections::BTreeSet;

/// Roles by name. Names are unique whatever their case, so the key is in lower case.
const ROLES: Table<1, Role> = Table::new("role");
/// Users by name, in lower case as those of roles.
const USERS: Table<1, User> = Table::new("iam-user");
/// What users are called, by their unique ids.
const NAMES_OF_USERS: Table<1, UserName> = Table::new("name-of-iam-user");
/// Groups by name, in lower case as those of roles.
const GROUPS: Table<1, Group> = Table::new("iam-group");
/// Who is in a group: by the names of group and user in lower case.
const MEMBERS: Table<2, UserName> = Table::new("member-of-iam-group");
/// How many there are, by what.
const COUNTS: Table<1, usize> = Table::new("iam-count");
const ACCESS_KEYS: Table<1, AccessKey> = Table::new("access-key");
/// Which keys a user has: by the user's unique id and the key.
const KEYS_OF_USER: Table<2, AccessKeyId> = Table::new("access-key-of-user");
/// When keys were used last, apart from them, so that to write it changes no key.
const LAST_USES: Table<1, LastUse> = Table::new("access-key-use");
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

    /// A group is there no more, nor found by the managed policies that it carries, nor is one that is not at hand.
    fn forget_group(&mut self, name: &GroupName) {
        if let Ok(Some(old)) = self.group(name) {
            self.forget_uses(&Entity::Group(old.name), &old.attached, None);
            self.delete(&GROUPS, [&name.folded()]);
        }
    }

    /// A user is there no more, nor found by the managed policies that they carry and their groups, nor counted. One who is not at hand is
    /// noted as unread, and the run ends.
    fn forget_user(&mut self, name: &UserName) {
        if let Ok(Some(old)) = self.iam_user(name) {
            self.forget_uses(&Entity::User(old.name), &old.attached, old.boundary.as_ref());
            for group in &old.groups {
                self.delete(&MEMBERS, [&group.folded(), &name.folded()]);
            }
            self.delete(&USERS, [&name.folded()]);
            self.delete(&NAMES_OF_USERS, [old.id.as_str()]);
            self.count_user(|count| count.saturating_sub(1));
        }
    }

    /// There may be thousands of users, so they are counted as they come and go.
    fn count_user(&mut self, change: impl FnOnce(usize) -> usize) {
        if let Ok(count) = self.get(&COUNTS, ["user"]) {
            self.put(&COUNTS, ["user"], &change(count.unwrap_or(0)));
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

impl IamUsers for Records<'_> {
    fn iam_user(&mut self, name: &UserName) -> Read<Option<User>> {
        self.get(&USERS, [&name.folded()])
    }

    fn iam_user_of(&mut self, id: &UserId) -> Read<Option<User>> {
        let Some(name) = self.get(&NAMES_OF_USERS, [id.as_str()])? else { return Ok(None) };
        Ok(self.iam_user(&name)?.filter(|user| user.id == *id))
    }

    fn put_iam_user(&mut self, user: &User) {
        self.forget_user(&user.name);
        self.put_uses(&Entity::User(user.name.clone()), &user.attached, user.boundary.as_ref());
        for group in &user.groups {
            self.put(&MEMBERS, [&group.folded(), &user.name.folded()], &user.name);
        }
        self.put(&USERS, [&user.name.folded()], user);
        self.put(&NAMES_OF_USERS, [user.id.as_str()], &user.name);
        self.count_user(|count| count + 1);
    }

    fn delete_iam_user(&mut self, name: &UserName) {
        self.forget_user(name);
    }

    fn iam_users(&mut self, after: Option<&str>, limit: usize) -> Read<Vec<User>> {
        let rows = USERS.all();
        let rows = match after {
            Some(name) => rows.after(name),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn count_iam_users(&mut self, limit: usize) -> Read<usize> {
        Ok(self.get(&COUNTS, ["user"])?.unwrap_or(0).min(limit))
    }
}

impl Groups for Records<'_> {
    fn group(&mut self, name: &GroupName) -> Read<Option<Group>> {
        self.get(&GROUPS, [&name.folded()])
    }

    fn put_group(&mut self, group: &Group) {
        self.forget_group(&group.name);
        self.put_uses(&Entity::Group(group.name.clone()), &group.attached, None);
        self.put(&GROUPS, [&group.name.folded()], group);
    }

    fn delete_group(&mut self, name: &GroupName) {
        self.forget_group(name);
    }

    fn groups(&mut self, after: Option<&str>, limit: usize) -> Read<Vec<Group>> {
        let rows = GROUPS.all();
        let rows = match after {
            Some(name) => rows.after(name),
            None => rows,
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn count_groups(&mut self, limit: usize) -> Read<usize> {
        self.count(&GROUPS.all(), limit)
    }

    fn members(&mut self, group: &GroupName, after: Option<&str>, limit: usize) -> Read<Vec<User>> {
        let group = group.folded();
        let rows = MEMBERS.under([&group]);
        let rows = match after {
            Some(name) => rows.after(name),
            None => rows,
        };
        let names = self.scan(&rows, limit)?;
        names.iter().for_each(|found| self.want(USERS.key([&found.name])));
        let mut members = Vec::with_capacity(names.len());
        for found in names {
            let Some(user) = self.iam_user(&found.value)? else {
                let what = format!("group `{group}` has the member `{}`, who is not there", found.value);
                return Err(self.broken(Breakdown::new(what)));
            };
            members.push(user);
        }
        Ok(members)
    }
}

impl AccessKeys for Records<'_> {
    fn access_key(&mut self, id: &AccessKeyId) -> Read<Option<AccessKey>> {
        self.get(&ACCESS_KEYS, [id.as_str()])
    }

    fn put_access_key(&mut self, key: &AccessKey) {
        self.put(&ACCESS_KEYS, [key.id.as_str()], key);
        self.put(&KEYS_OF_USER, [key.user_id.as_str(), key.id.as_str()], &key.id);
    }

    fn delete_access_key(&mut self, key: &AccessKey) {
        self.delete(&ACCESS_KEYS, [key.id.as_str()]);
        self.delete(&KEYS_OF_USER, [key.user_id.as_str(), key.id.as_str()]);
        self.delete(&LAST_USES, [key.id.as_str()]);
    }

    fn access_keys(&mut self, user: &UserId) -> Read<Vec<AccessKey>> {
        let ids = self.scan(&KEYS_OF_USER.under([user.as_str()]), MOST_KEYS + 1)?;
        ids.iter().for_each(|found| self.want(ACCESS_KEYS.key([found.value.as_str()])));
        let mut keys = Vec::with_capacity(ids.len());
        for found in ids {
            let Some(key) = self.access_key(&found.value)? else {
                let what = format!("user `{user}` has the access key `{}`, which is not there", found.value);
                return Err(self.broken(Breakdown::new(what)));
            };
            keys.push(key);
        }
        Ok(keys)
    }

    fn last_use(&mut self, key: &AccessKeyId) -> Read<Option<LastUse>> {
        self.get(&LAST_USES, [key.as_str()])
    }

    fn put_last_use(&mut self, key: &AccessKeyId, last: &LastUse) {
        self.put(&LAST_USES, [key.as_str()], last);
    }
}
