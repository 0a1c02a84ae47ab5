//! A connection, taken apart.

use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// A connection's two directions, the first of which is read.
pub(super) struct Ends {
    pub(super) from: BufReader<OwnedReadHalf>,
    pub(super) to: OwnedWriteHalf,
}

impl Ends {
    pub(super) fn of(connection: TcpStream) -> Self {
        let (from, to) = connection.into_split();
        Self { from: BufReader::new(from), to }
    }
}
