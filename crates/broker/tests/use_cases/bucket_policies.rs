//! What the policy of a bucket does to who may do what, and which policies a bucket gets.

use crate::client::{Held, ring};
use crate::desk::{Desk, alice, circumstances, mallory};
use broker::iam::access::{AccessDecision, AccessRefused, Asking, Question, authorize};
use broker::iam::authenticate::Caller;
use broker::iam::resource::Resource;
use broker::s3::Refusal;
use broker::s3::bucket_policies::{self, PolicyRefused};
use broker::s3::buckets;
use domain::iam::id::RoleId;
use domain::iam::role::Role;
use domain::records::{Buckets, Roles, Stop};
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;
use policy::OutOfScope;
use serde_json::{Value, json};
use std::convert::Infallible;
use testkit::NOW;
use testkit::iam::{document, guest_role, signed_in_role};
use testkit::s3::bucket;

const ROLE: &str = "arn:aws:iam::123456789012:role/signed-in";
const SILENT_ROLE: &str = "no identity-based policy allows it";

impl Desk {
    /// Writes the bucket's policy past the use cases.
    async fn bucket_says(&self, statements: Value) {
        let text = document(&statements).to_string();
        self.write(|records| records.put_bucket_policy(&bucket().name, Some(&text))).await;
    }

    /// How a request about an object of the bucket is decided, in a sentence.
    async fn decided(&self, asking: Asking<'_>, action: &'static str) -> String {
        let resource = Resource::Object(bucket().name, ObjectKey::parse("x").unwrap());
        self.decided_of(asking, action, &resource).await
    }

    async fn decided_of(&self, asking: Asking<'_>, action: &'static str, resource: &Resource) -> String {
        let circumstances = circumstances();
        let asked = self.ask(|records, _| {
            let arn = resource.arn(records, &self.house.account)?;
            let policy = resource.policy(records, &self.house.account.id)?;
            let question = Question {
                action,
                resource: &arn,
                policy: policy.as_ref(),
                keys: &[],
                circumstances: &circumstances,
            };
            authorize(records, &self.house, asking, &question, NOW)
        });
        match asked.await {
            Ok(authorized) => authorized.decision().to_string(),
            Err(refused) => refused.to_string(),
        }
    }

    async fn somebody(&self) -> Caller {
        let grant = self.session_of(&[alice()]).await;
        self.signed(&Held::of(&grant, &self.house, &self.entropy))
    }

    fn signed(&self, held: &Held) -> Caller {
        held.sign().authenticate(&self.house, &ring(), NOW).ok().unwrap()
    }

    async fn put(&self, statements: &Value) -> Result<(), PolicyRefused> {
        let text = document(statements).to_string();
        self.ask(|records, _| bucket_policies::put(records, &self.house, &bucket().name, &text)).await
    }
}

fn says(effect: &str, principal: &Value, action: &str) -> Value {
    let resource = "arn:aws:s3:::my-bucket/*";
    json!({ "Effect": effect, "Principal": principal, "Action": action, "Resource": resource })
}

#[tokio::test]
async fn naming_the_session_or_the_role_stands_for_a_policy_of_the_role_and_naming_the_account_does_not() {
    for desk in Desk::each().await {
        let caller = desk.somebody().await;
        let session = caller.arn(&desk.house.account.id);
        let by_bucket = "allowed by statement 0 of `policy of bucket my-bucket`";
        for (principal, decided) in [
            (json!({ "AWS": session }), by_bucket),
            (json!({ "AWS": ROLE }), by_bucket),
            (json!("*"), by_bucket),
            (json!({ "AWS": "123456789012" }), SILENT_ROLE),
            (json!({ "AWS": "arn:aws:iam::123456789012:root" }), SILENT_ROLE),
            (json!({ "CanonicalUser": desk.house.account.canonical_user() }), SILENT_ROLE),
            (json!({ "Federated": "cognito-identity.amazonaws.com" }), SILENT_ROLE),
            (json!({ "AWS": "arn:aws:iam::123456789012:role/guest" }), SILENT_ROLE),
            (json!({ "AWS": "arn:aws:iam::999999999999:role/signed-in" }), SILENT_ROLE),
        ] {
            desk.bucket_says(json!([says("Allow", &principal, "s3:*")])).await;
            let asked = desk.decided(Asking::Signed(&caller), "s3:PutObjectAcl").await;
            assert_eq!(asked, decided, "{principal}");
        }
    }
}

#[tokio::test]
async fn naming_the_role_leaves_the_session_policies_in_force_and_naming_the_session_does_not() {
    for desk in Desk::each().await {
        let grant = desk.session_of(&[]).await;
        let guest = desk.signed(&Held::of(&grant, &desk.house, &desk.entropy));
        let role = guest_role().arn(&desk.house.account.id).to_string();
        // What guests may do at most has nothing of it.
        let action = "ec2:RunInstances";
        desk.bucket_says(json!([says("Allow", &json!({ "AWS": role }), action)])).await;
        assert_eq!(desk.decided(Asking::Signed(&guest), action).await, "no session policy allows it");
        let session = guest.arn(&desk.house.account.id);
        desk.bucket_says(json!([says("Allow", &json!({ "AWS": session }), action)])).await;
        let by_bucket = "allowed by statement 0 of `policy of bucket my-bucket`";
        assert_eq!(desk.decided(Asking::Signed(&guest), action).await, by_bucket);
    }
}

#[tokio::test]
async fn what_the_bucket_denies_no_role_allows() {
    for desk in Desk::each().await {
        let caller = desk.somebody().await;
        let allows = json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" }]);
        let mut role = signed_in_role();
        role.policies.values_mut().for_each(|text| *text = document(&allows).to_string());
        desk.write(|records| records.put_role(&role)).await;
        assert!(desk.decided(Asking::Signed(&caller), "s3:GetObject").await.starts_with("allowed by"));
        let session = caller.arn(&desk.house.account.id);
        for principal in [
            json!("*"),
            json!({ "AWS": "123456789012" }),
            json!({ "AWS": ROLE }),
            json!({ "AWS": session }),
            json!({ "Federated": "cognito-identity.amazonaws.com" }),
        ] {
            desk.bucket_says(json!([says("Deny", &principal, "s3:Get*")])).await;
            let denied = "denied by statement 0 of `policy of bucket my-bucket`, a resource-based policy";
            assert_eq!(desk.decided(Asking::Signed(&caller), "s3:GetObject").await, denied, "{principal}");
        }
        let mut others = says("Deny", &json!("*"), "s3:*");
        others["Condition"] = json!({ "ArnNotEquals": { "aws:PrincipalArn": ROLE } });
        desk.bucket_says(json!([others])).await;
        assert!(desk.decided(Asking::Signed(&caller), "s3:GetObject").await.starts_with("allowed by"));
    }
}

#[tokio::test]
async fn nobody_known_is_decided_by_the_policy_of_the_bucket_alone() {
    for desk in Desk::each().await {
        let nobody = Asking::Unsigned;
        let silent = "no resource-based policy allows it";
        assert_eq!(desk.decided(nobody, "s3:GetObject").await, silent);
        for (principal, allowed) in [
            (json!("*"), true),
            (json!({ "AWS": "*" }), true),
            (json!({ "AWS": ["123456789012", ROLE] }), false),
            (json!({ "CanonicalUser": desk.house.account.canonical_user() }), false),
        ] {
            desk.bucket_says(json!([says("Allow", &principal, "s3:GetObject")])).await;
            let asked = desk.decided(nobody, "s3:GetObject").await;
            assert_eq!(asked.starts_with("allowed by"), allowed, "{principal}: {asked}");
            assert_eq!(desk.decided(nobody, "s3:PutObject").await, silent);
        }
        for (condition, allowed) in [
            (json!({ "StringEquals": { "aws:PrincipalType": "Anonymous" } }), true),
            (json!({ "StringEquals": { "aws:PrincipalAccount": "anonymous" } }), true),
            (json!({ "StringEquals": { "aws:userid": "anonymous" } }), true),
            (json!({ "Null": { "aws:PrincipalArn": "true" } }), true),
            (json!({ "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } }), true),
            (json!({ "Bool": { "aws:SecureTransport": "true" } }), false),
            (json!({ "StringEquals": { "aws:PrincipalAccount": "123456789012" } }), false),
            (json!({ "StringLike": { "aws:TokenIssueTime": "*" } }), false),
        ] {
            let mut statement = says("Allow", &json!("*"), "s3:GetObject");
            statement["Condition"] = condition.clone();
            desk.bucket_says(json!([statement])).await;
            let asked = desk.decided(nobody, "s3:GetObject").await;
            assert_eq!(asked.starts_with("allowed by"), allowed, "{condition}: {asked}");
        }
    }
}

#[tokio::test]
async fn the_root_is_denied_what_the_bucket_denies_it_but_for_the_policy_itself() {
    for desk in Desk::each().await {
        let root = desk.signed(&Held::of_root());
        let whole = Resource::Bucket(bucket().name);
        let deny = |principal: Value, condition: Value| {
            json!([{
                "Effect": "Deny", "Principal": principal, "Action": "s3:*", "Condition": condition,
                "Resource": ["arn:aws:s3:::my-bucket", "arn:aws:s3:::my-bucket/*"],
            }])
        };
        let root_arn = "arn:aws:iam::123456789012:root";
        for (principal, condition, denied) in [
            (json!("*"), json!({}), true),
            (json!({ "AWS": "123456789012" }), json!({}), true),
            (json!({ "AWS": ROLE }), json!({}), false),
            (json!({ "AWS": "999999999999" }), json!({}), false),
            (json!("*"), json!({ "StringNotEquals": { "aws:PrincipalArn": root_arn } }), false),
            (json!("*"), json!({ "StringEquals": { "aws:PrincipalType": "Account" } }), true),
            (json!("*"), json!({ "StringEquals": { "aws:userid": "123456789012" } }), true),
        ] {
            desk.bucket_says(deny(principal.clone(), condition.clone())).await;
            let asked = desk.decided(Asking::Signed(&root), "s3:GetObject").await;
            assert_eq!(
                asked.starts_with("denied by statement 0"),
                denied,
                "{principal} {condition}: {asked}"
            );
        }
        desk.bucket_says(deny(json!("*"), json!({}))).await;
        for (action, allowed) in [
            ("s3:GetBucketPolicy", true),
            ("s3:PutBucketPolicy", true),
            ("s3:DeleteBucketPolicy", true),
            ("s3:GetBucketPolicyStatus", false),
            ("s3:DeleteBucket", false),
        ] {
            let asked = desk.decided_of(Asking::Signed(&root), action, &whole).await;
            assert_eq!(asked == AccessDecision::Root.to_string(), allowed, "{action}: {asked}");
        }
        let other = Resource::Bucket(BucketName::parse("other-bucket").unwrap());
        for elsewhere in [other, Resource::NewBucket(bucket().name), Resource::All] {
            let asked = desk.decided_of(Asking::Signed(&root), "s3:ListBucket", &elsewhere).await;
            assert_eq!(asked, AccessDecision::Root.to_string(), "{elsewhere:?}");
        }
    }
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_any_more_denies_everybody_but_root_the_mending_of_it() {
    for desk in Desk::each().await {
        desk.write(|records| records.put_bucket_policy(&bucket().name, Some("{"))).await;
        let (caller, root) = (desk.somebody().await, desk.signed(&Held::of_root()));
        let damaged = "policy of bucket my-bucket cannot be evaluated: Syntax errors in policy.";
        for asking in [Asking::Signed(&caller), Asking::Signed(&root), Asking::Unsigned] {
            assert_eq!(desk.decided(asking, "s3:GetObject").await, damaged);
        }
        let whole = Resource::Bucket(bucket().name);
        let mending = desk.decided_of(Asking::Signed(&root), "s3:PutBucketPolicy", &whole).await;
        assert_eq!(mending, AccessDecision::Root.to_string());
        let mending = desk.decided_of(Asking::Signed(&caller), "s3:PutBucketPolicy", &whole).await;
        assert_eq!(mending, damaged);
    }
}

#[tokio::test]
async fn a_session_whose_role_is_gone_gets_nothing_by_a_bucket_that_is_open_to_all() {
    for desk in Desk::each().await {
        let caller = desk.somebody().await;
        desk.bucket_says(json!([says("Allow", &json!("*"), "s3:*")])).await;
        desk.write(|records| records.delete_role(&signed_in_role().name)).await;
        let gone = AccessRefused::RoleGone(ROLE.to_owned()).to_string();
        assert_eq!(desk.decided(Asking::Signed(&caller), "s3:GetObject").await, gone);
        assert!(desk.decided(Asking::Unsigned, "s3:GetObject").await.starts_with("allowed by"));
    }
}

#[tokio::test]
async fn a_policy_names_only_principals_that_there_are_or_may_be() {
    for desk in Desk::each().await {
        for (principal, is_known) in [
            (ROLE, true),
            ("arn:aws:sts::123456789012:assumed-role/signed-in/anything", true),
            ("arn:aws:sts::123456789012:federated-user/anybody", true),
            ("arn:aws:iam::999999999999:role/theirs", true),
            ("arn:aws:iam::999999999999:user/theirs", true),
            ("arn:aws:iam::123456789012:role/Signed-in", false),
            ("arn:aws:iam::123456789012:role/path/signed-in", false),
            ("arn:aws:iam::123456789012:role/absent", false),
            ("arn:aws:iam::123456789012:user/absent", false),
            ("arn:aws:sts::123456789012:assumed-role/absent/anything", false),
            ("arn:aws:sts::123456789012:assumed-role/SIGNED-IN/anything", false),
        ] {
            for (effect, element) in [("Allow", "Principal"), ("Deny", "NotPrincipal")] {
                let mut statement = says(effect, &json!({ "AWS": principal }), "s3:*");
                let named = statement.as_object_mut().unwrap().remove("Principal").unwrap();
                statement[element] = named;
                let expected = match is_known {
                    true => Ok(()),
                    false => Err(PolicyRefused::NoSuchPrincipal(principal.to_owned())),
                };
                assert_eq!(desk.put(&json!([statement])).await, expected, "{element} {principal}");
            }
        }
    }
}

#[tokio::test]
async fn a_role_that_is_made_anew_is_not_the_one_that_the_policy_names() {
    for desk in Desk::each().await {
        let anew = Role { id: RoleId::parse("AROA99999999999999999").unwrap(), ..signed_in_role() };
        let says = json!([says("Allow", &json!({ "AWS": ROLE }), "s3:PutObjectAcl")]);
        desk.put(&says).await.unwrap();
        let caller = desk.somebody().await;
        let by_bucket = "allowed by statement 0 of `policy of bucket my-bucket`";
        assert_eq!(desk.decided(Asking::Signed(&caller), "s3:PutObjectAcl").await, by_bucket);
        desk.write(|records| records.put_role(&anew)).await;
        let caller = desk.somebody().await;
        assert_eq!(desk.decided(Asking::Signed(&caller), "s3:PutObjectAcl").await, SILENT_ROLE);
        desk.put(&says).await.unwrap();
        assert_eq!(desk.decided(Asking::Signed(&caller), "s3:PutObjectAcl").await, by_bucket);
    }
}

#[tokio::test]
async fn a_policy_that_is_refused_leaves_the_one_that_was() {
    for desk in Desk::each().await {
        let name = bucket().name;
        let kept = || desk.ask(|records, _| bucket_policies::find(records, &desk.house, &name));
        let good = json!([says("Allow", &json!("*"), "s3:GetObject")]);
        assert_eq!(kept().await, Ok(None));
        desk.put(&good).await.unwrap();
        let text = document(&good).to_string();
        let mut elsewhere = good.clone();
        elsewhere[0]["Resource"] = json!("arn:aws:s3:::other-bucket/*");
        assert_eq!(desk.put(&elsewhere).await, Err(PolicyRefused::OutOfScope(OutOfScope::Resource)));
        let mut long = good.clone();
        long[0]["Sid"] = json!("x".repeat(20_480));
        assert_eq!(desk.put(&long).await, Err(PolicyRefused::TooLong));
        assert!(matches!(desk.put(&json!([])).await, Err(PolicyRefused::Malformed(_))));
        assert_eq!(kept().await, Ok(Some(text)));
        desk.ask(|records, _| buckets::delete(records, &name)).await.unwrap();
        let absent = Refusal::NoSuchBucket(name.clone());
        assert_eq!(desk.put(&good).await, Err(PolicyRefused::Bucket(absent)));
        desk.ask(|records, _| buckets::create(records, &bucket())).await.unwrap();
        assert_eq!(kept().await, Ok(None));
        let left = desk.ask(|records, _| Ok::<_, Stop<Infallible>>(records.bucket_policy(&name)?)).await;
        assert_eq!(left, Ok(None));
    }
}

#[tokio::test]
async fn a_policy_can_tell_one_identity_from_another() {
    let desk = Desk::open().await;
    let caller = desk.somebody().await;
    let grant = desk.session_of(&[mallory()]).await;
    let other = desk.signed(&Held::of(&grant, &desk.house, &desk.entropy));
    let id = desk.get_id(&[alice()]).await.unwrap();
    let mut statement = says("Allow", &json!("*"), "s3:PutObjectAcl");
    statement["Condition"] = json!({ "StringEquals": { "cognito-identity.amazonaws.com:sub": id } });
    desk.bucket_says(json!([statement])).await;
    assert!(desk.decided(Asking::Signed(&caller), "s3:PutObjectAcl").await.starts_with("allowed by"));
    assert_eq!(desk.decided(Asking::Signed(&other), "s3:PutObjectAcl").await, SILENT_ROLE);
}
