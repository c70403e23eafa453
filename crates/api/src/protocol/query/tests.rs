use super::*;
use crate::protocol::embedded;
use proptest::prelude::*;
use serde_json::json;

fn iam() -> Model {
    Model::load(embedded::IAM).unwrap()
}

fn read(operation: &str, form: &str) -> Result<Value, NotDecodable> {
    let model = iam();
    let input = model.operation(operation).unwrap().input;
    decode(&model, input, &Form::parse(form.as_bytes())?)
}

#[test]
fn a_form_becomes_the_members_of_the_input() {
    let form = "Action=CreateRole&Version=2010-05-08&RoleName=a%20b+c%2B&MaxSessionDuration=3600\
        &Tags.member.1.Key=k&Tags.member.1.Value=v%26w&Tags.member.2.Key=l&Tags.member.2.Value=";
    let expected = json!({
        "RoleName": "a b c+", "MaxSessionDuration": 3600,
        "Tags": [{ "Key": "k", "Value": "v&w" }, { "Key": "l", "Value": "" }],
    });
    assert_eq!(read("CreateRole", form).unwrap(), expected);
}

#[test]
fn lists_are_in_the_order_of_their_numbers_and_may_have_gaps() {
    let form = "TagKeys.member.10=c&TagKeys.member.2=b&TagKeys.member.1=a&RoleName=r";
    assert_eq!(read("UntagRole", form).unwrap()["TagKeys"], json!(["a", "b", "c"]));
    assert_eq!(read("UntagRole", "TagKeys=").unwrap()["TagKeys"], json!([]));
    assert_eq!(read("UntagRole", "TagKeys.member.x=a&TagKeys.1=b").unwrap(), json!({}));
}

#[test]
fn what_the_model_does_not_know_is_dropped() {
    assert_eq!(
        read("GetRole", "RoleName=r&Rolename=s&RoleName.member.1=t").unwrap(),
        json!({ "RoleName": "r" })
    );
}

#[test]
fn a_parameter_that_is_given_twice_is_refused_however_it_is_written() {
    for form in ["RoleName=a&RoleName=b", "RoleName=a&Role%4eame=a"] {
        assert_eq!(read("GetRole", form), Err(NotDecodable::Twice("RoleName".to_owned())));
    }
}

#[test]
fn a_value_of_another_type_is_refused_by_its_name() {
    for value in ["", "x", "1.5", "99999999999", "true"] {
        let wrong = NotDecodable::WrongType("MaxSessionDuration".to_owned());
        assert_eq!(read("CreateRole", &format!("MaxSessionDuration={value}")), Err(wrong), "{value}");
    }
    assert!(read("ListPolicies", "OnlyAttached=True").is_err());
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(read("GetRole", "RoleName=%ff"), Err(NotDecodable::NotAForm));
    let many = "a".repeat(3).as_str().to_owned();
    let form: String = (0..=MOST_PARAMETERS).map(|n| format!("{many}{n}=&")).collect();
    assert_eq!(read("GetRole", &form), Err(NotDecodable::TooMany));
}

#[test]
fn a_text_where_a_list_or_a_structure_stands_is_refused_and_not_ignored() {
    for (operation, form, name) in [
        ("SimulatePrincipalPolicy", "PolicyExclusionList.member.1=p", "PolicyExclusionList.member.1"),
        ("CreateRole", "Tags.member.1=team", "Tags.member.1"),
        ("CreateRole", "Tags=team", "Tags"),
    ] {
        assert_eq!(read(operation, form), Err(NotDecodable::WrongType(name.to_owned())), "{form}");
    }
    assert_eq!(read("CreateRole", "Tags=").unwrap(), json!({ "Tags": [] }));
}

#[test]
fn an_answer_holds_the_result_and_the_requests_id() {
    let model = iam();
    let operation = model.operation("GetRolePolicy").unwrap();
    let output = json!({ "RoleName": "r", "PolicyName": "<p>", "PolicyDocument": "%7B%7D" });
    let xml = String::from_utf8(encode(&model, operation, "id-1", &output).unwrap()).unwrap();
    let expected = "<GetRolePolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRolePolicyResult>\
        <RoleName>r</RoleName><PolicyName>&lt;p&gt;</PolicyName><PolicyDocument>%7B%7D</PolicyDocument>\
        </GetRolePolicyResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetRolePolicyResponse>";
    assert_eq!(xml, expected);
}

#[test]
fn an_answer_without_output_holds_the_requests_id_alone() {
    let model = iam();
    let xml = encode(&model, model.operation("DeleteRolePolicy").unwrap(), "id-1", &json!({})).unwrap();
    let expected = "<DeleteRolePolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata>\
        <RequestId>id-1</RequestId></ResponseMetadata></DeleteRolePolicyResponse>";
    assert_eq!(String::from_utf8(xml).unwrap(), expected);
}

#[test]
fn a_refusal_is_written_as_sts_writes_it() {
    let model = Model::load(embedded::STS).unwrap();
    let xml = error_body(&model, Mistake::Sender, ("AccessDenied", "no & never"), "id-1");
    let expected = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
        <Code>AccessDenied</Code><Message>no &amp; never</Message></Error><RequestId>id-1</RequestId></ErrorResponse>";
    assert_eq!(String::from_utf8(xml).unwrap(), expected);
}

proptest! {
    #[test]
    fn no_bytes_break_the_reading_of_forms(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let model = iam();
        if let Ok(form) = Form::parse(&bytes) {
            for operation in ["CreateRole", "SimulateCustomPolicy"] {
                let _any = decode(&model, model.operation(operation).unwrap().input, &form);
            }
        }
    }

    #[test]
    fn a_text_is_read_as_it_was_encoded(text in ".{0,40}") {
        let encoded = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC);
        let read = read("GetRole", &format!("RoleName={encoded}")).unwrap();
        prop_assert_eq!(read["RoleName"].as_str(), Some(text.as_str()));
    }
}
