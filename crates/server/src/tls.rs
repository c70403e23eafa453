//! The server's certificate and its key: read at the start, and again when they change.

use crate::config::TlsSettings;
use crate::{Refused, private};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::signal::unix::Signal;
use tokio::time::interval;
use tokio_rustls::TlsAcceptor;

/// How often it is checked whether the files have changed.
const CHECK: Duration = Duration::from_secs(2);

/// The pair that new connections are served with.
pub(crate) struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    config: RwLock<Arc<ServerConfig>>,
    tried: Mutex<Stamps>,
}

/// What tells two states of the files apart.
#[derive(PartialEq, Eq)]
struct Stamps([Option<(SystemTime, u64)>; 2]);

impl Stamps {
    fn of(certificate: &Path, key: &Path) -> Self {
        let stamp = |path: &Path| fs::metadata(path).and_then(|file| Ok((file.modified()?, file.len()))).ok();
        Self([stamp(certificate), stamp(key)])
    }
}

impl Certificates {
    /// Reads the pair, if there is to be one.
    pub(crate) fn open(settings: &TlsSettings) -> Result<Option<Self>, Refused> {
        let (Some(certificate), Some(key)) = (&settings.certificate, &settings.key) else { return Ok(None) };
        let tried = Mutex::new(Stamps::of(certificate, key));
        let config = RwLock::new(read(certificate, key)?);
        Ok(Some(Self { certificate: certificate.clone(), key: key.clone(), config, tried }))
    }

    /// What the next connection is accepted with.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Reads the pair whenever it changes and whenever the signal asks for it.
    pub(crate) async fn keep_up(&self, mut asked: Signal) {
        let mut checks = interval(CHECK);
        loop {
            tokio::select! {
                _ = checks.tick() => if self.has_changed() { self.read_again() },
                _ = asked.recv() => self.read_again(),
            }
        }
    }

    fn has_changed(&self) -> bool {
        let now = Stamps::of(&self.certificate, &self.key);
        *self.tried.lock().unwrap_or_else(PoisonError::into_inner) != now
    }

    fn read_again(&self) {
        // The stamps are of before the reading: what changes meanwhile is read once more.
        *self.tried.lock().unwrap_or_else(PoisonError::into_inner) = Stamps::of(&self.certificate, &self.key);
        match read(&self.certificate, &self.key) {
            Ok(config) => {
                *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
                tracing::info!("new connections are served with the certificate as it is now");
            }
            Err(refused) => tracing::error!(%refused, "the certificate stays as it was"),
        }
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, Refused> {
    let shown = certificate.display();
    let pem = fs::read(certificate)
        .map_err(|error| Refused(format!("tls.certificate: `{shown}` cannot be read: {error}")))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain =
        chain.map_err(|error| Refused(format!("tls.certificate: `{shown}` is not in PEM: {error}")))?;
    if chain.is_empty() {
        return Err(Refused(format!("tls.certificate: `{shown}` holds no certificate in PEM")));
    }
    let shown = key.display();
    let pem = private::read(key).map_err(|refused| Refused(format!("tls.key: {refused}")))?;
    let pem = pem.ok_or_else(|| Refused(format!("tls.key: there is no `{shown}`")))?;
    // What the parser says could repeat the key.
    let key = PrivateKeyDer::from_pem_slice(pem.reveal().as_bytes());
    let key = key.map_err(|_| Refused(format!("tls.key: `{shown}` holds no private key in PEM")))?;

    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Refused::because)?
        .with_no_client_auth()
        .with_single_cert(chain, key);
    let mut config = config
        .map_err(|error| Refused(format!("tls.certificate and tls.key cannot be used together: {error}")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
