//! The clock over every transport, for the shared session.

use echoclock_shared::decode::{self, ndjson};
use echoclock_shared::encode::sse;
use echoclock_shared::session::{CloseReport, Event, FromClock, LinkEvent, LinkId};
use echoclock_shared::transport::Transport;
use futures_util::StreamExt;
use http::StatusCode;
use reqwest_eventsource::{Event as SseEvent, EventSource, retry};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

/// Where a link's news go.
pub(super) struct Ear {
    pub(super) link: LinkId,
    pub(super) report: mpsc::Sender<Event>,
}

impl Ear {
    async fn hear(&self, event: LinkEvent) {
        let _ = self.report.send(Event::Link(self.link, event)).await;
    }

    async fn hear_json(&self, json: &str) {
        let message = serde_json::from_str(json).expect("the server's own messages are read");
        self.hear(LinkEvent::Clock(message)).await;
    }
}

/// Follows the clock at `address`, which has no scheme, until the link ends; asks once where each
/// answer has to be asked for.
pub(super) async fn follow(transport: Transport, address: String, ear: Ear) {
    let url = format!("http://{address}");
    match transport {
        Transport::Poll | Transport::LongPoll => {
            if ask(&url, &ear).await.is_some() {
                return;
            }
        }
        Transport::Stream => read_lines(&url, &ear).await,
        Transport::Frame => read_scripts(&url, &ear).await,
        Transport::Events => read_events(url, &ear).await,
        Transport::Socket => read_socket(format!("ws://{address}"), &ear).await,
    }
    ear.hear(LinkEvent::Closed(CloseReport::lost())).await;
}

async fn ask(url: &str, ear: &Ear) -> Option<()> {
    let answer = reqwest::get(url).await.ok()?;
    match answer.status() {
        StatusCode::OK => {
            let items = decode::page(&answer.text().await.ok()?).expect("a page");
            for item in items {
                ear.hear(LinkEvent::Clock(FromClock::Item(item))).await;
            }
        }
        StatusCode::NO_CONTENT => {}
        _ => return None,
    }
    ear.hear(LinkEvent::Answered).await;
    Some(())
}

async fn read_lines(url: &str, ear: &Ear) {
    let Ok(mut response) = reqwest::get(url).await else { return };
    let mut decoder = ndjson::Decoder::<FromClock>::default();
    while let Ok(Some(chunk)) = response.chunk().await {
        for line in decoder.push(&chunk).expect("short lines") {
            ear.hear(LinkEvent::Clock(line.expect("the server's own messages are read"))).await;
        }
    }
}

async fn read_scripts(url: &str, ear: &Ear) {
    let Ok(mut response) = reqwest::get(url).await else { return };
    let mut begun = String::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        begun.push_str(std::str::from_utf8(&chunk).expect("text"));
        while let Some((script, rest)) = begun.split_once(")</script>\n") {
            let (_, json) = script.rsplit_once("post(").expect("a message");
            ear.hear_json(json).await;
            begun = rest.to_owned();
        }
    }
}

async fn read_events(url: String, ear: &Ear) {
    let mut events = EventSource::get(url);
    events.set_retry_policy(Box::new(retry::Never));
    while let Some(Ok(event)) = events.next().await {
        let SseEvent::Message(message) = event else { continue };
        let message = match message.event.as_str() {
            sse::CONNECT_TIME => {
                FromClock::Hello(serde_json::from_str(&message.data).expect("a hello"))
            }
            sse::PING => FromClock::Ping,
            sse::REFUSED => {
                let problem = serde_json::from_str(&message.data).expect("a problem");
                return ear.hear(LinkEvent::Refused(problem)).await;
            }
            _ => FromClock::Item(serde_json::from_str(&message.data).expect("an item")),
        };
        ear.hear(LinkEvent::Clock(message)).await;
    }
}

async fn read_socket(url: String, ear: &Ear) {
    let Ok((mut socket, _)) = tokio_tungstenite::connect_async(url).await else { return };
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(json) = message {
            ear.hear_json(&json).await;
        }
    }
}
