//! What a query can't mean, and how it is told.

use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use echoclock_shared::transport::Transport;
use http::StatusCode;

use crate::support;

#[tokio::test]
async fn every_parameters_fault_is_told_in_plain_words() {
    const ODD: [&str; 16] = [
        "",
        "%2B0",
        "%2B5",
        "-1",
        "1.5",
        "1e3",
        "0x10",
        "%201",
        "1%20",
        "%EF%BC%91", // a digit as wide as an ideograph
        "%00",
        "%",
        "%zz",
        "%FF",
        "now",
        "1s%0A",
    ];
    let big = [1_u128 << 53, 1 << 64, u128::MAX].map(|number| number.to_string());
    let long = "9".repeat(5_000);
    let server = support::start().await;
    for transport in Transport::ALL {
        let url = server.http(&transport.of(path::CLOCK));
        let mut parameters = vec![
            ("after", "not a whole number from 0 to 2^53 - 1"),
            ("every", "not one of 100ms, 250ms, 1s, 5s, 15s, 60s"),
            ("link", "not 16 to 64 letters, digits, - and _"),
        ];
        if transport == Transport::LongPoll {
            parameters.push(("wait", "not a whole number of seconds from 0 to 60"));
        }
        for (parameter, fault) in parameters {
            // Any such number can name a ledger.
            let numbers = big.iter().filter(|_| parameter != "link").map(String::as_str);
            for value in ODD.into_iter().chain(numbers).chain([&*long]) {
                let request = reqwest::Client::new().get(format!("{url}?{parameter}={value}"));
                let answer = request.headers(support::follow::opening()).send().await;
                let answer = answer.expect("an answer");
                assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{parameter}={value}");
                let problem: Problem = answer.json().await.expect("a problem");
                assert_eq!(problem.parameter.as_deref(), Some(parameter), "{value}");
                assert_eq!(problem.detail, format!("{parameter} is {fault}"), "{value}");
            }
        }
    }
}
