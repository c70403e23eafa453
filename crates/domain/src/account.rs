//! The account and region that a server stands for.

use crate::text::{all, text};
use aws_lc_rs::digest;
use data_encoding::HEXLOWER;

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

impl Account {
    /// The account as S3 names it, its "canonical user id": 64 hexadecimal digits, always the same for one account.
    pub fn canonical_user(&self) -> String {
        let named = format!("canonical user of account {}", self.id);
        HEXLOWER.encode(digest::digest(&digest::SHA256, named.as_bytes()).as_ref())
    }
}
