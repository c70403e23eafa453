//! Warnings on write: a policy that can be read is taken, and what lint finds in it is told beside the answer.
//!
//! The answer itself stays AWS's to the byte. The codes of what was found are in its header `x-cenote-warning`, the advice
//! is in the audit and in the log.

use crate::app::App;
use crate::operation::Call;
use broker::iam::lint::{self, Found};
use domain::arn::PolicyArn;
use domain::iam::role::RoleName;
use domain::identity_pool::pool::{IdentityPoolId, handed_out};
use domain::records::{Breakdown, IdentityPools, ManagedPolicies, Read, Roles};
use serde_json::{Value, json};
use std::convert::Infallible;

/// The header that names the codes, separated by commas.
pub(crate) const HEADER: &str = "x-cenote-warning";

/// How many findings are told one by one.
const MOST: usize = 20;

/// Which policies of a role were written.
pub(crate) enum Written<'a> {
    /// Its trust policy.
    Trust,
    /// What it carries under this name.
    Policy(&'a str),
    /// A managed policy that was attached to it.
    Attached(&'a PolicyArn),
    /// The managed policy that is its boundary.
    Boundary(&'a PolicyArn),
}

/// Warns of what was written of a role.
pub(crate) async fn of_role(app: &App, call: &mut Call<'_>, name: &RoleName, written: Written<'_>) {
    let begins = match written {
        Written::Trust => "the trust policy of ".to_owned(),
        Written::Policy(policy) => format!("policy {policy} of "),
        Written::Attached(arn) => format!("{arn} attached to "),
        Written::Boundary(arn) => format!("{arn}, the boundary of "),
    };
    let looking =
        app.store.transact::<_, Infallible>(app.entropy.as_ref(), |records, _| Ok(role(records, app, name)?));
    let found = looked(looking.await);
    warn(call, found.into_iter().filter(|found| found.place.starts_with(&begins)).collect());
}

/// Warns of a pool, and of the roles that it hands out.
pub(crate) async fn of_pool(app: &App, call: &mut Call<'_>, id: &IdentityPoolId) {
    let looking = app.store.transact::<_, Infallible>(app.entropy.as_ref(), |records, _| {
        let Some(pool) = records.identity_pool(id)? else { return Ok(Vec::new()) };
        let mut found = lint::of_pool(records, &app.house, &pool)?;
        for arn in handed_out(&pool.roles, &pool.role_mappings) {
            found.extend(role(records, app, arn.name())?);
        }
        Ok(found)
    });
    warn(call, looked(looking.await));
}

fn role(
    records: &mut (impl Roles + ManagedPolicies + IdentityPools),
    app: &App,
    name: &RoleName,
) -> Read<Vec<Found>> {
    match records.role(name)? {
        Some(role) => lint::of_role(records, &app.house, &role),
        None => Ok(Vec::new()),
    }
}

/// What was written stays, also if it cannot be looked at: then the log says so.
fn looked(ended: Result<Result<Vec<Found>, Infallible>, Breakdown>) -> Vec<Found> {
    match ended {
        Ok(Ok(found)) => found,
        Ok(Err(never)) => match never {},
        Err(breakdown) => {
            tracing::error!(%breakdown, "what was written cannot be looked through");
            Vec::new()
        }
    }
}

/// Tells what was found: in the log, in the audit, and by its codes in the answer.
pub(crate) fn warn(call: &mut Call<'_>, found: Vec<Found>) {
    if found.is_empty() {
        return;
    }
    let untold = found.len().saturating_sub(MOST);
    let mut told: Vec<Value> = Vec::new();
    for each in &found {
        call.warnings.insert(each.code);
    }
    for each in found.iter().take(MOST) {
        tracing::warn!(finding = %each, "a policy was written that lint has something to say about");
        let Found { place, code, statement, advice } = each;
        told.push(json!({ "place": place, "code": code, "statement": statement, "advice": advice }));
    }
    if untold > 0 {
        told.push(json!({ "untold": untold }));
    }
    call.notes.detail("lint", told);
}
