//! All six transports unbuffered: items 100 ms apart arrive apart.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::each_way;
use crate::proxies::follower::Follower;
use crate::proxies::front::Mount;

pub(super) fn spacing(mount: &Mount<'_>) -> Result<()> {
    each_way(|way| {
        let mut follower = Follower::open(mount, way, "100ms", None)?;
        let arrivals = follower.items(ITEMS, LIMIT)?;
        let moments = moments(&arrivals);
        ensure!(
            moments * 10 >= ITEMS * 8,
            "{ITEMS} items, 100 ms apart, arrive at {moments} moments"
        );
        Ok(())
    })
}

/// At how many moments there was something: what arrives within 30 ms arrives together.
fn moments(arrivals: &[(Instant, u64)]) -> u64 {
    let mut moments = 0;
    let mut last = None;
    for (at, _) in arrivals {
        if last.is_none_or(|last| at.duration_since(last) > TOGETHER) {
            moments += 1;
        }
        last = Some(*at);
    }
    moments
}

const ITEMS: u64 = 30;
/// They take three seconds.
const LIMIT: Duration = Duration::from_secs(10);
const TOGETHER: Duration = Duration::from_millis(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_lumps_comes_at_few_moments() {
        let start = Instant::now();
        let at = |millis: &[u64]| {
            let each = millis.iter().map(|millis| (start + Duration::from_millis(*millis), 1));
            moments(&each.collect::<Vec<_>>())
        };
        assert_eq!(at(&[0, 100, 200, 300]), 4);
        assert_eq!(at(&[0, 200, 202, 400, 401]), 3);
        assert_eq!(at(&[]), 0);
    }
}
