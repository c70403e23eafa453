//! Which role an identity gets, by the mappings of its logins.

use crate::desk::{Desk, verified};
use broker::iam::assume::AssumeRefused;
use broker::identity_pool::Refusal;
use broker::identity_pool::credentials::Granted;
use broker::identity_pool::pools::{self, HandedOut};
use domain::arn::RoleArn;
use domain::iam::role::{Role, RoleName};
use domain::identity_pool::claims::Claims;
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, Roles};
use domain::identity_pool::role_choice::{Ambiguity, Chosen, LookedAt, Mapped, NotChosen, choose};
use domain::identity_pool::role_mapping::{MatchType, RoleMapping, RoleSource, Rule, WhenAmbiguous};
use domain::records::{IdentityPools, Roles as _};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::NOW;
use testkit::iam::signed_in_role;
use testkit::identity_pool::identity_pool;
use testkit::tokens::id_token;

const ONE: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI:1example23456789abcdefghij";
const OTHER: &str = "accounts.google.com";

fn arn(name: &str) -> String {
    format!("arn:aws:iam::123456789012:role/{name}")
}

fn role(name: &str) -> RoleArn {
    RoleArn::parse(&arn(name)).unwrap()
}

fn claims(value: Value) -> Claims {
    Claims::new(value.as_object().unwrap().clone())
}

fn rule(claim: &str, match_type: MatchType, value: &str, name: &str) -> Rule {
    Rule { claim: claim.to_owned(), match_type, value: value.to_owned(), role: role(name) }
}

fn token(ambiguous: WhenAmbiguous) -> RoleMapping {
    RoleMapping { source: RoleSource::Token, ambiguous }
}

fn rules<const N: usize>(rules: [Rule; N], ambiguous: WhenAmbiguous) -> RoleMapping {
    RoleMapping { source: RoleSource::Rules(rules.to_vec()), ambiguous }
}

/// Three rules, two of which can match at once.
fn departments(ambiguous: WhenAmbiguous) -> RoleMapping {
    let [legal, any, staff] = [
        rule("custom:dept", MatchType::Equals, "legal", "legal"),
        rule("custom:dept", MatchType::StartsWith, "le", "le"),
        rule("email", MatchType::Contains, "@example.com", "staff"),
    ];
    rules([legal, any, staff], ambiguous)
}

/// What is chosen and by what, or why nothing is; `default` is the pool's own role.
fn told(mappings: &[(&str, RoleMapping)], logins: &[(&str, Value)], asked_for: Option<&str>) -> String {
    let roles = Roles { authenticated: Some(role("default")), unauthenticated: Some(role("visitor")) };
    let role_mappings =
        mappings.iter().map(|(name, mapping)| ((*name).to_owned(), mapping.clone())).collect();
    let pool = IdentityPool { roles, role_mappings, ..identity_pool() };
    let all: Vec<Claims> = logins.iter().map(|(_, value)| claims(value.clone())).collect();
    let mapped: Vec<Mapped<'_>> = logins
        .iter()
        .zip(&all)
        .map(|((provider, _), claims)| Mapped { provider: (*provider).to_owned(), claims })
        .collect();
    let state = if logins.is_empty() { AuthState::Guest } else { AuthState::Authenticated };
    match choose(&pool, state, &mapped, asked_for) {
        Ok(Chosen { role, by }) => format!("{} by {by}", role.name()),
        Err(no) => no.to_string(),
    }
}

const FOR_ALL: &str = "default by the pool, for whoever proved a login";
const OPEN: &str = "default by the pool, because the role mappings leave it open";
const DENIED: &str = "the role mappings leave open which role it is, and deny it then";
use WhenAmbiguous::{AuthenticatedRole, Deny};

fn by_rule(name: &str, number: usize) -> String {
    format!("{name} by rule {number} of the role mapping of `{ONE}`")
}

fn by_token(name: &str) -> String {
    format!("{name} by the token, by the role mapping of `{ONE}`")
}

#[track_caller]
fn check(table: Vec<(&str, RoleMapping, Value, String)>) {
    for (what, mapping, says, expected) in table {
        assert_eq!(told(&[(ONE, mapping)], &[(ONE, says)], None), expected, "{what}");
    }
}

#[test]
fn the_first_rule_that_matches_decides_and_where_none_does_it_is_ambiguous() {
    let dept = |name: &str| json!({ "custom:dept": name });
    let verified = json!({ "email": "a@example.com", "email_verified": true });
    let other = |match_type| rules([rule("custom:dept", match_type, "legal", "x")], Deny);
    check(vec![
        ("two match", departments(Deny), dept("legal"), by_rule("legal", 1)),
        ("the second matches", departments(Deny), dept("lean"), by_rule("le", 2)),
        ("the third matches", departments(Deny), verified, by_rule("staff", 3)),
        ("none matches", departments(Deny), dept("hr"), DENIED.to_owned()),
        ("none matches, which is allowed", departments(AuthenticatedRole), dept("hr"), OPEN.to_owned()),
        ("another case", departments(Deny), dept("Legal"), DENIED.to_owned()),
        ("the claim is null", departments(Deny), json!({ "custom:dept": null }), DENIED.to_owned()),
        ("no claim at all", departments(Deny), json!({}), DENIED.to_owned()),
        (
            "an email that is not verified",
            departments(Deny),
            json!({ "email": "a@example.com" }),
            DENIED.to_owned(),
        ),
        (
            "an email that is said not to be verified",
            departments(Deny),
            json!({ "email": "a@example.com", "email_verified": false }),
            DENIED.to_owned(),
        ),
        ("it is another value", other(MatchType::NotEqual), dept("hr"), by_rule("x", 1)),
        ("it is that value", other(MatchType::NotEqual), dept("legal"), DENIED.to_owned()),
        ("it is not there to be another", other(MatchType::NotEqual), json!({}), DENIED.to_owned()),
        (
            "a star is a star",
            rules([rule("a", MatchType::Equals, "l*", "x")], Deny),
            json!({ "a": "legal" }),
            DENIED.to_owned(),
        ),
        ("it ends so", other(MatchType::StartsWith), dept("paralegal"), DENIED.to_owned()),
        ("it is in the middle", other(MatchType::Contains), dept("a legal b"), by_rule("x", 1)),
        (
            "it is in a list",
            other(MatchType::Contains),
            json!({ "custom:dept": ["hr", "legal"] }),
            by_rule("x", 1),
        ),
        (
            "a list is no text",
            other(MatchType::Equals),
            json!({ "custom:dept": ["legal"] }),
            DENIED.to_owned(),
        ),
        (
            "a number",
            rules([rule("a", MatchType::Equals, "7", "x")], Deny),
            json!({ "a": 7 }),
            by_rule("x", 1),
        ),
    ]);
}

#[test]
fn the_token_names_a_preferred_role_or_only_one_and_else_it_is_ambiguous() {
    let roles =
        |names: &[&str]| json!({ "cognito:roles": names.iter().map(|name| arn(name)).collect::<Vec<_>>() });
    let text = json!({ "cognito:roles": arn("a") });
    let commas = json!({ "cognito:roles": format!("{}, {}", arn("a"), arn("b")) });
    let mut preferred = roles(&["a", "b"]);
    preferred["cognito:preferred_role"] = json!(arn("b"));
    let not_a_role = |text: &str| format!("what the token names as a role is none: `{text}`");
    check(vec![
        ("a preferred one", token(Deny), preferred, by_token("b")),
        ("one alone", token(Deny), roles(&["a"]), by_token("a")),
        ("one alone, twice", token(Deny), roles(&["a", "a"]), by_token("a")),
        ("one alone, as a text", token(Deny), text, by_token("a")),
        ("two", token(Deny), roles(&["a", "b"]), DENIED.to_owned()),
        ("two in a text", token(Deny), commas, DENIED.to_owned()),
        ("two, which is allowed", token(AuthenticatedRole), roles(&["a", "b"]), OPEN.to_owned()),
        ("none", token(Deny), json!({}), DENIED.to_owned()),
        ("none, which is allowed", token(AuthenticatedRole), json!({ "cognito:roles": [] }), OPEN.to_owned()),
        (
            "a thing that is no role",
            token(AuthenticatedRole),
            json!({ "cognito:roles": ["admin"] }),
            not_a_role("admin"),
        ),
        ("every role", token(Deny), json!({ "cognito:preferred_role": arn("*") }), not_a_role(&arn("*"))),
        (
            "a list of preferred ones",
            token(Deny),
            json!({ "cognito:preferred_role": ["a"] }),
            not_a_role(r#"["a"]"#),
        ),
        (
            "claims of another type",
            token(Deny),
            json!({ "cognito:roles": { "a": arn("a") } }),
            DENIED.to_owned(),
        ),
    ]);
}

#[test]
fn a_login_without_a_mapping_and_a_guest_get_the_role_of_their_state() {
    let says = json!({ "custom:dept": "legal", "cognito:roles": [arn("a")] });
    let elsewhere = [(OTHER, departments(Deny)), (ONE.trim_end_matches('j'), token(Deny))];
    assert_eq!(told(&elsewhere, &[(ONE, says.clone())], None), FOR_ALL);
    assert_eq!(told(&[], &[(ONE, says)], None), FOR_ALL);
    assert_eq!(told(&[(ONE, token(Deny))], &[], None), "visitor by the pool, for guests");
}

#[test]
fn logins_whose_mappings_come_to_different_roles_are_ambiguous() {
    let only = |name: &str| rules([rule("a", MatchType::Equals, "1", name)], AuthenticatedRole);
    let denying = |name: &str| rules([rule("a", MatchType::Equals, "1", name)], Deny);
    let [yes, no] = [json!({ "a": "1" }), json!({ "a": "2" })];
    let x = by_rule("x", 1);
    for (what, one, other, says, expected) in [
        ("the same role", only("x"), Some(only("x")), [&yes, &yes], x.as_str()),
        ("two roles", only("x"), Some(only("y")), [&yes, &yes], OPEN),
        ("two roles, and one mapping denies", only("x"), Some(denying("y")), [&yes, &yes], DENIED),
        ("two roles, and the other denies", denying("x"), Some(only("y")), [&yes, &yes], DENIED),
        ("one leaves it open", only("x"), Some(only("y")), [&yes, &no], OPEN),
        ("one leaves it open and denies", only("x"), Some(denying("y")), [&yes, &no], DENIED),
        ("one that is not mapped has no say", only("x"), None, [&yes, &yes], x.as_str()),
    ] {
        let mut mappings = vec![(ONE, one)];
        mappings.extend(other.map(|mapping| (OTHER, mapping)));
        let logins = [(ONE, says[0].clone()), (OTHER, says[1].clone())];
        assert_eq!(told(&mappings, &logins, None), expected, "{what}");
    }
}

#[test]
fn a_caller_may_ask_for_a_role_that_a_login_allows_and_for_no_other() {
    let named = json!({ "cognito:roles": [arn("a"), arn("b")], "cognito:preferred_role": arn("a"), "custom:dept": "legal" });
    let lets = |by: &str| format!("by the caller, whom {by}, lets");
    let by_the_token = lets(&format!("the token, by the role mapping of `{ONE}`"));
    let by_the_rule = lets(&format!("rule 2 of the role mapping of `{ONE}`"));
    for (what, mapping, asked_for, expected) in [
        ("one of the token's", token(Deny), arn("b"), Some(format!("b {by_the_token}"))),
        ("the pool's own", token(Deny), arn("default"), None),
        ("the preferred one that is not in the list", token(Deny), arn("c"), None),
        ("all", token(Deny), arn("*"), None),
        ("the role of another account", token(Deny), arn("b").replace("123456789012", "999999999999"), None),
        ("two of the token's", token(Deny), format!("{},{}", arn("a"), arn("b")), None),
        (
            "that of a later rule that matches",
            departments(Deny),
            arn("le"),
            Some(format!("le {by_the_rule}")),
        ),
        ("that of a rule that does not match", departments(Deny), arn("staff"), None),
        ("one of the token's, where rules decide", departments(Deny), arn("b"), None),
        ("nothing", departments(Deny), String::new(), None),
    ] {
        let refused = format!(
            "no role mapping of a login that was proven allows the role `{asked_for}` that was asked for"
        );
        let told = told(&[(ONE, mapping)], &[(ONE, named.clone())], Some(&asked_for));
        assert_eq!(told, expected.unwrap_or(refused), "{what}");
    }
    for logins in [vec![], vec![(ONE, named)]] {
        let told = told(&[], &logins, Some(&arn("default")));
        assert!(told.starts_with("no role mapping"), "{told}");
    }
}

#[test]
fn a_caller_may_ask_for_what_one_of_several_logins_allows() {
    let mappings = [(ONE, departments(Deny)), (OTHER, departments(Deny))];
    let logins = [(ONE, json!({ "custom:dept": "hr" })), (OTHER, json!({ "custom:dept": "legal" }))];
    let told = told(&mappings, &logins, Some(&arn("legal")));
    assert_eq!(told, format!("legal by the caller, whom rule 1 of the role mapping of `{OTHER}`, lets"));
}

/// The desk, whose pool has this mapping for its only client, and a role `legal`.
async fn desk(mapping: RoleMapping) -> Desk {
    let desk = Desk::open().await;
    let legal = Role { name: RoleName::parse("legal").unwrap(), ..signed_in_role() };
    let pool = IdentityPool { role_mappings: BTreeMap::from([(ONE.to_owned(), mapping)]), ..identity_pool() };
    desk.write(|records| {
        records.put_role(&legal);
        records.put_identity_pool(&pool);
    })
    .await;
    desk
}

#[tokio::test]
async fn a_proven_login_takes_on_the_role_that_its_mapping_chooses() {
    let desk = desk(rules([rule("custom:dept", MatchType::Equals, "legal", "legal")], Deny)).await;
    let login = |dept: &str| verified(&id_token().claim("custom:dept", dept), &identity_pool());
    let id = desk.get_id(&[login("legal")]).await.unwrap();
    let (legal, hr) = ([login("legal")], [login("hr")]);
    let Granted { grant, chosen_by: by, .. } = desk.choosing((&id, None), &legal, NOW).await.unwrap();
    assert_eq!(grant.session().role().unwrap().role, role("legal"));
    assert_eq!(by.to_string(), format!("rule 1 of the role mapping of `{ONE}`"));
    let refused = desk.choosing((&id, None), &hr, NOW).await.err();
    let looked_at = LookedAt {
        claim: "custom:dept".to_owned(),
        wanted: "equal to legal".to_owned(),
        found: Some("hr".to_owned()),
    };
    let unmatched = Ambiguity::Unmatched { provider: ONE.to_owned(), looked_at: vec![looked_at] };
    assert_eq!(refused, Some(Refusal::NotChosen(NotChosen::Ambiguous(unmatched))));
    let default = arn("signed-in");
    let refused = desk.choosing((&id, Some(&default)), &legal, NOW).await.err();
    assert_eq!(refused, Some(Refusal::NotChosen(NotChosen::NotAllowed(default))));
}

#[tokio::test]
async fn a_role_that_a_token_names_is_asked_whether_it_trusts_the_identity() {
    let desk = desk(token(Deny)).await;
    let names = |role: &str| verified(&id_token().claim("cognito:roles", json!([role])), &identity_pool());
    let id = desk.get_id(&[names(&arn("legal"))]).await.unwrap();
    let granted = desk.credentials(&id, &[names(&arn("legal"))]).await.unwrap();
    assert_eq!(granted.session().role().unwrap().role, role("legal"));
    let refused = desk.credentials(&id, &[names(&arn("guest"))]).await.err();
    assert!(matches!(refused, Some(Refusal::Role(AssumeRefused::NotTrusted { .. }))), "{refused:?}");
    for absent in [arn("absent"), arn("legal").replace("123456789012", "999999999999")] {
        let refused = desk.credentials(&id, &[names(&absent)]).await.err();
        assert_eq!(refused, Some(Refusal::Role(AssumeRefused::NoSuchRole(absent))));
    }
}

#[tokio::test]
async fn mappings_are_of_providers_that_are_listed_and_of_as_many_rules_as_aws_takes() {
    let desk = Desk::open().await;
    let set = async |provider: &str, mapping: &RoleMapping| {
        let mappings = BTreeMap::from([(provider.to_owned(), mapping.clone())]);
        let asked = HandedOut { roles: Roles::default(), mappings };
        desk.ask(|records, _| pools::set_roles(records, &desk.house, &identity_pool().id, &asked)).await
    };
    let many = |number: usize, name: &str| RoleMapping {
        source: RoleSource::Rules(vec![rule("a", MatchType::Equals, "b", name); number]),
        ambiguous: Deny,
    };
    assert_eq!(set(ONE, &many(25, "signed-in")).await, Ok(()));
    for number in [0, 26] {
        assert_eq!(
            set(ONE, &many(number, "signed-in")).await,
            Err(Refusal::Rules(ONE.to_owned())),
            "{number}"
        );
    }
    assert_eq!(set(ONE, &many(1, "absent")).await, Err(Refusal::NoSuchRole(role("absent"))));
    let (user_pool, _) = ONE.rsplit_once(':').unwrap();
    let with_scheme = format!("https://{ONE}");
    let longer = format!("{ONE}k");
    for wrong in [user_pool, &with_scheme, &longer, OTHER, "login.example", ""] {
        assert_eq!(set(wrong, &token(Deny)).await, Err(Refusal::NotMappable(wrong.to_owned())), "{wrong}");
    }
}

#[tokio::test]
async fn changing_a_pools_settings_leaves_its_mappings() {
    let desk = desk(token(Deny)).await;
    let renamed = IdentityPool { welcomes_guests: false, ..identity_pool() };
    let updated = desk.ask(|records, _| pools::update(records, &desk.house, &renamed, None)).await.unwrap();
    assert_eq!(updated.role_mappings.into_keys().collect::<Vec<_>>(), [ONE]);
}
