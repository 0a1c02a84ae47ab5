//! Who follows: a mixture of all ways, some of whom talk, and who leave as people do.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::fleet::{Fleet, Id, Way};
use crate::frame::{self, Kind};

/// The people, and the dice that decide what they do.
#[derive(Debug)]
pub(super) struct People {
    dice: fastrand::Rng,
    ledgers: u32,
    /// When somebody says something next.
    talk_at: Instant,
    left: usize,
}

impl People {
    pub(super) fn new(ledgers: u32) -> Self {
        Self { dice: fastrand::Rng::with_seed(9), ledgers, talk_at: Instant::now(), left: 0 }
    }

    /// So many come, a few at a time.
    pub(super) fn come(&mut self, fleet: &mut Fleet, people: usize) -> Result<()> {
        for number in 0..people {
            self.comes(fleet)?;
            if number % 50 == 0 {
                fleet.run(Duration::from_millis(50))?;
            }
        }
        fleet.run(Duration::from_secs(1))
    }

    /// One leaves and another one comes.
    pub(super) fn change(&mut self, fleet: &mut Fleet) -> Result<()> {
        let ids = fleet.ids();
        // Half of them have been there for longest: where chance alone chose, a few would stay, and their
        // ledgers fill, for many minutes.
        let oldest = ids.iter().min().copied().filter(|_| self.dice.bool());
        if let Some(leaves) = oldest.or_else(|| self.dice.choice(ids)) {
            // Half of them without a word, as tabs are closed and networks are left.
            fleet.close(leaves, self.dice.bool());
            self.left += 1;
        }
        self.comes(fleet)
    }

    fn comes(&mut self, fleet: &mut Fleet) -> Result<()> {
        let way = match self.dice.u32(0..100) {
            0..25 => Way::Events,
            25..40 => Way::Stream,
            40..45 => Way::Frame,
            45..60 => Way::LongPoll,
            60..65 => Way::Poll,
            65..85 => Way::Socket,
            85..95 => Way::Chat,
            _ => Way::Raw,
        };
        let mut query = String::new();
        if Way::CLOCK.contains(&way) {
            query += ["", "", "", "&every=250ms", "&every=5s"][self.dice.usize(0..5)];
        }
        if self.dice.u32(0..100) < self.ledgers {
            query += &format!("&link={:032x}", self.dice.u128(..));
        }
        fleet.open(way, &query)?;
        Ok(())
    }

    /// A few of those on an echo say something.
    pub(super) fn talk(&mut self, fleet: &mut Fleet, now: Instant) {
        if now < self.talk_at {
            return;
        }
        self.talk_at = now + TALK_EVERY;
        let echoes = fleet.ids().into_iter().filter_map(|id| {
            let way = fleet.way(id)?;
            matches!(way, Way::Chat | Way::Raw).then_some((id, way))
        });
        let speakers: Vec<(Id, Way)> = echoes.filter(|_| self.dice.u32(0..10) == 0).collect();
        for (id, way) in speakers {
            let said = if way == Way::Chat {
                let text = "x".repeat(self.dice.usize(1..2_000));
                let message = format!("{{\"type\":\"say\",\"key\":1,\"text\":\"{text}\"}}");
                frame::masked(Kind::Text, message.as_bytes())
            } else {
                let sizes = [10, 1_000, 100_000];
                frame::masked(Kind::Binary, &vec![7; sizes[self.dice.usize(0..3)]])
            };
            fleet.say(id, &said);
        }
    }

    /// Nobody may have been sent away.
    pub(super) fn judge(&self, fleet: &Fleet) -> Result<()> {
        let lost = &fleet.lost;
        ensure!(
            lost.is_empty(),
            "{} links were ended though nobody left, the first: {:?}",
            lost.len(),
            lost[0]
        );
        ensure!(fleet.sums().items > 0, "nobody heard anything");
        Ok(())
    }
}

const TALK_EVERY: Duration = Duration::from_millis(300);
