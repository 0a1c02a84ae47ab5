//! The "forever frame": a document that goes on, whose scripts talk to the page around it.

use serde::Serialize;

/// The media type, with the encoding: without it a browser may wait for more to guess from.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// Writes the document's beginning and its first message, `{"hello":…}`.
pub fn head(hello: &impl Serialize) -> String {
    let hello = script_json(&serde_json::json!({ "hello": hello }).to_string());
    format!("{BEGIN}post({hello})</script>\n")
}

/// Writes a message to the page around the frame.
pub fn message(data: &impl Serialize) -> String {
    script(&super::json(data))
}

/// Writes the message that breaks a long silence.
pub fn ping() -> String {
    script(super::PING)
}

fn script(json: &str) -> String {
    format!("<script>post({})</script>\n", script_json(json))
}

/// Keeps a string in the JSON from ending the script (HTML standard, section 4.12.1.3,
/// "Restrictions for contents of script elements"). A `<` stands in strings only.
fn script_json(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// Each script removes itself, so that the document does not grow.
///
/// The document has no origin, and whoever may frame it is named in its policy, so the messages
/// are addressed to anyone.
const BEGIN: &str = "<!doctype html>
<meta charset=\"utf-8\">
<title>A forever frame</title>
<script>function post(message){parent.postMessage(message,\"*\");document.currentScript.remove()}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_a_script_that_nothing_in_it_can_end() {
        assert_eq!(
            message(&serde_json::json!({ "text": "</script><!--" })),
            "<script>post({\"text\":\"\\u003c/script>\\u003c!--\"})</script>\n"
        );
        assert_eq!(ping(), "<script>post({\"ping\":{}})</script>\n");
    }

    #[test]
    fn the_hello_comes_in_the_first_script() {
        let head = head(&serde_json::json!({ "instance": "<a>" }));
        assert!(
            head.ends_with("post({\"hello\":{\"instance\":\"\\u003ca>\"}})</script>\n"),
            "{head}"
        );
        assert_eq!(head.matches("<script>").count(), 1);
    }
}
