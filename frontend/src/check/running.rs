//! A run under way: the one loop between what happens and what is to be done.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};
use std::time::Duration;

use echoclock_shared::check::observed::Outcome;
use echoclock_shared::check::report::{self, End, Ran, Report};
use echoclock_shared::check::request;
use echoclock_shared::check::run::{Effect, Event, Run, Setup, Stage};
use echoclock_shared::check::suite::{Depth, probes};
use echoclock_shared::ledger::LedgerId;
use leptos::prelude::{RwSignal, Set, Update};

use super::carry::{Edge, Way};
use super::hiding::Hiding;
use super::notes::{Notes, micros};
use crate::browser::{Task, Timer, clock, is_visible};
use crate::stores::{CheckEnd, CheckProgress, CheckStep, StepState};

/// A run under way; dropping it closes all that it has open.
pub(super) struct Running {
    own: Weak<Self>,
    /// The language in which its probes are told, by its tag.
    language: &'static str,
    run: RefCell<Run>,
    id: LedgerId,
    way: Way,
    is_deep: bool,
    /// When it began, as `Moment::mono` has it.
    began: Duration,
    queue: RefCell<VecDeque<Event>>,
    is_busy: Cell<bool>,
    probes: RefCell<BTreeMap<usize, Task>>,
    ledgers: RefCell<BTreeMap<usize, Task>>,
    timer: RefCell<Option<Timer>>,
    progress: RwSignal<CheckProgress>,
    /// When the verdicts so far were last told.
    told: Cell<Duration>,
    /// How many questions in a row the server did not answer.
    unanswered: Cell<u32>,
    end: RefCell<CheckEnd>,
    hiding: RefCell<Hiding>,
    on_over: Box<dyn Fn(CheckEnd, Report)>,
}

impl Running {
    pub(super) fn new(
        setup: Setup,
        way: Way,
        is_deep: bool,
        progress: RwSignal<CheckProgress>,
        on_over: impl Fn(CheckEnd, Report) + 'static,
    ) -> Rc<Self> {
        let id = setup.run.clone();
        let run = Run::new(setup);
        let step = |(which, probe): (usize, &echoclock_shared::check::probe::Probe)| CheckStep {
            lane: probe.lane,
            title: probe.title.clone(),
            state: state(run.stage(which)),
        };
        let steps = run.probes().iter().enumerate().map(step).collect();
        progress.set(CheckProgress { steps, verdicts: Vec::new() });
        Rc::new_cyclic(|own| Self {
            own: own.clone(),
            language: report::language(),
            run: RefCell::new(run),
            id,
            way,
            is_deep,
            began: clock::mono(),
            queue: RefCell::default(),
            is_busy: Cell::new(false),
            probes: RefCell::default(),
            ledgers: RefCell::default(),
            timer: RefCell::default(),
            progress,
            told: Cell::default(),
            unanswered: Cell::default(),
            end: RefCell::new(CheckEnd::Done),
            hiding: RefCell::default(),
            on_over: Box::new(on_over),
        })
    }

    pub(super) fn begin(&self) {
        self.take_visible(is_visible());
        self.post(Event::Begin);
    }

    /// Takes that the page is seen, or not, from now on.
    pub(super) fn take_visible(&self, is_visible: bool) {
        self.hiding.borrow_mut().take(is_visible, micros(self.time()));
    }

    /// Tells what its probes ask in the language that is spoken.
    pub(super) fn tell_again(&self) {
        let depth = if self.is_deep { Depth::Deep } else { Depth::Quick };
        let run = self.run.borrow();
        self.progress.update(|progress| {
            for probe in probes(depth) {
                let place = run.probes().iter().position(|own| own.id == probe.id);
                if let Some(step) = place.and_then(|which| progress.steps.get_mut(which)) {
                    step.title = probe.title;
                }
            }
        });
    }

    /// Stops it, with what is known so far.
    pub(super) fn cancel(&self, end: CheckEnd) {
        self.end.replace(end);
        self.post(Event::Cancel);
    }

    /// Takes one event, at once or after the one that is being handled.
    pub(super) fn post(&self, event: Event) {
        self.queue.borrow_mut().push_back(event);
        if self.is_busy.replace(true) {
            return;
        }
        while let Some(event) = self.next_event() {
            if let Event::Ledger(_, answer) = &event {
                self.judge_server(answer.is_ok());
            }
            let effects = self.run.borrow_mut().handle(event, self.time());
            for effect in effects {
                self.obey(effect);
            }
        }
        self.is_busy.set(false);
        self.set_timer();
    }

    fn next_event(&self) -> Option<Event> {
        self.queue.borrow_mut().pop_front()
    }

    /// A server that is asked again and again without an answer has gone.
    fn judge_server(&self, answered: bool) {
        self.unanswered.set(if answered { 0 } else { self.unanswered.get() + 1 });
        if self.unanswered.get() == UNANSWERED_MAX && *self.end.borrow() == CheckEnd::Done {
            self.end.replace(CheckEnd::Gone);
            self.queue.borrow_mut().push_back(Event::Cancel);
        }
    }

    fn obey(&self, effect: Effect) {
        match effect {
            Effect::Start(which) => {
                let probe = self.run.borrow().probes()[which].clone();
                let (edge, own) = (self.edge(), self.own.clone());
                let taking = own.clone();
                let notes = Notes::new(self.began, move |note| {
                    if let Some(running) = taking.upgrade() {
                        running.post(Event::Noted(which, note));
                    }
                });
                let task = Task::spawn(async move {
                    edge.carry_out(&probe, &notes).await;
                    if let Some(running) = own.upgrade() {
                        running.post(Event::Ended(which));
                    }
                });
                self.probes.borrow_mut().insert(which, task);
            }
            Effect::Stop(which) => drop(self.probes.borrow_mut().remove(&which)),
            Effect::AskLedger(which) => {
                let request = request::of_ledger(&self.run.borrow().probes()[which], &self.id);
                let (edge, own) = (self.edge(), self.own.clone());
                let task = Task::spawn(async move {
                    let answer = edge.ledger(&request).await;
                    if let Some(running) = own.upgrade() {
                        running.post(Event::Ledger(which, answer));
                    }
                });
                self.ledgers.borrow_mut().insert(which, task);
            }
            Effect::DropLedger(which) => drop(self.ledgers.borrow_mut().remove(&which)),
            Effect::Moved(which) => self.moved(which),
            Effect::Finish => self.finish(),
        }
    }

    fn moved(&self, which: usize) {
        let state = state(self.run.borrow().stage(which));
        self.progress.update(|progress| progress.steps[which].state = state);
        let now = self.time();
        if state.is_over() && now >= self.told.get() + TELL_EVERY {
            self.told.set(now);
            let rows = self.report().rows;
            self.progress.update(|progress| {
                let verdicts = rows.iter().map(|row| (row.lane, row.verdict));
                progress.verdicts = verdicts.filter(|known| progress.is_settled(*known)).collect();
            });
        }
    }

    fn finish(&self) {
        self.timer.replace(None);
        self.probes.borrow_mut().clear();
        let end = self.end.borrow().clone();
        (self.on_over)(end, self.report());
    }

    fn report(&self) -> Report {
        let run = self.run.borrow();
        let end = match *self.end.borrow() {
            CheckEnd::Gone => End::ServerGone,
            CheckEnd::Done
            | CheckEnd::Cancelled
            | CheckEnd::CancelledAtOnce
            | CheckEnd::Refused(_) => {
                if run.is_complete() {
                    End::Complete
                } else {
                    End::Stopped
                }
            }
        };
        let ran = Ran {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            took: self.time(),
            end,
            is_deep: self.is_deep,
            hidden: self.hiding.borrow().until(micros(self.time())),
        };
        let report = report::of(&run.evidence(), ran);
        // A report names its probes as the run does.
        Report { language: self.language.to_owned(), ..report }
    }

    fn edge(&self) -> Edge {
        Edge { way: self.way.clone(), run: self.id.clone() }
    }

    fn set_timer(&self) {
        let deadline = self.run.borrow().next_deadline();
        let own = self.own.clone();
        self.timer.replace(deadline.map(|at| {
            Timer::after(at.saturating_sub(self.time()), move || {
                if let Some(running) = own.upgrade() {
                    running.post(Event::Deadline);
                }
            })
        }));
    }

    fn time(&self) -> Duration {
        clock::mono().saturating_sub(self.began)
    }
}

const fn state(stage: Stage) -> StepState {
    match stage {
        Stage::Waiting => StepState::Waiting,
        Stage::Running | Stage::Asking => StepState::UnderWay,
        Stage::Over(Outcome::Done) => StepState::Done,
        Stage::Over(Outcome::Late) => StepState::Late,
        Stage::Over(Outcome::Cancelled | Outcome::Asleep | Outcome::Skipped) => StepState::Skipped,
    }
}

/// How often the verdicts so far are told.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// After how many questions in a row without an answer the server is believed to have gone.
const UNANSWERED_MAX: u32 = 4;
