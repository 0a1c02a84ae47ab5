//! The whole page, against servers that are not there.

use std::any::Any;

use echoclock_frontend::app::App;
use echoclock_frontend::browser::Frame;
use echoclock_frontend::language::Language;
use js_sys::Reflect;
use leptos::mount::mount_to;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventInit, HtmlElement, window};

use crate::heard::Uncaught;
use crate::support::{pass, speak, until};

/// A page within the page; dropping it takes it away.
struct Page {
    root: HtmlElement,
    app: Option<Box<dyn Any>>,
}

impl Page {
    fn open() -> Self {
        let document = window().and_then(|window| window.document()).expect("a document");
        let root = document.create_element("div").expect("an element");
        document.body().expect("a body").append_child(&root).expect("a child");
        let root: HtmlElement = root.unchecked_into();
        speak(Language::English);
        let app = mount_to(root.clone(), App);
        Self { root, app: Some(Box::new(app)) }
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        let found = self.root.query_selector(selector).expect("a selector");
        found.map(JsCast::unchecked_into)
    }

    fn says(&self, selector: &str, words: &str) -> bool {
        let text = self.find(selector).and_then(|element| element.text_content());
        text.is_some_and(|text| text.contains(words))
    }

    fn state(&self, part: &str) -> Option<String> {
        self.find(&format!("[data-testid={part}]"))?.get_attribute("data-state")
    }

    fn use_address(&self, address: &str) {
        let field = self.find("#api-address").expect("a field for the address");
        Reflect::set(&field, &"value".into(), &address.into()).expect("a field takes a value");
        let bubbles = EventInit::new();
        bubbles.set_bubbles(true);
        let input = Event::new_with_event_init_dict("input", &bubbles).expect("an event");
        field.dispatch_event(&input).expect("it can be dispatched");
        let form = field.closest("form").expect("a selector").expect("a form");
        let button = form.query_selector("button[type=submit]").expect("a selector");
        button.expect("a button").unchecked_into::<HtmlElement>().click();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        drop(self.app.take());
        self.root.remove();
    }
}

#[wasm_bindgen_test]
async fn the_page_remembers_an_address_explains_it_and_leaves_nothing_behind() {
    let uncaught = Uncaught::watch();
    let page = Page::open();
    // The test runner's own server answers, and is not ours.
    until("the API beside the page", || page.state("chat").as_deref() == Some("waiting")).await;
    page.use_address("ftp://127.0.0.1");
    let words = "not by ftp://";
    until("the address is explained", || page.says("[data-testid=address-error]", words)).await;
    until("nothing is tried", || page.state("chat").as_deref() == Some("idle")).await;
    drop(page);

    let page = Page::open();
    until("it is remembered", || page.says("[data-testid=address-error]", words)).await;
    page.use_address("http://127.0.0.1:1024");
    until("the clock is tried there", || page.says("[data-testid=clock-status]", ":1024")).await;
    page.use_address("");
    until("it is forgotten", || !page.says("[data-testid=clock-status]", ":1024")).await;
    drop(page);
    // What still ran would have run by then.
    pass(Frame::WITHIN * 2).await;
    assert_eq!(uncaught.count(), 0);
}
