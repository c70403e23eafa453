//! The text of the models whose operations are served, as they lie in `models/`.

/// Amazon Cognito Identity Pools, awsJson 1.1.
pub const COGNITO_IDENTITY: &str = include_str!("../../../../models/cognito-identity.json");

/// Amazon Cognito User Pools, awsJson 1.1.
pub const COGNITO_IDP: &str = include_str!("../../../../models/cognito-idp.json");

/// Amazon S3, restXml.
pub const S3: &str = include_str!("../../../../models/s3.json");

/// AWS Identity and Access Management, awsQuery.
pub const IAM: &str = include_str!("../../../../models/iam.json");

/// AWS Security Token Service, awsQuery.
pub const STS: &str = include_str!("../../../../models/sts.json");
