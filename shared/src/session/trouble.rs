//! What keeps a link from opening.

use super::{Finding, Stranger};
use crate::problem::Problem;

/// What a plain request has found out about why the link does not open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// Nothing answers, or the browser may not read the answer.
    Unreachable,
    /// The server lets no socket of this page in, with the reason.
    Refused(String),
    /// The server refuses the request itself.
    Problem(Problem),
    /// Something answers that is not this server.
    NotOurs(Stranger),
    /// The server answers plain requests, and so something between swallows the link.
    OnlyPlainRequests,
    /// The same, and the server tells how: a socket's opening arrives without its upgrade, by this
    /// version of HTTP.
    NoUpgrade(String),
    /// The same, but with its upgrade: it arrives by HTTP/1.0, which knows no WebSocket.
    OldHttp,
    /// The request waits in the browser until one of its connections to the server is free.
    Queued,
}

impl Trouble {
    /// Reads what a plain request has found out.
    pub(super) fn found(finding: &Finding) -> Self {
        match finding {
            Finding::Unreachable => Self::Unreachable,
            Finding::NotOurs(what) => Self::NotOurs(what.clone()),
            Finding::Problem(problem) if problem.parameter.as_deref() == Some(ORIGIN) => {
                Self::Refused(problem.detail.clone())
            }
            Finding::Problem(problem) => Self::Problem(problem.clone()),
            Finding::Info(info) if !info.socket.allowed => {
                Self::Refused(info.socket.reason.clone().unwrap_or_default())
            }
            Finding::Info(info) => match &info.opening {
                Some(opening) if !opening.upgrade => Self::NoUpgrade(opening.http_version.clone()),
                Some(opening) if opening.is_too_old() => Self::OldHttp,
                Some(_) | None => Self::OnlyPlainRequests,
            },
        }
    }

    /// Whether the server has seen that what arrives of a socket's opening opens none.
    pub const fn is_proof(&self) -> bool {
        match self {
            Self::NoUpgrade(_) | Self::OldHttp => true,
            Self::Unreachable
            | Self::Refused(_)
            | Self::Problem(_)
            | Self::NotOurs(_)
            | Self::OnlyPlainRequests
            | Self::Queued => false,
        }
    }

    /// Whether plain requests are answered, and a socket would be let in.
    pub(super) const fn leaves_plain_requests(&self) -> bool {
        match self {
            Self::OnlyPlainRequests | Self::NoUpgrade(_) | Self::OldHttp => true,
            Self::Unreachable
            | Self::Refused(_)
            | Self::Problem(_)
            | Self::NotOurs(_)
            | Self::Queued => false,
        }
    }
}

/// The header that a problem names where this page may not connect.
const ORIGIN: &str = "Origin";
