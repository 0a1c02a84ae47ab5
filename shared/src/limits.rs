//! The bounds that both sides keep to.

use std::time::Duration;

/// The largest whole number that every JSON reader keeps exact: 2^53 − 1.
pub const SAFE_INTEGER_MAX: u64 = (1 << 53) - 1;

/// The longest text of one chat message, in bytes of UTF-8.
pub const TEXT_MAX: usize = 16 * 1024;

/// The largest message to the chat, in bytes; a larger one closes its socket with 1009.
pub const ECHO_MESSAGE_MAX: usize = 256 * 1024;

/// The largest message on the raw echo socket, in bytes, unless the server is told otherwise.
pub const RAW_MESSAGE_MAX: usize = 1024 * 1024;

/// How many messages may wait for their echo; the next one has to wait in the composer.
pub const OUTBOX_MAX: usize = 64;

/// The longest close reason, in bytes of UTF-8 (RFC 6455, section 5.5: a control frame holds
/// 125 bytes, two of them the code).
pub const CLOSE_REASON_MAX: usize = 123;

/// How many items the clock replays at the most.
pub const CLOCK_RETAINED_ITEMS: u64 = 3_600;

/// How far back the clock replays at the most.
pub const CLOCK_RETAINED_TIME: Duration = Duration::from_secs(3_600);

/// How far ahead of the newest item a cursor may be: instances' clocks differ.
pub const CURSOR_AHEAD_MAX: Duration = Duration::from_secs(60);

/// The longest silence on a link that the server pushes over: where the feed is slower, a `ping`
/// is sent.
pub const PING_EVERY: Duration = Duration::from_secs(15);

/// How long a long poll waits for an item where it does not say.
pub const WAIT: Duration = Duration::from_secs(25);

/// How long a long poll can ask to wait.
pub const WAIT_MAX: Duration = Duration::from_secs(60);

/// How long a question of the path check can ask to wait: longer than a long poll, to find what cuts it.
pub const CHECK_WAIT_MAX: Duration = Duration::from_secs(120);

/// How many items one answer to a poll holds at the most; the client asks for more after the last.
pub const POLL_ITEMS_MAX: usize = 3_600;
