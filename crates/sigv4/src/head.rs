use crate::{Malformed, Refused};

/// The head of a request, as it came off the wire.
///
/// HTTP/2's `:authority` is handed in as the header `host`. There is no `Debug`, for headers carry session tokens.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// The path before the `?`, neither decoded nor normalised.
    pub path: &'a str,
    /// The query after the `?`, not decoded; empty where there is none.
    pub query: &'a str,
    /// Every header in the order it was sent, its name in lower case.
    pub headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> RequestHead<'a> {
    /// The value of a header that must not be sent twice; `None` where it was not sent.
    pub(crate) fn sole(&self, name: &'static str) -> Result<Option<&'a [u8]>, Refused> {
        let mut values = self.headers.iter().filter(|(given, _)| *given == name).map(|(_, value)| *value);
        let first = values.next();
        if values.next().is_some() {
            return Err(Refused::RepeatedHeader(name));
        }
        Ok(first)
    }

    /// As [`RequestHead::sole`], for a header whose value must be visible ASCII.
    pub(crate) fn sole_text(&self, name: &'static str) -> Result<Option<&'a str>, Refused> {
        self.sole(name)?
            .map(|value| plain(value.trim_ascii()).ok_or(Malformed::HeaderValue(name).into()))
            .transpose()
    }

    /// Whether this head can be written as a canonical request that means only this head.
    pub(crate) fn check(&self) -> Result<(), Malformed> {
        if self.method.is_empty()
            || !self.method.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Err(Malformed::Method);
        }
        if !self.path.starts_with('/') {
            return Err(Malformed::Path);
        }
        match self.headers.iter().find(|(name, _)| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
            Some((name, _)) => Err(Malformed::HeaderName((*name).to_owned())),
            None => Ok(()),
        }
    }
}

/// A text of visible ASCII and spaces.
pub(crate) fn plain(value: &[u8]) -> Option<&str> {
    value.iter().all(|byte| (b' '..=b'~').contains(byte)).then(|| str::from_utf8(value).ok()).flatten()
}
