//! What the operations of STS that issue sessions answer alike.

use broker::iam::assume::Issued;
use domain::iam::session::Session;
use domain::time::Timestamp;
use serde::Serialize;

/// Credentials of a session.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: Timestamp,
}

impl Credentials {
    /// Those that were issued.
    pub(super) fn of(issued: &Issued) -> Self {
        Self {
            access_key_id: issued.id.to_string(),
            secret_access_key: issued.secret.reveal().clone(),
            session_token: issued.token.reveal().clone(),
            expiration: issued.expires,
        }
    }
}

/// Who acts in the session of a role.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumedRoleUser {
    assumed_role_id: String,
    arn: String,
}

impl AssumedRoleUser {
    /// Whoever acts in this session.
    pub(super) fn of(session: &Session) -> Self {
        Self { assumed_role_id: session.user_id(), arn: session.arn() }
    }
}
