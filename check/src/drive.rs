//! A run, carried out: the one loop between what happens and what is to be done.

use std::collections::HashMap;
use std::future::pending;
use std::time::Duration;

use echoclock_shared::check::evidence::Evidence;
use echoclock_shared::check::run::{Effect, Event, Run, Setup};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Interval, interval, sleep_until};

use crate::notes::{Notes, Stopwatch};
use crate::probe::Edge;

/// What is told of a run while it goes on.
pub(crate) trait Watcher {
    /// A probe is further than it was.
    fn moved(&mut self, run: &Run, which: usize);

    /// Returns how often it wants to show how far the run is; nothing where it only wants to be told.
    fn redraws_every(&self) -> Option<Duration>;

    /// Shows how far the run is, so long after its beginning.
    fn redraw(&mut self, run: &Run, time: Duration);
}

/// Makes a run, until it ends or is interrupted; returns what was noted, and whether it came to its end.
pub(crate) async fn drive(
    edge: &Edge,
    setup: Setup,
    watcher: &mut dyn Watcher,
) -> (Evidence, bool) {
    let stopwatch = Stopwatch::start();
    let (to, mut events) = mpsc::channel(EVENTS);
    let mut run = Run::new(setup);
    let mut tasks = Tasks { edge, stopwatch, to, probes: HashMap::new(), ledgers: HashMap::new() };
    let mut event = Event::Begin;
    let mut redraws = watcher.redraws_every().map(interval);
    loop {
        for effect in run.handle(event, stopwatch.time()) {
            match effect {
                Effect::Start(which) => tasks.start(&run, which),
                Effect::Stop(which) => drop(tasks.probes.remove(&which)),
                Effect::AskLedger(which) => tasks.ask(&run, which),
                Effect::DropLedger(which) => drop(tasks.ledgers.remove(&which)),
                Effect::Moved(which) => watcher.moved(&run, which),
                Effect::Finish => return (run.evidence(), run.is_complete()),
            }
        }
        let deadline = async {
            match run.next_deadline() {
                Some(at) => sleep_until(stopwatch.instant(at).into()).await,
                None => pending().await,
            }
        };
        tokio::pin!(deadline);
        event = loop {
            tokio::select! {
                // What has come is told before it is late.
                biased;
                event = events.recv() => break event.expect("the tasks keep a sender"),
                () = interrupt() => break Event::Cancel,
                () = &mut deadline => break Event::Deadline,
                () = turn(redraws.as_mut()) => watcher.redraw(&run, stopwatch.time()),
            }
        };
    }
}

/// Waits until the user wants the end.
pub(crate) async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        pending().await
    }
}

async fn turn(redraws: Option<&mut Interval>) {
    match redraws {
        Some(redraws) => drop(redraws.tick().await),
        None => pending().await,
    }
}

/// What is under way; dropping it ends it.
struct Tasks<'a> {
    edge: &'a Edge,
    stopwatch: Stopwatch,
    to: mpsc::Sender<Event>,
    probes: HashMap<usize, Task>,
    ledgers: HashMap<usize, Task>,
}

impl Tasks<'_> {
    fn start(&mut self, run: &Run, which: usize) {
        let (edge, probe, to) = (self.edge.clone(), run.probes()[which].clone(), self.to.clone());
        let notes = Notes { stopwatch: self.stopwatch, to: to.clone(), probe: which, request: 1 };
        self.probes.insert(
            which,
            Task(tokio::spawn(async move {
                edge.carry_out(&probe, &notes).await;
                // Whoever listens no more has stopped the run.
                let _ = to.send(Event::Ended(which)).await;
            })),
        );
    }

    fn ask(&mut self, run: &Run, which: usize) {
        let (edge, probe, to) = (self.edge.clone(), run.probes()[which].clone(), self.to.clone());
        self.ledgers.insert(
            which,
            Task(tokio::spawn(async move {
                let answer = edge.ledger(&probe).await.map_err(|error| format!("{error:#}"));
                let _ = to.send(Event::Ledger(which, answer)).await;
            })),
        );
    }
}

struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How many notes may wait to be taken.
const EVENTS: usize = 1_024;
