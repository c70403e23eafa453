//! `cenote lint`: what there is to change in a policy, or in all policies of a server that runs.

use crate::Refused;
use crate::clock::MachineClock;
use crate::config::{PolicyKind, ServerArgs};
use crate::remote::{self, Remote};
use crate::verbs::say;
use broker::identity_pool::scope_down::ScopeDown;
use policy::{Holder, Kind, lint};
use serde::Deserialize;
use serde_json::json;
use std::path::Path;

/// How many roles, policies and pools the server looks through at a time.
const PAGE: usize = 100;

/// `cenote lint FILE`. Nothing is asked of a server.
pub(crate) fn of_file(file: &Path, kind: PolicyKind, guests: bool) -> Result<(), Refused> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Refused(format!("`{shown}` cannot be read: {error}")))?;
    let kind = match kind {
        PolicyKind::Identity => Kind::Identity,
        PolicyKind::Trust => Kind::Trust,
        PolicyKind::Session => Kind::Session,
        PolicyKind::Resource => Kind::Resource,
    };
    let scope_down = ScopeDown::aws().policies;
    let scope_down: Vec<&str> = scope_down.iter().map(|policy| policy.document.as_ref()).collect();
    let holder = if guests { Holder::Guests(&scope_down) } else { Holder::Unknown };
    let found = lint(&text, kind, holder).map_err(|why| {
        let sentence = format!("`{shown}`: {why} {}", why.detail().unwrap_or_default());
        Refused(sentence.trim_end().to_owned())
    })?;
    found.iter().try_for_each(|finding| say(&finding.to_string()))?;
    ended(found.len(), &format!("`{shown}`"))
}

/// `cenote lint`. The server that runs looks through all that it has.
pub(crate) async fn of_server(server: &ServerArgs) -> Result<(), Refused> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Page {
        findings: Vec<Found>,
        next_token: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Found {
        place: String,
        code: String,
        statement: Option<usize>,
        advice: String,
    }
    let (remote, clock) = (Remote::new(server)?, MachineClock::default());
    let (mut count, mut input) = (0, json!({ "MaxResults": PAGE }));
    loop {
        let answer = remote.ask("Lint", &input, &clock).await?;
        let page: Page = serde_json::from_slice(&remote::whole(answer).await?).map_err(Refused::because)?;
        count += page.findings.len();
        for Found { place, code, statement, advice } in page.findings {
            let statement = statement.map(|at| format!(", statement {at}")).unwrap_or_default();
            say(&format!("{code} in {place}{statement}: {advice}"))?;
        }
        match page.next_token {
            Some(token) => input = json!({ "MaxResults": PAGE, "NextToken": token }),
            None => return ended(count, "the server's policies"),
        }
    }
}

/// Whoever runs it from a script sees by its end whether there is something to change.
fn ended(findings: usize, place: &str) -> Result<(), Refused> {
    match findings {
        0 => say(&format!("there is nothing to change in {place}")),
        1 => Err(Refused(format!("there is something to change in {place}"))),
        many => Err(Refused(format!("there are {many} things to change in {place}"))),
    }
}
