//! What is counted.

use echoclock_shared::transport::Transport;
use http::StatusCode;

/// Something that is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Count {
    /// An echo.
    Echoes(Echo),
    /// The bytes of its message.
    EchoBytes(Echo),
    /// An item that was given to a follower, a gap being one.
    Items(Transport),
    /// The bytes of it, without what frames it.
    ItemBytes(Transport),
    /// An answer, by its status' first digit.
    Answers(Class),
    /// A request that was refused.
    Refused(Why),
    /// A connection that was accepted.
    Accepted,
    /// A connection that the system could not give.
    NotAccepted,
}

impl Count {
    const ECHOES: usize = Echo::ALL.len();
    const TRANSPORTS: usize = Transport::ALL.len();
    const ANSWERS: usize = 2 * (Self::ECHOES + Self::TRANSPORTS);
    const REFUSALS: usize = Self::ANSWERS + Class::ALL.len();
    pub(super) const COUNT: usize = Self::REFUSALS + Why::ALL.len() + 2;

    pub(super) const fn index(self) -> usize {
        match self {
            Self::Echoes(echo) => echo as usize,
            Self::EchoBytes(echo) => Self::ECHOES + echo as usize,
            Self::Items(transport) => 2 * Self::ECHOES + transport as usize,
            Self::ItemBytes(transport) => 2 * Self::ECHOES + Self::TRANSPORTS + transport as usize,
            Self::Answers(class) => Self::ANSWERS + class as usize,
            Self::Refused(why) => Self::REFUSALS + why as usize,
            Self::Accepted => Self::COUNT - 2,
            Self::NotAccepted => Self::COUNT - 1,
        }
    }
}

/// By what a message came that is echoed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Echo {
    /// The chat's socket.
    Chat,
    /// The chat's plain requests.
    Post,
    /// The raw echo.
    Raw,
}

impl Echo {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Chat, Self::Post, Self::Raw];
}

/// The first digit of a status.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Class {
    /// Such as a socket's opening.
    Informational,
    /// What was asked for.
    Success,
    /// Elsewhere, or the same as before.
    Redirection,
    /// A refusal that is the client's doing.
    ClientError,
    /// One that is the server's.
    ServerError,
}

impl Class {
    /// All of them, 1 to 5.
    pub(crate) const ALL: [Self; 5] = [
        Self::Informational,
        Self::Success,
        Self::Redirection,
        Self::ClientError,
        Self::ServerError,
    ];
}

impl From<StatusCode> for Class {
    fn from(status: StatusCode) -> Self {
        match status.as_u16() / 100 {
            1 => Self::Informational,
            2 => Self::Success,
            3 => Self::Redirection,
            4 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Why {
    /// It makes no sense here.
    Request,
    /// It comes from an origin that is not let in.
    Origin,
    /// A limit was reached.
    Limit,
    /// The system could not do it at this moment.
    System,
    /// The server is about to stop.
    Draining,
}

impl Why {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Request, Self::Origin, Self::Limit, Self::System, Self::Draining];
}

/// What a link carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Carries {
    /// A feed, this way.
    Feed(Transport),
    /// The chat.
    Chat,
    /// The raw echo.
    Raw,
    /// A probe of the path check.
    Check,
}

impl Carries {
    pub(super) const COUNT: usize = Transport::ALL.len() + 3;

    pub(super) const fn index(self) -> usize {
        match self {
            Self::Feed(transport) => transport as usize,
            Self::Chat => Transport::ALL.len(),
            Self::Raw => Transport::ALL.len() + 1,
            Self::Check => Transport::ALL.len() + 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn all() -> Vec<Count> {
        let echoes = Echo::ALL.into_iter().flat_map(|it| [Count::Echoes(it), Count::EchoBytes(it)]);
        let items =
            Transport::ALL.into_iter().flat_map(|it| [Count::Items(it), Count::ItemBytes(it)]);
        let answers = Class::ALL.into_iter().map(Count::Answers);
        let refused = Why::ALL.into_iter().map(Count::Refused);
        echoes
            .chain(items)
            .chain(answers)
            .chain(refused)
            .chain([Count::Accepted, Count::NotAccepted])
            .collect()
    }

    #[test]
    fn each_count_has_a_place_of_its_own() {
        let places: HashSet<_> = all().into_iter().map(Count::index).collect();
        assert_eq!(places, (0..Count::COUNT).collect());
        let carried = Transport::ALL.map(Carries::Feed).into_iter();
        let carried = carried.chain([Carries::Chat, Carries::Raw, Carries::Check]);
        let places: HashSet<_> = carried.map(Carries::index).collect();
        assert_eq!(places, (0..Carries::COUNT).collect());
    }
}
