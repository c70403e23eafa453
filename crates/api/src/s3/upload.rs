//! The body of an upload: what frames it is taken off, and everything that is said of it is checked.

use super::words;
use crate::body::RequestBody;
use crate::by_policy::Asker;
use crate::fault::{Common, Fault, Said};
use crate::operation::Call;
use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use domain::s3::object::Checksum as StoredChecksum;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use md5::{Digest, Md5};
use objects::Incoming;
use sigv4::checksum::{Algorithm, Checksum, Value};
use sigv4::chunk::{Broken, Decoder, Framing};
use sigv4::payload::Sha256;
use sigv4::{PayloadHash, Refused};

/// The largest object that one request may write, in bytes. Source: S3 user guide, "Uploading objects".
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// What the caller says of the body in headers of the operation.
pub(super) struct Claims {
    /// `Content-MD5`, in base64.
    pub(super) md5: Option<String>,
    /// The algorithm of the checksum that comes along.
    pub(super) algorithm: Option<Algorithm>,
    /// Checksums by their algorithm, in base64.
    pub(super) checksums: Vec<(Algorithm, String)>,
}

/// The algorithm of the checksum that a writer asks for, if they ask for one.
pub(super) fn asked_checksum(name: Option<&str>) -> Result<Option<Algorithm>, Fault> {
    let read = |name: &str| Algorithm::from_name(name).ok_or_else(|| unserved_checksum(name));
    name.map(read).transpose()
}

/// The refusal of a checksum that is not computed here.
pub(super) fn unserved_checksum(name: &str) -> Fault {
    words::not_implemented(format!("the checksum {name} is not served")).into()
}

/// A body that arrived and is what it was said to be.
pub(super) struct Received {
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) checksum: Option<StoredChecksum>,
}

/// Where the bytes of a body go, once they are taken off their frames.
pub(super) trait Destination: Send {
    /// Takes the next of them.
    fn write(&mut self, bytes: &[u8]) -> impl Future<Output = Result<(), Fault>> + Send;
}

impl Destination for Incoming {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        Ok(Self::write(self, bytes).await?)
    }
}

/// Refuses a body where the operation takes none.
pub(super) async fn expect_nothing(call: &mut Call<'_>) -> Result<(), Fault> {
    while let Some(frame) = call.body.frame().await {
        let frame = frame.map_err(|error| Common::BodyBroken(error.to_string()))?;
        if frame.data_ref().is_some_and(|data| !data.is_empty()) {
            return Err(Said::bad_request("InvalidRequest", "the operation takes no body").into());
        }
    }
    let declared =
        call.head.headers.get(sigv4::payload::HEADER).map(|value| PayloadHash::parse(value.as_bytes()));
    match declared {
        Some(Ok(PayloadHash::Sha256(hash))) if PayloadHash::Sha256(hash) != PayloadHash::of(b"") => {
            Err(Common::NotAuthenticated(Refused::WrongBodyHash.into()).into())
        }
        Some(Ok(_) | Err(_)) | None => Ok(()),
    }
}

/// An upload before its body is read.
pub(super) struct Upload {
    framing: Option<Decoder>,
    left: u64,
    signed_hash: Option<[u8; 32]>,
    expected: Vec<Value>,
    announced: Option<Algorithm>,
    md5: Option<Vec<u8>>,
}

impl Upload {
    /// Reads what is said of the body. Nothing of the body itself is read yet.
    pub(super) fn announced(headers: &HeaderMap, asker: &Asker, claims: &Claims) -> Result<Self, Fault> {
        let framing = asker.framing();
        let size = size_of(headers, framing.is_some())?;
        let trailer = text(headers, "x-amz-trailer")?.filter(|_| framing.is_some());
        let announced = trailer.map(checksum_named).transpose()?;
        let decoder = |framing: Framing| Decoder::new(framing, size, trailer.unwrap_or_default());
        let framing = framing.map(decoder).transpose().map_err(of_framing)?;
        let signed_hash = match asker.payload() {
            PayloadHash::Sha256(hash) => Some(*hash),
            PayloadHash::Unsigned
            | PayloadHash::StreamingUnsignedTrailer
            | PayloadHash::StreamingSigned
            | PayloadHash::StreamingSignedTrailer => None,
        };
        let expected = claims.checksums.iter().map(|(algorithm, value)| {
            let invalid = || invalid_digest(&format!("Value for {} header is invalid.", algorithm.header()));
            algorithm.parse(value).ok_or_else(invalid)
        });
        let expected: Vec<Value> = expected.collect::<Result<_, _>>()?;
        if expected.len() + usize::from(announced.is_some()) > 1 {
            return Err(
                Said::bad_request("InvalidRequest", "Expecting a single x-amz-checksum- header").into()
            );
        }
        if claims.algorithm.is_some()
            && claims.algorithm != expected.first().map(Value::algorithm).or(announced)
        {
            let message = "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or \
                           x-amz-trailer headers were found.";
            return Err(Said::bad_request("InvalidRequest", message).into());
        }
        let md5 = claims.md5.as_deref().map(md5_of).transpose()?;
        Ok(Self { framing, left: size, signed_hash, expected, announced, md5 })
    }

    /// Reads the body into a content file, and checks it when it has arrived whole. A body that is not what it was said
    /// to be leaves nothing behind, because the content is never finished.
    pub(super) async fn receive(
        mut self,
        body: &mut RequestBody,
        content: &mut impl Destination,
    ) -> Result<Received, Fault> {
        let size = self.left;
        let mut sums = Sums::new(&self);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Common::BodyBroken(error.to_string()))?;
            let Ok(data) = frame.into_data() else { continue };
            for piece in self.unframed(&data)? {
                sums.update(piece);
                content.write(piece).await?;
            }
        }
        if self.framing.is_none() && self.left > 0 {
            return Err(Common::BodyBroken(format!("{} bytes of the body are missing", self.left)).into());
        }
        sums.check(self, size)
    }

    /// The bytes of the object in what arrived.
    fn unframed<'d>(&mut self, data: &'d Bytes) -> Result<Vec<&'d [u8]>, Fault> {
        let mut input: &'d [u8] = data;
        let Some(framing) = &mut self.framing else {
            self.left = self.left.checked_sub(data.len() as u64).ok_or_else(too_long)?;
            return Ok(vec![input]);
        };
        let mut pieces = Vec::new();
        while let Some(piece) = framing.decode(&mut input).map_err(of_framing)? {
            pieces.push(piece);
        }
        Ok(pieces)
    }
}

/// The sums that are taken while the body goes by.
struct Sums {
    md5: Md5,
    sha256: Option<Sha256>,
    checksum: Option<Checksum>,
}

impl Sums {
    fn new(upload: &Upload) -> Self {
        let algorithm = upload.expected.first().map(Value::algorithm).or(upload.announced);
        Self {
            md5: Md5::new(),
            sha256: upload.signed_hash.map(|_| Sha256::new()),
            checksum: algorithm.map(Checksum::new),
        }
    }

    fn update(&mut self, piece: &[u8]) {
        self.md5.update(piece);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(piece);
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(piece);
        }
    }

    /// Compares the sums with everything that was said, trailers included.
    fn check(self, upload: Upload, size: u64) -> Result<Received, Fault> {
        let trailers =
            upload.framing.map(Decoder::finish).transpose().map_err(of_framing)?.unwrap_or_default();
        if self.sha256.map(Sha256::finish) != upload.signed_hash {
            return Err(Common::NotAuthenticated(Refused::WrongBodyHash.into()).into());
        }
        let md5 = self.md5.finalize();
        if upload.md5.is_some_and(|expected| expected != md5.as_slice()) {
            let message = "The Content-MD5 you specified did not match what we received.";
            return Err(Said::bad_request("BadDigest", message).into());
        }
        let trailed =
            trailers.iter().filter_map(|(name, value)| Some((Algorithm::from_header(name)?, value)));
        let trailed = trailed.map(|(algorithm, value)| {
            let invalid =
                || invalid_digest(&format!("Value for {} trailing header is invalid.", algorithm.header()));
            algorithm.parse(value).ok_or_else(invalid)
        });
        let expected = upload.expected.into_iter().map(Ok).chain(trailed).next().transpose()?;
        let computed = self.checksum.map(Checksum::finish);
        if expected != computed {
            let name = computed.map_or("", |value| value.algorithm().name());
            let message = format!("The {name} you specified did not match the calculated checksum.");
            return Err(Said::bad_request("BadDigest", message).into());
        }
        Ok(Received { size, etag: HEXLOWER.encode(&md5), checksum: computed.map(stored) })
    }
}

/// A checksum as it is kept with an object.
pub(super) fn stored(value: Value) -> StoredChecksum {
    StoredChecksum { algorithm: value.algorithm().name().to_owned(), value: value.to_string() }
}

/// How many bytes the object will have.
fn size_of(headers: &HeaderMap, is_framed: bool) -> Result<u64, Fault> {
    let name = if is_framed { "x-amz-decoded-content-length" } else { header::CONTENT_LENGTH.as_str() };
    let missing = || {
        Said::bad_request("MissingContentLength", "You must provide the Content-Length HTTP header.")
            .with_status(StatusCode::LENGTH_REQUIRED)
    };
    let size = text(headers, name)?.ok_or_else(missing)?;
    // Rust's parser takes a plus sign as well.
    let digits = Some(size).filter(|size| size.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse::<u64>().ok()) {
        Some(size) if size <= LARGEST => Ok(size),
        Some(_) => Err(Common::TooLarge.into()),
        None => Err(words::invalid_argument(format!("{name} is not a number")).into()),
    }
}

fn checksum_named(trailer: &str) -> Result<Algorithm, Fault> {
    let unknown = || {
        Said::bad_request(
            "InvalidRequest",
            "The value specified in the x-amz-trailer header is not supported",
        )
    };
    Algorithm::from_header(&trailer.trim().to_ascii_lowercase()).ok_or_else(|| unknown().into())
}

fn md5_of(base64: &str) -> Result<Vec<u8>, Fault> {
    let decoded = BASE64.decode(base64.as_bytes()).ok().filter(|bytes| bytes.len() == 16);
    decoded.ok_or_else(|| invalid_digest("The Content-MD5 you specified is not valid.").into())
}

pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Fault> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(words::invalid_argument(format!("{name} is not plain text")).into()),
        },
        (Some(_), Some(_)) => Err(words::invalid_argument(format!("{name} is given twice")).into()),
    }
}

fn invalid_digest(message: &str) -> Said {
    Said::bad_request("InvalidDigest", message)
}

fn too_long() -> Fault {
    Common::BodyBroken("the body is longer than Content-Length says".to_owned()).into()
}

fn of_framing(broken: Broken) -> Fault {
    match broken {
        Broken::TooShort | Broken::Truncated | Broken::TooLong => {
            Common::BodyBroken(broken.to_string()).into()
        }
        Broken::MissingTrailer(_) | Broken::StrangeTrailer(_) | Broken::Trailer => {
            let message = "The request contained trailing data that was not well-formed or did not conform to our \
                           published schema.";
            Said { reason: broken.to_string(), ..Said::bad_request("MalformedTrailerError", message) }.into()
        }
        Broken::ChunkMismatch | Broken::TrailerMismatch => words::signature_mismatch(broken).into(),
        Broken::Announced
        | Broken::Size
        | Broken::Extension
        | Broken::UnsignedChunk
        | Broken::UnsignedTrailers
        | Broken::LineEnd
        | Broken::AfterEnd => Said {
            reason: broken.to_string(),
            ..Said::bad_request("InvalidRequest", "the body is not aws-chunked")
        }
        .into(),
    }
}
