//! Joins the driver to the browser and the stores, for as long as the app stands.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::session::{Event, Intent, Part};
use echoclock_shared::words;
use leptos::prelude::Set;

use crate::address::{Address, ConfigTrouble, api_in_config, folder};
use crate::between::{self, PAGE_TEXTS};
use crate::browser::{
    FragmentWatch, PageWatch, Task, document_base, fragment, get, program, storage, wait,
    write_attribute,
};
use crate::check_program::CheckProgram;
use crate::driver::{BrowserEdge, Driver, Receiver};
use crate::language::{self, Language};
use crate::now;
use crate::place::Place;
use crate::stores::{Dispatch, PageStore, Stores, Writer};

/// How long the page waits for its `config.json`.
const CONFIG_WITHIN: Duration = Duration::from_secs(5);

/// Starts everything, and returns how components say what the user wants.
///
/// It ends with the reactive owner in which it is called.
pub(crate) fn start(stores: Stores) -> Dispatch {
    let wiring = Rc::new(Wiring::new(stores));
    let check_program = CheckProgram::new(stores.check_program);
    let watched = Rc::clone(&wiring.driver);
    let watch = PageWatch::new(move |event| watched.post(Event::Page(event)));
    let now = now::keep(stores.page.now);
    let go = move |fragment: String| {
        stores.page.unspoken.set(None);
        stores.page.place.set(Place::of(&fragment));
    };
    go(fragment());
    let places = FragmentWatch::new(go);
    let starting = Rc::clone(&wiring);
    let config = Task::spawn(async move {
        let config = read_config().await;
        starting.config.replace(Some(config));
        starting.find_api();
        starting.want(Intent::Connect(Part::Chat));
        starting.want(Intent::Connect(Part::Clock));
    });
    stores.page.language.set(language::spoken());
    let (readdressed, speaking) = (Rc::clone(&wiring), RefCell::new(None));
    Dispatch::new(
        move |intent| wiring.want(intent),
        move |address| {
            // The callback lives as long as the dispatch, and these with it.
            let _alive = (&watch, &now, &places, &config);
            readdressed.use_address(&address);
        },
        move |intent| check_program.want(intent),
        move |language| {
            speaking.replace(Some(Task::spawn(speak(stores.page, language))));
        },
    )
}

struct Wiring {
    driver: Rc<Driver<BrowserEdge, Writer>>,
    stores: Stores,
    address: Rc<RefCell<Address>>,
    /// What `config.json` says, once it is read.
    config: RefCell<Option<Result<String, ConfigTrouble>>>,
}

impl Wiring {
    fn new(stores: Stores) -> Self {
        let address = Rc::new(RefCell::new(Address::default()));
        let driver = Driver::new(|inbox| {
            let edge = BrowserEdge::new(inbox, Rc::clone(&address), stores.wire.wire());
            (edge, Writer::new(stores))
        });
        Self { driver, stores, address, config: RefCell::new(None) }
    }

    fn want(&self, intent: Intent) {
        self.driver.post(Event::User(intent));
    }

    fn use_address(&self, given: &str) {
        let given = given.trim();
        storage::write(&remembered_as(), Some(given).filter(|given| !given.is_empty()));
        self.find_api();
        self.want(Intent::Readdress);
    }

    /// Chooses the API's address by what is known; nothing is chosen before the config is read.
    fn find_api(&self) {
        let address = match &*self.config.borrow() {
            Some(config) => Address::choose(
                storage::read(&remembered_as()).as_deref(),
                config,
                &document_base(),
            ),
            None => Address::default(),
        };
        if self.address.borrow().base != address.base {
            // What another server has said of itself.
            self.stores.server.info.set(None);
        }
        self.stores.server.address.set(address.clone());
        self.address.replace(address);
    }
}

/// Has the page, and the Check view, speak another language, and remembers it.
async fn speak(page: PageStore, language: Language) {
    let fetched = program::fetch_texts(language.tag()).await;
    let spoken = fetched.and_then(|()| {
        let is_spoken = language::speak(language, &[PAGE_TEXTS]);
        is_spoken.then_some(()).ok_or_else(|| words!("it has no texts").to_owned())
    });
    page.unspoken.set(spoken.as_ref().err().map(|why| (language, why.clone())));
    if spoken.is_ok() {
        storage::write(LANGUAGE_REMEMBERED_AS, Some(language.tag()));
        program::set_language(language.tag());
        write_attribute(between::ROOT, between::LANGUAGE, language.tag());
        page.language.set(language);
    } else {
        wait(COMPLAIN_FOR).await;
        page.unspoken.set(None);
    }
}

/// How long it is told that a language can't be had.
const COMPLAIN_FOR: Duration = Duration::from_secs(20);

/// The name under which language.js looks for the language that was chosen.
const LANGUAGE_REMEMBERED_AS: &str = "echoclock.language";

/// Reads `config.json` beside the page, or says why it can't be used.
async fn read_config() -> Result<String, ConfigTrouble> {
    let answer = get("config.json", CONFIG_WITHIN, |_| true).await;
    let answer = answer.ok_or(ConfigTrouble::NotFetched)?;
    match answer.body {
        Some(json) if answer.status == 200 => api_in_config(&json),
        _ => Err(ConfigTrouble::Status(answer.status)),
    }
}

/// Returns the name under which the browser remembers the API's address: pages in other folders of
/// the same origin have one of their own.
fn remembered_as() -> String {
    format!("echoclock.api {}", folder(&document_base()))
}
