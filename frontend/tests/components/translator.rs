//! What browsers' translators do to the page, and a watch over what they would spoil: see
//! `../support/translator.js`, which the journeys share.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Reflect, eval, global};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, MutationObserver, window};

/// What a translator does with a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Manner {
    /// It puts elements of its own in its place.
    Replacing,
    /// It empties what the text stands in, and fills it anew.
    Refilling,
}

impl Manner {
    pub(crate) const ALL: [Self; 2] = [Self::Replacing, Self::Refilling];

    const fn name(self) -> &'static str {
        match self {
            Self::Replacing => "replacing",
            Self::Refilling => "refilling",
        }
    }
}

/// A translation of all that is there and comes; dropping it ends it.
pub(crate) struct Translation {
    observer: MutationObserver,
    language: String,
}

impl Translation {
    pub(crate) fn of(root: &HtmlElement, manner: Manner) -> Self {
        let language = document_element().lang();
        let observer = call("translate", root, &manner.name().into()).unchecked_into();
        Self { observer, language }
    }
}

impl Drop for Translation {
    fn drop(&mut self) {
        self.observer.disconnect();
        document_element().set_lang(&self.language);
    }
}

/// A watch over what changes where a translator may be.
pub(crate) struct Watch {
    watch: JsValue,
    complaints: Rc<RefCell<Vec<String>>>,
    _complain: Closure<dyn Fn(String)>,
}

impl Watch {
    pub(crate) fn over(root: &HtmlElement) -> Self {
        let complaints = Rc::<RefCell<Vec<String>>>::default();
        let heard = Rc::clone(&complaints);
        let complain =
            Closure::<dyn Fn(String)>::new(move |complaint| heard.borrow_mut().push(complaint));
        let watch = call("watch", root, complain.as_ref());
        Self { watch, complaints, _complain: complain }
    }

    /// Returns what has changed since the last call.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.tell("look");
        self.complaints.take()
    }

    fn tell(&self, what: &str) {
        method(&self.watch, what).call0(&self.watch).expect("a watch does as it is told");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.tell("end");
    }
}

fn call(name: &str, root: &HtmlElement, with: &JsValue) -> JsValue {
    let named =
        || Reflect::get(&global(), &"translators".into()).expect("an object has or has not");
    if named().is_undefined() {
        eval(include_str!("../support/translator.js")).expect("a script");
    }
    method(&named(), name).call2(&JsValue::NULL, root, with).expect("it goes through")
}

fn method(of: &JsValue, name: &str) -> Function {
    Reflect::get(of, &name.into()).expect("an object").unchecked_into()
}

fn document_element() -> HtmlElement {
    let document = window().and_then(|window| window.document()).expect("a document");
    document.document_element().expect("an element").unchecked_into()
}
