//! What the server says of itself and of the request that asked.

use echoclock_shared::info::{Amount, Bounds, Info, Open, Seen, Verdict};
use echoclock_shared::text::Text;
use echoclock_shared::{counted, fill, say, text, words};
use leptos::prelude::*;

use super::super::language::verbatim;
use crate::browser::clock;
use crate::format;
use crate::stores::use_stores;

/// What the server says of itself, and of the request as it arrived.
#[component]
pub(super) fn Facts() -> impl IntoView {
    let info = use_stores().server.info;
    let told = move |of: fn(&Info) -> Vec<Fact>| {
        move || info.with(|info| info.as_ref().map(of).unwrap_or_default())
    };
    let draining = Memo::new(move |_| info.with(|i| i.as_ref().is_some_and(|i| i.draining)));
    view! {
        <div class="facts">
            <Show
                when=move || info.with(Option::is_some)
                fallback=|| view! { <p class="nothing">{words!("The server has not said anything yet.")}</p> }
            >
                <Show when=move || draining.get()>
                    <p class="draining">{words!("It is stopping: it ends what is open and takes nothing new.")}</p>
                </Show>
                <div>
                    <h3>{words!("What it is")}</h3>
                    {list(told(of_itself))}
                </div>
                <div>
                    <h3>{words!("How this page reaches it")}</h3>
                    {list(told(of_the_way))}
                </div>
            </Show>
        </div>
    }
}

/// What a fact is called, and what it is.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Fact {
    name: &'static str,
    /// What the page says of it, in words and numbers of its own.
    words: Option<String>,
    /// What the server says, or the request said, after that.
    given: Option<String>,
}

impl Fact {
    fn said(name: &'static str, words: impl Into<String>) -> Self {
        Self { name, words: Some(words.into()), given: None }
    }

    fn given(name: &'static str, given: impl Into<String>) -> Self {
        Self { name, words: None, given: Some(given.into()) }
    }
}

/// Lists facts. One that changes comes anew, its name with it: which there are, and where, depends
/// on the request.
fn list(facts: impl Fn() -> Vec<Fact> + Send + Sync + 'static) -> impl IntoView {
    let fact = |Fact { name, words, given }: Fact| {
        let given = given.map(|given| {
            view! {
                <span dir="auto" {..verbatim()}>
                    {given}
                </span>
            }
        });
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{words}{given}</dd>
            </div>
        }
    };
    view! {
        <dl>
            <For each=facts key=Clone::clone children=fact/>
        </dl>
    }
}

fn of_itself(info: &Info) -> Vec<Fact> {
    let started = clock::local(info.started);
    let since = say!(
        "{date} {time}, for {duration}",
        date = format::local_date(&started),
        time = format::local_minute(&started),
        duration = format::duration(info.now.since(info.started))
    );
    let mut facts = vec![
        Fact::given(words!("Version"), info.version.clone()),
        Fact::given(words!("Instance"), info.instance.clone()),
        Fact::said(words!("Since"), since),
    ];
    facts.extend(of_what_is_open(&info.open, info.bounds.as_ref()));
    facts.push(Fact::said(words!("Messages echoed"), format::count(info.done.echoes)));
    facts
}

/// Tells what is open, of how much where the server says so, and what this network has of it.
fn of_what_is_open(open: &Open, bounds: Option<&Bounds>) -> Vec<Fact> {
    let Some(Bounds { sockets, streams, polls, .. }) = bounds else {
        let Open { sockets, streams, polls } = *open;
        let things = [
            counted!(sockets, "{n} socket", "{n} sockets", n = format::count(sockets)),
            counted!(streams, "{n} stream", "{n} streams", n = format::count(streams)),
            counted!(polls, "{n} poll", "{n} polls", n = format::count(polls)),
        ];
        return vec![Fact::said(OPEN.words(), listed(&things))];
    };
    let kinds = [
        (sockets, text!("{taken} of {max} sockets")),
        (streams, text!("{taken} of {max} streams")),
        (polls, text!("{taken} of {max} polls")),
    ];
    let of = |Amount { taken, max }: Amount, kind: Text| {
        fill!(kind, taken = format::count(taken), max = format::count(max))
    };
    let in_all = kinds.map(|(bound, kind)| of(bound.in_all, kind));
    let yours: Vec<_> =
        kinds.iter().filter_map(|(bound, kind)| Some(of(bound.yours?, *kind))).collect();
    let mut facts = vec![Fact::said(OPEN.words(), listed(&in_all))];
    if !yours.is_empty() {
        facts.push(Fact::said(words!("From your network"), listed(&yours)));
    }
    facts
}

/// Writes things one after the other.
fn listed(things: &[String]) -> String {
    things.join(words!(", "))
}

fn of_the_way(info: &Info) -> Vec<Fact> {
    of_request(&info.request).into_iter().chain(by_pass(&info.socket)).collect()
}

fn of_request(seen: &Seen) -> Vec<Fact> {
    let version = format!("{} ({})", seen.http_version, seen.scheme);
    let client = match &seen.client {
        Some(client) => Fact::given(CLIENT.words(), client.clone()),
        None => Fact::said(CLIENT.words(), NOT_TOLD.words()),
    };
    let known = [("Host", &seen.host), ("Origin", &seen.origin)];
    let by_proxies = [
        ("Via", &seen.via),
        ("Forwarded", &seen.forwarded),
        ("X-Forwarded-For", &seen.x_forwarded_for),
        ("X-Forwarded-Proto", &seen.x_forwarded_proto),
        ("X-Forwarded-Host", &seen.x_forwarded_host),
        ("X-Forwarded-Port", &seen.x_forwarded_port),
    ];
    let given = |(name, value): (&'static str, &Option<String>)| {
        value.clone().map(|value| Fact::given(name, value))
    };
    let mut facts = vec![Fact::given(words!("HTTP version"), version), client];
    facts.extend(known.into_iter().filter_map(given));
    let before = facts.len();
    facts.extend(by_proxies.into_iter().filter_map(given));
    if facts.len() == before {
        facts.push(Fact::said(words!("Proxies"), words!("none has left a trace")));
    }
    facts
}

/// Says that the page gets in by its pass alone, and why.
fn by_pass(socket: &Verdict) -> Option<Fact> {
    let reason = socket.reason.as_ref().filter(|_| socket.allowed)?;
    let words = words!("a pass, since the server’s own page seems to be another’s: ");
    Some(Fact { given: Some(reason.clone()), ..Fact::said(words!("Let in by"), words) })
}

const OPEN: Text = text!("Open when asked");

const CLIENT: Text = text!("Client address");

/// Why there is no address of the client.
const NOT_TOLD: Text = text!(
    "not told: the connection comes from a private address, which may be a proxy’s own, and no \
     proxy says whom it speaks for"
);

#[cfg(test)]
mod tests {
    use echoclock_shared::info::Bound;

    use super::*;

    #[test]
    fn what_is_open_is_told_of_how_much_there_may_be() {
        let open = Open { sockets: 1, streams: 2, polls: 3 };
        let all = Fact::said(OPEN.words(), "1 socket, 2 streams, 3 polls");
        assert_eq!(of_what_is_open(&open, None), [all]);

        let amount = |taken, max| Amount { taken, max };
        let bound = |in_all, yours| Bound { in_all: amount(in_all, 10_000), yours };
        let bounds = |yours: Option<Amount>| Bounds {
            connections: bound(9, None),
            sockets: bound(1, yours),
            streams: bound(2_345, yours),
            polls: bound(0, yours),
            requests: bound(7, yours),
            files: None,
            memory: None,
            each: None,
        };
        let all = Fact::said(
            OPEN.words(),
            "1 of 10,000 sockets, 2,345 of 10,000 streams, 0 of 10,000 polls",
        );
        assert_eq!(of_what_is_open(&open, Some(&bounds(None))), std::slice::from_ref(&all));
        let yours = "1 of 500 sockets, 1 of 500 streams, 1 of 500 polls";
        let yours = Fact::said("From your network", yours);
        let told = of_what_is_open(&open, Some(&bounds(Some(amount(1, 500)))));
        assert_eq!(told, [all, yours]);
    }

    #[test]
    fn the_traces_of_proxies_are_told_or_their_absence() {
        let seen = Seen { http_version: "HTTP/1.1".to_owned(), ..Seen::default() };
        let last = of_request(&seen).pop();
        assert_eq!(last, Some(Fact::said("Proxies", "none has left a trace")));
        let seen = Seen { via: Some("1.1 caddy".to_owned()), ..seen };
        assert_eq!(of_request(&seen).pop(), Some(Fact::given("Via", "1.1 caddy")));
    }

    #[test]
    fn a_page_that_gets_in_by_its_pass_alone_is_told_so() {
        for (allowed, reason, told) in
            [(true, None, false), (true, Some("why"), true), (false, Some("why"), false)]
        {
            let verdict = Verdict { allowed, reason: reason.map(str::to_owned) };
            let said = by_pass(&verdict);
            assert_eq!(said.is_some(), told, "{verdict:?}");
            let Some(said) = said else { continue };
            assert!(said.words.is_some_and(|words| words.ends_with(": ")), "{verdict:?}");
            assert_eq!(said.given.as_deref(), reason, "the server’s own words");
        }
    }

    #[test]
    fn a_client_that_is_not_told_is_explained() {
        let client = |client: Option<&str>| {
            let seen = Seen { client: client.map(str::to_owned), ..Seen::default() };
            of_request(&seen)
                .into_iter()
                .find(|fact| fact.name == CLIENT.words())
                .expect("it is told of")
        };
        assert_eq!(client(Some("192.0.2.7")), Fact::given(CLIENT.words(), "192.0.2.7"));
        assert_eq!(client(None), Fact::said(CLIENT.words(), NOT_TOLD.words()));
        assert!(NOT_TOLD.words().contains("may be a proxy’s own"));
    }
}
