//! What became of a connection, in words.

use echoclock_shared::close::CloseCode;
use echoclock_shared::session::{
    Cause, Ended, Link, LinkState, Part, PostingEnd, Side, Trouble, Way,
};

use super::duration;
use crate::stores::LinkView;

/// A connection in words: what it is in two or three, why in a sentence or two, and what a person
/// who runs a proxy could write to mend it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Words {
    /// What it is.
    pub headline: &'static str,
    /// Why, and what can be done.
    pub detail: String,
    /// The lines of a proxy's configuration that would mend it, where that is known.
    pub mend: Option<&'static str>,
}

/// Puts a connection into words that stay the same while it does; `base` is the API's address.
pub fn words(link: &LinkView, part: Part, base: &str) -> Words {
    let opens_none = link.trouble.as_ref().is_some_and(Trouble::is_proof);
    let mend = (opens_none && !link.is_open()).then_some(PASS_UPGRADE_ON);
    if let Some(failures) = link.posts {
        return Words { headline: "By plain requests", detail: by_posts(link, failures), mend };
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
    Words { headline, detail, mend }
}

/// What has nginx pass a WebSocket's opening on.
const PASS_UPGRADE_ON: &str = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
    proxy_set_header Connection \"upgrade\";";

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
        Some(Trouble::NoUpgrade(_)) => Some("no-upgrade"),
        Some(Trouble::OldHttp) => Some("old-http"),
        Some(Trouble::Queued) => Some("queued"),
    }
}

fn by_posts(link: &LinkView, failures: u32) -> String {
    let socket = match &link.state {
        LinkState::Open { .. } => format!(
            "A WebSocket is open again; messages go over it once it has lasted {}.",
            duration(Link::LASTED)
        ),
        LinkState::Idle { .. }
        | LinkState::Connecting { .. }
        | LinkState::Closing { .. }
        | LinkState::Waiting { .. }
        | LinkState::Resting => match link.trouble.as_ref().and_then(opening) {
            Some(opening) => {
                format!("No WebSocket gets through here: {opening}. It is tried again.")
            }
            None => "No WebSocket gets through here, or none lasts; it is tried again.".to_owned(),
        },
    };
    let posts = match (failures, &link.refusal) {
        (0, _) => "Until then each message goes by a POST of its own.".to_owned(),
        (_, None) => "The last message’s POST got no answer either, and goes once more.".to_owned(),
        (_, Some(why)) => format!(
            "The server refuses the last message’s POST for the moment, and it goes once more: {}",
            sentence(why)
        ),
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

/// Says what became of a WebSocket's opening on its way, as the end of a sentence, where the server
/// has seen that.
fn opening(trouble: &Trouble) -> Option<String> {
    match trouble {
        Trouble::NoUpgrade(version) => Some(format!(
            "its opening reaches the server without its Upgrade, over {version}, so a proxy on the \
             way does not pass it on"
        )),
        Trouble::OldHttp => Some(
            "its opening arrives by HTTP/1.0, which knows no WebSocket, so a proxy on the way has \
             to speak HTTP/1.1 to the server"
                .to_owned(),
        ),
        Trouble::Unreachable
        | Trouble::Refused(_)
        | Trouble::Problem(_)
        | Trouble::NotOurs(_)
        | Trouble::OnlyPlainRequests
        | Trouble::Queued => None,
    }
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
        Some(Trouble::OnlyPlainRequests | Trouble::NoUpgrade(_) | Trouble::OldHttp) => {
            "Held up on the way"
        }
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
        Trouble::NoUpgrade(_) | Trouble::OldHttp => format!(
            "The server answers other requests, but no WebSocket gets through: {}.",
            opening(trouble).unwrap_or_default()
        ),
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
mod tests;
