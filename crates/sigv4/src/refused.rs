use crate::Malformed;

/// Why a request is not taken as signed. It holds no secret and never the signature that would have been right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The head cannot be read, or is of another scheme.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A header that may be there only once is there twice.
    #[error("the header `{0}` is repeated")]
    RepeatedHeader(&'static str),
    /// There is a signature in the header and one in the query.
    #[error("a request is signed in its header or in its query, not in both")]
    HeaderAndQuery,
    /// What can be wrong with an `Authorization` header is wrong with the parameters of a presigned request.
    #[error("in the query, {0}")]
    InQuery(Box<Refused>),
    /// A presigned request has no such parameter.
    #[error("the parameter `{0}` is missing")]
    MissingParameter(&'static str),
    /// A parameter of the signature is there twice.
    #[error("the parameter `{0}` is repeated")]
    RepeatedParameter(&'static str),
    /// The value of `X-Amz-Expires` is no whole number.
    #[error("the parameter `X-Amz-Expires` is not a number")]
    MalformedExpires,
    /// The value of `X-Amz-Expires` is less than a second.
    #[error("the parameter `X-Amz-Expires` is less than a second")]
    ShortExpires,
    /// The value of `X-Amz-Expires` is more than a week.
    #[error("the parameter `X-Amz-Expires` is more than a week")]
    LongExpires,
    /// The time that the presigned request was good for is over.
    #[error("the request was presigned at `{signed_at}` for `{expires}` seconds, the time is `{now}`")]
    Expired {
        /// When it says it was signed, in seconds since the epoch.
        signed_at: i64,
        /// How long it was good for, in seconds.
        expires: u32,
        /// The time here, in seconds since the epoch.
        now: i64,
    },
    /// The presigned request says that it was signed later than any clock may be ahead.
    #[error("the request was presigned at `{signed_at}`, the time is `{now}`")]
    NotYetValid {
        /// When it says it was signed, in seconds since the epoch.
        signed_at: i64,
        /// The time here, in seconds since the epoch.
        now: i64,
    },
    /// A presigned request says that its body is `aws-chunked`, which only a header can.
    #[error("the body of a presigned request is not in chunks")]
    PresignedChunks,
    /// There is no `x-amz-date`.
    #[error("the header `x-amz-date` is missing")]
    MissingDate,
    /// The value of `x-amz-date` is not of the form `20150830T123600Z`.
    #[error("`x-amz-date` is not of the form YYYYMMDDTHHMMSSZ")]
    MalformedDate,
    /// The day of the credential scope is not that of `x-amz-date`.
    #[error("the credential scope is for the day `{scope}`, the request is of `{request}`")]
    WrongDate {
        /// The day in the scope.
        scope: String,
        /// The day in `x-amz-date`.
        request: String,
    },
    /// The credential scope names another region.
    #[error("the credential scope is for the region `{given}`, not `{expected}`")]
    WrongRegion {
        /// The region in the scope.
        given: String,
        /// The region that answers.
        expected: String,
    },
    /// The credential scope names another service.
    #[error("the credential scope is for the service `{0}`")]
    WrongService(String),
    /// The request was signed too long ago, or too far ahead.
    #[error("the request was signed at `{signed_at}`, the time is `{now}`")]
    Skewed {
        /// When it says it was signed, in seconds since the epoch.
        signed_at: i64,
        /// The time here, in seconds since the epoch.
        now: i64,
    },
    /// A header that has to be signed is not.
    #[error("the header `{0}` is not signed")]
    UnsignedHeader(String),
    /// A header that is said to be signed was not sent.
    #[error("the header `{0}` is signed but was not sent")]
    AbsentHeader(String),
    /// S3 wants `x-amz-content-sha256`, and it is not there.
    #[error("the header `x-amz-content-sha256` is missing")]
    MissingBodyHash,
    /// The value of `x-amz-content-sha256` is none of those that exist.
    #[error("the header `x-amz-content-sha256` is neither a hash nor a known word")]
    MalformedBodyHash,
    /// The value of `x-amz-content-sha256` is not the hash of the body that was read.
    #[error("the header `x-amz-content-sha256` is not the hash of the body")]
    WrongBodyHash,
    /// The signature is not the one that this request and this key make.
    #[error("the signature does not match")]
    SignatureMismatch,
}
