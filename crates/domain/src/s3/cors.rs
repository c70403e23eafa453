//! Which pages of other origins may use a bucket. Source: S3 user guide, "Elements of a CORS configuration".

use serde::{Deserialize, Serialize};

/// The most rules that a bucket may have.
pub const MOST_RULES: usize = 100;

/// The methods that a rule may name.
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

/// The rules of a bucket, valid as a whole; the first that matches a request counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<CorsRule>", try_from = "Vec<CorsRule>")]
pub struct CorsRules(Vec<CorsRule>);

/// What pages of some origins may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsRule {
    /// A name for it, at most 255 characters.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Headers that a request may have; each may hold one `*`. Compared without case.
    #[serde(default)]
    pub allowed_headers: Vec<String>,
    /// Methods, at least one.
    pub allowed_methods: Vec<String>,
    /// Origins, at least one; each may hold one `*`.
    pub allowed_origins: Vec<String>,
    /// Headers of an answer that a page may read.
    #[serde(default)]
    pub expose_headers: Vec<String>,
    /// How long a browser may remember the answer to its question, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<i32>,
}

/// Why rules are no rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRules {
    /// There are none.
    #[error("there is no rule")]
    None,
    /// There are more than [`MOST_RULES`].
    #[error("there are more than {MOST_RULES} rules")]
    TooMany,
    /// A rule has no method or no origin.
    #[error("a rule has no method or no origin")]
    Empty,
    /// A rule's name is longer than 255 characters.
    #[error("a rule's id is too long")]
    LongId,
    /// A time to remember is negative.
    #[error("a rule's age is negative")]
    Age,
    /// A method is none of those that a rule may name.
    #[error("the method `{0}` is not supported")]
    Method(String),
    /// An origin holds more than one `*`.
    #[error("the origin `{0}` has more than one wildcard")]
    Origin(String),
    /// An allowed header holds more than one `*`.
    #[error("the header `{0}` has more than one wildcard")]
    AllowedHeader(String),
    /// A header to expose holds a `*`.
    #[error("the header `{0}` to expose has a wildcard")]
    WildExposeHeader(String),
    /// A header to expose cannot be a header's name.
    #[error("`{0}` is no header's name")]
    ExposeHeader(String),
}

impl CorsRules {
    /// Checks the rules.
    pub fn new(rules: Vec<CorsRule>) -> Result<Self, BadRules> {
        match rules.len() {
            0 => return Err(BadRules::None),
            1..=MOST_RULES => {}
            _ => return Err(BadRules::TooMany),
        }
        rules.iter().try_for_each(CorsRule::check)?;
        Ok(Self(rules))
    }

    /// The rules in their order.
    pub fn rules(&self) -> &[CorsRule] {
        &self.0
    }

    /// The first rule that lets a page of this origin send a request of this method with these headers, and the allowed
    /// origin that matched.
    pub fn matching(&self, origin: &str, method: &str, headers: &[&str]) -> Option<(&CorsRule, &str)> {
        self.0.iter().find_map(|rule| {
            let allowed = rule.allowed_origins.iter().find(|pattern| matches(pattern, origin))?;
            let has_method = rule.allowed_methods.iter().any(|allowed| allowed == method);
            let has_headers = headers.iter().all(|header| rule.allows_header(header));
            (has_method && has_headers).then_some((rule, allowed.as_str()))
        })
    }
}

impl TryFrom<Vec<CorsRule>> for CorsRules {
    type Error = BadRules;

    fn try_from(rules: Vec<CorsRule>) -> Result<Self, BadRules> {
        Self::new(rules)
    }
}

impl From<CorsRules> for Vec<CorsRule> {
    fn from(rules: CorsRules) -> Self {
        rules.0
    }
}

impl CorsRule {
    fn check(&self) -> Result<(), BadRules> {
        if self.allowed_methods.is_empty() || self.allowed_origins.is_empty() {
            return Err(BadRules::Empty);
        }
        if self.id.as_ref().is_some_and(|id| id.chars().count() > 255) {
            return Err(BadRules::LongId);
        }
        if self.max_age_seconds.is_some_and(|seconds| seconds < 0) {
            return Err(BadRules::Age);
        }
        let is_unknown = |method: &&String| !METHODS.contains(&method.as_str());
        if let Some(method) = self.allowed_methods.iter().find(is_unknown) {
            return Err(BadRules::Method(method.clone()));
        }
        let is_too_wild = |pattern: &&String| pattern.matches('*').count() > 1;
        if let Some(origin) = self.allowed_origins.iter().find(is_too_wild) {
            return Err(BadRules::Origin(origin.clone()));
        }
        if let Some(header) = self.allowed_headers.iter().find(is_too_wild) {
            return Err(BadRules::AllowedHeader(header.clone()));
        }
        if let Some(header) = self.expose_headers.iter().find(|header| header.contains('*')) {
            return Err(BadRules::WildExposeHeader(header.clone()));
        }
        match self.expose_headers.iter().find(|header| !is_token(header)) {
            Some(header) => Err(BadRules::ExposeHeader(header.clone())),
            None => Ok(()),
        }
    }

    fn allows_header(&self, header: &str) -> bool {
        self.allowed_headers.iter().any(|pattern| matches_name(pattern, header))
    }
}

/// Whether a text matches a pattern in which one `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

/// Whether a header's name matches such a pattern, whatever the case of both.
fn matches_name(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let mut parts = pattern.splitn(2, |byte| *byte == b'*');
    let (start, end) = (parts.next().unwrap_or_default(), parts.next());
    match end {
        None => pattern.eq_ignore_ascii_case(name),
        Some(end) => {
            let is_long_enough = name.len() >= start.len() + end.len();
            let begins = name.get(..start.len()).is_some_and(|part| part.eq_ignore_ascii_case(start));
            let last = name.len().checked_sub(end.len()).and_then(|from| name.get(from..));
            is_long_enough && begins && last.is_some_and(|part| part.eq_ignore_ascii_case(end))
        }
    }
}

/// A header's name: RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> CorsRule {
        CorsRule {
            allowed_origins: texts(origins),
            allowed_methods: texts(methods),
            allowed_headers: texts(headers),
            ..CorsRule::default()
        }
    }

    fn refused(change: impl Fn(&mut CorsRule)) -> BadRules {
        let mut changed = rule(&["*"], &["GET"], &[]);
        change(&mut changed);
        CorsRules::new(vec![changed]).unwrap_err()
    }

    #[test]
    fn one_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("*", "https://a.example", true),
            ("https://*.example", "https://a.example", true),
            ("https://*.example", "https://a.b.example", true),
            ("https://*.example", "https://.example", true),
            ("https://*.example", "https://example", false),
            ("https://*.example", "https://a.example.evil", false),
            ("https://a.example", "https://a.example", true),
            ("https://a.example", "https://A.example", false),
            ("https://a.example", "http://a.example", false),
            ("https://a.example", "https://a.example:8443", false),
            ("aba*aba", "aba", false),
            ("aba*aba", "abaaba", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_header_matches_its_pattern_whatever_the_case_of_both() {
        for (pattern, name, expected) in [
            ("*", "X-Amz-Date", true),
            ("X-Amz-*", "x-amz-date", true),
            ("x-amz-*", "X-AMZ-", true),
            ("x-amz-*", "x-amz", false),
            ("*-Date", "x-amz-dATE", true),
            ("x-*-date", "X-Amz-Date", true),
            ("x-*-date", "x-date", false),
            ("aba*aba", "ABA", false),
            ("aba*aba", "abaABA", true),
            ("Content-Type", "content-type", true),
            ("content-type", "content-types", false),
            ("é*", "x", false),
        ] {
            assert_eq!(matches_name(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn the_first_rule_that_matches_counts() {
        let rules = CorsRules::new(vec![
            rule(&["https://a.example"], &["PUT"], &["*"]),
            rule(&["https://b.example", "https://*.example"], &["GET", "PUT"], &["x-amz-*", "Content-Type"]),
            rule(&["*"], &["GET"], &[]),
        ])
        .unwrap();
        let found = |origin, method, headers: &[&str]| {
            rules.matching(origin, method, headers).map(|(rule, allowed)| {
                (rules.rules().iter().position(|other| other == rule).unwrap(), allowed)
            })
        };
        assert_eq!(found("https://a.example", "PUT", &["anything"]), Some((0, "https://a.example")));
        assert_eq!(found("https://a.example", "GET", &[]), Some((1, "https://*.example")));
        assert_eq!(
            found("https://b.example", "GET", &["X-Amz-Date", "content-type"]),
            Some((1, "https://b.example"))
        );
        assert_eq!(found("https://c.example", "PUT", &["authorization"]), None);
        assert_eq!(found("https://c.test", "GET", &[]), Some((2, "*")));
        assert_eq!(found("https://c.test", "GET", &["x-amz-date"]), None);
        assert_eq!(found("https://c.test", "DELETE", &[]), None);
        assert_eq!(found("https://c.test", "get", &[]), None);
    }

    #[test]
    fn rules_that_say_what_no_rule_can_are_refused() {
        assert_eq!(CorsRules::new(Vec::new()), Err(BadRules::None));
        assert_eq!(CorsRules::new(vec![rule(&["*"], &["GET"], &[]); 101]), Err(BadRules::TooMany));
        assert!(CorsRules::new(vec![rule(&["*"], &["GET"], &[]); 100]).is_ok());
        assert_eq!(refused(|rule| rule.allowed_methods.clear()), BadRules::Empty);
        assert_eq!(refused(|rule| rule.allowed_origins.clear()), BadRules::Empty);
        assert_eq!(refused(|rule| rule.id = Some("é".repeat(256))), BadRules::LongId);
        assert_eq!(refused(|rule| rule.max_age_seconds = Some(-1)), BadRules::Age);
        for method in ["get", "PATCH", "*", "OPTIONS", ""] {
            let bad = refused(|rule| rule.allowed_methods.push(method.to_owned()));
            assert_eq!(bad, BadRules::Method(method.to_owned()));
        }
        assert_eq!(
            refused(|rule| rule.allowed_origins = texts(&["*.*"])),
            BadRules::Origin("*.*".to_owned())
        );
        let two_stars = BadRules::AllowedHeader("x-*-*".to_owned());
        assert_eq!(refused(|rule| rule.allowed_headers = texts(&["x-*-*"])), two_stars);
        let wild = BadRules::WildExposeHeader("*".to_owned());
        assert_eq!(refused(|rule| rule.expose_headers = texts(&["*"])), wild);
        for header in ["", "a b", "a\r\nSet-Cookie: b", "é", "a,b"] {
            let bad = refused(|rule| rule.expose_headers = texts(&[header]));
            assert_eq!(bad, BadRules::ExposeHeader(header.to_owned()));
        }
    }
}
