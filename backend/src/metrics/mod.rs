//! `GET /metrics`: what the server does and has, for Prometheus.
//!
//! Whatever is told here is counted elsewhere, as plain numbers, and looked at when it is asked for. No
//! label holds anything of a client's.

use std::fmt;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::registry::Registry;

use crate::list;
use crate::state::AppState;
use crate::tls::Tls;

mod sheet;

mod collected;
use collected::Collected;

mod bounds;

mod process;
use process::Process;

/// All metrics; a cheap handle.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Registry>);

impl Metrics {
    /// Returns those of a server, and of its TLS.
    pub(crate) fn of(state: AppState, tls: Option<Tls>) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Collected { state, tls }));
        registry.register_collector(Box::new(Process));
        Self(Arc::new(registry))
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// Answers `GET /metrics` as OpenMetrics where that is asked for, and as Prometheus' own text otherwise.
pub(crate) async fn answer(State(metrics): State<Metrics>, headers: HeaderMap) -> Response {
    let mut text = String::new();
    let (media_type, written) = match wants_open_metrics(&headers) {
        true => (OPEN_METRICS_1, text::encode(&mut text, &metrics.0)),
        false => (prometheus_text::CONTENT_TYPE, prometheus_text::encode(&mut text, &metrics.0)),
    };
    match written {
        Ok(()) => ([(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")], text).into_response(),
        Err(fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Whether OpenMetrics is asked for by its name, and liked no less than plain text, which the most precise
/// of its ranges tells (RFC 9110, section 12.5.1).
fn wants_open_metrics(headers: &HeaderMap) -> bool {
    let weight = |range: &str| {
        let accepted = list::elements(headers, &ACCEPT).map(list::weighted);
        let of_it = accepted.filter(|(name, _)| name.eq_ignore_ascii_case(range));
        of_it.map(|(_, weight)| weight).max()
    };
    let open = weight(OPEN_METRICS).unwrap_or_default();
    let plain = ["text/plain", "text/*", "*/*"].into_iter().find_map(weight);
    open > 0 && open >= plain.unwrap_or_default()
}

const OPEN_METRICS: &str = "application/openmetrics-text";

const OPEN_METRICS_1: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
