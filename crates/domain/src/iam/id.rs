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
    /// A user's unique id.
    UserId,
    "a user id",
    "AIDA"
);

unique_id!(
    /// A group's unique id.
    GroupId,
    "a group id",
    "AGPA"
);

unique_id!(
    /// A managed policy's unique id.
    PolicyId,
    "a policy id",
    "ANPA"
);

#[cfg(test)]
mod tests {
    use super::*;

    struct Nines;
    impl Entropy for Nines {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }

    #[test]
    fn an_id_tells_what_it_is_of() {
        let id = UserId::draw(&Nines);
        assert_eq!(id.as_str().len(), 21);
        assert_eq!(UserId::parse(id.as_str()), Ok(id.clone()));
        assert!(RoleId::parse(id.as_str()).is_err());
        for no in ["", "AIDA", "AIDAAAAAAAAAAAAAAAAAa", "AIDAAAAAAAAAAAAAAAAAAA"] {
            assert!(UserId::parse(no).is_err(), "{no}");
        }
    }
}
