//! Bodies whose chunks are signed, as AWS publishes them and as somebody on the way changes them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::{collection::vec, prelude::*};
use sigv4::{
    Expected, Presented, RequestHead, Rules, Scope, SecretKeyRef, SigningKey,
    chunk::{Broken, Chain, Decoder, Framing, encode, encode_as},
};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 2013-05-24T00:00:00Z
const NOW: i64 = 1_369_353_600;
const CRC32C: &str = "x-amz-checksum-crc32c";
const SIGNATURE: &str = "x-amz-trailer-signature";

type Decoded = Result<(Vec<u8>, Vec<(String, String)>), Broken>;

fn decode(framing: Framing, pieces: &[&[u8]], length: u64, announced: &str) -> Decoded {
    let mut decoder = Decoder::new(framing, length, announced)?;
    let mut body = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        while let Some(data) = decoder.decode(&mut rest)? {
            body.extend_from_slice(data);
        }
    }
    Ok((body, decoder.finish()?))
}

fn chain() -> Chain {
    let scope = Scope { date: "20130524", region: "us-east-1", service: "s3" };
    let key = SigningKey::derive(SecretKeyRef::new(SECRET), &scope);
    Chain::begin(key, ("20130524T000000Z", &scope.to_string()), &[7; 32])
}

fn signed() -> Framing {
    Framing::Signed(chain())
}

fn signed_trailer() -> Framing {
    Framing::SignedTrailer(chain())
}

/// The framing that AWS's example of an upload begins, by verifying its request.
fn framing_of_example(payload: &str, trailer: Option<&str>, signature: &str) -> Framing {
    let mut headers = vec![
        ("content-encoding", "aws-chunked"),
        ("host", "s3.amazonaws.com"),
        ("x-amz-content-sha256", payload),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-decoded-content-length", "66560"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ];
    match trailer {
        Some(trailer) => headers.push(("x-amz-trailer", trailer)),
        None => headers.insert(1, ("content-length", "66824")),
    }
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={},Signature={signature}",
        names.join(";")
    );
    headers.push(("authorization", &authorization));
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let head =
        RequestHead { method: "PUT", path: "/examplebucket/chunkObject.txt", query: "", headers: &headers };
    let Ok(Presented::Signed(presented)) = Presented::of(head) else { panic!("unsigned") };
    let key = SigningKey::derive(SecretKeyRef::new(SECRET), &presented.scope());
    let expected = Expected { region: "us-east-1", services: &["s3"], rules: Rules::S3 };
    presented.verify(&expected, &key, NOW).unwrap().framing(&key).unwrap()
}

/// The chunks of AWS's example, 65536 and 1024 times the letter `a`, under these signatures.
fn example(signatures: [&str; 3], trailers: &[&str]) -> Vec<u8> {
    let mut framed = Vec::new();
    for (size, signature) in [65536, 1024, 0].into_iter().zip(signatures) {
        framed.extend_from_slice(format!("{size:x};chunk-signature={signature}\r\n").as_bytes());
        framed.extend_from_slice(&vec![b'a'; size]);
        framed.extend_from_slice(if size > 0 { b"\r\n" } else { b"" });
    }
    for trailer in trailers {
        framed.extend_from_slice(format!("{trailer}\r\n").as_bytes());
    }
    framed.extend_from_slice(b"\r\n");
    framed
}

/// From <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>.
#[test]
fn the_example_of_the_s3_manual_is_verified_and_made_alike() {
    let framing = framing_of_example(
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        None,
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    );
    let framed = example(
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ],
        &[],
    );
    assert_eq!(framed.len(), 66824);
    let body = vec![b'a'; 66560];
    assert_eq!(decode(framing.clone(), &[&framed], 66560, ""), Ok((body.clone(), vec![])));
    assert!(encode_as(framing, &body, 65536, &[]) == framed);
}

/// From <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>.
#[test]
fn the_example_of_the_s3_manual_with_a_trailer_is_verified_and_made_alike() {
    let framing = framing_of_example(
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        Some(CRC32C),
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    );
    let framed = example(
        [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ],
        &[
            "x-amz-checksum-crc32c:sOO8/Q==",
            "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
        ],
    );
    let body = vec![b'a'; 66560];
    let trailers = vec![(CRC32C.to_owned(), "sOO8/Q==".to_owned())];
    assert_eq!(decode(framing.clone(), &[&framed], 66560, CRC32C), Ok((body.clone(), trailers)));
    assert!(encode_as(framing, &body, 65536, &[(CRC32C, "sOO8/Q==")]) == framed);
}

#[test]
fn a_signed_body_split_anywhere_is_decoded_alike() {
    let body: Vec<u8> = (0..60).collect();
    for (framing, trailers) in [(signed(), &[][..]), (signed_trailer(), &[(CRC32C, "sOO8/Q==")][..])] {
        let announced = trailers.first().map_or("", |(name, _)| *name);
        for chunk_size in [16, 60, 100] {
            let framed = encode_as(framing.clone(), &body, chunk_size, trailers);
            let whole = decode(framing.clone(), &[&framed], 60, announced).unwrap();
            assert_eq!(whole.0, body);
            for at in 0..=framed.len() {
                let (one, two) = framed.split_at(at);
                assert_eq!(decode(framing.clone(), &[one, two], 60, announced).unwrap(), whole);
            }
            let bytes: Vec<&[u8]> = framed.chunks(1).collect();
            assert_eq!(decode(framing.clone(), &bytes, 60, announced).unwrap(), whole);
        }
    }
}

#[test]
fn a_signed_body_cut_anywhere_is_refused() {
    let framed = encode_as(signed_trailer(), b"Hello world", 4, &[(CRC32C, "sOO8/Q==")]);
    for at in 0..framed.len() {
        assert_eq!(decode(signed_trailer(), &[&framed[..at]], 11, CRC32C), Err(Broken::Truncated), "at {at}");
    }
}

#[test]
fn a_signed_body_with_any_changed_bit_is_refused() {
    let framed = encode_as(signed_trailer(), b"Hello world", 4, &[(CRC32C, "sOO8/Q==")]);
    // The case of a letter in the name of a trailer is all that says nothing.
    let names = [CRC32C, SIGNATURE].map(|name| {
        let at = framed.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
        at..at + name.len()
    });
    for at in 0..framed.len() {
        for bit in 0..8 {
            let mut changed = framed.clone();
            changed[at] ^= 1 << bit;
            let says_nothing =
                changed.eq_ignore_ascii_case(&framed) && names.iter().any(|name| name.contains(&at));
            let answer = decode(signed_trailer(), &[&changed], 11, CRC32C);
            assert_eq!(answer.is_ok(), says_nothing, "bit {bit} at {at}");
        }
    }
}

#[test]
fn the_last_piece_of_a_chunk_is_given_only_when_its_signature_is_right() {
    let framed = encode_as(signed(), b"Hello world", 11, &[]);
    let mut forged = framed.clone();
    let at = framed.windows(5).position(|window| window == b"world").unwrap();
    forged[at] = b'W';
    let mut decoder = Decoder::new(signed(), 11, "").unwrap();
    let (head, tail) = forged.split_at(at + 1);
    let mut given = Vec::new();
    let mut rest = head;
    while let Some(piece) = decoder.decode(&mut rest).unwrap() {
        given.extend_from_slice(piece);
    }
    assert_eq!(given, b"Hello W");
    let mut rest = tail;
    assert_eq!(decoder.decode(&mut rest), Err(Broken::ChunkMismatch));
    assert_eq!(decoder.decode(&mut b"".as_slice()), Err(Broken::ChunkMismatch));
    assert_eq!(decoder.finish(), Err(Broken::ChunkMismatch));
}

/// The parts of a body that was framed in chunks of four bytes: each chunk, the last one, what follows.
fn parts(framing: Framing, body: &[u8], trailers: &[(&str, &str)]) -> Vec<Vec<u8>> {
    let framed = encode_as(framing, body, 4, trailers);
    let chunk = "4;chunk-signature=".len() + 64 + 2 + 4 + 2;
    let (chunks, rest) = framed.split_at(chunk * (body.len() / 4));
    let (last, trailing) = rest.split_at("0;chunk-signature=".len() + 64 + 2);
    let mut parts: Vec<Vec<u8>> = chunks.chunks(chunk).map(<[u8]>::to_vec).collect();
    parts.extend([last.to_vec(), trailing.to_vec()]);
    parts
}

#[test]
fn chunks_in_another_order_replayed_left_out_or_of_another_body_are_refused() {
    let own = parts(signed(), b"onetwo12", &[]);
    let other = parts(signed(), b"twoone12", &[]);
    let [one, two, last, end] = own.as_slice() else { panic!("{} parts", own.len()) };
    let decoded = |parts: &[&Vec<u8>], length| {
        let pieces: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
        decode(signed(), &pieces, length, "").map(|(body, _)| body)
    };
    assert_eq!(decoded(&[one, two, last, end], 8), Ok(b"onetwo12".to_vec()));
    for (what, parts, length) in [
        ("turned round", vec![two, one, last, end], 8),
        ("replayed", vec![one, one, last, end], 8),
        ("one more", vec![one, two, two, last, end], 12),
        ("the first left out", vec![two, last, end], 4),
        ("the last left out", vec![one, last, end], 4),
        ("the end at the beginning", vec![last, end], 0),
        ("of another body", vec![one, &other[1], last, end], 8),
        ("with the end of another body", vec![one, two, &other[2], end], 8),
    ] {
        assert_eq!(decoded(&parts, length), Err(Broken::ChunkMismatch), "{what}");
    }
    assert_eq!(decoded(&[one, two, last, end, one], 8), Err(Broken::AfterEnd));
    assert_eq!(decoded(&[one, two, last, end, last, end], 8), Err(Broken::AfterEnd));
    assert_eq!(decoded(&[one, last, end], 8), Err(Broken::TooShort));
    assert_eq!(decoded(&[one, two, last, end], 4), Err(Broken::TooLong));
}

#[test]
fn the_signature_of_a_chunk_must_be_there_and_be_one() {
    let framed = String::from_utf8(encode_as(signed(), b"note", 4, &[])).unwrap();
    let signature = framed.split(['=', '\r']).nth(1).unwrap();
    let with = |head: &str| framed.replacen(&format!("4;chunk-signature={signature}"), head, 1);
    for (head, broken) in [
        ("4", Broken::UnsignedChunk),
        ("4;", Broken::Extension),
        ("4;chunk-signature=", Broken::Extension),
        (";chunk-signature=", Broken::Size),
        (&format!("4;chunk-signature={}", signature.to_ascii_uppercase()), Broken::Extension),
        (&format!("4;chunk-signature={signature}0"), Broken::Extension),
        (
            &format!("4;chunk-signature={}", signature.strip_prefix(|_: char| true).unwrap()),
            Broken::Extension,
        ),
        (&format!("4; chunk-signature={signature}"), Broken::Extension),
        (&format!("4;Chunk-Signature={signature}"), Broken::Extension),
        (&format!("4;a=b;chunk-signature={signature}"), Broken::Extension),
        (&format!("4;chunk-signature={signature};a=b"), Broken::Extension),
        (&format!("4;chunk-signature={}", "0".repeat(64)), Broken::ChunkMismatch),
        (&format!("4;{}", "x".repeat(10_000)), Broken::Extension),
    ] {
        assert_eq!(decode(signed(), &[with(head).as_bytes()], 4, ""), Err(broken), "{head}");
    }
    assert_eq!(decode(signed(), &[&encode(b"note", 4, &[])], 4, ""), Err(Broken::UnsignedChunk));
    assert_eq!(decode(Framing::Unsigned, &[framed.as_bytes()], 4, ""), Err(Broken::Extension));
}

#[test]
fn the_signature_of_the_trailers_must_be_there_once_be_right_and_come_last() {
    let crc = (CRC32C, "sOO8/Q==");
    let framed = String::from_utf8(encode_as(signed_trailer(), b"note", 4, &[crc])).unwrap();
    let (_, line) = framed.trim_end().rsplit_once("\r\n").unwrap();
    let (_, signature) = line.split_once(':').unwrap();
    let crc = format!("{CRC32C}:sOO8/Q==");
    let chunks = framed.split_once(CRC32C).unwrap().0;
    let missing = |name: &str| Broken::MissingTrailer(name.to_owned());
    let strange = |name: &str| Broken::StrangeTrailer(name.to_owned());
    for (trailers, broken) in [
        (format!("{crc}\r\n"), missing(SIGNATURE)),
        (String::new(), missing(CRC32C)),
        (format!("{line}\r\n"), missing(CRC32C)),
        (format!("{line}\r\n{crc}\r\n"), strange(CRC32C)),
        (format!("{crc}\r\n{line}\r\n{line}\r\n"), strange(SIGNATURE)),
        (format!("{crc}\r\n{line}\r\nx-amz-meta-a:b\r\n"), strange("x-amz-meta-a")),
        (format!("{crc}\r\nx-amz-meta-a:b\r\n{line}\r\n"), strange("x-amz-meta-a")),
        (format!("{crc}\r\n{SIGNATURE}:{}\r\n", "0".repeat(64)), Broken::TrailerMismatch),
        (
            format!("{crc}\r\n{SIGNATURE}:{}\r\n", signature.strip_prefix(|_: char| true).unwrap()),
            Broken::Trailer,
        ),
        (format!("{crc}\r\n{SIGNATURE}:\r\n"), Broken::Trailer),
        (format!("{CRC32C}:AAAAAA==\r\n{line}\r\n"), Broken::TrailerMismatch),
        (format!("{CRC32C}:\r\n{line}\r\n"), Broken::TrailerMismatch),
    ] {
        let framed = format!("{chunks}{trailers}\r\n");
        assert_eq!(decode(signed_trailer(), &[framed.as_bytes()], 4, CRC32C), Err(broken), "{trailers}");
    }
    let spaced = format!("{chunks}X-Amz-Checksum-Crc32c: sOO8/Q== \r\n{line}\r\n\r\n");
    assert!(decode(signed_trailer(), &[spaced.as_bytes()], 4, CRC32C).is_ok());
    // Where chunks are signed and trailers are not, there are none.
    assert_eq!(decode(signed(), &[framed.as_bytes()], 4, CRC32C), Err(Broken::UnsignedTrailers));
    assert_eq!(decode(signed(), &[framed.as_bytes()], 4, ""), Err(strange(CRC32C)));
    let end = encode_as(signed(), b"note", 4, &[]);
    assert_eq!(decode(signed_trailer(), &[&end], 4, ""), Err(missing(SIGNATURE)));
}

#[test]
fn another_key_moment_scope_or_request_makes_other_signatures() {
    let scope = Scope { date: "20130524", region: "us-east-1", service: "s3" };
    let key = |secret: &str| SigningKey::derive(SecretKeyRef::new(secret), &scope);
    let scope = scope.to_string();
    let framed = encode_as(signed(), b"note", 4, &[]);
    for other in [
        Chain::begin(key("another"), ("20130524T000000Z", &scope), &[7; 32]),
        Chain::begin(key(SECRET), ("20130524T000001Z", &scope), &[7; 32]),
        Chain::begin(key(SECRET), ("20130524T000000Z", "20130524/us-east-1/s4/aws4_request"), &[7; 32]),
        Chain::begin(key(SECRET), ("20130524T000000Z", &scope), &[8; 32]),
    ] {
        assert_eq!(decode(Framing::Signed(other), &[&framed], 4, ""), Err(Broken::ChunkMismatch));
    }
}

proptest! {
    #[test]
    fn what_is_framed_and_signed_is_decoded(
        body in vec(any::<u8>(), 0..200), size in 16usize..64, split in 1usize..64, trailer in "[ -~]{0,20}",
    ) {
        let framed = encode_as(signed_trailer(), &body, size, &[(CRC32C, trailer.trim())]);
        let pieces: Vec<&[u8]> = framed.chunks(split).collect();
        let decoded = decode(signed_trailer(), &pieces, body.len() as u64, CRC32C).unwrap();
        prop_assert_eq!(decoded, (body, vec![(CRC32C.to_owned(), trailer.trim().to_owned())]));
    }

    #[test]
    fn no_change_of_a_signed_body_is_decoded_as_another(
        body in vec(any::<u8>(), 1..100), size in 16usize..64,
        at in any::<prop::sample::Index>(), to in any::<u8>(), removes in any::<bool>(),
    ) {
        let mut framed = encode_as(signed(), &body, size, &[]);
        let at = at.index(framed.len());
        if removes { framed.remove(at); } else { framed[at] = to; }
        if let Ok((decoded, _)) = decode(signed(), &[&framed], body.len() as u64, "") {
            prop_assert_eq!(decoded, body);
        }
    }
}
