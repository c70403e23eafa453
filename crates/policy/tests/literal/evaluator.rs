//! A second evaluator, written word for word from AWS's flow: slow, obvious, on the JSON as it was written.
//!
//! It shares no code with the first one. Where AWS documents no answer, a part of a statement is neither true nor false
//! (`None`): then an Allow does not apply and a Deny does.

use serde_json::Value;

use crate::condition;
use crate::text::{fits, lowered, strings, tokens, versions_variables};

/// What is neither surely so nor surely not so is `None`.
pub(crate) type Maybe = Option<bool>;

/// What the policies of a question say to a request, in the words of `Decision`.
pub(crate) fn decide(question: &Value, asked: &Value) -> String {
    let guard = if question.get("trust").is_some() { "trust" } else { "resource" };

    // "The code evaluates all policies that apply to the request. An explicit deny in any of them is final."
    for layer in ["identity", guard, "boundary", "session"] {
        for (name, index, statement) in statements(question, layer) {
            if says(statement, "Deny") && applies(question, layer, statement, asked) != Some(false) {
                return format!("denied by statement {index} of `{name}`, {}", with_article(layer));
            }
        }
    }

    // "If the resource-based policy allows the principal that makes the request, the final decision is Allow."
    let as_itself = first_allow(question, guard, asked, names_itself);
    let as_behind = first_allow(question, guard, asked, names_behind);
    let as_account = first_allow(question, guard, asked, names_account);
    if let Some(found) = as_itself {
        return format!("allowed by {found}");
    }
    let caller = Caller::of(asked);
    let guard_allows = as_behind.clone().or(as_account);
    if guard_allows.is_none() && (guard == "trust" || caller.account.is_none()) {
        return format!("no {} allows it", name_of(guard));
    }

    // "Identity-based policies", unless the role or user behind the session was named.
    let mut by = Vec::new();
    if guard == "trust" || as_behind.is_some() {
        by.extend(guard_allows);
    }
    if as_behind.is_none() {
        match first_allow(question, "identity", asked, |_, _, _| true) {
            Some(found) => by.push(found),
            None => return format!("no {} allows it", name_of("identity")),
        }
    }
    // "Permissions boundaries", then "session policies".
    let must = [
        ("boundary", question.get("boundary").is_some()),
        ("session", question.get("session").is_some() || caller.is_federated_user),
    ];
    for (layer, present) in must {
        if present {
            match first_allow(question, layer, asked, |_, _, _| true) {
                Some(found) => by.push(found),
                None => return format!("no {} allows it", name_of(layer)),
            }
        }
    }
    format!("allowed by {}", by.join(" and "))
}

fn name_of(layer: &str) -> &'static str {
    match layer {
        "identity" => "identity-based policy",
        "resource" => "resource-based policy",
        "trust" => "role trust policy",
        "boundary" => "permissions boundary",
        "session" => "session policy",
        other => panic!("layer {other}"),
    }
}

fn with_article(layer: &str) -> String {
    let article = if layer == "identity" { "an" } else { "a" };
    format!("{article} {}", name_of(layer))
}

/// Every statement of a layer: its policy's name, its place, and itself.
fn statements<'q>(question: &'q Value, layer: &str) -> Vec<(String, usize, &'q Value)> {
    let mut found = Vec::new();
    let documents: Vec<(String, &Value)> = match question.get(layer) {
        None => Vec::new(),
        Some(Value::Array(documents)) => {
            let named = |(index, document)| (format!("{layer} {index}"), document);
            documents.iter().enumerate().map(named).collect()
        }
        Some(document) => vec![(layer.to_owned(), document)],
    };
    for (name, document) in documents {
        let statement = document.get("Statement").unwrap();
        let listed = statement.as_array().map_or_else(|| vec![statement], |listed| listed.iter().collect());
        found.extend(listed.into_iter().enumerate().map(|(index, each)| (name.clone(), index, each)));
    }
    found
}

fn says(statement: &Value, effect: &str) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some(effect)
}

/// The first statement of a layer that allows the request and names the caller in this way.
fn first_allow(
    question: &Value,
    layer: &str,
    asked: &Value,
    names: fn(&Value, &Caller, &str) -> bool,
) -> Option<String> {
    let caller = Caller::of(asked);
    for (name, index, statement) in statements(question, layer) {
        if says(statement, "Allow")
            && names(statement, &caller, layer)
            && applies(question, layer, statement, asked) == Some(true)
        {
            return Some(format!("statement {index} of `{name}`"));
        }
    }
    None
}

/// Whether action, principal, resource and conditions of a statement are all those of the request.
fn applies(question: &Value, layer: &str, statement: &Value, asked: &Value) -> Maybe {
    let document = match question.get(layer).unwrap() {
        Value::Array(documents) => {
            let holds = |document: &&Value| statements_of(document).any(|each| std::ptr::eq(each, statement));
            documents.iter().find(holds).unwrap()
        }
        document => document,
    };
    let variables = versions_variables(document);
    let mut parts = vec![Some(about_action(statement, asked))];
    if layer == "resource" || layer == "trust" {
        parts.push(about_caller(statement, &Caller::of(asked)));
    }
    if layer != "trust" {
        parts.push(about_resource(statement, asked, variables));
    }
    parts.extend(condition::all(statement, asked, variables));
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn statements_of(document: &Value) -> impl Iterator<Item = &Value> {
    let statement = document.get("Statement").unwrap();
    statement.as_array().map_or(std::slice::from_ref(statement), Vec::as_slice).iter()
}

fn about_action(statement: &Value, asked: &Value) -> bool {
    let action: Vec<char> = lowered(asked.get("action").unwrap().as_str().unwrap()).chars().collect();
    let listed = |element: &str| {
        let patterns = strings(statement.get(element)?);
        let mut tokens =
            patterns.iter().map(|pattern| tokens(&lowered(pattern), true, false, asked).unwrap());
        Some(tokens.any(|pattern| fits(&pattern, &action)))
    };
    listed("Action").unwrap_or_else(|| !listed("NotAction").unwrap())
}

/// A pattern with a variable that has no value is no resource; whether `NotResource` then leaves out what begins as
/// the pattern does, AWS does not say.
fn about_resource(statement: &Value, asked: &Value, variables: bool) -> Maybe {
    let resource = asked.get("resource").and_then(Value::as_str).unwrap_or_default();
    let compare = |pattern: &String| -> Maybe {
        if pattern == "*" {
            return Some(true);
        }
        let (of_pattern, rest) = partition(pattern).unwrap();
        let Some((of_resource, behind)) = partition(resource) else { return Some(false) };
        let of_resource: Vec<char> = of_resource.chars().collect();
        if !fits(&tokens(of_pattern, true, false, asked).unwrap(), &of_resource) {
            return Some(false);
        }
        match tokens(rest, true, variables, asked) {
            Some(pattern) => Some(fits(&pattern, &behind.chars().collect::<Vec<_>>())),
            None => {
                let head: String = rest.chars().take_while(|letter| !"*?$".contains(*letter)).collect();
                if behind.starts_with(&head) { None } else { Some(false) }
            }
        }
    };
    if let Some(patterns) = statement.get("Resource") {
        return Some(strings(patterns).iter().any(|pattern| compare(pattern) == Some(true)));
    }
    let compared: Vec<Maybe> = strings(statement.get("NotResource").unwrap()).iter().map(compare).collect();
    if compared.contains(&Some(true)) {
        Some(false)
    } else if compared.contains(&None) {
        None
    } else {
        Some(true)
    }
}

/// The partition of an ARN, and what is behind it.
fn partition(arn: &str) -> Option<(&str, &str)> {
    arn.strip_prefix("arn:")?.split_once(':')
}

/// Who asks, by every name.
struct Caller {
    /// The ARN that signs; of a token its provider, of a service its name.
    itself: Option<String>,
    behind: Option<String>,
    /// All names of the account.
    account: Option<Vec<String>>,
    /// The provider whose token began the session.
    provider: Option<String>,
    is_federated_user: bool,
    /// Root is named by its account's names alone, and naming it is naming the account.
    is_root: bool,
}

impl Caller {
    fn of(asked: &Value) -> Caller {
        let named = |member: &str| {
            asked.pointer(&format!("/principal/{member}")).and_then(Value::as_str).map(str::to_owned)
        };
        let (itself, behind) = match (named("session"), named("federated_user"), named("user")) {
            (Some(session), _, _) => (Some(session), named("role")),
            (None, Some(session), user) => (Some(session), user),
            (None, None, Some(user)) => (Some(user), None),
            (None, None, None) if named("root").is_some() => (named("root"), None),
            (None, None, None) => (named("service").or(named("provider")), None),
        };
        let of_account = itself
            .as_ref()
            .filter(|itself| itself.contains(":123456789012:") && !itself.contains("-provider/"));
        let account = of_account.map(|_| {
            let canonical = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
            ["123456789012", "arn:aws:iam::123456789012:root", canonical].map(str::to_owned).to_vec()
        });
        let provider = if account.is_some() { named("provider") } else { None };
        let (is_federated_user, is_root) = (named("federated_user").is_some(), named("root").is_some());
        Caller { itself, behind, account, provider, is_federated_user, is_root }
    }

    fn is_person(&self) -> bool {
        self.account.is_some() || self.itself.is_none()
    }
}

/// All values of a `Principal` or `NotPrincipal` element; `*` for everybody.
fn listed(principal: &Value) -> Vec<String> {
    match principal {
        Value::Object(types) => types.values().flat_map(strings).collect(),
        other => strings(other),
    }
}

fn names_itself(statement: &Value, caller: &Caller, layer: &str) -> bool {
    let Some(principal) = statement.get("Principal") else { return true };
    let listed = listed(principal);
    let everybody = layer == "resource" && caller.is_person() && listed.contains(&"*".to_owned());
    everybody || (!caller.is_root && caller.itself.as_ref().is_some_and(|itself| listed.contains(itself)))
}

fn names_behind(statement: &Value, caller: &Caller, _layer: &str) -> bool {
    let Some(principal) = statement.get("Principal") else { return false };
    caller.behind.as_ref().is_some_and(|behind| listed(principal).contains(behind))
}

fn names_account(statement: &Value, caller: &Caller, layer: &str) -> bool {
    let Some(principal) = statement.get("Principal") else { return false };
    let listed = listed(principal);
    let everybody = layer == "trust" && caller.is_person() && listed.contains(&"*".to_owned());
    everybody || caller.account.iter().flatten().any(|name| listed.contains(name))
}

fn about_caller(statement: &Value, caller: &Caller) -> Maybe {
    if let Some(except) = statement.get("NotPrincipal") {
        let listed = listed(except);
        let is_listed = |name: &String| listed.contains(name);
        if caller.is_person() && listed.contains(&"*".to_owned()) {
            return Some(false);
        }
        let Some(itself) = &caller.itself else { return Some(true) };
        let account = caller.account.as_ref().is_none_or(|names| names.iter().any(is_listed));
        let behind = caller.behind.as_ref().is_none_or(is_listed);
        return Some(!((caller.is_root || is_listed(itself)) && behind && account));
    }
    let names = |names: fn(&Value, &Caller, &str) -> bool| {
        names(statement, caller, "resource") || names(statement, caller, "trust")
    };
    if names(names_itself) || names(names_behind) || names(names_account) {
        return Some(true);
    }
    let listed = listed(statement.get("Principal").unwrap());
    let by_provider = caller.provider.as_ref().is_some_and(|provider| listed.contains(provider));
    let by_star = !caller.is_person() && listed.contains(&"*".to_owned());
    if by_provider || by_star { None } else { Some(false) }
}
