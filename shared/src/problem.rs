//! Errors as JSON: problem details, RFC 9457.

use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was refused (RFC 9457, section 3).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Problem {
    /// What went wrong in general: the status code's own phrase.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// What went wrong with this request, and what would be right.
    pub detail: String,
    /// The query parameter or header at fault (an extension member, section 3.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}
