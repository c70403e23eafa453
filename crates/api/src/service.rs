//! A service: its model, its operations, and its words for what can happen to all of them.

use crate::dispatch::Served;
use crate::fault::{Common, Said};
use crate::protocol::model::{BadModel, Model};
use crate::protocol::rest_xml::Router;
use crate::{cenote, cognito_identity, cognito_idp, iam, s3, sts};

/// A service that is served here, in part or in full: one of AWS's, or the server's own.
pub struct Service {
    /// Its name: the stem of its model's file, such as `cognito-identity`.
    pub name: &'static str,
    /// Its name in the audit, such as `cognito-identity.amazonaws.com`.
    pub event_source: &'static str,
    /// Its name in the scope of signatures.
    pub signing_name: &'static str,
    /// Whether it is one of all regions, as IAM is.
    pub is_global: bool,
    /// What its requests and answers look like.
    pub model: &'static Model,
    /// The operations that are served.
    pub operations: &'static [Served],
    /// Its words for what can happen to every operation.
    pub say: fn(Common) -> Said,
}

/// Reads a model for as long as the process lives.
pub(crate) fn model(text: &str) -> Result<&'static Model, BadModel> {
    Ok(Box::leak(Box::new(Model::load(text)?)))
}

impl Service {
    /// The served operation of this name.
    pub fn operation(&self, name: &str) -> Option<&'static Served> {
        self.operations.iter().find(|operation| operation.name == name)
    }
}

/// Every service.
pub struct Services {
    /// The server's own.
    pub cenote: Service,
    /// Identity pools.
    pub cognito_identity: Service,
    /// User pools.
    pub cognito_idp: Service,
    /// Roles and their policies.
    pub iam: Service,
    /// Temporary credentials.
    pub sts: Service,
    /// Buckets and objects.
    pub s3: Service,
    /// Which operation of S3 a request means.
    pub s3_router: Router<'static>,
}

impl Services {
    /// Reads the models, which are part of the binary.
    pub fn load() -> Result<Self, BadModel> {
        let s3 = s3::service()?;
        Ok(Self {
            cenote: cenote::service()?,
            cognito_identity: cognito_identity::service()?,
            cognito_idp: cognito_idp::service()?,
            iam: iam::service()?,
            sts: sts::service()?,
            s3_router: Router::new(s3.model),
            s3,
        })
    }

    /// All of them.
    pub const fn all(&self) -> [&Service; 6] {
        [&self.cenote, &self.cognito_identity, &self.cognito_idp, &self.iam, &self.sts, &self.s3]
    }
}
