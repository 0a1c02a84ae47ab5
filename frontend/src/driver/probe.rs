//! Asks the server by plain requests why a link does not open.
//!
//! Neither `WebSocket` nor `EventSource` tells a page what went wrong; a plain request does.

use std::time::Duration;

use echoclock_shared::info::Info;
use echoclock_shared::ledger::{LedgerId, PARAMETER as LINK};
use echoclock_shared::pass::PARAMETER as PASS;
use echoclock_shared::path;
use echoclock_shared::problem::{self, Problem};
use echoclock_shared::session::{Finding, Stranger, Target};
use echoclock_shared::transport::Transport;

use crate::address::{Address, WrongAddress, with_parameter};
use crate::browser::{Answer, get};

/// How long each of the requests may take.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The addresses to ask at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Question {
    info: String,
    stream: Option<String>,
}

impl Question {
    /// Finds the addresses to ask at about `target`; `ledger` is the link's.
    pub(super) fn about(
        target: Target,
        address: &Address,
        ledger: Option<&LedgerId>,
    ) -> Result<Self, WrongAddress> {
        let Self { mut info, .. } = Self::about_pass(address)?;
        let is_socket =
            matches!(target, Target::Echo | Target::Clock { transport: Transport::Socket, .. });
        if let Some(ledger) = ledger.filter(|_| is_socket) {
            info = with_parameter(&info, LINK, ledger);
        }
        let stream = match target {
            // A page can't learn more of a socket than what the server says it would do.
            Target::Echo => None,
            Target::Clock { .. } => Some(address.below(&target.below_api())?),
        };
        Ok(Self { info, stream })
    }

    /// Finds the address to ask at whether the page needs a pass; any answer may hold one.
    pub(super) fn about_pass(address: &Address) -> Result<Self, WrongAddress> {
        let info = address.below(path::below_api(path::INFO))?;
        Ok(Self { info: with_parameter(&info, PASS, ""), stream: None })
    }

    /// Asks for the stream as the link does that is asked about.
    pub(super) fn showing(self, pass: impl FnOnce(&str) -> String) -> Self {
        Self { stream: self.stream.as_deref().map(pass), ..self }
    }

    /// Asks, and returns what came back; each of the requests may take as long as `within`.
    pub(super) async fn ask(self, within: Duration) -> Finding {
        let info = match read_info(get(&self.info, within, Answer::is_json).await) {
            Ok(info) => info,
            Err(finding) => return finding,
        };
        let problem = match self.stream {
            Some(stream) => {
                let answer = get(&stream, within, Answer::is_json).await;
                // A socket's address takes no plain request, but says first what else is wrong.
                answer.as_ref().and_then(read_problem).filter(|it| it.status != UPGRADE_REQUIRED)
            }
            None => None,
        };
        match problem {
            Some(problem) => Finding::Problem(problem),
            None => Finding::Info(info),
        }
    }
}

/// The status of RFC 9110, section 15.5.22.
const UPGRADE_REQUIRED: u16 = 426;

fn read_info(answer: Option<Answer>) -> Result<Box<Info>, Finding> {
    let answer = answer.ok_or(Finding::Unreachable)?;
    if let Some(problem) = read_problem(&answer) {
        return Err(Finding::Problem(problem));
    }
    let info = answer.body.as_deref().filter(|_| answer.status == 200);
    info.and_then(|json| serde_json::from_str(json).ok()).map(Box::new).ok_or_else(|| {
        let Answer { status, media_type, .. } = answer;
        Finding::NotOurs(Stranger { status, media_type })
    })
}

fn read_problem(answer: &Answer) -> Option<Problem> {
    let json = answer.body.as_deref().filter(|_| answer.media_type == problem::MEDIA_TYPE)?;
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use echoclock_shared::feed::Period;

    use super::*;

    fn answer(status: u16, media_type: &str, json: Option<&str>) -> Option<Answer> {
        Some(Answer { status, media_type: media_type.to_owned(), body: json.map(str::to_owned) })
    }

    #[test]
    fn only_our_own_server_is_believed() {
        assert_eq!(read_info(None), Err(Finding::Unreachable));
        for (status, media_type, json, said) in [
            (200, "text/html", None, "HTTP status 200 with text/html"),
            (
                502,
                "",
                None,
                "HTTP status 502 with nothing, as a proxy answers whose server is gone",
            ),
            (200, "application/json", Some("{}"), "HTTP status 200 with application/json"),
        ] {
            let stranger = Stranger { status, media_type: media_type.to_owned() };
            assert_eq!(stranger.to_string(), said);
            let found = read_info(answer(status, media_type, json));
            assert_eq!(found, Err(Finding::NotOurs(stranger)));
        }
    }

    #[test]
    fn a_problem_is_known_by_its_media_type() {
        let json = r#"{"title":"Bad Request","status":400,"detail":"d","parameter":"after"}"#;
        let problem = answer(400, problem::MEDIA_TYPE, Some(json));
        let Err(Finding::Problem(problem)) = read_info(problem) else {
            panic!("the server refuses");
        };
        assert_eq!(problem.parameter.as_deref(), Some("after"));
        let other = answer(400, "application/json", Some(json));
        assert!(matches!(read_info(other), Err(Finding::NotOurs(_))));
    }

    #[test]
    fn the_stream_is_asked_for_as_the_link_asked() {
        let address = Address::choose(Some("http://h"), &Ok(String::new()), "http://p/");
        let ledger = LedgerId::from_random(0xf00d);
        let about = |target| {
            let question = Question::about(target, &address, Some(&ledger)).unwrap();
            (question.info, question.stream)
        };
        let clock =
            |transport| Target::Clock { transport, every: Period::S1, after: None, wait: None };
        let plain = "http://h/api/info?pass=".to_owned();
        let socket = format!("{plain}&link=0000000000000000000000000000f00d");
        let stream = |path: &str| Some(format!("http://h/api/clock/{path}?every=1s"));
        assert_eq!(about(Target::Echo), (socket.clone(), None));
        assert_eq!(about(clock(Transport::Socket)), (socket, stream("socket")));
        assert_eq!(about(clock(Transport::Events)), (plain.clone(), stream("events")));
        let question = Question::about(clock(Transport::Frame), &address, None).unwrap();
        let showing = question.showing(|stream| format!("{stream}&pass=x"));
        assert_eq!(showing.info, plain);
        assert_eq!(showing.stream.as_deref(), Some("http://h/api/clock/frame?every=1s&pass=x"));
    }
}
