//! What a feed carries: ordered items, each with a [`Seq`], so that a hole proves a loss.

mod seq;
pub use seq::{BadSeq, Seq};

mod item;
pub use item::{Gap, Item};

mod period;
pub use period::{BadPeriod, Period};

mod tick;
pub use tick::Tick;

mod hello;
pub use hello::ConnectTime;
