//! What the server says of itself and of the request that asked.

use echoclock_shared::info::{Info, Seen, Verdict};
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
                fallback=|| view! { <p class="nothing">"The server has not said anything yet."</p> }
            >
                <Show when=move || draining.get()>
                    <p class="draining">"It is stopping: it ends what is open and takes nothing new."</p>
                </Show>
                <div>
                    <h3>"What it is"</h3>
                    {list(told(of_itself))}
                </div>
                <div>
                    <h3>"How this page reaches it"</h3>
                    {list(told(of_the_way))}
                </div>
            </Show>
        </div>
    }
}

/// What a fact is called, and what it is.
type Fact = (&'static str, String);

/// Lists facts. One that changes comes anew, its name with it: which there are, and where, depends
/// on the request.
fn list(facts: impl Fn() -> Vec<Fact> + Send + Sync + 'static) -> impl IntoView {
    let fact = |(name, value): Fact| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd dir="auto" {..verbatim()}>
                    {value}
                </dd>
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
    vec![
        ("Version", info.version.clone()),
        ("Instance", info.instance.clone()),
        (
            "Since",
            format!(
                "{} {:02}:{:02}, for {}",
                format::local_date(&started),
                started.hour,
                started.minute,
                format::duration(info.now.since(info.started))
            ),
        ),
        (
            "Open when asked",
            format!(
                "{}, {}, {}",
                format::things(info.open.sockets, "socket", "sockets"),
                format::things(info.open.streams, "stream", "streams"),
                format::things(info.open.polls, "poll", "polls")
            ),
        ),
        ("Messages echoed", format::count(info.done.echoes)),
    ]
}

fn of_the_way(info: &Info) -> Vec<Fact> {
    of_request(&info.request).into_iter().chain(by_pass(&info.socket)).collect()
}

fn of_request(seen: &Seen) -> Vec<Fact> {
    let version = format!("{} ({})", seen.http_version, seen.scheme);
    let known = [
        ("HTTP version", Some(version)),
        ("Client address", Some(seen.client.clone().unwrap_or_else(|| NOT_TOLD.to_owned()))),
        ("Host", seen.host.clone()),
        ("Origin", seen.origin.clone()),
    ];
    let by_proxies = [
        ("Via", seen.via.clone()),
        ("Forwarded", seen.forwarded.clone()),
        ("X-Forwarded-For", seen.x_forwarded_for.clone()),
        ("X-Forwarded-Proto", seen.x_forwarded_proto.clone()),
        ("X-Forwarded-Host", seen.x_forwarded_host.clone()),
        ("X-Forwarded-Port", seen.x_forwarded_port.clone()),
    ];
    let given = |(name, value): (&'static str, Option<String>)| value.map(|value| (name, value));
    let mut facts: Vec<_> = known.into_iter().filter_map(given).collect();
    let before = facts.len();
    facts.extend(by_proxies.into_iter().filter_map(given));
    if facts.len() == before {
        facts.push(("Proxies", "none has left a trace".to_owned()));
    }
    facts
}

/// Says that the page gets in by its pass alone, and why.
fn by_pass(socket: &Verdict) -> Option<Fact> {
    let reason = socket.reason.as_ref().filter(|_| socket.allowed)?;
    Some((
        "Let in by",
        format!("a pass, since the server’s own page seems to be another’s: {reason}"),
    ))
}

/// Why there is no address of the client.
const NOT_TOLD: &str = "not told: the connection comes from a private address, which may be a \
    proxy’s own, and no proxy says whom it speaks for";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_traces_of_proxies_are_told_or_their_absence() {
        let seen = Seen { http_version: "HTTP/1.1".to_owned(), ..Seen::default() };
        assert_eq!(of_request(&seen).last().map(|(name, _)| *name), Some("Proxies"));
        let seen = Seen { via: Some("1.1 caddy".to_owned()), ..seen };
        let last = of_request(&seen).pop();
        assert_eq!(last, Some(("Via", "1.1 caddy".to_owned())));
    }

    #[test]
    fn a_page_that_gets_in_by_its_pass_alone_is_told_so() {
        for (allowed, reason, told) in
            [(true, None, false), (true, Some("why"), true), (false, Some("why"), false)]
        {
            let verdict = Verdict { allowed, reason: reason.map(str::to_owned) };
            let said = by_pass(&verdict).map(|(_, said)| said);
            assert_eq!(said.is_some_and(|said| said.ends_with(": why")), told, "{verdict:?}");
        }
    }

    #[test]
    fn a_client_that_is_not_told_is_explained() {
        let client = |client: Option<&str>| {
            let seen = Seen { client: client.map(str::to_owned), ..Seen::default() };
            let facts = of_request(&seen);
            facts.into_iter().find(|(name, _)| *name == "Client address").map(|(_, said)| said)
        };
        assert_eq!(client(Some("192.0.2.7")).as_deref(), Some("192.0.2.7"));
        assert!(client(None).is_some_and(|said| said.contains("may be a proxy’s own")));
    }
}
