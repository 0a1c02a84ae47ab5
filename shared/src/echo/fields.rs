//! The fields of a message as they are written, so that a fault in one hides no other.

use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// What stands in a message's fields, each as JSON of its own; of a name that is given twice, what
/// stands last. Other fields may hold whatever is JSON.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) kind: Option<Field<'a>>,
    pub(super) key: Option<Field<'a>>,
    pub(super) text: Option<Field<'a>>,
}

/// What stands in one field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a>(&'a RawValue);

/// Why a field can't be read as text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum NoText {
    /// It is of another type.
    #[error("is not a string")]
    NotAString,
    /// JSON lets it be written, and no text can hold it.
    #[error("has half of a surrogate pair, which is no character")]
    HalfAPair,
}

impl Field<'_> {
    /// Reads it as a whole number.
    pub(super) fn number(self) -> Option<u64> {
        serde_json::from_str(self.0.get()).ok()
    }

    /// Reads it as text.
    ///
    /// # Errors
    ///
    /// Where it is another type, or not all of it is text.
    pub(super) fn text(self) -> Result<String, NoText> {
        let json = self.0.get();
        // The grammar has been checked, so nothing else can be wrong within a string.
        let fault = if json.starts_with('"') { NoText::HalfAPair } else { NoText::NotAString };
        serde_json::from_str(json).map_err(|_| fault)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        while let Some(name) = map.next_key_seed(Name)? {
            let place = match name {
                Known::Kind => &mut fields.kind,
                Known::Key => &mut fields.key,
                Known::Text => &mut fields.text,
                Known::Not => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *place = Some(Field(map.next_value()?));
        }
        Ok(fields)
    }
}

/// Which field a name stands for.
enum Known {
    Kind,
    Key,
    Text,
    Not,
}

/// Reads a name as bytes, since it need not be text either.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Known;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Known, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Known;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<Known, E> {
        Ok(match name {
            b"type" => Known::Kind,
            b"key" => Known::Key,
            b"text" => Known::Text,
            _ => Known::Not,
        })
    }
}
