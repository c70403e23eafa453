//! Conditions that hold always, never, or otherwise than they read; and variables.

use super::words::{self, Key, Known, Sort};
use super::written::{Condition, Written};
use super::{Code, Findings, Holder};
use crate::malformed::excerpt;
use crate::variable::Reference;

/// Looks at the conditions of a statement, and at every variable in it.
pub(super) fn look(statement: &Written<'_>, holder: Holder<'_>, found: &mut Findings) {
    let conditions = statement.conditions();
    for condition in &conditions {
        constant(condition, found);
        match words::find_key(condition.key) {
            Known::Key(key) => {
                exists(condition, key, found);
                belongs(statement, condition, key, found);
                fits(condition, key, found);
                absence(statement, condition, key, &conditions, found);
            }
            Known::Nothing => {
                let shown = excerpt(condition.key);
                found.add(
                    Code::NoSuchKey,
                    format!("correct or take out the condition key `{shown}`, which does not exist"),
                );
            }
            Known::Others => absence_of_set(statement, condition, &conditions, found),
        }
        wildcards(statement, condition, found);
    }
    let resources =
        statement.resources().into_iter().chain(statement.texts("NotResource").unwrap_or_default());
    let texts = resources.chain(conditions.into_iter().flat_map(|condition| condition.values));
    texts.for_each(|text| variables(&text, statement.variables, holder, found));
}

fn exists(condition: &Condition<'_>, key: &Key, found: &mut Findings) {
    if key.is_absent && condition.plain() != "Null" {
        let name = key.name;
        found.add(
            Code::NoSuchKey,
            format!("do without the condition key `{name}`, which no request to this server has"),
        );
    }
}

/// Whether a request for the statement's actions can have the key.
fn belongs(statement: &Written<'_>, condition: &Condition<'_>, key: &Key, found: &mut Findings) {
    let actions = statement.actions();
    let is_its = |action: &String| {
        let meant = words::actions(action);
        let service = words::service(key.name);
        let of_service = ["s3", "iam", "cognito-identity"].contains(&service);
        let fits_service =
            !of_service || action == "*" || words::service(action).eq_ignore_ascii_case(service);
        // An action that is not known is somebody else's to judge.
        fits_service
            && (key.of.is_empty() || meant.is_empty() || meant.iter().any(|one| key.of.contains(&one.name)))
    };
    if actions.is_empty() || actions.iter().any(is_its) {
        return;
    }
    let shown = excerpt(condition.key);
    let right = match key.of.first() {
        Some(action) => format!("`{action}`"),
        None => format!("actions of `{}`", words::service(key.name)),
    };
    found.add(
        Code::KeyMismatch,
        format!("put the condition on `{shown}` into a statement about {right}, for no request for these actions has it"),
    );
}

/// Whether the operator compares what the key holds.
fn fits(condition: &Condition<'_>, key: &Key, found: &mut Findings) {
    let plain = condition.plain();
    let sort = match plain {
        "Null" | "BinaryEquals" => return,
        "Bool" => Sort::Truth,
        "IpAddress" | "NotIpAddress" => Sort::Address,
        plain if plain.starts_with("Arn") => Sort::Arn,
        plain if plain.starts_with("Numeric") => Sort::Number,
        plain if plain.starts_with("Date") => Sort::Date,
        _ => Sort::Text,
    };
    let seconds = key.name == "aws:EpochTime" && sort == Sort::Number;
    let textual = sort == Sort::Text && !matches!(key.sort, Sort::Address | Sort::Date | Sort::Number);
    if sort == key.sort || seconds || textual {
        return;
    }
    let right = match key.sort {
        Sort::Text => "StringEquals` or `StringLike",
        Sort::Number => "NumericEquals` or another `Numeric…",
        Sort::Date => "DateLessThan` or another `Date…",
        Sort::Truth => "Bool",
        Sort::Address => "IpAddress",
        Sort::Arn => "ArnLike",
    };
    let (shown, operator) = (excerpt(condition.key), excerpt(condition.operator));
    found.add(
        Code::OperatorMismatch,
        format!("compare `{shown}` with `{right}`, for `{operator}` compares what it never holds"),
    );
}

/// What becomes of a condition where the key is absent, or has many values.
fn absence(
    statement: &Written<'_>,
    condition: &Condition<'_>,
    key: &Key,
    all: &[Condition<'_>],
    found: &mut Findings,
) {
    let shown = excerpt(condition.key);
    if key.has_many && !condition.is_of_a_set() && condition.plain() != "Null" {
        found.add(
            Code::SetAsOne,
            format!("write `ForAnyValue:{}` for `{shown}`, which has many values", condition.operator),
        );
    }
    absence_of_set(statement, condition, all, found);
    let misses = !statement.allows()
        && key.name == "aws:MultiFactorAuthPresent"
        && condition.operator == "Bool"
        && condition.values.iter().any(|value| value == "false");
    if misses {
        found.add(
            Code::DenyMissesAbsent,
            "write `BoolIfExists`, or requests signed with long-term keys, which have no `aws:MultiFactorAuthPresent`, \
             are not denied",
        );
    }
}

/// `ForAllValues` holds of an empty set, and `IfExists` of nothing.
fn absence_of_set(
    statement: &Written<'_>,
    condition: &Condition<'_>,
    all: &[Condition<'_>],
    found: &mut Findings,
) {
    let demands_key = |other: &Condition<'_>| {
        other.key.eq_ignore_ascii_case(condition.key)
            && other.plain() == "Null"
            && other.values.iter().all(|value| value == "false")
    };
    if statement.allows() && condition.is_of("ForAllValues") && !all.iter().any(demands_key) {
        let shown = excerpt(condition.key);
        found.add(
            Code::HoldsWithoutKey,
            format!("add \"Null\": {{\"{shown}\": \"false\"}}, for `ForAllValues` holds of requests without the key too"),
        );
    }
}

/// Conditions that ask nothing of the request.
fn constant(condition: &Condition<'_>, found: &mut Findings) {
    let has = |wanted: &str| condition.values.iter().any(|value| value == wanted);
    let shown = excerpt(condition.key);
    if matches!(condition.plain(), "Bool" | "Null") && has("true") && has("false") {
        let operator = excerpt(condition.operator);
        found.add(
            Code::Constant,
            format!("decide for `true` or `false` of `{shown}`, for with both `{operator}` asks nothing"),
        );
    }
    let is_now = ["aws:currenttime", "aws:epochtime"].contains(&condition.key.to_lowercase().as_str());
    if is_now && condition.plain().ends_with("Equals") && !condition.plain().contains("Than") {
        found.add(
            Code::Constant,
            format!(
                "compare `{shown}` with `DateLessThan` or `DateGreaterThan`, for `{}` is about one second",
                excerpt(condition.operator)
            ),
        );
    }
}

/// Wildcards in values of an operator that knows none.
fn wildcards(statement: &Written<'_>, condition: &Condition<'_>, found: &mut Findings) {
    let like = match condition.plain() {
        "StringEquals" => "StringLike",
        "StringNotEquals" => "StringNotLike",
        _ => return,
    };
    let is_wild = |value: &&String| outside_of_variables(value, statement.variables).contains(['*', '?']);
    if let Some(value) = condition.values.iter().find(is_wild) {
        let shown = excerpt(value);
        found.add(
            Code::LiteralWildcard,
            format!(
                "write `{like}`, for in `{}` the wildcard of `{shown}` is a letter like any other",
                excerpt(condition.operator)
            ),
        );
    }
}

/// A text without what is between `${` and `}`.
fn outside_of_variables(text: &str, variables: bool) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${").filter(|_| variables) {
        found.push_str(before);
        rest = behind.split_once('}').map_or("", |(_, after)| after);
    }
    found + rest
}

/// Variables that never have a value, and texts that look like variables and are none.
fn variables(text: &str, variables: bool, holder: Holder<'_>, found: &mut Findings) {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("${") {
        rest = behind;
        if !variables {
            found.add(
                Code::NoSuchVariable,
                format!(
                    "set \"Version\": \"2012-10-17\", for in other versions `{}` has no variables",
                    excerpt(text)
                ),
            );
            return;
        }
        let Ok((Reference::Variable(variable), _)) = Reference::parse(behind) else { continue };
        if variable.has_default() {
            continue;
        }
        let shown = excerpt(variable.key());
        let why = match words::find_key(variable.key()) {
            Known::Nothing => "there is no such condition key",
            Known::Key(key) if key.is_absent => "no request to this server has that key",
            Known::Key(key) if key.has_many => "the key has many values",
            Known::Key(key) if key.name == "aws:username" && is_role(holder) => {
                "sessions of roles have no user name"
            }
            Known::Key(_) | Known::Others => continue,
        };
        found.add(
            Code::NoSuchVariable,
            format!("put another variable in the place of `${{{shown}}}`, for {why}"),
        );
    }
}

const fn is_role(holder: Holder<'_>) -> bool {
    match holder {
        Holder::Role | Holder::Guests(_) => true,
        Holder::Unknown => false,
    }
}
