//! A connection to the server: TCP, through a proxy where one is to be asked, or a Unix socket, and TLS where
//! the address says https.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use crate::address::Base;
use crate::proxy::Proxy;

/// What bytes pass on.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// An open connection.
pub(crate) struct Connection {
    pub(crate) io: Box<dyn Io>,
    /// Whether the server chose HTTP/2.
    pub(crate) is_http2: bool,
}

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Connector {
    /// For requests: the server may choose HTTP/2.
    any: Option<TlsConnector>,
    /// For sockets, which begin as HTTP/1.1.
    http1: Option<TlsConnector>,
    way: Way,
}

/// Over what a server is reached.
#[derive(Clone)]
pub(crate) enum Way {
    /// Where its address says.
    Straight,
    Proxy(Proxy),
    /// A Unix socket, whatever the address says.
    Unix(PathBuf),
}

impl From<Option<Proxy>> for Way {
    fn from(proxy: Option<Proxy>) -> Self {
        proxy.map_or(Self::Straight, Self::Proxy)
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    Request,
    Socket,
}

impl Connector {
    /// Prepares for connections; those by https believe the system's roots, or anybody.
    ///
    /// # Errors
    ///
    /// Where the system has no roots.
    pub(crate) fn new(
        base: &Base,
        believes_anybody: bool,
        way: impl Into<Way>,
    ) -> anyhow::Result<Self> {
        let way = way.into();
        if !base.is_secure {
            return Ok(Self { any: None, http1: None, way });
        }
        let any = tls(believes_anybody)?;
        let mut http1 = any.clone();
        http1.alpn_protocols = vec![b"http/1.1".to_vec()];
        let connector = |config| Some(TlsConnector::from(Arc::new(config)));
        Ok(Self { any: connector(any), http1: connector(http1), way })
    }

    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// In the system's or the library's own words.
    pub(crate) async fn open(&self, base: &Base, purpose: Purpose) -> anyhow::Result<Connection> {
        let io = self.reach(base, purpose).await?;
        let tls = match purpose {
            Purpose::Request => &self.any,
            Purpose::Socket => &self.http1,
        };
        let Some(tls) = tls else {
            return Ok(Connection { io, is_http2: false });
        };
        let name = ServerName::try_from(base.host().to_owned()).context("no name for TLS")?;
        let secure = tls.connect(name, io).await.context("TLS")?;
        let is_http2 = secure.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Connection { io: Box::new(secure), is_http2 })
    }

    /// Connects, up to where TLS would begin.
    async fn reach(&self, base: &Base, purpose: Purpose) -> anyhow::Result<Box<dyn Io>> {
        let mut tcp = match &self.way {
            Way::Straight => {
                let tcp = TcpStream::connect((base.host(), base.port())).await;
                tcp.with_context(|| format!("no connection to {}", base.authority))?
            }
            Way::Proxy(proxy) => proxy.connect().await?,
            #[cfg(unix)]
            Way::Unix(path) => {
                let unix = tokio::net::UnixStream::connect(path).await;
                let unix = unix.with_context(|| format!("no connection to {}", path.display()))?;
                return Ok(Box::new(unix));
            }
            #[cfg(not(unix))]
            Way::Unix(path) => {
                anyhow::bail!("{}: this system has no Unix sockets to ask", path.display())
            }
        };
        // What is measured is the path, not how this machine collects small writes.
        tcp.set_nodelay(true).context("no connection without delay")?;
        if let Way::Proxy(proxy) = &self.way
            && (base.is_secure || purpose == Purpose::Socket)
        {
            proxy.tunnel(&mut tcp, base).await?;
        }
        Ok(Box::new(tcp))
    }

    /// Returns the proxy that requests are sent to themselves, because it makes them anew: those without TLS.
    pub(crate) fn forwards(&self, base: &Base) -> Option<&Proxy> {
        match &self.way {
            Way::Proxy(proxy) if !base.is_secure => Some(proxy),
            Way::Proxy(_) | Way::Straight | Way::Unix(_) => None,
        }
    }
}

fn tls(believes_anybody: bool) -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .context("TLS")?;
    let mut config = if believes_anybody {
        let anybody = Arc::new(Anybody(provider));
        builder.dangerous().with_custom_certificate_verifier(anybody).with_no_client_auth()
    } else {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        anyhow::ensure!(
            !roots.is_empty(),
            "this system has no certificates to believe (on Debian they are in the package \
             ca-certificates); --insecure believes anybody"
        );
        builder.with_root_certificates(roots).with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Believes every certificate, as `--insecure` asks for.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
