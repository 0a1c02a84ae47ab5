//! What became of a connection, in words.

use echoclock_shared::close::CloseCode;
use echoclock_shared::session::{
    Cause, Ended, Link, LinkState, Part, PostingEnd, Side, Trouble, Way,
};

use super::duration;
use crate::stores::LinkView;

/// A connection in words: what it is in two or three, and why in a sentence or two.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Words {
    /// What it is.
    pub headline: &'static str,
    /// Why, and what can be done.
    pub detail: String,
}

/// Puts a connection into words that stay the same while it does; `base` is the API's address.
pub fn words(link: &LinkView, part: Part, base: &str) -> Words {
    if let Some(failures) = link.posts {
        return Words { headline: "By plain requests", detail: by_posts(&link.state, failures) };
    }
    let why = || link.trouble.as_ref().map(|trouble| explain(trouble, part, link.failures, base));
    let (headline, detail) = match &link.state {
        LinkState::Idle { last: None } => ("Not connected", "Nothing was tried yet.".to_owned()),
        LinkState::Idle { last: Some(last) } => (idle(&last.cause), ended(last)),
        LinkState::Connecting { .. } | LinkState::Open { .. } if queues(link) => {
            ("Waiting for a connection", queued(part).to_owned())
        }
        LinkState::Connecting { .. } => (
            "Connecting",
            why().unwrap_or_else(|| "The server’s first message is awaited.".to_owned()),
        ),
        LinkState::Open { .. } => ("Open", open(part).to_owned()),
        LinkState::Closing { .. } => ("Closing", "The server’s answer is awaited.".to_owned()),
        LinkState::Waiting { last, .. } => {
            (waiting(link.trouble.as_ref()), why().unwrap_or_else(|| ended(last)))
        }
        LinkState::Resting => {
            ("Resting", "Nobody looks at the page, so the stream was let go.".to_owned())
        }
    };
    Words { headline, detail }
}

/// Says that messages go by plain requests from here on.
pub const POSTING_BEGUN: &str = "No WebSocket gets through, or none lasts, while plain requests \
    do: from here on each message goes by a POST of its own.";

/// Says why messages go by plain requests no more.
pub const fn posting_ended(why: PostingEnd) -> &'static str {
    match why {
        PostingEnd::SocketLasts => "A WebSocket has lasted: messages go over it again.",
        PostingEnd::NoAnswer => {
            "Plain requests get no answer of this server either: messages wait for a WebSocket."
        }
        PostingEnd::Stopped => "Messages go by plain requests no more.",
    }
}

/// Returns a message's way as one word, for styles and programs.
pub const fn way_name(way: Way) -> &'static str {
    match way {
        Way::Socket => "socket",
        Way::Post => "post",
    }
}

/// Says how a link ended, in whole sentences.
pub fn ended(ended: &Ended) -> String {
    match &ended.cause {
        Cause::Closed { by: Side::Browser, code, reason } => {
            format!("You closed it. The server answered with {}.", closed(*code, reason))
        }
        Cause::Closed { by: Side::Server, code, reason } => {
            format!("The server closed it with {}.", closed(*code, reason))
        }
        Cause::LetGo => "You let it go.".to_owned(),
        Cause::Lost => match ended.open_for {
            Some(open_for) if open_for.as_secs() == 0 => {
                "The connection broke within a second.".to_owned()
            }
            Some(open_for) => format!("The connection broke after {}.", duration(open_for)),
            None => "No connection could be made.".to_owned(),
        },
        Cause::NoHello => format!(
            "The server’s first message did not come within {}.",
            duration(Link::HELLO_WITHIN)
        ),
        Cause::Silent => {
            "The server fell silent, though the connection seemed to stand.".to_owned()
        }
        Cause::Refused(problem) => {
            format!("The server refused it for a while: {}", sentence(&problem.detail))
        }
        Cause::CloseUnanswered => format!(
            "You closed it. The server did not answer within {}.",
            duration(Link::CLOSE_WITHIN)
        ),
        Cause::Impossible(why) => format!("No connection could be tried: {}", sentence(why)),
    }
}

/// Returns a connection's state as one word, for styles and programs.
pub const fn state_name(state: &LinkState) -> &'static str {
    match state {
        LinkState::Idle { .. } => "idle",
        LinkState::Connecting { .. } => "connecting",
        LinkState::Open { .. } => "open",
        LinkState::Closing { .. } => "closing",
        LinkState::Waiting { .. } => "waiting",
        LinkState::Resting => "resting",
    }
}

/// Returns what keeps a link from opening as one word, for styles and programs; nothing where that
/// keeps nobody from being heard.
pub const fn trouble_name(link: &LinkView) -> Option<&'static str> {
    if link.posts.is_some() {
        return None;
    }
    if let LinkState::Idle { last: Some(Ended { cause: Cause::Impossible(_), .. }) } = link.state {
        return Some("impossible");
    }
    match link.trouble {
        None => None,
        Some(Trouble::Unreachable) => Some("unreachable"),
        Some(Trouble::Refused(_)) => Some("refused"),
        Some(Trouble::Problem(_)) => Some("problem"),
        Some(Trouble::NotOurs(_)) => Some("not-ours"),
        Some(Trouble::OnlyPlainRequests) => Some("only-plain-requests"),
        Some(Trouble::Queued) => Some("queued"),
    }
}

fn by_posts(socket: &LinkState, failures: u32) -> String {
    let socket = match socket {
        LinkState::Open { .. } => format!(
            "A WebSocket is open again; messages go over it once it has lasted {}.",
            duration(Link::LASTED)
        ),
        LinkState::Idle { .. }
        | LinkState::Connecting { .. }
        | LinkState::Closing { .. }
        | LinkState::Waiting { .. }
        | LinkState::Resting => {
            "No WebSocket gets through here, or none lasts; it is tried again.".to_owned()
        }
    };
    let posts = match failures {
        0 => "Until then each message goes by a POST of its own.",
        _ => "The last message’s POST got no answer either, and goes once more.",
    };
    format!("{socket} {posts}")
}

fn closed(code: CloseCode, reason: &str) -> String {
    let CloseCode(number) = code;
    let said = if code == CloseCode::NONE {
        "no code".to_owned()
    } else {
        format!("{number}: {}", code.meaning())
    };
    if reason.is_empty() { said } else { format!("{said}; the reason: “{reason}”") }
}

const fn open(part: Part) -> &'static str {
    match part {
        Part::Chat => "What is sent comes back as the server read it.",
        Part::Clock => "The hands go by the server’s ticks.",
        Part::Lane(_) => "",
    }
}

const fn idle(cause: &Cause) -> &'static str {
    match cause {
        Cause::Closed { .. } | Cause::LetGo | Cause::CloseUnanswered => "Closed",
        Cause::Lost | Cause::NoHello | Cause::Silent | Cause::Refused(_) => "Not connected",
        Cause::Impossible(_) => "Can’t connect",
    }
}

const fn waiting(trouble: Option<&Trouble>) -> &'static str {
    match trouble {
        None => "Trying again",
        Some(Trouble::Unreachable) => "Nothing answers",
        Some(Trouble::Refused(_) | Trouble::Problem(_)) => "Refused",
        Some(Trouble::NotOurs(_)) => "Somebody else answers",
        Some(Trouble::OnlyPlainRequests) => "Held up on the way",
        // An attempt that has ended queues no more.
        Some(Trouble::Queued) => "Trying again",
    }
}

fn explain(trouble: &Trouble, part: Part, failures: u32, base: &str) -> String {
    match trouble {
        Trouble::Unreachable => format!(
            "There is no answer from {base} that this page may read. Check the address, that the \
             server runs, and that it lets this page’s origin in."
        ),
        Trouble::Queued => queued(part).to_owned(),
        Trouble::Refused(reason) => sentence(reason),
        Trouble::Problem(problem) => {
            format!("The server refuses the request: {}", sentence(&problem.detail))
        }
        Trouble::NotOurs(what) => {
            format!("What answers at {base} is not this server: {}", sentence(what))
        }
        // A server that has just come back answers the question, though it missed the attempt.
        Trouble::OnlyPlainRequests if failures <= 1 => {
            "The server answers other requests, so the next attempt may do.".to_owned()
        }
        Trouble::OnlyPlainRequests => format!(
            "The server answers other requests, but {}. Look at what stands between: a proxy, a \
             firewall, an extension.",
            match part {
                Part::Chat => "the WebSocket does not get through, or does not last".to_owned(),
                Part::Clock => {
                    "the event stream does not get through, or is held back".to_owned()
                }
                Part::Lane(transport) => {
                    format!("{transport} does not get through, or is held back")
                }
            }
        ),
    }
}

/// Whether a link's request waits in the browser.
pub fn queues(link: &LinkView) -> bool {
    link.trouble == Some(Trouble::Queued)
}

const fn queued(part: Part) -> &'static str {
    match part {
        Part::Chat | Part::Clock => {
            "The request has not left the browser: it opens six HTTP/1.1 connections to one server \
             at the most, over all its tabs, and seems to have them all in use. Sockets do not \
             count and go on."
        }
        // The view tells all of it once, above the lanes.
        Part::Lane(_) => "The request has not left the browser: its six connections are taken.",
    }
}

/// Ends a text as a sentence ends.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use echoclock_shared::problem::Problem;
    use echoclock_shared::session::{Event, Intent, Moment, Session};

    use super::*;

    fn view(state: LinkState, failures: u32, trouble: Option<Trouble>) -> LinkView {
        LinkView { state, failures, trouble, posts: None }
    }

    fn about_to_stop() -> Problem {
        Problem {
            title: "Service Unavailable".to_owned(),
            status: 503,
            detail: "the server is about to stop".to_owned(),
            parameter: None,
        }
    }

    fn waiting_after(cause: Cause) -> LinkState {
        LinkState::Waiting { until: Duration::ZERO, last: Ended { cause, open_for: None } }
    }

    #[test]
    fn every_ending_is_told() {
        let closed = |by, code, reason: &str| Cause::Closed { by, code, reason: reason.to_owned() };
        for (cause, open_for, said) in [
            (
                closed(Side::Browser, CloseCode::NORMAL, "bye"),
                None,
                "You closed it. The server answered with 1000: normal, the purpose is fulfilled; the \
                 reason: “bye”.",
            ),
            (
                closed(Side::Server, CloseCode::GOING_AWAY, ""),
                None,
                "The server closed it with 1001: going away, the server stops or the page is left.",
            ),
            (closed(Side::Server, CloseCode::NONE, ""), None, "The server closed it with no code."),
            (Cause::LetGo, None, "You let it go."),
            (Cause::Lost, None, "No connection could be made."),
            (Cause::Lost, Some(0), "The connection broke within a second."),
            (Cause::Lost, Some(125), "The connection broke after 2 min 5 s."),
            (Cause::NoHello, None, "The server’s first message did not come within 10 s."),
            (
                Cause::Refused(about_to_stop()),
                None,
                "The server refused it for a while: the server is about to stop.",
            ),
            (
                Cause::CloseUnanswered,
                Some(1),
                "You closed it. The server did not answer within 5 s.",
            ),
            (
                Cause::Impossible("The address names no host.".to_owned()),
                None,
                "No connection could be tried: The address names no host.",
            ),
        ] {
            let open_for = open_for.map(Duration::from_secs);
            assert_eq!(ended(&Ended { cause, open_for }), said);
        }
    }

    #[test]
    fn trouble_goes_before_the_last_ending() {
        let refused = Trouble::Refused("this origin may not connect".to_owned());
        let problem = Trouble::Problem(Problem {
            title: "Bad Request".to_owned(),
            status: 400,
            detail: "“every” is none of 1s".to_owned(),
            parameter: None,
        });
        for (failures, trouble, headline, detail) in [
            (1, None, "Trying again", "No connection could be made."),
            (1, Some(Trouble::Unreachable), "Nothing answers", "http://h/api/"),
            (1, Some(refused), "Refused", "this origin may not connect."),
            (1, Some(problem), "Refused", "is none of 1s."),
            (1, Some(Trouble::Problem(about_to_stop())), "Refused", "is about to stop."),
            (1, Some(Trouble::NotOurs("404".to_owned())), "Somebody else answers", "404."),
            (1, Some(Trouble::OnlyPlainRequests), "Held up on the way", "next attempt may do"),
            (2, Some(Trouble::OnlyPlainRequests), "Held up on the way", "the WebSocket does not"),
        ] {
            let link = view(waiting_after(Cause::Lost), failures, trouble);
            let words = words(&link, Part::Chat, "http://h/api/");
            assert_eq!(words.headline, headline);
            assert!(words.detail.contains(detail), "{words:?}");
        }
    }

    #[test]
    fn what_was_learnt_stays_in_sight_while_it_is_tried_again() {
        let mut session = Session::default();
        session.handle(Event::User(Intent::Connect(Part::Clock)), &Moment::default());
        let connecting = session.clock().link().state().clone();
        let anew = words(&view(connecting.clone(), 0, None), Part::Clock, "");
        assert_eq!((anew.headline, anew.detail.contains("first message")), ("Connecting", true));
        let again = words(&view(connecting, 2, Some(Trouble::OnlyPlainRequests)), Part::Clock, "");
        assert!(again.detail.contains("the event stream does not get through"), "{again:?}");
    }

    #[test]
    fn plain_requests_go_before_the_sockets_trouble() {
        let mut session = Session::default();
        session.handle(Event::User(Intent::Connect(Part::Chat)), &Moment::default());
        let connecting = session.chat().link().state().clone();
        let LinkState::Connecting { link, .. } = connecting else { panic!("it connects") };
        let since = Moment::default();
        for (state, posts, said) in [
            (waiting_after(Cause::Lost), 0, ["is tried again.", "goes by a POST of its own."]),
            (connecting, 2, ["is tried again.", "got no answer either"]),
            (LinkState::Open { link, since }, 0, ["lasted 10 s.", "a POST of its own."]),
        ] {
            let trouble = Some(Trouble::OnlyPlainRequests);
            let link = LinkView { posts: Some(posts), ..view(state, 5, trouble) };
            let words = words(&link, Part::Chat, "");
            assert_eq!((words.headline, trouble_name(&link)), ("By plain requests", None));
            assert!(said.iter().all(|said| words.detail.contains(said)), "{words:?}");
        }
    }

    #[test]
    fn giving_up_while_it_waits_is_no_closing() {
        let last = Some(Ended { cause: Cause::Lost, open_for: None });
        let words = words(&view(LinkState::Idle { last }, 0, None), Part::Chat, "");
        assert_eq!(words.headline, "Not connected");
        assert_eq!(words.detail, "No connection could be made.");
    }

    #[test]
    fn what_can_not_be_tried_is_trouble_too() {
        let cause = Cause::Impossible("no host".to_owned());
        let last = Some(Ended { cause, open_for: None });
        assert_eq!(trouble_name(&view(LinkState::Idle { last }, 0, None)), Some("impossible"));
        assert_eq!(trouble_name(&LinkView::default()), None);
    }
}
