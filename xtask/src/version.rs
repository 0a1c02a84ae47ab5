//! Version numbers, as far as "new enough" goes.

/// The numbers of a version; what follows them (`-beta.1`, `+build`) is left out.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Version([u32; 3]);

impl Version {
    /// Reads the numbers; one that is absent counts as 0.
    pub(crate) fn of(text: &str) -> Self {
        let text = text.trim_start_matches('v');
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let mut numbers = text[..end].split('.').map(|number| number.parse().unwrap_or(0));
        Self([(); 3].map(|()| numbers.next().unwrap_or(0)))
    }

    /// The first number.
    pub(crate) fn major(self) -> u32 {
        self.0[0]
    }

    /// Whether the first two numbers agree.
    pub(crate) fn same_minor(self, other: Self) -> bool {
        self.0[..2] == other.0[..2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() {
        for (older, newer) in [
            ("0.21.9", "0.21.14"),
            ("0.21.14", "0.22.0-beta.1"),
            ("v18.19.0", "v20.0.0"),
            ("", "0.0.1"),
            ("108", "132"),
        ] {
            assert!(Version::of(older) < Version::of(newer), "{older} is before {newer}");
        }
        assert_eq!(Version::of("1.2.3+dfsg"), Version::of("v1.2.3"));
        assert!(Version::of("0.21.20").same_minor(Version::of("0.21.14")));
        assert_eq!(Version::of("v20.20.2").major(), 20);
    }
}
