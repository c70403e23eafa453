//! Who asks, and by which policies.

use std::collections::BTreeSet;

/// A caller: the names of the policies that it carries, each a file in `policies`, once for each evaluator.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) name: &'static str,
    pub(crate) is_user: bool,
    pub(crate) identity: &'static [&'static str],
    pub(crate) boundary: Option<&'static str>,
    pub(crate) session: Option<&'static str>,
    /// The services that most of its requests are about.
    pub(crate) services: &'static [&'static str],
}

impl Caller {
    /// All its policies.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &'static str> {
        self.identity.iter().copied().chain(self.boundary).chain(self.session)
    }
}

/// The names of all policies.
pub(crate) fn names() -> BTreeSet<&'static str> {
    CALLERS.iter().flat_map(Caller::policies).collect()
}

/// The text of a policy.
pub(crate) fn text(name: &str, language: &str) -> String {
    let path = format!("{}/policies/{name}.{language}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|wrong| panic!("{path}: {wrong}"))
}

pub(crate) const CALLERS: [Caller; 9] = [
    Caller {
        name: "guest of an app",
        is_user: false,
        identity: &["amplify-guest"],
        boundary: None,
        session: Some("guest-scope-down"),
        services: &["s3", "mobileanalytics", "cognito-sync"],
    },
    Caller {
        name: "user of an app",
        is_user: false,
        identity: &["amplify-signed-in", "own-prefix"],
        boundary: None,
        session: None,
        services: &["s3"],
    },
    Caller {
        name: "employee",
        is_user: false,
        identity: &[
            "department-readers",
            "department-editors",
            "exports",
            "deny-plaintext",
            "deny-other-networks",
            "deny-older-sessions",
        ],
        boundary: None,
        session: None,
        services: &["s3"],
    },
    Caller {
        name: "back end",
        is_user: false,
        identity: &["cognito-developer", "project-pools", "own-prefix", "deny-plaintext"],
        boundary: None,
        session: None,
        services: &["cognito-identity", "s3"],
    },
    Caller {
        name: "IAM user",
        is_user: true,
        identity: &["home-folder", "s3-read-only", "deny-without-second-factor"],
        boundary: None,
        session: None,
        services: &["s3", "sts"],
    },
    Caller {
        name: "auditor",
        is_user: true,
        identity: &["cognito-read-only", "s3-read-only", "deny-other-networks", "protect-logs"],
        boundary: None,
        session: None,
        services: &["s3", "cognito-identity", "cognito-idp", "iam"],
    },
    Caller {
        name: "developer",
        is_user: true,
        identity: &["cognito-power-user", "s3-full-access", "deployers", "deny-plaintext", "protect-logs"],
        boundary: Some("developers-boundary"),
        session: None,
        services: &["s3", "cognito-identity", "cognito-idp", "iam"],
    },
    Caller {
        name: "administrator",
        is_user: true,
        identity: &[
            "administrator",
            "deny-plaintext",
            "deny-other-networks",
            "deny-without-second-factor",
            "protect-logs",
        ],
        boundary: None,
        session: None,
        services: &["s3", "cognito-identity", "cognito-idp", "iam", "sts"],
    },
    // All identity policies at once but the administrator's, which would leave nothing to the others.
    Caller {
        name: "all of these",
        is_user: false,
        identity: &[
            "amplify-guest",
            "amplify-signed-in",
            "own-prefix",
            "home-folder",
            "department-readers",
            "department-editors",
            "project-pools",
            "exports",
            "s3-read-only",
            "cognito-power-user",
            "cognito-read-only",
            "cognito-developer",
            "deployers",
            "deny-plaintext",
            "deny-other-networks",
            "deny-without-second-factor",
            "deny-older-sessions",
            "protect-logs",
        ],
        boundary: Some("developers-boundary"),
        session: Some("guest-scope-down"),
        services: &["s3", "cognito-identity", "cognito-idp", "iam"],
    },
];
