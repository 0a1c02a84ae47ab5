//! What the session decides, one situation at a time.

mod table;

mod link;

mod chat;

mod posting;

mod follow;

mod refused;

mod lanes;

mod queue;

mod time;
