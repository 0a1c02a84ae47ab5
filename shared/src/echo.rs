//! What the browser and the server say to each other on the chat socket, as JSON text messages.

use serde::{Deserialize, Deserializer, Serialize};

use crate::limits::{SAFE_INTEGER_MAX, TEXT_MAX};
use crate::time::UnixMillis;

mod fields;
use fields::{Field, Fields};

/// The WebSocket subprotocol that the chat socket selects where a client offers it.
pub const SUBPROTOCOL: &str = "echoclock.v1";

/// The author's own label for a message, below 2^53.
///
/// A resend repeats the label, so the author shows a message once however often it is echoed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct SendKey(u64);

impl SendKey {
    /// Makes a label, or nothing where `key` is 2^53 or more.
    pub const fn new(key: u64) -> Option<Self> {
        if key > SAFE_INTEGER_MAX { None } else { Some(Self(key)) }
    }

    /// Returns the label as a number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for SendKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("a key is a whole number below 2^53"))
    }
}

/// What the browser says; it is read by [`Self::decode`] alone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromBrowser {
    /// Asks for the echo of a text, at most [`TEXT_MAX`] bytes long.
    Say {
        /// Comes back with the echo.
        key: SendKey,
        /// Comes back as it is.
        text: String,
    },
    /// Asks for a sign of life; answered by [`FromServer::Pong`].
    Ping,
}

impl FromBrowser {
    /// Writes the message as JSON.
    pub fn encode(&self) -> String {
        to_json(self)
    }

    /// Reads a message and checks its limits.
    ///
    /// # Errors
    ///
    /// A [`Fault`] that names what is wrong, with the message's key where it has one.
    pub fn decode(json: &str) -> Result<Self, Fault> {
        let fields: Fields<'_> = serde_json::from_str(json).map_err(|error| Fault {
            code: FaultCode::Malformed,
            key: None,
            message: if error.is_data() {
                "a message is a JSON object".to_owned()
            } else {
                format!("not JSON: {error}")
            },
        })?;
        let key = fields.key.and_then(Field::number).and_then(SendKey::new);
        Self::of(&fields, key).map_err(|(code, message)| Fault { code, key, message })
    }

    fn of(fields: &Fields<'_>, key: Option<SendKey>) -> Result<Self, (FaultCode, String)> {
        let unknown = |message| (FaultCode::UnknownType, message);
        let bad = |message| (FaultCode::BadField, message);
        let kind = fields.kind.ok_or_else(|| unknown("the message has no \"type\"".to_owned()))?;
        let kind = kind.text().map_err(|fault| unknown(format!("\"type\" {fault}")))?;
        match &*kind {
            "ping" => Ok(Self::Ping),
            "say" => {
                let key = key.ok_or_else(|| {
                    let fault = match fields.key {
                        Some(_) => "\"key\" is not a whole number below 2^53",
                        None => "the message has no \"key\"",
                    };
                    bad(fault.to_owned())
                })?;
                let text =
                    fields.text.ok_or_else(|| bad("the message has no \"text\"".to_owned()))?;
                let text = text.text().map_err(|fault| bad(format!("\"text\" {fault}")))?;
                if text.len() > TEXT_MAX {
                    let long = text.len();
                    let message = format!("the text has {long} bytes, and {TEXT_MAX} is the most");
                    return Err((FaultCode::TextTooLong, message));
                }
                Ok(Self::Say { key, text })
            }
            other => {
                let shown: String = other.chars().take(40).collect();
                let message =
                    format!("the type {shown:?} is not known; there are \"say\" and \"ping\"");
                Err(unknown(message))
            }
        }
    }
}

/// What the server says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromServer {
    /// The first message on every socket: it proves that the server, and not a proxy, answers.
    Hello {
        /// The server process, see [`crate::info::Info::instance`].
        instance: String,
        /// The server's version.
        version: String,
        /// The server's time.
        now: UnixMillis,
    },
    /// The answer to [`FromBrowser::Say`].
    Echo {
        /// As it was said.
        key: SendKey,
        /// As it was said.
        text: String,
        /// When the server read the message.
        received: UnixMillis,
    },
    /// The answer to [`FromBrowser::Ping`].
    Pong {
        /// The server's time.
        now: UnixMillis,
    },
    /// The answer to what can't be understood; the socket stays open.
    Error(Fault),
}

impl FromServer {
    /// Writes the message as JSON.
    pub fn encode(&self) -> String {
        to_json(self)
    }

    /// Reads a message.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the JSON.
    pub fn decode(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}

/// What is wrong with a message, and with which.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// For programs.
    pub code: FaultCode,
    /// The message's label, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SendKey>,
    /// For people.
    pub message: String,
}

/// The kinds of fault.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// Not JSON, or not an object.
    Malformed,
    /// The `type` is missing or not known.
    UnknownType,
    /// A field is missing or has the wrong type.
    BadField,
    /// The text is longer than [`TEXT_MAX`].
    TextTooLong,
}

fn to_json(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("messages have string keys and finite numbers only")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_with_the_key_where_there_is_one() {
        let long = format!(r#"{{"type":"say","key":5,"text":"{}"}}"#, "x".repeat(TEXT_MAX + 1));
        for (json, code, key) in [
            ("", FaultCode::Malformed, None),
            ("{", FaultCode::Malformed, None),
            ("[1]", FaultCode::Malformed, None),
            ("{}", FaultCode::UnknownType, None),
            (r#"{"type":"shout","key":7}"#, FaultCode::UnknownType, Some(7)),
            (r#"{"type":"say","key":7}"#, FaultCode::BadField, Some(7)),
            (r#"{"type":"say","key":7,"text":1}"#, FaultCode::BadField, Some(7)),
            (r#"{"type":"say","key":-1,"text":"x"}"#, FaultCode::BadField, None),
            (r#"{"type":"say","key":9007199254740992,"text":"x"}"#, FaultCode::BadField, None),
            (r#"{"type":"say","key":1e400,"text":"x"}"#, FaultCode::BadField, None),
            (r#"{"type":"say","key":"\ud800","text":"x"}"#, FaultCode::BadField, None),
            (r#"{"type":"say","text":"x"}"#, FaultCode::BadField, None),
            // Half of a surrogate pair, wherever it stands.
            (r#"{"type":"say","key":7,"text":"a\ud800"}"#, FaultCode::BadField, Some(7)),
            (r#"{"text":"\udc00\ud800","type":"say","key":7}"#, FaultCode::BadField, Some(7)),
            (r#"{"type":"say","key":7,"text":["\ud800"]}"#, FaultCode::BadField, Some(7)),
            (r#"{"type":"\ud800","key":7,"text":"x"}"#, FaultCode::UnknownType, Some(7)),
            (r#"{"ty\ud800pe":"say","key":7,"text":"x"}"#, FaultCode::UnknownType, Some(7)),
            (r#"{"type":1e400,"key":7,"text":"x"}"#, FaultCode::UnknownType, Some(7)),
            // Of two, the last one counts.
            (r#"{"key":6,"type":"say","key":7,"text":1}"#, FaultCode::BadField, Some(7)),
            (r#"{"type":"say","key":7,"text":"x","text":1}"#, FaultCode::BadField, Some(7)),
            (r#"{"type":"say","key":7,"text":"x","key":-1}"#, FaultCode::BadField, None),
            (r#"{"type":"say","key":7,"text":"x""#, FaultCode::Malformed, None),
            (r#"{"type":"say","key":7,"text":"x"}}"#, FaultCode::Malformed, None),
            (r#"{"type":"say","key":7,"text":"\x"}"#, FaultCode::Malformed, None),
            (r#""say""#, FaultCode::Malformed, None),
            (&long, FaultCode::TextTooLong, Some(5)),
        ] {
            let fault = FromBrowser::decode(json).expect_err(json);
            assert_eq!((fault.code, fault.key.map(SendKey::get)), (code, key), "{json}: {fault}");
        }
    }

    #[test]
    fn what_is_not_asked_for_may_be_anything() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let say = FromBrowser::Say { key: SendKey(7), text: "x".to_owned() };
        for other in [
            r#""n":1e400"#,
            r#""n":-0.5E-99999999999"#,
            r#""s":"\ud800""#,
            r#""\udfff":null"#,
            r#""":{"":{}}"#,
            r#""type":"shout","type":"say""#,
            r#""text":"y","text":"x""#,
            r#""t\u0079pe":"say""#,
            &format!(r#""deep":{deep}"#),
        ] {
            for json in [
                format!(r#"{{"type":"say","key":7,"text":"x",{other}}}"#),
                format!(r#"{{{other},"type":"say","key":7,"text":"x"}}"#),
            ] {
                assert_eq!(FromBrowser::decode(&json), Ok(say.clone()), "{other}");
            }
        }
        let ping = r#"{"type":"ping","key":-1,"text":"\ud800"}"#;
        assert_eq!(FromBrowser::decode(ping), Ok(FromBrowser::Ping));
    }

    #[test]
    fn faults_are_told_in_plain_words() {
        for (json, words) in [
            ("7", "a message is a JSON object"),
            ("{}", "the message has no \"type\""),
            (r#"{"type":7}"#, "\"type\" is not a string"),
            (r#"{"type":"say","key":1.5}"#, "\"key\" is not a whole number below 2^53"),
            (r#"{"type":"say"}"#, "the message has no \"key\""),
            (r#"{"type":"say","key":7}"#, "the message has no \"text\""),
            (r#"{"type":"say","key":7,"text":null}"#, "\"text\" is not a string"),
            (
                r#"{"type":"say","key":7,"text":"\ud83d"}"#,
                "\"text\" has half of a surrogate pair, which is no character",
            ),
        ] {
            assert_eq!(FromBrowser::decode(json).expect_err(json).message, words);
        }
    }

    #[test]
    fn the_longest_text_passes() {
        let say = FromBrowser::Say { key: SendKey(1), text: "x".repeat(TEXT_MAX) };
        assert_eq!(FromBrowser::decode(&say.encode()), Ok(say));
    }
}
