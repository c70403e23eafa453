//! A body that is an XML document: read whole, from somebody who signed, and held to everything that is said of it.

use super::upload::{Claims, Destination, Upload, asked_checksum, expect_nothing, unserved_checksum};
use super::words;
use crate::app::App;
use crate::by_policy::Asker;
use crate::fault::{Common, Fault, Said};
use crate::operation::{Call, caller_of};
use crate::protocol::model::Operation;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body;
use sigv4::PayloadHash;
use sigv4::checksum::Algorithm;
use std::time::Duration;
use tokio::time::timeout;

/// The largest document: the names of a thousand objects, each of 1024 bytes, and room around them.
const LARGEST_LIST: usize = 2 * 1024 * 1024;

/// The largest document of an operation that takes no list of objects.
const LARGEST: usize = 64 * 1024;

/// How long a document may take to arrive.
const WAIT: Duration = Duration::from_secs(30);

/// The operations whose document must come with a checksum. Source: S3 API reference, of each.
const CHECKED: [&str; 2] = ["DeleteObjects", "PutBucketCors"];

/// Reads the document of a request; empty if there is none.
pub(super) async fn read(app: &App, call: &mut Call<'_>, operation: &Operation) -> Result<Bytes, Fault> {
    // Nobody's documents are read but those of somebody who signed.
    let signer = Asker::Signed(Box::new(caller_of(app, call).await?));
    let headers = &call.head.headers;
    // RFC 9112 section 6.3: a request with neither has no body.
    if !headers.contains_key(header::CONTENT_LENGTH) && !headers.contains_key(header::TRANSFER_ENCODING) {
        expect_nothing(call).await?;
        return Ok(Bytes::new());
    }
    match signer.payload() {
        PayloadHash::Sha256(_) | PayloadHash::Unsigned => {}
        PayloadHash::StreamingUnsignedTrailer
        | PayloadHash::StreamingSigned
        | PayloadHash::StreamingSignedTrailer => {
            return Err(words::not_implemented("a document does not come in chunks".to_owned()).into());
        }
    }
    let claims = Claims::of(headers)?;
    if CHECKED.contains(&&*operation.name) && claims.md5.is_none() && claims.checksums.is_empty() {
        let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return Err(Said::bad_request("InvalidRequest", message).into());
    }
    let limit = if &*operation.name == "DeleteObjects" { LARGEST_LIST } else { LARGEST };
    let mut document = Document { bytes: BytesMut::new(), limit };
    let upload = Upload::announced(headers, &signer, &claims)?;
    // Refused before its first byte is asked for: who waits to be asked sends nothing then.
    if call.body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    match timeout(WAIT, upload.receive(&mut call.body, &mut document)).await {
        Ok(received) => received?,
        Err(_) => return Err(Common::BodyBroken("the document took too long to arrive".to_owned()).into()),
    };
    Ok(document.bytes.freeze())
}

struct Document {
    bytes: BytesMut,
    limit: usize,
}

impl Destination for Document {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.len() > self.limit.saturating_sub(self.bytes.len()) {
            return Err(too_large());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

fn too_large() -> Fault {
    Said::bad_request("MaxMessageLengthExceeded", "Your request was too big.").into()
}

impl Claims {
    /// What the headers say of a body; not every operation has them as members.
    fn of(headers: &HeaderMap) -> Result<Self, Fault> {
        let text = |name: &str| super::upload::text(headers, name);
        let mut checksums = Vec::new();
        for name in headers.keys().map(http::HeaderName::as_str) {
            let is_checksum = name
                .strip_prefix("x-amz-checksum-")
                .is_some_and(|rest| !["algorithm", "type", "mode"].contains(&rest));
            if is_checksum {
                let algorithm = Algorithm::from_header(name).ok_or_else(|| unserved_checksum(name))?;
                checksums.extend(text(name)?.map(|value| (algorithm, value.to_owned())));
            }
        }
        Ok(Self {
            md5: text("content-md5")?.map(str::to_owned),
            algorithm: asked_checksum(text("x-amz-sdk-checksum-algorithm")?)?,
            checksums,
        })
    }
}
