//! A certificate and its key, from files in PEM.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, InconsistentKeys};

use super::Certificate;

/// Where the certificate and its key are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Files {
    /// The certificate, and behind it those that lead to one that clients know.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// What is wrong with a file, and what it has to be, to follow its name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Of the certificate's file.
    #[error("{0}")]
    Certificate(String),
    /// Of the key's file.
    #[error("{0}")]
    Key(String),
}

/// How both files are as the system tells it: another state means that one was written anew.
pub type State = [Option<(SystemTime, u64)>; 2];

impl Files {
    /// Reads both.
    ///
    /// # Errors
    ///
    /// Where one of them can't be used, or they do not belong together.
    pub fn read(&self) -> Result<Certificate, Fault> {
        let chain = chain(&self.certificate).map_err(Fault::Certificate)?;
        let key = key(&self.key).map_err(Fault::Key)?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider());
        certified.map(Arc::new).map(Certificate).map_err(|error| {
            if error == Error::InconsistentKeys(InconsistentKeys::KeyMismatch) {
                Fault::Key(format!(
                    "not the key of the certificate in {}: it has to be the one that it was made with",
                    self.certificate.display()
                ))
            } else if let Error::InvalidCertificate(error) = error {
                Fault::Certificate(format!("no certificate that can be used: {error}"))
            } else {
                Fault::Key(format!("no key that can be used (RSA, ECDSA or Ed25519): {error}"))
            }
        })
    }

    /// Returns how both are.
    pub fn state(&self) -> State {
        [&self.certificate, &self.key].map(|path| {
            let about = fs::metadata(path).ok()?;
            Some((about.modified().ok()?, about.len()))
        })
    }
}

/// Reads certificates.
///
/// # Errors
///
/// Where there are none, with what the file has to be.
fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = read(path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(format!("no certificate is in it, {CERTIFICATE}")),
        Ok(chain) => Ok(chain),
        Err(error) => Err(format!("no PEM that can be read, {CERTIFICATE}: {error}")),
    }
}

/// Reads a key.
///
/// # Errors
///
/// Where there is none, with what the file has to be.
fn key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| {
        if matches!(error, pem::Error::NoItemsFound) {
            format!("no key is in it, {KEY}")
        } else {
            format!("no PEM that can be read, {KEY}: {error}")
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| {
        let is_there = error.kind() != io::ErrorKind::NotFound;
        if is_there { format!("the file can't be read: {error}") } else { NO_FILE.to_owned() }
    })
}

const NO_FILE: &str = "there is no such file";

/// What the certificate's file has to be.
const CERTIFICATE: &str = "which has to begin with -----BEGIN CERTIFICATE-----";

/// What the key's file has to be.
const KEY: &str = "which has to begin with -----BEGIN PRIVATE KEY-----, and to have no passphrase";
