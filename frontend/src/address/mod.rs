//! Where the API is: given by the user, by `config.json`, or beside the page.
//!
//! Text in, text out: what a browser would make of an address is decided here, so that a wrong
//! one is explained before anything is tried.

mod wrong;
pub use wrong::WrongAddress;

mod config;
pub use config::{ConfigTrouble, api_in_config};

mod resolve;
use resolve::resolve;
pub use resolve::{folder, is_of_origin};

use std::fmt::Display;

use echoclock_shared::session::Target;
use echoclock_shared::transport::Transport;

/// Where the API is looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    /// Who gave it.
    pub source: Source,
    /// As it was given; empty for [`Source::Default`].
    pub given: String,
    /// The API's base address, which ends in a slash, or why there is none.
    pub base: Result<String, WrongAddress>,
    /// Why `config.json` could not be used, where it could not.
    pub config_trouble: Option<ConfigTrouble>,
}

/// Who gave an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// Nobody: the API is beside the page.
    Default,
    /// The file `config.json` beside the page.
    Config,
    /// The user, here or on an earlier visit.
    User,
}

impl Default for Address {
    fn default() -> Self {
        Self {
            source: Source::Default,
            given: String::new(),
            base: Err(WrongAddress::Pending),
            config_trouble: None,
        }
    }
}

impl Address {
    /// Chooses the address: the user's, else that of `config.json`, else `api/` beside the page.
    ///
    /// `config` is what [`api_in_config`] returned; `document` is the address that the page's
    /// relative links start from.
    pub fn choose(
        user: Option<&str>,
        config: &Result<String, ConfigTrouble>,
        document: &str,
    ) -> Self {
        let user = user.map(str::trim).filter(|given| !given.is_empty());
        let config_trouble = config.as_ref().err().cloned();
        let config = config.as_deref().map_or("", str::trim);
        let (source, given) = match user {
            Some(given) => (Source::User, given),
            None if config.is_empty() => (Source::Default, ""),
            None => (Source::Config, config),
        };
        let base = resolve(given, document);
        Self { source, given: given.to_owned(), base, config_trouble }
    }

    /// Returns where to connect for `target`: by `ws` or `wss` for a socket.
    ///
    /// # Errors
    ///
    /// Where there is no base address.
    pub fn of(&self, target: Target) -> Result<String, WrongAddress> {
        let address = self.below(&target.below_api())?;
        Ok(match target {
            Target::Echo | Target::Clock { transport: Transport::Socket, .. } => {
                web_socket(&address)
            }
            Target::Clock { .. } => address,
        })
    }

    /// Returns the address of a path below the API's base address.
    ///
    /// # Errors
    ///
    /// Where there is no base address.
    pub fn below(&self, path: &str) -> Result<String, WrongAddress> {
        self.base.as_ref().map(|base| format!("{base}{path}")).map_err(Clone::clone)
    }
}

/// Returns the same address for a WebSocket.
pub fn web_socket(address: &str) -> String {
    // `http` becomes `ws`, and with it `https` becomes `wss`.
    address.strip_prefix("http").map_or_else(|| address.to_owned(), |rest| format!("ws{rest}"))
}

/// Adds a parameter to an address's query; its value is of characters that stand there as they are.
pub fn with_parameter(address: &str, name: &str, value: impl Display) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}{name}={value}")
}

#[cfg(test)]
mod tests {
    use echoclock_shared::feed::{Period, Seq};

    use super::*;

    #[test]
    fn the_user_goes_before_the_config_and_that_before_the_default() {
        let page = "http://p/";
        let config = Ok(" http://c ".to_owned());
        let chosen = |user, config: &Result<_, _>| {
            let address = Address::choose(user, config, page);
            (address.source, address.base.unwrap())
        };
        assert_eq!(chosen(Some("http://u"), &config), (Source::User, "http://u/api/".to_owned()));
        assert_eq!(chosen(Some("  "), &config), (Source::Config, "http://c/api/".to_owned()));
        assert_eq!(chosen(None, &Ok(String::new())), (Source::Default, "http://p/api/".to_owned()));
        let missing = Err(ConfigTrouble::Status(404));
        assert_eq!(chosen(None, &missing), (Source::Default, "http://p/api/".to_owned()));
        assert_eq!(Address::choose(None, &missing, page).config_trouble, missing.err());
    }

    #[test]
    fn a_parameter_follows_those_that_are_there() {
        for (address, more) in [
            ("http://h/api/info", "http://h/api/info?pass=x"),
            ("ws://h/api/echo?link=y", "ws://h/api/echo?link=y&pass=x"),
            ("http://h/api/info?a=b&c=?", "http://h/api/info?a=b&c=?&pass=x"),
        ] {
            assert_eq!(with_parameter(address, "pass", "x"), more);
        }
    }

    #[test]
    fn targets_are_below_the_base() {
        let address = Address::choose(Some("https://h/x"), &Ok(String::new()), "http://p/");
        assert_eq!(address.of(Target::Echo).as_deref(), Ok("wss://h/x/echo"));
        let clock = |transport| {
            let after = Some(Seq::new(7));
            address.of(Target::Clock { transport, every: Period::S5, after, wait: None })
        };
        let events = clock(Transport::Events);
        assert_eq!(events.as_deref(), Ok("https://h/x/clock/events?every=5s&after=7"));
        let socket = clock(Transport::Socket);
        assert_eq!(socket.as_deref(), Ok("wss://h/x/clock/socket?every=5s&after=7"));
        assert_eq!(Address::default().of(Target::Echo), Err(WrongAddress::Pending));
    }
}
