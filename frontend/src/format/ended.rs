//! How a connection ended, in words.

use echoclock_shared::close::CloseCode;
use echoclock_shared::session::{Cause, Ended, Link, Side};
use echoclock_shared::{say, words};

use super::told::sentence;
use super::{Told, duration};

/// Says how a link ended, in whole sentences.
pub fn ended(ended: &Ended) -> Told {
    match &ended.cause {
        Cause::Closed { by: Side::Browser, code, reason } => {
            let closed = closed(*code, reason);
            say!("You closed it. The server answered with {closed}.", closed).into()
        }
        Cause::Closed { by: Side::Server, code, reason } => {
            say!("The server closed it with {closed}.", closed = closed(*code, reason)).into()
        }
        Cause::LetGo => words!("You let it go.").into(),
        Cause::Lost => match ended.open_for {
            Some(open_for) if open_for.as_secs() == 0 => {
                words!("The connection broke within a second.").into()
            }
            Some(open_for) => {
                say!("The connection broke after {time}.", time = duration(open_for)).into()
            }
            None => words!("No connection could be made.").into(),
        },
        Cause::NoHello => say!(
            "The server’s first message did not come within {time}.",
            time = duration(Link::HELLO_WITHIN)
        )
        .into(),
        Cause::Silent => {
            words!("The server fell silent, though the connection seemed to stand.").into()
        }
        Cause::Refused(problem) => {
            Told::quoting(words!("The server refused it for a while: "), &problem.detail)
        }
        Cause::CloseUnanswered => say!(
            "You closed it. The server did not answer within {time}.",
            time = duration(Link::CLOSE_WITHIN)
        )
        .into(),
        Cause::Impossible(why) => {
            say!("No connection could be tried: {why}", why = sentence(why)).into()
        }
    }
}

fn closed(code: CloseCode, reason: &str) -> String {
    let CloseCode(number) = code;
    let said = if code == CloseCode::NONE {
        words!("no code").to_owned()
    } else {
        say!("{number}: {meaning}", number, meaning = code.meaning())
    };
    if reason.is_empty() { said } else { say!("{said}; the reason: “{reason}”", said, reason) }
}
