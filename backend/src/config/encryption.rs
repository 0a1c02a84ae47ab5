//! TLS that ends at the server, as arguments.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::values::{Text, listen_at, path, seconds, whole};
use crate::listen_at::ListenAt;
use crate::tls::{Certificate, Files, self_signed};

/// How the server speaks TLS, if it does.
#[derive(Args, Clone, Debug)]
pub struct Encryption {
    /// Speak TLS at --listen, with the certificate in this file: PEM, and behind it those that lead to one
    /// that browsers know. It is read anew when it changes, and on SIGHUP, which ends nothing then
    #[arg(long, value_name = "FILE", value_parser = Text(path))]
    pub tls_cert: Option<PathBuf>,

    /// The key of --tls-cert: a file of PEM, without a passphrase
    #[arg(long, value_name = "FILE", value_parser = Text(path))]
    pub tls_key: Option<PathBuf>,

    /// Speak TLS at --listen with a certificate that is made at the start and that nobody vouches for:
    /// browsers warn of it. For trying
    #[arg(long)]
    pub tls_self_signed: bool,

    /// For how long, in seconds, browsers that come by --tls-cert ask this host by https alone from then
    /// on, whatever its port (HSTS, RFC 6797); 0 asks them for nothing
    #[arg(long, value_name = "SECONDS", default_value = "2592000", value_parser = seconds(0, HSTS_MAX))]
    pub hsts: Duration,

    /// A further address and port, where whoever asks without TLS is sent on to --listen; written as that is
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = Text(listen_at))]
    pub redirect_listen: Option<ListenAt>,

    /// The port that they are sent on to, where clients know --listen by another one
    #[arg(long, value_name = "PORT", value_parser = whole::<u16>(1, u16::MAX.into()))]
    pub redirect_port: Option<u16>,
}

impl Encryption {
    /// Whether TLS is spoken at --listen.
    pub const fn has_tls(&self) -> bool {
        self.tls_self_signed || self.tls_cert.is_some()
    }

    /// Returns for how long browsers are to ask by https alone: a certificate that nobody vouches for binds
    /// none.
    pub fn hsts(&self) -> Option<Duration> {
        (self.tls_cert.is_some() && !self.hsts.is_zero()).then_some(self.hsts)
    }

    /// Returns where the certificate and its key are, if there are files of them.
    pub fn files(&self) -> Option<Files> {
        let (certificate, key) = (self.tls_cert.clone()?, self.tls_key.clone()?);
        Some(Files { certificate, key })
    }

    /// Returns the certificate to begin with, if there is to be TLS, and the fingerprint of one that is
    /// made for these addresses.
    ///
    /// # Errors
    ///
    /// Where the files can't be used, or none can be made.
    pub fn certificate(
        &self,
        addresses: &[IpAddr],
        now: SystemTime,
    ) -> anyhow::Result<Option<(Certificate, Option<String>)>> {
        if let Some(files) = self.files() {
            return Ok(Some((files.read()?, None)));
        }
        if !self.tls_self_signed {
            return Ok(None);
        }
        let (certificate, fingerprint) = self_signed(addresses, now)?;
        Ok(Some((certificate, Some(fingerprint))))
    }
}

/// Two years, which browsers that keep lists of such hosts ask for at the most.
const HSTS_MAX: u64 = 2 * 365 * 24 * 60 * 60;
