//! Whom trust policies mean that name roles.

use crate::desk::Desk;
use broker::iam::principals;
use broker::iam::roles::{self, Named, RoleRefused};
use broker::iam::users;
use domain::iam::id::{RoleId, UserId};
use domain::iam::path::Path;
use domain::iam::role::Role;
use domain::iam::user::{User, UserName};
use domain::records::{IamUsers, Roles, Stop};
use policy::Malformed;
use serde_json::{Value, json};
use std::convert::Infallible;
use testkit::iam::{administrator, document, guest_role, signed_in_role};

const ACCOUNT: &str = "arn:aws:iam::123456789012";

fn trusting(principals: &Value) -> String {
    document(&json!([{ "Effect": "Allow", "Principal": { "AWS": principals }, "Action": "sts:AssumeRole" }]))
        .to_string()
}

impl Desk {
    async fn trust(&self, principals: &Value) -> Result<(), RoleRefused> {
        let role = guest_role();
        let arn = role.arn(&self.house.account.id).to_string();
        let (named, text) = (Named { name: &role.name, arn: &arn }, trusting(principals));
        self.ask(|records, _| roles::update_trust(records, &self.house, named, &text)).await
    }

    pub(crate) async fn rename(&self, old: &User, path: &str, name: &str) -> User {
        let change = users::Change {
            name: Some(UserName::parse(name).unwrap()),
            path: Some(Path::parse(path).unwrap()),
        };
        let arn = old.arn(&self.house.account.id).to_string();
        let named = users::Named { name: &old.name, arn: &arn };
        self.ask(|records, _| users::update(records, &self.house, named, &change)).await.unwrap();
        let (path, name) = change.of(old);
        User { path, name, ..old.clone() }
    }

    async fn shown_trust(&self) -> Value {
        let asking = self.ask(|records, _| {
            let role = records.role(&guest_role().name)?.unwrap();
            Ok::<_, Stop<Infallible>>(principals::shown(records, &self.house, role)?.trust)
        });
        let text: Value = serde_json::from_str(&asking.await.unwrap()).unwrap();
        text["Statement"][0]["Principal"]["AWS"].clone()
    }
}

fn made_anew() -> Role {
    Role { id: RoleId::parse("AROA99999999999999999").unwrap(), ..signed_in_role() }
}

#[tokio::test]
async fn a_role_that_is_made_anew_is_not_the_one_that_was_trusted() {
    for desk in Desk::each().await {
        let named = json!([format!("{ACCOUNT}:role/signed-in"), format!("{ACCOUNT}:root")]);
        desk.trust(&named).await.unwrap();
        assert_eq!(desk.shown_trust().await, named);
        let gone = json!([signed_in_role().id, format!("{ACCOUNT}:root")]);
        desk.write(|records| records.delete_role(&signed_in_role().name)).await;
        assert_eq!(desk.shown_trust().await, gone);
        desk.write(|records| records.put_role(&made_anew())).await;
        assert_eq!(desk.shown_trust().await, gone);
        desk.trust(&named).await.unwrap();
        assert_eq!(desk.shown_trust().await, named, "it was written again");
    }
}

#[tokio::test]
async fn a_user_who_is_renamed_or_moved_is_the_one_who_was_trusted() {
    for desk in Desk::each().await {
        let user = administrator("*", "*");
        let arn = |user: &User| json!(user.arn(&desk.house.account.id));
        desk.write(|records| records.put_iam_user(&user)).await;
        desk.trust(&arn(&user)).await.unwrap();
        let mut now = user.clone();
        for (path, name) in [("/office/", "Administrator"), ("/", "Administrator"), ("/office/", "grace")] {
            now = desk.rename(&now, path, name).await;
            assert_eq!(desk.shown_trust().await, arn(&now));
        }
        let other = User { id: UserId::parse("AIDA99999999999999999").unwrap(), ..user.clone() };
        desk.write(|records| records.put_iam_user(&other)).await;
        assert_eq!(desk.shown_trust().await, arn(&now), "whoever has the old name is somebody else");
        desk.write(|records| records.delete_iam_user(&now.name)).await;
        assert_eq!(desk.shown_trust().await, json!(user.id));
    }
}

#[tokio::test]
async fn nobody_is_trusted_who_is_not_there() {
    for desk in Desk::each().await {
        for nobody in [
            format!("{ACCOUNT}:role/nobody"),
            format!("{ACCOUNT}:role/deeper/signed-in"),
            format!("{ACCOUNT}:role/Signed-In"),
            format!("{ACCOUNT}:user/nobody"),
            "arn:aws:sts::123456789012:assumed-role/nobody/s".to_owned(),
            format!("{ACCOUNT}:user/x:federated-user/f"),
            format!("{ACCOUNT}:federated-user/f"),
            "arn:aws:sts::123456789012:federated-user/".to_owned(),
            format!("{ACCOUNT}:assumed-role/signed-in/s"),
            "arn:aws:sts::123456789012:x:assumed-role/signed-in/s".to_owned(),
            signed_in_role().id.to_string(),
        ] {
            let refused = desk.trust(&json!(nobody)).await.unwrap_err();
            let RoleRefused::Malformed { why, .. } = refused else { panic!("{refused:?}") };
            assert_eq!(why, Malformed::InvalidPrincipal { kind: "AWS", value: nobody });
        }
    }
}

#[tokio::test]
async fn sessions_and_other_accounts_are_taken_at_their_word() {
    let desk = Desk::open().await;
    for principal in [
        "arn:aws:sts::123456789012:assumed-role/signed-in/s",
        "arn:aws:sts::123456789012:federated-user/f",
        "arn:aws:iam::999999999999:role/r",
        "999999999999",
    ] {
        assert_eq!(desk.trust(&json!(principal)).await, Ok(()), "{principal}");
        assert_eq!(desk.shown_trust().await, json!(principal));
    }
}
