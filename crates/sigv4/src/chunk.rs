//! The framing `aws-chunked`: a body in chunks, and checksums that follow it as trailers.
//!
//! Only the form without signatures on the chunks (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`) is read. Source:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>.

const LONGEST_SIZE: u8 = 16;
const LONGEST_TRAILERS: usize = 2048;
const MOST_TRAILERS: usize = 8;

/// Takes the framing off a body that arrives piece by piece.
///
/// It keeps nothing of the body, at most 2 KiB of trailers, and gives no byte beyond the length that was declared.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    broken: Option<Broken>,
    /// Bytes that were declared and not given yet.
    left: u64,
    announced: Vec<String>,
    trailers: Vec<(String, String)>,
    line: Vec<u8>,
    trailer_bytes: usize,
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
    /// A chunk carries an extension, such as a signature, in a body without signed chunks.
    #[error("a chunk carries an extension")]
    Extension,
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
    /// [`Broken::Announced`].
    pub fn new(decoded_length: u64, announced: &str) -> Result<Self, Broken> {
        Ok(Self {
            state: State::Size { value: 0, digits: 0 },
            broken: None,
            left: decoded_length,
            announced: names_of(announced)?,
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
        while let Some((byte, rest)) = input.split_first() {
            if let State::Data { size } = self.state {
                let length = usize::try_from(size).unwrap_or(usize::MAX).min(input.len());
                let (piece, rest) = input.split_at(length);
                *input = rest;
                let size = size.saturating_sub(piece.len() as u64);
                self.state = if size == 0 { State::DataCr } else { State::Data { size } };
                return Ok(Some(piece));
            }
            *input = rest;
            self.state = self.after(*byte).inspect_err(|broken| self.broken = Some(broken.clone()))?;
        }
        Ok(None)
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

    /// The state after one byte of framing.
    fn after(&mut self, byte: u8) -> Result<State, Broken> {
        match self.state {
            State::Size { digits: 0, .. } if byte == b'\r' => Err(Broken::Size),
            State::Size { value, .. } if byte == b'\r' => Ok(State::SizeLf { value }),
            State::Size { .. } if byte == b';' => Err(Broken::Extension),
            State::Size { value, digits } => {
                let digit = char::from(byte).to_digit(16).filter(|_| digits < LONGEST_SIZE);
                let value = value << 4 | u64::from(digit.ok_or(Broken::Size)?);
                Ok(State::Size { value, digits: digits.saturating_add(1) })
            }
            State::SizeLf { value } if byte == b'\n' => self.begin(value),
            State::DataCr if byte == b'\r' => Ok(State::DataLf),
            State::DataLf if byte == b'\n' => Ok(State::Size { value: 0, digits: 0 }),
            State::SizeLf { .. } | State::DataCr | State::DataLf => Err(Broken::LineEnd),
            State::Trailers => self.trailer_byte(byte),
            State::Data { .. } | State::Done => Err(Broken::AfterEnd),
        }
    }

    /// Begins a chunk; the empty one is the last.
    fn begin(&mut self, size: u64) -> Result<State, Broken> {
        if size == 0 && self.left > 0 {
            return Err(Broken::TooShort);
        }
        self.left = self.left.checked_sub(size).ok_or(Broken::TooLong)?;
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
        match self.announced.iter().find(|name| !came(name)) {
            Some(name) => Err(Broken::MissingTrailer(name.clone())),
            None => Ok(State::Done),
        }
    }

    fn trailer(&mut self, line: &[u8]) -> Result<(), Broken> {
        let line = str::from_utf8(line).map_err(|_| Broken::Trailer)?;
        let (name, value) = line.split_once(':').ok_or(Broken::Trailer)?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim_matches([' ', '\t']));
        if !is_name(&name) || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(Broken::Trailer);
        }
        if !self.announced.contains(&name) || self.trailers.iter().any(|(came, _)| *came == name) {
            return Err(Broken::StrangeTrailer(name));
        }
        self.trailers.push((name, value.to_owned()));
        Ok(())
    }
}

/// Frames a body as a client does, in chunks of `chunk_size` bytes (at least one), trailers after them.
#[must_use]
pub fn encode(body: &[u8], chunk_size: usize, trailers: &[(&str, &str)]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(body.len() + 128);
    for chunk in body.chunks(chunk_size.max(1)) {
        framed.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        framed.extend_from_slice(chunk);
        framed.extend_from_slice(b"\r\n");
    }
    framed.extend_from_slice(b"0\r\n");
    for (name, value) in trailers {
        framed.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
    }
    framed.extend_from_slice(b"\r\n");
    framed
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
