//! The framing `aws-chunked`: a body in chunks, and checksums that follow it as trailers. Chunks may be signed, each
//! together with the signature of the one before it, and then so may be the trailers.
//!
//! Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>.

mod chain;
mod encode;

pub use chain::Chain;
pub use encode::{encode, encode_as};

use crate::{authorization::signature_of, payload::Sha256};

const LONGEST_SIZE: u8 = 16;
const LONGEST_TRAILERS: usize = 2048;
const MOST_TRAILERS: usize = 8;
const SIGNATURE_EXTENSION: &[u8] = b";chunk-signature=";
const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// What holds the chunks of a body to the signature of its request.
#[derive(Clone)]
pub enum Framing {
    /// Nothing: `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    Unsigned,
    /// The chunks are signed, and there are no trailers: `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`.
    Signed(Chain),
    /// The chunks are signed, and the trailers too: `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`.
    SignedTrailer(Chain),
}

impl Framing {
    /// The chain of signatures, and whether it goes on to the trailers.
    fn into_parts(self) -> (Option<Chain>, bool) {
        match self {
            Self::Unsigned => (None, false),
            Self::Signed(chain) => (Some(chain), false),
            Self::SignedTrailer(chain) => (Some(chain), true),
        }
    }
}

/// Takes the framing off a body that arrives piece by piece.
///
/// It keeps nothing of the body, at most 2 KiB of trailers, and gives no byte beyond the length that was declared.
/// The pieces of a signed chunk are given as they come, but for its last, which is given when the signature was found
/// right: until [`Decoder::finish`] says that all is well, nothing that was given may count.
pub struct Decoder {
    state: State,
    broken: Option<Broken>,
    seal: Option<Seal>,
    /// Bytes that were declared and not given yet.
    left: u64,
    announced: Vec<String>,
    trailers: Vec<(String, String)>,
    line: Vec<u8>,
    trailer_bytes: usize,
}

/// What is known of the signatures of a body whose chunks are signed.
struct Seal {
    chain: Chain,
    signs_trailers: bool,
    /// The signature that the chunk under way says it has, and the hash of what came of it.
    chunk: ([u8; 32], Sha256),
    trailers: Option<[u8; 32]>,
}

/// Why a body is not framed as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// `x-amz-trailer` names too many trailers, one twice, or something that is no name.
    #[error("the announced trailers are not a list of names")]
    Announced,
    /// The size of a chunk is not a hexadecimal number of at most 16 digits.
    #[error("the size of a chunk is not a number")]
    Size,
    /// A chunk carries another extension than the signature that it should have.
    #[error("a chunk carries another extension than its signature")]
    Extension,
    /// A chunk carries no signature, in a body whose chunks are signed.
    #[error("a chunk is not signed")]
    UnsignedChunk,
    /// The signature of a chunk is not the one that it, those before it and the key make.
    #[error("the signature of a chunk does not match")]
    ChunkMismatch,
    /// Trailers are announced for a body whose trailers would not be signed, though its chunks are.
    #[error("trailers that nobody signs are announced")]
    UnsignedTrailers,
    /// The signature of the trailers is not the one that they, the chunks and the key make.
    #[error("the signature of the trailers does not match")]
    TrailerMismatch,
    /// A line or a chunk does not end in CR LF.
    #[error("a line or a chunk does not end where it should")]
    LineEnd,
    /// There are more bytes than `x-amz-decoded-content-length` declares.
    #[error("the body is longer than declared")]
    TooLong,
    /// The last chunk came before all that `x-amz-decoded-content-length` declares.
    #[error("the body is shorter than declared")]
    TooShort,
    /// A trailer is not `name:value` in plain text, or there is too much of them.
    #[error("a trailer is not of the form name:value")]
    Trailer,
    /// A trailer came that was not announced, or came twice.
    #[error("the trailer `{0}` was not announced")]
    StrangeTrailer(String),
    /// A trailer that was announced did not come.
    #[error("the trailer `{0}` was announced and did not come")]
    MissingTrailer(String),
    /// Bytes follow the end of the framing.
    #[error("bytes follow the end of the body")]
    AfterEnd,
    /// The body stopped before the end of the framing.
    #[error("the body stops before its end")]
    Truncated,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Size {
        value: u64,
        digits: u8,
    },
    /// After the size, in what is said of the chunk.
    Extension {
        value: u64,
    },
    SizeLf {
        value: u64,
    },
    /// Within a chunk of which this much, never nothing, is to come.
    Data {
        size: u64,
    },
    DataCr,
    DataLf,
    Trailers,
    Done,
}

impl Decoder {
    /// A decoder for a body of `x-amz-decoded-content-length` bytes; `announced` is the value of `x-amz-trailer`, empty
    /// where it was not sent.
    ///
    /// # Errors
    /// [`Broken::Announced`], [`Broken::UnsignedTrailers`].
    pub fn new(framing: Framing, decoded_length: u64, announced: &str) -> Result<Self, Broken> {
        let announced = names_of(announced)?;
        let (chain, signs_trailers) = framing.into_parts();
        if chain.is_some() && !signs_trailers && !announced.is_empty() {
            return Err(Broken::UnsignedTrailers);
        }
        Ok(Self {
            state: State::Size { value: 0, digits: 0 },
            broken: None,
            seal: chain.map(|chain| Seal {
                chain,
                signs_trailers,
                chunk: ([0; 32], Sha256::new()),
                trailers: None,
            }),
            left: decoded_length,
            announced,
            trailers: Vec::new(),
            line: Vec::new(),
            trailer_bytes: 0,
        })
    }

    /// Takes bytes off the front of `input` and gives the next piece of the body among them, as a part of `input`;
    /// `None` when all of `input` is read.
    ///
    /// # Errors
    /// [`Broken`] says what is wrong; every later call says the same.
    pub fn decode<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Broken> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let decoded = self.decoded(input);
        decoded.inspect_err(|broken| self.broken = Some(broken.clone()))
    }

    /// The trailers, names in lower case, once the whole body was decoded.
    ///
    /// # Errors
    /// [`Broken::Truncated`] where the end of the framing did not come, or what was wrong before.
    pub fn finish(self) -> Result<Vec<(String, String)>, Broken> {
        match (self.broken, self.state) {
            (Some(broken), _) => Err(broken),
            (None, State::Done) => Ok(self.trailers),
            (None, _) => Err(Broken::Truncated),
        }
    }

    fn decoded<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Broken> {
        while let Some((byte, rest)) = input.split_first() {
            let State::Data { size } = self.state else {
                *input = rest;
                self.state = self.after(*byte)?;
                continue;
            };
            let length = usize::try_from(size).unwrap_or(usize::MAX).min(input.len());
            let (piece, rest) = input.split_at(length);
            *input = rest;
            let size = size.saturating_sub(piece.len() as u64);
            if let Some(seal) = &mut self.seal {
                seal.update(piece, size == 0)?;
            }
            self.state = if size == 0 { State::DataCr } else { State::Data { size } };
            return Ok(Some(piece));
        }
        Ok(None)
    }

    /// The state after one byte of framing.
    fn after(&mut self, byte: u8) -> Result<State, Broken> {
        match self.state {
            State::Size { digits: 0, .. } if byte == b'\r' => Err(Broken::Size),
            State::Size { .. } if byte == b'\r' && self.seal.is_some() => Err(Broken::UnsignedChunk),
            State::Size { value, .. } if byte == b'\r' => Ok(State::SizeLf { value }),
            State::Size { value, digits: 1.. } if byte == b';' => self.extension_byte(value, byte),
            State::Size { value, digits } => {
                let digit = char::from(byte).to_digit(16).filter(|_| digits < LONGEST_SIZE);
                let value = value << 4 | u64::from(digit.ok_or(Broken::Size)?);
                Ok(State::Size { value, digits: digits.saturating_add(1) })
            }
            State::Extension { value } if byte == b'\r' => self.extension().map(|()| State::SizeLf { value }),
            State::Extension { value } => self.extension_byte(value, byte),
            State::SizeLf { value } if byte == b'\n' => self.begin(value),
            State::DataCr if byte == b'\r' => Ok(State::DataLf),
            State::DataLf if byte == b'\n' => Ok(State::Size { value: 0, digits: 0 }),
            State::SizeLf { .. } | State::DataCr | State::DataLf => Err(Broken::LineEnd),
            State::Trailers => self.trailer_byte(byte),
            State::Data { .. } | State::Done => Err(Broken::AfterEnd),
        }
    }

    fn extension_byte(&mut self, value: u64, byte: u8) -> Result<State, Broken> {
        // Two hexadecimal digits are a byte of the signature.
        let longest = SIGNATURE_EXTENSION.len() + 2 * 32;
        if self.seal.is_none() || self.line.len() == longest {
            return Err(Broken::Extension);
        }
        self.line.push(byte);
        Ok(State::Extension { value })
    }

    /// Reads the signature that a chunk says it has.
    fn extension(&mut self) -> Result<(), Broken> {
        let line = std::mem::take(&mut self.line);
        let hex = line.strip_prefix(SIGNATURE_EXTENSION).and_then(|hex| str::from_utf8(hex).ok());
        let signature = hex.and_then(signature_of).ok_or(Broken::Extension)?;
        if let Some(seal) = &mut self.seal {
            seal.chunk = (signature, Sha256::new());
        }
        Ok(())
    }

    /// Begins a chunk; the empty one is the last.
    fn begin(&mut self, size: u64) -> Result<State, Broken> {
        if size == 0 && self.left > 0 {
            return Err(Broken::TooShort);
        }
        self.left = self.left.checked_sub(size).ok_or(Broken::TooLong)?;
        if let Some(seal) = self.seal.as_mut().filter(|_| size == 0) {
            seal.update(&[], true)?;
        }
        Ok(if size == 0 { State::Trailers } else { State::Data { size } })
    }

    fn trailer_byte(&mut self, byte: u8) -> Result<State, Broken> {
        self.trailer_bytes = self.trailer_bytes.saturating_add(1);
        if self.trailer_bytes > LONGEST_TRAILERS {
            return Err(Broken::Trailer);
        }
        if byte != b'\n' {
            self.line.push(byte);
            return Ok(State::Trailers);
        }
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").ok_or(Broken::LineEnd)?;
        if !line.is_empty() {
            return self.trailer(line).map(|()| State::Trailers);
        }
        let came = |name: &String| self.trailers.iter().any(|(trailer, _)| trailer == name);
        if let Some(name) = self.announced.iter().find(|name| !came(name)) {
            return Err(Broken::MissingTrailer(name.clone()));
        }
        match &mut self.seal {
            Some(seal) if seal.signs_trailers => seal.close(&self.trailers).map(|()| State::Done),
            Some(_) | None => Ok(State::Done),
        }
    }

    fn trailer(&mut self, line: &[u8]) -> Result<(), Broken> {
        let line = str::from_utf8(line).map_err(|_| Broken::Trailer)?;
        let (name, value) = line.split_once(':').ok_or(Broken::Trailer)?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim_matches([' ', '\t']));
        if !is_name(&name) || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(Broken::Trailer);
        }
        if let Some(seal) = self.seal.as_mut().filter(|seal| seal.signs_trailers) {
            // The signature comes once, and last.
            if seal.trailers.is_some() {
                return Err(Broken::StrangeTrailer(name));
            }
            if name == TRAILER_SIGNATURE {
                seal.trailers = Some(signature_of(value).ok_or(Broken::Trailer)?);
                return Ok(());
            }
        }
        if !self.announced.contains(&name) || self.trailers.iter().any(|(came, _)| *came == name) {
            return Err(Broken::StrangeTrailer(name));
        }
        self.trailers.push((name, value.to_owned()));
        Ok(())
    }
}

impl Seal {
    /// Takes note of a piece of a chunk, and compares the signature when it is the last.
    fn update(&mut self, piece: &[u8], is_last: bool) -> Result<(), Broken> {
        let (signature, hash) = &mut self.chunk;
        hash.update(piece);
        if is_last && !self.chain.accepts_chunk(std::mem::take(hash).finish(), signature) {
            return Err(Broken::ChunkMismatch);
        }
        Ok(())
    }

    /// Compares the signature of the trailers.
    fn close(&mut self, trailers: &[(String, String)]) -> Result<(), Broken> {
        let signature = self.trailers.ok_or_else(|| Broken::MissingTrailer(TRAILER_SIGNATURE.to_owned()))?;
        let trailers = trailers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        match self.chain.accepts_trailers(trailers, &signature) {
            true => Ok(()),
            false => Err(Broken::TrailerMismatch),
        }
    }
}

fn names_of(announced: &str) -> Result<Vec<String>, Broken> {
    let mut names: Vec<String> = Vec::new();
    if announced.trim_ascii().is_empty() {
        return Ok(names);
    }
    for name in announced.split(',').map(|name| name.trim_ascii().to_ascii_lowercase()) {
        if names.len() == MOST_TRAILERS || names.contains(&name) || !is_name(&name) {
            return Err(Broken::Announced);
        }
        names.push(name);
    }
    Ok(names)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
