//! What is asked before a run: whether the server lets it, and whether sockets take a pass.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::check::answer::Arrived;
use echoclock_shared::check::evidence::Client;
use echoclock_shared::check::run::{Setup, Slots};
use echoclock_shared::check::suite::{Depth, probes};
use echoclock_shared::info::Info;
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::pass::PARAMETER as PASS;
use echoclock_shared::path;
use leptos::prelude::Set;

use super::carry::Way;
use super::running::Running;
use super::{Checker, TELL_EVERY};
use crate::address::with_parameter;
use crate::between::Api;
use crate::browser::{Exchange, Interval, Question, Task, clock, random_bits, unless, wait};
use crate::stores::{CheckEnd, CheckPhase, CheckProgress, Refusal};

impl Checker {
    pub(super) fn start(self: &Rc<Self>, is_deep: bool) {
        self.now.running.replace(None);
        self.store.progress.set(CheckProgress::default());
        self.store.phase.set(CheckPhase::Running { is_deep, began: clock::mono() });
        let telling = Rc::downgrade(self);
        self.tabs.tell();
        self.now.telling.replace(Some(Interval::every(TELL_EVERY, move || {
            if let Some(checker) = telling.upgrade() {
                checker.tabs.tell();
            }
        })));
        let (checker, api) = (Rc::downgrade(self), Rc::clone(&self.api));
        self.now.starting.replace(Some(Task::spawn(async move {
            let may_run = async { may_run(known(&api).await.map_err(Refusal::NoApi)?).await };
            let asked = unless(may_run, wait(ASKED_WITHIN)).await;
            let asked = asked.unwrap_or(Err(Refusal::Unreachable));
            let Some(checker) = checker.upgrade() else { return };
            match asked {
                Ok((way, has_ledgers)) => checker.run(way, has_ledgers, is_deep),
                Err(why) => checker.over(CheckEnd::Refused(why), None),
            }
        })));
    }

    fn run(self: &Rc<Self>, way: Way, has_ledgers: bool, is_deep: bool) {
        let depth = if is_deep { Depth::Deep } else { Depth::Quick };
        let Some(bits) = random_bits() else {
            return self.over(CheckEnd::Refused(Refusal::NoDice), None);
        };
        let setup = Setup {
            url: way.base.clone(),
            probes: probes(depth),
            slots: Slots::of(Client::Browser),
            client: Client::Browser,
            time: depth.time(),
            has_ledgers,
            run: LedgerId::from_random(bits),
            began: clock::wall(),
        };
        let ending = Rc::downgrade(self);
        let running = Running::new(setup, way, is_deep, self.store.progress, move |end, report| {
            if let Some(checker) = ending.upgrade() {
                checker.over(end, Some(report));
            }
        });
        self.now.running.replace(Some(Rc::clone(&running)));
        running.begin();
    }
}

/// Waits for the API's address, which a page that has only begun does not know yet.
async fn known(api: &RefCell<Option<Api>>) -> Api {
    loop {
        if let Some(api) = api.borrow().clone() {
            return api;
        }
        wait(LOOK_EVERY).await;
    }
}

/// Asks whether the check is there, for a pass where the server wants one, and whether it keeps ledgers.
async fn may_run(base: String) -> Result<(Way, bool), Refusal> {
    let at = |path: &str| Question {
        address: format!("{base}{}", path::below_api(path)),
        ..Question::default()
    };
    let seen = Exchange::begin(at(path::CHECK_SEEN)).await;
    let mut seen = seen.map_err(|_| Refusal::Unreachable)?;
    match seen.status {
        200 => {
            let answer = seen.whole().await.map_err(|_| Refusal::Unreachable)?;
            let seen = str::from_utf8(&answer).ok().map(serde_json::from_str::<Arrived>);
            seen.and_then(Result::ok).ok_or(Refusal::Elsewhere)?;
        }
        404 => return Err(Refusal::NotThere),
        429 | 503 => return Err(Refusal::Busy),
        status => return Err(Refusal::Status(status)),
    }
    let info = at(path::INFO);
    let info = Question { address: with_parameter(&info.address, PASS, ""), ..info };
    let info = told(info).await;
    let has_ledgers = info.as_ref().is_none_or(|info| info.ledgers);
    Ok((Way { pass: info.and_then(|info| info.pass), base }, has_ledgers))
}

/// Asks what the server says of itself; nothing where the answer is another one.
async fn told(question: Question) -> Option<Info> {
    let answer = Exchange::begin(question).await.ok()?.whole().await.ok()?;
    serde_json::from_str(str::from_utf8(&answer).ok()?).ok()
}

const ASKED_WITHIN: Duration = Duration::from_secs(10);

/// How often the address is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(50);
