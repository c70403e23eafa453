//! The checksums that S3 clients send along with a body, in a header or in a trailer.

use std::fmt;

use aws_lc_rs::digest;
use crc_fast::{CrcAlgorithm, Digest};
use data_encoding::BASE64;

/// An algorithm that S3 takes checksums of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// CRC-32 of zip and Ethernet.
    Crc32,
    /// CRC-32C of iSCSI.
    Crc32c,
    /// CRC-64 of NVMe, the default of today's SDKs.
    Crc64Nvme,
    /// SHA-1, against accidents only.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// The algorithm of a name such as `CRC32`, as `x-amz-sdk-checksum-algorithm` gives it, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The algorithm of a header or trailer such as `x-amz-checksum-crc32`, in lower case.
    #[must_use]
    pub fn from_header(header: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.header() == header)
    }

    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The header or trailer that carries the value.
    #[must_use]
    pub fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// Reads a value as it is sent, in base64; `None` where it cannot be one of this algorithm.
    #[must_use]
    pub fn parse(self, base64: &str) -> Option<Value> {
        let bytes = BASE64.decode(base64.as_bytes()).ok()?;
        (bytes.len() == self.length()).then_some(Value { algorithm: self, bytes })
    }

    fn length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// A checksum of one algorithm. `Display` writes it as it is sent, in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

impl Value {
    /// The algorithm that made it.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&BASE64.encode(&self.bytes))
    }
}

/// The checksum of bytes that arrive piece by piece.
#[derive(Clone)]
pub struct Checksum {
    algorithm: Algorithm,
    state: State,
}

#[derive(Clone)]
enum State {
    Crc(Box<Digest>),
    Sha(digest::Context),
}

impl Checksum {
    /// The checksum of nothing, so far.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        let crc = |kind| State::Crc(Box::new(Digest::new(kind)));
        let state = match algorithm {
            Algorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc),
            Algorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi),
            Algorithm::Crc64Nvme => crc(CrcAlgorithm::Crc64Nvme),
            Algorithm::Sha1 => State::Sha(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            Algorithm::Sha256 => State::Sha(digest::Context::new(&digest::SHA256)),
        };
        Self { algorithm, state }
    }

    /// Adds the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.state {
            State::Crc(crc) => crc.update(piece),
            State::Sha(sha) => sha.update(piece),
        }
    }

    /// The checksum of all pieces.
    #[must_use]
    pub fn finish(self) -> Value {
        let length = self.algorithm.length();
        let bytes = match self.state {
            State::Crc(crc) => {
                let wide = crc.finalize().to_be_bytes();
                wide.into_iter().skip(wide.len().saturating_sub(length)).collect()
            }
            State::Sha(sha) => sha.finish().as_ref().to_vec(),
        };
        Value { algorithm: self.algorithm, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Checksum};

    /// Values from the catalogue of parametrised CRC algorithms (`check`, over `123456789`) and FIPS 180-4 (`abc`).
    #[test]
    fn each_algorithm_gives_its_published_value_however_the_bytes_are_split() {
        let cases: [(Algorithm, &[u8], &str); 5] = [
            (Algorithm::Crc32, b"123456789", "y/Q5Jg=="),
            (Algorithm::Crc32c, b"123456789", "4waSgw=="),
            (Algorithm::Crc64Nvme, b"123456789", "rosUhgp5mIg="),
            (Algorithm::Sha1, b"abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
            (Algorithm::Sha256, b"abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        ];
        for (algorithm, bytes, expected) in cases {
            for at in 0..=bytes.len() {
                let mut checksum = Checksum::new(algorithm);
                checksum.update(&bytes[..at]);
                checksum.update(&bytes[at..]);
                let value = checksum.finish();
                assert_eq!(value.to_string(), expected, "{algorithm:?}");
                assert_eq!(algorithm.parse(expected), Some(value));
            }
        }
    }

    #[test]
    fn a_value_of_another_length_or_not_in_base64_is_no_checksum() {
        for text in ["", "y/Q5Jg", "y/Q5Jg==\n", "y/Q5", "rosUhgp5mIg=", "y/Q5Jh==", "****"] {
            assert_eq!(Algorithm::Crc32.parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_algorithm_is_found_by_its_name_and_by_its_header() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(Algorithm::from_header(algorithm.header()), Some(algorithm));
        }
        assert_eq!(Algorithm::from_name("MD4"), None);
        assert_eq!(Algorithm::from_header("x-amz-checksum-type"), None);
    }
}
