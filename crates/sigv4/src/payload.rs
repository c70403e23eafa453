//! What a request says of its body, and the hash to check it with.

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;

use crate::Refused;

/// The header that says how the body is covered by the signature.
pub const HEADER: &str = "x-amz-content-sha256";

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const STREAMING_UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const STREAMING_SIGNED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const STREAMING_SIGNED_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

/// How the body of a request is covered by its signature: the last line of the canonical request.
///
/// The signature covers this statement, not the body: whoever reads the body compares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadHash {
    /// The body has this SHA-256.
    Sha256([u8; 32]),
    /// The body is not covered.
    Unsigned,
    /// The body is `aws-chunked`, its chunks are not signed, a checksum follows them. The default of today's SDKs.
    StreamingUnsignedTrailer,
    /// The body is `aws-chunked` and each chunk is signed.
    StreamingSigned,
    /// The body is `aws-chunked`, each chunk is signed, and so is the checksum that follows them.
    StreamingSignedTrailer,
}

impl PayloadHash {
    /// The hash of a body that is at hand.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self::Sha256(sha256(body))
    }

    /// Reads the value of `x-amz-content-sha256`.
    ///
    /// # Errors
    /// [`Refused::MalformedBodyHash`] where it is neither 64 lower-case hexadecimal digits nor one of the four words.
    pub fn parse(value: &[u8]) -> Result<Self, Refused> {
        match str::from_utf8(value).map(str::trim_ascii) {
            Ok(UNSIGNED) => Ok(Self::Unsigned),
            Ok(STREAMING_UNSIGNED_TRAILER) => Ok(Self::StreamingUnsignedTrailer),
            Ok(STREAMING_SIGNED) => Ok(Self::StreamingSigned),
            Ok(STREAMING_SIGNED_TRAILER) => Ok(Self::StreamingSignedTrailer),
            Ok(hex) => {
                let hash = HEXLOWER.decode(hex.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
                hash.map(Self::Sha256).ok_or(Refused::MalformedBodyHash)
            }
            Err(_) => Err(Refused::MalformedBodyHash),
        }
    }

    /// The value as it is sent and signed.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Sha256(hash) => HEXLOWER.encode(hash),
            Self::Unsigned => UNSIGNED.to_owned(),
            Self::StreamingUnsignedTrailer => STREAMING_UNSIGNED_TRAILER.to_owned(),
            Self::StreamingSigned => STREAMING_SIGNED.to_owned(),
            Self::StreamingSignedTrailer => STREAMING_SIGNED_TRAILER.to_owned(),
        }
    }
}

/// SHA-256 of bytes that are at hand.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(bytes);
    hash.finish()
}

/// SHA-256 of bytes that arrive piece by piece.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Sha256 {
    /// The hash of nothing, so far.
    #[must_use]
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    /// Adds the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash of all pieces.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(self.0.finish().as_ref());
        hash
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}
