use data_encoding::HEXLOWER;

use crate::{SigningKey, payload::sha256};

/// The chain of signatures over the chunks of one body: each covers the one before it, and the first the request's.
///
/// It cannot be shown.
#[derive(Clone)]
pub struct Chain {
    key: SigningKey,
    amz_date: String,
    scope: String,
    /// The last signature, in hexadecimal digits.
    last: String,
}

impl Chain {
    /// The chain that begins with the signature of a request, which was signed by this key at a moment (as
    /// `20130524T000000Z`) for a scope (as it is signed).
    #[must_use]
    pub fn begin(key: SigningKey, (amz_date, scope): (&str, &str), signature: &[u8; 32]) -> Self {
        Self { key, amz_date: amz_date.to_owned(), scope: scope.to_owned(), last: HEXLOWER.encode(signature) }
    }

    /// Signs the next chunk, of which this is the SHA-256.
    pub(super) fn sign_chunk(&mut self, chunk: [u8; 32]) -> String {
        let text = self.of_chunk(chunk);
        self.sign(&text)
    }

    /// Signs what trails the last chunk.
    pub(super) fn sign_trailers<'t>(
        &mut self,
        trailers: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> String {
        let text = self.of_trailers(trailers);
        self.sign(&text)
    }

    /// Whether this is the signature of the next chunk, of which this is the SHA-256; the chain goes on only if it is.
    pub(super) fn accepts_chunk(&mut self, chunk: [u8; 32], signature: &[u8; 32]) -> bool {
        let text = self.of_chunk(chunk);
        self.accepts(&text, signature)
    }

    /// Whether this is the signature of what trails the last chunk.
    pub(super) fn accepts_trailers<'t>(
        &mut self,
        trailers: impl IntoIterator<Item = (&'t str, &'t str)>,
        signature: &[u8; 32],
    ) -> bool {
        let text = self.of_trailers(trailers);
        self.accepts(&text, signature)
    }

    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>.
    fn of_chunk(&self, chunk: [u8; 32]) -> String {
        let (nothing, chunk) = (HEXLOWER.encode(&sha256(b"")), HEXLOWER.encode(&chunk));
        let Self { amz_date, scope, last, .. } = self;
        format!("AWS4-HMAC-SHA256-PAYLOAD\n{amz_date}\n{scope}\n{last}\n{nothing}\n{chunk}")
    }

    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>.
    fn of_trailers<'t>(&self, trailers: impl IntoIterator<Item = (&'t str, &'t str)>) -> String {
        let mut lines: Vec<String> =
            trailers.into_iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        lines.sort_unstable();
        let trailers = HEXLOWER.encode(&sha256(lines.concat().as_bytes()));
        let Self { amz_date, scope, last, .. } = self;
        format!("AWS4-HMAC-SHA256-TRAILER\n{amz_date}\n{scope}\n{last}\n{trailers}")
    }

    fn sign(&mut self, string_to_sign: &str) -> String {
        self.last = HEXLOWER.encode(&*self.key.sign(string_to_sign));
        self.last.clone()
    }

    fn accepts(&mut self, string_to_sign: &str, signature: &[u8; 32]) -> bool {
        let is_right = self.key.has_signed(string_to_sign, signature);
        if is_right {
            self.last = HEXLOWER.encode(signature);
        }
        is_right
    }
}
