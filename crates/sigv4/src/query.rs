//! The parameters of a query that make a request presigned. Source:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.

use crate::{
    Authorization, Malformed, Refused, authorization::check_algorithm, canonical::query_pairs, head::plain,
};

/// The longest time that a presigned request may be good for: a week, in seconds.
const LONGEST_EXPIRES: u32 = 7 * 24 * 60 * 60;

const ALGORITHM: &str = "X-Amz-Algorithm";
const CREDENTIAL: &str = "X-Amz-Credential";
pub(crate) const DATE: &str = "X-Amz-Date";
const EXPIRES: &str = "X-Amz-Expires";
const SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
const SIGNATURE: &str = "X-Amz-Signature";
const SECURITY_TOKEN: &str = "X-Amz-Security-Token";
const CONTENT_SHA256: &str = "X-Amz-Content-Sha256";

/// Every parameter that is about the signature and says nothing of what is asked for. The last of them is no sign of
/// a signature: it only says how the body is covered.
const NAMES: [&str; 8] =
    [ALGORITHM, CREDENTIAL, DATE, EXPIRES, SIGNED_HEADERS, SIGNATURE, SECURITY_TOKEN, CONTENT_SHA256];

/// The one parameter that only Signature Version 2 has.
const VERSION_2: &[u8] = b"AWSAccessKeyId";

/// Whether a parameter, its name decoded, is about the signature and says nothing of what is asked for. Case does not
/// matter, so that nobody reads as something else what is read here.
#[must_use]
pub fn is_about_signing(name: &[u8]) -> bool {
    named(name).is_some()
}

/// Whether a parameter is the signature itself, which no signature covers.
pub(crate) fn is_signature(name: &[u8]) -> bool {
    named(name) == Some(SIGNATURE)
}

/// Whether a query carries any part of a signature, of this version or the one before.
pub(crate) fn is_presigned(query: &str) -> bool {
    query_pairs(query).any(|(name, _)| {
        named(&name).is_some_and(|name| name != CONTENT_SHA256) || name.eq_ignore_ascii_case(VERSION_2)
    })
}

/// What the query of a presigned request says of its signature.
pub(crate) struct Parameters {
    pub(crate) authorization: Authorization,
    pub(crate) amz_date: String,
    /// How long it is good for, in seconds.
    pub(crate) expires: u32,
    pub(crate) session_token: Option<String>,
    pub(crate) content_sha256: Option<String>,
}

impl Parameters {
    /// Reads every parameter once.
    pub(crate) fn of(query: &str) -> Result<Self, Refused> {
        let mut values: [Option<String>; NAMES.len()] = Default::default();
        for (name, value) in query_pairs(query) {
            if name.eq_ignore_ascii_case(VERSION_2) {
                return Err(Malformed::SignatureV2.into());
            }
            let slots = NAMES.iter().zip(values.iter_mut());
            let Some((name, slot)) = slots.into_iter().find(|(known, _)| is_named(&name, known)) else {
                continue;
            };
            let text = plain(&value).ok_or_else(|| of_query(Malformed::ParameterValue(name)))?;
            if slot.replace(text.to_owned()).is_some() {
                return Err(Refused::RepeatedParameter(name));
            }
        }
        let [algorithm, credential, date, expires, signed_headers, signature, token, hash] = values;
        let given = |value: Option<String>, name| value.ok_or(Refused::MissingParameter(name));
        let algorithm = given(algorithm, ALGORITHM)?;
        let (credential, amz_date) = (given(credential, CREDENTIAL)?, given(date, DATE)?);
        let (expires, signed_headers) = (given(expires, EXPIRES)?, given(signed_headers, SIGNED_HEADERS)?);
        let signature = given(signature, SIGNATURE)?;
        check_algorithm(&algorithm).map_err(of_query)?;
        Ok(Self {
            authorization: Authorization::of(&credential, &signed_headers, &signature).map_err(of_query)?,
            amz_date,
            expires: expires_of(&expires)?,
            session_token: token,
            content_sha256: hash,
        })
    }
}

/// The parameters that a client adds to a query to presign it, all but the signature.
pub(crate) fn unsigned(
    (amz_date, expires): (&str, u32),
    (credential, signed_headers): (&str, &str),
    session_token: Option<&str>,
    content_sha256: Option<&str>,
) -> Vec<(&'static str, String)> {
    let always = [
        (ALGORITHM, crate::authorization::ALGORITHM),
        (CREDENTIAL, credential),
        (DATE, amz_date),
        (EXPIRES, &expires.to_string()),
        (SIGNED_HEADERS, signed_headers),
    ];
    let sometimes = [(SECURITY_TOKEN, session_token), (CONTENT_SHA256, content_sha256)];
    let sometimes = sometimes.into_iter().filter_map(|(name, value)| Some((name, value?)));
    always.into_iter().chain(sometimes).map(|(name, value)| (name, value.to_owned())).collect()
}

/// The parameter that carries this signature, in hexadecimal digits.
pub(crate) fn signature(hex: &str) -> String {
    format!("{SIGNATURE}={hex}")
}

fn expires_of(text: &str) -> Result<u32, Refused> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refused::MalformedExpires);
    }
    match text.parse() {
        Ok(expires @ 1..=LONGEST_EXPIRES) => Ok(expires),
        Ok(0) => Err(Refused::ShortExpires),
        Err(_) if text.starts_with('-') => Err(Refused::ShortExpires),
        Ok(_) | Err(_) => Err(Refused::LongExpires),
    }
}

fn of_query(malformed: Malformed) -> Refused {
    Refused::InQuery(Box::new(malformed.into()))
}

fn named(name: &[u8]) -> Option<&'static str> {
    NAMES.into_iter().find(|known| is_named(name, known))
}

fn is_named(name: &[u8], known: &str) -> bool {
    name.eq_ignore_ascii_case(known.as_bytes())
}
