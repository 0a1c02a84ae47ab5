//! What can be seen, in words.

/// The name of each symptom, as a report writes it, and what it is.
pub const SYMPTOMS: &[(&str, &str)] = &[
    ("unreachable", "Nothing gets through: no request arrives at the server."),
    ("answered_elsewhere", "A request is answered by something that is not the server."),
    ("answer_replaced", "The server's answer arrives with another status, or another body."),
    ("held_whole", "Nothing of a stream arrives before its end."),
    ("held_for", "A stream arrives in lumps of so many bytes, which are measured."),
    ("coalesced", "Items arrive glued together, so many milliseconds apart."),
    ("one_late", "Each item arrives when the next one is sent."),
    (
        "head_late",
        "The head of an answer arrives only with the first item. Where that one is prompt it is no fault.",
    ),
    ("replayed", "Items that were said before the request arrive with it."),
    ("shared", "Two followers are given one connection to the server."),
    ("truncated", "An answer breaks off while the server has more to say."),
    ("ended_early", "An answer ends properly while the server has more to say."),
    ("silent_death", "A connection stays open on which nothing arrives any more."),
    ("upgrade_stripped", "The request for an upgrade arrives without it, or by HTTP/1.0."),
    ("upgrade_answered", "The upgrade is refused, by something on the way or by the server."),
    ("upgrade_unanswered", "The upgrade is never answered."),
    ("socket_reset", "A socket opens and dies at once."),
    ("frames_altered", "What is said arrives changed."),
    ("close_lost", "The code or the reason of a socket's close is lost."),
    ("compressed", "An answer was compressed on its way. That alone is no fault."),
    ("over_limit", "A body or a message over a size does not get through."),
    ("sent_twice", "A request arrives more than once."),
    ("headers_stripped", "Headers that were sent do not arrive."),
    ("headers_added", "Headers arrive that were not sent. That alone is no fault."),
    ("address_lost", "The server does not learn the client's address."),
    ("scheme_lost", "The server does not learn that the client came by https."),
    ("client_gone_unheard", "The client has gone, and the server was not told."),
    ("lifetime", "A connection is cut after so many seconds, whatever passes on it."),
    ("idle_cut", "A connection is cut after so many seconds of silence."),
    ("resume_lost", "An event stream goes on from elsewhere than it was asked to."),
    (
        "few_connections",
        "Requests wait for others to end: a browser opens six connections to an origin by HTTP/1.1. That is \
         no fault of the path.",
    ),
];

#[cfg(test)]
mod tests {
    use super::SYMPTOMS;
    use crate::check::rules;
    use crate::check::signs::Symptom;

    /// The names of all symptoms: what reads them lists them when it is given another.
    fn names() -> Vec<String> {
        let error = serde_json::from_str::<Symptom>(r#"{"symptom":"?"}"#).unwrap_err().to_string();
        let (_, known) = error.split_once("expected one of ").unwrap();
        known.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn each_symptom_is_told_in_words() {
        let told: Vec<_> = SYMPTOMS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(told, names());
    }

    #[test]
    fn rules_explain_symptoms_that_there_are() {
        for rule in rules::ALL {
            let strange =
                rule.symptoms.iter().find(|name| !names().iter().any(|known| known == *name));
            assert_eq!(strange, None, "{}", rule.id);
        }
    }
}
