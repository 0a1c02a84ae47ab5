//! What is seen: components read the stores and say what the user wants by a dispatch.
//!
//! A component's function runs once. Each signal is read where its text or attribute is, so that a
//! tick of the clock changes a few texts and the angles of three hands, and nothing else.

#![expect(unreachable_pub, reason = "Leptos makes a public function of every component")]

mod connection;

mod drafts;

mod held_enter;

mod in_turn;

mod lede;

mod language;

mod language_choice;

mod scroller;

mod stamp;

mod told;

mod chat;

mod period;

mod copy;

mod whole;

mod clock;

mod transports;

mod check;
pub use check::Check;

mod check_view;

mod server;

mod wire;

mod shell;
pub use shell::Shell;
