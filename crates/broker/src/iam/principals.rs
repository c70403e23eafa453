//! Whom policies that guard something mean by the ARNs in them.
//!
//! An ARN means whoever has it when the policy is written. It follows a user to another name or path. Who is made anew under
//! it later is somebody else: for them the policy says the unique id of who is gone, which nobody has. Sources: IAM user
//! guide, "AWS JSON policy elements: Principal" and "Renaming an IAM user".

use crate::House;
use domain::account::AccountId;
use domain::arn::{self, RoleArn, UserArn};
use domain::iam::id::UserId;
use domain::iam::principal::{NamedPrincipal, renamed};
use domain::iam::role::{Role, RoleName};
use domain::iam::user::User;
use domain::records::{IamUsers, Read, Roles};
use policy::{Document, Malformed};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Whom an ARN means.
pub(crate) enum Meant {
    /// Somebody of this account.
    Known(NamedPrincipal),
    /// A session, which is named as it comes, or somebody of another account, who is not known here.
    AtItsWord,
    /// Nobody of this account.
    Nobody,
}

/// Whom an ARN means now.
pub(crate) fn meant(
    records: &mut (impl Roles + IamUsers),
    account: &AccountId,
    principal: &str,
) -> Read<Meant> {
    let owner = principal.split(':').nth(4);
    let federated_user = principal.strip_prefix(&arn::federated_user(account, ""));
    if owner.is_some_and(|owner| owner != account.as_str())
        || federated_user.is_some_and(|name| !name.is_empty())
    {
        return Ok(Meant::AtItsWord);
    }
    if let Ok(arn) = RoleArn::parse(principal) {
        let role = records.role(arn.name())?.filter(|role| role.arn(account) == arn);
        return Ok(role.map_or(Meant::Nobody, |role| Meant::Known(NamedPrincipal::Role { arn, id: role.id })));
    }
    if let Ok(arn) = UserArn::parse(principal) {
        let user = records.iam_user(arn.name())?.filter(|user| user.arn(account) == arn);
        return Ok(user.map_or(Meant::Nobody, |user| Meant::Known(NamedPrincipal::User { arn, id: user.id })));
    }
    let of_sessions = format!("arn:aws:sts::{account}:assumed-role/");
    let role_of_session = || principal.strip_prefix(&of_sessions)?.split_once('/');
    match role_of_session().and_then(|(role, _)| RoleName::parse(role).ok()) {
        Some(role) if records.role(&role)?.is_some_and(|found| found.name == role) => Ok(Meant::AtItsWord),
        Some(_) | None => Ok(Meant::Nobody),
    }
}

/// Finds those whom a trust policy names; refuses one that names somebody whom the account does not have.
pub(super) fn named_in(
    records: &mut (impl Roles + IamUsers),
    house: &House,
    trust: &Document,
) -> Read<Result<Vec<NamedPrincipal>, Malformed>> {
    let mut named = Vec::new();
    for principal in trust.principal_arns() {
        match meant(records, &house.account.id, principal)? {
            Meant::Known(known) if named.contains(&known) => {}
            Meant::Known(known) => named.push(known),
            Meant::AtItsWord => {}
            Meant::Nobody => {
                let value = principal.to_owned();
                return Ok(Err(Malformed::InvalidPrincipal { kind: "AWS", value }));
            }
        }
    }
    Ok(Ok(named))
}

/// The user of a unique id, by the name that they had when they were seen last or by the one that they have now.
pub(super) fn user_of(records: &mut impl IamUsers, arn: &UserArn, id: &UserId) -> Read<Option<User>> {
    match records.iam_user(arn.name())?.filter(|user| user.id == *id) {
        Some(user) => Ok(Some(user)),
        // Those who were not written since there are names by id were not renamed since either.
        None => records.iam_user_of(id),
    }
}

/// What a policy says for somebody now: their ARN, which a user takes along when they are renamed or moved, or the id of
/// who is gone.
fn called_now(
    records: &mut (impl Roles + IamUsers),
    account: &AccountId,
    named: &NamedPrincipal,
) -> Read<String> {
    Ok(match named {
        NamedPrincipal::Role { arn, id } => {
            let is_the_one = |role: &Role| role.id == *id && role.arn(account) == *arn;
            let now = records.role(arn.name())?.filter(is_the_one);
            now.map_or_else(|| id.to_string(), |_| arn.to_string())
        }
        NamedPrincipal::User { arn, id } => {
            let now = user_of(records, arn, id)?;
            now.map_or_else(|| id.to_string(), |user| user.arn(account).to_string())
        }
    })
}

/// The text of a policy that names some of the account, as it counts now.
pub(crate) fn counting_now<'t>(
    records: &mut (impl Roles + IamUsers),
    account: &AccountId,
    (text, named): (&'t str, &[NamedPrincipal]),
) -> Read<Cow<'t, str>> {
    let mut names = BTreeMap::new();
    for named in named {
        let (then, now) = (named.arn(), called_now(records, account, named)?);
        if then != now {
            names.insert(then, now);
        }
    }
    if names.is_empty() { Ok(Cow::Borrowed(text)) } else { Ok(Cow::Owned(renamed(text, &names))) }
}

/// The text of a role's trust policy as it counts now.
pub(super) fn trust_of<'r>(
    records: &mut (impl Roles + IamUsers),
    house: &House,
    role: &'r Role,
) -> Read<Cow<'r, str>> {
    counting_now(records, &house.account.id, (&role.trust, &role.trusted))
}

/// A role with its trust policy as it counts now, to be shown.
pub fn shown(records: &mut (impl Roles + IamUsers), house: &House, role: Role) -> Read<Role> {
    let trust = trust_of(records, house, &role)?.into_owned();
    Ok(Role { trust, ..role })
}
