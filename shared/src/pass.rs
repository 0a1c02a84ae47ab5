//! How a page shows that it is the server's own where a proxy hides that.
//!
//! Behind a proxy that rewrites `Host`, the origin of the server's own page looks like another. But
//! only that page can read [`crate::info::Info`], so a secret out of there shows whose page it is.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The query parameter that shows a pass; at [`crate::path::INFO`], whatever its value is, it asks
/// for a new one.
pub const PARAMETER: &str = "pass";

/// A secret of one browser, for a while.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
pub struct Pass {
    /// What to show, as it stands in an address.
    pub value: String,
    /// How long it is valid from here on, in seconds.
    pub valid_for: u64,
}

impl Pass {
    /// Returns how long it is valid from when it was asked for.
    pub const fn lasts(&self) -> Duration {
        Duration::from_secs(self.valid_for)
    }
}

/// It belongs into no log.
impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass").field("valid_for", &self.valid_for).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_written_into_logs() {
        let pass = Pass { value: "secret".to_owned(), valid_for: 600 };
        assert_eq!(format!("{pass:?}"), "Pass { valid_for: 600, .. }");
        assert_eq!(pass.lasts(), Duration::from_secs(600));
    }
}
