//! The server: the echo sockets, the clock, and the page.
//!
//! A feed is pulled and knows no transport; a transport follows any feed. [`app`] puts the routes
//! together and [`serve()`] gives them a listener and an end.

use axum::Router;
use axum::middleware;
use axum::routing::{any, get, post};
use echoclock_shared::path;
use http::{Method, Uri};

use crate::clock::ClockSource;
use crate::error::Refusal;
use crate::hits::Hits;
use crate::metrics::Metrics;
use crate::places::Taken;
use crate::state::AppState;
use crate::tls::Tls;

pub mod feed;

pub mod transport;

mod clock;

mod socket;

mod echo;

mod check;

pub mod ledger;

pub mod info;

pub mod site;

pub mod origin;

pub mod forwarded;

pub mod pass;

mod admission;

mod guard;

mod form;

mod parameter;

pub mod error;

pub mod state;

pub mod limits;

pub mod hits;

mod link;

pub mod counts;

mod work;

mod metrics;

pub mod drain;

pub mod peer;

pub mod client;

pub mod places;

mod budget;

mod bucket;

mod progress;

mod waiting;

mod alarm;

mod list;

mod body;

mod http1;

mod in_use;

mod http2;

mod handover;

pub mod connection;

pub mod listener;

#[cfg(unix)]
pub mod socket_file;

pub mod handed;

pub mod listen_at;

pub mod notify;

pub mod health;

pub mod tls;

mod conversation;

mod redirect;

mod serve;
pub use serve::{Listeners, serve};

pub mod files;

mod spare;

pub mod stamp;

pub mod arenas;

pub mod config;

pub mod address;

pub mod telemetry;

pub mod signals;

/// Returns all that the server answers.
pub fn app(state: AppState) -> Router {
    let links = Router::new()
        .route(path::ECHO, any(echo::chat::open))
        .route(path::ECHO_ONCE, post(echo::once::answer))
        .merge(transport::routes(path::CLOCK, ClockSource(state.clone()), state.clone()))
        .merge(echo::raw::routes(&state))
        .merge(check::routes(&state))
        .method_not_allowed_fallback(not_this_method)
        .layer(middleware::from_fn_with_state(state.clone(), admission::begin))
        .layer(middleware::from_fn_with_state(state.clone(), ledger::open));
    let api = Router::new()
        .merge(links)
        .merge(ledger::routes(state.offered.ledgers))
        .route(path::INFO, get(info::info))
        .route(path::API, any(nothing_here))
        .route(&format!("{}/", path::API), any(nothing_here))
        .route(&format!("{}/{{*path}}", path::API), any(nothing_here))
        .method_not_allowed_fallback(not_this_method)
        .layer(middleware::from_fn_with_state(state.clone(), guard::watch))
        .layer(middleware::from_fn_with_state(state.clone(), ledger::answered));
    let all = Router::new()
        .merge(api)
        .route(path::HEALTHZ, get(info::healthz))
        .route(path::READYZ, get(info::readyz))
        .method_not_allowed_fallback(not_this_method)
        .fallback_service(get(site::page).fallback(site::not_this_method).with_state(state.clone()))
        .with_state(state.clone());
    // Around all of it, so that routes are found by the path's normal form.
    let formed = Router::new().fallback_service(all).layer(middleware::from_fn(form::check));
    formed.layer(middleware::from_fn_with_state(state, admission::admit))
}

/// Returns what the server answers to those who look after it, on a listener of its own. Together they
/// may ask as often as one client may.
pub fn admin(state: AppState, tls: Option<Tls>) -> Router {
    // What these ask for is no client's, and reaches none of their limits.
    let taken = Taken::new(state.limits.per_client, state.limits.per_client, Hits::default());
    let metrics = get(metrics::answer).with_state(Metrics::of(state.clone(), tls));
    let all = Router::new()
        .route(path::HEALTHZ, get(info::healthz))
        .route(path::READYZ, get(info::readyz))
        .route(path::METRICS, metrics)
        .fallback(any(nothing_here))
        .method_not_allowed_fallback(not_this_method)
        .with_state(state);
    Router::new()
        .fallback_service(all)
        .layer(middleware::from_fn(form::check))
        .layer(middleware::from_fn_with_state(taken, admission::admit_plainly))
}

async fn nothing_here(uri: Uri) -> Refusal {
    Refusal::NotFound { path: uri.path().to_owned() }
}

async fn not_this_method(method: Method) -> Refusal {
    Refusal::Method { method: method.to_string(), allowed: None }
}
