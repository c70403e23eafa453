//! Checked text: names and ids which, once they exist, are valid.

/// A text that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {what}")]
pub struct NotA {
    /// What was expected, with its article: "a bucket name".
    pub what: &'static str,
    /// The offending text, cut to a length fit for a message.
    pub value: String,
}

impl NotA {
    pub(crate) fn new(what: &'static str, value: &str) -> Self {
        Self { what, value: value.chars().take(100).collect() }
    }
}

/// Defines a text type that is checked once, when parsed; reading it back from a record checks it again.
macro_rules! text {
    ($(#[$meta:meta])* $name:ident, $what:literal, $valid:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the text.
            pub fn parse(text: &str) -> Result<Self, $crate::text::NotA> {
                Self::try_from(text.to_owned())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::text::NotA;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err($crate::text::NotA::new($what, &text)) }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

pub(crate) use text;

/// Whether the text has 1 to `max` bytes, all of them accepted.
pub(crate) fn all(text: &str, max: usize, accepted: impl Fn(u8) -> bool) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(accepted)
}

/// What AWS's models call `\w`.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
