//! Decides questions for comparison with other evaluators: JSON lines in, JSON lines out.
//!
//! A line holds policies and a request as `tests/support` reads them. Its answer holds `decision`, which is `allow`,
//! `deny` or `malformed`, and `how`, the decision's sentence or why a document is refused.

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{BufRead, Write};

use serde_json::{Value, json};
use support::Policies;

fn answer(line: &str) -> std::io::Result<Value> {
    let question: Value = serde_json::from_str(line)?;
    let policies = match Policies::read(&question) {
        Ok(policies) => policies,
        Err(refused) => return Ok(json!({ "decision": "malformed", "how": refused.to_string() })),
    };
    let decision = policies.decide(question.get("request").unwrap_or(&Value::Null));
    let word = if decision.is_allowed() { "allow" } else { "deny" };
    Ok(json!({ "decision": word, "how": decision.to_string() }))
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&line?)?)?;
    }
    Ok(())
}
