//! Lanes, as the command line names them.

use echoclock_shared::check::probe::Lane;

/// Returns a lane's word.
pub(crate) const fn word(lane: Lane) -> &'static str {
    match lane {
        Lane::Requests => "requests",
        Lane::Poll => "polling",
        Lane::LongPoll => "long-polling",
        Lane::Stream => "streaming",
        Lane::Frame => "frame",
        Lane::Events => "sse",
        Lane::Socket => "socket",
    }
}

/// Reads a lane's word.
///
/// # Errors
///
/// Where no lane is called so, with those that there are.
pub(crate) fn parse(text: &str) -> Result<Lane, UnknownLane> {
    let found = Lane::ALL.into_iter().find(|lane| word(*lane) == text.trim());
    found.ok_or_else(|| UnknownLane(text.trim().to_owned()))
}

/// No lane is called so.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("\"{word}\" is none of {known}", word = .0, known = Lane::ALL.map(word).join(", "))]
pub(crate) struct UnknownLane(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_has_a_word_of_its_own() {
        for lane in Lane::ALL {
            assert_eq!(parse(word(lane)), Ok(lane));
        }
        assert_eq!(
            parse(" SSE").unwrap_err().to_string(),
            "\"SSE\" is none of requests, polling, long-polling, streaming, frame, sse, socket"
        );
    }
}
