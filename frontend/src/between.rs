//! What the page and its Check view tell each other: two programs that share nothing but a document.
//!
//! Each writes attributes of the element in which the view stands, and watches the other's.

use echoclock_shared::transport::Transport;

/// The id of the element in which the Check view stands.
pub const ROOT: &str = "check-view";

/// The page's name in the files of its texts.
pub const PAGE_TEXTS: &str = "page";

/// The Check view's name there.
pub const CHECK_TEXTS: &str = "check-view";

/// The id of the template that names the Check view's files.
pub const FILES: &str = "check-view-files";

/// The attribute in which the page says where the API is, see [`Api`].
pub const API: &str = "data-api";

/// The attribute in which the Check view says what its own run found, see [`Explanation`].
pub const EXPLANATIONS: &str = "data-explanations";

/// The attribute in which the page says which language is spoken, by its tag.
pub const LANGUAGE: &str = "data-language";

/// The API's base address, or why there is none: a sentence.
pub type Api = Result<String, String>;

/// A finding of the page's own run that explains what a lane shows.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Explanation {
    /// The lane.
    pub transport: Transport,
    /// The rule, whose name its part of the Check view bears; none where no rule fits.
    pub rule: Option<String>,
    /// What was found, in a few words.
    pub title: String,
}

/// Writes where the API is.
pub fn api_to_text(api: &Api) -> String {
    serde_json::to_string(api).expect("texts are JSON")
}

/// Reads where the API is; nothing where the text is not one of [`api_to_text`].
pub fn api_of_text(text: &str) -> Option<Api> {
    serde_json::from_str(text).ok()
}

/// Writes explanations.
pub fn explanations_to_text(all: &[Explanation]) -> String {
    let fields = |it: &Explanation| (it.transport, it.rule.clone(), it.title.clone());
    let all: Vec<Fields> = all.iter().map(fields).collect();
    serde_json::to_string(&all).expect("texts are JSON")
}

/// Reads explanations; none where the text is not one of [`explanations_to_text`].
pub fn explanations_of_text(text: &str) -> Vec<Explanation> {
    let all: Vec<Fields> = serde_json::from_str(text).unwrap_or_default();
    let named = |(transport, rule, title)| Explanation { transport, rule, title };
    all.into_iter().map(named).collect()
}

type Fields = (Transport, Option<String>, String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_api_is_arrives_as_it_was_written() {
        for api in [Ok("http://here/api/".to_owned()), Err("It is “not” one.".to_owned())] {
            assert_eq!(api_of_text(&api_to_text(&api)), Some(api));
        }
        assert_eq!(api_of_text(""), None);
    }

    #[test]
    fn explanations_arrive_as_they_were_written() {
        let of = |transport, rule: Option<&str>| Explanation {
            transport,
            rule: rule.map(str::to_owned),
            title: "Streams are held".to_owned(),
        };
        let all = vec![of(Transport::Events, Some("buffered-whole")), of(Transport::Poll, None)];
        assert_eq!(explanations_of_text(&explanations_to_text(&all)), all);
        assert_eq!(explanations_of_text(""), []);
    }
}
