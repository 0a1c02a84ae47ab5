//! What each side has of the headers.

use super::*;

#[test]
fn headers_are_told_by_what_each_side_has() {
    let owned = |headers: &[(&str, &str)]| -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    };
    let own = [("cache-control", "no-store"), ("date", "x")];
    let lost = || Symptom::HeadersStripped { names: vec!["cache-control".to_owned()] };
    for (url, request_headers, arrived, symptoms) in [
        ("http://proxy.test", &[][..], &own[..1], vec![]),
        ("http://proxy.test", &[], &[], vec![lost()]),
        ("http://proxy.test", &[("via", "1.1 x")], &own[..1], vec![Symptom::AddressLost]),
        ("http://proxy.test", &[("via", "1.1 x"), ("x-forwarded-for", "x")], &own[..1], vec![]),
        // Whoever answers in the server's name stands before it; who only adds headers may not.
        ("http://proxy.test", &[], &[own[0], ("server", "x")], vec![Symptom::AddressLost]),
        ("http://proxy.test", &[("x-request-id", "x")], &[own[0], ("x-cache", "x")], vec![]),
        ("https://proxy.test", &[("x-forwarded-for", "x")], &own[..1], vec![Symptom::SchemeLost]),
        (
            "https://proxy.test",
            &[("x-forwarded-for", "x"), ("x-forwarded-proto", "https")],
            &own[..1],
            vec![],
        ),
    ] {
        let mut made = Made::over(Path::default());
        // The comparison of the clocks is one itself.
        made.evidence.probes.clear();
        made.evidence.observations.clear();
        made.evidence.url = url.to_owned();
        let head = Heard::Head { status: 200, version: None, headers: owned(arrived) };
        let heard = [(100, Heard::Asked), (102, head)];
        let heard = heard.map(|(at, what)| Note { at: at * 1_000, request: 1, what });
        let server = vec![
            (EPOCH + 101, request("HTTP/1.1", request_headers)),
            (EPOCH + 101, What::Response { status: 200, headers: owned(&own) }),
        ];
        let ask = Ask::Seen { times: 1 };
        made.add("it", Lane::Requests, ask, Outcome::Done, heard.to_vec(), server);
        let found = find(&made.evidence).into_iter().map(|sign| sign.symptom);
        let found: Vec<_> = found.filter(|symptom| symptom.weight() > Weight::Note).collect();
        assert_eq!(found, symptoms, "{url} {request_headers:?} {arrived:?}");
    }
}

#[test]
fn an_answer_in_the_servers_place_has_lost_no_headers() {
    let lost = Symptom::HeadersStripped { names: vec!["x-own".to_owned()] };
    for (is_same, is_lost) in [(true, true), (false, false)] {
        let answered = Heard::Answered { bytes: 9, is_same, server_time: None };
        let headers = vec![("cache-control".to_owned(), "no-store".to_owned())];
        let shown = Heard::Head { status: 404, version: None, headers: headers.clone() };
        let heard = vec![(100, Heard::Asked), (102, shown), (102, answered)];
        let headers = [headers, vec![("x-own".to_owned(), "1".to_owned())]].concat();
        let own = What::Response { status: 404, headers };
        let server = vec![(101, request("HTTP/1.1", &[])), (101, own)];
        let found = faults(Lane::Requests, Case { ask: Ask::Status { code: 404 }, heard, server });
        assert_eq!(found.contains(&lost), is_lost, "{found:?}");
    }
}
