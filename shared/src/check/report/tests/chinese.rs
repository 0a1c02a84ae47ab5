//! Reports in Chinese.

use super::*;
use crate::check::chinese::{english, in_chinese};
use crate::check::report::title;

#[test]
fn every_symptom_is_named_in_chinese() {
    for name in SYMPTOMS {
        let figures = r#""status":403,"sent":500,"arrived":200,"bytes":4096,"millis":200,"coding":"gzip",
            "passed":1,"failed":2,"times":2,"names":["x-a"],"seconds":30,"open":6"#;
        let symptom: Symptom =
            serde_json::from_str(&format!(r#"{{"symptom":"{name}",{figures}}}"#)).unwrap();
        let told = in_chinese(|| title(&symptom));
        assert_eq!(english(&told), [""; 0], "{name}: {told}");
        assert_ne!(told, title(&symptom), "{name}");
    }
}

#[test]
fn a_fault_is_told_in_chinese_as_in_english() {
    for path in [
        Path { holds: Holds::All, ..Path::default() },
        Path { holds: Holds::Millis(200), ..Path::default() },
        Path { cut: Some((50_000, false)), ..Path::default() },
        Path { dies_after: Some(1), ..Path::default() },
        Path { adds: vec![("via", "1.1 nginx"), ("content-encoding", "gzip")], ..Path::default() },
    ] {
        let told = report(path.clone());
        let chinese = in_chinese(|| report(path.clone()));
        assert_eq!((told.language.as_str(), chinese.language.as_str()), ("en", "zh-Hans"));
        let verdicts = |report: &Report| Lane::ALL.map(|lane| report.verdict(lane));
        assert_eq!(verdicts(&told), verdicts(&chinese), "{path:?}");
        let titles = chinese.findings.iter().filter(|finding| finding.rule.is_some());
        let rule = titles.map(|finding| finding.title.as_str());
        let headline = rule.fold(chinese.headline.clone(), |says, title| says.replace(title, ""));
        let mut says: Vec<_> = chinese.rows.iter().map(|row| row.says.clone()).collect();
        says.extend(chinese.hops.iter().map(|seen| seen.because.clone()));
        says.extend(chinese.keep_alive.clone());
        says.push(headline);
        for says in says {
            assert_eq!(english(&says), [""; 0], "{path:?}: {says}");
        }
    }
}

#[test]
fn a_comparison_does_not_depend_on_the_languages() {
    let good = report(Path::default());
    let path = || Path { cut: Some((50_000, false)), ..Path::default() };
    let (bad, chinese) = (report(path()), in_chinese(|| report(path())));
    assert_ne!(bad.findings[0].signs[0].says, chinese.findings[0].signs[0].says);
    let same = compare(&bad, &chinese);
    assert_eq!((same.lanes, same.appeared, same.gone), (vec![], vec![], vec![]));
    let kinds = |change: &crate::check::report::Comparison| {
        let lanes = change.lanes.iter();
        let kinds = lanes.map(|it| (it.lane, it.appeared.len(), it.gone.len(), it.silence_cut));
        (kinds.collect::<Vec<_>>(), change.appeared.len(), change.gone.len())
    };
    assert_eq!(kinds(&compare(&good, &bad)), kinds(&compare(&good, &chinese)));
    let said = in_chinese(|| compare(&good, &chinese).headline);
    assert_eq!(english(&said), [""; 0], "{said}");
}

#[test]
fn a_report_that_names_no_language_is_in_english() {
    let mut json = serde_json::to_value(report(Path::default())).unwrap();
    json.as_object_mut().unwrap().remove("language");
    assert_eq!(read(&json.to_string()).unwrap().language, "en");
    json["language"] = "zh-Hans".into();
    assert_eq!(read(&json.to_string()).unwrap().language, "zh-Hans");
}
