//! What undoes a compression, piece by piece.

use std::io::{self, Write};

use flate2::write::GzDecoder;

/// Undoes what a response says was done to its body.
pub(crate) enum Undo {
    /// Nothing was done.
    Plain,
    Gzip(Box<GzDecoder<Vec<u8>>>),
}

impl Undo {
    /// Reads `Content-Encoding`.
    ///
    /// # Errors
    ///
    /// Where it says something that was not asked for.
    pub(crate) fn of(coding: Option<&str>) -> io::Result<Self> {
        match coding.map(str::trim) {
            None | Some("" | "identity") => Ok(Self::Plain),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip(Box::new(GzDecoder::new(vec![])))),
            Some(other) => {
                Err(io::Error::other(format!("a compression that nobody asked for: {other}")))
            }
        }
    }

    /// Takes a piece, and returns all that can be told from what has come so far.
    ///
    /// # Errors
    ///
    /// Where it is not what it says.
    pub(crate) fn push(&mut self, piece: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain => Ok(piece.to_vec()),
            Self::Gzip(decoder) => {
                decoder.write_all(piece)?;
                decoder.flush()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    #[test]
    fn what_was_flushed_is_there_at_once() {
        let mut encoder = GzEncoder::new(vec![], Compression::default());
        let mut undo = Undo::of(Some("gzip")).unwrap();
        for item in ["one", "two two two", "three"] {
            encoder.write_all(item.as_bytes()).unwrap();
            encoder.flush().unwrap();
            let piece = std::mem::take(encoder.get_mut());
            assert_eq!(undo.push(&piece).unwrap(), item.as_bytes());
        }
        assert_eq!(undo.push(&encoder.finish().unwrap()).unwrap(), b"");
        assert!(Undo::of(Some("br")).is_err());
        assert_eq!(Undo::of(None).unwrap().push(b"a").unwrap(), b"a");
    }
}
