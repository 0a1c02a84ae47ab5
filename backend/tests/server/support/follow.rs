//! A client of each transport, as plain as can be.

use std::collections::VecDeque;

use echoclock_shared::transport::Transport;
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::Response;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::{Duration, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{PATIENCE, Server, socket, until};

/// What a client was told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Said {
    /// The item at this place.
    Item(u64),
    /// The feed goes on at this place.
    Gap(u64),
    /// Nothing more.
    End,
}

/// A client that follows a feed.
pub(crate) struct Client {
    transport: Transport,
    url: String,
    cursor: Option<u64>,
    ready: VecDeque<Said>,
    heard: bool,
    link: Link,
}

enum Link {
    /// Each answer is asked for; the question that is on its way.
    Asks(Option<JoinHandle<reqwest::Result<Response>>>),
    /// A response that goes on, and what of it is not complete.
    Reads(Response, Shape, String),
    Socket(socket::Client),
}

/// How a message stands in a response that goes on.
#[derive(Clone, Copy)]
struct Shape {
    /// Nothing where the message begins its block.
    before: Option<&'static str>,
    after: &'static str,
    end: &'static str,
}

const LINES: Shape = Shape { before: None, after: "", end: "\n" };
const SCRIPTS: Shape = Shape { before: Some("post("), after: ")", end: "</script>\n" };
const EVENTS: Shape = Shape { before: Some("data: "), after: "", end: "\n\n" };

impl Link {
    async fn read(url: &str, after: Option<u64>, shape: Shape) -> Self {
        let response = reqwest::get(url.to_owned() + &query(after)).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{url}");
        Self::Reads(response, shape, String::new())
    }
}

impl Client {
    pub(crate) async fn open(
        server: &Server,
        transport: Transport,
        feed: &str,
        after: Option<u64>,
    ) -> Self {
        let path = transport.of(feed);
        let url = server.http(&path);
        let link = match transport {
            Transport::Poll | Transport::LongPoll => Link::Asks(None),
            Transport::Stream => Link::read(&url, after, LINES).await,
            Transport::Frame => Link::read(&url, after, SCRIPTS).await,
            Transport::Events => Link::read(&url, after, EVENTS).await,
            Transport::Socket => {
                Link::Socket(socket::Client::open(server.ws(&path) + &query(after)).await)
            }
        };
        Self { transport, url, cursor: after, ready: VecDeque::new(), heard: false, link }
    }

    /// Waits for an item, a gap, or the end.
    pub(crate) async fn next(&mut self) -> Said {
        loop {
            if let Some(said) = self.ready.pop_front() {
                return said;
            }
            let advanced = timeout(PATIENCE, self.advance()).await;
            if !advanced.unwrap_or_else(|_| panic!("{} says nothing", self.transport)) {
                return Said::End;
            }
        }
    }

    /// Waits until the server has this client wait for what comes next.
    pub(crate) async fn wait_for_more(&mut self, server: &Server) {
        match &mut self.link {
            Link::Asks(pending) if self.transport == Transport::LongPoll => {
                *pending = Some(tokio::spawn(reqwest::get(self.url.clone() + &query(self.cursor))));
                until("the poll to wait", || server.state.counts.open().polls == 1).await;
            }
            Link::Asks(_) => assert!(self.advance().await && self.ready.is_empty()),
            Link::Reads(..) | Link::Socket(_) => {
                while !self.heard {
                    assert!(self.advance().await, "{} has ended", self.transport);
                }
            }
        }
    }

    /// Takes what comes next, whatever it is; whether the link goes on.
    async fn advance(&mut self) -> bool {
        match &mut self.link {
            Link::Asks(pending) => {
                let url = self.url.clone() + &query(self.cursor);
                let answer = match pending.take() {
                    Some(pending) => pending.await.expect("no panic"),
                    None => reqwest::get(url).await,
                };
                let Ok(answer) = answer else { return false };
                match answer.status() {
                    StatusCode::OK => {}
                    StatusCode::NO_CONTENT => return true,
                    StatusCode::SERVICE_UNAVAILABLE => return false,
                    status => panic!("{}: {status}", self.transport),
                }
                assert_eq!(answer.headers()["content-type"], "application/json");
                let Ok(page) = answer.json::<Value>().await else { return false };
                let items = page["items"].as_array().expect("a page has items");
                items.iter().for_each(|item| self.take(item));
                if items.is_empty() {
                    sleep(POLL_AGAIN_AFTER).await;
                }
            }
            Link::Reads(response, shape, begun) => {
                let shape = *shape;
                let Some(chunk) = response.chunk().await.expect("a whole chunk") else {
                    assert_eq!(*begun, "", "{} ends with what is complete", self.transport);
                    return false;
                };
                begun.push_str(std::str::from_utf8(&chunk).expect("text"));
                let mut blocks: Vec<_> = begun.split(shape.end).map(str::to_owned).collect();
                *begun = blocks.pop().expect("a split has a last part");
                for block in blocks {
                    let found = match shape.before {
                        Some(before) => block.rsplit_once(before).map(|(_, json)| json),
                        None => Some(&*block),
                    };
                    // Such as the beginning of a document.
                    let Some(json) = found else { continue };
                    let json = json.strip_suffix(shape.after).expect("a whole message");
                    self.take(&serde_json::from_str(json).expect("JSON"));
                }
            }
            Link::Socket(socket) => match socket.receive().await {
                Some(Message::Text(json)) => self.take(&serde_json::from_str(&json).expect("JSON")),
                Some(Message::Close(frame)) => {
                    assert_eq!(socket::told(frame).0, 1001);
                    return false;
                }
                Some(_) => {}
                None => panic!("the socket ended without a close frame"),
            },
        }
        true
    }

    fn take(&mut self, said: &Value) {
        self.heard = true;
        if let Some(oldest) = said["gap"]["oldest"].as_u64() {
            self.ready.push_back(Said::Gap(oldest));
        } else if let Some(place) = said["seq"].as_u64() {
            self.cursor = Some(place);
            self.ready.push_back(Said::Item(place));
        }
    }
}

fn query(after: Option<u64>) -> String {
    after.map_or_else(String::new, |after| format!("?after={after}"))
}

/// The headers of a WebSocket's opening, which mean nothing elsewhere.
pub(crate) fn opening() -> HeaderMap {
    [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
    .into_iter()
    .collect()
}

/// How often a feed is asked that has nothing new.
const POLL_AGAIN_AFTER: Duration = Duration::from_millis(5);
