//! Certificates that tests make, and clients that trust one of them and nothing else.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use echoclock_backend::tls::{Files, Tls};
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::Server;

/// A certificate for `localhost`, and its key.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self::made(|_| {})
    }

    /// Makes one with parameters of its own.
    pub(crate) fn made(set: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().expect("random bytes");
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        set(&mut params);
        let certificate = params.self_signed(&key).expect("a key that signs");
        Self {
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }

    /// Writes both into a folder.
    pub(crate) fn write(&self, folder: &Path) -> Files {
        let files = Files { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
        fs::write(&files.certificate, &self.certificate_pem).expect("a file");
        fs::write(&files.key, &self.key_pem).expect("a file");
        files
    }

    /// Returns what a server begins with.
    pub(crate) fn tls(&self) -> Tls {
        let folder: TempDir = tempfile::tempdir().expect("a folder");
        let certificate = self.write(folder.path()).read().expect("they belong together");
        Tls::new(certificate).expect("random bytes")
    }

    /// Connects to a server that has to show this certificate.
    pub(crate) async fn connect(&self, server: &Server, protocol: &str) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(server.address()).await.expect("the server accepts");
        self.greet(stream, protocol).await.expect("they come to terms")
    }

    /// Greets a server over what is connected to it.
    pub(crate) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        protocol: &str,
    ) -> std::io::Result<TlsStream<S>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a certificate");
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has what they need")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

/// Returns the certificate that a server shows, whatever it is.
pub(crate) async fn seen(stream: TcpStream) -> CertificateDer<'static> {
    let provider = Arc::new(ring::default_provider());
    let anyone = Arc::new(Anyone(Mutex::default()));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has what they need")
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&anyone) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    // It is refused once it is seen.
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect_err("it is refused");
    let seen = anyone.0.lock().expect("no test panics here").take();
    seen.expect("a certificate")
}

/// Sees every certificate, and accepts none.
#[derive(Debug)]
struct Anyone(Mutex<Option<CertificateDer<'static>>>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        seen: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.0.lock().expect("no test panics here") = Some(seen.clone().into_owned());
        Err(Error::General("it was only to be seen".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("it was only to be seen".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("it was only to be seen".to_owned()))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
