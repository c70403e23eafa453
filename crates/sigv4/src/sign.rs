use data_encoding::HEXLOWER;

use crate::{
    PayloadHash, Refused, RequestHead, Scope, SecretKeyRef, SigningKey,
    authorization::ALGORITHM,
    canonical::{self, Style},
    date, payload, query,
};

/// Headers that proxies change or that a signature cannot cover, and that AWS therefore asks not to sign.
const UNSIGNABLE: [&str; 13] = [
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// An access key with its secret. It cannot be shown.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The id of the access key.
    pub access_key_id: &'a str,
    /// The secret access key.
    pub secret_access_key: SecretKeyRef<'a>,
    /// The session token that temporary credentials come with.
    pub session_token: Option<&'a str>,
}

/// Who signs, and for whom.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The access key that signs.
    pub credentials: Credentials<'a>,
    /// The region of the service.
    pub region: &'a str,
    /// The signing name of the service.
    pub service: &'a str,
    /// How the service makes a path canonical; with [`Style::S3`] the request says how its body is covered.
    pub style: Style,
}

/// Signs a request as a client: gives the headers to send with it, in place of any of these names that it has.
///
/// Everything in the head is signed but what proxies change; it has to hold `host` for the signature to be accepted.
/// `now` is in seconds since the epoch.
///
/// # Errors
/// [`Refused::Malformed`] for a head that no server could read.
pub fn sign(
    head: &RequestHead<'_>,
    signer: &Signer<'_>,
    payload: PayloadHash,
    now: i64,
) -> Result<Vec<(String, String)>, Refused> {
    let (amz_date, hash) = (date::format(now), payload.text());
    let mut added = vec![("x-amz-date", amz_date.as_str())];
    added.extend(signer.credentials.session_token.map(|token| ("x-amz-security-token", token)));
    if signer.style == Style::S3 {
        added.push((payload::HEADER, &hash));
    }
    let replaced = |name: &str| added.iter().any(|(added, _)| *added == name);
    let kept = head.headers.iter().filter(|(name, _)| !UNSIGNABLE.contains(name) && !replaced(name));
    let mut headers: Vec<(&str, &[u8])> = kept.copied().collect();
    headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));

    let names = names_of(&headers);
    let scope = scope_of(&amz_date, signer);
    let canonical_request =
        canonical::request(&RequestHead { headers: &headers, ..*head }, &names, &hash, signer.style)?;
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={}",
        signer.credentials.access_key_id,
        names.join(";"),
        signature(signer, &amz_date, &scope, &canonical_request),
    );
    added.push(("authorization", &authorization));
    Ok(added.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Presigns a request as a client, for whoever will send it: gives the query to send in place of the head's own.
///
/// Every header in the head is signed, and has to be sent as it is; `host` has to be among them for the signature to be
/// accepted. `expires` is how long it will be good, in seconds after `now`, which is in seconds since the epoch.
///
/// # Errors
/// [`Refused::Malformed`] for a head that no server could read.
pub fn presign(
    head: &RequestHead<'_>,
    signer: &Signer<'_>,
    payload: PayloadHash,
    expires: u32,
    now: i64,
) -> Result<String, Refused> {
    let (amz_date, hash) = (date::format(now), payload.text());
    let names = names_of(head.headers);
    let scope = scope_of(&amz_date, signer);
    // S3 takes a body for not covered unless it is told otherwise; other services know their bodies.
    let says_hash = signer.style == Style::S3 && payload != PayloadHash::Unsigned;
    let parameters = query::unsigned(
        (&amz_date, expires),
        (&format!("{}/{scope}", signer.credentials.access_key_id), &names.join(";")),
        signer.credentials.session_token,
        says_hash.then_some(hash.as_str()),
    );
    let own = Some(head.query).filter(|query| !query.is_empty()).map(str::to_owned);
    let added =
        parameters.iter().map(|(name, value)| format!("{name}={}", canonical::encoded(value.as_bytes())));
    let query = own.into_iter().chain(added).collect::<Vec<_>>().join("&");
    let canonical_request =
        canonical::request(&RequestHead { query: &query, ..*head }, &names, &hash, signer.style)?;
    Ok(format!("{query}&{}", query::signature(&signature(signer, &amz_date, &scope, &canonical_request))))
}

/// The names of headers, ascending, each once.
fn names_of<'h>(headers: &[(&'h str, &[u8])]) -> Vec<&'h str> {
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn scope_of<'s>(amz_date: &'s str, signer: &Signer<'s>) -> Scope<'s> {
    let day = amz_date.split('T').next().unwrap_or_default();
    Scope { date: day, region: signer.region, service: signer.service }
}

fn signature(signer: &Signer<'_>, amz_date: &str, scope: &Scope<'_>, canonical_request: &[u8]) -> String {
    let key = SigningKey::derive(signer.credentials.secret_access_key, scope);
    HEXLOWER.encode(&*key.sign(&canonical::string_to_sign(amz_date, scope, canonical_request)))
}
