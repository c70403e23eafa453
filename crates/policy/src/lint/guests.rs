//! What a role gives to guests, who are everybody.

use super::meeting::{at_most, meet};
use super::words;
use super::written::Written;
use super::{Code, Findings};
use crate::document::{Document, Kind};
use crate::malformed::{Malformed, excerpt};

/// What the actions begin with that change nothing.
const READS: [&str; 8] = ["get", "list", "describe", "head", "lookup", "query", "batchget", "search"];

/// Looks at a statement of a guest role, beside the policies that are what guests may do at most.
pub(super) fn look(
    statement: &Written<'_>,
    scope_down: &[&str],
    found: &mut Findings,
) -> Result<(), Malformed> {
    if !statement.allows() {
        return Ok(());
    }
    let is_everything = |resource: &String| resource == "*" || resource.ends_with(":::*");
    if statement.texts("NotAction").is_some() || statement.texts("NotResource").is_some() {
        found.add(
            Code::GuestWildcard,
            "list what guests may do in `Action` and `Resource`, for the rest of everything is more than anybody means",
        );
    }
    let resources = statement.resources();
    let is_of_their_own =
        statement.variables && !resources.is_empty() && resources.iter().all(|it| names_the_guest(it));
    for action in statement.actions() {
        let shown = excerpt(&action);
        if action.contains('*') {
            found.add(
                Code::GuestWildcard,
                format!("list the actions that guests need in the place of `{shown}`"),
            );
        } else if is_write(&action) && !is_of_their_own {
            found.add(
                Code::GuestWrites,
                format!("take `{shown}` from guests, or bear that everybody can do it without signing in"),
            );
        }
    }
    let reaches_s3 = statement.actions().iter().any(|action| action == "*" || words::service(action) == "s3");
    if reaches_s3 && statement.resources().iter().any(is_everything) {
        found.add(
            Code::GuestWildcard,
            "name the bucket and prefix that guests may use in the place of all buckets",
        );
    }
    held_down(statement, scope_down, found)
}

/// Whether a resource is one guest's alone. Their `aws:userid` does not tell them apart.
fn names_the_guest(resource: &str) -> bool {
    resource.to_lowercase().contains("${cognito-identity.amazonaws.com:sub}")
}

fn is_write(action: &str) -> bool {
    let name = action.split_once(':').map_or(action, |(_, name)| name).to_lowercase();
    let is_known = words::knows(words::service(action));
    is_known && !READS.iter().any(|read| name.starts_with(read))
}

/// Finds actions of which the scope-down leaves nothing.
fn held_down(statement: &Written<'_>, scope_down: &[&str], found: &mut Findings) -> Result<(), Malformed> {
    let mut allowing = Vec::new();
    for text in scope_down {
        let document = Document::parse(text, Kind::Session)?;
        let json: serde_json::Value =
            serde_json::from_str(text).map_err(|error| Malformed::Syntax(excerpt(&error.to_string())))?;
        for each in Written::all(document.statements(), &json).into_iter().filter(Written::allows) {
            // What is left by an exception is taken for everything.
            let all = || vec!["*".to_owned()];
            let resources = each.texts("Resource").unwrap_or_else(all);
            let resources = resources.iter().map(|text| at_most(text, each.variables)).collect::<Vec<_>>();
            allowing.push((each.texts("Action").unwrap_or_else(all), resources));
        }
    }
    let resources = statement.texts("Resource").unwrap_or_else(|| vec!["*".to_owned()]);
    let resources: Vec<String> = resources.iter().map(|text| at_most(text, statement.variables)).collect();
    let any = |ones: &[String], others: &[String]| {
        ones.iter().any(|one| others.iter().any(|other| meet(one, other)))
    };
    for action in statement.actions() {
        let folded = action.to_lowercase();
        let is_left = allowing.iter().any(|(actions, of)| {
            actions.iter().any(|allowed| meet(&folded, &allowed.to_lowercase())) && any(&resources, of)
        });
        if !is_left {
            let shown = excerpt(&action);
            found.add(
                Code::ScopedDown,
                format!(
                    "take out `{shown}`, or let the scope-down of guests allow it, which leaves nothing of it"
                ),
            );
        }
    }
    Ok(())
}
