//! A stream that the server refuses for a while, and says so within it.

use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::feed::Period;
use echoclock_shared::session::{
    Backoff, Cause, ClockReport, Effect, Ended, Intent, LinkEvent, LinkState, Part, Trouble,
};

use crate::table::{
    Table, about_to_stop, clock_reports, clock_target, connect_time, lost, opened, targets,
};

#[test]
fn a_stream_that_is_refused_for_a_while_is_tried_again_by_the_sessions_own_waits() {
    let mut table = Table::default();
    let mut link = table.connect(Part::Clock);
    let cause = Cause::Refused(about_to_stop());
    for failures in 1..4 {
        table.link(link, LinkEvent::Begun);
        let effects = table.link(link, LinkEvent::Refused(about_to_stop()));
        assert_eq!(effects[0], Effect::Drop(link), "the adapter would try again by itself");
        assert!(!probes(&effects), "it is known why");
        let ended = Ended { cause: cause.clone(), open_for: None };
        assert_eq!(clock_reports(&effects), [ClockReport::Ended(ended)], "it was never open");
        let waits = table.session.clock().link();
        assert!(matches!(waits.state(), LinkState::Waiting { .. }), "{waits:?}");
        assert_eq!(waits.failures(), failures);
        assert_eq!(waits.trouble(), Some(&Trouble::Problem(about_to_stop())));
        let before = table.now.mono;
        let effects = table.wake();
        let wait = Backoff::default().wait(failures, 0);
        assert_eq!(table.now.mono - before, wait, "as after any failure");
        assert!(table.link(link, lost()).is_empty(), "late news of a link that was let go");
        link = opened(&effects);
        let trouble = table.session.clock().link().trouble();
        assert!(trouble.is_some(), "what was learnt stays in sight while it is tried again");
    }
    table.link(link, connect_time());
    assert_eq!(table.session.clock().link().trouble(), None);
}

#[test]
fn a_stream_that_is_refused_after_a_while_goes_on_from_its_cursor() {
    let mut table = Table::default();
    let link = table.open_clock();
    table.tick(link, 10);
    table.pass(Duration::from_secs(3));
    let effects = table.link(link, LinkEvent::Refused(about_to_stop()));
    assert!(effects.contains(&Effect::Drop(link)) && !probes(&effects));
    let told = clock_reports(&effects);
    let open_for = Some(Duration::from_secs(3));
    let ended = Ended { cause: Cause::Refused(about_to_stop()), open_for };
    assert_eq!(told, [ClockReport::Ended(ended)]);
    assert_eq!(targets(&table.wake())[0].1, clock_target(Period::S1, Some(10)));
}

#[test]
fn a_refusal_on_a_link_that_was_let_go_is_late_news() {
    let mut table = Table::default();
    let link = table.connect(Part::Clock);
    table.user(Intent::Disconnect {
        part: Part::Clock,
        code: CloseCode::NORMAL,
        reason: String::new(),
    });
    assert!(table.link(link, LinkEvent::Refused(about_to_stop())).is_empty());
    assert_eq!(table.session.next_deadline(), None);
}

fn probes(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Probe(..)))
}
