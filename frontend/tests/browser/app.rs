//! The whole page, against servers that are not there.

use echoclock_frontend::app::App;
use echoclock_frontend::browser::Frame;
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventInit, HtmlElement};

use crate::heard::Uncaught;
use crate::mounted::Mounted;
use crate::support::{pass, until};

fn open() -> Mounted {
    Mounted::new("page", App)
}

fn state(page: &Mounted, part: &str) -> Option<String> {
    page.find(&format!("[data-testid={part}]"))?.get_attribute("data-state")
}

fn use_address(page: &Mounted, address: &str) {
    let field = page.find("#api-address").expect("a field for the address");
    Reflect::set(&field, &"value".into(), &address.into()).expect("a field takes a value");
    let bubbles = EventInit::new();
    bubbles.set_bubbles(true);
    let input = Event::new_with_event_init_dict("input", &bubbles).expect("an event");
    field.dispatch_event(&input).expect("it can be dispatched");
    let form = field.closest("form").expect("a selector").expect("a form");
    let button = form.query_selector("button[type=submit]").expect("a selector");
    button.expect("a button").unchecked_into::<HtmlElement>().click();
}

#[wasm_bindgen_test]
async fn the_page_remembers_an_address_explains_it_and_leaves_nothing_behind() {
    let uncaught = Uncaught::watch();
    let page = open();
    // The test runner's own server answers, and is not ours.
    until("the API beside the page", || state(&page, "chat").as_deref() == Some("waiting")).await;
    use_address(&page, "ftp://127.0.0.1");
    let words = "not by ftp://";
    until("the address is explained", || page.says("[data-testid=address-error]", words)).await;
    until("nothing is tried", || state(&page, "chat").as_deref() == Some("idle")).await;
    drop(page);

    let page = open();
    until("it is remembered", || page.says("[data-testid=address-error]", words)).await;
    use_address(&page, "http://127.0.0.1:1024");
    until("the clock is tried there", || page.says("[data-testid=clock-status]", ":1024")).await;
    use_address(&page, "");
    until("it is forgotten", || !page.says("[data-testid=clock-status]", ":1024")).await;
    drop(page);
    // What still ran would have run by then.
    pass(Frame::WITHIN * 2).await;
    assert_eq!(uncaught.count(), 0);
}
