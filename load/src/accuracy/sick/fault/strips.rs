//! Headers that do not pass, and headers that nobody sent.

use super::super::head::Head;
use super::Fault;

/// Takes the upgrade out of a request.
pub(super) struct Upgrade;

impl Fault for Upgrade {
    fn request(&self, request: &mut Head) {
        request.remove("upgrade");
    }
}

/// Takes headers out, or adds them.
pub(super) struct Headers {
    pub(super) names: Vec<String>,
    pub(super) adds: bool,
}

impl Headers {
    fn change(&self, head: &mut Head) {
        for name in &self.names {
            if self.adds { head.set(name, "added") } else { head.remove(name) }
        }
    }
}

impl Fault for Headers {
    fn request(&self, request: &mut Head) {
        self.change(request);
    }

    fn answer(&self, answer: &mut Head) {
        self.change(answer);
    }
}
