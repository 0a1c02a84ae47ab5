//! The requests of a probe, as any client sends them.

use super::body;
use super::evidence::link_of;
use super::plan;
use super::probe::{Ask, Form, Probe, StreamAsk};
use crate::feed::Seq;
use crate::ledger::{self, LedgerId};
use crate::path;
use crate::transport::Transport;

/// One request, or the opening of a socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// Whether it goes by `POST` and not by `GET`.
    pub is_post: bool,
    /// Path and query, below the API's base address.
    pub target: String,
    /// What the client says that it takes, beside what it always says.
    pub accept: Option<&'static str>,
    /// Whether it says that it takes no compression.
    pub identity: bool,
    /// How many bytes it brings, see [`body::bytes`].
    pub bytes: u32,
    /// From where an event stream goes on.
    pub last_event_id: Option<Seq>,
}

/// Returns the request of a probe: those of it that make several make the same one again, but a poll
/// asks for what is `after` what it has.
pub fn of(probe: &Probe, run: &LedgerId, after: Option<Seq>) -> Request {
    let link = link_of(run, &probe.id);
    let get = |path: &str, query: &[String]| {
        let link = format!("{}={link}", ledger::PARAMETER);
        let query: Vec<_> = query.iter().cloned().chain([link]).collect();
        Request::get(format!("{}?{}", path::below_api(path), query.join("&")))
    };
    let planned = |plan| format!("{}={plan}", plan::PARAMETER);
    match &probe.ask {
        Ask::Seen { .. } => get(path::CHECK_SEEN, &[]),
        Ask::Stream(ask) | Ask::Twins(ask) => {
            let request = get(path::CHECK_STREAM, &stream(ask));
            let accept = accept(ask.form);
            Request { is_post: ask.is_post, identity: ask.identity, accept, ..request }
        }
        Ask::Connections { plan, .. } => {
            let form = format!("form={}", Form::Events.name());
            let request = get(path::CHECK_STREAM, &[form, planned(plan)]);
            Request { accept: accept(Form::Events), ..request }
        }
        Ask::Socket(ask) => get(path::CHECK_SOCKET, &[planned(&ask.plan)]),
        Ask::Follow { transport, resumes, .. } => {
            let after = after.filter(|_| !transport.is_pushed() || *resumes);
            let accept = match transport {
                Transport::Events => accept(Form::Events),
                Transport::Frame => accept(Form::Html),
                Transport::Poll | Transport::LongPoll | Transport::Stream | Transport::Socket => {
                    None
                }
            };
            let by_header = *resumes && *transport == Transport::Events;
            let query = after.filter(|_| !by_header).map(|after| format!("after={after}"));
            let request = get(&transport.of(path::CLOCK), query.as_slice());
            Request { accept, last_event_id: after.filter(|_| by_header), ..request }
        }
        Ask::Wait { wait } => get(path::CHECK_WAIT, &[format!("ms={}", wait.as_millis())]),
        Ask::Upload { bytes } => {
            Request { is_post: true, bytes: *bytes, ..get(path::CHECK_BODY, &[]) }
        }
        Ask::Download { bytes } => get(path::CHECK_BODY, &[format!("bytes={bytes}")]),
        Ask::Status { code } => get(path::CHECK_STATUS, &[format!("code={code}")]),
    }
}

impl Request {
    /// Makes a plain request.
    pub const fn get(target: String) -> Self {
        Self {
            is_post: false,
            target,
            accept: None,
            identity: false,
            bytes: 0,
            last_event_id: None,
        }
    }

    /// Returns what it brings, if it brings anything.
    pub fn body(&self) -> Vec<u8> {
        body::bytes(self.bytes)
    }
}

/// Returns the request for the ledger of a probe.
pub fn of_ledger(probe: &Probe, run: &LedgerId) -> Request {
    Request::get(format!("{}/{}", path::below_api(path::LINKS), link_of(run, &probe.id)))
}

fn stream(ask: &StreamAsk) -> Vec<String> {
    let mut query = vec![format!("form={}", ask.form.name())];
    let flags = [
        ("charset", ask.has_charset),
        ("unbuffered", ask.unbuffered),
        ("no_transform", ask.no_transform),
    ];
    query.extend(flags.iter().filter(|(_, is_set)| *is_set).map(|(name, _)| format!("{name}=1")));
    query.push(format!("{}={}", plan::PARAMETER, ask.plan));
    query
}

/// What a browser says that it takes where it asks for such a stream.
const fn accept(form: Form) -> Option<&'static str> {
    match form {
        Form::Events => Some("text/event-stream"),
        Form::Lines => None,
        Form::Html => Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::suite::{Depth, probes};

    #[test]
    fn requests_say_what_the_probes_ask() {
        let run = LedgerId::from_random(1);
        let all = probes(Depth::Deep);
        for (id, after, target) in [
            ("seen", None, "check/seen?"),
            ("events-slow", None, "check/stream?form=events&plan=8*(i64,w300)&"),
            ("html-slow", None, "check/stream?form=html&charset=1&plan=8*(i64,w300)&"),
            ("lines-unbuffered", None, "check/stream?form=lines&unbuffered=1&plan=150*(i64,w20)&"),
            ("socket-close-server", None, "check/socket?plan=i64,w300,c4002&"),
            ("follow-poll", None, "clock?"),
            ("follow-poll", Some(7), "clock?after=7&"),
            ("follow-stream", Some(7), "clock/stream?"),
            ("resume-events", Some(7), "clock/events?"),
            ("wait-25s", None, "check/wait?ms=25000&"),
            ("download-64k", None, "check/body?bytes=65536&"),
            ("status-404", None, "check/status?code=404&"),
        ] {
            let probe = all.iter().find(|probe| probe.id.0 == id).unwrap();
            let request = of(probe, &run, after.map(Seq::new));
            assert_eq!(request.target, format!("{target}link={run}-{id}"));
            let resumes = request.last_event_id.map(Seq::get);
            assert_eq!(resumes, (id == "resume-events").then_some(7), "{id}");
        }
    }
}
