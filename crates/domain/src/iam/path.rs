//! Paths, which group the things of IAM and are a part of their ARNs.

use crate::text::{all, text};

text!(
    /// The path of something of IAM: `/`, or visible characters between two slashes, 512 at most.
    Path,
    "a path",
    |text| text == "/"
        || (text.len() > 2
            && text.starts_with('/')
            && text.ends_with('/')
            && all(text, 512, |byte| byte.is_ascii_graphic()))
);

impl Path {
    /// The path of what was given none.
    pub fn root() -> Self {
        Self("/".to_owned())
    }
}
