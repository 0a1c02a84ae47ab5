//! TLS that ends at this server: the certificate with its key, which may change while it serves, and
//! what is agreed on with clients.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

mod pem;

mod files;
pub use files::{Fault, Files, State};

mod fresh;
pub use fresh::keep_fresh;

mod self_signed;
pub use self_signed::self_signed;

mod validity;
pub use validity::Validity;

/// What all connections of TLS share; a cheap handle.
#[derive(Clone, Debug)]
pub struct Tls {
    config: Arc<ServerConfig>,
    shown: Arc<Shown>,
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct Certificate(Arc<CertifiedKey>);

/// The certificate that clients are shown.
struct Shown(RwLock<Arc<CertifiedKey>>);

impl Tls {
    /// Begins with a certificate.
    ///
    /// # Errors
    ///
    /// Where there are no random bytes for the keys of what is resumed.
    pub fn new(Certificate(certificate): Certificate) -> Result<Self, rustls::Error> {
        let shown = Arc::new(Shown(RwLock::new(certificate)));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has what the versions need")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        // So that nothing is kept here for clients that may come back.
        config.ticketer = ring::Ticketer::new()?;
        Ok(Self { config: Arc::new(config), shown })
    }

    /// Shows another certificate from here on; connections that are open keep what they have.
    pub fn show(&self, Certificate(certificate): Certificate) {
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = certificate;
    }

    /// Returns when the certificate is valid that clients are shown, where that can be read off it.
    pub fn validity(&self) -> Option<Validity> {
        self.shown.get().end_entity_cert().ok().and_then(Validity::of)
    }

    /// Returns what a connection begins with.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

impl Shown {
    fn get(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}

impl fmt::Debug for Shown {
    /// Keeps the key to itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

/// What is spoken over TLS, the preferred first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
