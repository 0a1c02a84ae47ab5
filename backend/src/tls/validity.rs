//! When a certificate is valid.

use echoclock_shared::time::UnixMillis;
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::time::Time;

/// From when until when a certificate is valid (RFC 5280, section 4.1.2.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Validity {
    /// From this second on.
    pub from: UnixMillis,
    /// Up to this second.
    pub until: UnixMillis,
}

impl Validity {
    /// Reads it off a certificate, where that has the form of one.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let certificate = Certificate::from_der(certificate).ok()?;
        let validity = certificate.tbs_certificate().validity();
        let instant = |time: Time| {
            let millis = time.to_unix_duration().as_millis();
            UnixMillis::new(millis.try_into().unwrap_or(u64::MAX))
        };
        Some(Self { from: instant(validity.not_before), until: instant(validity.not_after) })
    }

    /// Says why clients refuse the certificate at a time, if they do for that.
    pub fn fault(self, now: UnixMillis) -> Option<String> {
        let Self { from, until } = self;
        if now < from {
            Some(format!("it is valid only from {from} on"))
        } else if now > until {
            Some(format!("it expired at {until}"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn it_is_read_off_a_certificate_and_judged_at_a_time() {
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        params.not_before = date_time_ymd(2026, 1, 2);
        // From 2050 on times are written in another way.
        params.not_after = date_time_ymd(2051, 3, 4);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let validity = Validity::of(certificate.der()).expect("it has one");
        let at = |text| UnixMillis::parse(text).expect("an instant");
        let (from, until) = (at("2026-01-02T00:00:00Z"), at("2051-03-04T00:00:00Z"));
        assert_eq!(validity, Validity { from, until });
        for (now, fault) in [
            ("2026-01-01T23:59:59.999Z", Some("it is valid only from 2026-01-02T00:00:00.000Z on")),
            ("2026-01-02T00:00:00Z", None),
            ("2051-03-04T00:00:00Z", None),
            ("2051-03-04T00:00:01Z", Some("it expired at 2051-03-04T00:00:00.000Z")),
        ] {
            assert_eq!(validity.fault(at(now)).as_deref(), fault, "{now}");
        }
        assert_eq!(Validity::of(&CertificateDer::from(&b"no certificate"[..])), None);
    }
}
