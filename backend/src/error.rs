//! Why a request is refused, as problem details (RFC 9457), logged here and nowhere else.

use axum::response::{IntoResponse, Response};
use echoclock_shared::problem::{MEDIA_TYPE, Problem};
use http::StatusCode;
use http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, UPGRADE,
};

/// Why a request is refused: a variant per answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// A query parameter makes no sense.
    Parameter {
        /// Its name.
        name: String,
        /// What is wrong with it, to follow its name.
        fault: String,
    },
    /// The request comes from an origin that is not let in.
    Origin {
        /// Which, and what would let it in.
        detail: String,
    },
    /// There is nothing at this path.
    NotFound {
        /// The path.
        path: String,
    },
    /// No link of this id is known.
    NoSuchLink,
    /// The path does not take this method.
    Method {
        /// The method.
        method: String,
        /// What it does take, where the router does not say so by itself.
        allowed: Option<&'static str>,
    },
    /// The path is a WebSocket's, and the request is not one's opening.
    NotASocket {
        /// What is missing.
        detail: String,
    },
    /// The body is larger than is taken.
    TooLarge {
        /// How large it may be, in bytes.
        max: usize,
    },
    /// The body makes no sense.
    Body {
        /// What is wrong with it.
        detail: String,
    },
    /// The server is about to stop.
    Draining,
}

impl Refusal {
    pub(crate) fn parameter(name: &str, fault: &str) -> Self {
        Self::Parameter { name: name.to_owned(), fault: fault.to_owned() }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Parameter { .. } => StatusCode::BAD_REQUEST,
            Self::Origin { .. } => StatusCode::FORBIDDEN,
            Self::NotFound { .. } | Self::NoSuchLink => StatusCode::NOT_FOUND,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotASocket { .. } => StatusCode::UPGRADE_REQUIRED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body { .. } => StatusCode::BAD_REQUEST,
            Self::Draining => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns the headers that tell a program what would be right (RFC 9110, sections 15.5.6 and
    /// 15.5.22).
    fn remedy(&self) -> Vec<(HeaderName, &'static str)> {
        match self {
            Self::Method { allowed: Some(allowed), .. } => vec![(ALLOW, allowed)],
            Self::NotASocket { .. } => vec![(CONNECTION, "upgrade"), (UPGRADE, "websocket")],
            Self::Method { allowed: None, .. }
            | Self::Parameter { .. }
            | Self::Origin { .. }
            | Self::NotFound { .. }
            | Self::NoSuchLink
            | Self::TooLarge { .. }
            | Self::Body { .. }
            | Self::Draining => vec![],
        }
    }

    /// Returns the refusal as it is sent.
    pub fn problem(&self) -> Problem {
        let status = self.status();
        let (detail, parameter) = match self {
            Self::Parameter { name, fault } => (format!("{name} {fault}"), Some(name.clone())),
            Self::Origin { detail } => (detail.clone(), Some("Origin".to_owned())),
            Self::NotFound { path } => (format!("there is nothing at {path}"), None),
            // The id stays out of the log: it is what protects a ledger.
            Self::NoSuchLink => (
                "no link of this id is known; ledgers are forgotten after a while".to_owned(),
                None,
            ),
            Self::Method { method, .. } => (format!("{method} is not taken here"), None),
            Self::NotASocket { detail } | Self::Body { detail } => (detail.clone(), None),
            Self::TooLarge { max } => (format!("a message may have at most {max} bytes"), None),
            Self::Draining => ("the server is about to stop; try again".to_owned(), None),
        };
        Problem {
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail,
            parameter,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let problem = self.problem();
        // As fields, texts are logged with their control characters escaped.
        tracing::info!(status = problem.status, detail = problem.detail, "refused");
        let json = serde_json::to_string(&problem).expect("a problem has string keys only");
        let headers = [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, "no-store")];
        let mut response = (self.status(), headers, json).into_response();
        for (name, value) in self.remedy() {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
