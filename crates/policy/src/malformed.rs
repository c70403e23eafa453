//! Why a policy document is refused.

/// Why a policy document is refused; the message is what the caller is told, in AWS's words where they are known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not JSON, nested too deeply, or a key twice; holds the reader's own words, see [`Malformed::detail`].
    #[error("Syntax errors in policy.")]
    Syntax(String),
    /// Longer than [`MAX_BYTES`](crate::MAX_BYTES).
    #[error("the policy is longer than {} bytes", crate::MAX_BYTES)]
    TooLong,
    /// A `Version` that is neither `2012-10-17` nor `2008-10-17`.
    #[error("Policy document must be version 2012-10-17 or greater.")]
    Version,
    /// An element this kind of document must not have.
    #[error("Has prohibited field {0}")]
    Prohibited(&'static str),
    /// An element this kind of document must have.
    #[error("Missing required field {0}")]
    Missing(&'static str),
    /// A statement without `Action` and `NotAction`, or with an empty list of them.
    #[error("Policy statement must contain actions.")]
    NoActions,
    /// A statement without `Resource` and `NotResource`, or with an empty list of them.
    #[error("Policy statement must contain resources.")]
    NoResources,
    /// A `Sid` twice in one document.
    #[error("Statement IDs (SID) in a single policy must be unique.")]
    RepeatedSid,
    /// An action or condition key without its service, as `GetObject` for `s3:GetObject`.
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    NoVendor,
    /// An action whose service holds what no service's name does, as a wildcard.
    #[error("Vendor {0} is not valid")]
    InvalidVendor(String),
    /// An action as `s3:s3:GetObject`.
    #[error("Actions/Condition can contain only one colon.")]
    SecondColon,
    /// A trust policy about anything but assuming the role.
    #[error("AssumeRole policy may only specify STS AssumeRole actions.")]
    NotATrustAction,
    /// A resource that is neither an ARN nor `*`.
    #[error("Resource {0} must be in ARN format or \"*\".")]
    NotAnArn(String),
    /// A resource's ARN without service, or with a wildcard in it.
    #[error("Resource vendor must be fully qualified and cannot contain regexes.")]
    ResourceVendor,
    /// An ARN or a date that cannot be read; holds what is wrong, see [`Malformed::detail`].
    #[error("The policy failed legacy parsing")]
    LegacyParsing(String),
    /// A principal that can never be a caller.
    #[error("Invalid principal in policy: \"{kind}\":\"{value}\"")]
    InvalidPrincipal {
        /// `AWS`, `Federated`, `Service` or `CanonicalUser`.
        kind: &'static str,
        /// The principal as it was written.
        value: String,
    },
    /// Part of the policy language that is not understood here, so that the document would mean something else.
    #[error("{what} `{name}` is not supported")]
    Unsupported {
        /// The sort of thing: an element, a condition operator, a principal type.
        what: &'static str,
        /// Its name as it was written.
        name: String,
    },
    /// An element with a value of the wrong type or form.
    #[error("`{element}` must be {wanted}")]
    Wrong {
        /// The element's name.
        element: String,
        /// What would have been right.
        wanted: &'static str,
    },
    /// Two elements of which a statement has exactly one.
    #[error("a statement must not have both `{0}` and `{1}`")]
    Both(&'static str, &'static str),
    /// A policy variable that cannot be read.
    #[error("policy variable in `{text}` {wrong}")]
    Variable {
        /// The text that holds the variable.
        text: String,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// `NotPrincipal` beside `Allow`, which would let in everybody who is not named, known or not.
    #[error("`NotPrincipal` must stand beside `Deny`")]
    AllowsNotPrincipal,
    /// A trust policy that lets in everybody who has a token of an issuer that serves all the world.
    #[error("a statement that trusts `{issuer}` must list the values of {keys}{how}")]
    TrustsEverybody {
        /// The issuer.
        issuer: &'static str,
        /// The condition keys of which one tells who it is.
        keys: &'static str,
        /// What else the values must be.
        how: &'static str,
    },
}

impl Malformed {
    /// What AWS's message leaves out, for the log: where the document stopped being JSON, which ARN or date is none.
    pub fn detail(&self) -> Option<&str> {
        if let Malformed::Syntax(detail) | Malformed::LegacyParsing(detail) = self {
            Some(detail)
        } else {
            None
        }
    }

    pub(crate) fn legacy(detail: String) -> Self {
        Malformed::LegacyParsing(detail)
    }

    pub(crate) fn wrong(element: &str, wanted: &'static str) -> Self {
        Malformed::Wrong { element: excerpt(element), wanted }
    }

    pub(crate) fn unsupported(what: &'static str, name: &str) -> Self {
        Malformed::Unsupported { what, name: excerpt(name) }
    }

    pub(crate) fn variable(text: &str, wrong: &'static str) -> Self {
        Malformed::Variable { text: excerpt(text), wrong }
    }
}

/// The start of a text from a document, fit for a message: short, and nothing that a terminal or XML refuses.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 200;
    text.chars().take(LONGEST).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
