//! Settings of which one value is served: what they ask for is the case anyway.

use crate::fault::{Common, Fault};
use std::fmt::Display;

/// Refuses any other value than the one that is the case.
pub(super) fn only<T: PartialEq + Display>(member: &str, asked: Option<T>, served: T) -> Result<(), Fault> {
    match asked {
        Some(other) if other != served => {
            Err(Common::BadMember(format!("{member} {other} is not served yet")).into())
        }
        Some(_) | None => Ok(()),
    }
}
