//! What a caller is told when an operation does not succeed, and what the operator is told beside it.

use crate::protocol::constraint::Violations;
use crate::protocol::json::NotDecodable;
use broker::diagnosis::{Denied, Diagnosed, Diagnosis, NOT_SIGNED};
use broker::iam::access::AccessRefused;
use broker::iam::authenticate::NotAuthenticated;
use domain::records::Breakdown;
use http::{HeaderName, StatusCode};

/// An operation that did not succeed.
#[derive(Debug)]
pub enum Fault {
    /// An answer in the service's own words.
    Said(Said),
    /// Something that can happen to every operation; the service finds its own words for it.
    Common(Common),
}

/// An answer of no, in the words of one service.
#[derive(Debug)]
pub struct Said {
    /// The HTTP status.
    pub status: StatusCode,
    /// The wire code, such as `NotAuthorizedException`.
    pub code: &'static str,
    /// The wire message; empty if the service sends none.
    pub message: String,
    /// What happened, for the operator; never sent.
    pub reason: String,
    /// What kind of no it is.
    pub kind: Kind,
    /// Headers that belong to this no, such as `Content-Range` to a range that cannot be satisfied.
    pub headers: Vec<(HeaderName, String)>,
    /// Elements that belong to this no in S3's XML, such as the region that a signature should have been for.
    pub details: Box<[(&'static str, String)]>,
    /// What it means, for the operator; never sent.
    pub diagnosis: Option<Box<Diagnosis>>,
}

/// What kind of no an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be answered as it is.
    Request,
    /// Somebody may not do what they ask; recorded for good.
    Denial,
    /// The server failed.
    Breakdown,
}

/// What can happen to every operation.
#[derive(Debug)]
pub enum Common {
    /// The body cannot be read.
    NotDecodable(NotDecodable),
    /// The body is too large.
    TooLarge,
    /// The body did not arrive whole.
    BodyBroken(String),
    /// The input breaks constraints of the model; the text is AWS's message.
    Violations(String),
    /// A member of the input is not what the operation needs.
    BadMember(String),
    /// The service has no such operation.
    UnknownOperation(String),
    /// The operation is not served yet.
    UnservedOperation(String),
    /// A member of the operation's input is not served yet.
    UnservedMember(String),
    /// Nobody signed the request.
    Anonymous,
    /// The signature is not accepted.
    NotAuthenticated(NotAuthenticated),
    /// The caller may not do this.
    NotAllowed(NotAllowed),
    /// The server failed.
    Breakdown(Breakdown),
}

impl Fault {
    /// The answer of no, in a service's words.
    pub fn said_by(self, say: fn(Common) -> Said) -> Said {
        match self {
            Self::Said(said) => said,
            Self::Common(common) => {
                let diagnosis = common.diagnosis().map(Box::new);
                Said { diagnosis, ..say(common) }
            }
        }
    }

    /// The same with what it means to the operator.
    #[must_use]
    pub fn diagnosed(self, diagnosis: Diagnosis) -> Self {
        match self {
            Self::Said(said) => Self::Said(Said { diagnosis: Some(Box::new(diagnosis)), ..said }),
            common @ Self::Common(_) => common,
        }
    }
}

impl Fault {
    /// The same of a request that showed no login.
    #[must_use]
    pub(crate) fn where_nothing_was_shown(self) -> Self {
        match self {
            Self::Said(mut said) => {
                said.diagnosis = said.diagnosis.map(|known| Box::new(known.where_nothing_was_shown()));
                Self::Said(said)
            }
            common @ Self::Common(_) => common,
        }
    }
}

impl Common {
    /// What it means, where somebody was denied.
    fn diagnosis(&self) -> Option<Diagnosis> {
        match self {
            Self::Anonymous => Some(NOT_SIGNED),
            Self::NotAuthenticated(why) => Some(why.diagnosis()),
            Self::NotAllowed(no) => Some(no.diagnosis()),
            Self::NotDecodable(_)
            | Self::TooLarge
            | Self::BodyBroken(_)
            | Self::Violations(_)
            | Self::BadMember(_)
            | Self::UnknownOperation(_)
            | Self::UnservedOperation(_)
            | Self::UnservedMember(_)
            | Self::Breakdown(_) => None,
        }
    }
}

/// A caller who may not do what they ask.
#[derive(Debug)]
pub struct NotAllowed {
    /// The caller's ARN.
    pub caller: String,
    /// The action that policies had to allow.
    pub action: &'static str,
    /// The ARN of what it would have been done to.
    pub resource: String,
    /// Why they may not; for the operator.
    pub why: AccessRefused,
    /// The same, sealed, for whoever may `sts:DecodeAuthorizationMessage`.
    pub encoded: Option<String>,
    /// Whether their session is narrowed by what guests may do at most.
    pub is_scoped_down: bool,
}

impl NotAllowed {
    /// What it means.
    pub(crate) fn diagnosis(&self) -> Diagnosis {
        let Self { caller, action, resource, why, is_scoped_down, .. } = self;
        Denied { refused: why, action, resource, caller, is_scoped_down: *is_scoped_down }.diagnosis()
    }

    /// AWS's sentence for the caller. Source: IAM user guide, "Access denied error message examples".
    pub fn message(&self) -> String {
        let Self { caller, action, resource, why, encoded, .. } = self;
        let sentence =
            format!("User: {caller} is not authorized to perform: {action} on resource: {resource}");
        let sentence = match why {
            AccessRefused::Denied { denial, .. } => format!("{sentence} {}", denial.reason(action)),
            AccessRefused::Ended(_)
            | AccessRefused::NotBySession(_)
            | AccessRefused::RoleGone(_)
            | AccessRefused::UserGone(_)
            | AccessRefused::GroupGone(_)
            | AccessRefused::PolicyGone(_)
            | AccessRefused::Malformed { .. } => sentence,
        };
        match encoded {
            Some(encoded) => format!("{sentence}. Encoded authorization failure message: {encoded}"),
            None => sentence,
        }
    }
}

impl From<Common> for Fault {
    fn from(common: Common) -> Self {
        Self::Common(common)
    }
}

impl From<Said> for Fault {
    fn from(said: Said) -> Self {
        Self::Said(said)
    }
}

impl From<Breakdown> for Fault {
    fn from(breakdown: Breakdown) -> Self {
        Self::Common(Common::Breakdown(breakdown))
    }
}

impl From<Violations<'_>> for Fault {
    fn from(violations: Violations<'_>) -> Self {
        Self::Common(Common::Violations(violations.to_string()))
    }
}

impl From<NotDecodable> for Fault {
    fn from(not_decodable: NotDecodable) -> Self {
        Self::Common(Common::NotDecodable(not_decodable))
    }
}

impl Said {
    /// A 400 whose message is also the operator's reason.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let reason = message.clone();
        let (status, kind) = (StatusCode::BAD_REQUEST, Kind::Request);
        Self {
            status,
            code,
            message,
            reason,
            kind,
            headers: Vec::new(),
            details: Box::default(),
            diagnosis: None,
        }
    }

    /// What the JSON services say to somebody who asks too often.
    pub fn too_many_requests(reason: impl ToString) -> Self {
        let said = Self::bad_request("TooManyRequestsException", "Rate exceeded");
        Self { reason: reason.to_string(), ..said }
    }

    /// The same with another status.
    #[must_use]
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same as a denial, for the reason given.
    #[must_use]
    pub fn denied_because(mut self, reason: impl ToString) -> Self {
        self.kind = Kind::Denial;
        self.reason = reason.to_string();
        self
    }

    /// The same as a breakdown: the caller is told only the message.
    #[must_use]
    pub fn broken_by(mut self, breakdown: &Breakdown) -> Self {
        self.kind = Kind::Breakdown;
        self.status = StatusCode::INTERNAL_SERVER_ERROR;
        self.reason = breakdown.to_string();
        self
    }
}
