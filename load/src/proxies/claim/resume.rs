//! Whoever comes back goes on from what it has heard last: an event stream by `Last-Event-ID`, all others
//! by `?after=`.

use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::each_way;
use crate::proxies::client::PATIENCE;
use crate::proxies::follower::Follower;
use crate::proxies::front::Mount;

pub(super) fn resume(mount: &Mount<'_>) -> Result<()> {
    each_way(|way| {
        let mut follower = Follower::open(mount, way, "250ms", None)?;
        follower.items(2, PATIENCE)?;
        let cursor = follower.items.last;
        drop(follower);
        thread::sleep(AWAY);
        let mut follower = Follower::open(mount, way, "250ms", cursor)?;
        follower.items(MISSED + 2, PATIENCE)?;
        let items = follower.items;
        ensure!(
            items.missed == 0 && items.repeated == 0,
            "{} ticks are missed, {} come twice",
            items.missed,
            items.repeated
        );
        Ok(())
    })
}

const AWAY: Duration = Duration::from_millis(1_500);
/// So many ticks pass meanwhile.
const MISSED: u64 = 6;
