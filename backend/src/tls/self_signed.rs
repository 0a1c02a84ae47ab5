//! A certificate of the server's own, which nobody vouches for.

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, KeyPair};
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::Certificate;

/// Makes a certificate for `localhost` and for addresses, and returns it with its fingerprint: the
/// SHA-256 of it, as browsers show it.
///
/// # Errors
///
/// Where there are no random bytes for its key.
pub fn self_signed(
    addresses: &[IpAddr],
    now: SystemTime,
) -> Result<(Certificate, String), rcgen::Error> {
    let names = addresses.iter().map(IpAddr::to_string);
    let names: Vec<_> = [LOCALHOST.to_owned()].into_iter().chain(names).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Echoclock, for trying");
    // Clocks of other machines are a little behind.
    params.not_before = (now - DAY).into();
    params.not_after = (now + LASTS).into();
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let fingerprint = fingerprint(certificate.der());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = ring::default_provider();
    let certified = CertifiedKey::from_der(vec![certificate.der().clone()], key, &provider)
        .expect("the key is that of the certificate");
    Ok((Certificate(Arc::new(certified)), fingerprint))
}

fn fingerprint(certificate: &[u8]) -> String {
    let mut told = String::new();
    for byte in Sha256::digest(certificate) {
        let colon = if told.is_empty() { "" } else { ":" };
        write!(told, "{colon}{byte:02X}").expect("a text takes what is written");
    }
    told
}

const LOCALHOST: &str = "localhost";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long it is valid: some systems take none that is for longer than two years.
const LASTS: Duration = DAY.saturating_mul(365);
