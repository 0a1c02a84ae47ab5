//! Lanes, as the command line names them.

use echoclock_shared::check::probe::Lane;

/// Reads a lane's word.
///
/// # Errors
///
/// Where no lane is called so, with those that there are.
pub(crate) fn parse(text: &str) -> Result<Lane, UnknownLane> {
    let found = Lane::ALL.into_iter().find(|lane| lane.word() == text.trim());
    found.ok_or_else(|| UnknownLane(text.trim().to_owned()))
}

/// No lane is called so.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("\"{word}\" is none of {known}", word = .0, known = Lane::ALL.map(Lane::word).join(", "))]
pub(crate) struct UnknownLane(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_has_a_word_of_its_own() {
        for lane in Lane::ALL {
            assert_eq!(parse(lane.word()), Ok(lane));
        }
        assert_eq!(
            parse(" SSE").unwrap_err().to_string(),
            "\"SSE\" is none of requests, polling, long-polling, streaming, frame, sse, socket"
        );
    }
}
