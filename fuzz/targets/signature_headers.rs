//! Any head of a request: nothing panics, nothing is believed that nobody signed, and of what somebody signed nothing is
//! believed once a header was added.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sigv4::canonical::Style;
use sigv4::{
    Credentials, Expected, PayloadHash, Presented, RequestHead, Rules, SecretKeyRef, Signer, SigningKey,
    payload::sha256, presign, sign,
};

/// 2013-05-24T00:00:00Z, the day of the corpus.
const NOW: i64 = 1_369_353_600;

/// Nobody signs with this one.
const NOBODYS: &str = "kept by nobody";
const OWN: &str = "kept by the target";

/// A head is read from lines: method, path, query, then `name:value`.
fn with_head<T>(text: &[u8], ask: impl FnOnce(RequestHead<'_>) -> T) -> Option<T> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let mut line = || str::from_utf8(lines.next()?).ok();
    let (method, path, query) = (line()?, line()?, line()?);
    let headers: Vec<(&str, &[u8])> = lines
        .filter_map(|line| {
            let at = line.iter().position(|byte| *byte == b':')?;
            Some((str::from_utf8(line.get(..at)?).ok()?, line.get(at + 1..)?))
        })
        .collect();
    Some(ask(RequestHead { method, path, query, headers: &headers }))
}

fn is_believed(head: RequestHead<'_>, rules: Rules, secret: &str) -> bool {
    let expected = Expected { region: "us-east-1", services: &["s3", "sts"], rules };
    match Presented::of(head) {
        Ok(Presented::Signed(signed)) => {
            let key = SigningKey::derive(SecretKeyRef::new(secret), &signed.scope());
            signed.verify(&expected, &key, NOW).is_ok()
        }
        Ok(Presented::Unsigned) => {
            let is_shown = |(name, _): &(&str, &[u8])| *name == "authorization";
            assert!(!head.headers.iter().any(is_shown), "a signature was overlooked");
            false
        }
        Err(_) => false,
    }
}

/// A head that was believed is believed no more with a header that was not signed, or with a longer query.
fn holds_what_was_signed(head: RequestHead<'_>, rules: Rules) {
    if !is_believed(head, rules, OWN) {
        return;
    }
    assert!(!is_believed(head, rules, NOBODYS), "what another signed was believed");
    let mut more = head.headers.to_vec();
    more.push(("x-amz-added", b"later"));
    let added = RequestHead { headers: &more, ..head };
    assert!(!is_believed(added, rules, OWN), "a header that nobody signed was believed");
    let query = format!("{}&added=later", head.query);
    let longer = RequestHead { query: &query, ..head };
    assert!(!is_believed(longer, rules, OWN), "a parameter that nobody signed was believed");
}

fn signed_by_the_target(head: RequestHead<'_>, style: Style, rules: Rules) {
    let credentials = Credentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE",
        secret_access_key: SecretKeyRef::new(OWN),
        session_token: Some("token"),
    };
    let signer = Signer { credentials, region: "us-east-1", service: "s3", style };
    let payload = if style == Style::S3 { PayloadHash::Unsigned } else { PayloadHash::of(b"") };
    if let Ok(query) = presign(&head, &signer, payload, 60, NOW) {
        holds_what_was_signed(RequestHead { query: &query, ..head }, rules);
    }
    if let Ok(added) = sign(&head, &signer, payload, NOW) {
        let is_replaced = |name: &str| added.iter().any(|(added, _)| added == name);
        let mut headers: Vec<(&str, &[u8])> =
            head.headers.iter().filter(|(name, _)| !is_replaced(name)).copied().collect();
        headers.extend(added.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
        holds_what_was_signed(RequestHead { headers: &headers, ..head }, rules);
    }
}

fuzz_target!(|text: &[u8]| {
    for (style, rules) in [(Style::S3, Rules::S3), (Style::Standard, Rules::Standard { body: sha256(b"") })] {
        let _no_head = with_head(text, |head| {
            assert!(!is_believed(head, rules, NOBODYS), "what nobody signed was believed");
            signed_by_the_target(head, style, rules);
        });
    }
});
