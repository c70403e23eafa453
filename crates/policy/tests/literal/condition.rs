//! Conditions, one sentence of AWS's table after the other.

use std::net::IpAddr;

use serde_json::Value;

use crate::evaluator::Maybe;
use crate::text::{Token, fits, lowered, strings, tokens, value_of};

/// Whether each key under each operator holds.
pub(crate) fn all(statement: &Value, asked: &Value, variables: bool) -> Vec<Maybe> {
    let mut found = Vec::new();
    for (operator, keys) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        for (key, values) in keys.as_object().unwrap() {
            found.push(holds(operator, value_of(key, asked), &strings(values), &Asked { asked, variables }));
        }
    }
    found
}

struct Asked<'a> {
    asked: &'a Value,
    variables: bool,
}

fn holds(operator: &str, found: Option<&Value>, listed: &[String], asked: &Asked<'_>) -> Maybe {
    let (set, rest) = match operator.split_once(':') {
        Some((set, rest)) => (Some(set), rest),
        None => (None, operator),
    };
    let (name, if_exists) = match rest.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (rest, false),
    };
    if name == "Null" {
        return Some(listed.iter().any(|wanted| (wanted == "true") == found.is_none()));
    }
    let negated = name.contains("Not");
    let positive = name.replace("Not", "");
    let one = |value: &str| -> Maybe {
        let matches: Vec<Maybe> = listed.iter().map(|each| compare(&positive, value, each, asked)).collect();
        if matches.contains(&None) {
            return None;
        }
        Some(matches.contains(&Some(true)) != negated)
    };
    match (set, found) {
        // "IfExists: if the key is not present, evaluate as true." "A negated operator is true without the key."
        (None, None) => Some(if_exists || negated),
        (None, Some(Value::String(value))) => one(value),
        // A set without a set operator: documented nowhere.
        (None, Some(_)) => None,
        (Some("ForAllValues"), None) => Some(true),
        (Some("ForAnyValue"), None) => {
            if if_exists {
                None
            } else {
                Some(false)
            }
        }
        (Some(set), Some(values)) => {
            let each: Vec<Maybe> = strings(values).iter().map(|value| one(value)).collect();
            let decisive = Some(set == "ForAnyValue");
            if each.contains(&decisive) {
                decisive
            } else if each.contains(&None) {
                None
            } else {
                decisive.map(|decisive| !decisive)
            }
        }
        (Some(other), None) => panic!("set operator {other}"),
    }
}

/// Whether a value of the request matches a listed one; `None` if it is not of the operator's sort.
fn compare(name: &str, value: &str, listed: &str, asked: &Asked<'_>) -> Maybe {
    let letters: Vec<char> = value.chars().collect();
    let pattern = |text: &str, wildcards| tokens(text, wildcards, asked.variables, asked.asked);
    match name {
        "StringEquals" => Some(pattern(listed, false).is_some_and(|pattern| fits(&pattern, &letters))),
        "StringLike" => Some(pattern(listed, true).is_some_and(|pattern| fits(&pattern, &letters))),
        "StringEqualsIgnoreCase" => Some(pattern(listed, false).is_some_and(|pattern| {
            let text = pattern.into_iter().map(|token| match token {
                Token::Letter(letter) => letter,
                Token::AnyOne | Token::AnyRun => panic!("a wildcard"),
            });
            lowered(&text.collect::<String>()) == lowered(value)
        })),
        "ArnEquals" | "ArnLike" => {
            let parts = arn(value)?;
            let matches = arn(listed).unwrap().into_iter().zip(parts).all(|(listed, part)| {
                let part: Vec<char> = part.chars().collect();
                pattern(&listed, true).is_some_and(|pattern| fits(&pattern, &part))
            });
            Some(matches)
        }
        "Bool" => ["true", "false"].contains(&value).then(|| value == listed),
        "BinaryEquals" => Some(bits_of_base64(value)? == bits_of_base64(listed).unwrap()),
        "IpAddress" => {
            let (network, length) = match listed.split_once('/') {
                Some((network, length)) => (network, length.parse().unwrap()),
                None => (listed, 128),
            };
            let (value, network) = (bits_of_address(value)?, bits_of_address(network).unwrap());
            Some(
                value.len() == network.len()
                    && value.chars().zip(network.chars()).take(length).all(|(a, b)| a == b),
            )
        }
        _ => {
            let (sort, order) = name.split_at(if name.starts_with("Date") { 4 } else { 7 });
            let key = if sort == "Date" { moment } else { number };
            let (value, listed) = (key(value)?, key(listed).unwrap());
            Some(match order {
                "Equals" => value == listed,
                "LessThan" => value < listed,
                "LessThanEquals" => value <= listed,
                "GreaterThan" => value > listed,
                "GreaterThanEquals" => value >= listed,
                other => panic!("operator {sort}{other}"),
            })
        }
    }
}

/// The six parts of an ARN, split at colons that are in no variable.
fn arn(text: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut in_variable = false;
    for letter in text.chars() {
        in_variable = (in_variable || letter == '{') && letter != '}';
        if letter == ':' && !in_variable && parts.len() < 6 {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(letter);
        }
    }
    (parts.len() == 6 && parts[0] == "arn").then_some(parts)
}

fn bits_of_base64(text: &str) -> Option<String> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let mut bits = String::new();
    for letter in body.chars() {
        bits.push_str(&format!("{:06b}", LETTERS.find(letter)?));
    }
    let spare = bits.len() % 8;
    let right = text.len().is_multiple_of(4) && padding <= 2 && spare == padding * 2;
    (right && !bits[bits.len() - spare..].contains('1')).then_some(bits)
}

/// The bits of an address, those of IPv4 in the form of IPv6 being 32.
fn bits_of_address(text: &str) -> Option<String> {
    match text.parse().ok()? {
        IpAddr::V4(address) => Some(format!("{:032b}", u32::from(address))),
        IpAddr::V6(address) => {
            let bits = format!("{:0128b}", u128::from(address));
            let mapped = format!("{}{}", "0".repeat(80), "1".repeat(16));
            Some(bits.strip_prefix(&mapped).map_or(bits.clone(), str::to_owned))
        }
    }
}

/// A number as two numbers that compare as it does: before the point, and behind it in units of 10^-18.
fn number(text: &str) -> Option<(i128, i128)> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.len() > 18 || fraction.len() > 18 {
        return None;
    }
    let fraction = format!("{fraction:0<18}");
    Some((sign * whole.parse::<i128>().unwrap(), sign * fraction.parse::<i128>().unwrap()))
}

/// Seconds since 1970 and nanoseconds, of the forms `S`, `YYYY-MM-DD` and `YYYY-MM-DDThh:mm:ss(.f)(Z|±hh:mm)`.
fn moment(text: &str) -> Option<(i128, i128)> {
    if text.len() != 4 && text.chars().all(|letter| letter.is_ascii_digit()) && !text.is_empty() {
        return Some((text.parse().ok()?, 0));
    }
    let (date, clock) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let numbers = |text: &str, by: char| -> Option<Vec<i128>> {
        text.split(by).map(|part| part.parse().ok()).collect()
    };
    let [year, month, day] = numbers(date, '-')?[..] else { return None };
    let (clock, ahead) = if let Some(clock) = clock.strip_suffix('Z') {
        (clock, 0)
    } else {
        let at = clock.find(['+', '-'])?;
        let [hours, minutes] = numbers(&clock[at + 1..], ':')?[..] else { return None };
        let sign = if clock[at..].starts_with('-') { -1 } else { 1 };
        (&clock[..at], sign * (hours * 3600 + minutes * 60))
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':')?[..] else { return None };
    let leap = |year: i128| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days_of_years: i128 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let days_of_months: i128 = lengths.iter().take(usize::try_from(month).unwrap() - 1).sum();
    let days = days_of_years + days_of_months + day - 1;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - ahead;
    Some((seconds, format!("{fraction:0<9}").parse().unwrap()))
}
