//! The driver over a world of paper: the order of things, the timer, and the frames.

#![cfg(not(target_arch = "wasm32"))]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use echoclock_frontend::driver::{Driver, Edge, Inbox, News, Receiver, View};
use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{FromBrowser, FromServer};
use echoclock_shared::feed::{ConnectTime, Item, Period, Seq};
use echoclock_shared::session::{
    ChatReport, CloseReport, Event, Follow, FromClock, Garbled, Intent, LinkEvent, LinkId,
    LinkState, Moment, Part, Report, Session, Target,
};
use echoclock_shared::time::UnixMillis;

/// What was asked of the edge, and what it does by itself when it is asked.
#[derive(Default)]
struct World {
    now: Duration,
    calls: Vec<Call>,
    links: Vec<LinkId>,
    /// What is handed in while a link is being opened.
    on_open: Vec<LinkEvent>,
    /// Whether a frame is handed in while a message is being sent.
    frame_on_send: bool,
    sends_fail: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Call {
    Open,
    Opened,
    Ask(LinkId),
    Send,
    Post(LinkId),
    Close(u16),
    LetGo(LinkId),
    Probe(Part),
    TellTabs,
    WakeAt(Option<Duration>),
    Frame,
    Shown(usize),
}

struct PaperEdge(Inbox, Rc<RefCell<World>>);

impl PaperEdge {
    fn note(&self, call: Call) {
        self.1.borrow_mut().calls.push(call);
    }
}

impl Edge for PaperEdge {
    fn moment(&self) -> Moment {
        Moment { mono: self.1.borrow().now, wall: UnixMillis::new(7), dice: 0 }
    }

    fn open(&mut self, _: Part, link: LinkId, _: Target) {
        self.note(Call::Open);
        self.1.borrow_mut().links.push(link);
        let events = std::mem::take(&mut self.1.borrow_mut().on_open);
        for event in events {
            self.0.post(Event::Link(link, event));
        }
        self.note(Call::Opened);
    }

    fn ask(&mut self, link: LinkId, _: Target) {
        self.note(Call::Ask(link));
    }

    fn send(&mut self, link: LinkId, _: &FromBrowser) {
        self.note(Call::Send);
        let (fails, frame) = (self.1.borrow().sends_fail, self.1.borrow().frame_on_send);
        if fails {
            self.0.post(Event::Link(link, LinkEvent::Closed(CloseReport::lost())));
        }
        if frame {
            self.0.frame();
        }
    }

    fn post(&mut self, link: LinkId, _: &FromBrowser) {
        self.note(Call::Post(link));
    }

    fn close(&mut self, _: LinkId, code: CloseCode, _: &str) {
        self.note(Call::Close(code.0));
    }

    fn let_go(&mut self, link: LinkId) {
        self.note(Call::LetGo(link));
    }

    fn probe(&mut self, part: Part, _: Target) {
        self.note(Call::Probe(part));
    }

    fn tell_tabs(&mut self) {
        self.note(Call::TellTabs);
    }

    fn wake_at(&mut self, deadline: Option<Duration>) {
        self.note(Call::WakeAt(deadline));
    }

    fn ask_for_frame(&mut self) {
        self.note(Call::Frame);
    }
}

/// Keeps what is shown, and says something itself where it is told to.
struct PaperView {
    world: Rc<RefCell<World>>,
    shown: Rc<RefCell<Vec<(LinkState, News)>>>,
    says: Option<Inbox>,
}

impl View for PaperView {
    fn show(&mut self, session: &Session, news: News, _: &Moment) {
        self.world.borrow_mut().calls.push(Call::Shown(news.reports.len()));
        self.shown.borrow_mut().push((session.chat().link().state().clone(), news));
        if let Some(inbox) = self.says.take() {
            inbox.post(Event::User(Intent::Say("from the view".to_owned())));
        }
    }
}

struct Bench {
    driver: Rc<Driver<PaperEdge, PaperView>>,
    world: Rc<RefCell<World>>,
    shown: Rc<RefCell<Vec<(LinkState, News)>>>,
}

impl Bench {
    fn new() -> Self {
        Self::with_view(|_| None)
    }

    fn with_view(says: impl FnOnce(&Inbox) -> Option<Inbox>) -> Self {
        let (world, shown) = <(Rc<RefCell<World>>, Rc<_>)>::default();
        let (edge_world, view_world, view_shown) =
            (Rc::clone(&world), Rc::clone(&world), Rc::clone(&shown));
        let driver = Driver::new(|inbox| {
            let says = says(&inbox);
            let view = PaperView { world: view_world, shown: view_shown, says };
            (PaperEdge(inbox, edge_world), view)
        });
        Self { driver, world, shown }
    }

    fn connect_chat(&self) {
        self.driver.post(Event::User(Intent::Connect(Part::Chat)));
    }

    fn link(&self, event: LinkEvent) {
        let link = *self.world.borrow().links.last().expect("a link was opened");
        self.driver.post(Event::Link(link, event));
    }

    fn say(&self, text: &str) {
        self.driver.post(Event::User(Intent::Say(text.to_owned())));
    }

    fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.world.borrow_mut().calls)
    }

    /// What was shown last.
    fn seen(&self) -> (LinkState, News) {
        self.driver.frame();
        self.shown.borrow().last().cloned().expect("something was shown")
    }
}

fn hello() -> LinkEvent {
    LinkEvent::Echo(FromServer::Hello {
        instance: "paper".to_owned(),
        version: "1".to_owned(),
        now: UnixMillis::new(7),
    })
}

fn clock_hello() -> FromClock {
    let instance = "paper".to_owned();
    FromClock::Hello(ConnectTime { now: UnixMillis::new(7), instance, every: Period::S1 })
}

fn disconnect(part: Part) -> Intent {
    Intent::Disconnect { part, code: CloseCode(3_001), reason: String::new() }
}

fn chat_reports(news: &News) -> Vec<&ChatReport> {
    let chat = |(_, report): &'_ (Moment, Report)| matches!(report, Report::Chat(_));
    let all = news.reports.iter().filter(|report| chat(report));
    all.filter_map(
        |(_, report)| if let Report::Chat(report) = report { Some(report) } else { None },
    )
    .collect()
}

#[test]
fn an_adapter_that_calls_back_at_once_is_heard_after_the_effects() {
    let bench = Bench::new();
    bench.world.borrow_mut().on_open = vec![hello(), LinkEvent::Closed(CloseReport::lost())];
    bench.connect_chat();
    let link = bench.world.borrow().links[0];
    let wake = Duration::from_millis(250);
    assert_eq!(
        bench.calls(),
        [
            Call::Open,
            Call::Opened,
            // The hello: a ping, and a question for the server's time.
            Call::Send,
            Call::Probe(Part::Chat),
            // It has not lasted, which is looked into.
            Call::LetGo(link),
            Call::Probe(Part::Chat),
            Call::WakeAt(Some(wake)),
            Call::Frame,
        ]
    );
    let (state, news) = bench.seen();
    assert!(matches!(state, LinkState::Waiting { .. }), "{state:?}");
    let reports = chat_reports(&news);
    assert!(
        matches!(reports[..], [ChatReport::Opened { .. }, ChatReport::Ended(_)]),
        "{reports:?}"
    );
}

#[test]
fn a_link_that_cannot_be_tried_is_let_go_and_not_tried_again() {
    let bench = Bench::new();
    bench.world.borrow_mut().on_open = vec![LinkEvent::Impossible("no such host".to_owned())];
    bench.connect_chat();
    assert!(!bench.calls().iter().any(|call| matches!(call, Call::WakeAt(Some(_)))));
    assert!(matches!(bench.seen().0, LinkState::Idle { last: Some(_) }));
}

#[test]
fn a_send_that_fails_ends_the_link_once() {
    let bench = Bench::new();
    bench.connect_chat();
    bench.link(hello());
    bench.calls();
    bench.world.borrow_mut().sends_fail = true;
    bench.say("one");
    let link = bench.world.borrow().links[0];
    assert_eq!(bench.calls()[..2], [Call::Send, Call::LetGo(link)]);
    let (state, news) = bench.seen();
    assert!(matches!(state, LinkState::Waiting { .. }), "{state:?}");
    let endings = chat_reports(&news).into_iter();
    assert_eq!(endings.filter(|report| matches!(report, ChatReport::Ended(_))).count(), 1);
}

#[test]
fn news_of_an_older_link_are_ignored() {
    let bench = Bench::new();
    bench.connect_chat();
    bench.link(LinkEvent::Closed(CloseReport::lost()));
    let old = bench.world.borrow().links[0];
    bench.connect_chat();
    bench.seen();
    bench.calls();
    bench.driver.post(Event::Link(old, hello()));
    assert_eq!(bench.calls(), [], "nothing to do and nothing to show");
}

#[test]
fn the_timer_is_set_for_the_first_deadline_and_only_moved_forward() {
    let bench = Bench::new();
    let wakes = |bench: &Bench| -> Vec<Option<Duration>> {
        let wake = |call| if let Call::WakeAt(at) = call { Some(at) } else { None };
        bench.calls().into_iter().filter_map(wake).collect()
    };
    let clock = |bench: &Bench, message| bench.link(LinkEvent::Clock(message));
    let tick = |seq| FromClock::Item(Item::Value(Period::S1.tick(Seq::new(seq))));
    let silence = Period::S1.duration() + Follow::SILENCE_GRACE;
    bench.driver.post(Event::User(Intent::Connect(Part::Clock)));
    let look = Duration::from_secs(2);
    assert_eq!(wakes(&bench), [Some(look)], "a request that is not answered is looked into");
    clock(&bench, tick(1));
    clock(&bench, clock_hello());
    assert_eq!(wakes(&bench), [], "more time is left: the timer may go off early");
    bench.world.borrow_mut().now = look;
    bench.driver.post(Event::Woke);
    assert_eq!(wakes(&bench), [Some(silence)], "nothing was due");
    let later = Duration::from_secs(3);
    bench.world.borrow_mut().now = later;
    clock(&bench, tick(2));
    assert_eq!(wakes(&bench), []);
    bench.world.borrow_mut().now = silence - Duration::from_millis(1);
    bench.driver.post(Event::Woke);
    assert_eq!(wakes(&bench), [Some(later + silence)], "nothing was due");
    bench.driver.post(Event::User(disconnect(Part::Clock)));
    assert_eq!(wakes(&bench), [None], "nothing is waited for");
}

#[test]
fn a_close_goes_out_with_its_code_and_keeps_the_link() {
    let bench = Bench::new();
    bench.connect_chat();
    bench.link(hello());
    bench.calls();
    bench.driver.post(Event::User(disconnect(Part::Chat)));
    let calls = bench.calls();
    assert_eq!(calls[0], Call::Close(3_001));
    assert!(!calls.iter().any(|call| matches!(call, Call::LetGo(_))), "{calls:?}");
    let link = bench.world.borrow().links[0];
    bench.link(LinkEvent::Closed(CloseReport { clean: true, ..CloseReport::lost() }));
    assert_eq!(bench.calls()[0], Call::LetGo(link));
}

#[test]
fn what_happens_between_two_frames_is_shown_once() {
    let bench = Bench::new();
    bench.connect_chat();
    bench.link(hello());
    for text in ["one", "two", "three"] {
        bench.say(text);
    }
    let frames = |calls: Vec<Call>| calls.iter().filter(|call| **call == Call::Frame).count();
    assert_eq!(frames(bench.calls()), 1);
    let (state, news) = bench.seen();
    assert!(matches!(state, LinkState::Open { .. }));
    // Opened, then queued and sent three times.
    assert_eq!((news.reports.len(), news.chat_changed, news.clock_changed), (7, true, false));
    assert_eq!(bench.calls(), [Call::Shown(7)]);
    bench.say("four");
    assert_eq!(frames(bench.calls()), 1, "the next frame is asked for when there is news");
}

#[test]
fn more_news_than_a_frame_holds_is_shown_at_once() {
    const MAX: usize = Driver::<PaperEdge, PaperView>::NEWS_MAX;
    let bench = Bench::new();
    bench.connect_chat();
    for _ in 0..MAX {
        bench.link(LinkEvent::Garbled(Garbled::Unreadable("noise".to_owned())));
    }
    assert!(bench.calls().contains(&Call::Shown(MAX)));
}

#[test]
fn a_frame_in_the_midst_of_effects_is_put_off() {
    let bench = Bench::new();
    bench.connect_chat();
    bench.world.borrow_mut().frame_on_send = true;
    bench.link(hello());
    let calls = bench.calls();
    assert!(!calls.iter().any(|call| matches!(call, Call::Shown(_))), "{calls:?}");
    assert_eq!(calls.last(), Some(&Call::Frame));
}

#[test]
fn a_view_that_says_something_is_heard_after_it_has_shown() {
    let bench = Bench::with_view(|inbox| Some(inbox.clone()));
    bench.connect_chat();
    bench.driver.frame();
    let (_, news) = bench.seen();
    assert!(matches!(chat_reports(&news)[..], [ChatReport::Queued { .. }]), "{news:?}");
}

#[test]
fn an_inbox_is_mute_when_its_driver_is_gone() {
    let mut kept = None;
    let bench = Bench::with_view(|inbox| {
        kept = Some(inbox.clone());
        None
    });
    let shown = Rc::clone(&bench.shown);
    drop(bench);
    let inbox = kept.expect("the driver was made");
    inbox.post(Event::User(Intent::Connect(Part::Chat)));
    inbox.frame();
    assert!(shown.borrow().is_empty());
}
