//! What every state of a connection is in words.

use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::problem::Problem;
use echoclock_shared::session::{Event, Intent, Moment, Session, Side, Stranger};

use super::*;

fn view(state: LinkState, failures: u32, trouble: Option<Trouble>) -> LinkView {
    LinkView { state, failures, trouble, posts: None, refusal: None }
}

fn about_to_stop() -> Problem {
    Problem {
        title: "Service Unavailable".to_owned(),
        status: 503,
        detail: "the server is about to stop".to_owned(),
        parameter: None,
    }
}

fn base() -> Result<String, WrongAddress> {
    Ok(String::new())
}

fn waiting_after(cause: Cause) -> LinkState {
    LinkState::Waiting { until: Duration::ZERO, last: Ended { cause, open_for: None } }
}

#[test]
fn every_ending_is_told() {
    let closed = |by, code, reason: &str| Cause::Closed { by, code, reason: reason.to_owned() };
    for (cause, open_for, said) in [
        (
            closed(Side::Browser, CloseCode::NORMAL, "bye"),
            None,
            "You closed it. The server answered with 1000: normal, the purpose is fulfilled; the \
             reason: “bye”.",
        ),
        (
            closed(Side::Server, CloseCode::GOING_AWAY, ""),
            None,
            "The server closed it with 1001: going away, the server stops or the page is left.",
        ),
        (closed(Side::Server, CloseCode::NONE, ""), None, "The server closed it with no code."),
        (Cause::LetGo, None, "You let it go."),
        (Cause::Lost, None, "No connection could be made."),
        (Cause::Lost, Some(0), "The connection broke within a second."),
        (Cause::Lost, Some(125), "The connection broke after 2 min 5 s."),
        (Cause::NoHello, None, "The server’s first message did not come within 10 s."),
        (Cause::CloseUnanswered, Some(1), "You closed it. The server did not answer within 5 s."),
        (
            Cause::Impossible("The address names no host.".to_owned()),
            None,
            "No connection could be tried: The address names no host.",
        ),
    ] {
        let open_for = open_for.map(Duration::from_secs);
        assert_eq!(ended(&Ended { cause, open_for }).to_string(), said);
    }
}

#[test]
fn trouble_goes_before_the_last_ending() {
    let refused = Trouble::Refused("this origin may not connect".to_owned());
    let problem = Trouble::Problem(Problem {
        title: "Bad Request".to_owned(),
        status: 400,
        detail: "“every” is none of 1s".to_owned(),
        parameter: None,
    });
    for (failures, trouble, headline, detail) in [
        (1, None, "Trying again", "No connection could be made."),
        (1, Some(Trouble::Unreachable), "Nothing answers", "http://h/api/"),
        (1, Some(refused), "Refused", "this origin may not connect."),
        (1, Some(problem), "Refused", "is none of 1s."),
        (1, Some(Trouble::Problem(about_to_stop())), "Refused", "is about to stop."),
        (
            1,
            Some(Trouble::NotOurs(Stranger { status: 404, media_type: "text/html".to_owned() })),
            "Somebody else answers",
            "404 with text/html.",
        ),
        (1, Some(Trouble::OnlyPlainRequests), "Held up on the way", "next attempt may do"),
        (2, Some(Trouble::OnlyPlainRequests), "Held up on the way", "the WebSocket does not"),
    ] {
        let link = view(waiting_after(Cause::Lost), failures, trouble);
        let words = words(&link, Part::Chat, &Ok("http://h/api/".to_owned()));
        assert_eq!(words.headline, headline);
        assert!(words.detail.to_string().contains(detail), "{words:?}");
    }
}

#[test]
fn what_was_learnt_stays_in_sight_while_it_is_tried_again() {
    let mut session = Session::default();
    session.handle(Event::User(Intent::Connect(Part::Clock)), &Moment::default());
    let connecting = session.clock().link().state().clone();
    let anew = words(&view(connecting.clone(), 0, None), Part::Clock, &base());
    assert_eq!(
        (anew.headline, anew.detail.to_string().contains("first message")),
        ("Connecting", true)
    );
    let again = words(&view(connecting, 2, Some(Trouble::OnlyPlainRequests)), Part::Clock, &base());
    assert!(
        again.detail.to_string().contains("the event stream does not get through"),
        "{again:?}"
    );
}

#[test]
fn plain_requests_go_before_the_sockets_trouble() {
    let mut session = Session::default();
    session.handle(Event::User(Intent::Connect(Part::Chat)), &Moment::default());
    let connecting = session.chat().link().state().clone();
    let LinkState::Connecting { link, .. } = connecting else { panic!("it connects") };
    let since = Moment::default();
    let full = || Some("wait a moment".to_owned());
    for (state, posts, refusal, said) in [
        (waiting_after(Cause::Lost), 0, None, ["is tried again.", "goes by a POST of its own."]),
        (connecting.clone(), 2, None, ["is tried again.", "got no answer either"]),
        (connecting, 2, full(), ["refuses the last", "wait a moment."]),
        (LinkState::Open { link, since }, 0, None, ["lasted 10 s.", "a POST of its own."]),
    ] {
        let trouble = Some(Trouble::OnlyPlainRequests);
        let link = LinkView { posts: Some(posts), refusal, ..view(state, 5, trouble) };
        let words = words(&link, Part::Chat, &base());
        assert_eq!((words.headline, trouble_name(&link)), ("By plain requests", None));
        assert!(said.iter().all(|said| words.detail.to_string().contains(said)), "{words:?}");
    }
}

#[test]
fn an_opening_that_opens_nothing_is_explained_and_mended() {
    let mut session = Session::default();
    session.handle(Event::User(Intent::Connect(Part::Chat)), &Moment::default());
    let link = session.chat().link().current().expect("it connects");
    for (trouble, name, said) in [
        (
            Trouble::NoUpgrade("HTTP/1.0".to_owned()),
            "no-upgrade",
            "without its Upgrade, over HTTP/1.0",
        ),
        (Trouble::OldHttp, "old-http", "arrives by HTTP/1.0, which knows no WebSocket"),
    ] {
        let trouble = || Some(trouble.clone());
        let held_up = view(waiting_after(Cause::Lost), 1, trouble());
        assert_eq!(trouble_name(&held_up), Some(name));
        let by_posts = LinkView { posts: Some(0), ..held_up.clone() };
        for (link, headline) in [(held_up, "Held up on the way"), (by_posts, "By plain requests")] {
            let words = words(&link, Part::Chat, &base());
            assert_eq!(words.headline, headline);
            assert!(words.detail.to_string().contains(said), "{words:?}");
            assert!(words.mend.is_some_and(|lines| lines.contains("proxy_http_version 1.1")));
        }
        let open = view(LinkState::Open { link, since: Moment::default() }, 0, trouble());
        assert_eq!(words(&open, Part::Chat, &base()).mend, None);
    }
}

#[test]
fn giving_up_while_it_waits_is_no_closing() {
    let last = Some(Ended { cause: Cause::Lost, open_for: None });
    let words = words(&view(LinkState::Idle { last }, 0, None), Part::Chat, &base());
    assert_eq!(words.headline, "Not connected");
    assert_eq!(words.detail.to_string(), "No connection could be made.");
}

#[test]
fn what_can_not_be_tried_is_trouble_too() {
    let cause = Cause::Impossible("no host".to_owned());
    let last = Some(Ended { cause, open_for: None });
    assert_eq!(trouble_name(&view(LinkState::Idle { last }, 0, None)), Some("impossible"));
    assert_eq!(trouble_name(&LinkView::default()), None);
}

#[test]
fn what_the_server_said_stands_apart_from_our_words() {
    let told = ended(&Ended { cause: Cause::Refused(about_to_stop()), open_for: None });
    assert_eq!(told.words, "The server refused it for a while: ");
    assert_eq!(told.quoted.as_deref(), Some("the server is about to stop."));
    let refused = Trouble::Refused("this origin may not connect".to_owned());
    let link = view(waiting_after(Cause::Lost), 1, Some(refused));
    let detail = words(&link, Part::Chat, &base()).detail;
    assert_eq!(detail.quoted.as_deref(), Some("this origin may not connect."));
    assert!(!detail.words.is_empty(), "{detail:?}");
}

#[test]
fn a_wrong_address_is_told_in_the_words_of_the_moment() {
    let cause = Cause::Impossible("what it was when it was tried".to_owned());
    let idle = LinkState::Idle { last: Some(Ended { cause, open_for: None }) };
    let words = words(&view(idle, 0, None), Part::Chat, &Err(WrongAddress::Space));
    let detail = "No connection could be tried: An address has no spaces in it.";
    assert_eq!(words.detail.to_string(), detail);
}
