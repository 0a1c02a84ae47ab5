//! The page over stores of the test's own, with hands and eyes.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use echoclock_frontend::components::{Check, Shell};
use echoclock_frontend::language::Language;
use echoclock_frontend::stores::{
    CheckDispatch, CheckIntent, CheckStore, Dispatch, ProgramIntent, Stores,
};
use echoclock_shared::session::Intent;
use js_sys::Reflect;
use leptos::mount::mount_to;
use leptos::prelude::{IntoView, Owner, Set, provide_context};
use wasm_bindgen::JsCast;
use web_sys::{
    CompositionEvent, CompositionEventInit, Element, Event, EventInit, HtmlElement, KeyboardEvent,
    KeyboardEventInit, window,
};

use crate::support::{pass, speak, until};
use crate::translator::{Manner, Translation, Watch};

/// What was asked for, oldest first.
type Heard<T> = Rc<RefCell<Vec<T>>>;

/// The page over stores of the test's own; dropping it takes it away.
pub(crate) struct Bench {
    pub(crate) stores: Stores,
    pub(crate) check: CheckStore,
    root: HtmlElement,
    intents: Heard<Intent>,
    addresses: Heard<String>,
    checks: Heard<CheckIntent>,
    programs: Heard<ProgramIntent>,
    languages: Heard<Language>,
    mounted: Option<Box<dyn Any>>,
    watch: Option<Watch>,
    translation: Option<Translation>,
    _owner: Owner,
}

impl Bench {
    /// Shows the page, its stores as `fill` leaves them.
    pub(crate) async fn new(fill: impl FnOnce(Stores)) -> Self {
        Self::speaking(Language::English, fill).await
    }

    /// Shows the page in a language, its stores as `fill` leaves them.
    pub(crate) async fn speaking(language: Language, fill: impl FnOnce(Stores)) -> Self {
        speak(language);
        Self::showing(Shell, |stores, _| {
            stores.page.language.set(language);
            fill(stores);
        })
        .await
    }

    /// Shows the Check view as its own program does, its store as `fill` leaves it.
    pub(crate) async fn of_check(fill: impl FnOnce(CheckStore)) -> Self {
        speak(Language::English);
        Self::showing(Check, |_, check| fill(check)).await
    }

    async fn showing<V: IntoView + 'static>(
        view: fn() -> V,
        fill: impl FnOnce(Stores, CheckStore),
    ) -> Self {
        let document = window().and_then(|window| window.document()).expect("a document");
        let root = document.create_element("div").expect("an element");
        document.body().expect("a body").append_child(&root).expect("a child");
        let root: HtmlElement = root.unchecked_into();
        let owner = Owner::new();
        owner.set();
        let (stores, check) = (Stores::default(), CheckStore::default());
        fill(stores, check);
        let (intents, addresses) = (Heard::default(), Heard::default());
        let (checks, programs, languages) = (Heard::default(), Heard::default(), Heard::default());
        let dispatch = {
            let (intents, addresses) = (Rc::clone(&intents), Rc::clone(&addresses));
            let (programs, languages) = (Rc::clone(&programs), Rc::clone(&languages));
            Dispatch::new(
                move |intent| intents.borrow_mut().push(intent),
                move |address| addresses.borrow_mut().push(address),
                move |intent| programs.borrow_mut().push(intent),
                move |language| languages.borrow_mut().push(language),
            )
        };
        let asked = Rc::clone(&checks);
        let check_dispatch = CheckDispatch::new(move |intent| asked.borrow_mut().push(intent));
        let mounted = mount_to(root.clone(), move || {
            provide_context(stores);
            provide_context(dispatch);
            provide_context(check);
            provide_context(check_dispatch);
            view()
        });
        let mounted: Option<Box<dyn Any>> = Some(Box::new(mounted));
        let watch = Some(Watch::over(&root));
        let translation = None;
        let bench = Self {
            stores,
            check,
            root,
            intents,
            addresses,
            checks,
            programs,
            languages,
            mounted,
            watch,
            translation,
            _owner: owner,
        };
        bench.settle().await;
        bench
    }

    /// Lets what has changed reach the page.
    ///
    /// Whatever changes in whichever test is looked at: a translator must not get at it.
    pub(crate) async fn settle(&self) {
        // Effects run as tasks, and a task may wake another one.
        pass(Duration::from_millis(1)).await;
        until("all parts have had their turn", || self.is_whole()).await;
        pass(Duration::from_millis(1)).await;
        let complaints = self.watch.as_ref().map(Watch::complaints).unwrap_or_default();
        assert!(complaints.is_empty(), "mark it, see components/language.rs: {complaints:#?}");
    }

    /// Whether what comes last in the page, and in the view that has parts, is there.
    fn is_whole(&self) -> bool {
        let is_there =
            |selector| self.root.query_selector(selector).is_ok_and(|found| found.is_some());
        let last = |whole, last| !is_there(whole) || is_there(last);
        last(".page-head", ".page-foot") && last(".lanes", ".lanes > .footnote")
    }

    /// Has a translator translate what is there and what comes.
    pub(crate) fn translate(&mut self, manner: Manner) {
        self.watch = None;
        self.translation = Some(Translation::of(&self.root, manner));
    }

    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    pub(crate) fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).expect("a selector")
    }

    pub(crate) fn get(&self, selector: &str) -> Element {
        self.find(selector).unwrap_or_else(|| panic!("no {selector} in {}", self.root.inner_html()))
    }

    pub(crate) fn count(&self, selector: &str) -> u32 {
        self.root.query_selector_all(selector).expect("a selector").length()
    }

    pub(crate) fn text(&self, selector: &str) -> String {
        self.get(selector).text_content().unwrap_or_default().trim().to_owned()
    }

    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.get(selector).get_attribute(name)
    }

    /// Returns the words on the buttons within `selector`.
    pub(crate) fn buttons(&self, selector: &str) -> Vec<String> {
        self.get(selector);
        self.texts(&format!("{selector} button"))
    }

    /// Returns the text of everything that is selected.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let found = self.root.query_selector_all(selector).expect("a selector");
        let text = |at| found.get(at).and_then(|it| it.text_content());
        (0..found.length()).filter_map(text).map(|text| text.trim().to_owned()).collect()
    }

    pub(crate) fn is_disabled(&self, selector: &str) -> bool {
        self.get(selector).has_attribute("disabled")
    }

    /// Presses the button within `selector` that bears `word`.
    pub(crate) async fn press(&self, selector: &str, word: &str) {
        let buttons = self.get(selector).query_selector_all("button").expect("a selector");
        let button = (0..buttons.length())
            .filter_map(|at| buttons.get(at))
            .find(|button| button.text_content().is_some_and(|text| text.trim() == word))
            .unwrap_or_else(|| panic!("no button {word} among {:?}", self.buttons(selector)));
        button.unchecked_into::<HtmlElement>().click();
        self.settle().await;
    }

    /// Presses what is selected.
    pub(crate) async fn click(&self, selector: &str) {
        self.get(selector).unchecked_into::<HtmlElement>().click();
        self.settle().await;
    }

    /// Puts a text into a field, or chooses an option, as a user does.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let field = self.get(selector);
        Reflect::set(&field, &"value".into(), &text.into()).expect("a field takes a value");
        let bubbles = EventInit::new();
        bubbles.set_bubbles(true);
        for kind in ["input", "change"] {
            let event = Event::new_with_event_init_dict(kind, &bubbles).expect("an event");
            field.dispatch_event(&event).expect("it can be dispatched");
        }
        self.settle().await;
    }

    pub(crate) fn value(&self, selector: &str) -> String {
        let value = Reflect::get(&self.get(selector), &"value".into()).expect("a field's value");
        value.as_string().unwrap_or_default()
    }

    /// Presses Enter, as `how` has it; returns whether the browser is to do what it does by itself.
    pub(crate) async fn enter(&self, selector: &str, how: impl FnOnce(&KeyboardEventInit)) -> bool {
        self.key(selector, "keydown", how).await
    }

    /// Has a key's event come, Enter's unless `how` has it otherwise; returns whether the browser
    /// is to do what it does by itself.
    pub(crate) async fn key(
        &self,
        selector: &str,
        kind: &str,
        how: impl FnOnce(&KeyboardEventInit),
    ) -> bool {
        let init = KeyboardEventInit::new();
        init.set_key("Enter");
        init.set_key_code(13);
        init.set_bubbles(true);
        init.set_cancelable(true);
        how(&init);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict(kind, &init);
        let goes_on = self.get(selector).dispatch_event(&event.expect("an event"));
        self.settle().await;
        goes_on.expect("it can be dispatched")
    }

    /// Has an input method's event come.
    pub(crate) async fn composition(&self, selector: &str, kind: &str, text: &str) {
        let init = CompositionEventInit::new();
        init.set_data(text);
        init.set_bubbles(true);
        let event = CompositionEvent::new_with_event_init_dict(kind, &init).expect("an event");
        self.get(selector).dispatch_event(&event).expect("it can be dispatched");
        self.settle().await;
    }

    /// Returns what was asked of the session since the last call.
    pub(crate) fn intents(&self) -> Vec<Intent> {
        self.intents.take()
    }

    /// Returns the addresses that were given since the last call.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.addresses.take()
    }

    /// Returns what was asked of the path check since the last call.
    pub(crate) fn checks(&self) -> Vec<CheckIntent> {
        self.checks.take()
    }

    /// Takes the languages that were asked for.
    pub(crate) fn languages(&self) -> Vec<Language> {
        self.languages.take()
    }

    /// Returns what was asked of the Check view's program since the last call.
    pub(crate) fn programs(&self) -> Vec<ProgramIntent> {
        self.programs.take()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(self.translation.take());
        drop(self.mounted.take());
        self.root.remove();
    }
}
