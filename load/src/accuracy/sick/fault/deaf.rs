//! Clients that go without the server being told.

use super::Fault;

pub(super) struct Deaf;

impl Fault for Deaf {
    fn tells_server(&self) -> bool {
        false
    }
}
