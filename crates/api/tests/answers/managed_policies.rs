//! Managed policies, permissions boundaries and tags over the wire: their life, each no, and what policies can ask of them.

use crate::roles::{ask, make, refused};
use crate::support::{Answer, Server, form};
use serde_json::{Value, json};
use testkit::iam::document;

const READERS: &str = "arn:aws:iam::123456789012:policy/team/readers";
const S3_FULL: &str = "arn:aws:iam::aws:policy/AmazonS3FullAccess";

fn text() -> String {
    document(&json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }])).to_string()
}

async fn make_readers(server: &Server) -> Answer {
    let text = text();
    let parameters = [
        ("PolicyName", "readers"),
        ("Path", "/team/"),
        ("Description", "may read"),
        ("PolicyDocument", text.as_str()),
        ("Tags.member.1.Key", "Team"),
        ("Tags.member.1.Value", "red"),
    ];
    let made = ask(server, "CreatePolicy", &parameters).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made
}

async fn done(server: &Server, action: &str, parameters: &[(&str, &str)]) {
    let answer = ask(server, action, parameters).await;
    assert_eq!(answer.status, 200, "{action}: {}", answer.text());
}

async fn add_version(server: &Server, counts: &str) -> Answer {
    let text = text();
    let parameters = [("PolicyArn", READERS), ("PolicyDocument", text.as_str()), ("SetAsDefault", counts)];
    ask(server, "CreatePolicyVersion", &parameters).await
}

#[tokio::test]
async fn a_policy_is_shown_as_it_was_made_and_as_it_is_used() {
    let server = Server::start().await;
    let made = make_readers(&server).await;
    make(&server, "r", "/").await;
    done(&server, "AttachRolePolicy", &[("RoleName", "r"), ("PolicyArn", READERS)]).await;
    done(&server, "PutRolePermissionsBoundary", &[("RoleName", "r"), ("PermissionsBoundary", READERS)]).await;
    let found = ask(&server, "GetPolicy", &[("PolicyArn", READERS)]).await;
    for (answer, uses) in [(made, "0"), (found, "1")] {
        assert_eq!(answer.element("Arn"), Some(READERS));
        assert!(answer.element("PolicyId").unwrap().starts_with("ANPA"));
        let names = ["PolicyName", "Path", "DefaultVersionId", "IsAttachable", "Description", "Key", "Value"];
        let shown = names.map(|name| answer.element(name).unwrap());
        assert_eq!(shown, ["readers", "/team/", "v1", "true", "may read", "Team", "red"]);
        assert_eq!(answer.element("CreateDate"), Some("2026-01-02T03:04:05Z"));
        assert_eq!(answer.element("AttachmentCount"), Some(uses));
        assert_eq!(answer.element("PermissionsBoundaryUsageCount"), Some(uses));
    }
    let listed = ask(&server, "ListPolicies", &[("Scope", "Local")]).await;
    assert_eq!(listed.elements("Arn"), [READERS]);
    assert_eq!((listed.element("Description"), listed.element("Key")), (None, None));
}

#[tokio::test]
async fn policies_are_listed_by_scope_path_and_use_and_page_by_page() {
    let server = Server::start().await;
    make_readers(&server).await;
    make(&server, "r", "/").await;
    done(&server, "AttachRolePolicy", &[("RoleName", "r"), ("PolicyArn", S3_FULL)]).await;
    let names = async |parameters: &[(&str, &str)]| {
        let listed = ask(&server, "ListPolicies", parameters).await;
        listed.elements("PolicyName").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]).await.len(), 8);
    assert_eq!(names(&[("Scope", "AWS")]).await.len(), 7);
    assert_eq!(names(&[("PathPrefix", "/team/")]).await, ["readers"]);
    assert_eq!(names(&[("OnlyAttached", "true")]).await, ["AmazonS3FullAccess"]);
    assert!(names(&[("PolicyUsageFilter", "PermissionsBoundary")]).await.is_empty());
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let mut parameters = vec![("MaxItems", "3")];
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = ask(&server, "ListPolicies", &parameters).await;
        found.extend(page.elements("PolicyName").into_iter().map(str::to_owned));
        marker = page.element("Marker").map(str::to_owned);
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(found, names(&[]).await);
}

#[tokio::test]
async fn versions_are_added_chosen_shown_and_deleted() {
    let server = Server::start().await;
    make_readers(&server).await;
    let second = add_version(&server, "true").await;
    assert_eq!((second.element("VersionId"), second.element("IsDefaultVersion")), (Some("v2"), Some("true")));
    assert_eq!(second.element("Document"), None);
    add_version(&server, "false").await;
    let listed = ask(&server, "ListPolicyVersions", &[("PolicyArn", READERS)]).await;
    assert_eq!(listed.elements("VersionId"), ["v3", "v2", "v1"]);
    assert_eq!(listed.elements("IsDefaultVersion"), ["false", "true", "false"]);
    let first = ask(&server, "ListPolicyVersions", &[("PolicyArn", READERS), ("MaxItems", "2")]).await;
    let marker = first.element("Marker").unwrap();
    let rest = ask(&server, "ListPolicyVersions", &[("PolicyArn", READERS), ("Marker", marker)]).await;
    assert_eq!(rest.elements("VersionId"), ["v1"]);
    let named = [("PolicyArn", READERS), ("VersionId", "v3")];
    done(&server, "SetDefaultPolicyVersion", &named).await;
    let shown = ask(&server, "GetPolicyVersion", &named).await;
    assert_eq!(shown.element("IsDefaultVersion"), Some("true"));
    assert!(shown.element("Document").unwrap().starts_with("%7B%22Statement%22%3A"));
    let refusal = ask(&server, "DeletePolicyVersion", &named).await;
    refused(&refusal, 409, "DeleteConflict", "Cannot delete the default version of a policy.");
    let refusal = ask(&server, "DeletePolicy", &[("PolicyArn", READERS)]).await;
    let message = "This policy has more than one version. Before you delete a policy, you must delete the \
        policy&apos;s versions. The default version is deleted with the policy.";
    refused(&refusal, 409, "DeleteConflict", message);
    for id in ["v1", "v2"] {
        done(&server, "DeletePolicyVersion", &[("PolicyArn", READERS), ("VersionId", id)]).await;
    }
    done(&server, "DeletePolicy", &[("PolicyArn", READERS)]).await;
    let gone = ask(&server, "GetPolicy", &[("PolicyArn", READERS)]).await;
    refused(&gone, 404, "NoSuchEntity", &format!("Policy {READERS} was not found."));
}

#[tokio::test]
async fn what_is_too_much_or_there_already_is_said() {
    let server = Server::start().await;
    make_readers(&server).await;
    let text = text();
    let again = ask(&server, "CreatePolicy", &[("PolicyName", "Readers"), ("PolicyDocument", &text)]).await;
    let message = "A policy called Readers already exists. Duplicate names are not allowed.";
    refused(&again, 409, "EntityAlreadyExists", message);
    let long = text.replace("s3:GetObject", &format!("s3:{}", "x".repeat(6200)));
    let long = ask(&server, "CreatePolicy", &[("PolicyName", "long"), ("PolicyDocument", &long)]).await;
    refused(&long, 409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144");
    for _ in 2..=5 {
        assert_eq!(add_version(&server, "false").await.status, 200);
    }
    let message = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
        existing version.";
    refused(&add_version(&server, "false").await, 409, "LimitExceeded", message);
    let bad = ask(&server, "CreatePolicy", &[("PolicyName", "bad"), ("PolicyDocument", "{")]).await;
    refused(&bad, 400, "MalformedPolicyDocument", "Syntax errors in policy.");
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let server = Server::start().await;
    make_readers(&server).await;
    make(&server, "r", "/").await;
    let other = "arn:aws:iam::123456789012:policy/readers";
    let text = text();
    let all = [
        ("PolicyArn", other),
        ("RoleName", "r"),
        ("PermissionsBoundary", other),
        ("VersionId", "v1"),
        ("PolicyDocument", text.as_str()),
        ("Tags.member.1.Key", "k"),
        ("Tags.member.1.Value", "v"),
        ("TagKeys.member.1", "k"),
    ];
    let not_found = format!("Policy {other} was not found.");
    let not_attachable = format!("Policy {other} does not exist or is not attachable.");
    let no_scope = format!("Scope ARN: {other} does not exist or is not attachable.");
    for (action, message) in [
        ("GetPolicy", &not_found),
        ("DeletePolicy", &not_found),
        ("CreatePolicyVersion", &not_found),
        ("GetPolicyVersion", &not_found),
        ("ListPolicyVersions", &not_found),
        ("DeletePolicyVersion", &not_found),
        ("SetDefaultPolicyVersion", &not_found),
        ("ListEntitiesForPolicy", &not_found),
        ("TagPolicy", &not_found),
        ("UntagPolicy", &not_found),
        ("ListPolicyTags", &not_found),
        ("AttachRolePolicy", &not_attachable),
        ("DetachRolePolicy", &not_found),
        ("PutRolePermissionsBoundary", &no_scope),
    ] {
        refused(&ask(&server, action, &all).await, 404, "NoSuchEntity", message);
    }
    for action in ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"] {
        let answer = ask(&server, action, &[("PolicyArn", READERS), ("VersionId", "v7")]).await;
        let message = format!("Policy {READERS} version v7 does not exist or is not attachable.");
        refused(&answer, 404, "NoSuchEntity", &message);
    }
}

#[tokio::test]
async fn what_is_no_arn_of_a_policy_is_said() {
    let server = Server::start().await;
    make(&server, "r", "/").await;
    let no = "arn:aws:iam::123456789012:role/r";
    for action in ["GetPolicy", "AttachRolePolicy", "ListEntitiesForPolicy"] {
        let answer = ask(&server, action, &[("RoleName", "r"), ("PolicyArn", no)]).await;
        refused(&answer, 400, "InvalidInput", &format!("ARN {no} is not valid."));
    }
    let message = format!("Value ({no}) for parameter PermissionsBoundary is invalid.");
    let bounded = [("RoleName", "r"), ("PermissionsBoundary", no)];
    refused(&ask(&server, "PutRolePermissionsBoundary", &bounded).await, 400, "ValidationError", &message);
    let parameters = [("RoleName", "n"), ("AssumeRolePolicyDocument", "{}"), ("PermissionsBoundary", no)];
    refused(&ask(&server, "CreateRole", &parameters).await, 400, "ValidationError", &message);
}

#[tokio::test]
async fn policies_of_aws_are_read_and_not_changed() {
    let server = Server::start().await;
    let shown = ask(&server, "GetPolicy", &[("PolicyArn", S3_FULL)]).await;
    assert_eq!(shown.element("DefaultVersionId"), Some("v2"));
    let version = ask(&server, "GetPolicyVersion", &[("PolicyArn", S3_FULL), ("VersionId", "v2")]).await;
    assert!(version.element("Document").unwrap().contains("s3-object-lambda"));
    let message = format!("Policy {S3_FULL} is an AWS managed policy, which cannot be changed.");
    let named = [("PolicyArn", S3_FULL), ("VersionId", "v2")];
    for action in ["DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion"] {
        refused(&ask(&server, action, &named).await, 400, "InvalidInput", &message);
    }
}

#[tokio::test]
async fn attached_policies_and_those_who_carry_them_are_listed() {
    let server = Server::start().await;
    make_readers(&server).await;
    make(&server, "r", "/x/").await;
    make(&server, "s", "/").await;
    for policy in [READERS, S3_FULL] {
        done(&server, "AttachRolePolicy", &[("RoleName", "r"), ("PolicyArn", policy)]).await;
    }
    done(&server, "PutRolePermissionsBoundary", &[("RoleName", "s"), ("PermissionsBoundary", READERS)]).await;
    let listed = ask(&server, "ListAttachedRolePolicies", &[("RoleName", "r")]).await;
    assert_eq!(listed.elements("PolicyArn"), [READERS, S3_FULL]);
    assert_eq!(listed.elements("PolicyName"), ["readers", "AmazonS3FullAccess"]);
    let under = [("RoleName", "r"), ("PathPrefix", "/team/")];
    assert_eq!(ask(&server, "ListAttachedRolePolicies", &under).await.elements("PolicyArn"), [READERS]);
    let first = ask(&server, "ListAttachedRolePolicies", &[("RoleName", "r"), ("MaxItems", "1")]).await;
    let rest = [("RoleName", "r"), ("Marker", first.element("Marker").unwrap())];
    assert_eq!(ask(&server, "ListAttachedRolePolicies", &rest).await.elements("PolicyArn"), [S3_FULL]);
    let roles = async |more: &[(&str, &str)]| {
        let parameters: Vec<(&str, &str)> =
            [("PolicyArn", READERS)].into_iter().chain(more.iter().copied()).collect();
        let listed = ask(&server, "ListEntitiesForPolicy", &parameters).await;
        assert!(listed.elements("RoleId").iter().all(|id| id.starts_with("AROA")));
        listed.elements("RoleName").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(roles(&[]).await, ["r", "s"]);
    assert_eq!(roles(&[("EntityFilter", "Role"), ("PathPrefix", "/x/")]).await, ["r"]);
    assert_eq!(roles(&[("PolicyUsageFilter", "PermissionsBoundary")]).await, ["s"]);
    assert!(roles(&[("EntityFilter", "User")]).await.is_empty());
    let in_use = ask(&server, "DeletePolicy", &[("PolicyArn", READERS)]).await;
    refused(&in_use, 409, "DeleteConflict", "Cannot delete a policy attached to entities.");
    let in_use = ask(&server, "DeleteRole", &[("RoleName", "r")]).await;
    refused(&in_use, 409, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
}

#[tokio::test]
async fn ten_policies_can_be_attached_to_a_role() {
    let server = Server::start().await;
    make(&server, "r", "/").await;
    let text = text();
    for number in 0..11 {
        let name = format!("p{number}");
        done(&server, "CreatePolicy", &[("PolicyName", &name), ("PolicyDocument", &text)]).await;
        let arn = format!("arn:aws:iam::123456789012:policy/{name}");
        let answer = ask(&server, "AttachRolePolicy", &[("RoleName", "r"), ("PolicyArn", &arn)]).await;
        match number {
            10 => refused(&answer, 409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10"),
            _ => assert_eq!(answer.status, 200, "{}", answer.text()),
        }
    }
}

#[tokio::test]
async fn a_role_is_made_with_a_boundary_and_tags_and_shows_them() {
    let server = Server::start().await;
    make_readers(&server).await;
    let trust = testkit::iam::guest_role().trust;
    let parameters = [
        ("RoleName", "bound"),
        ("AssumeRolePolicyDocument", trust.as_str()),
        ("PermissionsBoundary", READERS),
        ("Tags.member.1.Key", "Team"),
        ("Tags.member.1.Value", "red"),
    ];
    done(&server, "CreateRole", &parameters).await;
    let shown = ask(&server, "GetRole", &[("RoleName", "bound")]).await;
    assert_eq!(shown.element("PermissionsBoundaryArn"), Some(READERS));
    assert_eq!(shown.element("PermissionsBoundaryType"), Some("Policy"));
    assert_eq!((shown.element("Key"), shown.element("Value")), (Some("Team"), Some("red")));
    let listed = ask(&server, "ListRoles", &[]).await;
    assert_eq!((listed.element("PermissionsBoundaryArn"), listed.element("Key")), (None, None));
    for _ in 0..2 {
        done(&server, "DeleteRolePermissionsBoundary", &[("RoleName", "bound")]).await;
    }
    let shown = ask(&server, "GetRole", &[("RoleName", "bound")]).await;
    assert_eq!(shown.element("PermissionsBoundaryArn"), None);
}

#[tokio::test]
async fn tags_are_written_whatever_the_case_of_their_keys_and_taken_off() {
    let server = Server::start().await;
    make_readers(&server).await;
    make(&server, "r", "/").await;
    for (kind, named) in [("Role", ("RoleName", "r")), ("Policy", ("PolicyArn", READERS))] {
        let (tag, untag, list) = (format!("Tag{kind}"), format!("Untag{kind}"), format!("List{kind}Tags"));
        let write = [
            named,
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "blue"),
            ("Tags.member.2.Key", "a"),
            ("Tags.member.2.Value", ""),
        ];
        done(&server, &tag, &write).await;
        let listed = ask(&server, &list, &[named]).await;
        assert_eq!(listed.elements("Key"), ["a", "team"], "{kind}");
        let first = ask(&server, &list, &[named, ("MaxItems", "1")]).await;
        let rest = ask(&server, &list, &[named, ("Marker", first.element("Marker").unwrap())]).await;
        assert_eq!((first.elements("Key"), rest.elements("Value")), (vec!["a"], vec!["blue"]));
        done(&server, &untag, &[named, ("TagKeys.member.1", "TEAM"), ("TagKeys.member.2", "none")]).await;
        assert_eq!(ask(&server, &list, &[named]).await.elements("Key"), ["a"]);
        let twice = [
            named,
            ("Tags.member.1.Key", "b"),
            ("Tags.member.1.Value", "1"),
            ("Tags.member.2.Key", "B"),
            ("Tags.member.2.Value", "1"),
        ];
        let message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
        refused(&ask(&server, &tag, &twice).await, 400, "InvalidInput", message);
        let of_aws = [named, ("Tags.member.1.Key", "aws:x"), ("Tags.member.1.Value", "1")];
        assert_eq!(ask(&server, &tag, &of_aws).await.code(), "InvalidInput");
        let numbered: Vec<(String, String)> = (0..50)
            .flat_map(|n| {
                [
                    (format!("Tags.member.{}.Key", n + 1), format!("k{n}")),
                    (format!("Tags.member.{}.Value", n + 1), String::new()),
                ]
            })
            .collect();
        let mut many = vec![named];
        many.extend(numbered.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let message = format!("Cannot exceed quota for TagsPer{kind}: 50");
        refused(&ask(&server, &tag, &many).await, 409, "LimitExceeded", &message);
    }
}

#[tokio::test]
async fn an_account_is_summed_up() {
    let server = Server::start().await;
    make_readers(&server).await;
    add_version(&server, "false").await;
    let answer = ask(&server, "GetAccountSummary", &[]).await;
    let names = answer.elements("key");
    let number = |name: &str| {
        let at = names.iter().position(|known| *known == name).unwrap();
        answer.elements("value")[at].to_owned()
    };
    let numbers =
        ["Roles", "RolesQuota", "Policies", "PolicyVersionsInUse", "VersionsPerPolicyQuota"].map(number);
    assert_eq!(numbers, ["4", "1000", "1", "2", "5"]);
    assert_eq!(number("AccountAccessKeysPresent"), "1");
    let aliases = ask(&server, "ListAccountAliases", &[]).await;
    assert!(aliases.text().contains("<AccountAliases></AccountAliases>"), "{}", aliases.text());
    let profiles = ask(&server, "ListInstanceProfilesForRole", &[("RoleName", "guest")]).await;
    assert!(profiles.text().contains("<InstanceProfiles></InstanceProfiles>"), "{}", profiles.text());
    let described =
        ask(&server, "UpdateRoleDescription", &[("RoleName", "guest"), ("Description", "d")]).await;
    assert_eq!(described.element("Description"), Some("d"));
}

/// What a role that may do these actions, under this condition alone, is answered.
async fn asked_under(server: &Server, condition: Value, action: &str, parameters: &[(&str, &str)]) -> String {
    let statements =
        json!([{ "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": condition }]);
    let held = server.in_role_with(statements).await;
    server.signed(&held, form("iam", action, parameters)).await.code()
}

#[tokio::test]
async fn policies_ask_which_policy_is_attached_and_what_bounds_whom() {
    let server = Server::start().await;
    make_readers(&server).await;
    make(&server, "free", "/").await;
    make(&server, "bound", "/").await;
    done(&server, "PutRolePermissionsBoundary", &[("RoleName", "bound"), ("PermissionsBoundary", READERS)])
        .await;
    let this_one = json!({ "ArnEquals": { "iam:PolicyARN": READERS } });
    for (policy, code) in [(READERS, "200"), (S3_FULL, "AccessDenied")] {
        let parameters = [("RoleName", "free"), ("PolicyArn", policy)];
        assert_eq!(asked_under(&server, this_one.clone(), "AttachRolePolicy", &parameters).await, code);
    }
    let parameters = [("RoleName", "free"), ("PolicyArn", S3_FULL)];
    assert_eq!(asked_under(&server, this_one.clone(), "DetachRolePolicy", &parameters).await, "AccessDenied");
    let bound = json!({ "StringEquals": { "iam:PermissionsBoundary": READERS } });
    let text = text();
    for (role, code) in [("bound", "200"), ("free", "AccessDenied")] {
        let named = [
            ("RoleName", role),
            ("PolicyArn", READERS),
            ("PolicyName", "p"),
            ("PolicyDocument", text.as_str()),
        ];
        for action in ["AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy"] {
            assert_eq!(asked_under(&server, bound.clone(), action, &named).await, code, "{action} {role}");
        }
    }
    for (boundary, code) in [(READERS, "200"), (S3_FULL, "AccessDenied")] {
        let named = [("RoleName", "bound"), ("PermissionsBoundary", boundary)];
        assert_eq!(asked_under(&server, bound.clone(), "PutRolePermissionsBoundary", &named).await, code);
    }
    let trust = testkit::iam::guest_role().trust;
    let new = |boundary| {
        let mut new = vec![("RoleName", "new"), ("AssumeRolePolicyDocument", trust.as_str())];
        new.extend(boundary);
        new
    };
    let wrong = new(Some(("PermissionsBoundary", S3_FULL)));
    assert_eq!(asked_under(&server, bound.clone(), "CreateRole", &wrong).await, "AccessDenied");
    assert_eq!(asked_under(&server, bound.clone(), "CreateRole", &new(None)).await, "AccessDenied");
    let right = new(Some(("PermissionsBoundary", READERS)));
    assert_eq!(asked_under(&server, bound, "CreateRole", &right).await, "200");
}

#[tokio::test]
async fn policies_ask_for_tags_of_roles_and_policies_and_of_the_request() {
    let server = Server::start().await;
    make_readers(&server).await;
    make(&server, "r", "/").await;
    let red = [("RoleName", "r"), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    let of_role = json!({ "StringEquals": { "iam:ResourceTag/Team": "red" } });
    assert_eq!(asked_under(&server, of_role.clone(), "GetRole", &[("RoleName", "r")]).await, "AccessDenied");
    let requested = json!({
        "StringEquals": { "aws:RequestTag/Team": "red" }, "ForAllValues:StringEquals": { "aws:TagKeys": ["Team"] },
    });
    let mut two = red.to_vec();
    two.extend([("Tags.member.2.Key", "b"), ("Tags.member.2.Value", "")]);
    assert_eq!(asked_under(&server, requested.clone(), "TagRole", &two).await, "AccessDenied");
    assert_eq!(asked_under(&server, requested, "TagRole", &red).await, "200");
    for key in ["iam:ResourceTag/Team", "aws:ResourceTag/team"] {
        let tagged = json!({ "StringEquals": { key: "red" } });
        assert_eq!(
            asked_under(&server, tagged.clone(), "GetRole", &[("RoleName", "r")]).await,
            "200",
            "{key}"
        );
        let policy = [("PolicyArn", READERS)];
        assert_eq!(asked_under(&server, tagged, "GetPolicy", &policy).await, "200", "{key}");
    }
}

#[tokio::test]
async fn who_makes_something_with_tags_must_be_allowed_to_tag_it() {
    let server = Server::start().await;
    let (trust, text) = (testkit::iam::guest_role().trust, text());
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    for (action, tagging, parameters) in [
        ("CreateRole", "iam:TagRole", [("RoleName", "n"), ("AssumeRolePolicyDocument", trust.as_str())]),
        ("CreatePolicy", "iam:TagPolicy", [("PolicyName", "n"), ("PolicyDocument", text.as_str())]),
    ] {
        let tagged: Vec<(&str, &str)> = parameters.into_iter().chain(tag).collect();
        for (allowed, code) in [
            (vec![format!("iam:{action}")], "AccessDenied"),
            (vec![format!("iam:{action}"), tagging.to_owned()], "200"),
        ] {
            let statements = json!([{ "Effect": "Allow", "Action": allowed, "Resource": "*" }]);
            let held = server.in_role_with(statements).await;
            let answer = server.signed(&held, form("iam", action, &tagged)).await;
            assert_eq!(answer.code(), code, "{action}: {}", answer.text());
        }
    }
}
