//! What a pool asks of its users' passwords.

use crate::entropy::Entropy;
use crate::secret::Secret;
use crate::time::Span;
use crate::user_pool::password::{Damaged, PasswordHash};
use serde::{Deserialize, Serialize};

/// The rules for passwords in a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// The fewest characters, from 6 to 99.
    pub shortest: u8,
    /// Whether there must be an upper-case letter of the basic Latin alphabet.
    pub needs_upper: bool,
    /// Whether there must be a lower-case one.
    pub needs_lower: bool,
    /// Whether there must be a digit.
    pub needs_digit: bool,
    /// Whether there must be one of the symbols that AWS lists.
    pub needs_symbol: bool,
    /// How many days a password may wait to be changed that an administrator gave as a temporary one.
    pub temporary_days: u16,
}

/// AWS's default.
impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            shortest: 8,
            needs_upper: true,
            needs_lower: true,
            needs_digit: true,
            needs_symbol: true,
            temporary_days: Self::TEMPORARY_DAYS,
        }
    }
}

/// Why a password is not good enough, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// It has too few characters.
    #[error("Password not long enough")]
    Short,
    /// It has no upper-case letter.
    #[error("Password must have uppercase characters")]
    NoUpper,
    /// It has no lower-case letter.
    #[error("Password must have lowercase characters")]
    NoLower,
    /// It has no digit.
    #[error("Password must have numeric characters")]
    NoDigit,
    /// It has no symbol.
    #[error("Password must have symbol characters")]
    NoSymbol,
}

/// A password that is good enough for its pool. Only [`PasswordPolicy::accept`] makes one.
pub struct AcceptedPassword(Secret<String>);

impl AcceptedPassword {
    /// Its hash, which is all that is kept. Takes about 20 ms and 19 MiB.
    pub fn hash(&self, entropy: &dyn Entropy) -> Result<PasswordHash, Damaged> {
        PasswordHash::of(&self.0, entropy)
    }
}

impl PasswordPolicy {
    /// How long a temporary password may wait unless the policy says otherwise.
    pub const TEMPORARY_DAYS: u16 = 7;

    /// Takes a password that keeps to the rules.
    pub fn accept(&self, password: Secret<String>) -> Result<AcceptedPassword, Weak> {
        let has = |kind: fn(char) -> bool| password.reveal().chars().any(kind);
        let is_symbol = |character: char| SYMBOLS.contains(character);
        let broken = [
            (password.reveal().chars().count() < usize::from(self.shortest), Weak::Short),
            (self.needs_upper && !has(|character| character.is_ascii_uppercase()), Weak::NoUpper),
            (self.needs_lower && !has(|character| character.is_ascii_lowercase()), Weak::NoLower),
            (self.needs_digit && !has(|character| character.is_ascii_digit()), Weak::NoDigit),
            (self.needs_symbol && !has(is_symbol), Weak::NoSymbol),
        ];
        match broken.into_iter().find(|(is_broken, _)| *is_broken) {
            Some((_, weak)) => Err(weak),
            None => Ok(AcceptedPassword(password)),
        }
    }

    /// How long a temporary password may wait to be changed.
    pub fn temporary_life(&self) -> Span {
        Span::from_hours(24 * u32::from(self.temporary_days))
    }
}

/// What AWS takes for a symbol. Source: Cognito developer guide, "Adding user pool password requirements".
const SYMBOLS: &str = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ";

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(policy: &PasswordPolicy, password: &str) -> Result<(), Weak> {
        policy.accept(Secret::new(password.to_owned())).map(|_| ())
    }

    #[test]
    fn a_password_is_refused_for_the_first_rule_that_it_breaks() {
        for (password, expected) in [
            ("Aa1!aaa", Err(Weak::Short)),
            ("", Err(Weak::Short)),
            ("aaaaaaa1!", Err(Weak::NoUpper)),
            ("AAAAAAA1!", Err(Weak::NoLower)),
            ("Aaaaaaaa!", Err(Weak::NoDigit)),
            ("Aaaaaaa1a", Err(Weak::NoSymbol)),
            ("Aaaaaaa1!", Ok(())),
        ] {
            assert_eq!(accept(&PasswordPolicy::default(), password), expected, "{password}");
        }
    }

    #[test]
    fn letters_and_digits_are_those_of_the_basic_latin_alphabet_and_characters_are_counted_not_bytes() {
        assert_eq!(accept(&PasswordPolicy::default(), "Éaaaaaaa1!"), Err(Weak::NoUpper));
        assert_eq!(accept(&PasswordPolicy::default(), "Aa!٣٣٣٣٣"), Err(Weak::NoDigit));
        assert_eq!(accept(&PasswordPolicy::default(), "Aa1€€€€€"), Err(Weak::NoSymbol));
        assert_eq!(accept(&PasswordPolicy::default(), "Aa1!€€€"), Err(Weak::Short));
    }

    #[test]
    fn a_rule_that_the_policy_does_not_have_is_not_asked_about() {
        let lax = PasswordPolicy {
            shortest: 6,
            needs_upper: false,
            needs_lower: false,
            needs_digit: false,
            needs_symbol: false,
            ..PasswordPolicy::default()
        };
        assert_eq!(accept(&lax, "€€€€€€"), Ok(()));
        assert_eq!(accept(&lax, "€€€€€"), Err(Weak::Short));
    }
}
