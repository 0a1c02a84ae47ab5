//! What is told of the server at `/metrics`, and to whom.

use echoclock_backend::config::{command, settings};
use echoclock_backend::limits::Limits;
use echoclock_shared::echo::{FromBrowser, SendKey};
use echoclock_shared::path;
use tokio_tungstenite::tungstenite::Message;

use crate::support::asked::Asked;
use crate::support::log::Log;
use crate::support::socket::Client;
use crate::support::two::{Scrape, Two};

#[tokio::test]
async fn metrics_are_for_who_looks_after_the_server_alone() {
    let server = Two::start(Limits::default()).await;
    for target in [path::METRICS, "/metrics/", "/%6detrics", "/api/metrics"] {
        let asked = Asked::at(server.at, &format!("GET {target} HTTP/1.1")).await;
        assert_eq!(asked.status(), 404, "{target}");
    }
    let (media_type, text) = server.metrics("").await;
    assert_eq!(media_type, "text/plain; version=0.0.4; charset=utf-8");
    assert!(text.contains("\n# TYPE echoclock_echoes_total counter\n"), "{text}");
    // As Prometheus asks.
    let accepts = "\r\naccept: application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3";
    let (media_type, text) = server.metrics(accepts).await;
    assert_eq!(media_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(text.contains("\n# TYPE echoclock_echoes counter\n"), "{text}");
    assert!(text.ends_with("\n# EOF\n"), "{text}");
}

#[tokio::test]
async fn the_form_that_is_liked_best_is_written() {
    let server = Two::start(Limits::default()).await;
    for (accept, is_open) in [
        ("application/openmetrics-text", true),
        ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2", true),
        ("text/plain, Application/OpenMetrics-Text", true),
        ("application/openmetrics-text;q=0, text/plain", false),
        ("application/openmetrics-text;q=0", false),
        ("application/openmetrics-text;q=0.1, text/plain;q=0.9", false),
        ("application/openmetrics-text;q=0.5, */*;q=0.9", false),
        ("application/openmetrics-text;q=0.5, text/*;q=0.9, */*;q=0.1", false),
        ("application/openmetrics-text;q=0.5, text/plain;q=0.3, */*;q=0.9", true),
        ("*/*", false),
    ] {
        let (media_type, _) = server.metrics(&format!("\r\naccept: {accept}")).await;
        assert_eq!(media_type.starts_with("application/openmetrics-text"), is_open, "{accept}");
    }
}

#[tokio::test]
async fn each_metric_has_its_help_and_no_label_can_hold_what_clients_say() {
    let server = Two::start(Limits::default()).await;
    let _held =
        Asked::at(server.at, "GET /api/clock/stream?link=abcdefghijklmnopqrstuv HTTP/1.1").await;
    let (_, text) = server.metrics("").await;
    let helped: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# HELP ")).collect();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, labels) = line.split_once(['{', ' ']).expect("a name");
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|it| name.strip_suffix(it));
        let has_help = |name: &str| {
            let help = helped.iter().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
            help.is_some_and(|help| help.ends_with('.'))
        };
        assert!(has_help(name) || family.is_some_and(has_help), "{name}");
        assert!(name.starts_with("echoclock_") || name.starts_with("process_"), "{name}");
        if !line.contains('{') {
            continue;
        }
        let (labels, _) = labels.rsplit_once('}').expect("their end");
        for label in labels.split("\",") {
            let (label, value) = label.split_once("=\"").expect("a value");
            let known = ["transport", "echo", "status", "reason", "limit", "version", "le"];
            assert!(known.contains(&label), "{line}");
            let is_word = |c: char| c.is_ascii_alphanumeric() || "_-+.".contains(c);
            assert!(value.trim_end_matches('"').chars().all(is_word), "{line}");
        }
    }
}

#[tokio::test]
async fn every_limit_is_told_with_what_it_is_set_to() {
    let server = Two::start(Limits::default()).await;
    let scrape = server.scrape().await;
    let command = command();
    let serve = command.find_subcommand("serve").expect("it is one");
    let limits = settings(serve).filter(|it| it.get_help_heading() == Some("Limits"));
    let mut told = 0;
    for limit in limits {
        let name = limit.get_long().expect("it is an option");
        let default = limit.get_default_values()[0].to_string_lossy();
        let value = scrape.value(&format!("echoclock_limit{{limit=\"{name}\"}}"));
        assert_eq!(value, default.parse::<f64>().expect("a number"), "{name}");
        assert_eq!(scrape.hits(name), 0.0, "{name}");
        told += 1;
    }
    let all = scrape.0.keys().filter(|name| name.starts_with("echoclock_limit{"));
    assert_eq!(all.count(), told);
}

#[tokio::test]
async fn what_is_done_is_told() {
    let server = Two::start(Limits::default()).await;
    let url = |path: &str| format!("ws://{}{path}", server.at);
    let (mut chat, mut raw) =
        (Client::open_chat(url(path::ECHO)).await, Client::open(url(path::ECHO_RAW)).await);
    for key in 1..=20 {
        let say = FromBrowser::Say {
            key: SendKey::new(key).expect("it is small"),
            text: "four".to_owned(),
        };
        chat.ask(&say).await;
        raw.send(Message::binary(vec![7; 100])).await;
        raw.receive().await;
    }
    let mut held = vec![];
    for (way, transport) in [("stream", "stream"), ("frame", "frame"), ("events", "events")] {
        let said = format!("GET /api/clock/{way}?every=100ms HTTP/1.1");
        held.push(Asked::at(server.at, &said).await);
        server.until(&format!("echoclock_items_total{{transport=\"{transport}\"}}"), 3.0).await;
    }
    let mut socket = Client::open(url("/api/clock/socket?every=100ms")).await;
    for _ in 0..3 {
        socket.receive().await;
    }
    for target in ["/api/clock", "/api/clock/next"] {
        assert_eq!(Asked::at(server.at, &format!("GET {target} HTTP/1.1")).await.status(), 200);
    }
    server.until("echoclock_item_lag_seconds_count{transport=\"stream\"}", 1.0).await;
    let scrape = server.scrape().await;
    for (name, value) in [
        ("echoclock_echoes_total{echo=\"chat\"}", 20.0),
        ("echoclock_echoes_total{echo=\"raw\"}", 20.0),
        ("echoclock_echoes_total{echo=\"post\"}", 0.0),
        ("echoclock_echo_bytes_total{echo=\"raw\"}", 2_000.0),
        ("echoclock_echo_sockets{echo=\"chat\"}", 1.0),
        ("echoclock_echo_sockets{echo=\"raw\"}", 1.0),
        ("echoclock_followers{transport=\"stream\"}", 1.0),
        ("echoclock_followers{transport=\"events\"}", 1.0),
        ("echoclock_followers{transport=\"socket\"}", 1.0),
        ("echoclock_followers{transport=\"long_poll\"}", 0.0),
        ("echoclock_items_total{transport=\"poll\"}", 1.0),
        ("echoclock_items_total{transport=\"long_poll\"}", 1.0),
        ("echoclock_answers_total{status=\"1xx\"}", 3.0),
        ("echoclock_answers_total{status=\"2xx\"}", 5.0),
        ("echoclock_limit_used{limit=\"sockets\"}", 3.0),
        ("echoclock_limit_used{limit=\"streams\"}", 3.0),
        ("echoclock_draining", 0.0),
        (&*format!("echoclock_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), 1.0),
    ] {
        assert_eq!(scrape.value(name), value, "{name}");
    }
    // An item of JSON is as long as the page that it came in, but for the brackets.
    let bytes = scrape.value("echoclock_item_bytes_total{transport=\"poll\"}");
    assert!((40.0..60.0).contains(&bytes), "{bytes}");
    is_measured(&scrape, "echoclock_echo_seconds", "");
    is_measured(&scrape, "echoclock_item_lag_seconds", "{transport=\"stream\"}");
    let connections = scrape.value("echoclock_connections");
    assert!(connections >= 6.0, "{connections}");
    assert!(scrape.value("echoclock_connections_accepted_total") >= connections);

    drop((chat, raw, held, socket));
    server.state.counts.nothing_open().await;
    let scrape = server.scrape().await;
    assert_eq!(scrape.value("echoclock_followers{transport=\"stream\"}"), 0.0);
    assert_eq!(scrape.value("echoclock_echo_sockets{echo=\"chat\"}"), 0.0);
}

#[tokio::test]
async fn what_is_no_request_is_told_as_well() {
    let log = Log::of_this_process();
    let server = Two::start(Limits::default()).await;
    let large = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}", "x".repeat(80_000));
    for (said, status) in [
        ("GET / HTTP/1.1\r\nhost: a\r\nno header", 400),
        ("GET / HTTP/3.1\r\nhost: a", 400),
        ("GET / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: foo", 400),
        (&large, 431),
    ] {
        let (answers, refused) = (
            "echoclock_answers_total{status=\"4xx\"}",
            "echoclock_refusals_total{reason=\"request\"}",
        );
        let before = server.scrape().await;
        let asked = Asked::at(server.at, said).await;
        assert_eq!(asked.status(), status, "{}", asked.head);
        server.until(answers, before.value(answers) + 1.0).await;
        server.until(refused, before.value(refused) + 1.0).await;
    }
    assert_eq!(log.lines(&["refused", "status=431", "message head is too large"]).len(), 1);
}

/// Some were measured, and took some time, though no longer than the test.
fn is_measured(scrape: &Scrape, name: &str, labels: &str) {
    let count = scrape.value(&format!("{name}_count{labels}"));
    let sum = scrape.value(&format!("{name}_sum{labels}"));
    assert!(count > 0.0 && (0.0..60.0).contains(&sum), "{name}: {count}, {sum}");
    let all = match labels {
        "" => "{le=\"+Inf\"}".to_owned(),
        labels => labels.replace('}', ",le=\"+Inf\"}"),
    };
    assert_eq!(scrape.value(&format!("{name}_bucket{all}")), count);
}

#[tokio::test]
async fn the_end_is_told() {
    let drain_at_least = std::time::Duration::from_secs(2);
    let server = Two::start(Limits { drain_at_least, ..Limits::default() }).await;
    server.state.drain.begin();
    assert_eq!(Asked::at(server.at, "GET /api/clock/stream HTTP/1.1").await.status(), 503);
    let scrape = server.scrape().await;
    assert_eq!(scrape.value("echoclock_draining"), 1.0);
    assert!(scrape.value("echoclock_drain_seconds") > 0.0);
    assert_eq!(scrape.value("echoclock_refusals_total{reason=\"draining\"}"), 1.0);
}
