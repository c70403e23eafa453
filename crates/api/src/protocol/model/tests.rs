use super::*;
use crate::protocol::embedded;

const OTHERS: [&str; 4] = [
    include_str!("../../../../../models/cognito-sync.json"),
    include_str!("../../../../../models/iam.json"),
    include_str!("../../../../../models/lambda.json"),
    include_str!("../../../../../models/sts.json"),
];

fn every_model() -> Vec<Model> {
    [embedded::COGNITO_IDENTITY, embedded::COGNITO_IDP, embedded::S3]
        .into_iter()
        .chain(OTHERS)
        .map(|text| Model::load(text).unwrap())
        .collect()
}

#[test]
fn every_model_loads_with_all_its_operations() {
    let counted: Vec<_> =
        every_model().iter().map(|model| (model.service.to_string(), model.operations().len())).collect();
    let expected = [
        ("cognito-identity", 23),
        ("cognito-idp", 141),
        ("s3", 55),
        ("cognito-sync", 17),
        ("iam", 93),
        ("lambda", 4),
        ("sts", 11),
    ];
    assert_eq!(counted, expected.map(|(service, operations)| (service.to_owned(), operations)));
}

#[test]
fn every_pattern_of_every_model_compiles() {
    let mut seen = 0;
    for model in every_model() {
        for shape in model.shapes() {
            for constraint in &shape.constraints {
                if let Constraint::Pattern(pattern) = constraint {
                    assert!(pattern.compiles(), "{}: {} `{}`", model.service, shape.name, pattern.source());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 140, "only {seen} patterns");
}

#[test]
fn the_metadata_says_how_requests_are_framed() {
    let model = Model::load(embedded::COGNITO_IDENTITY).unwrap();
    assert_eq!(
        model.protocol,
        Protocol::AwsJson { version: "1.1".into(), target_prefix: "AWSCognitoIdentityService".into() }
    );
    assert_eq!(&*model.api_version, "2014-06-30");
    assert_eq!(Model::load(embedded::S3).unwrap().protocol, Protocol::RestXml);
    assert_eq!(
        Model::load(OTHERS[3]).unwrap().protocol,
        Protocol::Query { xml_namespace: "https://sts.amazonaws.com/doc/2011-06-15/".into() }
    );
}

#[test]
fn exactly_the_four_public_operations_of_identity_pools_are_unsigned() {
    let model = Model::load(embedded::COGNITO_IDENTITY).unwrap();
    let public: Vec<_> =
        model.operations().iter().filter(|operation| !operation.signed).map(|it| &*it.name).collect();
    assert_eq!(public, ["GetCredentialsForIdentity", "GetId", "GetOpenIdToken", "UnlinkIdentity"]);
}

#[test]
fn members_know_their_place_on_the_wire() {
    let model = Model::load(embedded::S3).unwrap();
    let put = model.structure(model.operation("PutObject").unwrap().input).unwrap();
    assert_eq!(put.payload().map(|member| (&*member.name, member.streaming)), Some(("Body", true)));
    let metadata = put.member("Metadata").unwrap();
    assert_eq!((metadata.location, &*metadata.wire_name), (Location::Headers, "x-amz-meta-"));
    let key = put.member("Key").unwrap();
    assert_eq!((key.location, key.required, &*key.error_name), (Location::Uri, true, "key"));
}

#[test]
fn only_the_first_letter_of_a_name_changes_in_errors() {
    let model = Model::load(OTHERS[3]).unwrap();
    let input = model.structure(model.operation("AssumeRoleWithSAML").unwrap().input).unwrap();
    assert_eq!(&*input.member("SAMLAssertion").unwrap().error_name, "sAMLAssertion");
}

#[test]
fn a_text_that_is_no_model_is_refused_with_what_is_wrong() {
    assert!(matches!(Model::load("{"), Err(BadModel::Unreadable(_))));
    let with = |shapes: &str| {
        format!(
            r#"{{"service":"x","metadata":{{"apiVersion":"1","protocol":"json"}},"operations":{{}},"shapes":{shapes}}}"#
        )
    };
    assert!(Model::load(&with("{}")).is_ok());
    let dangling = with(r#"{"L":{"type":"list","member":{"shape":"Gone"}}}"#);
    assert_eq!(
        Model::load(&dangling).unwrap_err().to_string(),
        "the model names shape `Gone` and does not have it"
    );
    let strange = with(r#"{"L":{"type":"ghost"}}"#);
    assert_eq!(
        Model::load(&strange).unwrap_err().to_string(),
        "the model says `ghost` of `L`, which is not known"
    );
}
