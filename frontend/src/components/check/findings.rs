//! What is wrong, why, and what mends it.

use echoclock_shared::check::report::{Finding, Paste};
use echoclock_shared::check::signs::Sign;
use echoclock_shared::{say, words};
use leptos::html::Code;
use leptos::prelude::*;

use super::finding_id;
use super::sentence::sentence;
use crate::components::copy::CopyButton;
use crate::components::language::verbatim_unless;
use crate::format;

/// A finding.
#[component]
pub(super) fn FindingView(finding: Finding) -> impl IntoView {
    let confidence = format::confidence_words(finding.confidence);
    let id = finding.rule.as_deref().map(finding_id);
    let hop = finding.hop;
    let cause = (!finding.cause.is_empty()).then(|| view! { <p>{sentence(&finding.cause)}</p> });
    let because = (finding.rule.is_some()).then(|| {
        view! {
            <p>
                {words!("What tells it here: ")}
                {sentence(&finding.because)}
            </p>
        }
    });
    let signs = finding.signs.iter().map(sign).collect_view();
    let remedies = finding.remedies.into_iter().enumerate().map(|(place, paste)| {
        let is_seen = hop == Some(paste.hop);
        view! { <Remedy paste is_seen is_open=place == 0/> }
    });
    let remedies = remedies.collect_view();
    view! {
        <article class="finding" id=id tabindex="-1" data-testid="finding" data-rule=finding.rule>
            <h4>{sentence(&finding.title)}</h4>
            <p class="confidence" data-known=finding.confidence.is_some().to_string()>
                {confidence}
            </p>
            <ul class="signs">{signs}</ul>
            {cause}
            {because}
            {remedies}
        </article>
    }
}

/// What is seen on a lane.
pub(super) fn sign(sign: &Sign) -> impl IntoView + use<> {
    view! {
        <li>
            <strong>{format::lane_name(sign.lane)}</strong>
            " "
            {sentence(&sign.says)}
        </li>
    }
}

/// What is to be pasted for a hop.
#[component]
fn Remedy(paste: Paste, is_seen: bool, is_open: bool) -> impl IntoView {
    let code = NodeRef::<Code>::new();
    let name = paste.hop.name();
    let seen = is_seen.then(|| view! { <span class="seen">{words!("seen on this path")}</span> });
    let before = (!paste.before.is_empty()).then(|| {
        view! {
            <p class="what">{words!("Instead of")}</p>
            <pre
                tabindex="0"
                role="group"
                aria-label=say!("Before, for {name}", name)
                {..verbatim_unless(paste.before_is_prose)}
            >
                {paste.before}
            </pre>
        }
    });
    view! {
        <details class="remedy" open=is_open>
            <summary>
                {paste.hop.heading()}
                {seen}
            </summary>
            <p>{sentence(&paste.note)}</p>
            {before}
            <div class="paste">
                <p class="what">{words!("Paste")}</p>
                <CopyButton of=code what=say!("the remedy for {name}", name)/>
                <pre tabindex="0" role="group" aria-label=say!("To paste, for {name}", name)>
                    <code {..verbatim_unless(paste.after_is_prose)} node_ref=code>
                        {paste.after}
                    </code>
                </pre>
            </div>
        </details>
    }
}
