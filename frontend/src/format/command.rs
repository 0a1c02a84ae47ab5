//! Command lines for the endpoints, with their real addresses.

use echoclock_shared::feed::Period;
use echoclock_shared::path;
use echoclock_shared::text;
use echoclock_shared::text::Text;
use echoclock_shared::transport::Transport;

use crate::address::web_socket;

/// A line for a terminal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
    /// What it does, in a few words.
    pub what: Text,
    /// What to type.
    pub line: String,
}

/// Returns a line or two for each endpoint below `base`, which ends in a slash; the clock's is of
/// `period`, and the raw echo's are there where that is.
pub fn commands(base: &str, period: Period, has_raw: bool) -> Vec<Command> {
    let at = |path| format!("{base}{}", path::below_api(path));
    let (info, events) = (at(path::INFO), at(path::CLOCK_EVENTS));
    let (echo, raw) = (web_socket(&at(path::ECHO)), web_socket(&at(path::ECHO_RAW)));
    let events = quoted(&format!("{events}?every={period}"));
    let (info, echo, raw) = (quoted(&info), quoted(&echo), quoted(&raw));
    let command = |what, line| Command { what, line };
    let mut commands = vec![
        command(text!("The clock, as events"), format!("curl -N {events}")),
        command(text!("What the server sees of a request"), format!("curl {info}")),
        command(text!("Chat echo, by wscat"), format!("wscat -c {echo} -x '{SAY}'")),
        command(text!("Chat echo, by websocat"), format!("echo '{SAY}' | websocat -n {echo}")),
    ];
    if has_raw {
        commands.extend([
            command(text!("Raw echo, by wscat"), format!("wscat -c {raw} -x 'anything at all'")),
            command(
                text!("Raw echo, by websocat"),
                format!("echo 'anything at all' | websocat {raw}"),
            ),
        ]);
    }
    commands
}

/// Returns a line that follows the clock of `period` over `transport`, or asks it once.
pub fn follow_command(base: &str, transport: Transport, period: Period) -> Command {
    let address = format!("{base}{}?every={period}", transport.of(path::below_api(path::CLOCK)));
    let (what, line) = match transport {
        Transport::Poll => (text!("Asks once"), format!("curl {}", quoted(&address))),
        Transport::LongPoll => {
            (text!("Asks once, and waits"), format!("curl {}", quoted(&address)))
        }
        Transport::Stream | Transport::Frame | Transport::Events => {
            (text!("Follows the clock"), format!("curl -N {}", quoted(&address)))
        }
        Transport::Socket => {
            (text!("Follows the clock"), format!("websocat {}", quoted(&web_socket(&address))))
        }
    };
    Command { what, line }
}

const SAY: &str = r#"{"type":"say","key":1,"text":"hello"}"#;

/// Quotes what a shell would not take as it is.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":/.-_%+@,".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_transport_has_a_line_with_its_address() {
        let line = |transport| follow_command("https://h/api/", transport, Period::S5).line;
        assert_eq!(line(Transport::Poll), "curl 'https://h/api/clock?every=5s'");
        assert_eq!(line(Transport::Events), "curl -N 'https://h/api/clock/events?every=5s'");
        assert_eq!(line(Transport::Socket), "websocat 'wss://h/api/clock/socket?every=5s'");
    }

    #[test]
    fn every_endpoint_has_a_line_with_its_address() {
        let lines: Vec<_> = commands("https://echo.example/api/", Period::Ms250, true)
            .into_iter()
            .map(|command| command.line)
            .collect();
        assert_eq!(
            lines,
            [
                "curl -N 'https://echo.example/api/clock/events?every=250ms'",
                "curl https://echo.example/api/info",
                r#"wscat -c wss://echo.example/api/echo -x '{"type":"say","key":1,"text":"hello"}'"#,
                r#"echo '{"type":"say","key":1,"text":"hello"}' | websocat -n wss://echo.example/api/echo"#,
                "wscat -c wss://echo.example/api/echo/raw -x 'anything at all'",
                "echo 'anything at all' | websocat wss://echo.example/api/echo/raw",
            ]
        );
    }

    #[test]
    fn nothing_in_an_address_runs_in_a_shell() {
        for (word, safe) in [
            ("http://h/api/info", "http://h/api/info"),
            ("http://h/a&b", "'http://h/a&b'"),
            ("http://[::1]/", "'http://[::1]/'"),
            ("http://h/$(x)'y", r"'http://h/$(x)'\''y'"),
        ] {
            assert_eq!(quoted(word), safe);
        }
    }
}
