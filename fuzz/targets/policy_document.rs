//! Policy documents: whatever the bytes, each kind is read or refused, the same each time, and what was read decides.
//!
//! An input is a document, and behind a zero byte the words that requests are made of, one a line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{
    Account, Context, Decision, Document, Kind, Named, PolicySet, Principal, Request, decide, decide_trust,
};

/// A key of every sort that operators compare, and one that has several values.
const KEYS: [&str; 8] = [
    "s3:prefix",
    "s3:max-keys",
    "aws:CurrentTime",
    "aws:SecureTransport",
    "aws:SourceIp",
    "aws:PrincipalArn",
    "aws:PrincipalTag/team",
    "k:bytes",
];

fuzz_target!(|data: &[u8]| {
    let Ok(input) = std::str::from_utf8(data) else { return };
    let (text, words) = input.split_once('\0').unwrap_or((input, ""));
    let words: Vec<&str> = words.lines().chain(text.split('"')).take(64).collect();
    for kind in [Kind::Identity, Kind::Trust, Kind::Session, Kind::Resource] {
        match (Document::parse(text, kind), Document::parse(text, kind)) {
            (Ok(document), Ok(again)) => {
                let said = decisions(&document, &words);
                assert_eq!(said, decisions(&again, &words), "read twice, it decides differently");
            }
            (Err(refused), Err(again)) => {
                assert_eq!(refused, again);
                let message = refused.to_string();
                assert!(message.len() < 2_000 && !message.contains(char::is_control), "{message:?}");
            }
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => panic!("read once and refused once: {refused}"),
        }
    }
});

/// What a document says in every place, to requests made of these words.
fn decisions(document: &Document, words: &[&str]) -> Vec<Decision> {
    let word = |index: usize| words.get(index % words.len().max(1)).copied().unwrap_or_default();
    let named = Named { name: "fuzzed", document };
    let alone = [named];
    let mut said = Vec::new();
    for start in 0..words.len().min(16) {
        let mut context = Context::new().with_many("k:amr", [word(start), word(start + 1)]);
        for (index, key) in KEYS.into_iter().enumerate() {
            context.insert(key, word(start + index));
        }
        let principal = Principal::RoleSession {
            account: Account { id: "123456789012", canonical_user: Some(word(start + 1)) },
            role: word(start),
            session: word(start + 2),
            provider: Some(word(start + 3)),
        };
        let request =
            Request { principal, action: word(start), resource: word(start + 1), context: &context };
        let none = PolicySet::default();
        said.push(decide(&request, &PolicySet { identity: &alone, ..none }, None));
        said.push(decide(
            &request,
            &PolicySet { identity: &alone, boundary: Some(named), session: Some(&alone) },
            Some(&named),
        ));
        said.push(decide_trust(&request, &none, &named));
    }
    said
}
