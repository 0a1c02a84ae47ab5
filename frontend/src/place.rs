//! Places within the page: fragments, so that a static host needs to know nothing of them.

/// A place within the page.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Place {
    /// The chat beside the clock.
    #[default]
    Live,
    /// The clock over every transport.
    Transports,
}

impl Place {
    /// All of them, in the order in which the page offers them.
    pub const ALL: [Self; 2] = [Self::Live, Self::Transports];

    /// Finds the place that a fragment names, with or without its `#`; where it names none, the
    /// page begins with the first.
    pub fn of(fragment: &str) -> Self {
        let path =
            |fragment: &'_ str| fragment.trim_start_matches('#').trim_end_matches('/').to_owned();
        let named = path(fragment);
        Self::ALL.into_iter().find(|place| path(place.href()) == named).unwrap_or_default()
    }

    /// Returns the link to it.
    pub const fn href(self) -> &'static str {
        match self {
            Self::Live => "#/",
            Self::Transports => "#/transports",
        }
    }

    /// Returns what it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Transports => "Transports",
        }
    }

    /// Returns the document's title there.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Live => "Echoclock",
            Self::Transports => "Transports · Echoclock",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_names_a_place() {
        for (fragment, place) in [
            ("", Place::Live),
            ("#", Place::Live),
            ("#/", Place::Live),
            ("#/transports", Place::Transports),
            ("/transports", Place::Transports),
            ("#/transports/", Place::Transports),
            ("#/nowhere", Place::Live),
            ("#transports", Place::Live),
        ] {
            assert_eq!(Place::of(fragment), place, "{fragment:?}");
        }
        for place in Place::ALL {
            assert_eq!(Place::of(place.href()), place);
        }
    }
}
