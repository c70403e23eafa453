//! Verifies requests for comparison with other signers: JSON lines in, JSON lines out.
//!
//! A line holds a request as it goes over the wire, `method`, `path`, `query`, `headers` as pairs and `body` in
//! hexadecimal digits; what its signature has to be for, `service`, `region` and `secret`; and the second it arrives in,
//! `now`. The service `s3` has the rules of S3. Its answer holds `verdict`, which is `accepted` or `refused`, and `how`,
//! what the signature says of the body or why it is refused.

use std::error::Error;
use std::io::{BufRead, Write};

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sigv4::{
    Expected, PayloadHash, Presented, Refused, RequestHead, Rules, SecretKeyRef, SigningKey, payload::sha256,
};

type Headers<'a> = Vec<(&'a str, &'a [u8])>;

/// The texts of a question.
struct Question<'a>(&'a Value);

impl<'a> Question<'a> {
    fn text(&self, name: &str) -> Result<&'a str, Box<dyn Error>> {
        let text = self.0.get(name).and_then(Value::as_str);
        text.ok_or_else(|| format!("`{name}` is no text in {}", self.0).into())
    }

    fn headers(&self) -> Result<Headers<'a>, Box<dyn Error>> {
        let pair = |pair: &'a Value| Some((pair.get(0)?.as_str()?, pair.get(1)?.as_str()?.as_bytes()));
        let pairs = self.0.get("headers").and_then(Value::as_array).map(|pairs| pairs.iter().map(pair));
        let headers = pairs.and_then(|pairs| pairs.collect::<Option<_>>());
        headers.ok_or_else(|| format!("`headers` are no pairs of texts in {}", self.0).into())
    }
}

fn verify(question: &Question<'_>) -> Result<Result<PayloadHash, String>, Box<dyn Error>> {
    let headers = question.headers()?;
    let head = RequestHead {
        method: question.text("method")?,
        path: question.text("path")?,
        query: question.text("query")?,
        headers: &headers,
    };
    let body = sha256(&HEXLOWER.decode(question.text("body")?.as_bytes())?);
    let service = question.text("service")?;
    let rules = if service == "s3" { Rules::S3 } else { Rules::Standard { body } };
    let expected = Expected { region: question.text("region")?, services: &[service], rules };
    let now = question.0.get("now").and_then(Value::as_i64).ok_or("`now` is no number")?;
    let secret = SecretKeyRef::new(question.text("secret")?);
    let verified = Presented::of(head).and_then(|presented| match presented {
        Presented::Unsigned => Ok(None),
        Presented::Signed(signed) => {
            signed.verify(&expected, &SigningKey::derive(secret, &signed.scope()), now).map(Some)
        }
    });
    Ok(match verified.map(|verified| verified.map(|verified| *verified.payload())) {
        Ok(None) => Err("nobody signed".to_owned()),
        Ok(Some(PayloadHash::Sha256(signed))) if signed != body => Err(Refused::WrongBodyHash.to_string()),
        Ok(Some(payload)) => Ok(payload),
        Err(refused) => Err(refused.to_string()),
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let (verdict, how) = match verify(&Question(&question))? {
            Ok(payload) => ("accepted", payload.text()),
            Err(refused) => ("refused", refused),
        };
        writeln!(out, "{}", json!({ "verdict": verdict, "how": how }))?;
    }
    Ok(())
}
