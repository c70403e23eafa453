//! AWS's own managed policies, as far as pools need them. Every account has them and none can change them.
//!
//! Source: AWS managed policy reference guide, the page of each.

use domain::arn::PolicyArn;
use domain::iam::id::PolicyId;
use domain::iam::managed_policy::{ManagedPolicy, PolicyVersion, VersionId};
use domain::iam::session_policy::GUEST_MANAGED;
use domain::tag::Tags;
use domain::time::Timestamp;

/// One of AWS's policies, in the version that counts; older ones are not kept.
struct AwsManaged {
    arn: &'static str,
    id: &'static str,
    description: &'static str,
    version: &'static str,
    /// When the first version was made, in seconds since 1970.
    created: i64,
    /// When this version was made, in seconds since 1970.
    updated: i64,
    document: &'static str,
}

/// All of them, in the order of their names.
const ALL: [AwsManaged; 7] = [
    AwsManaged {
        arn: "arn:aws:iam::aws:policy/AdministratorAccess",
        id: "ANPAIWMBCKSKIEE64ZLYK",
        description: "Provides full access to AWS services and resources.",
        version: "v1",
        created: 1_423_247_986,
        updated: 1_423_247_986,
        document: include_str!("aws_managed/AdministratorAccess.json"),
    },
    AwsManaged {
        arn: "arn:aws:iam::aws:policy/AmazonCognitoDeveloperAuthenticatedIdentities",
        id: "ANPAIQOKZ5BGKLCMTXH4W",
        description: "Provides access to Amazon Cognito APIs to support developer authenticated identities from your \
                      authentication backend.",
        version: "v1",
        created: 1_427_217_743,
        updated: 1_427_217_743,
        document: include_str!("aws_managed/AmazonCognitoDeveloperAuthenticatedIdentities.json"),
    },
    AwsManaged {
        arn: "arn:aws:iam::aws:policy/AmazonCognitoPowerUser",
        id: "ANPAJKW5H2HNCPGCYGR6Y",
        description: "Provides administrative access to existing Amazon Cognito resources. You will need AWS account \
                      admin privileges to create new Cognito resources.",
        version: "v9",
        created: 1_427_217_296,
        updated: 1_770_919_209,
        document: include_str!("aws_managed/AmazonCognitoPowerUser.json"),
    },
    AwsManaged {
        arn: "arn:aws:iam::aws:policy/AmazonCognitoReadOnly",
        id: "ANPAJBFTRZD2GQGJHSVQK",
        description: "Provides read only access to Amazon Cognito resources.",
        version: "v4",
        created: 1_427_216_806,
        updated: 1_564_687_264,
        document: include_str!("aws_managed/AmazonCognitoReadOnly.json"),
    },
    // AWS does not tell the id of this one; it has one of Cenote's.
    AwsManaged {
        arn: "arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy",
        id: "ANPACENOTEGUESTS00001",
        description: "This policy defines the set of permissions allowed for unauthenticated identities for Cognito \
                      Identity Pools. It is not intended to be used as a stand alone permission policy.",
        version: "v4",
        created: 1_689_807_845,
        updated: 1_777_665_431,
        document: GUEST_MANAGED,
    },
    AwsManaged {
        arn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
        id: "ANPAIFIR6V6BVTRAHWINE",
        description: "Provides full access to all buckets via the AWS Management Console.",
        version: "v2",
        created: 1_423_248_058,
        updated: 1_632_773_797,
        document: include_str!("aws_managed/AmazonS3FullAccess.json"),
    },
    AwsManaged {
        arn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        id: "ANPAIZTJ4DXE7G6AGAE6M",
        description: "Provides read only access to all buckets via the AWS Management Console.",
        version: "v3",
        created: 1_423_248_059,
        updated: 1_691_703_099,
        document: include_str!("aws_managed/AmazonS3ReadOnlyAccess.json"),
    },
];

/// The text of one of them.
pub(super) fn document(arn: &PolicyArn) -> Option<&'static str> {
    let arn = arn.to_string();
    ALL.iter().find(|one| one.arn == arn).map(|one| one.document)
}

/// One of them as a managed policy like any other.
pub(super) fn find(arn: &PolicyArn) -> Option<ManagedPolicy> {
    all().find(|policy| policy.arn == *arn)
}

/// All of them as managed policies like any other.
pub(super) fn all() -> impl Iterator<Item = ManagedPolicy> {
    ALL.iter().filter_map(AwsManaged::policy)
}

impl AwsManaged {
    /// `None` for what would be none; a test holds that all are.
    fn policy(&self) -> Option<ManagedPolicy> {
        let version = VersionId::parse(self.version).ok()?;
        let updated = Timestamp::from_secs(self.updated);
        Some(ManagedPolicy {
            arn: PolicyArn::parse(self.arn).ok()?,
            id: PolicyId::parse(self.id).ok()?,
            description: Some(self.description.to_owned()),
            default: PolicyVersion { id: version, document: self.document.to_owned(), created: updated },
            others: Vec::new(),
            newest: version,
            created: Timestamp::from_secs(self.created),
            updated,
            tags: Tags::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::arn::PolicyOwner;
    use policy::{Document, Kind};

    #[test]
    fn each_is_a_policy_of_aws_that_is_found_by_its_arn_and_evaluated_to_the_letter() {
        assert_eq!(all().count(), ALL.len());
        for policy in all() {
            assert_eq!(policy.arn.owner(), &PolicyOwner::Aws, "{}", policy.arn);
            assert_eq!(document(&policy.arn), Some(policy.default.document.as_str()));
            assert_eq!(find(&policy.arn), Some(policy.clone()));
            assert!(Document::parse(&policy.default.document, Kind::Identity).is_ok(), "{}", policy.arn);
        }
        assert!(all().map(|policy| policy.arn).is_sorted());
        assert_eq!(find(&PolicyArn::parse("arn:aws:iam::aws:policy/ReadOnlyAccess").unwrap()), None);
    }
}
