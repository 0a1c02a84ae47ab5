//! How the socket is to be closed.

use echoclock_shared::close::{CloseCode, check_reason};
use echoclock_shared::session::Part;
use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::super::connection::{Actions, CloseFrame};
use super::super::drafts::{Drafts, use_drafts};
use super::super::language::live;
use crate::stores::use_stores;

/// The code and the reason to close with, and the buttons that connect and disconnect.
#[component]
pub(super) fn CloseForm() -> impl IntoView {
    let link = use_stores().chat.link;
    let Drafts { close_code: code, close_reason: reason, .. } = use_drafts();
    let wrong_code = Memo::new(move |_| code.with(|code| read_code(code).is_none()));
    let wrong_reason = Memo::new(move |_| reason.with(|reason| check_reason(reason).err()));
    let frame = Memo::new(move |_| -> CloseFrame {
        let code = code.with(|code| read_code(code))?;
        wrong_reason.get().is_none().then(|| (code, reason.get()))
    });
    let complaint = move || {
        if wrong_code.get() {
            return Some(words!("A page may send 1000 and 3000–4999.").to_owned());
        }
        wrong_reason.get().map(|wrong| say!("Too long: {wrong}.", wrong))
    };
    view! {
        <Actions part=Part::Chat link close_with=frame>
            <div class="field code">
                <label for="close-code">{words!("Close code")}</label>
                <input
                    id="close-code"
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="4"
                    aria-describedby="close-complaint"
                    aria-invalid=move || wrong_code.get().then_some("true")
                    prop:value=code
                    on:input=move |event| code.set(event_target_value(&event))
                />
            </div>
            <div class="field reason">
                <label for="close-reason">{words!("Reason")}</label>
                <input
                    id="close-reason"
                    type="text"
                    autocomplete="off"
                    dir="auto"
                    aria-describedby="close-complaint"
                    aria-invalid=move || wrong_reason.get().map(|_| "true")
                    prop:value=reason
                    on:input=move |event| reason.set(event_target_value(&event))
                />
            </div>
            <p class="complaint" id="close-complaint" aria-live="polite" {..live()}>
                {complaint}
            </p>
        </Actions>
    }
}

/// Reads a code that a page may send.
fn read_code(text: &str) -> Option<CloseCode> {
    let code = text.trim().parse().ok().map(CloseCode)?;
    code.may_be_sent_by_page().then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_that_a_page_may_send_are_taken() {
        for (text, code) in [
            ("1000", Some(1000)),
            (" 4999 ", Some(4999)),
            ("1001", None),
            ("5000", None),
            ("99999", None),
            ("", None),
            ("bye", None),
        ] {
            assert_eq!(read_code(text).map(|code| code.0), code, "{text:?}");
        }
    }
}
