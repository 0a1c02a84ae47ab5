//! A certificate and its key, from files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::sign::CertifiedKey;

use super::{Certificate, pem};
use crate::stamp::Stamp;

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
pub type State = [Option<Stamp>; 2];

impl Files {
    /// Reads both.
    ///
    /// # Errors
    ///
    /// Where one of them can't be used, or they do not belong together.
    pub fn read(&self) -> Result<Certificate, Fault> {
        let chain = read(&self.certificate).and_then(|file| pem::chain(&file));
        let chain = chain.map_err(Fault::Certificate)?;
        let key = read(&self.key).and_then(|file| pem::key(&file)).map_err(Fault::Key)?;
        let key = ring::default_provider().key_provider.load_private_key(key);
        let key = key.map_err(|_| Fault::Key(OTHER_KEY.to_owned()))?;
        let is_of = |certificate: &CertificateDer<'static>| {
            let certified = CertifiedKey::new(vec![certificate.clone()], Arc::clone(&key));
            certified.keys_match() == Ok(())
        };
        match chain.iter().position(is_of) {
            Some(0) => Ok(Certificate(Arc::new(CertifiedKey::new(chain, key)))),
            Some(place) => Err(Fault::Certificate(format!(
                "the certificate that tls-key is the key of has to come first in it, and is number {}",
                place + 1
            ))),
            None => Err(Fault::Key(format!(
                "not the key of the certificate in {}: it has to be the one that it was made with",
                self.certificate.display()
            ))),
        }
    }

    /// Returns how both are.
    pub fn state(&self) -> State {
        [&self.certificate, &self.key].map(|path| Some(Stamp::of(&fs::metadata(path).ok()?)))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| {
        let is_there = error.kind() != io::ErrorKind::NotFound;
        if is_there { format!("the file can't be read: {error}") } else { NO_FILE.to_owned() }
    })
}

const NO_FILE: &str = "there is no such file";

/// Which keys sign here; of RSA those whose primes are multiples of 512 bits.
const OTHER_KEY: &str = "the key is damaged, or of a kind that is not taken: taken are ECDSA of P-256 or P-384, \
                         Ed25519, and RSA of 2048, 3072 or 4096 bits";
