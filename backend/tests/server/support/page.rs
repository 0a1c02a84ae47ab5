//! The shared session over real clients, as the page runs it in a browser.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::FromServer;
use echoclock_shared::feed::Seq;
use echoclock_shared::info::Info;
use echoclock_shared::path;
use echoclock_shared::session::{
    Cause, ChatReport, ClockReport, CloseReport, Effect, Event, Finding, Intent, LinkEvent, LinkId,
    Moment, Part, Probed, Report, Session, Stranger, Target, Way,
};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_util::task::AbortOnDropHandle;

use super::lanes::{self, Ear};

/// What a person at the page would see.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    pub(crate) said: Vec<String>,
    pub(crate) echoed: Vec<String>,
    pub(crate) round_trips: Vec<Duration>,
    pub(crate) chat_open: bool,
    pub(crate) waiting: usize,
    pub(crate) chat_ends: Vec<Cause>,
    /// Whether messages go by plain requests.
    pub(crate) posting: bool,
    /// How many echoes came by plain requests.
    pub(crate) by_post: usize,
    pub(crate) ticks: Vec<Seq>,
    /// The ticks of each lane.
    pub(crate) lanes: BTreeMap<Transport, Vec<Seq>>,
    pub(crate) lanes_open: usize,
    pub(crate) clock_open: bool,
    pub(crate) clock_ends: Vec<Cause>,
    pub(crate) missed: u64,
    pub(crate) gaps: u64,
}

/// A session that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Page {
    intents: mpsc::Sender<Intent>,
    view: watch::Receiver<View>,
    _task: AbortOnDropHandle<()>,
}

impl Page {
    /// Opens the page of the server at `address` and connects both halves.
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let (intents, wishes) = mpsc::channel(64);
        let (show, view) = watch::channel(View::default());
        let driver = Driver::new(address, show);
        let task = AbortOnDropHandle::new(tokio::spawn(driver.run(wishes)));
        let page = Self { intents, view, _task: task };
        page.want(Intent::Connect(Part::Chat)).await;
        page.want(Intent::Connect(Part::Clock)).await;
        page
    }

    pub(crate) async fn want(&self, intent: Intent) {
        self.intents.send(intent).await.expect("the page runs");
    }

    /// Says a text as soon as the outbox has room for it.
    pub(crate) async fn say(&mut self, text: String) {
        let said = self.view.borrow().said.len();
        self.until("room in the outbox", |view| {
            view.waiting < echoclock_shared::limits::OUTBOX_MAX
        })
        .await;
        self.want(Intent::Say(text)).await;
        self.until("the message in the outbox", |view| view.said.len() > said).await;
    }

    /// Waits until the view is as wished, and returns it.
    pub(crate) async fn until(&mut self, wish: &str, holds: impl FnMut(&View) -> bool) -> View {
        let found = async { self.view.wait_for(holds).await.map(|view| view.clone()) };
        match tokio::time::timeout(Duration::from_secs(60), found).await {
            Ok(view) => view.expect("the page runs"),
            Err(_) => panic!("waited in vain for {wish}: {:?}", self.view.borrow()),
        }
    }
}

/// Carries out effects one event at a time.
struct Driver {
    address: SocketAddr,
    http: reqwest::Client,
    start: Instant,
    session: Session,
    links: HashMap<LinkId, OpenLink>,
    report: mpsc::Sender<Event>,
    events: mpsc::Receiver<Event>,
    view: watch::Sender<View>,
}

struct OpenLink {
    outgoing: mpsc::Sender<Message>,
    _task: AbortOnDropHandle<()>,
}

impl Driver {
    fn new(address: SocketAddr, view: watch::Sender<View>) -> Self {
        let (report, events) = mpsc::channel(1_024);
        Self {
            address,
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(5))
                .build()
                .expect("a client"),
            start: Instant::now(),
            session: Session::default(),
            links: HashMap::new(),
            report,
            events,
            view,
        }
    }

    async fn run(mut self, mut wishes: mpsc::Receiver<Intent>) {
        loop {
            let deadline = self.session.next_deadline().map(|deadline| self.start + deadline);
            let event = tokio::select! {
                Some(intent) = wishes.recv() => Event::User(intent),
                Some(event) = self.events.recv() => event,
                () = sleep_until(deadline) => Event::Woke,
            };
            let moment = self.moment();
            for effect in self.session.handle(event, &moment) {
                self.carry_out(effect).await;
            }
            self.view.send_modify(|view| {
                view.waiting = self.session.chat().outbox().len();
                view.posting = self.session.chat().posting().is_on();
                view.chat_open = self.session.chat().link().open().is_some();
                view.clock_open = self.session.clock().link().open().is_some();
                let lanes = Transport::ALL.map(|transport| self.session.lane(transport));
                view.lanes_open = lanes.iter().filter(|it| it.link().open().is_some()).count();
                let clocks = lanes.into_iter().chain([self.session.clock()]);
                view.missed = clocks.map(|clock| clock.counts().missed).sum();
            });
        }
    }

    fn moment(&self) -> Moment {
        let since_1970 = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970");
        let dice = u16::try_from(since_1970.subsec_nanos() % 65_536).expect("the remainder fits");
        Moment { mono: self.start.elapsed(), wall: UnixMillis::default().plus(since_1970), dice }
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Open { link, target, .. } | Effect::Ask { link, target } => {
                let (outgoing, to_send) = mpsc::channel(256);
                let address = format!("{}/api/{}", self.address, target.below_api());
                let report = self.report.clone();
                let task = match target {
                    Target::Echo => {
                        tokio::spawn(socket(format!("ws://{address}"), link, to_send, report))
                    }
                    Target::Clock { transport, .. } => {
                        tokio::spawn(lanes::follow(transport, address, Ear { link, report }))
                    }
                };
                self.links.insert(link, OpenLink { outgoing, _task: AbortOnDropHandle::new(task) });
            }
            Effect::Send { link, message } => {
                self.send(link, Message::text(message.encode())).await
            }
            Effect::Post { link, message } => {
                let (outgoing, _) = mpsc::channel(1);
                let url = format!("http://{}{}", self.address, path::ECHO_ONCE);
                let (http, report) = (self.http.clone(), self.report.clone());
                let task = tokio::spawn(async move {
                    let event = match post(&http, &url, message.encode()).await {
                        Some(answer) => LinkEvent::Echo(answer),
                        None => LinkEvent::Closed(CloseReport::lost()),
                    };
                    let _ = report.send(Event::Link(link, event)).await;
                });
                self.links.insert(link, OpenLink { outgoing, _task: AbortOnDropHandle::new(task) });
            }
            Effect::Close { link, code, reason } => {
                let frame = CloseFrame { code: code.0.into(), reason: reason.into() };
                self.send(link, Message::Close(Some(frame))).await;
            }
            Effect::Drop(link) => {
                self.links.remove(&link);
            }
            Effect::Probe(part, _) => {
                let (asked, url) =
                    (self.start.elapsed(), format!("http://{}{}", self.address, path::INFO));
                let (http, report) = (self.http.clone(), self.report.clone());
                tokio::spawn(async move {
                    let finding = probe(&http, &url).await;
                    let _ = report.send(Event::Probed(Probed { part, asked, finding })).await;
                });
            }
            Effect::Report(what) => self.view.send_modify(|view| view.show(what)),
            Effect::Changed(_) | Effect::TellTabs => {}
        }
    }

    async fn send(&self, link: LinkId, message: Message) {
        if let Some(link) = self.links.get(&link) {
            let _ = link.outgoing.send(message).await;
        }
    }
}

impl View {
    fn show(&mut self, report: Report) {
        match report {
            Report::Chat(ChatReport::Queued { text, .. }) => self.said.push(text),
            Report::Chat(ChatReport::Echoed { text, round_trip, way, .. }) => {
                self.by_post += usize::from(way == Way::Post);
                self.echoed.push(text);
                self.round_trips.push(round_trip);
            }
            Report::Chat(ChatReport::Ended(ended)) => self.chat_ends.push(ended.cause),
            Report::Clock(Part::Lane(transport), ClockReport::Ticked { tick, .. }) => {
                self.lanes.entry(transport).or_default().push(tick.seq);
            }
            Report::Clock(_, ClockReport::Ticked { tick, .. }) => self.ticks.push(tick.seq),
            Report::Clock(_, ClockReport::Gap { .. } | ClockReport::StartedAnew { .. }) => {
                self.gaps += 1;
            }
            Report::Clock(Part::Clock, ClockReport::Ended(ended)) => {
                self.clock_ends.push(ended.cause)
            }
            Report::Chat(_) | Report::Clock(..) | Report::Info(_) => {}
        }
    }
}

async fn socket(
    url: String,
    link: LinkId,
    mut to_send: mpsc::Receiver<Message>,
    report: mpsc::Sender<Event>,
) {
    let mut closed = CloseReport::lost();
    if let Ok((mut socket, _)) = tokio_tungstenite::connect_async(url).await {
        loop {
            tokio::select! {
                Some(message) = to_send.recv() => {
                    if socket.send(message).await.is_err() {
                        break;
                    }
                }
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        let message = FromServer::decode(&text).expect("the server's own messages are read");
                        let _ = report.send(Event::Link(link, LinkEvent::Echo(message))).await;
                    }
                    Some(Ok(Message::Close(frame))) => {
                        let (code, reason) =
                            frame.map_or((CloseCode::NONE, String::new()), |frame| (CloseCode(frame.code.into()), frame.reason.to_string()));
                        closed = CloseReport { code, reason, clean: true };
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => break,
                },
            }
        }
    }
    let _ = report.send(Event::Link(link, LinkEvent::Closed(closed))).await;
}

async fn probe(http: &reqwest::Client, url: &str) -> Finding {
    let Ok(answer) = http.get(url).send().await else { return Finding::Unreachable };
    let status = answer.status().as_u16();
    match answer.json::<Info>().await {
        Ok(info) => Finding::Info(Box::new(info)),
        Err(_) => Finding::NotOurs(Stranger { status, media_type: String::new() }),
    }
}

async fn post(http: &reqwest::Client, url: &str, json: String) -> Option<FromServer> {
    let answer = http.post(url).body(json).send().await.ok()?;
    FromServer::decode(&answer.text().await.ok()?).ok()
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
