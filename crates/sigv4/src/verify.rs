use std::fmt;

use crate::{
    Form, PayloadHash, Refused, RequestHead, Signed, SigningKey, canonical,
    canonical::Style,
    chunk::{Chain, Framing},
    payload,
};

/// How far the clock of a client may be off, in seconds.
const SKEW: u64 = 15 * 60;

/// What a signature has to be for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The region that answers.
    pub region: &'a str,
    /// The signing names of the services that answer.
    pub services: &'a [&'a str],
    /// Whose rules apply.
    pub rules: Rules,
}

/// Whose rules a signature follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// S3's: the path is encoded once, and `x-amz-content-sha256` has to be there, be signed, and says how the body
    /// is covered; the body of a presigned request is not covered unless it says so. Whoever reads the body holds it to
    /// [`Verified::payload`] and [`Verified::framing`].
    S3,
    /// Every other service's: the path is normalised, and the body has been read whole.
    Standard {
        /// The SHA-256 of the body that was read.
        body: [u8; 32],
    },
}

/// A request whose signature was found to be right. Only [`Signed::verify`] makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified {
    access_key_id: String,
    form: Form,
    signed_at: i64,
    payload: PayloadHash,
    amz_date: String,
    scope: String,
    signature: [u8; 32],
}

/// The signature is left out, for whoever sees it could send the request once more.
impl fmt::Debug for Verified {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { access_key_id, form, signed_at, payload, .. } = self;
        out.debug_struct("Verified")
            .field("access_key_id", access_key_id)
            .field("form", form)
            .field("signed_at", signed_at)
            .field("payload", payload)
            .finish_non_exhaustive()
    }
}

impl Verified {
    /// The id of the access key that signed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Where the signature stood.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// When it was signed, by the clock of the client, in seconds since the epoch.
    #[must_use]
    pub fn signed_at(&self) -> i64 {
        self.signed_at
    }

    /// What the signature says of the body.
    #[must_use]
    pub fn payload(&self) -> &PayloadHash {
        &self.payload
    }

    /// How the body is framed, if it is: signed chunks go on from this signature, with the key that verified it.
    #[must_use]
    pub fn framing(&self, key: &SigningKey) -> Option<Framing> {
        let chain = || Chain::begin(key.clone(), (&self.amz_date, &self.scope), &self.signature);
        match self.payload {
            PayloadHash::Sha256(_) | PayloadHash::Unsigned => None,
            PayloadHash::StreamingUnsignedTrailer => Some(Framing::Unsigned),
            PayloadHash::StreamingSigned => Some(Framing::Signed(chain())),
            PayloadHash::StreamingSignedTrailer => Some(Framing::SignedTrailer(chain())),
        }
    }
}

impl Signed<'_> {
    /// Verifies the signature with the key derived for [`Signed::scope`]; `now` is in seconds since the epoch.
    ///
    /// Beyond AWS's arithmetic it holds that `host` and every `x-amz-*` header that was sent are signed, or one could
    /// be added on the way. `content-type` need not be: aws-sdk-js 2 never signs it.
    ///
    /// # Errors
    /// [`Refused`] names the first rule that does not hold; the signature itself is compared last.
    pub fn verify(&self, expected: &Expected<'_>, key: &SigningKey, now: i64) -> Result<Verified, Refused> {
        self.check_scope(expected).map_err(|refused| match self.form {
            Form::Header => refused,
            Form::Query { .. } => Refused::InQuery(Box::new(refused)),
        })?;
        self.check_time(now)?;
        self.check_coverage(expected.rules)?;
        let payload = self.payload_hash(expected.rules)?;
        let style = match expected.rules {
            Rules::S3 => Style::S3,
            Rules::Standard { .. } => Style::Standard,
        };
        let signed_headers = self.authorization.signed_headers();
        let hoisted = self.hoisted(expected.rules);
        let mut headers = self.head.headers.to_vec();
        headers.extend(hoisted.iter().map(|(name, value)| (*name, value.as_slice())));
        let head = RequestHead { headers: &headers, ..self.head };
        let canonical_request = canonical::request(&head, &signed_headers, &payload.text(), style)?;
        let string_to_sign = canonical::string_to_sign(&self.amz_date, &self.scope(), &canonical_request);
        if !key.has_signed(&string_to_sign, self.authorization.signature()) {
            return Err(Refused::SignatureMismatch);
        }
        Ok(Verified {
            access_key_id: self.access_key_id().to_owned(),
            form: self.form,
            signed_at: self.signed_at,
            payload,
            amz_date: self.amz_date.clone().into_owned(),
            scope: self.scope().to_string(),
            signature: *self.authorization.signature(),
        })
    }

    fn check_time(&self, now: i64) -> Result<(), Refused> {
        let signed_at = self.signed_at;
        let is_skewed = signed_at.abs_diff(now) > SKEW;
        match self.form {
            Form::Header if is_skewed => Err(Refused::Skewed { signed_at, now }),
            Form::Query { .. } if is_skewed && signed_at > now => {
                Err(Refused::NotYetValid { signed_at, now })
            }
            Form::Query { expires } if signed_at.saturating_add(expires.into()) <= now => {
                Err(Refused::Expired { signed_at, expires, now })
            }
            Form::Header | Form::Query { .. } => Ok(()),
        }
    }

    fn check_scope(&self, expected: &Expected<'_>) -> Result<(), Refused> {
        let scope = self.scope();
        let day = self.amz_date.split('T').next().unwrap_or_default();
        if scope.date != day {
            return Err(Refused::WrongDate { scope: scope.date.to_owned(), request: day.to_owned() });
        }
        if scope.region != expected.region {
            let (given, expected) = (scope.region.to_owned(), expected.region.to_owned());
            return Err(Refused::WrongRegion { given, expected });
        }
        if !expected.services.contains(&scope.service) {
            return Err(Refused::WrongService(scope.service.to_owned()));
        }
        Ok(())
    }

    fn check_coverage(&self, rules: Rules) -> Result<(), Refused> {
        let signed = self.authorization.signed_headers();
        let is_signed = |name: &str| signed.binary_search(&name).is_ok();
        let must_be = |name: &str| match rules {
            Rules::S3 => name.starts_with("x-amz-"),
            // Elsewhere the value is compared with the body that was read, so nobody can have changed it.
            Rules::Standard { .. } => name.starts_with("x-amz-") && name != payload::HEADER,
        };
        let sent = self.head.headers.iter().map(|(name, _)| *name);
        match std::iter::once("host").chain(sent.filter(|name| must_be(name))).find(|name| !is_signed(name)) {
            Some(name) => Err(Refused::UnsignedHeader(name.to_owned())),
            None => Ok(()),
        }
    }

    /// The signed `x-amz-*` headers that a presigned request to S3 carries in its query alone. aws-sdk-js 2 signs them as
    /// headers, puts them into the URL, and leaves to the sender whether to send them too; the query is signed anyway.
    fn hoisted(&self, rules: Rules) -> Vec<(&str, Vec<u8>)> {
        match (rules, self.form) {
            (Rules::S3, Form::Query { .. }) => {}
            (Rules::S3, Form::Header) | (Rules::Standard { .. }, _) => return Vec::new(),
        }
        let is_sent = |name: &str| self.head.headers.iter().any(|(sent, _)| *sent == name);
        let signed = self.authorization.signed_headers();
        let absent = signed.into_iter().filter(|name| name.starts_with("x-amz-") && !is_sent(name));
        absent
            .filter_map(|name| {
                let is_it = |(given, _): &(Vec<u8>, Vec<u8>)| given.eq_ignore_ascii_case(name.as_bytes());
                canonical::query_pairs(self.head.query).find(is_it).map(|(_, value)| (name, value))
            })
            .collect()
    }

    fn payload_hash(&self, rules: Rules) -> Result<PayloadHash, Refused> {
        let in_header = self.head.sole(payload::HEADER)?.map(PayloadHash::parse).transpose()?;
        let in_query =
            self.content_sha256.as_ref().map(|value| PayloadHash::parse(value.as_bytes())).transpose()?;
        if in_header.is_some() && in_query.is_some() && in_header != in_query {
            return Err(Refused::RepeatedHeader(payload::HEADER));
        }
        let declared = in_header.or(in_query);
        match (rules, self.form) {
            (Rules::S3, Form::Header) => declared.ok_or(Refused::MissingBodyHash),
            (Rules::S3, Form::Query { .. }) => match declared {
                None => Ok(PayloadHash::Unsigned),
                Some(whole @ (PayloadHash::Sha256(_) | PayloadHash::Unsigned)) => Ok(whole),
                Some(
                    PayloadHash::StreamingUnsignedTrailer
                    | PayloadHash::StreamingSigned
                    | PayloadHash::StreamingSignedTrailer,
                ) => Err(Refused::PresignedChunks),
            },
            (Rules::Standard { body }, _) => {
                let read = PayloadHash::Sha256(body);
                if declared.is_some_and(|declared| declared != read) {
                    return Err(Refused::WrongBodyHash);
                }
                Ok(read)
            }
        }
    }
}
