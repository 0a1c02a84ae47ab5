//! Sockets.

use std::time::Duration;

use echoclock_shared::check::hearing::SocketHearing;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::probe::SocketAsk;
use echoclock_shared::check::request::Request;
use echoclock_shared::pass::PARAMETER as PASS;

use super::carry::Edge;
use super::notes::Notes;
use crate::address::{web_socket, with_parameter};
use crate::browser::{Conversation, Said, clock, unless, wait};

impl Edge {
    /// Opens a socket, says what is to be said, and follows it to its end.
    pub(super) async fn socket(&self, request: &Request, ask: &SocketAsk, notes: &Notes) {
        let Some(socket) = self.open(request, notes).await else { return };
        let opened = clock::mono();
        let mut hearing = SocketHearing::default();
        let mut says = ask.says.iter().copied().peekable();
        let mut items = ask.plan.items();
        // When what was said last is given up.
        let mut given_up = opened;
        let mut has_left = false;
        loop {
            let now = clock::mono();
            let is_free = hearing.is_answered() || given_up <= now;
            if let Some(saying) = says.next_if(|it| is_free && opened + it.after <= now) {
                let (words, said) = hearing.say(saying);
                notes.take(said);
                given_up = now + ECHO_WITHIN;
                socket.say(&words, saying.is_binary);
                continue;
            }
            let all_is_said = says.peek().is_none() && is_free;
            if let Some((code, reason)) = &ask.closes
                && all_is_said
                && items == 0
                && !has_left
            {
                has_left = true;
                notes.take(Heard::Left);
                socket.close(*code, reason);
            }
            // The next is due when it is time and the one before has come back or is given up.
            let due = says.peek().map(|next| opened + next.after).filter(|_| is_free);
            let wake = due.unwrap_or(if is_free { now + LONG } else { given_up });
            let said = unless(socket.next(), wait(wake.saturating_sub(now))).await;
            let what = match said {
                Some(Said::Text(text)) => hearing.message(text.as_bytes(), false),
                Some(Said::Binary(bytes)) => hearing.message(&bytes, true),
                Some(Said::Closed(code, reason)) => {
                    return notes.take(Heard::Closed { code, reason });
                }
                Some(Said::Opened(_)) | None => continue,
            };
            items = items.saturating_sub(u32::from(matches!(what, Heard::Item { .. })));
            notes.take(what);
        }
    }

    /// Opens a socket; nothing where it was closed before.
    pub(super) async fn open(&self, request: &Request, notes: &Notes) -> Option<Conversation> {
        notes.take(Heard::Asked);
        let address = web_socket(&self.at(request));
        let address = match &self.way.pass {
            Some(pass) => with_parameter(&address, PASS, &pass.value),
            None => address,
        };
        let socket = match Conversation::open(&address) {
            Ok(socket) => socket,
            Err(error) => {
                notes.broke(error);
                return None;
            }
        };
        match socket.next().await {
            Said::Opened(extensions) => {
                notes.take(Heard::Opened { extensions });
                Some(socket)
            }
            Said::Closed(code, reason) => {
                notes.take(Heard::Closed { code, reason });
                None
            }
            // A message comes after the opening.
            Said::Text(_) | Said::Binary(_) => None,
        }
    }
}

/// How long an echo is waited for.
const ECHO_WITHIN: Duration = Duration::from_secs(5);

/// When to look again where nothing is to be said.
const LONG: Duration = Duration::from_secs(3_600);
