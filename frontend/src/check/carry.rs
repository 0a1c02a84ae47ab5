//! Each kind of probe, carried out by the browser.

use std::pin::Pin;

use echoclock_shared::check::hearing::StreamHearing;
use echoclock_shared::check::judging::judge;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::probe::{Ask, Form, Probe};
use echoclock_shared::check::request::{self, Request};
use echoclock_shared::ledger::{Ledger, LedgerId};
use echoclock_shared::pass::Pass;
use echoclock_shared::say;

use super::notes::Notes;
use crate::browser::{Exchange, Question, all, unless, wait};

/// Where a run leads.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The API's base address.
    pub(super) base: String,
    /// What the server lets a socket in by, where it wants that.
    pub(super) pass: Option<Pass>,
}

/// What a probe needs.
#[derive(Clone)]
pub(super) struct Edge {
    pub(super) way: Way,
    pub(super) run: LedgerId,
}

impl Edge {
    /// Carries a probe out to its end, and notes what comes of it. Dropping the future closes all that
    /// it has open.
    pub(super) async fn carry_out(&self, probe: &Probe, notes: &Notes) {
        let request = request::of(probe, &self.run, None);
        match &probe.ask {
            Ask::Stream(ask) => {
                let followed = self.stream(&request, ask.form, notes);
                match ask.leaves_after {
                    None => followed.await,
                    Some(time) if unless(followed, wait(time)).await.is_none() => {
                        notes.take(Heard::Left);
                    }
                    Some(_) => {}
                }
            }
            Ask::Twins(ask) => {
                self.side_by_side(&request, ask.form, 2, notes).await;
                self.stream(&request, ask.form, &notes.of_request(3)).await;
            }
            Ask::Connections { streams, .. } => {
                self.side_by_side(&request, Form::Events, *streams, notes).await;
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

    /// Reads an answer; nothing where there is nothing at the place.
    ///
    /// # Errors
    ///
    /// Where the answer is another one, with the reason.
    pub(super) async fn read(&self, request: &Request) -> Result<Option<String>, String> {
        let mut answer = Exchange::begin(self.question(request)).await?;
        match answer.status {
            200 => {
                let text = String::from_utf8(answer.whole().await?);
                text.map(Some).map_err(|error| error.to_string())
            }
            404 => Ok(None),
            status => Err(say!("it is answered with status {status}", status)),
        }
    }

    /// Asks the server for its side of a probe; nothing where it knows none.
    ///
    /// # Errors
    ///
    /// Where the answer is none, with the reason.
    pub(super) async fn ledger(&self, request: &Request) -> Result<Option<Ledger>, String> {
        let Some(json) = self.read(request).await? else { return Ok(None) };
        serde_json::from_str(&json).map(Some).map_err(|error| error.to_string())
    }

    /// Sends a request, and notes its head.
    pub(super) async fn send(&self, request: &Request, notes: &Notes) -> Option<Exchange> {
        notes.take(Heard::Asked);
        match Exchange::begin(self.question(request)).await {
            Ok(answer) => {
                let (status, headers) = (answer.status, answer.headers.clone());
                notes.take(Heard::Head { status, version: None, headers });
                Some(answer)
            }
            Err(error) => {
                notes.broke(error);
                None
            }
        }
    }

    /// Returns the address of a request's target.
    pub(super) fn at(&self, request: &Request) -> String {
        format!("{}{}", self.way.base, request.target)
    }

    fn question(&self, request: &Request) -> Question {
        let accept = request.accept.map(|accept| ("Accept", accept.to_owned()));
        let resumes = request.last_event_id.map(|seq| ("Last-Event-ID", seq.to_string()));
        Question {
            address: self.at(request),
            body: request.is_post.then(|| request.body()),
            headers: accept.into_iter().chain(resumes).collect(),
        }
    }

    async fn stream(&self, request: &Request, form: Form, notes: &Notes) {
        let Some(mut answer) = self.send(request, notes).await else { return };
        let mut hearing = StreamHearing::new(form);
        loop {
            match answer.next().await {
                Ok(Some(piece)) => {
                    notes.take(piece_of(&piece));
                    // What is no stream of the server's has no items.
                    if answer.status == 200 {
                        match hearing.push(&piece) {
                            Ok(heard) => notes.take_all(heard),
                            Err(error) => return notes.broke(error.to_string()),
                        }
                    }
                }
                Ok(None) => return notes.take(Heard::Ended),
                Err(error) => return notes.broke(error),
            }
        }
    }

    async fn side_by_side(&self, request: &Request, form: Form, streams: u32, notes: &Notes) {
        let one = |number| -> Pin<Box<dyn Future<Output = ()> + '_>> {
            let notes = notes.of_request(number);
            Box::pin(async move { self.stream(request, form, &notes).await })
        };
        all((1..=streams).map(one).collect()).await;
    }

    /// Makes a request, and notes whether its answer is the one that the server gives.
    async fn plain(&self, request: &Request, ask: &Ask, notes: &Notes) {
        let Some(mut answer) = self.send(request, notes).await else { return };
        match answer.whole().await {
            Ok(body) => {
                let (is_same, server_time) = judge(ask, answer.status, &body, &self.run);
                let bytes = body.len() as u64;
                notes.take(Heard::Answered { bytes, is_same, server_time });
            }
            Err(error) => notes.broke(error),
        }
    }
}

/// Notes a piece of a body.
pub(super) fn piece_of(piece: &[u8]) -> Heard {
    Heard::Piece { bytes: u32::try_from(piece.len()).unwrap_or(u32::MAX) }
}
