//! The canonical request and the string to sign: the one form in which both sides write a request down.

use std::borrow::Cow;

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode, percent_encode};

use crate::{Refused, RequestHead, Scope, authorization::ALGORITHM, query};

/// All but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a path becomes canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// S3: encoded once and taken as it stands, for `a//b` and `a/../b` are keys of their own.
    S3,
    /// Every other service: empty and dot segments resolved, then the path as sent encoded once more.
    Standard,
}

/// Writes a request in its canonical form, covering exactly the headers that are named.
///
/// `signed_headers` are lower case and ascending; `payload_hash` is the last line as it is written. A signature in the
/// query is left out, for nothing can cover itself.
///
/// # Errors
/// [`Refused::AbsentHeader`] for a named header that was not sent; [`Refused::Malformed`] for a head that could be
/// mistaken for another.
pub fn request(
    head: &RequestHead<'_>,
    signed_headers: &[&str],
    payload_hash: &str,
    style: Style,
) -> Result<Vec<u8>, Refused> {
    head.check()?;
    let mut text = Vec::with_capacity(1024);
    for line in [head.method, &path(head.path, style), &query_line(head.query)] {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    write_headers(&mut text, head, signed_headers)?;
    text.push(b'\n');
    text.extend_from_slice(signed_headers.join(";").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(payload_hash.as_bytes());
    Ok(text)
}

/// The text that is signed: algorithm, moment, scope, and the hash of the canonical request.
#[must_use]
pub fn string_to_sign(amz_date: &str, scope: &Scope<'_>, canonical_request: &[u8]) -> String {
    let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, canonical_request).as_ref());
    format!("{ALGORITHM}\n{amz_date}\n{scope}\n{hash}")
}

/// The names and values of a query, decoded as they are for signing: a `+` is a space, as S3 reads it, and a name
/// without `=` has an empty value. Who reads a query otherwise than it was signed can be lied to.
pub fn query_pairs(query: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form_decoded(name), form_decoded(value))
    })
}

fn path(raw: &str, style: Style) -> String {
    match style {
        // Segment by segment, so that an encoded slash stays another thing than a slash.
        Style::S3 => {
            let segment = |segment: &str| encoded(&Cow::from(percent_decode(segment.as_bytes()))).to_string();
            raw.split('/').map(segment).collect::<Vec<_>>().join("/")
        }
        Style::Standard => normalized(raw),
    }
}

fn normalized(raw: &str) -> String {
    let mut kept = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(encoded(segment.as_bytes()).to_string()),
        }
    }
    let ending = if raw.ends_with('/') && !kept.is_empty() { "/" } else { "" };
    format!("/{}{ending}", kept.join("/"))
}

fn query_line(raw: &str) -> String {
    let mut pairs: Vec<(String, String)> = query_pairs(raw)
        .filter(|(name, _)| !query::is_signature(name))
        .map(|(name, value)| (encoded(&name).to_string(), encoded(&value).to_string()))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Headers of one name are joined by commas in the order they were sent.
fn write_headers(text: &mut Vec<u8>, head: &RequestHead<'_>, signed: &[&str]) -> Result<(), Refused> {
    let mut sent = head.headers.to_vec();
    sent.sort_by_key(|(name, _)| *name);
    for name in signed {
        let from = sent.partition_point(|(sent, _)| sent < name);
        let mut values = sent.iter().skip(from).take_while(|(sent, _)| sent == name).map(|(_, value)| value);
        let first = values.next().ok_or_else(|| Refused::AbsentHeader((*name).to_owned()))?;
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        write_folded(text, first);
        for value in values {
            text.push(b',');
            write_folded(text, value);
        }
        text.push(b'\n');
    }
    Ok(())
}

/// Trimmed, and every run of white space within become one space.
fn write_folded(text: &mut Vec<u8>, value: &[u8]) {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            text.push(b' ');
        }
        text.extend_from_slice(word);
    }
}

/// Everything but the unreserved characters encoded.
pub(crate) fn encoded(bytes: &[u8]) -> PercentEncode<'_> {
    percent_encode(bytes, RESERVED)
}

fn form_decoded(text: &str) -> Vec<u8> {
    percent_decode(text.replace('+', " ").as_bytes()).collect()
}
