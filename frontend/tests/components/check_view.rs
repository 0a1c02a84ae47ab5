//! The Check view as the page has it: its program is another one, fetched when it is wanted.

use echoclock_frontend::address::Address;
use echoclock_frontend::between::{API, Explanation, ROOT, api_of_text};
use echoclock_frontend::place::Place;
use echoclock_frontend::stores::{ProgramIntent, ProgramState};
use echoclock_shared::transport::Transport;
use leptos::prelude::Set;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::PointerEvent;

use crate::bench::Bench;

fn is_hidden(bench: &Bench) -> bool {
    bench.get(&format!("#{ROOT}")).has_attribute("hidden")
}

#[wasm_bindgen_test]
async fn the_program_is_fetched_by_who_points_at_it_and_started_by_who_opens_it() {
    let bench = Bench::new(|_| {}).await;
    assert_eq!(bench.programs(), []);
    for (number, asked) in [(2, vec![]), (3, vec![ProgramIntent::Fetch])] {
        let link = bench.get(&format!("nav li:nth-child({number}) a"));
        let event = PointerEvent::new("pointerenter").expect("an event");
        link.dispatch_event(&event).expect("it can be dispatched");
        assert_eq!(bench.programs(), asked, "link {number}");
    }
    bench.stores.page.place.set(Place::Check);
    bench.settle().await;
    assert_eq!(bench.programs(), [ProgramIntent::Start]);
}

#[wasm_bindgen_test]
async fn until_the_program_runs_its_place_says_so() {
    let bench = Bench::new(|stores| {
        stores.page.place.set(Place::Check);
        stores.check_program.state.set(ProgramState::Starting);
    })
    .await;
    assert_eq!(bench.text(".fetched [role=status]"), "Loading…");
    assert!(is_hidden(&bench));
    bench.stores.check_program.state.set(ProgramState::Runs);
    bench.settle().await;
    assert_eq!(bench.count(".fetched"), 0);
    assert!(!is_hidden(&bench));
    bench.stores.page.place.set(Place::Live);
    bench.settle().await;
    assert!(is_hidden(&bench));
}

#[wasm_bindgen_test]
async fn a_program_that_does_not_come_is_tried_again_by_a_button() {
    let bench = Bench::new(|stores| {
        stores.page.place.set(Place::Check);
        stores.check_program.state.set(ProgramState::Failed("Failed to fetch".to_owned()));
    })
    .await;
    let told = bench.text("[data-testid=check-failed]");
    assert!(told.ends_with("The browser says: Failed to fetch"), "{told}");
    assert_eq!(bench.text(".fetched [role=status]"), "");
    bench.programs();
    bench.press(".fetched", "Try again").await;
    assert_eq!(bench.programs(), [ProgramIntent::Start]);
    assert_eq!(bench.count("main:focus"), 1, "the button is about to go");
}

#[wasm_bindgen_test]
async fn the_program_is_told_where_the_api_is_once_that_is_known() {
    let bench = Bench::new(|_| {}).await;
    let root = format!("#{ROOT}");
    assert_eq!(bench.attribute(&root, API), None);
    for (given, base) in [("http://there/", Ok("http://there/api/")), ("ftp://there/", Err("ftp"))]
    {
        let address = Address::choose(Some(given), &Ok(String::new()), "http://here/");
        bench.stores.server.address.set(address);
        bench.settle().await;
        let told =
            bench.attribute(&root, API).as_deref().and_then(api_of_text).expect("it is told");
        match (told, base) {
            (Ok(told), Ok(base)) => assert_eq!(told, base),
            (Err(told), Err(word)) => assert!(told.contains(word), "{told}"),
            (told, base) => panic!("{told:?} is not {base:?}"),
        }
    }
}

#[wasm_bindgen_test]
async fn a_lane_links_to_the_finding_that_explains_it() {
    let explanation = Explanation {
        transport: Transport::Events,
        rule: Some("compressed-in-buffer".to_owned()),
        title: "Streams are compressed in a buffer".to_owned(),
    };
    let bench = Bench::new(|stores| {
        stores.page.place.set(Place::Transports);
        stores.check_program.explanations.set(vec![explanation]);
    })
    .await;
    assert_eq!(bench.count("[data-testid=explained]"), 1);
    let link = bench.attribute("#lane-events [data-testid=explained] a", "href");
    assert_eq!(link.as_deref(), Some("#/check/compressed-in-buffer"));
    bench.stores.check_program.explanations.set(vec![]);
    bench.settle().await;
    assert_eq!(bench.count("[data-testid=explained]"), 0);
}
