//! The server's part of the page.

use echoclock_frontend::address::Address;
use echoclock_frontend::stores::Stores;
use echoclock_shared::info::{Done, Info, Open, Seen, Verdict};
use echoclock_shared::time::UnixMillis;
use leptos::prelude::{Set, Update};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::Bench;
use crate::support::until;

const SERVER: &str = "[data-testid=server]";

pub(crate) fn info() -> Info {
    Info {
        version: "0.1.0".to_owned(),
        instance: "f3f019bf".to_owned(),
        now: UnixMillis::new(1_795_365_720_250),
        started: UnixMillis::new(1_795_365_595_250),
        draining: false,
        socket: Verdict { allowed: true, reason: None },
        pass: None,
        opening: None,
        check: true,
        raw: true,
        ledgers: true,
        open: Open { sockets: 1, streams: 2, polls: 3 },
        bounds: None,
        done: Done { echoes: 1_234 },
        request: Seen {
            http_version: "HTTP/1.1".to_owned(),
            scheme: "https".to_owned(),
            client: Some("10.0.0.1:4711".to_owned()),
            via: Some("2.0 caddy".to_owned()),
            ..Seen::default()
        },
    }
}

fn address(user: Option<&str>) -> Address {
    Address::choose(user, &Ok(String::new()), "http://here/sub/")
}

#[wasm_bindgen_test]
async fn the_server_tells_of_itself_and_of_the_way_to_it() {
    let bench = Bench::new(|_| {}).await;
    assert!(bench.text(".facts").contains("has not said anything yet"));
    bench.stores.server.info.set(Some(info()));
    bench.settle().await;
    let said = bench.text(".facts");
    for words in [
        "0.1.0",
        "f3f019bf",
        "for 2 min 5 s",
        "1 socket, 2 streams, 3 polls",
        "1,234",
        "HTTP/1.1 (https)",
        "10.0.0.1:4711",
        "2.0 caddy",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("It is stopping"));
    bench.stores.server.info.update(|info| {
        info.iter_mut().for_each(|info| info.draining = true);
    });
    bench.settle().await;
    assert!(bench.text(".facts").contains("It is stopping"));
}

#[wasm_bindgen_test]
async fn what_is_given_is_told_from_the_words_around_it() {
    let bench = Bench::new(|_| {}).await;
    let reason = "the page is of http://there";
    let mut info = info();
    info.request.client = None;
    info.request.host = Some("here".to_owned());
    info.socket.reason = Some(reason.to_owned());
    bench.stores.server.info.set(Some(info));
    bench.settle().await;
    let given = ["0.1.0", "f3f019bf", "HTTP/1.1 (https)", "here", "2.0 caddy", reason];
    assert_eq!(bench.texts(".facts [lang=''][translate=no]"), given);
    let said = bench.texts(".facts dd");
    for words in ["1,234", "not told: the connection", "a pass, since the server’s own page"] {
        assert!(said.iter().any(|said| said.starts_with(words)), "{words}: {said:?}");
    }
    let why = format!("seems to be another’s: {reason}");
    assert!(said.last().is_some_and(|said| said.ends_with(&why)), "{said:?}");
    assert_eq!(bench.count(".facts dd[lang], .facts dt[lang]"), 0);
}

#[wasm_bindgen_test]
async fn an_address_is_taken_explained_and_forgotten() {
    let bench = Bench::new(|stores: Stores| stores.server.address.set(address(None))).await;
    assert_eq!(bench.text("#api-in-use"), "In use: http://here/sub/api/, beside the page.");
    assert_eq!(bench.value("#api-address"), "");
    assert!(!bench.buttons(SERVER).contains(&"Forget it".to_owned()));

    bench.fill("#api-address", "ftp://x").await;
    bench.press(SERVER, "Use this address").await;
    assert_eq!(bench.addresses(), ["ftp://x"]);
    bench.stores.server.address.set(address(Some("ftp://x")));
    bench.settle().await;
    assert!(bench.text("[data-testid=address-error]").contains("not by ftp://"));
    assert_eq!(bench.attribute("[data-testid=address-error]", "role").as_deref(), Some("alert"));
    assert_eq!(bench.value("#api-address"), "ftp://x");
    assert!(bench.text(".commands").contains("no address to reach"));

    bench.press(SERVER, "Forget it").await;
    assert_eq!(bench.addresses(), [""]);
    bench.stores.server.address.set(address(None));
    bench.settle().await;
    assert!(bench.find("[data-testid=address-error]").is_none());
    assert_eq!(bench.value("#api-address"), "");
}

#[wasm_bindgen_test]
async fn every_endpoint_has_a_line_to_copy() {
    let given = address(Some("https://echo.example"));
    let bench = Bench::new(|stores: Stores| stores.server.address.set(given)).await;
    let lines = bench.text(".commands ul");
    for line in [
        "curl https://echo.example/api/info",
        "wscat -c wss://echo.example/api/echo ",
        "websocat wss://echo.example/api/echo/raw",
    ] {
        assert!(lines.contains(line), "{line}: {lines}");
    }
    assert_eq!(bench.count(".commands button"), 6);
    bench.stores.server.info.set(Some(Info { raw: false, ..info() }));
    bench.settle().await;
    assert_eq!(bench.count(".commands button"), 4);
    assert!(!bench.text(".commands ul").contains("/api/echo/raw"));
    bench.press(".commands li", "Copy").await;
    // Whether a browser without a user lets it copy is up to the browser.
    let word = || bench.text(".commands li button");
    until("it says what came of it", || word() == "Copied" || word() == "Selected").await;
}
