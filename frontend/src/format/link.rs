//! What became of a connection, in words.

use echoclock_shared::session::{Cause, Ended, Link, LinkState, Part, PostingEnd, Trouble, Way};
use echoclock_shared::text::Text;
use echoclock_shared::{say, text, words};

use super::told::sentence;
use super::{Told, duration, ended};
use crate::address::WrongAddress;
use crate::stores::LinkView;

/// A connection in words: what it is in two or three, why in a sentence or two, and what a person
/// who runs a proxy could write to mend it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Words {
    /// What it is.
    pub headline: &'static str,
    /// Why, and what can be done.
    pub detail: Told,
    /// The lines of a proxy's configuration that would mend it, where that is known.
    pub mend: Option<&'static str>,
}

/// Puts a connection into words that stay the same while it does; `base` is the API's address.
pub fn words(link: &LinkView, part: Part, base: &Result<String, WrongAddress>) -> Words {
    let opens_none = link.trouble.as_ref().is_some_and(Trouble::is_proof);
    let mend = (opens_none && !link.is_open()).then_some(PASS_UPGRADE_ON);
    if let Some(failures) = link.posts {
        let headline = words!("By plain requests");
        return Words { headline, detail: by_posts(link, failures), mend };
    }
    let why = || link.trouble.as_ref().map(|trouble| explain(trouble, part, link.failures, base));
    let (headline, detail) = match &link.state {
        LinkState::Idle { last: None } => {
            (words!("Not connected"), words!("Nothing was tried yet.").into())
        }
        LinkState::Idle { last: Some(last) } => (idle(&last.cause), impossible(last, base)),
        LinkState::Connecting { .. } | LinkState::Open { .. } if queues(link) => {
            (words!("Waiting for a connection"), queued(part).into())
        }
        LinkState::Connecting { .. } => (
            words!("Connecting"),
            why().unwrap_or_else(|| words!("The server’s first message is awaited.").into()),
        ),
        LinkState::Open { .. } => (words!("Open"), open(part).into()),
        LinkState::Closing { .. } => {
            (words!("Closing"), words!("The server’s answer is awaited.").into())
        }
        LinkState::Waiting { last, .. } => {
            (waiting(link.trouble.as_ref()), why().unwrap_or_else(|| ended(last)))
        }
        LinkState::Resting => (
            words!("Resting"),
            words!("Nobody looks at the page, so the stream was let go.").into(),
        ),
    };
    Words { headline, detail, mend }
}

/// What has nginx pass a WebSocket's opening on.
const PASS_UPGRADE_ON: &str = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
    proxy_set_header Connection \"upgrade\";";

/// Says that messages go by plain requests from here on.
pub const POSTING_BEGUN: Text = text!(
    "No WebSocket gets through, or none lasts, while plain requests do: from here on each message \
     goes by a POST of its own."
);

/// Says why messages go by plain requests no more.
pub fn posting_ended(why: PostingEnd) -> &'static str {
    match why {
        PostingEnd::SocketLasts => words!("A WebSocket has lasted: messages go over it again."),
        PostingEnd::NoAnswer => words!(
            "Plain requests get no answer of this server either: messages wait for a WebSocket."
        ),
        PostingEnd::Stopped => words!("Messages go by plain requests no more."),
    }
}

/// Returns a message's way as one word, for styles and programs.
pub const fn way_name(way: Way) -> &'static str {
    match way {
        Way::Socket => "socket",
        Way::Post => "post",
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

/// Says how a link ended; where it could not be tried for want of an address, by what is wrong with
/// that.
fn impossible(last: &Ended, base: &Result<String, WrongAddress>) -> Told {
    match (&last.cause, base) {
        (Cause::Impossible(_), Err(wrong)) => {
            say!("No connection could be tried: {why}", why = wrong).into()
        }
        _ => ended(last),
    }
}

fn by_posts(link: &LinkView, failures: u32) -> Told {
    let socket = match &link.state {
        LinkState::Open { .. } => say!(
            "A WebSocket is open again; messages go over it once it has lasted {time}.",
            time = duration(Link::LASTED)
        ),
        LinkState::Idle { .. }
        | LinkState::Connecting { .. }
        | LinkState::Closing { .. }
        | LinkState::Waiting { .. }
        | LinkState::Resting => match link.trouble.as_ref().and_then(opening) {
            Some(opening) => {
                say!("No WebSocket gets through here: {opening}. It is tried again.", opening)
            }
            None => words!("No WebSocket gets through here, or none lasts; it is tried again.")
                .to_owned(),
        },
    };
    let posts = match (failures, &link.refusal) {
        (0, _) => words!("Until then each message goes by a POST of its own."),
        (_, None) => words!("The last message’s POST got no answer either, and goes once more."),
        (_, Some(_)) => words!(
            "The server refuses the last message’s POST for the moment, and it goes once more: "
        ),
    };
    Told {
        words: say!("{socket} {posts}", socket, posts),
        quoted: link.refusal.as_deref().filter(|_| failures > 0).map(sentence),
    }
}

/// Says what became of a WebSocket's opening on its way, as the end of a sentence, where the server
/// has seen that.
fn opening(trouble: &Trouble) -> Option<String> {
    match trouble {
        Trouble::NoUpgrade(version) => Some(say!(
            "its opening reaches the server without its Upgrade, over {version}, so a proxy on the \
             way does not pass it on",
            version
        )),
        Trouble::OldHttp => Some(
            words!(
                "its opening arrives by HTTP/1.0, which knows no WebSocket, so a proxy on the way \
                 has to speak HTTP/1.1 to the server"
            )
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

fn open(part: Part) -> &'static str {
    match part {
        Part::Chat => words!("What is sent comes back as the server read it."),
        Part::Clock => words!("The hands go by the server’s ticks."),
        Part::Lane(_) => "",
    }
}

fn idle(cause: &Cause) -> &'static str {
    match cause {
        Cause::Closed { .. } | Cause::LetGo | Cause::CloseUnanswered => words!("Closed"),
        Cause::Lost | Cause::NoHello | Cause::Silent | Cause::Refused(_) => words!("Not connected"),
        Cause::Impossible(_) => words!("Can’t connect"),
    }
}

fn waiting(trouble: Option<&Trouble>) -> &'static str {
    match trouble {
        Some(Trouble::Unreachable) => words!("Nothing answers"),
        Some(Trouble::Refused(_) | Trouble::Problem(_)) => words!("Refused"),
        Some(Trouble::NotOurs(_)) => words!("Somebody else answers"),
        Some(Trouble::OnlyPlainRequests | Trouble::NoUpgrade(_) | Trouble::OldHttp) => {
            words!("Held up on the way")
        }
        // An attempt that has ended queues no more.
        None | Some(Trouble::Queued) => words!("Trying again"),
    }
}

fn explain(
    trouble: &Trouble,
    part: Part,
    failures: u32,
    base: &Result<String, WrongAddress>,
) -> Told {
    let base = base.as_deref().unwrap_or_default();
    match trouble {
        Trouble::Unreachable => say!(
            "There is no answer from {base} that this page may read. Check the address, that the \
             server runs, and that it lets this page’s origin in.",
            base
        )
        .into(),
        Trouble::Queued => queued(part).into(),
        Trouble::Refused(reason) => {
            Told::quoting(words!("The server does not let this page in: "), reason)
        }
        Trouble::Problem(problem) => {
            Told::quoting(words!("The server refuses the request: "), &problem.detail)
        }
        Trouble::NotOurs(what) => {
            say!("What answers at {base} is not this server: {what}.", base, what).into()
        }
        Trouble::NoUpgrade(_) | Trouble::OldHttp => say!(
            "The server answers other requests, but no WebSocket gets through: {opening}.",
            opening = opening(trouble).unwrap_or_default()
        )
        .into(),
        // A server that has just come back answers the question, though it missed the attempt.
        Trouble::OnlyPlainRequests if failures <= 1 => {
            words!("The server answers other requests, so the next attempt may do.").into()
        }
        Trouble::OnlyPlainRequests => only_plain_requests(part).into(),
    }
}

fn only_plain_requests(part: Part) -> String {
    match part {
        Part::Chat => words!(
            "The server answers other requests, but the WebSocket does not get through, or does \
             not last. Look at what stands between: a proxy, a firewall, an extension."
        )
        .to_owned(),
        Part::Clock => words!(
            "The server answers other requests, but the event stream does not get through, or is \
             held back. Look at what stands between: a proxy, a firewall, an extension."
        )
        .to_owned(),
        Part::Lane(transport) => say!(
            "The server answers other requests, but {transport} does not get through, or is held \
             back. Look at what stands between: a proxy, a firewall, an extension.",
            transport
        ),
    }
}

/// Whether a link's request waits in the browser.
pub fn queues(link: &LinkView) -> bool {
    link.trouble == Some(Trouble::Queued)
}

fn queued(part: Part) -> &'static str {
    match part {
        Part::Chat | Part::Clock => words!(
            "The request has not left the browser: it opens six HTTP/1.1 connections to one server \
             at the most, over all its tabs, and seems to have them all in use. Sockets do not \
             count and go on."
        ),
        // The view tells all of it once, above the lanes.
        Part::Lane(_) => {
            words!("The request has not left the browser: its six connections are taken.")
        }
    }
}

#[cfg(test)]
mod tests;
