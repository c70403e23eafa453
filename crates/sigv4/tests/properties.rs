//! What holds for every request and every byte.

use proptest::{collection::vec, prelude::*};
use sigv4::{
    Authorization, Credentials, Expected, PayloadHash, Presented, Refused, RequestHead, Rules, SecretKeyRef,
    Signer, SigningKey, Verified, canonical::Style, chunk, payload::sha256, sign,
};

const NOW: i64 = 1_800_000_000;

fn secret() -> SecretKeyRef<'static> {
    SecretKeyRef::new("secret")
}

fn verify(head: RequestHead<'_>, rules: Rules) -> Result<Option<Verified>, Refused> {
    let expected = Expected { region: "us-east-1", services: &["s3"], rules };
    match Presented::of(head)? {
        Presented::Unsigned => Ok(None),
        Presented::Signed(signed) => {
            signed.verify(&expected, &SigningKey::derive(secret(), &signed.scope()), NOW).map(Some)
        }
    }
}

/// A request line and headers as a client might send them.
fn requests() -> impl Strategy<Value = (String, String, Vec<(String, String)>)> {
    let headers = vec(("x-(amz-)?meta-[a-z]{1,8}", "\\PC{0,20}"), 0..6);
    ("/\\PC{0,40}", "\\PC{0,40}", headers)
}

proptest! {
    #[test]
    fn what_is_signed_is_verified_and_no_other_path_query_or_header_is(
        (path, query, headers) in requests(), body in vec(any::<u8>(), 0..40), at in any::<prop::sample::Index>(),
    ) {
        for (style, rules) in [(Style::S3, Rules::S3), (Style::Standard, Rules::Standard { body: sha256(&body) })] {
            let credentials = Credentials {
                access_key_id: "AKIDEXAMPLE", secret_access_key: secret(), session_token: Some("token"),
            };
            let signer = Signer { credentials, region: "us-east-1", service: "s3", style };
            let mut sent: Vec<(&str, &[u8])> = vec![("host", b"here")];
            sent.extend(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
            let unsigned = RequestHead { method: "PUT", path: &path, query: &query, headers: &sent };
            let added = sign(&unsigned, &signer, PayloadHash::of(&body), NOW).unwrap();
            let mut sent = sent.clone();
            sent.extend(added.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
            let head = RequestHead { headers: &sent, ..unsigned };
            prop_assert!(verify(head, rules).unwrap().is_some());

            let longer = format!("{path}x");
            let longer = verify(RequestHead { path: &longer, ..head }, rules);
            prop_assert!(longer.is_err());
            let longer = format!("{query}x");
            let longer = verify(RequestHead { query: &longer, ..head }, rules);
            prop_assert!(longer.is_err());
            let mut fewer = sent.clone();
            fewer.remove(at.index(sent.len()));
            let answer = verify(RequestHead { headers: &fewer, ..head }, rules);
            prop_assert!(!matches!(answer, Ok(Some(_))));
        }
    }

    #[test]
    fn no_header_makes_the_parser_panic(value in "\\PC{0,200}") {
        drop(Authorization::parse(&value));
        drop(Authorization::parse(&format!("AWS4-HMAC-SHA256 {value}")));
    }

    #[test]
    fn no_spoiled_header_makes_the_parser_panic(
        parts in vec(prop_oneof![
            Just("AWS4-HMAC-SHA256 ".to_owned()), Just("Credential=".to_owned()), Just("SignedHeaders=".to_owned()),
            Just("Signature=".to_owned()), Just(",".to_owned()), Just("/".to_owned()), Just(";".to_owned()),
            Just("20150830".to_owned()), Just("aws4_request".to_owned()), "[0-9a-f]{64}", "\\PC{0,5}",
        ], 0..20),
    ) {
        drop(Authorization::parse(&parts.concat()));
    }

    #[test]
    fn no_head_makes_the_verifier_panic(
        path in "\\PC{0,20}", query in "\\PC{0,20}", method in "\\PC{0,5}",
        values in vec(vec(any::<u8>(), 0..20), 6),
    ) {
        let names = ["authorization", "host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "é"];
        let headers: Vec<(&str, &[u8])> = names.into_iter().zip(values.iter().map(Vec::as_slice)).collect();
        let head = RequestHead { method: &method, path: &path, query: &query, headers: &headers };
        prop_assert!(!matches!(verify(head, Rules::S3), Ok(Some(_))));
    }

    #[test]
    fn no_body_makes_the_decoder_panic_or_give_more_than_was_declared(
        body in vec(prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(b'1'), Just(b'0')], 0..200),
        length in 0u64..50,
    ) {
        let mut decoder = chunk::Decoder::new(chunk::Framing::Unsigned, length, "x-amz-checksum-crc32").unwrap();
        let (mut rest, mut given) = (body.as_slice(), 0u64);
        while let Ok(Some(piece)) = decoder.decode(&mut rest) {
            given += piece.len() as u64;
        }
        prop_assert!(given <= length);
        drop(decoder.finish());
    }

    #[test]
    fn what_is_framed_is_decoded(body in vec(any::<u8>(), 0..300), size in 1usize..64, split in 1usize..64) {
        let framed = chunk::encode(&body, size, &[("x-amz-checksum-crc32", "AAAAAA==")]);
        let mut decoder = chunk::Decoder::new(chunk::Framing::Unsigned, body.len() as u64, "x-amz-checksum-crc32").unwrap();
        let mut decoded = Vec::new();
        for mut input in framed.chunks(split) {
            while let Some(piece) = decoder.decode(&mut input).unwrap() {
                decoded.extend_from_slice(piece);
            }
        }
        prop_assert_eq!(decoded, body);
        prop_assert_eq!(decoder.finish().unwrap().len(), 1);
    }
}
