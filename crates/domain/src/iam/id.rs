//! Unique ids: what a thing of IAM is called once and for all, whatever its name.

use crate::entropy::{Entropy, draw_text};
use crate::text::text;

/// Defines the unique ids of one kind of thing: a prefix of four letters and 17 capital letters or digits. None is given
/// out twice, so that what is made anew under an old name is something else. Source: IAM user guide, "Unique identifiers".
macro_rules! unique_id {
    ($(#[$meta:meta])* $name:ident, $what:literal, $prefix:literal) => {
        text!(
            $(#[$meta])*
            $name,
            $what,
            |text| text.strip_prefix($prefix).is_some_and(is_rest)
        );

        impl $name {
            /// Draws a new one.
            pub fn draw(entropy: &dyn Entropy) -> Self {
                Self(format!("{}{}", $prefix, draw_text(entropy, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", REST)))
            }
        }
    };
}

/// How many characters follow the prefix.
const REST: usize = 17;

fn is_rest(text: &str) -> bool {
    text.len() == REST && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

unique_id!(
    /// A role's unique id.
    RoleId,
    "a role id",
    "AROA"
);

unique_id!(
    /// A managed policy's unique id.
    PolicyId,
    "a policy id",
    "ANPA"
);
