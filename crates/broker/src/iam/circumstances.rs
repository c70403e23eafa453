//! Under what circumstances something is asked, and what policies can ask about them, whoever asks.

use domain::time::Timestamp;
use policy::Context;
use std::net::IpAddr;

/// How a request's way here was protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Not at all.
    Plain,
    /// By TLS. The version is that of the connection to this server; nobody says which one a proxy spoke.
    Encrypted(Option<TlsVersion>),
}

impl Transport {
    /// Whether it was encrypted.
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Encrypted(_))
    }

    /// The version of TLS, where it is known.
    pub const fn tls_version(self) -> Option<TlsVersion> {
        match self {
            Self::Plain => None,
            Self::Encrypted(version) => version,
        }
    }
}

/// A version of TLS that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsVersion {
    /// 1.2.
    V1_2,
    /// 1.3.
    V1_3,
}

impl TlsVersion {
    /// As policies name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

/// What is known about a request whatever it asks for.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The address that it comes from.
    pub source_ip: IpAddr,
    /// How its way here was protected.
    pub transport: Transport,
    /// Its `User-Agent`, if any. Whoever asks chooses it.
    pub user_agent: Option<String>,
    /// Its `Referer`, if any. Whoever asks chooses it.
    pub referer: Option<String>,
}

/// The condition keys that every request has. Source: IAM user guide, "AWS global condition context keys".
pub(super) fn add_always<'a>(
    context: &mut Context<'a>,
    transport: Transport,
    region: &'a str,
    now: Timestamp,
) {
    context.insert("aws:currenttime", now.rfc3339());
    context.insert("aws:epochtime", now.secs().to_string());
    context.insert("aws:requestedregion", region);
    context.insert("aws:securetransport", if transport.is_secure() { "true" } else { "false" });
}

/// The condition keys that tell where a request comes from, for those whom it comes from itself.
pub(super) fn add_network<'a>(context: &mut Context<'a>, circumstances: &'a Circumstances) {
    context.insert("aws:sourceip", circumstances.source_ip.to_string());
    let optional = [("aws:useragent", &circumstances.user_agent), ("aws:referer", &circumstances.referer)];
    for (key, value) in optional {
        if let Some(value) = value {
            context.insert(key, value.as_str());
        }
    }
}
