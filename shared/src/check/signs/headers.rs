//! Headers: which are lost, which are added, and what they no longer tell.

use std::collections::BTreeSet;

use super::Symptom;
use super::looked::{Looked, Timed};
use super::made::Made;
use crate::check::evidence::Client;
use crate::check::flow::named;
use crate::check::list::listed;
use crate::check::observed::Heard;
use crate::check::probe::{Ask, Lane};
use crate::{say, words};

pub(super) fn find(looked: &Looked<'_>, made: &mut Made) {
    let mut added = BTreeSet::new();
    let mut added_by = vec![];
    for told in &looked.probes {
        compressed(told, made);
        stripped(looked, told, made);
        let names = names_added(told);
        if !names.is_empty() {
            added_by.push(&told.probe.id);
            added.extend(names);
        }
    }
    if !added.is_empty() {
        let names: Vec<_> = added.into_iter().collect();
        let says = say!("Added on the way: {names}.", names = listed(&names));
        made.add(Lane::Requests, &added_by, Symptom::HeadersAdded { names }, says);
    }
    for told in looked.of_lane(Lane::Requests) {
        if matches!(told.probe.ask, Ask::Seen { .. }) {
            origin(looked, told, made);
        }
    }
}

fn compressed(told: &Timed<'_>, made: &mut Made) {
    let coding = |headers| named(headers, "content-encoding").find(|coding| *coding != "identity");
    let Some(coding_there) = told.heads().find_map(|(.., headers)| coding(headers)) else { return };
    let by_server = told
        .server
        .is_some_and(|server| server.responses().any(|(.., headers)| coding(headers).is_some()));
    if !by_server {
        let coding = coding_there.to_owned();
        let says = say!("Compressed on the way, as {coding}.", coding);
        made.shows(told.probe, Symptom::Compressed { coding }, says);
    }
}

/// The first response as the server wrote it, and as it arrived.
fn both<'a>(told: &Timed<'a>) -> Option<(Vec<String>, Vec<String>)> {
    let (.., arrived) = told.heads().next()?;
    let (.., sent) = told.server?.responses().next()?;
    Some((lower(sent), lower(arrived)))
}

fn lower(headers: &[(String, String)]) -> Vec<String> {
    headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect()
}

fn stripped(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    let Some((sent, arrived)) = both(told) else { return };
    let mut status = told.heads().map(|(_, _, status, _)| status);
    let mut own = told.server.into_iter().flat_map(|server| server.responses());
    if status.next() != own.next().map(|(_, status, _)| status) {
        return;
    }
    // An answer in the server's place, such as a page for all errors, has headers of its own.
    let is_replaced = |what: &Heard| matches!(what, Heard::Answered { is_same: false, .. });
    if told.seen.heard.iter().any(|note| is_replaced(&note.what)) {
        return;
    }
    // A page from elsewhere is shown few headers, whatever arrives (Fetch, CORS-safelisted).
    let is_shown = |name: &&String| !SAFELISTED.contains(&name.as_str()) && arrived.contains(name);
    let sees_all =
        looked.evidence.client == Client::CommandLine || sent.iter().any(|name| is_shown(&name));
    if !sees_all {
        return;
    }
    let is_lost = |name: &&String| !OF_HOPS.contains(&name.as_str()) && !arrived.contains(name);
    let mut names: Vec<_> = sent.iter().filter(is_lost).cloned().collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        let says = say!("Sent by the server, and not arrived: {names}.", names = listed(&names));
        made.shows(told.probe, Symptom::HeadersStripped { names }, says);
    }
}

fn names_added(told: &Timed<'_>) -> Vec<String> {
    let (sent, arrived) = both(told).unwrap_or_default();
    let is_new = |name: &&String| !OF_HOPS.contains(&name.as_str()) && !sent.contains(name);
    let hop = arrived.iter().filter(|name| is_new(name) || is_of_hop(name, &sent));
    let requests = told.server.into_iter().flat_map(|server| server.requests());
    let to_server = requests.flat_map(|request| lower(request.headers));
    let is_forwarding = |name: &String| ADDED.iter().any(|start| name.starts_with(start));
    hop.cloned().chain(to_server.filter(is_forwarding)).collect()
}

/// Whether a header that hops are free to change tells of one that has.
fn is_of_hop(name: &str, sent: &[String]) -> bool {
    matches!(name, "server" | "via" | "age") && !sent.iter().any(|known| known == name)
}

/// Looks whether the server learns whom it serves, and how they came.
fn origin(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    let Some(request) = told.server.and_then(|server| server.requests().next()) else { return };
    let is_secure = looked.evidence.url.starts_with("https:");
    let has = |name: &&str| request.values(name).next().is_some();
    // Who stands before the server in its name says so; whoever only adds headers may have left the
    // connection as it was.
    let (sent, arrived) = both(told).unwrap_or_default();
    let is_answered_for = arrived.iter().any(|name| is_of_hop(name, &sent));
    let has_hop = is_secure || is_answered_for || has(&"via") || request.version == "HTTP/1.0";
    if has_hop && !ADDRESSES.iter().any(has) {
        let says = words!("The request comes by a proxy, and no header tells for whom.");
        made.shows(told.probe, Symptom::AddressLost, says);
    }
    let schemes = ["x-forwarded-proto", "forwarded", "x-forwarded-scheme", "cf-visitor"];
    let has_scheme = schemes.iter().any(|name| {
        // The values of some are not shown.
        request.values(name).any(|value| value.contains("https") || value.ends_with("not shown)"))
    });
    if is_secure && !has_scheme {
        let says = words!("The client came by https, and no header tells the server so.");
        made.shows(told.probe, Symptom::SchemeLost, says);
    }
}

/// Which headers tell the client's address.
const ADDRESSES: [&str; 6] = [
    "x-forwarded-for",
    "forwarded",
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
    "x-client-ip",
];

/// How headers begin that hops add to requests.
const ADDED: [&str; 12] = [
    "via",
    "forwarded",
    "x-forwarded-",
    "x-real-ip",
    "x-request-id",
    "x-client-ip",
    "x-envoy-",
    "x-amz",
    "x-azure-",
    "x-varnish",
    "cf-",
    "cdn-loop",
];

/// Headers of a response that are each hop's own, or that it may change with the body's coding.
const OF_HOPS: [&str; 22] = [
    "accept-ranges",
    "age",
    "alt-svc",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "etag",
    "keep-alive",
    "proxy-connection",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "server",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "via",
    "x-accel-buffering",
    "x-accel-expires",
];

/// What a page from elsewhere may always see.
const SAFELISTED: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];
