use super::*;
use crate::protocol::embedded;
use serde_json::json;

fn identity_pools() -> Model {
    Model::load(embedded::COGNITO_IDENTITY).unwrap()
}

fn user_pools() -> Model {
    Model::load(embedded::COGNITO_IDP).unwrap()
}

fn decoded(model: &Model, operation: &str, body: &str) -> Result<Value, NotDecodable> {
    decode(model, model.operation(operation).unwrap().input, body.as_bytes())
}

fn encoded(model: &Model, operation: &str, value: &Value) -> Result<String, NotEncodable> {
    let output = model.operation(operation).unwrap().output;
    encode(model, output, value).map(|json| String::from_utf8(json).unwrap())
}

fn message(model: &Model, operation: &str, body: &str) -> String {
    decoded(model, operation, body).unwrap_err().wire_message().unwrap().to_owned()
}

#[test]
fn the_target_header_names_the_operation() {
    let model = identity_pools();
    let name = |target| operation(&model, target).map(|operation| operation.name.to_string());
    assert_eq!(name("AWSCognitoIdentityService.GetId").as_deref(), Some("GetId"));
    for other in [
        "",
        "GetId",
        "AWSCognitoIdentityService",
        "AWSCognitoIdentityService.",
        "AWSCognitoIdentityService.getid",
    ] {
        assert_eq!(name(other), None, "{other}");
    }
    assert_eq!(name("AWSCognitoIdentityProviderService.InitiateAuth"), None);
    assert_eq!(name("AWSCognitoIdentityService.GetId.x"), None);
}

#[test]
fn unknown_members_are_dropped_and_null_members_are_absent() {
    let model = identity_pools();
    let body = r#"{"Foo":[1,{"a":2}],"IdentityPoolId":"us-east-1:1","AccountId":null,"Logins":{}}"#;
    let value = decoded(&model, "GetId", body).unwrap();
    assert_eq!(value, json!({"IdentityPoolId": "us-east-1:1", "Logins": {}}));
}

#[test]
fn an_empty_body_is_an_empty_object() {
    assert_eq!(decoded(&identity_pools(), "GetId", "").unwrap(), json!({}));
    assert_eq!(decoded(&identity_pools(), "GetId", " {} ").unwrap(), json!({}));
}

#[test]
fn nulls_in_lists_and_maps_stay_for_the_check_to_refuse() {
    let model = identity_pools();
    let value = decoded(&model, "GetId", r#"{"Logins":{"accounts.google.com":null}}"#).unwrap();
    assert_eq!(value, json!({"Logins": {"accounts.google.com": null}}));
}

#[test]
fn what_is_not_one_json_object_is_malformed() {
    let model = identity_pools();
    let deep = format!("{}1{}", r#"{"Foo":"#.repeat(64), "}".repeat(64));
    let deeper = format!("{}1{}", r#"{"Foo":"#.repeat(65), "}".repeat(65));
    let deepest = "[".repeat(100_000);
    for body in [
        "{",
        "nonsense",
        "null",
        "1",
        "\"{}\"",
        "{}{}",
        "{} x",
        "{'IdentityPoolId':'x'}",
        r#"{"a":1,}"#,
        "\u{feff}{}",
        r#"{"IdentityPoolId":"us-east-1:1","IdentityPoolId":"us-east-1:2"}"#,
        r#"{"Foo":{"x":1,"x":1}}"#,
        r#"{"IdentityPoolId":"\ud800"}"#,
        r#"{"Foo":1e999}"#,
        r#"{"Foo":NaN}"#,
        &deeper,
        &deepest,
    ] {
        let outcome = decoded(&model, "GetId", body);
        assert_eq!(outcome, Err(NotDecodable::Malformed), "{}", body.chars().take(80).collect::<String>());
    }
    assert_eq!(
        decode(&model, model.operation("GetId").unwrap().input, b"{\"a\":\"\xff\"}"),
        Err(NotDecodable::Malformed)
    );
    assert_eq!(decoded(&model, "GetId", &deep).unwrap(), json!({}));
    assert_eq!(NotDecodable::Malformed.wire_message(), None);
}

#[test]
fn a_value_of_the_wrong_type_is_refused_in_awss_words() {
    let model = identity_pools();
    let of_pool = |value: &str| message(&model, "GetId", &format!(r#"{{"IdentityPoolId":{value}}}"#));
    assert_eq!(of_pool("1"), "NUMBER_VALUE can not be converted to a String");
    assert_eq!(of_pool("1.5"), "DECIMAL_VALUE can not be converted to a String");
    assert_eq!(of_pool("true"), "TRUE_VALUE can not be converted to a String");
    assert_eq!(of_pool("false"), "FALSE_VALUE can not be converted to a String");
    assert_eq!(of_pool("[]"), "Start of list found where not expected");
    assert_eq!(of_pool("{}"), "Start of structure or map found where not expected.");
    assert_eq!(message(&model, "GetId", "[]"), "Start of list found where not expected");
    assert_eq!(message(&model, "GetId", r#"{"Logins":"x"}"#), "Expected map or null");
    assert_eq!(
        message(&model, "GetId", r#"{"Logins":{"a":1}}"#),
        "NUMBER_VALUE can not be converted to a String"
    );
    let of_size = |value: &str| message(&model, "ListIdentityPools", &format!(r#"{{"MaxResults":{value}}}"#));
    assert_eq!(of_size(r#""1""#), "STRING_VALUE can not be converted to an Integer");
    assert_eq!(of_size("1.5"), "DECIMAL_VALUE can not be converted to an Integer");
    assert_eq!(of_size("4294967297"), "NUMBER_VALUE can not be converted to an Integer");
    let create = |member: &str| message(&model, "CreateIdentityPool", &format!("{{{member}}}"));
    assert_eq!(
        create(r#""AllowUnauthenticatedIdentities":"yes""#),
        "STRING_VALUE can not be converted to a Boolean"
    );
    assert_eq!(create(r#""SamlProviderARNs":"x""#), "Expected list or null");
    assert_eq!(create(r#""CognitoIdentityProviders":["x"]"#), "Expected null");
}

#[test]
fn a_whole_number_may_be_written_with_a_fraction_of_zero() {
    let model = identity_pools();
    assert_eq!(
        decoded(&model, "ListIdentityPools", r#"{"MaxResults":1e1}"#).unwrap(),
        json!({"MaxResults": 10})
    );
    assert_eq!(
        decoded(&model, "GetOpenIdTokenForDeveloperIdentity", r#"{"TokenDuration":86400.0}"#).unwrap(),
        json!({"TokenDuration": 86400})
    );
    assert!(decoded(&model, "GetOpenIdTokenForDeveloperIdentity", r#"{"TokenDuration":1e300}"#).is_err());
}

#[test]
fn bytes_must_be_base64() {
    let model = user_pools();
    let body = |image: &str| format!(r#"{{"ImageFile":"{image}"}}"#);
    assert_eq!(decoded(&model, "SetUICustomization", &body("AAEC")).unwrap(), json!({"ImageFile": "AAEC"}));
    for broken in ["A", "AAE", "AA*C", "AAEC\\n"] {
        let text = message(&model, "SetUICustomization", &body(broken));
        assert_eq!(text, "STRING_VALUE can not be converted to a ByteBuffer", "{broken}");
    }
}

#[test]
fn moments_in_requests_become_milliseconds() {
    assert_eq!(millis(&Number::from(1_767_323_045)), Some(1_767_323_045_000));
    assert_eq!(millis(&Number::from_f64(1_470_957_431.965).unwrap()), Some(1_470_957_431_965));
    assert_eq!(millis(&Number::from_f64(1e300).unwrap()), None);
    assert_eq!(millis(&Number::from(u64::MAX)), None);
}

#[test]
fn an_answer_is_compact_in_the_models_order_with_moments_as_seconds() {
    let model = identity_pools();
    assert_eq!(
        encoded(&model, "GetId", &json!({"IdentityId": "us-east-1:1"})).unwrap(),
        r#"{"IdentityId":"us-east-1:1"}"#
    );
    let credentials = json!({
        "Credentials": {
            "Expiration": 1_767_323_045_000_i64, "SessionToken": "t\"/", "SecretKey": "s", "AccessKeyId": "ASIA"
        },
        "IdentityId": "us-east-1:1",
    });
    assert_eq!(
        encoded(&model, "GetCredentialsForIdentity", &credentials).unwrap(),
        r#"{"IdentityId":"us-east-1:1","Credentials":{"AccessKeyId":"ASIA","SecretKey":"s","SessionToken":"t\"/","Expiration":1767323045}}"#
    );
    let identity = json!({"IdentityId": "a", "Logins": ["x", "y"], "CreationDate": 1_470_957_431_965_i64});
    assert_eq!(
        encoded(&model, "DescribeIdentity", &identity).unwrap(),
        r#"{"IdentityId":"a","Logins":["x","y"],"CreationDate":1470957431.965}"#
    );
}

#[test]
fn maps_booleans_and_control_characters_are_written() {
    let model = identity_pools();
    let pool = json!({
        "IdentityPoolId": "p", "IdentityPoolName": "n\u{1}é", "AllowUnauthenticatedIdentities": true,
        "IdentityPoolTags": {"a": "1", "b": "2"}, "DeveloperProviderName": null,
    });
    assert_eq!(
        encoded(&model, "CreateIdentityPool", &pool).unwrap(),
        r#"{"IdentityPoolId":"p","IdentityPoolName":"n\u0001é","AllowUnauthenticatedIdentities":true,"IdentityPoolTags":{"a":"1","b":"2"}}"#
    );
}

#[test]
fn an_operation_without_an_output_has_an_empty_body_and_an_empty_output_is_an_object() {
    assert_eq!(encoded(&identity_pools(), "DeleteIdentityPool", &json!({})).unwrap(), "");
    assert_eq!(encoded(&user_pools(), "GlobalSignOut", &json!({})).unwrap(), "{}");
}

#[test]
fn an_output_that_contradicts_the_model_is_not_sent() {
    let model = identity_pools();
    assert_eq!(
        encoded(&model, "GetId", &json!({"IdentityId": "a", "Password": "hunter2"})),
        Err(NotEncodable::UnknownMember { shape: "GetIdResponse".to_owned(), member: "Password".to_owned() })
    );
    assert_eq!(
        encoded(&model, "GetId", &json!({"IdentityId": 1})),
        Err(NotEncodable::WrongType("IdentityId".into()))
    );
    assert_eq!(encoded(&model, "GetId", &json!([])), Err(NotEncodable::WrongType("GetIdResponse".into())));
    assert_eq!(
        encoded(&model, "DescribeIdentity", &json!({"CreationDate": 1.5})),
        Err(NotEncodable::WrongType("DateType".into()))
    );
}

#[test]
fn an_error_body_has_the_bare_name_and_the_message() {
    assert_eq!(
        error_body("NotAuthorizedException", Some("no \"x\"")),
        br#"{"__type":"NotAuthorizedException","message":"no \"x\""}"#
    );
    assert_eq!(error_body("SerializationException", None), br#"{"__type":"SerializationException"}"#);
}

#[test]
fn no_bytes_make_the_decoder_panic() {
    let model = user_pools();
    let input = model.operation("InitiateAuth").unwrap().input;
    let body = br#"{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"abc","AuthParameters":{"USERNAME":"u\u00e9"},"Session":null}"#;
    assert!(decode(&model, input, body).is_ok());
    for at in 0..body.len() {
        let cut = body.get(..at).unwrap();
        assert_eq!(decode(&model, input, cut).is_ok(), cut.is_empty());
        for byte in [0, b'"', b'{', b'}', b'[', b',', b'\\', b'9', 0xff] {
            let mut changed = body.to_vec();
            changed[at] = byte;
            let _any_answer = decode(&model, input, &changed);
        }
    }
}
