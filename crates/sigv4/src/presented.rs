use crate::{Authorization, Refused, RequestHead, Scope, canonical::query_pairs, date};

/// What a request shows to say who sent it. Asked once, so that no two places can see it differently.
pub enum Presented<'a> {
    /// Nothing: the request is anonymous.
    Unsigned,
    /// A signature in the `Authorization` header, not verified yet.
    Signed(Box<Signed<'a>>),
}

/// A request with a signature in its header that was read but proves nothing until [`Signed::verify`] says so.
pub struct Signed<'a> {
    pub(crate) head: RequestHead<'a>,
    pub(crate) authorization: Authorization<'a>,
    pub(crate) amz_date: &'a str,
    pub(crate) signed_at: i64,
    session_token: Option<&'a str>,
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
        match (authorization, query_signature(head.query)) {
            (Some(_), Some(_)) => Err(Refused::HeaderAndQuery),
            (None, Some(refused)) => Err(refused),
            (None, None) => Ok(Self::Unsigned),
            (Some(value), None) => Signed::read(head, value).map(|signed| Self::Signed(Box::new(signed))),
        }
    }
}

impl<'a> Signed<'a> {
    /// The id of the access key that is said to have signed.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        self.authorization.access_key_id()
    }

    /// The scope to derive the signing key for.
    #[must_use]
    pub fn scope(&self) -> &Scope<'a> {
        self.authorization.scope()
    }

    /// The session token that came along, which only temporary credentials have.
    #[must_use]
    pub fn session_token(&self) -> Option<&'a str> {
        self.session_token
    }

    fn read(head: RequestHead<'a>, authorization: &'a str) -> Result<Self, Refused> {
        head.check()?;
        let authorization = Authorization::parse(authorization)?;
        head.sole("host")?;
        let amz_date = head.sole_text("x-amz-date")?.ok_or(Refused::MissingDate)?;
        let signed_at = date::parse(amz_date).ok_or(Refused::MalformedDate)?;
        let session_token = head.sole_text("x-amz-security-token")?;
        Ok(Self { head, authorization, amz_date, signed_at, session_token })
    }
}

/// How a query that carries any part of a signature is refused; AWS's names are matched in any case, to miss none.
fn query_signature(query: &str) -> Option<Refused> {
    const PRESIGNED: [&[u8]; 4] =
        [b"x-amz-algorithm", b"x-amz-credential", b"x-amz-signature", b"x-amz-security-token"];
    query_pairs(query).find_map(|(name, _)| {
        let name = name.to_ascii_lowercase();
        if PRESIGNED.contains(&name.as_slice()) {
            Some(Refused::QueryUnsupported)
        } else if name == b"awsaccesskeyid" {
            Some(crate::Malformed::SignatureV2.into())
        } else {
            None
        }
    })
}
