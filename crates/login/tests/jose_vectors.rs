//! Project Wycheproof's JSON Web Signatures, every one of them.

use domain::signing::PublicKey;
use login::LoginRefused;
use login::jws::UnverifiedToken;
use login::key_set::KeySet;
use login::seen::Seen;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    public: Option<Jwk>,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    n: Option<String>,
    e: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    tc_id: usize,
    comment: String,
    /// Text, or an object in the JSON serialization.
    jws: Value,
    result: Verdict,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Valid,
    Invalid,
    Acceptable,
}

impl Jwk {
    /// The key as one for RS256, whatever it says it is for.
    fn as_rsa(&self) -> Option<PublicKey> {
        let kid = self.kid.clone().unwrap_or_default();
        (self.kty == "RSA").then_some(PublicKey {
            alg: Default::default(),
            kid,
            n: self.n.clone()?,
            e: self.e.clone()?,
        })
    }

    /// Whether nothing that the key says of itself speaks against RS256 (RFC 7517 section 4).
    fn is_for_rs256(&self) -> bool {
        self.alg.as_deref().is_none_or(|alg| alg == "RS256")
            && self.r#use.as_deref().is_none_or(|r#use| r#use == "sig")
            && self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"))
    }
}

impl Case {
    fn check(&self, key: Option<&PublicKey>) -> Result<(), LoginRefused> {
        let token = self.jws.as_str().map_or_else(|| self.jws.to_string(), str::to_owned);
        let seen = Seen::default();
        UnverifiedToken::read(&token, &seen)?.check_signature(&KeySet::of(key), &seen)
    }
}

fn vectors() -> serde_json::Result<Vectors> {
    serde_json::from_str(include_str!("vectors/json_web_signature_test.json"))
}

#[test]
fn a_signature_verifies_if_and_only_if_it_is_valid_and_its_key_is_for_rs256() {
    let vectors = vectors().unwrap();
    let (mut run, mut verified) = (0, 0);
    for group in &vectors.test_groups {
        let jwk = group.public.as_ref().filter(|jwk| jwk.is_for_rs256());
        let key = jwk.and_then(Jwk::as_rsa);
        for case in &group.tests {
            let answer = case.check(key.as_ref());
            let is_right = match case.result {
                Verdict::Valid => answer.is_ok() == key.is_some(),
                Verdict::Invalid => answer.is_err(),
                Verdict::Acceptable => true,
            };
            assert!(is_right, "case {} ({}): {answer:?}", case.tc_id, case.comment);
            run += 1;
            verified += usize::from(answer.is_ok());
        }
    }
    assert_eq!((run, verified), (vectors.number_of_tests, 8));
}

#[test]
fn a_true_signature_of_another_algorithm_is_refused_with_its_very_key_at_hand() {
    let mut refused = 0;
    for group in vectors().unwrap().test_groups {
        let other = group.public.as_ref().filter(|jwk| !jwk.is_for_rs256());
        let Some(key) = other.and_then(Jwk::as_rsa) else { continue };
        for case in group.tests.iter().filter(|case| case.result == Verdict::Valid) {
            let answer = case.check(Some(&key));
            assert!(matches!(answer, Err(LoginRefused::Algorithm(_))), "case {}: {answer:?}", case.tc_id);
            refused += 1;
        }
    }
    assert_eq!(refused, 24);
}
