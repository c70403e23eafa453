use super::{Framing, SIGNATURE_EXTENSION, TRAILER_SIGNATURE};
use crate::payload::sha256;

/// Frames a body as a client does, in chunks of `chunk_size` bytes (at least one), trailers after them, nothing signed.
#[must_use]
pub fn encode(body: &[u8], chunk_size: usize, trailers: &[(&str, &str)]) -> Vec<u8> {
    encode_as(Framing::Unsigned, body, chunk_size, trailers)
}

/// Frames a body as [`encode`] does, and signs what this framing signs; names of trailers are in lower case.
#[must_use]
pub fn encode_as(framing: Framing, body: &[u8], chunk_size: usize, trailers: &[(&str, &str)]) -> Vec<u8> {
    let (mut chain, signs_trailers) = framing.into_parts();
    let mut framed = Vec::with_capacity(body.len() + 256);
    for chunk in body.chunks(chunk_size.max(1)).chain([&[][..]]) {
        framed.extend_from_slice(format!("{:x}", chunk.len()).as_bytes());
        if let Some(chain) = &mut chain {
            framed.extend_from_slice(SIGNATURE_EXTENSION);
            framed.extend_from_slice(chain.sign_chunk(sha256(chunk)).as_bytes());
        }
        framed.extend_from_slice(b"\r\n");
        framed.extend_from_slice(chunk);
        if !chunk.is_empty() {
            framed.extend_from_slice(b"\r\n");
        }
    }
    for (name, value) in trailers {
        framed.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
    }
    if let Some(chain) = chain.as_mut().filter(|_| signs_trailers) {
        let signature = chain.sign_trailers(trailers.iter().copied());
        framed.extend_from_slice(format!("{TRAILER_SIGNATURE}:{signature}\r\n").as_bytes());
    }
    framed.extend_from_slice(b"\r\n");
    framed
}
