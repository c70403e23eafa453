//! Certificates over public keys, for verifiers that take a key in no other form: Ceph RGW reads `x5c` alone.
//!
//! Nobody vouches for such a key but itself. Whoever trusts it does so because this server publishes it, for as long as
//! it does, so the certificate's dates say nothing.

use data_encoding::BASE64;
use domain::records::Breakdown;
use domain::secret::Secret;
use domain::signing::FreshKey;
use rcgen::{CertificateParams, DnType, KeyPair};

/// Certifies a key by itself: DER in base64, as `x5c` lists it (RFC 7517 section 4.7).
pub(crate) fn self_signed(key: &FreshKey, common_name: &str) -> Result<String, Breakdown> {
    let broken = |_| Breakdown::new("a key cannot be certified");
    let pair = Secret::new(KeyPair::try_from(key.pkcs8().reveal().as_slice()).map_err(broken)?);
    let mut certificate = CertificateParams::default();
    certificate.distinguished_name.push(DnType::CommonName, common_name);
    let certificate = certificate.self_signed(pair.reveal()).map_err(broken)?;
    Ok(BASE64.encode(certificate.der()))
}
