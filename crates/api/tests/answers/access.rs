//! The access matrix: every served operation, asked for by every kind of caller.

use crate::support::{Ask, Held, POOL, PROVIDER, Server, alices_login, form, own_service, to, to_assume};
use broker::iam::revocations;
use domain::arn::{IdentityPoolArn, PolicyArn};
use domain::iam::access_key::{AccessKey, AccessKeyId};
use domain::iam::group::{Group, GroupName};
use domain::iam::id::{GroupId, UserId};
use domain::iam::path::Path;
use domain::iam::provider::{Issuer, OpenIdProvider, SamlProvider, SamlProviderName};
use domain::iam::revocation::Revocable;
use domain::iam::role::{Role, RoleName};
use domain::iam::user::{User as IamUser, UserName};
use domain::identity_pool::identity::Identity;
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::identity_pool::principal_tag::AttributeMap;
use domain::identity_pool::provider::DeveloperProviderName;
use domain::records::{
    AccessKeys, Groups, IamUsers, IdentityPools, LoginProviders, ManagedPolicies, Roles, UserPools,
};
use domain::tag::Tags;
use domain::user_pool::user::{User, Username};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use testkit::iam::{access_key, administrator, document, guest_role, managed_policy};
use testkit::identity_pool::{identity_pool, signed_in};
use testkit::saml::metadata;
use testkit::user_pool::{PASSWORD, client, other_client, user, user_pool};
use testkit::{NOW, account};

const CALLERS: [&str; 7] = ["anonymous", "guest", "signed in", "wrong role", "right role", "user", "root"];

/// A service, an operation, and the code that each of the callers gets. HEAD has no body to put a code in.
type Row = (&'static str, &'static str, [&'static str; 7]);

/// Anybody may ask.
const PUBLIC: [&str; 7] = ["200"; 7];

/// Only those may ask whom a policy lets, and root.
const fn query(code: &'static str) -> [&'static str; 7] {
    let no = "AccessDenied";
    ["MissingAuthenticationToken", no, no, no, code, code, code]
}

const fn json(code: &'static str) -> [&'static str; 7] {
    let no = "AccessDeniedException";
    ["MissingAuthenticationTokenException", no, no, no, code, code, code]
}

const MATRIX: &[Row] = &[
    ("cenote", "Backup", json("200")),
    ("cenote", "DeleteGuestScopeDown", json("200")),
    ("cenote", "Doctor", json("InvalidParameterException")),
    ("cenote", "Explain", json("200")),
    ("cenote", "FindIdentities", json("200")),
    ("cenote", "GetGuestScopeDown", json("200")),
    ("cenote", "GetIdentity", json("200")),
    ("cenote", "GetIssuance", json("200")),
    ("cenote", "GetPoolOptions", json("200")),
    ("cenote", "LiftQuarantine", json("200")),
    ("cenote", "Lint", json("200")),
    ("cenote", "ListMerges", json("200")),
    ("cenote", "LookupIdentity", json("200")),
    ("cenote", "PurgeGuests", json("200")),
    ("cenote", "PurgeIdentities", json("200")),
    ("cenote", "PutGuestScopeDown", json("200")),
    ("cenote", "PutPoolOptions", json("200")),
    ("cenote", "Quarantine", json("200")),
    ("cenote", "ResolveIdentity", json("200")),
    ("cenote", "ResumeIssuance", json("200")),
    ("cenote", "Revoke", json("200")),
    ("cenote", "RotateKeys", json("200")),
    ("cenote", "StopIssuance", json("200")),
    ("cognito-identity", "CreateIdentityPool", json("200")),
    ("cognito-identity", "DeleteIdentities", json("200")),
    ("cognito-identity", "DeleteIdentityPool", json("200")),
    ("cognito-identity", "DescribeIdentity", json("200")),
    ("cognito-identity", "DescribeIdentityPool", json("200")),
    ("cognito-identity", "GetCredentialsForIdentity", PUBLIC),
    ("cognito-identity", "GetId", PUBLIC),
    ("cognito-identity", "GetIdentityPoolRoles", json("200")),
    ("cognito-identity", "GetOpenIdToken", PUBLIC),
    ("cognito-identity", "GetOpenIdTokenForDeveloperIdentity", json("200")),
    ("cognito-identity", "GetPrincipalTagAttributeMap", json("200")),
    ("cognito-identity", "ListIdentities", json("200")),
    ("cognito-identity", "ListIdentityPools", json("200")),
    ("cognito-identity", "ListTagsForResource", json("200")),
    ("cognito-identity", "LookupDeveloperIdentity", json("200")),
    ("cognito-identity", "MergeDeveloperIdentities", json("200")),
    ("cognito-identity", "SetIdentityPoolRoles", json("200")),
    ("cognito-identity", "SetPrincipalTagAttributeMap", json("200")),
    ("cognito-identity", "TagResource", json("200")),
    ("cognito-identity", "UnlinkDeveloperIdentity", json("200")),
    ("cognito-identity", "UnlinkIdentity", PUBLIC),
    ("cognito-identity", "UntagResource", json("200")),
    ("cognito-identity", "UpdateIdentityPool", json("200")),
    ("cognito-idp", "AdminCreateUser", json("200")),
    ("cognito-idp", "AdminGetUser", json("200")),
    ("cognito-idp", "AdminSetUserPassword", json("200")),
    ("cognito-idp", "CreateUserPool", json("200")),
    ("cognito-idp", "CreateUserPoolClient", json("200")),
    ("cognito-idp", "DeleteUserPool", json("200")),
    ("cognito-idp", "DeleteUserPoolClient", json("200")),
    ("cognito-idp", "DescribeUserPool", json("200")),
    ("cognito-idp", "DescribeUserPoolClient", json("200")),
    ("cognito-idp", "InitiateAuth", PUBLIC),
    ("cognito-idp", "ListUserPoolClients", json("200")),
    ("cognito-idp", "ListUserPools", json("200")),
    ("iam", "AddClientIDToOpenIDConnectProvider", query("200")),
    ("iam", "AddUserToGroup", query("200")),
    ("iam", "AttachGroupPolicy", query("200")),
    ("iam", "AttachRolePolicy", query("200")),
    ("iam", "AttachUserPolicy", query("200")),
    ("iam", "CreateAccessKey", query("200")),
    ("iam", "CreateGroup", query("200")),
    ("iam", "CreateOpenIDConnectProvider", query("200")),
    ("iam", "CreatePolicy", query("200")),
    ("iam", "CreatePolicyVersion", query("200")),
    ("iam", "CreateRole", query("200")),
    ("iam", "CreateSAMLProvider", query("200")),
    ("iam", "CreateUser", query("200")),
    ("iam", "DeleteAccessKey", query("200")),
    ("iam", "DeleteGroup", query("200")),
    ("iam", "DeleteGroupPolicy", query("200")),
    ("iam", "DeleteOpenIDConnectProvider", query("200")),
    ("iam", "DeletePolicy", query("200")),
    ("iam", "DeletePolicyVersion", query("200")),
    ("iam", "DeleteRole", query("200")),
    ("iam", "DeleteRolePermissionsBoundary", query("200")),
    ("iam", "DeleteRolePolicy", query("200")),
    ("iam", "DeleteSAMLProvider", query("200")),
    ("iam", "DeleteUser", query("200")),
    ("iam", "DeleteUserPermissionsBoundary", query("200")),
    ("iam", "DeleteUserPolicy", query("200")),
    ("iam", "DetachGroupPolicy", query("200")),
    ("iam", "DetachRolePolicy", query("200")),
    ("iam", "DetachUserPolicy", query("200")),
    ("iam", "GetAccessKeyLastUsed", query("200")),
    ("iam", "GetAccountSummary", query("200")),
    ("iam", "GetContextKeysForCustomPolicy", query("200")),
    ("iam", "GetContextKeysForPrincipalPolicy", query("200")),
    ("iam", "GetGroup", query("200")),
    ("iam", "GetGroupPolicy", query("200")),
    ("iam", "GetOpenIDConnectProvider", query("200")),
    ("iam", "GetPolicy", query("200")),
    ("iam", "GetPolicyVersion", query("200")),
    ("iam", "GetRole", query("200")),
    ("iam", "GetRolePolicy", query("200")),
    ("iam", "GetSAMLProvider", query("200")),
    ("iam", "GetUser", query("200")),
    ("iam", "GetUserPolicy", query("200")),
    ("iam", "ListAccessKeys", query("200")),
    ("iam", "ListAccountAliases", query("200")),
    ("iam", "ListAttachedGroupPolicies", query("200")),
    ("iam", "ListAttachedRolePolicies", query("200")),
    ("iam", "ListAttachedUserPolicies", query("200")),
    ("iam", "ListEntitiesForPolicy", query("200")),
    ("iam", "ListGroupPolicies", query("200")),
    ("iam", "ListGroups", query("200")),
    ("iam", "ListGroupsForUser", query("200")),
    ("iam", "ListInstanceProfilesForRole", query("200")),
    ("iam", "ListOpenIDConnectProviderTags", query("200")),
    ("iam", "ListOpenIDConnectProviders", query("200")),
    ("iam", "ListPolicies", query("200")),
    ("iam", "ListPolicyTags", query("200")),
    ("iam", "ListPolicyVersions", query("200")),
    ("iam", "ListRolePolicies", query("200")),
    ("iam", "ListRoleTags", query("200")),
    ("iam", "ListRoles", query("200")),
    ("iam", "ListSAMLProviderTags", query("200")),
    ("iam", "ListSAMLProviders", query("200")),
    ("iam", "ListUserPolicies", query("200")),
    ("iam", "ListUserTags", query("200")),
    ("iam", "ListUsers", query("200")),
    ("iam", "PutGroupPolicy", query("200")),
    ("iam", "PutRolePermissionsBoundary", query("200")),
    ("iam", "PutRolePolicy", query("200")),
    ("iam", "PutUserPermissionsBoundary", query("200")),
    ("iam", "PutUserPolicy", query("200")),
    ("iam", "RemoveClientIDFromOpenIDConnectProvider", query("200")),
    ("iam", "RemoveUserFromGroup", query("200")),
    ("iam", "SetDefaultPolicyVersion", query("200")),
    ("iam", "SimulateCustomPolicy", query("200")),
    ("iam", "SimulatePrincipalPolicy", query("200")),
    ("iam", "TagOpenIDConnectProvider", query("200")),
    ("iam", "TagPolicy", query("200")),
    ("iam", "TagRole", query("200")),
    ("iam", "TagSAMLProvider", query("200")),
    ("iam", "TagUser", query("200")),
    ("iam", "UntagOpenIDConnectProvider", query("200")),
    ("iam", "UntagPolicy", query("200")),
    ("iam", "UntagRole", query("200")),
    ("iam", "UntagSAMLProvider", query("200")),
    ("iam", "UntagUser", query("200")),
    ("iam", "UpdateAccessKey", query("200")),
    ("iam", "UpdateAssumeRolePolicy", query("200")),
    ("iam", "UpdateOpenIDConnectProviderThumbprint", query("200")),
    ("iam", "UpdateRole", query("200")),
    ("iam", "UpdateRoleDescription", query("200")),
    ("iam", "UpdateSAMLProvider", query("200")),
    ("iam", "UpdateUser", query("200")),
    ("s3", "CopyObject", [NO, NO, "200", NO, "200", "200", "200"]),
    ("s3", "CreateBucket", [NO, NO, NO, NO, "200", "BucketAlreadyOwnedByYou", "BucketAlreadyOwnedByYou"]),
    ("s3", "DeleteBucket", [NO, NO, NO, NO, "BucketNotEmpty", "BucketNotEmpty", "BucketNotEmpty"]),
    ("s3", "DeleteBucketCors", [NO, NO, NO, NO, "204", "204", "204"]),
    ("s3", "DeleteBucketPolicy", [NO, NO, NO, NO, "204", "204", "204"]),
    ("s3", "DeleteObject", [NO, NO, "204", NO, "204", "204", "204"]),
    // Each key has an answer of its own: this is the one of alice's note.
    ("s3", "DeleteObjects", [NO, NO, "200", NO, "200", "200", "200"]),
    (
        "s3",
        "GetBucketCors",
        [NO, NO, NO, NO, "NoSuchCORSConfiguration", "NoSuchCORSConfiguration", "NoSuchCORSConfiguration"],
    ),
    ("s3", "GetBucketLocation", [NO, NO, NO, NO, "200", "200", "200"]),
    (
        "s3",
        "GetBucketPolicy",
        [NO, NO, NO, NO, "NoSuchBucketPolicy", "NoSuchBucketPolicy", "NoSuchBucketPolicy"],
    ),
    (
        "s3",
        "GetBucketPolicyStatus",
        [NO, NO, NO, NO, "NoSuchBucketPolicy", "NoSuchBucketPolicy", "NoSuchBucketPolicy"],
    ),
    ("s3", "GetObject", [NO, "200", "200", NO, "200", "200", "200"]),
    ("s3", "HeadBucket", ["403", "200", "200", "403", "200", "200", "200"]),
    ("s3", "HeadObject", ["403", "200", "200", "403", "200", "200", "200"]),
    ("s3", "ListBuckets", [NO, NO, NO, NO, "200", "200", "200"]),
    ("s3", "ListObjects", [NO, "200", "200", NO, "200", "200", "200"]),
    ("s3", "ListObjectsV2", [NO, "200", "200", NO, "200", "200", "200"]),
    ("s3", "PutBucketCors", [NO, NO, NO, NO, "200", "200", "200"]),
    ("s3", "PutBucketPolicy", [NO, NO, NO, NO, "200", "200", "200"]),
    ("s3", "PutObject", [NO, NO, "200", NO, "200", "200", "200"]),
    ("sts", "AssumeRole", ["MissingAuthenticationToken", NO, NO, NO, "200", "200", NO]),
    ("sts", "AssumeRoleWithWebIdentity", PUBLIC),
    ("sts", "DecodeAuthorizationMessage", query("200")),
    ("sts", "GetAccessKeyInfo", query("200")),
    ("sts", "GetCallerIdentity", ["MissingAuthenticationToken", "200", "200", "200", "200", "200", "200"]),
    // Who holds a long-term key may ask, no session may.
    ("sts", "GetFederationToken", ["MissingAuthenticationToken", NO, NO, NO, NO, "200", "200"]),
    ("sts", "GetSessionToken", ["MissingAuthenticationToken", NO, NO, NO, NO, "200", "200"]),
];

const NO: &str = "AccessDenied";

/// What somebody gets who does not sign, of S3's operations, where the policy of the bucket allows everybody everything.
/// Of all others they get nothing.
const OPENED: [(&str, &str); 8] = [
    ("DeleteObject", "204"),
    ("GetBucketLocation", "200"),
    ("GetObject", "200"),
    ("HeadBucket", "200"),
    ("HeadObject", "200"),
    ("ListObjects", "200"),
    ("ListObjectsV2", "200"),
    ("PutObject", "200"),
];

/// The backend of the spare pool.
const BACKEND: &str = "login.my.app";

/// A good request for an operation; alice's own folder is where things are written and deleted.
pub(crate) async fn request(server: &Server, operation: &str) -> Ask {
    // What an earlier request may have stopped.
    server.write(|records| drop(revocations::resume(records))).await;
    let own = format!("/my-bucket/{}/note", server.alices_id().await);
    let json = |service: &str, input: &Value| to(&format!("{service}.{operation}"), input.to_string());
    match operation {
        "GetCredentialsForIdentity" | "GetOpenIdToken" => {
            server.allow_classic_flow().await;
            let id = server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await.member("/IdentityId");
            json("AWSCognitoIdentityService", &json!({ "IdentityId": id }))
        }
        "GetId" => json("AWSCognitoIdentityService", &json!({ "IdentityPoolId": POOL })),
        "GetOpenIdTokenForDeveloperIdentity" => {
            let input = json!({ "IdentityPoolId": spare(server).await, "Logins": { BACKEND: "user" } });
            json("AWSCognitoIdentityService", &input)
        }
        "LookupDeveloperIdentity" | "MergeDeveloperIdentities" | "UnlinkDeveloperIdentity" => {
            json("AWSCognitoIdentityService", &about_users(server, operation).await)
        }
        "UnlinkIdentity" => {
            let id = server.alices_id().await;
            let input = json!({ "IdentityId": id, "Logins": alices_login(), "LoginsToRemove": [PROVIDER] });
            json("AWSCognitoIdentityService", &input)
        }
        "InitiateAuth" => json(
            "AWSCognitoIdentityProviderService",
            &json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": client().id,
                "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
            }),
        ),
        "CopyObject" => Ask::new("PUT", &own).header("x-amz-copy-source", "my-bucket/public/hello.txt"),
        "CreateBucket" => Ask::new("PUT", "/fresh-bucket"),
        "DeleteBucketCors" => Ask::new("DELETE", "/my-bucket?cors"),
        "DeleteBucketPolicy" => Ask::new("DELETE", "/my-bucket?policy"),
        "DeleteObjects" => {
            let key = own.trim_start_matches("/my-bucket/");
            let body = format!("<Delete><Quiet>true</Quiet><Object><Key>{key}</Key></Object></Delete>");
            Ask::new("POST", "/my-bucket?delete").document(&body)
        }
        "GetBucketCors" => Ask::new("GET", "/my-bucket?cors"),
        "GetBucketPolicy" => Ask::new("GET", "/my-bucket?policy"),
        "GetBucketPolicyStatus" => Ask::new("GET", "/my-bucket?policyStatus"),
        "GetBucketLocation" => Ask::new("GET", "/my-bucket?location"),
        "ListBuckets" => Ask::new("GET", "/"),
        "PutBucketCors" => Ask::new("PUT", "/empty?cors").document(
            "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>\
             </CORSRule></CORSConfiguration>",
        ),
        "PutBucketPolicy" => Ask::new("PUT", "/empty?policy").body(denying_nobody_anything()),
        "DeleteBucket" => Ask::new("DELETE", "/my-bucket"),
        "DeleteObject" => Ask::new("DELETE", &own),
        "GetObject" => Ask::new("GET", "/my-bucket/public/hello.txt"),
        "HeadBucket" => Ask::new("HEAD", "/my-bucket"),
        "HeadObject" => Ask::new("HEAD", "/my-bucket/public/hello.txt"),
        "ListObjects" => Ask::new("GET", "/my-bucket"),
        "ListObjectsV2" => Ask::new("GET", "/my-bucket?list-type=2"),
        "PutObject" => Ask::new("PUT", &own).body("note"),
        _ if is_about("sts", operation) => about_sessions(server, operation).await,
        _ if is_about("cenote", operation) => about_the_server(server, operation).await,
        _ if is_about("cognito-identity", operation) => about_pools(server, operation).await,
        _ if is_about("cognito-idp", operation) => about_user_pools(server, operation).await,
        _ => about_iam(server, operation).await,
    }
}

/// A policy of the bucket `empty` that changes nothing.
fn denying_nobody_anything() -> String {
    let stranger = json!({ "AWS": "999999999999" });
    document(&json!([
        { "Effect": "Deny", "Principal": stranger, "Action": "s3:*", "Resource": "arn:aws:s3:::empty" },
    ]))
    .to_string()
}

fn is_about(service: &str, operation: &str) -> bool {
    MATRIX.iter().any(|(of, name, _)| *of == service && *name == operation)
}

/// A good request to the server's own service, with what its model requires.
async fn about_the_server(server: &Server, operation: &str) -> Ask {
    let pool = spare(server).await;
    let known = Identity { pool: pool.clone(), ..signed_in() };
    server.write(|records| records.put_identity(&known)).await;
    let target = json!({ "Kind": "Login", "Of": BACKEND, "Name": "nobody" });
    if operation == "LiftQuarantine" {
        let nobody = LoginKey { provider: BACKEND.to_owned(), subject: "nobody".to_owned() };
        let nobody = Revocable::Login(nobody);
        let now = server.now();
        server.write(|records| drop(revocations::quarantine(records, nobody.clone(), now))).await;
    }
    if matches!(operation, "Revoke" | "Quarantine" | "LiftQuarantine") {
        return own_service(operation).body(target.to_string());
    }
    let LoginKey { provider, subject } = &known.logins[0];
    let all = json!({
        "IdentityPoolId": pool,
        "IdentityId": known.id,
        "Provider": provider,
        "Subject": subject,
        "Filter": { "Standing": "Disabled" },
        "IdleDays": 1,
        "Preview": false,
        "MaxResults": 1,
        "NewIdentityIds": "Drawn",
        "DisabledIdentityIds": "Refused",
        "RequestId": server.identity("GetId", &json!({ "IdentityPoolId": "us-east-1:dead" })).await.header("x-amzn-requestid"),
        "Policies": [{ "Name": "none", "Document": document(&json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }])).to_string() }],
    });
    let model = server.app.services.cenote.model;
    let input = model.structure(model.operation(operation).unwrap().input).unwrap();
    let required = input.members.iter().filter(|member| member.required);
    let members = required.map(|member| (member.name.to_string(), all[&*member.name].clone()));
    own_service(operation).body(Value::from_iter(members).to_string())
}

/// A pool that nobody needs, and that is there again each time.
async fn spare(server: &Server) -> IdentityPoolId {
    let tagless = BTreeMap::from([(PROVIDER.to_owned(), AttributeMap::default())]);
    let id = IdentityPoolId::parse("us-east-1:0").unwrap();
    let developer_provider = Some(DeveloperProviderName::parse(BACKEND).unwrap());
    let spare = IdentityPool { id, developer_provider, principal_tags: tagless, ..identity_pool() };
    server.write(|records| records.put_identity_pool(&spare)).await;
    spare.id
}

/// A good request about a pool that nobody needs.
async fn about_pools(server: &Server, operation: &str) -> Ask {
    let spare = spare(server).await;
    let role = guest_role().arn(&account().id);
    let input = json!({
        "IdentityPoolId": spare,
        "IdentityId": server.alices_id().await,
        "IdentityPoolName": "spare",
        "AllowUnauthenticatedIdentities": true,
        "IdentityIdsToDelete": [server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await.member("/IdentityId")],
        "Roles": { "unauthenticated": role },
        "IdentityProviderName": PROVIDER,
        "MaxResults": 1,
        "ResourceArn": IdentityPoolArn::new(&account(), &spare),
        "Tags": { "team": "a" },
        "TagKeys": ["team"],
    });
    to(&format!("AWSCognitoIdentityService.{operation}"), input.to_string())
}

/// A good request about users of a backend, who are there.
async fn about_users(server: &Server, operation: &str) -> Value {
    let pool = spare(server).await;
    let mut id = String::new();
    for user in ["user", "other"] {
        let input = json!({ "IdentityPoolId": pool, "Logins": { BACKEND: user } });
        let known = server.identity_as(&server.root(), "GetOpenIdTokenForDeveloperIdentity", &input).await;
        id = known.member("/IdentityId");
    }
    match operation {
        "LookupDeveloperIdentity" => json!({ "IdentityPoolId": pool, "DeveloperUserIdentifier": "other" }),
        "MergeDeveloperIdentities" => json!({
            "IdentityPoolId": pool, "DeveloperProviderName": BACKEND,
            "SourceUserIdentifier": "user", "DestinationUserIdentifier": "other",
        }),
        _ => json!({
            "IdentityPoolId": pool, "DeveloperProviderName": BACKEND,
            "IdentityId": id, "DeveloperUserIdentifier": "other",
        }),
    }
}

/// A good request about user pools: what is to be deleted is there, and who is to be made has a name of their own.
async fn about_user_pools(server: &Server, operation: &str) -> Ask {
    let input = match operation {
        "CreateUserPool" => json!({ "PoolName": "new" }),
        "ListUserPools" => json!({ "MaxResults": 60 }),
        "DeleteUserPool" | "DescribeUserPool" => {
            let made = server.idp_by_root("CreateUserPool", &json!({ "PoolName": "spare" })).await;
            json!({ "UserPoolId": made.member("/UserPool/Id") })
        }
        _ => {
            let pool = user_pool().id;
            server.write(|records| records.put_client(&other_client())).await;
            let answer = server.idp_by_root("ListUserPools", &json!({ "MaxResults": 60 })).await;
            let all = json!({
                "UserPoolId": pool,
                "ClientId": other_client().id,
                "ClientName": "new",
                "Username": if operation == "AdminCreateUser" { answer.header("x-amzn-requestid") } else { Some("bob") },
                "MessageAction": "SUPPRESS",
                "Password": PASSWORD,
            });
            server.write(|records| records.put_user(&bob())).await;
            let taken: &[&str] = match operation {
                "AdminCreateUser" => &["UserPoolId", "Username", "MessageAction"],
                "AdminGetUser" => &["UserPoolId", "Username"],
                "AdminSetUserPassword" => &["UserPoolId", "Username", "Password"],
                "CreateUserPoolClient" => &["UserPoolId", "ClientName"],
                "ListUserPoolClients" => &["UserPoolId"],
                _ => &["UserPoolId", "ClientId"],
            };
            taken.iter().map(|name| ((*name).to_owned(), all[*name].clone())).collect()
        }
    };
    to(&format!("AWSCognitoIdentityProviderService.{operation}"), input.to_string())
}

fn bob() -> User {
    User { username: Username::parse("bob").unwrap(), sub: "bob".to_owned(), ..user() }
}

/// A good request to STS.
async fn about_sessions(server: &Server, operation: &str) -> Ask {
    match operation {
        "AssumeRole" => {
            server.write(|records| records.put_role(&open_to_the_account())).await;
            let role = open_to_the_account().arn(&account().id).to_string();
            form("sts", operation, &[("RoleArn", &role), ("RoleSessionName", "session")])
        }
        "AssumeRoleWithWebIdentity" => {
            server.allow_classic_flow().await;
            form("sts", operation, &to_assume(&server.alices_token().await))
        }
        "DecodeAuthorizationMessage" => {
            let denied = server.signed(&server.guest().await, own_service("RotateKeys")).await;
            let message = denied.member("/message");
            let encoded = message.rsplit_once(' ').unwrap().1;
            form("sts", operation, &[("EncodedMessage", encoded)])
        }
        "GetAccessKeyInfo" => form("sts", operation, &[("AccessKeyId", &server.root().id)]),
        "GetFederationToken" => form("sts", operation, &[("Name", "bob")]),
        _ => form("sts", operation, &[]),
    }
}

/// A role that those may take on whose policies let them.
fn open_to_the_account() -> Role {
    let account = json!({ "AWS": account().id });
    let trust = json!([{ "Effect": "Allow", "Principal": account, "Action": "sts:AssumeRole" }]);
    let name = RoleName::parse("open").unwrap();
    Role { name, trust: document(&trust).to_string(), ..guest_role() }
}

/// A good request about roles and managed policies, with what its model requires: the role that is there has one policy,
/// unless it is to be deleted, and the managed policy has two versions, unless it is.
async fn about_iam(server: &Server, operation: &str) -> Ask {
    if ["User", "AccessKey", "Group"].iter().any(|noun| operation.contains(noun)) {
        return about_users_of_iam(server, operation).await;
    }
    let name = RoleName::parse("spare").unwrap();
    let mut policy = managed_policy("spare", &json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" }]));
    let mut role = Role { name: name.clone(), boundary: Some(policy.arn.clone()), ..guest_role() };
    match operation {
        "DeletePolicy" => role.boundary = None,
        "DeleteRole" => role.policies.clear(),
        "DetachRolePolicy" => role.attached = BTreeSet::from([policy.arn.clone()]),
        _ => {}
    }
    if !matches!(operation, "DeletePolicy" | "CreatePolicyVersion") {
        policy.add(policy.default.document.clone(), NOW);
    }
    server
        .write(|records| {
            records.put_managed_policy(&policy);
            records.put_role(&role);
            match operation {
                "CreateRole" => records.delete_role(&name),
                "CreatePolicy" => records.delete_managed_policy(policy.arn.name()),
                _ if operation.contains("Provider") => put_spare_providers(records, operation),
                _ => {}
            }
        })
        .await;
    let trust = guest_role().trust;
    let (arn, document) = (policy.arn.to_string(), &policy.default.document);
    let source = role.arn(&account().id).to_string();
    let values = |member: &str| match (operation, member) {
        (_, "RoleName") => vec![("RoleName", "spare".to_owned())],
        (_, "PolicyArn") => vec![("PolicyArn", arn.clone())],
        (_, "PermissionsBoundary") => vec![("PermissionsBoundary", arn.clone())],
        ("CreatePolicy", "PolicyName") => vec![("PolicyName", "spare".to_owned())],
        (_, "PolicyName") => vec![("PolicyName", "access".to_owned())],
        (_, "VersionId") => vec![("VersionId", "v2".to_owned())],
        (_, "AssumeRolePolicyDocument") => vec![("AssumeRolePolicyDocument", trust.clone())],
        ("UpdateAssumeRolePolicy", "PolicyDocument") => vec![("PolicyDocument", trust.clone())],
        (_, "PolicyDocument") => vec![("PolicyDocument", document.clone())],
        (_, "Description") => vec![("Description", "spare".to_owned())],
        (_, "Tags") => vec![("Tags.member.1.Key", "k".to_owned()), ("Tags.member.1.Value", "v".to_owned())],
        (_, "TagKeys") => vec![("TagKeys.member.1", "k".to_owned())],
        (_, "PolicyInputList") => vec![("PolicyInputList.member.1", document.clone())],
        (_, "ActionNames") => vec![("ActionNames.member.1", "s3:GetObject".to_owned())],
        (_, "PolicySourceArn") => vec![("PolicySourceArn", source.clone())],
        // What is required and not here makes a row wrong.
        _ => about_providers(member).into_iter().collect(),
    };
    let model = server.app.services.iam.model;
    let members = model.structure(model.operation(operation).unwrap().input).map(|input| &input.members);
    let required = members.into_iter().flatten().filter(|member| member.required);
    let parameters: Vec<(&str, String)> = required.flat_map(|member| values(&member.name)).collect();
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    form("iam", operation, &parameters)
}

/// A good request about users and groups: one who is there has one policy and one key and is in a group, unless they are to
/// be deleted.
async fn about_users_of_iam(server: &Server, operation: &str) -> Ask {
    let mut spare = IamUser {
        name: UserName::parse("spare").unwrap(),
        id: UserId::draw(server.app.entropy.as_ref()),
        ..administrator("s3:GetObject", "*")
    };
    let id = AccessKeyId::parse("AKIASPARESPARESPARES").unwrap();
    let key = AccessKey { id, ..access_key(&spare).0 };
    let is_gone = operation == "DeleteUser";
    let mut staff = Group {
        name: GroupName::parse("staff").unwrap(),
        id: GroupId::parse("AGPAAAAAAAAAAAAAAAAAA").unwrap(),
        path: Path::root(),
        policies: if operation == "DeleteGroup" { BTreeMap::new() } else { spare.policies.clone() },
        attached: BTreeSet::new(),
        created: NOW,
    };
    const READING: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let reading = PolicyArn::parse(READING).unwrap();
    match operation {
        "RemoveUserFromGroup" => spare.groups = BTreeSet::from([staff.name.clone()]),
        "DetachUserPolicy" => spare.attached = BTreeSet::from([reading]),
        "DetachGroupPolicy" => staff.attached = BTreeSet::from([reading]),
        _ => {}
    }
    let bare = IamUser { policies: BTreeMap::new(), ..spare.clone() };
    server
        .write(|records| {
            records.put_iam_user(if is_gone { &bare } else { &spare });
            if !is_gone {
                records.put_access_key(&key);
            }
            records.put_group(&staff);
            match operation {
                "CreateUser" => records.delete_iam_user(&spare.name),
                "CreateGroup" => records.delete_group(&staff.name),
                _ => {}
            }
        })
        .await;
    let policy = spare.policies.values().next().unwrap();
    let mut parameters = vec![("UserName", "spare"), ("GroupName", "staff"), ("PolicyName", "access")];
    match operation {
        "AttachUserPolicy" | "AttachGroupPolicy" | "DetachUserPolicy" | "DetachGroupPolicy" => {
            parameters.push(("PolicyArn", READING));
        }
        "PutUserPermissionsBoundary" => parameters.push(("PermissionsBoundary", READING)),
        "TagUser" => parameters.extend([("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")]),
        "UntagUser" => parameters.push(("TagKeys.member.1", "k")),
        "PutUserPolicy" | "PutGroupPolicy" => parameters.push(("PolicyDocument", policy)),
        "UpdateAccessKey" => parameters.extend([("AccessKeyId", key.id.as_str()), ("Status", "Inactive")]),
        "DeleteAccessKey" | "GetAccessKeyLastUsed" => parameters.push(("AccessKeyId", key.id.as_str())),
        _ => {}
    }
    form("iam", operation, &parameters)
}

/// Lets the providers of logins be there that a request is about, unless it is to make them.
fn put_spare_providers(records: &mut impl LoginProviders, operation: &str) {
    let openid = OpenIdProvider {
        issuer: Issuer::parse("spare.example").unwrap(),
        clients: Vec::new(),
        thumbprints: Vec::new(),
        created: NOW,
        tags: Tags::default(),
    };
    let saml = SamlProvider {
        name: SamlProviderName::parse("spare").unwrap(),
        metadata: metadata(""),
        valid_until: None,
        created: NOW,
        tags: Tags::default(),
    };
    if operation.starts_with("Create") {
        records.delete_openid_provider(&openid.issuer);
        records.delete_saml_provider(&saml.name);
    } else {
        records.put_openid_provider(&openid);
        records.put_saml_provider(&saml);
    }
}

fn about_providers(member: &str) -> Option<(&'static str, String)> {
    Some(match member {
        "ClientID" => ("ClientID", "app".to_owned()),
        "Name" => ("Name", "spare".to_owned()),
        "OpenIDConnectProviderArn" => {
            ("OpenIDConnectProviderArn", "arn:aws:iam::123456789012:oidc-provider/spare.example".to_owned())
        }
        "SAMLMetadataDocument" => ("SAMLMetadataDocument", metadata("")),
        "SAMLProviderArn" => ("SAMLProviderArn", "arn:aws:iam::123456789012:saml-provider/spare".to_owned()),
        "ThumbprintList" => ("ThumbprintList.member.1", "a".repeat(40)),
        "Url" => ("Url", "https://spare.example".to_owned()),
        _ => return None,
    })
}

async fn credentials(server: &Server, caller: &str) -> Option<Held> {
    match caller {
        "guest" => Some(server.guest().await),
        "signed in" => Some(server.alice().await),
        "wrong role" => Some(server.in_wrong_role().await),
        "right role" => Some(server.in_right_role().await),
        "user" => Some(server.administrator().await),
        "root" => Some(server.root()),
        _ => None,
    }
}

#[tokio::test]
async fn every_operation_answers_every_kind_of_caller_as_the_matrix_says() {
    let mut wrong = Vec::new();
    let mut server = Server::start().await;
    let mut last = "";
    for (service, operation, codes) in MATRIX {
        // No more guests come to one server than it lets in from one address.
        if *service != last {
            (server, last) = (Server::start().await, service);
        }
        for (caller, expected) in CALLERS.into_iter().zip(codes) {
            let ask = request(&server, operation).await;
            let answer = match credentials(&server, caller).await {
                Some(held) => server.signed(&held, ask).await,
                None => server.answer(ask).await,
            };
            if answer.code() != *expected {
                wrong.push(format!("{operation}, {caller}: {} instead of {expected}", answer.code()));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[tokio::test]
async fn where_a_bucket_is_open_to_everybody_those_who_do_not_sign_get_its_contents_and_nothing_else() {
    let server = Server::start().await;
    let resources = ["arn:aws:s3:::my-bucket", "arn:aws:s3:::my-bucket/*"];
    let open = json!([{ "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resources }]);
    let put = Ask::new("PUT", "/my-bucket?policy").body(document(&open).to_string());
    assert_eq!(server.s3(&server.root(), put).await.code(), "200");
    let mut wrong = Vec::new();
    for (_, operation, _) in MATRIX.iter().filter(|(service, ..)| *service == "s3") {
        let opened = OPENED.iter().find(|(name, _)| name == operation).map_or(NO, |(_, code)| code);
        let answer = server.answer(request(&server, operation).await).await;
        if answer.code() != opened {
            wrong.push(format!("{operation}: {} instead of {opened}", answer.code()));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[tokio::test]
async fn the_matrix_has_a_row_for_every_operation_that_is_served_and_for_no_other() {
    let server = Server::start().await;
    let mut served = BTreeSet::new();
    for service in server.app.services.all() {
        served.extend(service.operations.iter().map(|operation| (service.name, operation.name)));
    }
    let rows: BTreeSet<(&str, &str)> = MATRIX.iter().map(|(service, name, _)| (*service, *name)).collect();
    assert_eq!(rows, served);
    assert_eq!(rows.len(), MATRIX.len());
}
