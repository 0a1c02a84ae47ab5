//! What the page's own end of a link hears and says, as rows.

use std::borrow::Cow;

use echoclock_shared::close::CloseCode;
use echoclock_shared::ledger::{Kind, Piece};
use echoclock_shared::session::{CloseReport, LinkId, Part};
use echoclock_shared::text;
use echoclock_shared::text::Text;
use echoclock_shared::time::UnixMillis;

use super::Wire;
use super::row::{Row, SeenBy, Way, What};
use crate::browser::{Answer, EventNews, FrameNews, SocketNews, StreamNews};

/// Takes the news of a link, and forgets them at once where nobody looks.
#[derive(Clone, Debug)]
pub struct Ear {
    wire: Wire,
    link: LinkId,
}

impl Ear {
    pub(super) const fn new(wire: Wire, link: LinkId) -> Self {
        Self { wire, link }
    }

    /// Takes what an adapter received.
    pub fn hears(&self, news: &impl News) {
        self.wire.catch_on(self.link, || news.caught());
    }

    /// Takes where the link is opened, or asked on.
    pub fn opens(&self, address: &str) {
        self.wire.catch_on(self.link, || Some(Caught::new(What::Opened, Some(Way::Up), address)));
    }

    /// Takes a message that is sent.
    pub fn says(&self, text: &str) {
        let what = What::Said(Kind::Text);
        self.wire.catch_on(self.link, || Some(Caught::new(what, Some(Way::Up), text).sized()));
    }

    /// Takes a close frame that is sent.
    pub fn closes(&self, code: CloseCode, reason: &str) {
        let what = What::Said(Kind::Close);
        let text = format!("{} {reason}", code.0);
        self.wire.catch_on(self.link, || {
            Some(Caught::new(what, Some(Way::Up), text.trim_end().to_owned()))
        });
    }
}

/// What an adapter receives.
pub trait News {
    /// Returns what there is to see of it.
    fn caught(&self) -> Option<Caught<'_>>;
}

impl News for SocketNews {
    fn caught(&self) -> Option<Caught<'_>> {
        let down = Some(Way::Down);
        Some(match self {
            Self::Text(text) => Caught::new(What::Said(Kind::Text), down, text.as_str()).sized(),
            Self::Binary { bytes } => Caught {
                size: Some(u64::from(*bytes)),
                ..Caught::new(What::Said(Kind::Binary), down, "")
            },
            Self::Closed(CloseReport { code, reason, clean }) => {
                let how = if *clean { text!("closed: {raw}") } else { text!("lost: {raw}") };
                let text = format!("{} {reason}", code.0).trim_end().to_owned();
                Caught { text: text.into(), ..Caught::ended(how) }
            }
        })
    }
}

impl News for EventNews {
    fn caught(&self) -> Option<Caught<'_>> {
        Some(match self {
            Self::Begun => Caught::begun(),
            Self::Event { name, data } => {
                let mut text = Cow::Borrowed(data.as_str());
                if *name != "message" {
                    text = format!("{name}: {data}").into();
                }
                Caught {
                    size: Some(data.len() as u64),
                    ..Caught::new(What::Event, Some(Way::Down), text)
                }
            }
            Self::Failed => Caught::ended(text!("lost: the browser does not tell why")),
        })
    }
}

impl News for StreamNews {
    fn caught(&self) -> Option<Caught<'_>> {
        Some(match self {
            Self::Begun => Caught::begun(),
            Self::Chunk(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                let size = Some(bytes.len() as u64);
                Caught { size, ..Caught::new(What::Said(Kind::Body), Some(Way::Down), text) }
            }
            Self::Ended => Caught::ended(text!("lost: the response ended")),
        })
    }
}

impl News for FrameNews {
    fn caught(&self) -> Option<Caught<'_>> {
        Some(match self {
            Self::Message(json) => {
                Caught::new(What::Said(Kind::Text), Some(Way::Down), json.as_str()).sized()
            }
            Self::Ended => Caught::ended(text!("lost: the document ended")),
        })
    }
}

impl News for Option<Answer> {
    fn caught(&self) -> Option<Caught<'_>> {
        Some(match self {
            Some(Answer { status, body, .. }) => {
                let body = body.as_deref().unwrap_or_default();
                let text = format!("HTTP {status}\n{body}").trim_end().to_owned();
                let size = Some(body.len() as u64);
                Caught { size, ..Caught::new(What::Answer, Some(Way::Down), text) }
            }
            None => Caught::ended(text!("no answer")),
        })
    }
}

/// Something that was seen, before it is a row.
#[derive(Clone, Debug)]
pub struct Caught<'a> {
    pub(super) what: What,
    way: Option<Way>,
    text: Cow<'a, str>,
    told: Option<Text>,
    size: Option<u64>,
}

impl<'a> Caught<'a> {
    fn new(what: What, way: Option<Way>, text: impl Into<Cow<'a, str>>) -> Self {
        Self { what, way, text: text.into(), told: None, size: None }
    }

    /// The head of an answer of which no more is seen than that it is there.
    fn begun() -> Self {
        let told = Some(text!("the headers are here"));
        Self { told, ..Self::new(What::Response, Some(Way::Down), "") }
    }

    pub(super) fn ended(why: Text) -> Self {
        Self { told: Some(why), ..Self::new(What::Ended, None, "") }
    }

    /// Its text is all there is of it.
    fn sized(mut self) -> Self {
        self.size = Some(self.text.len() as u64);
        self
    }

    pub(super) fn into_row(self, part: Part, at: UnixMillis) -> Row {
        let (piece, cut) = Piece::of(Kind::Text, self.text.as_bytes(), TEXT_MAX);
        Row {
            id: 0,
            at,
            seen_by: SeenBy::Page,
            part,
            way: self.way,
            what: self.what,
            size: self.size,
            computed: false,
            raw: piece.raw.into(),
            told: self.told,
            cut,
        }
    }
}

/// How much of a text is kept, in bytes: as much as the server keeps.
const TEXT_MAX: usize = 2 * 1024;
