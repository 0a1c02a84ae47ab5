//! Items as bytes, per transport.

pub mod sse;
