//! What every file of the page is sent with, so that nobody gains by it what is not meant to be had.

use http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

use crate::forwarded::Arrival;
use crate::origin::Allowed;

/// The headers that all files of the page have.
#[derive(Debug)]
pub(super) struct Headers {
    policy: HeaderValue,
}

impl Headers {
    /// Makes those of a page that these may embed.
    pub(super) fn new(allowed: &Allowed) -> Self {
        Self { policy: policy(allowed) }
    }

    /// Sets them on an answer to a request that came like this.
    pub(super) fn set(&self, headers: &mut HeaderMap, arrival: Option<&Arrival>) {
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // An API elsewhere that lets this origin in has to learn it from an iframe's request too.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
        // Files are the page's own. Whoever may embed it embeds the document, for which this is not
        // asked.
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
        // Without TLS a browser does not heed it, and complains of it as of an error. On its own machine
        // it would, but a proxy there may have put that machine's name in the place of another.
        if arrival.is_some_and(|arrival| arrival.scheme == "https") {
            headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
        }
    }
}

/// Returns the page's policy. It reaches whatever API its user types in, hence the schemes;
/// nothing but its own files runs.
fn policy(allowed: &Allowed) -> HeaderValue {
    let ancestors = allowed.frame_ancestors();
    HeaderValue::try_from(format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; manifest-src 'self'; \
         connect-src 'self' http: https: ws: wss:; frame-src 'self' http: https:; \
         base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
    ))
    .expect("origins are plain ASCII")
}

/// What the page never asks its user for, nor what it embeds. It copies, so the clipboard is not here.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
     encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), \
     screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Who may load a file without asking (Fetch standard, "Cross-Origin-Resource-Policy header").
pub(crate) const RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// Who shares a window's group (HTML standard, "Cross-origin opener policies").
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
