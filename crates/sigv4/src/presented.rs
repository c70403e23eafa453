use std::borrow::Cow;

use crate::{
    Authorization, Refused, RequestHead, Scope, date,
    query::{self, Parameters},
};

/// What a request shows to say who sent it. Asked once, so that no two places can see it differently.
pub enum Presented<'a> {
    /// Nothing: the request is anonymous.
    Unsigned,
    /// A signature, not verified yet.
    Signed(Box<Signed<'a>>),
}

/// A request with a signature that was read but proves nothing until [`Signed::verify`] says so.
pub struct Signed<'a> {
    pub(crate) head: RequestHead<'a>,
    pub(crate) form: Form,
    pub(crate) authorization: Authorization,
    pub(crate) amz_date: Cow<'a, str>,
    pub(crate) signed_at: i64,
    /// The hash of the body as the query gives it.
    pub(crate) content_sha256: Option<String>,
    session_token: Option<Cow<'a, str>>,
}

/// Where a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query: the request is presigned, and whoever has its URL may send it.
    Query {
        /// How long after signing it is good, in seconds; at most a week.
        expires: u32,
    },
}

impl<'a> Presented<'a> {
    /// Reads what a request shows.
    ///
    /// The moment is taken from `x-amz-date` alone. AWS also takes it from `Date`, which no current SDK relies on and
    /// which proxies rewrite.
    ///
    /// # Errors
    /// [`Refused`] where a signature is there but unreadable, ambiguous, or of a kind that is not supported.
    pub fn of(head: RequestHead<'a>) -> Result<Self, Refused> {
        let authorization = head.sole_text("authorization")?;
        let signed = match (authorization, query::is_presigned(head.query)) {
            (None, false) => return Ok(Self::Unsigned),
            (Some(_), true) => return Err(Refused::HeaderAndQuery),
            (Some(value), false) => Signed::in_header(head, value)?,
            (None, true) => Signed::in_query(head)?,
        };
        Ok(Self::Signed(Box::new(signed)))
    }
}

impl<'a> Signed<'a> {
    /// The id of the access key that is said to have signed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        self.authorization.access_key_id()
    }

    /// The scope to derive the signing key for.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        self.authorization.scope()
    }

    /// The session token that came along, which only temporary credentials have.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    fn in_header(head: RequestHead<'a>, authorization: &str) -> Result<Self, Refused> {
        head.check()?;
        let authorization = Authorization::parse(authorization)?;
        head.sole("host")?;
        let amz_date = head.sole_text("x-amz-date")?.ok_or(Refused::MissingDate)?;
        Ok(Self {
            head,
            form: Form::Header,
            authorization,
            amz_date: amz_date.into(),
            signed_at: date::parse(amz_date).ok_or(Refused::MalformedDate)?,
            content_sha256: None,
            session_token: head.sole_text("x-amz-security-token")?.map(Cow::from),
        })
    }

    fn in_query(head: RequestHead<'a>) -> Result<Self, Refused> {
        head.check()?;
        let parameters = Parameters::of(head.query)?;
        head.sole("host")?;
        let malformed = || Refused::InQuery(Box::new(Refused::MalformedDate));
        Ok(Self {
            head,
            form: Form::Query { expires: parameters.expires },
            authorization: parameters.authorization,
            signed_at: date::parse(&parameters.amz_date).ok_or_else(malformed)?,
            amz_date: parameters.amz_date.into(),
            content_sha256: parameters.content_sha256,
            session_token: parameters.session_token.map(Cow::from),
        })
    }
}
