//! What a server answers to one plain request, for who wants to know that and no more.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use echoclock_shared::check::request::Request;

use crate::address::{Base, NotAnAddress};
use crate::connect::{Connector, Way};
use crate::send::Server;

/// A server that can be asked for its status.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AskedServer {
    base: Base,
    unix: Option<PathBuf>,
    believes_anybody: bool,
}

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Status {
    /// Its status.
    pub code: u16,
    /// The beginning of its body's first line.
    pub line: String,
}

impl AskedServer {
    /// Has it be reached by a Unix socket, whatever its address says.
    #[must_use]
    pub fn by_unix_socket(self, path: PathBuf) -> Self {
        Self { unix: Some(path), ..self }
    }

    /// Says whether any certificate of it is believed; by default those of the system's roots are.
    #[must_use]
    pub fn believed(self, believes_anybody: bool) -> Self {
        Self { believes_anybody, ..self }
    }

    /// Asks for what is at this path beside the API, such as `healthz`, through no forward proxy.
    ///
    /// # Errors
    ///
    /// Where no answer comes within this time.
    pub async fn status(&self, path: &str, within: Duration) -> anyhow::Result<Status> {
        let asked = tokio::time::timeout(within, self.answer(path)).await;
        asked.with_context(|| format!("no answer within {} s", within.as_secs_f32()))?
    }

    async fn answer(&self, path: &str) -> anyhow::Result<Status> {
        let way = self.unix.clone().map_or(Way::Straight, Way::Unix);
        let connector = Connector::new(&self.base, self.believes_anybody, way)?;
        let server = Server { base: self.base.clone(), connector, headers: vec![] };
        let mut answer = server.send(&Request::get(path.to_owned()), None).await?;
        let body = answer.whole().await?;
        let body = String::from_utf8_lossy(&body);
        let line = body.lines().next().unwrap_or_default();
        let line = line.chars().filter(|c| !c.is_control()).take(LINE_MAX).collect();
        Ok(Status { code: answer.status, line })
    }
}

impl FromStr for AskedServer {
    type Err = NotAnAddress;

    /// Reads the address of its page.
    fn from_str(url: &str) -> Result<Self, NotAnAddress> {
        let base = Base::of(url)?.beside_api();
        Ok(Self { base, unix: None, believes_anybody: false })
    }
}

impl fmt::Display for AskedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unix {
            Some(path) => write!(f, "unix:{}", path.display()),
            None => f.write_str(&self.base.page()),
        }
    }
}

/// How much of a line is kept, in characters: whoever answers may be anybody.
const LINE_MAX: usize = 200;
