//! What is deployed beside the server: alerts and a dashboard that ask for nothing that is not there.

use std::fs;
use std::path::Path;

use echoclock_backend::limits::Limits;
use serde_json::Value;

use crate::support::two::{Scrape, Two};

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(path).expect(name)
}

/// The values of a key in the file of alerts, each on one line.
fn in_alerts<'a>(alerts: &'a str, key: &str) -> Vec<&'a str> {
    let lines = alerts.lines().map(|line| line.trim_start_matches([' ', '-']));
    lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(": ")).collect()
}

/// All expressions of a dashboard, and what its variables ask for.
fn in_dashboard(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match (key.as_str(), value) {
                    ("expr", Value::String(text)) => found.push(text.clone()),
                    ("query", Value::String(text)) => {
                        let asked = text.strip_prefix("label_values(");
                        let metric = asked.and_then(|asked| asked.rsplit_once(", "));
                        found.extend(metric.map(|(metric, _)| metric.to_owned()));
                    }
                    _ => in_dashboard(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| in_dashboard(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A metric that an expression asks for, with its matchers: a label, and words of which it has one.
type Asked = (String, Vec<(String, Vec<String>)>);

/// Reads the metrics out of an expression of Prometheus.
fn metrics(expression: &str) -> Vec<Asked> {
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = vec![];
    let mut rest = expression;
    while let Some(at) = rest.find(|c| is_of_a_name(c) || "[{\"".contains(c)) {
        rest = &rest[at..];
        if let Some(end) = match &rest[..1] {
            "[" => rest.find(']'),
            "{" => rest.find('}'),
            "\"" => rest[1..].find('"').map(|end| end + 1),
            _ => None,
        } {
            rest = &rest[end + 1..];
            continue;
        }
        let end = rest.find(|c| !is_of_a_name(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        if GROUPS.contains(&word) {
            // What stands in brackets after these are labels.
            let end = rest.find(')').expect("its end");
            rest = &rest[end + 1..];
        } else if !word.starts_with(|c: char| c.is_ascii_digit())
            && !SET_OPERATORS.contains(&word)
            && !is_function(rest)
        {
            let matchers = rest.strip_prefix('{').and_then(|it| it.split_once('}'));
            found.push((word.to_owned(), matchers.map_or(vec![], |(it, _)| read_matchers(it))));
        }
    }
    found
}

/// Whether what stands before this is a function, and no metric.
fn is_function(rest: &str) -> bool {
    ["(", "by ", "without "].iter().any(|begin| rest.trim_start().starts_with(begin))
}

fn read_matchers(matchers: &str) -> Vec<(String, Vec<String>)> {
    let matchers = matchers.split("\",").filter(|it| !it.contains('$'));
    let read = |matcher: &str| {
        let (label, words) = matcher.split_once('=').expect("a label and a value");
        let words = words.trim_start_matches('~').trim_matches('"').split('|');
        (label.trim().to_owned(), words.map(str::to_owned).collect())
    };
    matchers.map(read).collect()
}

/// Demands that each metric is there, and each word among its label's values.
fn are_there(scrape: &Scrape, expression: &str) {
    let asked = metrics(expression);
    assert!(!asked.is_empty(), "{expression} asks for nothing");
    for (name, matchers) in asked {
        if name == "up" {
            continue;
        }
        let is_its = |key: &&String| key.split('{').next() == Some(&*name);
        let those: Vec<_> = scrape.0.keys().filter(is_its).collect();
        assert!(!those.is_empty(), "there is no {name}, for which {expression} asks");
        for (label, words) in matchers {
            for word in words {
                let value = match word.strip_suffix(".*") {
                    Some(begin) => format!("{label}=\"{begin}"),
                    None => format!("{label}=\"{word}\""),
                };
                assert!(those.iter().any(|key| key.contains(&value)), "{value} of {name}");
            }
        }
    }
}

#[tokio::test]
async fn alerts_ask_for_metrics_that_are_there() {
    let scrape = Two::start(Limits::default()).await.scrape().await;
    let alerts = file("deploy/prometheus/alerts.yml");
    let expressions = in_alerts(&alerts, "expr");
    assert_eq!(expressions.len(), in_alerts(&alerts, "alert").len());
    expressions.iter().for_each(|expression| are_there(&scrape, expression));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_dashboard_asks_for_metrics_that_are_there_and_shows_all_of_them() {
    let scrape = Two::start(Limits::default()).await.scrape().await;
    let dashboard: Value =
        serde_json::from_str(&file("deploy/grafana/echoclock.json")).expect("it is JSON");
    let mut expressions = vec![];
    in_dashboard(&dashboard, &mut expressions);
    assert!(expressions.len() > 20, "{expressions:?}");
    expressions.iter().for_each(|expression| are_there(&scrape, expression));
    let asked: Vec<_> = expressions.iter().flat_map(|it| metrics(it)).map(|(it, _)| it).collect();
    let family = |key: &str| {
        let name = key.split('{').next().unwrap_or_default();
        let of = ["_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        of.map_or(name.to_owned(), |of| format!("{of}_bucket"))
    };
    for name in scrape.0.keys().map(|key| family(key)) {
        assert!(asked.contains(&name) || name == "echoclock_drain_seconds", "{name} is not shown");
    }
}

#[test]
fn each_alert_says_what_to_do_and_nothing_else_does() {
    let alerts = file("deploy/prometheus/alerts.yml");
    let operations = file("docs/OPERATIONS.md");
    let (_, chapter) = operations.split_once("\n## Alerts\n").expect("its chapter");
    let chapter = chapter.split("\n## ").next().expect("its text");
    let mut told: Vec<_> = chapter.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let mut named = in_alerts(&alerts, "alert");
    let runbooks = in_alerts(&alerts, "runbook_url");
    let expected: Vec<_> = named
        .iter()
        .map(|name| format!("docs/OPERATIONS.md#{}", name.to_ascii_lowercase()))
        .collect();
    assert_eq!(runbooks, expected);
    told.sort_unstable();
    named.sort_unstable();
    assert_eq!(told, named);
    for section in chapter.split("\n### ").skip(1) {
        assert!(section.len() > 100, "{section} says nothing");
    }
}

#[tokio::test]
async fn the_handbook_lists_every_metric() {
    let scrape = Two::start(Limits::default()).await.scrape().await;
    let operations = file("docs/OPERATIONS.md");
    let (_, chapter) = operations.split_once("\n## Metrics\n").expect("its chapter");
    let rows = chapter.lines().filter(|line| line.starts_with("| `"));
    let cells: Vec<_> = rows.map(|row| row.split('|').nth(1).expect("a cell")).collect();
    let mut listed: Vec<_> = cells.iter().flat_map(|cell| cell.split(", ")).collect();
    listed.iter_mut().for_each(|name| *name = name.trim().trim_matches('`'));
    let family = |key: &String| {
        let name = key.split('{').next().unwrap_or_default();
        let of = ["_sum", "_count", "_bucket"].iter().find_map(|end| name.strip_suffix(end));
        of.unwrap_or(name).to_owned()
    };
    let mut there: Vec<_> = scrape.0.keys().map(family).collect();
    if !cfg!(target_os = "linux") {
        listed.retain(|name| !name.starts_with("process_"));
        there.retain(|name| !name.starts_with("process_"));
    }
    listed.sort_unstable();
    there.sort_unstable();
    there.dedup();
    assert_eq!(listed, there);
}

#[test]
fn metrics_are_read_out_of_expressions() {
    let name = |(name, _): Asked| name;
    for (expression, found) in [
        ("up{job=\"a b\"} == 0", &["up"][..]),
        ("sum by (le, x) (rate(a_bucket{y=~\"b|c\"}[5m])) / 2.5", &["a_bucket"]),
        ("a / on (job, limit) b{c=\"d\"} > 0", &["a", "b"]),
        ("time() - a", &["a"]),
    ] {
        assert_eq!(metrics(expression).into_iter().map(name).collect::<Vec<_>>(), found);
    }
    let (_, matchers) = metrics("a{x=\"1\", y=~\"b|c.*\", z=\"$job\"}").remove(0);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let expected = [("x".to_owned(), words(&["1"])), ("y".to_owned(), words(&["b", "c.*"]))];
    assert_eq!(matchers, expected);
}

/// What joins two of them.
const SET_OPERATORS: [&str; 3] = ["and", "or", "unless"];

/// What is followed by labels in brackets.
const GROUPS: [&str; 4] = ["by", "without", "on", "ignoring"];
