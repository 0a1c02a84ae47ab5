//! What differs from another run, and what came of what was expected.

use std::fmt::{self, Write};

use echoclock_shared::check::report::{Comparison, LaneChange, With};
use echoclock_shared::check::signs::Sign;

use super::{Paint, capital, plain};
use crate::expect::{Judged, Outcome};

/// Writes a comparison with an earlier report, and what was expected; nothing where neither was asked
/// for.
pub(crate) fn summary(compared: Option<&Comparison>, judged: &[Judged], paint: Paint) -> String {
    let mut text = String::new();
    write_all(&mut text, compared, judged, paint).expect("writing to a string does not fail");
    text
}

fn write_all(
    text: &mut String,
    compared: Option<&Comparison>,
    judged: &[Judged],
    paint: Paint,
) -> fmt::Result {
    if let Some(comparison) = compared {
        let With { url, began, is_deep } = &comparison.with;
        let kind = if *is_deep { "deep" } else { "quick" };
        let which = format!("the {kind} run of {began} of {url}");
        writeln!(text, "\nCompared with {}, which is the first of the two:", plain(&which))?;
        writeln!(text, "    {}", paint.strong(&plain(&comparison.headline)))?;
        comparison.lanes.iter().try_for_each(|change| write_change(text, change, paint))?;
        for (what, titles) in
            [("Only in the second", &comparison.appeared), ("Only in the first", &comparison.gone)]
        {
            titles.iter().try_for_each(|title| writeln!(text, "    {what}: {}", plain(title)))?;
        }
    }
    if !judged.is_empty() {
        writeln!(text, "\nExpected:")?;
    }
    for it in judged {
        let mark = match it.outcome {
            Outcome::Held => paint.good("✓"),
            Outcome::NotHeld => paint.bad("✗"),
            Outcome::NotTested => paint.bad("–"),
        };
        let outcome = match it.outcome {
            Outcome::Held => "",
            Outcome::NotHeld => "does not hold. ",
            Outcome::NotTested => "was not tested, so it does not hold. ",
        };
        writeln!(text, "    {mark} {}: {outcome}{}", it.term, capital(&plain(&it.says)))?;
    }
    Ok(())
}

fn write_change(text: &mut String, change: &LaneChange, paint: Paint) -> fmt::Result {
    writeln!(text, "    {}: {}", capital(&change.lane.to_string()), change.verdicts())?;
    let mut signs = |mark: String, signs: &[Sign]| {
        signs.iter().try_for_each(|sign| writeln!(text, "        {mark} {}", plain(&sign.says)))
    };
    signs(paint.bad("+"), &change.appeared)?;
    signs(paint.good("-"), &change.gone)?;
    if let Some(silence) = change.silence() {
        writeln!(text, "        {silence}")?;
    }
    Ok(())
}
