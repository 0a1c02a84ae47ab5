//! What proxies say of a request, and what strangers learn of them.

use echoclock_backend::forwarded::Trusted;
use echoclock_backend::origin::Allowed;
use echoclock_shared::info::Info;
use echoclock_shared::path;
use http::StatusCode;

use crate::support::asks::{Headers, get, open_socket, server};
use crate::support::{self, Setup};

#[tokio::test]
async fn only_trusted_proxies_tell_what_was_asked_for() {
    let trusted = |networks: &[&str]| {
        let networks = networks.iter().map(|network| network.parse().expect(network));
        Setup { trusted_proxies: Trusted::new(networks.collect()), ..Setup::default() }
    };
    for (networks, is_trusted) in
        [(&["127.0.0.0/8"][..], true), (&["192.0.2.0/24", "::1"], false), (&[], false)]
    {
        let server = support::start_with(trusted(networks)).await;
        for told in [
            ("x-forwarded-host", "e.example"),
            ("forwarded", "host=e.example"),
            ("x-forwarded-port", "8080"),
        ] {
            let origin = if told.1 == "8080" { "http://h:8080" } else { "https://e.example" };
            let headers: &Headers = &[("host", "h"), ("origin", origin), told];
            let expected = if is_trusted { 101 } else { 403 };
            assert_eq!(open_socket(&server, headers).await, expected, "{told:?} by {networks:?}");
        }
        let told: &Headers = &[
            ("x-forwarded-proto", "https,http"),
            ("x-forwarded-for", "192.0.2.7, 127.0.0.2"),
            ("forwarded", "for=192.0.2.7;by=127.0.0.1"),
        ];
        let info: Info = get(&server, path::INFO, told).await.json().await.expect("an Info");
        let seen = info.request;
        let client = seen.client.expect("a client");
        let shown = [seen.scheme, seen.x_forwarded_for.expect("it was sent")];
        let forwarded = seen.forwarded.expect("it was sent");
        if is_trusted {
            assert_eq!(
                (&*client, shown),
                ("192.0.2.7", ["https", "192.0.2.7, proxy"].map(str::to_owned))
            );
            assert_eq!(forwarded, "for=192.0.2.7;by=proxy");
        } else {
            assert!(client.starts_with("127.0.0.1:"), "{client}");
            assert_eq!(shown, ["http", "192.0.2.7, 127.0.0.2"].map(str::to_owned));
            assert_eq!(forwarded, "for=192.0.2.7;by=127.0.0.1");
        }
    }
}

#[tokio::test]
async fn a_refusal_names_no_host_that_the_page_has_not_named() {
    let server = server(Allowed::Listed(vec![])).await;
    for from in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-party"),
    ] {
        let headers: &Headers = &[
            ("host", "inside.example:3000"),
            ("x-forwarded-host", "inside.example"),
            ("x-forwarded-for", "inside.example"),
            ("forwarded", "host=inside.example;by=inside.example"),
            from,
        ];
        let answer = get(&server, path::INFO, headers).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert!(!format!("{:?}", answer.headers()).contains("inside"), "{from:?}");
        let told = answer.text().await.expect("a problem");
        assert!(
            !told.contains("inside") && !told.contains(&server.address().to_string()),
            "{told}"
        );
    }
}

#[tokio::test]
async fn info_tells_whether_a_socket_would_be_refused() {
    let server = server(Allowed::Listed(vec![])).await;
    // A proxy that rewrites Host: the page's GET has no Origin, its socket will have one.
    let behind_proxy: &Headers = &[
        ("sec-fetch-site", "same-origin"),
        ("referer", "https://shown.example/page?x#y"),
        ("via", "1.1 proxy"),
        ("forwarded", "for=192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
    ];
    let info: Info = get(&server, path::INFO, behind_proxy).await.json().await.expect("an Info");
    assert!(!info.socket.allowed);
    let reason = info.socket.reason.expect("a reason");
    assert!(reason.contains("--allow-origin https://shown.example would"), "{reason}");
    assert!(reason.contains("X-Forwarded-Host"), "{reason}");
    let seen = info.request;
    assert_eq!((&*seen.http_version, &*seen.scheme), ("HTTP/1.1", "https"));
    assert_eq!(seen.host, Some(server.address().to_string()));
    assert_eq!(seen.client.as_deref(), Some("192.0.2.1"));
    assert_eq!(seen.origin, None);
    assert_eq!(seen.via.as_deref(), Some("1.1 proxy"));
    assert_eq!(seen.forwarded.as_deref(), Some("for=192.0.2.1"));
    assert_eq!(seen.x_forwarded_for.as_deref(), Some("192.0.2.1"));

    let forwarding: &Headers =
        &[("referer", "https://shown.example/"), ("x-forwarded-host", "shown.example")];
    for headers in [forwarding, &[]] {
        let info: Info = get(&server, path::INFO, headers).await.json().await.expect("an Info");
        assert!(info.socket.allowed, "{headers:?}: {:?}", info.socket);
    }
}
