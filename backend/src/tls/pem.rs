//! Certificates and keys in PEM (RFC 7468), and in words what is wrong with a file of them.
//!
//! Nothing of what a file holds is repeated: where line ends were lost, all of a key may stand in its first
//! line.

use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, Error};

/// Reads a server's certificate, and those behind it.
///
/// # Errors
///
/// Where there are none or one is damaged, with what the file has to be.
pub(super) fn chain(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(file).collect();
    let chain = chain
        .map_err(|error| format!("no PEM that can be read, {CERTIFICATE}: {}", words(&error)))?;
    if chain.is_empty() {
        return Err(format!("no certificate is in it, {CERTIFICATE}"));
    }
    for (place, certificate) in (1..).zip(&chain) {
        match ParsedCertificate::try_from(certificate) {
            Ok(_) => {}
            Err(Error::InvalidCertificate(CertificateError::BadEncoding)) => {
                return Err(format!("certificate {place} of {} in it is damaged", chain.len()));
            }
            // Of those behind the server's own it is for clients to say what they are good for.
            Err(_) if place > 1 => {}
            Err(error) => return Err(unusable(&error)),
        }
    }
    Ok(chain)
}

/// Reads a key.
///
/// # Errors
///
/// Where there is none, with what the file has to be.
pub(super) fn key(file: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(file).map_err(|error| {
        let has = |mark: &[u8]| file.windows(mark.len()).any(|part| part == mark);
        if ENCRYPTED.iter().any(|mark| has(mark)) {
            return "the key has a passphrase, which nobody would be there to give: take it off, such as by \
                    openssl pkey -in OLD -out NEW"
                .to_owned();
        }
        if matches!(error, pem::Error::NoItemsFound) {
            format!("no key is in it, {KEY}")
        } else {
            format!("no PEM that can be read, {KEY}: {}", words(&error))
        }
    })
}

/// Says why a server's certificate is none, though it can be read.
fn unusable(error: &Error) -> String {
    let cause = if let Error::InvalidCertificate(CertificateError::Other(cause)) = error {
        cause.to_string()
    } else {
        error.to_string()
    };
    if cause == VERSION_1 {
        return "the certificate is one of X.509 version 1, which clients refuse: it has to be of version 3, \
                as openssl x509 makes them with -extfile"
            .to_owned();
    }
    format!("no certificate that can be used: {cause}")
}

/// Says what is wrong with a file of PEM.
fn words(error: &pem::Error) -> String {
    if let pem::Error::MissingSectionEnd { end_marker } = error
        && is_label(end_marker)
    {
        let label = String::from_utf8_lossy(end_marker);
        format!("-----END {label}----- is missing, as where only a part was written")
    } else if let pem::Error::MissingSectionEnd { .. } | pem::Error::IllegalSectionStart { .. } =
        error
    {
        "-----BEGIN …----- has to be a line of its own, and whole".to_owned()
    } else if let pem::Error::Base64Decode(_) = error {
        "what stands between BEGIN and END is not base64".to_owned()
    } else {
        error.to_string()
    }
}

/// Whether this is what stands behind BEGIN, such as CERTIFICATE, and nothing of what follows.
fn is_label(text: &[u8]) -> bool {
    text.len() < 40
        && text
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ')
}

/// What the certificate's file has to be.
const CERTIFICATE: &str = "which has to begin with -----BEGIN CERTIFICATE-----";

/// What the key's file has to be.
const KEY: &str = "which has to begin with -----BEGIN PRIVATE KEY-----, and to have no passphrase";

/// What stands in a key that has a passphrase (RFC 7468, section 11; RFC 1421, section 4.6).
const ENCRYPTED: [&[u8]; 2] = [b"BEGIN ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED"];

/// How a certificate is told that is not of version 3.
const VERSION_1: &str = "UnsupportedCertVersion";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_in_words_and_nothing_of_a_key() {
        let begin = "-----BEGIN PRIVATE KEY-----";
        let end = "-----END PRIVATE KEY-----";
        let alone = "-----BEGIN …----- has to be a line of its own, and whole";
        for (file, said) in [
            (format!("{begin}\nMIGHsecret\n"), "-----END PRIVATE KEY----- is missing"),
            (format!("{begin}\nMIGH secret!\n{end}\n"), "between BEGIN and END is not base64"),
            (format!("{begin}MIGHsecret\n{end}\n"), alone),
            (format!("{begin}MIGHsecret{end}\n"), alone),
            ("-----BEGIN PRIVA".to_owned(), alone),
            (format!("secret\n{end}\n"), "no key is in it, which has to begin with"),
        ] {
            let told = key(file.as_bytes()).expect_err(said);
            assert!(told.contains(said) && !told.contains("secret"), "{file}: {told}");
        }
        let told = chain(b"-----BEGIN CERTIFICATE-----\nMIIB\n").expect_err("it ends too early");
        assert!(told.contains("-----END CERTIFICATE----- is missing"), "{told}");
    }
}
