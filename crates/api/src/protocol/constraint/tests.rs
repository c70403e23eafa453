use super::*;
use crate::protocol::embedded;
use crate::protocol::model::{Kind, Shape};
use serde_json::json;

fn identity_pools() -> Model {
    Model::load(embedded::COGNITO_IDENTITY).unwrap()
}

fn user_pools() -> Model {
    Model::load(embedded::COGNITO_IDP).unwrap()
}

fn text(model: &Model, operation: &str, input: &Value) -> String {
    let shape = model.operation(operation).unwrap().input.unwrap();
    check(model, shape, input).map_or_else(|violations| violations.to_string(), |()| "fine".to_owned())
}

#[test]
fn a_missing_required_member_is_null() {
    assert_eq!(
        text(&identity_pools(), "GetId", &json!({})),
        "1 validation error detected: Value null at 'identityPoolId' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn a_text_that_breaks_two_constraints_is_named_twice_length_first() {
    assert_eq!(
        text(&identity_pools(), "GetId", &json!({"IdentityPoolId": ""})),
        "2 validation errors detected: Value '' at 'identityPoolId' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; \
         Value '' at 'identityPoolId' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+"
    );
}

#[test]
fn violations_of_several_members_stand_in_the_models_order() {
    let input = json!({"IdentityPoolId": "x".repeat(54) + ":1", "AccountId": "1234567890123456"});
    assert_eq!(
        text(&identity_pools(), "GetId", &input),
        format!(
            "2 validation errors detected: Value '1234567890123456' at 'accountId' failed to satisfy constraint: \
             Member must have length less than or equal to 15; \
             Value '{}:1' at 'identityPoolId' failed to satisfy constraint: Member must have length less than or equal to 55",
            "x".repeat(54)
        )
    );
}

#[test]
fn numbers_have_a_least_and_a_greatest_value() {
    let model = identity_pools();
    let of = |size: i64| text(&model, "ListIdentityPools", &json!({"MaxResults": size}));
    assert_eq!(
        of(0),
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
    assert_eq!(
        of(61),
        "1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: \
         Member must have value less than or equal to 60"
    );
    assert_eq!((of(1), of(60)), ("fine".to_owned(), "fine".to_owned()));
}

#[test]
fn an_empty_token_is_told_with_what_every_value_must_satisfy() {
    assert_eq!(
        text(
            &identity_pools(),
            "GetId",
            &json!({"IdentityPoolId": "us-east-1:1", "Logins": {"graph.facebook.com": ""}})
        ),
        "1 validation error detected: Value '{graph.facebook.com=}' at 'logins' failed to satisfy constraint: \
         Map value must satisfy constraint: \
         [Member must have length less than or equal to 50000, Member must have length greater than or equal to 1]"
    );
}

#[test]
fn a_token_is_never_shown() {
    let model = identity_pools();
    let with =
        |logins: Value| text(&model, "GetId", &json!({"IdentityPoolId": "us-east-1:1", "Logins": logins}));
    let values = "1 validation error detected: Value at 'logins' failed to satisfy constraint: \
         Map value must satisfy constraint: \
         [Member must have length less than or equal to 50000, Member must have length greater than or equal to 1";
    assert_eq!(with(json!({"a": "s".repeat(50_001)})), format!("{values}]"));
    assert_eq!(with(json!({"a": "", "b": "hunter2"})), format!("{values}]"));
    assert_eq!(with(json!({"a": null, "b": "hunter2"})), format!("{values}, Member must not be null]"));
    let eleven: serde_json::Map<_, _> = (0..11).map(|at| (format!("k{at}"), json!("hunter2"))).collect();
    assert_eq!(
        with(eleven.into()),
        "1 validation error detected: Value at 'logins' failed to satisfy constraint: \
         Member must have length less than or equal to 10"
    );
}

#[test]
fn a_null_login_is_refused_and_never_taken_for_a_guest() {
    assert_eq!(
        text(&identity_pools(), "GetId", &json!({"IdentityPoolId": "us-east-1:1", "Logins": {"a": null}})),
        "1 validation error detected: Value '{a=null}' at 'logins' failed to satisfy constraint: \
         Map value must satisfy constraint: [Member must have length less than or equal to 50000, \
         Member must have length greater than or equal to 1, Member must not be null]"
    );
}

#[test]
fn keys_of_a_map_are_told_with_what_every_key_must_satisfy() {
    assert_eq!(
        text(
            &identity_pools(),
            "SetIdentityPoolRoles",
            &json!({"IdentityPoolId": "us-east-1:1", "Roles": {"guest": "arn:aws:iam::123456789012:role/x"}})
        ),
        "1 validation error detected: Value '{guest=arn:aws:iam::123456789012:role/x}' at 'roles' failed to satisfy \
         constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, \
         Member must have length greater than or equal to 1, \
         Member must satisfy regular expression pattern: (un)?authenticated]"
    );
}

#[test]
fn elements_of_a_list_are_told_once_however_many_fail() {
    assert_eq!(
        text(
            &identity_pools(),
            "DeleteIdentities",
            &json!({"IdentityIdsToDelete": ["a", "us-east-1:1", "b"]})
        ),
        "1 validation error detected: Value '[a, us-east-1:1, b]' at 'identityIdsToDelete' failed to satisfy constraint: \
         Member must satisfy constraint: [Member must have length less than or equal to 55, \
         Member must have length greater than or equal to 1, \
         Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+]"
    );
    assert_eq!(
        text(&identity_pools(), "DeleteIdentities", &json!({"IdentityIdsToDelete": []})),
        "1 validation error detected: Value '[]' at 'identityIdsToDelete' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    );
}

#[test]
fn a_member_inside_a_list_or_map_is_named_by_its_path() {
    let model = identity_pools();
    let pool = json!({
        "IdentityPoolName": "n", "AllowUnauthenticatedIdentities": false,
        "CognitoIdentityProviders": [{"ClientId": "ok"}, {"ClientId": "no way"}],
    });
    assert_eq!(
        text(&model, "CreateIdentityPool", &pool),
        "1 validation error detected: Value 'no way' at 'cognitoIdentityProviders.2.member.clientId' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\w_]+"
    );
    let roles = json!({
        "IdentityPoolId": "us-east-1:1", "Roles": {},
        "RoleMappings": {"graph.facebook.com": {"Type": "Magic"}},
    });
    assert_eq!(
        text(&model, "SetIdentityPoolRoles", &roles),
        "1 validation error detected: Value 'Magic' at 'roleMappings.graph.facebook.com.member.type' failed to satisfy \
         constraint: Member must satisfy enum value set: [Token, Rules]"
    );
}

#[test]
fn secrets_of_user_pools_are_not_echoed() {
    let model = user_pools();
    let sign_up = json!({"ClientId": "c c", "Username": "bar ", "Password": ""});
    assert_eq!(
        text(&model, "SignUp", &sign_up),
        "3 validation errors detected: \
         Value at 'clientId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+]+; \
         Value at 'username' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+; \
         Value at 'password' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\S]+"
    );
    let parameters = json!({"AuthFlow": "X", "ClientId": "c", "AuthParameters": {"PASSWORD": null}});
    assert_eq!(
        text(&model, "InitiateAuth", &parameters),
        "2 validation errors detected: Value 'X' at 'authFlow' failed to satisfy constraint: \
         Member must satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, \
         ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]; \
         Value at 'authParameters' failed to satisfy constraint: Map value must satisfy constraint: \
         [Member must have length less than or equal to 131072, Member must have length greater than or equal to 0, \
         Member must not be null]"
    );
}

#[test]
fn the_length_of_a_text_is_counted_in_characters() {
    let model = identity_pools();
    let of = |count: usize| {
        let value = json!({"IdentityId": "us-east-1:1", "CustomRoleArn": "🙂".repeat(count)});
        text(&model, "GetCredentialsForIdentity", &value)
    };
    assert_eq!(of(2048), "fine");
    assert_eq!(of(20), "fine");
    assert!(of(19).ends_with("Member must have length greater than or equal to 20"));
    assert!(of(2049).ends_with("Member must have length less than or equal to 2048"));
}

#[test]
fn the_length_of_bytes_is_counted_after_base64() {
    let model = user_pools();
    let of = |bytes: usize| {
        let image = data_encoding::BASE64.encode(&vec![0; bytes]);
        text(&model, "SetUICustomization", &json!({"UserPoolId": "us-east-1_a", "ImageFile": image}))
    };
    assert_eq!(of(131_072), "fine");
    assert!(of(131_073).ends_with("Member must have length less than or equal to 131072"));
}

#[test]
fn an_error_stays_short_however_long_the_input() {
    let model = identity_pools();
    let long = text(&model, "GetId", &json!({"IdentityPoolId": "é".repeat(1_000_000)}));
    assert!(long.chars().count() < 2_400, "{}", long.len());
    let providers = vec![json!({"ClientId": "no way"}); 10_000];
    let pool = json!({
        "IdentityPoolName": "n", "AllowUnauthenticatedIdentities": false, "CognitoIdentityProviders": providers,
    });
    assert!(text(&model, "CreateIdentityPool", &pool).starts_with("50 validation errors detected: "));
    let mapping = json!({
        "IdentityPoolId": "us-east-1:1", "Roles": {},
        "RoleMappings": {"k".repeat(1_000_000): {"Type": "Magic"}},
    });
    assert!(text(&model, "SetIdentityPoolRoles", &mapping).len() < 4_000);
}

#[test]
fn a_violation_can_be_read_by_its_parts() {
    let model = identity_pools();
    let shape = model.operation("GetId").unwrap().input.unwrap();
    let violations = check(&model, shape, &json!({"AccountId": "x"})).unwrap_err();
    let parts: Vec<_> = violations
        .iter()
        .map(|violation| (violation.path(), matches!(violation.broken(), Broken::Required)))
        .collect();
    assert_eq!(parts, [("accountId", false), ("identityPoolId", true)]);
}

/// A value that satisfies its shape, made from the model alone; `None` where no simple one does.
fn sample(model: &Model, shape: &Shape) -> Value {
    const TEXTS: [&str; 8] = [
        "a",
        "1",
        "us-east-1:1",
        "arn:aws:iam::123456789012:role/x",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "authenticated",
        "Token",
        "",
    ];
    match &shape.kind {
        Kind::Structure(structure) => structure
            .members
            .iter()
            .filter(|member| member.required)
            .map(|member| (member.name.to_string(), sample(model, model.shape(member.shape))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Kind::List(list) => json!([sample(model, model.shape(list.element))]),
        Kind::Map { key, value } => {
            let key = sample(model, model.shape(*key)).as_str().unwrap().to_owned();
            json!({ key: sample(model, model.shape(*value)) })
        }
        Kind::Text | Kind::Blob => {
            let one_of = shape.constraints.iter().find_map(|constraint| {
                if let Constraint::OneOf(values) = constraint { Some(values[0].to_string()) } else { None }
            });
            let fitting = TEXTS.iter().find(|text| satisfies(shape, &json!(text)));
            json!(one_of.unwrap_or_else(|| (*fitting.unwrap_or_else(|| panic!("{}", shape.name))).to_owned()))
        }
        Kind::Integer(_) | Kind::Float | Kind::Timestamp(_) => json!(1),
        Kind::Boolean => json!(true),
    }
}

fn satisfies(shape: &Shape, value: &Value) -> bool {
    shape.constraints.iter().all(|constraint| constraint.holds(walk::Seen::of(shape, value)))
}

/// A value that breaks this one constraint, whatever else it breaks.
fn breaking(model: &Model, shape: &Shape, constraint: &Constraint) -> Option<Value> {
    let entries = |count: u64| -> Value {
        match &shape.kind {
            Kind::List(list) => {
                vec![sample(model, model.shape(list.element)); usize::try_from(count).unwrap()].into()
            }
            Kind::Map { value, .. } => (0..count)
                .map(|at| (format!("k{at}"), sample(model, model.shape(*value))))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Kind::Text => "a".repeat(usize::try_from(count).unwrap()).into(),
            Kind::Structure(_)
            | Kind::Blob
            | Kind::Integer(_)
            | Kind::Float
            | Kind::Boolean
            | Kind::Timestamp(_) => panic!("{} has no length", shape.name),
        }
    };
    match constraint {
        Constraint::MaxLength(most) => Some(entries(most + 1)),
        Constraint::MinLength(0) => None,
        Constraint::MinLength(least) => Some(entries(least - 1)),
        Constraint::MaxValue(most) => Some(json!(most.as_i64().unwrap() + 1)),
        Constraint::MinValue(least) => Some(json!(least.as_i64().unwrap() - 1)),
        Constraint::Pattern(pattern) => {
            Some(json!(["", " \u{1}", "no match\n"].into_iter().find(|text| !pattern.matches(text))?))
        }
        Constraint::OneOf(_) => Some(json!("NOT_ONE_OF_THEM")),
    }
}

/// Breaks every constraint of every direct member of an operation's input, one by one, and reads the message.
fn break_each(model: &Model, operation: &str) -> usize {
    let id = model.operation(operation).unwrap().input.unwrap();
    let good = sample(model, model.shape(id));
    assert_eq!(text(model, operation, &good), "fine", "{operation} {good}");
    let mut broken = 0;
    for member in &model.structure(Some(id)).unwrap().members {
        let shape = model.shape(member.shape);
        if member.required {
            let mut input = good.clone();
            input.as_object_mut().unwrap().remove(&*member.name);
            assert_eq!(
                text(model, operation, &input),
                format!(
                    "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
                    member.error_name
                )
            );
            broken += 1;
        }
        for constraint in &shape.constraints {
            let Some(value) = breaking(model, shape, constraint) else { continue };
            let mut input = good.clone();
            input.as_object_mut().unwrap().insert(member.name.to_string(), value);
            let message = text(model, operation, &input);
            let said = format!(" at '{}' failed to satisfy constraint: {constraint}", member.error_name);
            assert!(message.contains(&said), "{operation}: `{message}` lacks `{said}`");
            broken += 1;
        }
    }
    broken
}

#[test]
fn every_constraint_of_every_input_of_identity_pools_is_enforced() {
    let model = identity_pools();
    let broken: usize = model.operations().iter().map(|operation| break_each(&model, &operation.name)).sum();
    assert!(broken > 150, "only {broken}");
}

#[test]
fn every_constraint_of_the_sign_in_is_enforced() {
    assert!(break_each(&user_pools(), "InitiateAuth") >= 8);
}
