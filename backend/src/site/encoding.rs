//! Which form of a file a client takes: `Accept-Encoding` (RFC 9110, section 12.5.3).

use http::HeaderValue;

use crate::list;

/// A form in which a file is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Coding {
    /// As it is.
    Identity,
    Gzip,
    Zstd,
    Brotli,
}

impl Coding {
    /// Every form that has a file of its own, smallest first.
    pub(super) const COMPRESSED: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Returns its name in headers; none for a file as it is.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            // Its window has 8 MiB at the most (RFC 9659).
            Self::Zstd => Some("zstd"),
            Self::Brotli => Some("br"),
        }
    }

    /// Returns what its file's name ends in, after the name of the file as it is.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
            Self::Brotli => ".br",
        }
    }

    /// Returns the form that a client likes best of those that there are.
    ///
    /// Where it likes two the same, the smaller wins. A client that takes none of them gets the
    /// file as it is rather than nothing.
    pub(super) fn choose<'a>(
        accepted: impl IntoIterator<Item = &'a HeaderValue>,
        is_there: impl Fn(Self) -> bool,
    ) -> Self {
        let accepted: Vec<_> = accepted.into_iter().filter_map(|v| v.to_str().ok()).collect();
        let (mut best, mut best_quality) = (Self::Identity, 0);
        for coding in Self::COMPRESSED.into_iter().filter(|&coding| is_there(coding)) {
            let quality = coding.name().map_or(0, |name| quality(&accepted, name).unwrap_or(0));
            if quality > best_quality {
                (best, best_quality) = (coding, quality);
            }
        }
        // Whoever says nothing of the plain form takes it, but likes any other better.
        match quality_of_identity(&accepted) {
            Some(plain) if plain > best_quality => Self::Identity,
            Some(_) | None => best,
        }
    }
}

fn quality_of_identity(accepted: &[&str]) -> Option<u16> {
    accepted.iter().flat_map(|list| list.split(',')).find_map(|item| {
        let (name, quality) = list::weighted(item);
        name.eq_ignore_ascii_case("identity").then_some(quality)
    })
}

/// Returns how much a client likes a coding, in thousandths; a coding that it names counts before
/// its `*`.
fn quality(accepted: &[&str], coding: &str) -> Option<u16> {
    let items = || accepted.iter().flat_map(|list| list.split(',')).map(list::weighted);
    let named = |wanted: &str| {
        items().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, quality)| quality)
    };
    named(coding).or_else(|| named("*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_the_client_likes_best_is_chosen() {
        use Coding::{Brotli, Gzip, Identity, Zstd};
        for (accepted, there, chosen) in [
            (&["gzip, deflate, br"][..], &[Brotli, Gzip][..], Brotli),
            (&["gzip, deflate, br"], &[Gzip], Gzip),
            (&["gzip, deflate, br, zstd"], &[Brotli, Zstd, Gzip], Brotli),
            (&["gzip, zstd"], &[Brotli, Zstd, Gzip], Zstd),
            (&["gzip, zstd"], &[Brotli, Gzip], Gzip),
            (&["zstd;q=0.5, gzip"], &[Brotli, Zstd, Gzip], Gzip),
            (&["gzip, deflate, br"], &[], Identity),
            (&["gzip", "br"], &[Brotli, Gzip], Brotli), // two header lines
            (&["gzip;q=1.0, br;q=0.5"], &[Brotli, Gzip], Gzip),
            (&["br;q=0, gzip"], &[Brotli, Gzip], Gzip),
            (&["br;q=0"], &[Brotli, Gzip], Identity),
            (&["*"], &[Brotli, Gzip], Brotli),
            (&["br;q=0, *"], &[Brotli, Gzip], Gzip),
            (&["GZIP; Q=0.2"], &[Brotli, Gzip], Gzip),
            (&["gzip;q=0.2, identity;q=0.9"], &[Gzip], Identity),
            (&["gzip, identity"], &[Gzip], Gzip),
            (&["identity;q=0, *;q=0"], &[Gzip], Identity),
            (&["gzip;q=lots"], &[Gzip], Identity),
            (&["gzip;q=7"], &[Gzip], Identity),
            (&[""], &[Gzip], Identity),
            (&[], &[Brotli, Gzip], Identity),
        ] {
            let headers: Vec<_> = accepted.iter().map(|v| HeaderValue::from_static(v)).collect();
            let choice = Coding::choose(&headers, |coding| there.contains(&coding));
            assert_eq!(choice, chosen, "{accepted:?} of {there:?}");
        }
    }
}
