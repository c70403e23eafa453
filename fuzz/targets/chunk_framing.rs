//! Any bytes as a framed body, in any pieces: the outcome is the same whatever the pieces, no byte is given beyond the
//! length that was announced, and a body that is signed is given whole only as it was signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sigv4::chunk::{Broken, Chain, Decoder, Framing, encode_as};
use sigv4::{Scope, SecretKeyRef, SigningKey};

const TRAILER: &str = "x-amz-checksum-crc32";
const LONGEST: u64 = 64;

/// The one body that the corpus holds signed.
const SIGNED: &[u8] = b"Hello world";

type Outcome = Result<(Vec<u8>, Vec<(String, String)>), Broken>;

fn chain() -> Chain {
    let scope = Scope { date: "20130524", region: "us-east-1", service: "s3" };
    let key = SigningKey::derive(SecretKeyRef::new("secret"), &scope);
    Chain::begin(key, ("20130524T000000Z", &scope.to_string()), &[7; 32])
}

fn decode<'p>(
    framing: Framing,
    pieces: impl IntoIterator<Item = &'p [u8]>,
    length: u64,
    announced: &str,
) -> Outcome {
    let mut decoder = Decoder::new(framing, length, announced)?;
    let mut body = Vec::new();
    for mut piece in pieces {
        while let Some(data) = decoder.decode(&mut piece)? {
            assert!(!data.is_empty(), "an empty piece was given");
            body.extend_from_slice(data);
            assert!(body.len() as u64 <= length, "more was given than announced");
        }
        assert!(piece.is_empty(), "a part of the input was left");
    }
    let trailers = decoder.finish()?;
    assert_eq!(body.len() as u64, length, "less was given than announced");
    Ok((body, trailers))
}

/// Decodes the bytes whole, one by one and in pieces of some size, and gives the one outcome.
fn outcome(framing: &Framing, bytes: &[u8], (length, size): (u64, usize), announced: &str) -> Outcome {
    let whole = decode(framing.clone(), [bytes], length, announced);
    for size in [1, size] {
        let pieces = decode(framing.clone(), bytes.chunks(size), length, announced);
        assert_eq!(pieces, whole, "the pieces of {size} decided");
    }
    whole
}

fuzz_target!(|input: (u8, u8, u8, &[u8])| {
    let (length, size, change, bytes) = input;
    let (length, size) = (u64::from(length) % LONGEST, usize::from(size).max(1));
    for framing in [Framing::Unsigned, Framing::Signed(chain()), Framing::SignedTrailer(chain())] {
        for announced in ["", TRAILER] {
            let needs_no_signature = matches!(framing, Framing::Unsigned);
            if let Ok((body, _)) = outcome(&framing, bytes, (length, size), announced) {
                assert!(needs_no_signature || body == SIGNED, "what nobody signed was taken");
            }
        }
    }
    // What a client signs is taken, and with one byte changed it is not taken for another body.
    let body = bytes.get(..bytes.len().min(LONGEST as usize)).unwrap_or_default();
    let length = body.len() as u64;
    let framed = encode_as(Framing::SignedTrailer(chain()), body, size, &[(TRAILER, "AAAAAA==")]);
    let taken = outcome(&Framing::SignedTrailer(chain()), &framed, (length, size), TRAILER);
    assert_eq!(taken, Ok((body.to_vec(), vec![(TRAILER.to_owned(), "AAAAAA==".to_owned())])));
    let mut changed = framed;
    let at = usize::from(change) % changed.len();
    if let Some(byte) = changed.get_mut(at) {
        *byte = byte.wrapping_add(1);
    }
    if let Ok((other, _)) = outcome(&Framing::SignedTrailer(chain()), &changed, (length, size), TRAILER) {
        assert_eq!(other, body, "another body was taken for the signed one");
    }
});
