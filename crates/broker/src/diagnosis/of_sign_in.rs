//! What it means that a user pool lets somebody not in.

use super::{Cause, Diagnosed, Diagnosis};
use crate::user_pool::sign_in::SignInRefused;

impl Diagnosed for SignInRefused {
    fn diagnosis(&self) -> Diagnosis {
        Diagnosis::of(Cause::SignInRefused).found(self)
    }
}
