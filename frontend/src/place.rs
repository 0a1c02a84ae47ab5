//! Places within the page: fragments, so that a static host needs to know nothing of them.

use echoclock_shared::words;

/// A place within the page.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Place {
    /// The chat beside the clock.
    #[default]
    Live,
    /// The clock over every transport.
    Transports,
    /// The path check.
    Check,
}

impl Place {
    /// All of them, in the order in which the page offers them.
    pub const ALL: [Self; 3] = [Self::Live, Self::Transports, Self::Check];

    /// Finds the place that a fragment names, with or without its `#`; where it names none, the
    /// page begins with the first.
    pub fn of(fragment: &str) -> Self {
        let named = path(fragment);
        let is_named = |place: &Self| path(place.href()) == named;
        let is_within = |place: &Self| *place == Self::Check && place.part(fragment).is_some();
        Self::ALL.into_iter().find(|it| is_named(it) || is_within(it)).unwrap_or_default()
    }

    /// Returns what a fragment names within the place: what stands behind the place's own path.
    pub fn part(self, fragment: &str) -> Option<&str> {
        let rest = path(fragment).strip_prefix(path(self.href()))?;
        rest.strip_prefix('/').filter(|part| !part.is_empty())
    }

    /// Returns the link to it.
    pub const fn href(self) -> &'static str {
        match self {
            Self::Live => "#/",
            Self::Transports => "#/transports",
            Self::Check => "#/check",
        }
    }

    /// Returns what it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => words!("Live"),
            Self::Transports => words!("Transports"),
            Self::Check => words!("Check"),
        }
    }

    /// Returns the document's title there.
    pub fn title(self) -> &'static str {
        match self {
            Self::Live => words!("Echoclock"),
            Self::Transports => words!("Transports · Echoclock"),
            Self::Check => words!("Path check · Echoclock"),
        }
    }
}

fn path(fragment: &str) -> &str {
    fragment.trim_start_matches('#').trim_end_matches('/')
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
            ("#/check", Place::Check),
            ("#/check/lane-cut", Place::Check),
            ("#/checks", Place::Live),
            ("#/transports/x", Place::Live),
        ] {
            assert_eq!(Place::of(fragment), place, "{fragment:?}");
        }
        for place in Place::ALL {
            assert_eq!(Place::of(place.href()), place);
        }
    }

    #[test]
    fn a_finding_has_a_fragment_of_its_own() {
        for (fragment, part) in [
            ("#/check/lane-cut", Some("lane-cut")),
            ("#/check/lane-cut/", Some("lane-cut")),
            ("#/check/", None),
            ("#/check", None),
            ("#/checks", None),
            ("#/", None),
        ] {
            assert_eq!(Place::Check.part(fragment), part, "{fragment:?}");
        }
    }
}
