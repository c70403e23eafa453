//! Groups of users over the wire: their life, what their members may do, and each no.

use crate::support::{Answer, Ask, Held, Server, form};
use domain::iam::group::{Group, GroupName};
use domain::iam::id::GroupId;
use domain::iam::path::Path;
use domain::records::Groups;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use testkit::NOW;
use testkit::iam::document;

async fn ask(server: &Server, action: &str, parameters: &[(&str, &str)]) -> Answer {
    server.signed(&server.root(), form("iam", action, parameters)).await
}

async fn done(server: &Server, action: &str, parameters: &[(&str, &str)]) -> Answer {
    let answer = ask(server, action, parameters).await;
    assert_eq!(answer.status, 200, "{action}: {}", answer.text());
    answer
}

/// Makes a user with a key, and a group.
async fn make(server: &Server, user: &str, group: &str) -> Held {
    done(server, "CreateUser", &[("UserName", user)]).await;
    done(server, "CreateGroup", &[("GroupName", group)]).await;
    let made = done(server, "CreateAccessKey", &[("UserName", user)]).await;
    let element = |name: &str| made.element(name).unwrap().to_owned();
    Held { id: element("AccessKeyId"), secret: element("SecretAccessKey"), token: None }
}

async fn may(server: &Server, (noun, name): (&str, &str), policy: &str, statements: &Value) {
    let text = document(statements).to_string();
    let (action, named) = (format!("Put{noun}Policy"), format!("{noun}Name"));
    let parameters = [(named.as_str(), name), ("PolicyName", policy), ("PolicyDocument", text.as_str())];
    done(server, &action, &parameters).await;
}

fn statement(effect: &str, action: &str) -> Value {
    json!([{ "Effect": effect, "Action": action, "Resource": "*" }])
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, message: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
    assert_eq!(answer.element("Message"), Some(message));
}

const BOTH: [(&str, &str); 2] = [("UserName", "ada"), ("GroupName", "staff")];

#[tokio::test]
async fn a_group_is_shown_as_it_was_made_with_its_members() {
    let server = Server::start().await;
    let made = done(&server, "CreateGroup", &[("GroupName", "Staff"), ("Path", "/team/")]).await;
    assert_eq!(made.element("Arn"), Some("arn:aws:iam::123456789012:group/team/Staff"));
    assert!(made.element("GroupId").unwrap().starts_with("AGPA"));
    for name in ["b", "A", "c"] {
        done(&server, "CreateUser", &[("UserName", name)]).await;
        done(&server, "AddUserToGroup", &[("UserName", name), ("GroupName", "staff")]).await;
    }
    let found = done(&server, "GetGroup", &[("GroupName", "STAFF")]).await;
    assert_eq!(found.element("GroupId"), made.element("GroupId"));
    assert_eq!(found.elements("UserName"), ["A", "b", "c"]);
    let first = done(&server, "GetGroup", &[("GroupName", "staff"), ("MaxItems", "2")]).await;
    let rest = [("GroupName", "staff"), ("Marker", first.element("Marker").unwrap())];
    assert_eq!(first.elements("UserName"), ["A", "b"]);
    assert_eq!(done(&server, "GetGroup", &rest).await.elements("UserName"), ["c"]);
    done(&server, "UpdateUser", &[("UserName", "b"), ("NewUserName", "z")]).await;
    let renamed = done(&server, "GetGroup", &[("GroupName", "staff")]).await;
    assert_eq!(renamed.elements("UserName"), ["A", "c", "z"]);
}

#[tokio::test]
async fn groups_are_listed_by_path_by_user_and_page_by_page() {
    let server = Server::start().await;
    done(&server, "CreateUser", &[("UserName", "ada")]).await;
    for (name, path) in [("b", "/x/"), ("A", "/x/y/"), ("c", "/z/")] {
        done(&server, "CreateGroup", &[("GroupName", name), ("Path", path)]).await;
        done(&server, "AddUserToGroup", &[("UserName", "ada"), ("GroupName", name)]).await;
    }
    // The one who is named is no member of ListGroups.
    let ada = ("UserName", "ada");
    for action in ["ListGroups", "ListGroupsForUser"] {
        assert_eq!(done(&server, action, &[ada]).await.elements("GroupName"), ["A", "b", "c"]);
        let first = done(&server, action, &[ada, ("MaxItems", "2")]).await;
        let rest = done(&server, action, &[ada, ("Marker", first.element("Marker").unwrap())]).await;
        assert_eq!((first.elements("GroupName"), rest.elements("GroupName")), (vec!["A", "b"], vec!["c"]));
        let made_up = ask(&server, action, &[ada, ("Marker", "made up")]).await;
        refused(&made_up, 400, "ValidationError", "Invalid Marker.");
    }
    let under = done(&server, "ListGroups", &[("PathPrefix", "/x/")]).await;
    assert_eq!(under.elements("GroupName"), ["A", "b"]);
}

#[tokio::test]
async fn members_may_do_what_their_groups_may_as_long_as_they_are_in_them() {
    let server = Server::start().await;
    let held = make(&server, "ada", "staff").await;
    done(&server, "CreateGroup", &[("GroupName", "barred")]).await;
    may(&server, ("Group", "staff"), "read", &statement("Allow", "s3:GetObject")).await;
    may(&server, ("Group", "barred"), "no", &statement("Deny", "s3:*")).await;
    let get = async || server.s3(&held, Ask::new("GET", "/my-bucket/public/hello.txt")).await.status;
    assert_eq!(get().await, 403, "not a member yet");
    done(&server, "AddUserToGroup", &BOTH).await;
    done(&server, "AddUserToGroup", &BOTH).await;
    assert_eq!(get().await, 200);
    done(&server, "AddUserToGroup", &[("UserName", "ada"), ("GroupName", "barred")]).await;
    assert_eq!(get().await, 403, "what one group denies no other allows");
    let line = server.app.audit.recent().pop().unwrap();
    assert!(line.contains("policy no of group barred"), "{line}");
    done(&server, "RemoveUserFromGroup", &[("UserName", "ada"), ("GroupName", "BARRED")]).await;
    assert_eq!(get().await, 200);
    done(&server, "DeleteGroupPolicy", &[("GroupName", "staff"), ("PolicyName", "read")]).await;
    assert_eq!(get().await, 403);
}

#[tokio::test]
async fn nothing_is_deleted_that_is_in_use() {
    let server = Server::start().await;
    done(&server, "CreateUser", &[("UserName", "ada")]).await;
    done(&server, "CreateGroup", &[("GroupName", "staff")]).await;
    may(&server, ("Group", "staff"), "read", &statement("Allow", "s3:GetObject")).await;
    done(&server, "AddUserToGroup", &BOTH).await;
    let conflict = "Cannot delete entity, must remove users from group first.";
    refused(&ask(&server, "DeleteUser", &BOTH[..1]).await, 409, "DeleteConflict", conflict);
    refused(&ask(&server, "DeleteGroup", &BOTH[1..]).await, 409, "DeleteConflict", conflict);
    done(&server, "RemoveUserFromGroup", &BOTH).await;
    let policies = "Cannot delete entity, must delete policies first.";
    refused(&ask(&server, "DeleteGroup", &BOTH[1..]).await, 409, "DeleteConflict", policies);
    done(&server, "DeleteGroupPolicy", &[("GroupName", "staff"), ("PolicyName", "read")]).await;
    done(&server, "DeleteGroup", &BOTH[1..]).await;
    done(&server, "DeleteUser", &BOTH[..1]).await;
}

#[tokio::test]
async fn what_is_not_there_or_there_already_is_said() {
    let server = Server::start().await;
    make(&server, "ada", "staff").await;
    let again = ask(&server, "CreateGroup", &[("GroupName", "STAFF")]).await;
    refused(&again, 409, "EntityAlreadyExists", "Group with name STAFF already exists.");
    let policy = document(&statement("Allow", "*")).to_string();
    let nobody = [("GroupName", "x"), ("UserName", "ada"), ("PolicyName", "p"), ("PolicyDocument", &policy)];
    for action in [
        "GetGroup",
        "DeleteGroup",
        "AddUserToGroup",
        "RemoveUserFromGroup",
        "PutGroupPolicy",
        "GetGroupPolicy",
        "DeleteGroupPolicy",
        "ListGroupPolicies",
    ] {
        let answer = ask(&server, action, &nobody).await;
        refused(&answer, 404, "NoSuchEntity", "The group with name x cannot be found.");
    }
    let no_user = "The user with name y cannot be found.";
    let stranger = [("GroupName", "staff"), ("UserName", "y")];
    for action in ["AddUserToGroup", "RemoveUserFromGroup", "ListGroupsForUser"] {
        refused(&ask(&server, action, &stranger).await, 404, "NoSuchEntity", no_user);
    }
    let not_in = ask(&server, "RemoveUserFromGroup", &BOTH).await;
    refused(&not_in, 404, "NoSuchEntity", "User ada not in group staff");
    for action in ["GetGroupPolicy", "DeleteGroupPolicy"] {
        let answer = ask(&server, action, &[("GroupName", "staff"), ("PolicyName", "p")]).await;
        refused(&answer, 404, "NoSuchEntity", "The group policy with name p cannot be found.");
    }
}

#[tokio::test]
async fn policies_of_a_group_are_written_shown_listed_and_held_to_their_quota() {
    let server = Server::start().await;
    done(&server, "CreateGroup", &[("GroupName", "staff")]).await;
    for name in ["two", "one"] {
        may(&server, ("Group", "staff"), name, &statement("Allow", "s3:*")).await;
    }
    let listed = done(&server, "ListGroupPolicies", &[("GroupName", "staff")]).await;
    assert_eq!(listed.elements("member"), ["one", "two"]);
    let shown = [("GroupName", "staff"), ("PolicyName", "one")];
    let shown = done(&server, "GetGroupPolicy", &shown).await;
    assert!(shown.element("PolicyDocument").unwrap().starts_with("%7B"));
    let put = |text| [("GroupName", "staff"), ("PolicyName", "p"), ("PolicyDocument", text)];
    let malformed = ask(&server, "PutGroupPolicy", &put("{")).await;
    refused(&malformed, 400, "MalformedPolicyDocument", "Syntax errors in policy.");
    let long = document(&statement("Allow", &format!("s3:{}", "x".repeat(5120)))).to_string();
    let too_long = ask(&server, "PutGroupPolicy", &put(&long)).await;
    refused(&too_long, 409, "LimitExceeded", "Maximum policy size of 5120 bytes exceeded for group staff");
}

#[tokio::test]
async fn a_user_is_in_ten_groups_and_an_account_has_three_hundred_at_most() {
    let server = Server::start().await;
    done(&server, "CreateUser", &[("UserName", "ada")]).await;
    let group = |number: usize| Group {
        name: GroupName::parse(&format!("group-{number}")).unwrap(),
        id: GroupId::draw(server.app.entropy.as_ref()),
        path: Path::root(),
        policies: BTreeMap::new(),
        attached: BTreeSet::new(),
        created: NOW,
    };
    server.write(|records| (0..300).for_each(|number| records.put_group(&group(number)))).await;
    let over = ask(&server, "CreateGroup", &[("GroupName", "over")]).await;
    refused(&over, 409, "LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 300");
    done(&server, "DeleteGroup", &[("GroupName", "group-299")]).await;
    done(&server, "CreateGroup", &[("GroupName", "over")]).await;
    for number in 0..10 {
        let name = format!("group-{number}");
        done(&server, "AddUserToGroup", &[("UserName", "ada"), ("GroupName", &name)]).await;
    }
    let over = [("UserName", "ada"), ("GroupName", "over")];
    let answer = ask(&server, "AddUserToGroup", &over).await;
    refused(&answer, 409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10");
}
