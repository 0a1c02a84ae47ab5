//! Two reports side by side.

use super::*;

#[test]
fn two_reports_tell_what_differs() {
    let good = report(Path::default());
    assert_eq!(compare(&good, &good).headline, "The two do not differ in what they found.");
    let bad = report(Path { cut: Some((50_000, false)), ..Path::default() });
    let worse = compare(&good, &bad);
    let lanes: Vec<_> =
        worse.lanes.iter().map(|change| (change.lane, change.silence_cut)).collect();
    assert_eq!(
        lanes,
        [(Lane::Events, Some((None, Some(50)))), (Lane::Socket, Some((None, Some(50)))),]
    );
    assert!(!worse.appeared.is_empty() && worse.gone.is_empty(), "{worse:?}");
    assert!(worse.headline.starts_with("Worse in the second: Server-Sent Events, WebSocket."));
    let better = compare(&bad, &good);
    assert_eq!((&better.appeared, &better.gone), (&vec![], &worse.appeared));
    assert!(better.headline.starts_with("Better in the second:"), "{}", better.headline);
    let text = markdown(&Report { compared: Some(better), ..good });
    for part in [
        "## Compared with http://proxy.test",
        "The first of the two is the deep run of ",
        "- WebSocket: works with limits → works\n  - Only in the first: ",
        "  - Silence: cut after 50 s → not cut\n",
        "- Found only in the first: ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn other_figures_and_other_hops_are_a_difference() {
    let limit = |seconds| {
        let mut report = report(Path { cut: Some((50_000, false)), ..Path::default() });
        report.lives.clear();
        for sign in &mut report.findings[0].signs {
            sign.symptom = Symptom::Lifetime { seconds };
        }
        report.findings[0].title = format!("Cut after {seconds} s");
        report
    };
    let (long, short) = (limit(300), limit(30));
    let change = compare(&long, &short);
    assert_eq!(
        (change.appeared, change.gone),
        (vec![], vec![]),
        "the title is one but for figures"
    );
    assert_eq!(change.headline, "Different in the second: Server-Sent Events.");
    assert_eq!(change.lanes[0].appeared[0].symptom, Symptom::Lifetime { seconds: 30 });
    let same = "The two do not differ in what they found.";
    assert_eq!(compare(&long, &limit(290)).headline, same);

    let mut by_proxy = long.clone();
    let because = "It says so.".to_owned();
    by_proxy.hops.push(Seen { hop: Hop::Nginx, is_named: true, because });
    let headline = compare(&long, &by_proxy).headline;
    assert_eq!(headline, "Only in the second there is nginx on the way.");
    by_proxy.hops.clear();
    by_proxy.findings[0].title = "另一种语言的标题".to_owned();
    assert_eq!(compare(&long, &by_proxy).headline, same, "titles are not compared");
    by_proxy.findings[0].rule = Some("another-cause".to_owned());
    let headline = compare(&long, &by_proxy).headline;
    assert_eq!(headline, "The same is seen in both, and something else is found to cause it.");
}

#[test]
fn what_only_one_run_looked_for_is_no_difference() {
    let deep = report(Path { cut: Some((50_000, false)), ..Path::default() });
    let mut stopped = report(Path::default());
    stopped.lives.clear();
    for seen in &mut stopped.observations {
        if seen.probe.0.starts_with("idle") {
            seen.outcome = Outcome::Cancelled;
        }
    }
    for (before, after) in [(&stopped, &deep), (&deep, &stopped)] {
        let change = compare(before, after);
        assert_eq!((change.lanes, change.appeared, change.gone), (vec![], vec![], vec![]));
        assert!(change.headline.contains("do not differ"), "{}", change.headline);
        assert!(change.headline.ends_with("what only one looked for is left out."));
    }
    let mut patient = deep.clone();
    for life in &mut patient.lives {
        (life.survived, life.cut) = (Some(20), None);
    }
    assert_eq!(compare(&patient, &deep).lanes, [], "20 s are no proof of more than 50 s");
}
