//! The Check view's program, beside a page that is not there but for the element between them.

use echoclock_frontend::between::{API, EXPLANATIONS, ROOT, api_to_text, explanations_of_text};
use echoclock_frontend::browser::{AttributeWatch, write_attribute};
use echoclock_frontend::check_app::CheckApp;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::window;

use crate::heard::Uncaught;
use crate::mounted::Mounted;
use crate::support::{pass, until};

fn go(fragment: &str) {
    let location = window().expect("a window").location();
    location.set_hash(fragment).expect("a fragment");
}

#[wasm_bindgen_test]
async fn the_view_comes_by_its_address_and_checks_where_the_page_says() {
    let uncaught = Uncaught::watch();
    let view = Mounted::new(ROOT, CheckApp);
    let button = "#run-check";
    assert!(view.find(button).is_none());
    go("#/check");
    until("the view", || view.find(button).is_some()).await;
    view.find(button).expect("it was found").click();
    until("it waits for the address", || view.says(button, "Cancel")).await;
    write_attribute(ROOT, API, &api_to_text(&Err("There is no address.".to_owned())));
    let end = "[data-testid=check-end]";
    until("it is told", || view.says(end, "There is no address.")).await;
    write_attribute(ROOT, API, &api_to_text(&Err("Es gibt keine Adresse.".to_owned())));
    until("it is told in another language", || view.says(end, "Es gibt keine Adresse.")).await;
    let told = view.root.get_attribute(EXPLANATIONS).expect("the page hears of each state");
    assert_eq!(explanations_of_text(&told), []);
    go("");
    until("it has gone again", || view.find(button).is_none()).await;
    drop(view);
    pass(std::time::Duration::from_millis(300)).await;
    assert_eq!(uncaught.count(), 0);
}

#[wasm_bindgen_test]
async fn an_attribute_is_heard_at_once_and_again_until_the_watch_is_dropped() {
    use std::cell::RefCell;
    use std::rc::Rc;

    let document = window().and_then(|window| window.document()).expect("a document");
    let element = document.create_element("p").expect("an element");
    element.set_id("watched");
    document.body().expect("a body").append_child(&element).expect("a child");
    write_attribute("watched", "data-it", "first");
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hearing = Rc::clone(&heard);
    let watch = AttributeWatch::new("watched", "data-it", move |it| hearing.borrow_mut().push(it));
    write_attribute("watched", "data-other", "not heard");
    write_attribute("watched", "data-it", "second");
    until("the second", || heard.borrow().len() == 2).await;
    drop(watch);
    write_attribute("watched", "data-it", "third");
    pass(std::time::Duration::from_millis(5)).await;
    assert_eq!(*heard.borrow(), ["first", "second"]);
    assert!(AttributeWatch::new("nobody", "data-it", |_| {}).is_none());
    element.remove();
}
