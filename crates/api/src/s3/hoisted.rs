//! The headers of a request to S3, of which a presigned URL carries some in its query: presigners of SDKs put every
//! `x-amz-*` header there, so that whoever sends the request need not know of it.

use super::words;
use crate::fault::Fault;
use crate::protocol::rest_xml::{Parameter, Target};
use http::{HeaderMap, HeaderName, HeaderValue};
use sigv4::checksum::Algorithm;
use std::borrow::Cow;

const PREFIX: &str = "x-amz-";

/// The headers as they are meant: those that were sent, and those in the query. What stands in both and is not the same
/// is refused, for nobody could say which one counts.
///
/// Checksums of a body are no headers where they stand in the query: SDK v3 takes them of the empty body that it presigns
/// with, and S3 takes no notice of them there.
pub(super) fn headers<'h>(sent: &'h HeaderMap, target: &Target) -> Result<Cow<'h, HeaderMap>, Fault> {
    let mut headers = Cow::Borrowed(sent);
    for parameter in target.query.iter().filter(|parameter| is_header(parameter)) {
        let value = parameter.value.as_deref().unwrap_or_default();
        let (Ok(name), Ok(value)) =
            (HeaderName::try_from(&parameter.name), HeaderValue::from_bytes(value.as_bytes()))
        else {
            return Err(words::invalid_argument("a header in the query is none".to_owned()).into());
        };
        if is_of_checksum(&name) {
            continue;
        }
        if headers.get_all(&name).iter().any(|sent| *sent != value) {
            return Err(words::invalid_argument(format!("{name} is given twice")).into());
        }
        headers.to_mut().insert(name, value);
    }
    Ok(headers)
}

fn is_header(parameter: &Parameter) -> bool {
    let name = parameter.name.as_bytes();
    let is_amzs = name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX.as_bytes()));
    is_amzs && !sigv4::query::is_about_signing(name)
}

fn is_of_checksum(name: &HeaderName) -> bool {
    Algorithm::from_header(name.as_str()).is_some() || name == "x-amz-sdk-checksum-algorithm"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(sent: &[(&'static str, &'static str)], query: &str) -> Option<Vec<(String, String)>> {
        let sent: HeaderMap = sent
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let target = Target::path_style("/b/k", Some(query)).unwrap();
        let meant = headers(&sent, &target).ok()?;
        let text = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), String::from_utf8(value.as_bytes().to_vec()).unwrap())
        };
        let mut meant: Vec<_> = meant.iter().map(text).collect();
        meant.sort();
        Some(meant)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_header_in_the_query_is_a_header_like_those_that_were_sent() {
        assert_eq!(meant(&[("host", "here")], "prefix=x&x-id=GetObject"), pairs(&[("host", "here")]));
        assert_eq!(
            meant(&[("x-amz-meta-b", "2")], "x-amz-meta-a=1&X-Amz-Acl=public-read"),
            pairs(&[("x-amz-acl", "public-read"), ("x-amz-meta-a", "1"), ("x-amz-meta-b", "2")])
        );
        assert_eq!(
            meant(&[], "x-amz-meta-a=%C3%A9+e&x-amz-b"),
            pairs(&[("x-amz-b", ""), ("x-amz-meta-a", "é e")])
        );
    }

    #[test]
    fn a_checksum_in_the_query_is_no_header() {
        let query = "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32&x-amz-checksum-mode=ENABLED";
        assert_eq!(meant(&[], query), pairs(&[("x-amz-checksum-mode", "ENABLED")]));
        let sent = [("x-amz-checksum-crc32", "NSRBwg==")];
        assert_eq!(meant(&sent, "x-amz-checksum-crc32=AAAAAA%3D%3D"), pairs(&sent));
    }

    #[test]
    fn what_is_about_the_signature_is_no_header() {
        let query = "X-Amz-Algorithm=a&X-Amz-Credential=a&X-Amz-Date=a&X-Amz-Expires=1&X-Amz-SignedHeaders=a&\
                     X-Amz-Signature=a&X-Amz-Security-Token=a&x-amz-content-sha256=a";
        assert_eq!(meant(&[], query), pairs(&[]));
    }

    #[test]
    fn a_header_that_is_said_twice_or_is_none_is_refused() {
        for query in
            ["x-amz-acl=a&x-amz-acl=b", "x-amz-acl=a&X-AMZ-ACL=b", "x-amz-a%20b=c", "x-amz-a=%0D%0Ab:c"]
        {
            assert_eq!(meant(&[], query), None, "{query}");
        }
        assert_eq!(meant(&[("x-amz-acl", "a")], "x-amz-acl=b"), None);
        assert_eq!(meant(&[("x-amz-acl", "a")], "x-amz-acl=a"), pairs(&[("x-amz-acl", "a")]));
    }
}
