//! A report without addresses, for those who pass it on.

use serde_json::Value;

use super::Report;

mod addresses;
use addresses::Addresses;

mod hosts;
use hosts::{Hosts, Place};

/// Returns a report in which a number stands for each address of the Internet protocol, for the host that
/// was checked, and for hosts that proxies name: the same number for the same one, so that it still tells
/// who is who. The run's id, which opens the server's ledgers for a while, is zero, and the checked address
/// has no query.
pub fn redacted(report: &Report) -> Report {
    let mut report = report.clone();
    let other = report.compared.as_mut().map(|compared| &mut compared.with.url);
    let urls: Vec<&mut String> = std::iter::once(&mut report.url).chain(other).collect();
    for url in urls {
        url.truncate(url.find(['?', '#']).unwrap_or(url.len()));
    }
    let json = serde_json::to_string(&report).expect("a report has string keys");
    // It stands in the requests' targets and the ledgers' names, too.
    let run = report.run.as_str();
    let json = json.replace(run, &"0".repeat(run.len()));
    let mut json: Value = serde_json::from_str(&json).expect("what was written is JSON");
    let other = report.compared.iter().map(|compared| compared.with.url.as_str());
    let proxy = report.proxy.as_deref();
    let hosts = Hosts::of(std::iter::once(report.url.as_str()).chain(other).chain(proxy));
    let mut names = Names { hosts, addresses: Addresses::default() };
    names.hosts.learn(&json);
    for hop in json["hops"].as_array_mut().into_iter().flatten() {
        names.replace(&mut hop["because"], Place::Header("via"));
    }
    for url in ["/url", "/proxy", "/compared/with/url"] {
        if let Some(url) = json.pointer_mut(url) {
            names.replace(url, Place::Url);
        }
    }
    names.replace_all(&mut json);
    // What stands for an address is a text, as the address is.
    serde_json::from_str(&json.to_string()).expect("texts in a report may be any")
}

/// What has a number so far.
struct Names {
    hosts: Hosts,
    addresses: Addresses,
}

impl Names {
    fn replace_all(&mut self, value: &mut Value) {
        if let Some((name, header)) = header_of(value) {
            return self.replace(header, Place::Header(&name));
        }
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.replace_all(value)),
            Value::Object(fields) => {
                fields.values_mut().for_each(|value| self.replace_all(value));
            }
            Value::String(_) => self.replace(value, Place::Prose),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn replace(&mut self, value: &mut Value, place: Place<'_>) {
        if let Value::String(text) = value {
            let without_hosts = self.hosts.replaced(text, place);
            *text = self.addresses.replaced(&without_hosts, place.has_products());
        }
    }
}

/// Returns a header's name in lower case and its value, where this is one, as notes and ledgers list them.
fn header_of(value: &mut Value) -> Option<(String, &mut Value)> {
    let Value::Array(pair) = value else { return None };
    let [Value::String(name), text @ Value::String(_)] = pair.as_mut_slice() else { return None };
    Some((name.to_ascii_lowercase(), text))
}
