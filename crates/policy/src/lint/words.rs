//! What actions and condition keys there are. Source: service authorization reference, of the services that are served.

use crate::pattern::{Pattern, Syntax};
use std::sync::LazyLock;

/// An action of a service.
pub(super) struct Action {
    /// In full, as `s3:GetObject`.
    pub(super) name: &'static str,
    pub(super) about: About,
}

/// What the resources of an action are, as far as that tells anything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Bucket,
    Object,
    Anything,
}

/// A condition key.
pub(super) struct Key {
    /// As AWS writes it. With a `/` at its end, what is behind that is the name of a tag.
    pub(super) name: &'static str,
    pub(super) sort: Sort,
    pub(super) has_many: bool,
    /// Whether no request to this server has it.
    pub(super) is_absent: bool,
    /// The actions whose requests have it; none means that any may.
    pub(super) of: Vec<&'static str>,
}

/// What the values of a key are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    Text,
    Number,
    Date,
    Truth,
    Address,
    Arn,
}

static ACTIONS: LazyLock<Vec<Action>> = LazyLock::new(|| lines(include_str!("actions.txt"), action));
static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| lines(include_str!("keys.txt"), key));

/// Prefixes of keys that are all known. Those of providers that an operator adds are not.
const VENDORS: [&str; 10] = [
    "aws",
    "s3",
    "iam",
    "sts",
    "saml",
    "cognito-identity",
    "cognito-identity.amazonaws.com",
    "accounts.google.com",
    "graph.facebook.com",
    "www.amazon.com",
];

fn lines<T>(text: &'static str, read: fn(&'static str) -> Option<T>) -> Vec<T> {
    text.lines().filter_map(read).collect()
}

fn action(line: &'static str) -> Option<Action> {
    let (name, about) = match line.split_once(' ') {
        Some((name, "bucket")) => (name, About::Bucket),
        Some((name, "object")) => (name, About::Object),
        Some(_) => return None,
        None => (line, About::Anything),
    };
    Some(Action { name, about })
}

fn key(line: &'static str) -> Option<Key> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let sort = match words.next()? {
        "text" => Sort::Text,
        "number" => Sort::Number,
        "date" => Sort::Date,
        "truth" => Sort::Truth,
        "address" => Sort::Address,
        "arn" => Sort::Arn,
        _ => return None,
    };
    let mut key = Key { name, sort, has_many: false, is_absent: false, of: Vec::new() };
    for word in words {
        match word {
            "many" => key.has_many = true,
            "absent" => key.is_absent = true,
            action => key.of.push(action),
        }
    }
    Some(key)
}

/// The service of an action or key; empty for `*`.
pub(super) fn service(name: &str) -> &str {
    name.split_once(':').map_or("", |(service, _)| service)
}

/// Whether all actions of a service are known.
pub(super) fn knows(service: &str) -> bool {
    ACTIONS.iter().any(|action| self::service(action.name).eq_ignore_ascii_case(service))
}

/// The known actions that a pattern of a policy is about.
pub(super) fn actions(written: &str) -> Vec<&'static Action> {
    let syntax = Syntax { wildcards: true, variables: false };
    let Ok(pattern) = Pattern::parse(written, syntax) else { return Vec::new() };
    ACTIONS.iter().filter(|action| pattern.matches_ignoring_ascii_case(action.name)).collect()
}

/// What is known of a condition key.
pub(super) enum Known {
    Key(&'static Key),
    /// There is none of this name.
    Nothing,
    /// It is of somebody whose keys are not known.
    Others,
}

pub(super) fn find_key(written: &str) -> Known {
    let is_it = |key: &&Key| match key.name.strip_suffix('/') {
        Some(_) => written
            .split_at_checked(key.name.len())
            .is_some_and(|(head, tag)| head.eq_ignore_ascii_case(key.name) && !tag.is_empty()),
        None => key.name.eq_ignore_ascii_case(written),
    };
    match KEYS.iter().find(is_it) {
        Some(key) => Known::Key(key),
        None if VENDORS.iter().any(|vendor| vendor.eq_ignore_ascii_case(service(written))) => Known::Nothing,
        None => Known::Others,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert_eq!(ACTIONS.len(), include_str!("actions.txt").lines().count());
        assert_eq!(KEYS.len(), include_str!("keys.txt").lines().count());
        for key in KEYS.iter() {
            assert!(VENDORS.contains(&service(key.name)), "{}", key.name);
            assert!(key.of.iter().all(|of| actions(of).len() == 1), "{}: {:?}", key.name, key.of);
        }
    }

    /// Every operation of a service but S3 is an action of its own name.
    #[test]
    fn every_operation_of_the_models_is_an_action() {
        for service in ["cognito-identity", "cognito-idp", "cognito-sync", "iam", "sts"] {
            let path = format!("{}/../../models/{service}.json", env!("CARGO_MANIFEST_DIR"));
            let model: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            for operation in model["operations"].as_object().unwrap().keys() {
                assert_eq!(actions(&format!("{service}:{operation}")).len(), 1, "{service}:{operation}");
            }
        }
    }
}
