//! What a request line points at: bucket, key and query, each decoded exactly once.

use percent_encoding::percent_decode_str;

/// Why a path or query points at nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// A percent sign is not followed by two hexadecimal digits.
    #[error("`{0}` has a percent sign without two hexadecimal digits")]
    BadEscape(String),
    /// The decoded bytes are not UTF-8.
    #[error("`{0}` is not UTF-8 once decoded")]
    NotUtf8(String),
    /// The bucket's segment is empty, or holds an encoded slash.
    #[error("`{0}` names no bucket")]
    NoBucket(String),
}

/// A bucket, a key in it, and the query.
///
/// Keys are taken as they are: `a//b`, `a/../b` and `./a` are keys of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The bucket; `None` at the root of the service.
    pub bucket: Option<String>,
    /// The key; `None` at the bucket.
    pub key: Option<String>,
    /// The query's parameters in their order.
    pub query: Vec<Parameter>,
}

/// A parameter of a query, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value; `None` without an equals sign, as in `?uploads`.
    pub value: Option<String>,
}

impl Target {
    /// Reads a path-style request, `/bucket/key`; path and query still encoded.
    pub fn path_style(path: &str, query: Option<&str>) -> Result<Self, BadTarget> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = match path.split_once('/') {
            Some((bucket, key)) => (bucket, key),
            None => (path, ""),
        };
        let bucket = match (bucket, key) {
            ("", "") => None,
            ("", _) => return Err(BadTarget::NoBucket(path.to_owned())),
            (encoded, _) => Some(decoded(encoded)?),
        };
        if bucket.as_deref().is_some_and(|bucket| bucket.contains('/')) {
            return Err(BadTarget::NoBucket(path.to_owned()));
        }
        Self::new(bucket, key, query)
    }

    /// Reads a virtual-host-style request, whose bucket stood in the host; path and query still encoded.
    pub fn virtual_host(bucket: &str, path: &str, query: Option<&str>) -> Result<Self, BadTarget> {
        Self::new(Some(bucket.to_owned()), path.strip_prefix('/').unwrap_or(path), query)
    }

    fn new(bucket: Option<String>, key: &str, query: Option<&str>) -> Result<Self, BadTarget> {
        let key = if key.is_empty() { None } else { Some(decoded(key)?) };
        Ok(Self { bucket, key, query: parameters(query.unwrap_or_default())? })
    }

    /// How deep the path goes: service, bucket or object.
    pub(super) fn depth(&self) -> Depth {
        match (&self.bucket, &self.key) {
            (_, Some(_)) => Depth::Object,
            (Some(_), None) => Depth::Bucket,
            (None, None) => Depth::Service,
        }
    }

    /// The first parameter of this name.
    pub(super) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.query.iter().find(|parameter| parameter.name == name)
    }
}

/// What a path points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Service,
    Bucket,
    Object,
}

/// Reads a query. A plus is a space, as in forms; SDKs write `%20` and `%2B`.
fn parameters(query: &str) -> Result<Vec<Parameter>, BadTarget> {
    let plain = |text: &str| decoded(&text.replace('+', " "));
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            Ok(match pair.split_once('=') {
                Some((name, value)) => Parameter { name: plain(name)?, value: Some(plain(value)?) },
                None => Parameter { name: plain(pair)?, value: None },
            })
        })
        .collect()
}

/// Decodes percent escapes, once.
pub fn decoded(text: &str) -> Result<String, BadTarget> {
    let well_escaped = text.split('%').skip(1).all(|rest| {
        let mut bytes = rest.bytes();
        let mut is_digit = || bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        is_digit() && is_digit()
    });
    if !well_escaped {
        return Err(BadTarget::BadEscape(text.to_owned()));
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| BadTarget::NotUtf8(text.to_owned()))?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &str) -> (Option<String>, Option<String>) {
        let target = Target::path_style(path, None).unwrap();
        (target.bucket, target.key)
    }

    fn at(bucket: &str, key: &str) -> (Option<String>, Option<String>) {
        let present = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (present(bucket), present(key))
    }

    #[test]
    fn a_path_is_a_bucket_and_a_key_that_is_left_as_it_is() {
        assert_eq!(parts("/"), at("", ""));
        assert_eq!(parts(""), at("", ""));
        assert_eq!(parts("/my-bucket"), at("my-bucket", ""));
        assert_eq!(parts("/my-bucket/"), at("my-bucket", ""));
        assert_eq!(parts("/b/a//b"), at("b", "a//b"));
        assert_eq!(parts("/b/a/../b"), at("b", "a/../b"));
        assert_eq!(parts("/b/./a/"), at("b", "./a/"));
        assert_eq!(parts("/b//"), at("b", "/"));
    }

    #[test]
    fn a_key_is_decoded_exactly_once() {
        assert_eq!(parts("/b/a%2Fb%20c+d"), at("b", "a/b c+d"));
        assert_eq!(parts("/b/%252F"), at("b", "%2F"));
        assert_eq!(parts("/b/%2e%2E%2f"), at("b", "../"));
        assert_eq!(parts("/b/us-east-1%3A1/%E6%97%A5"), at("b", "us-east-1:1/日"));
    }

    #[test]
    fn a_path_that_decodes_to_nothing_sound_is_refused() {
        for path in ["/b/%", "/b/%2", "/b/%zz", "/b/a%2", "/%/a"] {
            assert!(matches!(Target::path_style(path, None), Err(BadTarget::BadEscape(_))), "{path}");
        }
        assert!(matches!(Target::path_style("/b/%ff", None), Err(BadTarget::NotUtf8(_))));
        assert!(matches!(Target::path_style("//key", None), Err(BadTarget::NoBucket(_))));
        assert!(matches!(Target::path_style("/b%2Fkey", None), Err(BadTarget::NoBucket(_))));
        assert!(Target::path_style("/b", Some("a=%g0")).is_err());
    }

    #[test]
    fn a_bucket_in_the_host_leaves_the_whole_path_to_the_key() {
        let target = Target::virtual_host("b", "/a/b", None).unwrap();
        assert_eq!((target.bucket.as_deref(), target.key.as_deref()), (Some("b"), Some("a/b")));
        assert_eq!(Target::virtual_host("b", "/", None).unwrap().key, None);
        assert_eq!(Target::virtual_host("b", "//", None).unwrap().key.as_deref(), Some("/"));
    }

    #[test]
    fn a_query_is_its_parameters_in_order() {
        let target = Target::path_style("/b", Some("uploads&prefix=a%26b%3D+c&&x=&=y")).unwrap();
        let pairs: Vec<_> =
            target.query.iter().map(|pair| (pair.name.as_str(), pair.value.as_deref())).collect();
        assert_eq!(pairs, [("uploads", None), ("prefix", Some("a&b= c")), ("x", Some("")), ("", Some("y"))]);
    }

    #[test]
    fn no_path_or_query_makes_the_reader_panic() {
        const PIECES: [&str; 12] = ["/", "%", "%2", "%2F", "%ff", "é", "&", "=", "+", "b", "..", "\0"];
        for number in 0..PIECES.len().pow(4) {
            let text: String =
                (0..4).map(|place| PIECES[number / PIECES.len().pow(place) % PIECES.len()]).collect();
            let _any_answer = Target::path_style(&text, Some(&text));
            let _any_answer = Target::virtual_host("b", &text, Some(&text));
        }
    }
}
