//! What a signature says of itself, in the `Authorization` header or in the parameters of a query.

use std::fmt;

use data_encoding::HEXLOWER;

use crate::date;

/// The one algorithm that is accepted.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The word that ends every credential scope.
pub const TERMINATOR: &str = "aws4_request";

/// No header of an SDK comes near this; what is longer is not read.
const LONGEST_HEADER: usize = 8 * 1024;
const LONGEST_ACCESS_KEY_ID: usize = 128;
const LONGEST_SCOPE_PART: usize = 64;

/// Who is said to have signed what, well formed: a claim, of which nothing is proven yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    access_key_id: String,
    date: String,
    region: String,
    service: String,
    signed_headers: Vec<String>,
    signature: [u8; 32],
}

/// What a signing key is good for: one day, one region, one service.
///
/// `Display` writes it as it is signed: `20150830/us-east-1/s3/aws4_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope<'a> {
    /// The day in UTC, as `20150830`.
    pub date: &'a str,
    /// The region, as `us-east-1`.
    pub region: &'a str,
    /// The signing name of the service, as `s3`.
    pub service: &'a str,
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}/{TERMINATOR}", self.date, self.region, self.service)
    }
}

impl Authorization {
    /// Reads the header strictly: one algorithm, each of the three fields once, in any order.
    ///
    /// # Errors
    /// [`Malformed`] says what could not be read; a header of another scheme is told apart.
    pub fn parse(value: &str) -> Result<Self, Malformed> {
        if value.len() > LONGEST_HEADER {
            return Err(Malformed::Oversized);
        }
        let (algorithm, fields) = value.split_once(' ').unwrap_or((value, ""));
        check_algorithm(algorithm)?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            let (name, value) = field.trim_matches(' ').split_once('=').ok_or(Malformed::Field)?;
            let (slot, name) = match name {
                "Credential" => (&mut credential, "Credential"),
                "SignedHeaders" => (&mut signed_headers, "SignedHeaders"),
                "Signature" => (&mut signature, "Signature"),
                _ => return Err(Malformed::Field),
            };
            if slot.replace(value).is_some() {
                return Err(Malformed::RepeatedField(name));
            }
        }
        Self::of(
            credential.ok_or(Malformed::MissingField("Credential"))?,
            signed_headers.ok_or(Malformed::MissingField("SignedHeaders"))?,
            signature.ok_or(Malformed::MissingField("Signature"))?,
        )
    }

    /// Reads the three values, wherever they stood.
    pub(crate) fn of(credential: &str, signed_headers: &str, signature: &str) -> Result<Self, Malformed> {
        let (access_key_id, Scope { date, region, service }) = credential_of(credential)?;
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: signed_headers_of(signed_headers)?,
            signature: signature_of(signature).ok_or(Malformed::Signature)?,
        })
    }

    /// The id of the access key that is said to have signed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The day, region and service that the signature is for.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        Scope { date: &self.date, region: &self.region, service: &self.service }
    }

    /// The names of the headers that the signature covers: lower case, ascending, each once.
    #[must_use]
    pub fn signed_headers(&self) -> Vec<&str> {
        self.signed_headers.iter().map(String::as_str).collect()
    }

    /// The signature that was sent.
    #[must_use]
    pub fn signature(&self) -> &[u8; 32] {
        &self.signature
    }
}

/// Why the head of a signed request cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than any header that a client needs.
    #[error("the authorization header is longer than {LONGEST_HEADER} bytes")]
    Oversized,
    /// Signature Version 2 (`AWS key:signature`), which is not accepted.
    #[error("signature version 2 is not accepted, use {ALGORITHM}")]
    SignatureV2,
    /// Signature Version 4A (`AWS4-ECDSA-P256-SHA256`), which is not accepted.
    #[error("asymmetric signatures are not accepted, use {ALGORITHM}")]
    SignatureV4a,
    /// Some other authorization scheme.
    #[error("the authorization scheme is not {ALGORITHM}")]
    Scheme,
    /// A piece between commas that is none of the three fields.
    #[error("an authorization field is not one of Credential, SignedHeaders, Signature")]
    Field,
    /// One of the three fields is not there.
    #[error("the authorization field `{0}` is missing")]
    MissingField(&'static str),
    /// One of the three fields is there twice.
    #[error("the authorization field `{0}` is repeated")]
    RepeatedField(&'static str),
    /// The credential is not `key/date/region/service/aws4_request`.
    #[error("the credential is not of the form key/date/region/service/{TERMINATOR}")]
    Credential,
    /// The access key id is empty, too long, or not of letters, digits and underscores.
    #[error("the access key id is not one")]
    AccessKeyId,
    /// The date of the scope is not of eight digits.
    #[error("the date of the credential scope is not of the form YYYYMMDD")]
    ScopeDate,
    /// The region of the scope is empty, too long, or of other characters.
    #[error("the region of the credential scope is not one")]
    Region,
    /// The service of the scope is empty, too long, or of other characters.
    #[error("the service of the credential scope is not one")]
    Service,
    /// The scope does not end in `aws4_request`.
    #[error("the credential scope does not end in `{TERMINATOR}`")]
    Terminator,
    /// The signed headers are not lower-case names in ascending order, each once.
    #[error("the signed headers are not lower-case names in ascending order")]
    SignedHeaders,
    /// The signature is not of 64 lower-case hexadecimal digits.
    #[error("the signature is not of 64 lower-case hexadecimal digits")]
    Signature,
    /// A header that has to be plain text is not.
    #[error("the header `{0}` is not plain text")]
    HeaderValue(&'static str),
    /// A parameter of the query that has to be plain text is not.
    #[error("the parameter `{0}` is not plain text")]
    ParameterValue(&'static str),
    /// A header name that the server handed in with capitals, so that no rule would find it.
    #[error("the header name `{0}` is not in lower case")]
    HeaderName(String),
    /// A method that is no token.
    #[error("the method is not one")]
    Method,
    /// A path that does not begin with a slash.
    #[error("the path does not begin with a slash")]
    Path,
}

/// Whether an algorithm is the one that is accepted; others of AWS's are told apart.
pub(crate) fn check_algorithm(name: &str) -> Result<(), Malformed> {
    match name {
        ALGORITHM => Ok(()),
        "AWS4-ECDSA-P256-SHA256" => Err(Malformed::SignatureV4a),
        "AWS" => Err(Malformed::SignatureV2),
        _ => Err(Malformed::Scheme),
    }
}

fn credential_of(credential: &str) -> Result<(&str, Scope<'_>), Malformed> {
    let mut parts = credential.split('/');
    let mut next = || parts.next().ok_or(Malformed::Credential);
    let (access_key_id, date, region, service, terminator) = (next()?, next()?, next()?, next()?, next()?);
    if parts.next().is_some() {
        return Err(Malformed::Credential);
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !is_made_of(access_key_id, LONGEST_ACCESS_KEY_ID, word) {
        return Err(Malformed::AccessKeyId);
    }
    date::digits(date, 8).ok_or(Malformed::ScopeDate)?;
    let scope_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !is_made_of(region, LONGEST_SCOPE_PART, scope_part) {
        return Err(Malformed::Region);
    }
    if !is_made_of(service, LONGEST_SCOPE_PART, scope_part) {
        return Err(Malformed::Service);
    }
    if terminator != TERMINATOR {
        return Err(Malformed::Terminator);
    }
    Ok((access_key_id, Scope { date, region, service }))
}

fn signed_headers_of(list: &str) -> Result<Vec<String>, Malformed> {
    let names: Vec<&str> = list.split(';').collect();
    let token =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let ascending = names.is_sorted_by(|one, next| one < next);
    if !ascending || !names.iter().all(|name| is_made_of(name, LONGEST_HEADER, token)) {
        return Err(Malformed::SignedHeaders);
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// A signature of 64 lower-case hexadecimal digits.
pub(crate) fn signature_of(hex: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

fn is_made_of(text: &str, longest: usize, allowed: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(allowed)
}
