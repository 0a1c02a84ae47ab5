//! Bodies that do not pass, beside those that are slow.

use super::*;

#[test]
fn a_body_that_is_still_under_way_is_slow_and_no_limit() {
    let over = Symptom::OverLimit { passed: 0, failed: 1_048_576 };
    for (outcome, heard, symptoms) in [
        (Outcome::Late, vec![], vec![]),
        (Outcome::Late, vec![head(413)], vec![over.clone()]),
        (Outcome::Late, vec![broke()], vec![over]),
    ] {
        let mut made = Made::over(Path::default());
        let told = format!("{outcome:?} {heard:?}");
        let heard = [Heard::Asked].into_iter().chain(heard);
        let heard = heard.map(|what| Note { at: 100_000, request: 1, what }).collect();
        let server = vec![(EPOCH + 101, request("HTTP/1.1", &[]))];
        let ask = Ask::Upload { bytes: 1_048_576 };
        made.add("it", Lane::Requests, ask, outcome, heard, server);
        let found = find(&made.evidence).into_iter().map(|sign| sign.symptom);
        let found: Vec<_> = found.filter(|symptom| symptom.weight() > Weight::Note).collect();
        assert_eq!(found, symptoms, "{told}");
    }
}
