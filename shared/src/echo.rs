//! What the browser and the server say to each other on the chat socket, as JSON text messages.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::limits::{SAFE_INTEGER_MAX, TEXT_MAX};
use crate::time::UnixMillis;

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

/// What the browser says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
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
        let value: Value = serde_json::from_str(json).map_err(|error| Fault {
            code: FaultCode::Malformed,
            key: None,
            message: format!("not JSON: {error}"),
        })?;
        let key = value.get("key").and_then(Value::as_u64).and_then(SendKey::new);
        let fault = |code, message| Fault { code, key, message };
        let Some(object) = value.as_object() else {
            return Err(fault(FaultCode::Malformed, "a message is a JSON object".to_owned()));
        };
        match object.get("type").and_then(Value::as_str) {
            Some("say" | "ping") => {}
            Some(other) => {
                let shown: String = other.chars().take(40).collect();
                let message =
                    format!("the type {shown:?} is not known; there are \"say\" and \"ping\"");
                return Err(fault(FaultCode::UnknownType, message));
            }
            None => {
                return Err(fault(
                    FaultCode::UnknownType,
                    "the message has no \"type\"".to_owned(),
                ));
            }
        }
        let message = Self::deserialize(&value)
            .map_err(|error| fault(FaultCode::BadField, error.to_string()))?;
        match &message {
            Self::Say { text, .. } if text.len() > TEXT_MAX => Err(fault(
                FaultCode::TextTooLong,
                format!("the text has {} bytes, and {TEXT_MAX} is the most", text.len()),
            )),
            Self::Say { .. } | Self::Ping => Ok(message),
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
            (&long, FaultCode::TextTooLong, Some(5)),
        ] {
            let fault = FromBrowser::decode(json).expect_err(json);
            assert_eq!((fault.code, fault.key.map(SendKey::get)), (code, key), "{json}: {fault}");
        }
    }

    #[test]
    fn the_longest_text_passes() {
        let say = FromBrowser::Say { key: SendKey(1), text: "x".repeat(TEXT_MAX) };
        assert_eq!(FromBrowser::decode(&say.encode()), Ok(say));
    }
}
