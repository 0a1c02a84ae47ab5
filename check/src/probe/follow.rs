//! The clock, over each transport.

use std::time::Duration;

use echoclock_shared::check::following::ClockHearing;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::probe::Probe;
use echoclock_shared::check::request::{self, Request};
use echoclock_shared::feed::{Item, Seq, Tick};
use echoclock_shared::path;
use echoclock_shared::transport::Transport;
use serde_json::Value;

use super::{Edge, broke};
use crate::notes::Notes;
use crate::send::Answer;

impl Edge {
    /// Follows the clock until so many items have come.
    pub(super) async fn follow(
        &self,
        probe: &Probe,
        transport: Transport,
        items: u32,
        resumes: bool,
        notes: &Notes,
    ) {
        let from = if resumes {
            match self.a_while_ago().await {
                Ok(from) => Some(from),
                Err(error) => return broke(notes, error).await,
            }
        } else {
            None
        };
        let mut hearing = ClockHearing::new(transport, from);
        let request = request::of(probe, &self.run, from);
        match transport {
            Transport::Poll | Transport::LongPoll => {
                self.poll(probe, transport, items, hearing, notes).await;
            }
            Transport::Socket => self.clock_by_socket(&request, hearing, items, notes).await,
            Transport::Stream | Transport::Frame | Transport::Events => {
                match self.server.send(&request, Some(notes)).await {
                    Ok(answer) => pushed(answer, &mut hearing, items, notes).await,
                    Err(error) => broke(notes, error).await,
                }
            }
        }
    }

    async fn poll(
        &self,
        probe: &Probe,
        transport: Transport,
        items: u32,
        mut hearing: ClockHearing,
        notes: &Notes,
    ) {
        let mut seen = 0;
        for number in 1.. {
            let request = request::of(probe, &self.run, hearing.newest());
            let notes = notes.of_request(number);
            let answer = match self.server.send(&request, Some(&notes)).await {
                Ok(mut answer) => answer.whole().await,
                Err(error) => Err(error),
            };
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => return broke(&notes, error).await,
            };
            let heard = hearing.push(&answer).unwrap_or_default();
            seen += u32::try_from(heard.len()).unwrap_or(u32::MAX);
            let bytes = answer.len() as u64;
            let mut all = vec![Heard::Answered { bytes, is_same: true, server_time: None }];
            all.extend(heard);
            notes.take_all(all).await;
            if seen >= items {
                return;
            }
            // A long poll that is answered with nothing at once is not to become a storm.
            let pause = if transport == Transport::Poll { POLL_EVERY } else { PAUSE };
            tokio::time::sleep(pause).await;
        }
    }

    /// Returns a place of the clock that is a few items old.
    async fn a_while_ago(&self) -> anyhow::Result<Seq> {
        let request = Request::get(path::below_api(path::CLOCK).to_owned());
        let page: Value = self.read(&request).await?.unwrap_or_default();
        let last = page["items"].as_array().and_then(|items| items.last());
        let tick = last.and_then(|last| serde_json::from_value::<Item<Tick>>(last.clone()).ok());
        match tick {
            Some(Item::Value(tick)) => Ok(tick.seq.minus(A_WHILE)),
            Some(Item::Gap { .. }) | None => anyhow::bail!("the clock tells no item"),
        }
    }
}

async fn pushed(mut answer: Answer, hearing: &mut ClockHearing, items: u32, notes: &Notes) {
    let mut seen = 0;
    while seen < items {
        match answer.piece().await {
            Ok(Some(piece)) => {
                let bytes = u32::try_from(piece.len()).unwrap_or(u32::MAX);
                let heard = match hearing.push(&piece) {
                    Ok(heard) if answer.status == 200 => heard,
                    Ok(_) => vec![],
                    Err(error) => return broke(notes, error).await,
                };
                seen += u32::try_from(heard.len()).unwrap_or(u32::MAX);
                let all = [Heard::Piece { bytes }].into_iter().chain(heard);
                notes.take_all(all.collect()).await;
            }
            Ok(None) => return notes.take(Heard::Ended).await,
            Err(error) => return broke(notes, error).await,
        }
    }
    drop(answer);
    notes.take(Heard::Left).await;
}

/// How often a short poll asks, as the page does.
const POLL_EVERY: Duration = Duration::from_secs(1);

const PAUSE: Duration = Duration::from_millis(100);

/// How many items back a stream that goes on begins.
const A_WHILE: u64 = 5;
