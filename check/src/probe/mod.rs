//! Each kind of probe, carried out.

use std::sync::Arc;

use anyhow::bail;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::probe::{Ask, Probe};
use echoclock_shared::check::request::{self, Request};
use echoclock_shared::ledger::{Ledger, LedgerId};

use crate::notes::Notes;
use crate::send::Server;

mod follow;
mod plain;
mod socket;
mod stream;

/// What a probe needs.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) server: Arc<Server>,
    pub(crate) run: LedgerId,
}

impl Edge {
    /// Carries a probe out to its end, and notes what comes of it.
    pub(crate) async fn carry_out(&self, probe: &Probe, notes: &Notes) {
        let request = request::of(probe, &self.run, None);
        match &probe.ask {
            Ask::Stream(ask) => self.stream(&request, ask, notes).await,
            Ask::Twins(ask) => {
                let [first, second, third] = [1, 2, 3].map(|number| notes.of_request(number));
                tokio::join!(
                    self.stream(&request, ask, &first),
                    self.stream(&request, ask, &second)
                );
                self.stream(&request, ask, &third).await;
            }
            Ask::Connections { streams, plan } => {
                self.side_by_side(&request, *streams, plan, notes).await;
            }
            Ask::Socket(ask) => self.socket(&request, ask, notes).await,
            Ask::Follow { transport, items, resumes } => {
                self.follow(probe, *transport, *items, *resumes, notes).await;
            }
            Ask::Seen { times } => {
                for number in 1..=*times {
                    self.plain(&request, &probe.ask, &notes.of_request(number)).await;
                }
            }
            Ask::Wait { .. } | Ask::Upload { .. } | Ask::Download { .. } | Ask::Status { .. } => {
                self.plain(&request, &probe.ask, notes).await;
            }
        }
    }

    /// Asks the server for its side; nothing where it knows none.
    ///
    /// # Errors
    ///
    /// Where the answer is none.
    pub(crate) async fn ledger(&self, probe: &Probe) -> anyhow::Result<Option<Ledger>> {
        self.read(&request::of_ledger(probe, &self.run)).await
    }

    /// Reads a JSON answer; nothing where there is nothing at the place.
    ///
    /// # Errors
    ///
    /// Where the answer is another one.
    pub(crate) async fn read<T: serde::de::DeserializeOwned>(
        &self,
        request: &Request,
    ) -> anyhow::Result<Option<T>> {
        let mut answer = self.server.send(request, None).await?;
        match answer.status {
            200 => Ok(Some(serde_json::from_slice(&answer.whole().await?)?)),
            404 => Ok(None),
            status => bail!("it is answered with status {status}"),
        }
    }
}

/// Notes that something broke, in its own words.
async fn broke(notes: &Notes, error: impl std::fmt::Display) {
    notes.take(Heard::Broke { error: format!("{error:#}") }).await;
}
