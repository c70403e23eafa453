//! The account and region that a server stands for.

use crate::text::{all, text};

text!(
    /// An AWS-style account number of twelve digits.
    AccountId,
    "an account id of twelve digits",
    |text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
);

text!(
    /// A region's name, such as `us-east-1`.
    Region,
    "a region",
    |text| all(text, 32, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
);

/// The one account and region that a server stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's number.
    pub id: AccountId,
    /// The region that is part of pool ids, identity ids and signature scopes.
    pub region: Region,
}
