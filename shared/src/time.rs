//! Instants as they go over the wire: RFC 3339 in UTC, to the millisecond.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999.
///
/// As JSON it is a string such as `"2026-11-22T16:42:00.250Z"`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixMillis(u64);

impl UnixMillis {
    /// The last instant that RFC 3339 can write.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Makes an instant; what lies past [`Self::MAX`] becomes it.
    pub const fn new(millis: u64) -> Self {
        if millis > Self::MAX.0 { Self::MAX } else { Self(millis) }
    }

    /// Returns the milliseconds since 1970.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the instant `wait` later, at most [`Self::MAX`].
    #[must_use]
    pub fn plus(self, wait: Duration) -> Self {
        Self::new(self.0.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
    }

    /// Returns how long after `earlier` this is; zero where it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Reads RFC 3339, with any offset and any number of digits after the second.
    ///
    /// # Errors
    ///
    /// Where `text` is not RFC 3339, or is before 1970.
    pub fn parse(text: &str) -> Result<Self, NotAnInstant> {
        let instant = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| NotAnInstant)?;
        let millis = instant.unix_timestamp_nanos().div_euclid(1_000_000);
        u64::try_from(millis).map(Self::new).map_err(|_| NotAnInstant)
    }
}

impl fmt::Display for UnixMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .expect("an instant up to the year 9999 is within range");
        let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        // The crate's own formatting is ten times as much code to download.
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
            at.millisecond()
        )
    }
}

impl Serialize for UnixMillis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnixMillis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// The text is not an instant after 1970 as RFC 3339 writes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an RFC 3339 instant after 1970")]
pub struct NotAnInstant;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_to_the_millisecond_in_utc() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_365_720_250, "2026-11-22T16:42:00.250Z"),
            (UnixMillis::MAX.get(), "9999-12-31T23:59:59.999Z"),
            (u64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(UnixMillis::new(millis).to_string(), text);
            assert_eq!(UnixMillis::parse(text), Ok(UnixMillis::new(millis)));
        }
    }

    #[test]
    fn other_offsets_and_precisions_are_read() {
        let read = |text| UnixMillis::parse(text).map(UnixMillis::get);
        assert_eq!(read("1970-01-01T01:00:00+01:00"), Ok(0));
        assert_eq!(read("1970-01-01T00:00:00.0019999Z"), Ok(1));
        for bad in ["", "now", "1969-12-31T23:59:59Z", "1970-01-01", "1970-13-01T00:00:00Z"] {
            assert_eq!(read(bad), Err(NotAnInstant), "{bad}");
        }
    }
}
