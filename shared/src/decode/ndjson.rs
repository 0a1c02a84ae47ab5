//! Newline-delimited JSON, one value per line.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::TooLong;
use super::lines::{Ending, Lines};

/// Reads values out of chunks.
#[derive(Debug)]
pub struct Decoder<T> {
    lines: Lines,
    reads: PhantomData<fn() -> T>,
}

impl<T> Default for Decoder<T> {
    fn default() -> Self {
        Self { lines: Lines::new(Ending::Lf, LINE_MAX), reads: PhantomData }
    }
}

impl<T: DeserializeOwned> Decoder<T> {
    /// Takes a chunk and returns the lines that end in it, each as its value or as what is wrong
    /// with it; a bad line spoils no other, and empty lines mean nothing.
    ///
    /// # Errors
    ///
    /// Where a line does not end within [`LINE_MAX`]; nothing sensible can follow.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Vec<Result<T, String>>, TooLong> {
        let mut values = vec![];
        self.lines.push(chunk, |line| {
            if !line.trim_ascii().is_empty() {
                let text = str::from_utf8(line).map_err(|error| error.to_string());
                values.push(text.and_then(|json| {
                    serde_json::from_str(json).map_err(|error| error.to_string())
                }));
            }
            Ok(())
        })?;
        Ok(values)
    }
}

/// The longest line, in bytes.
pub const LINE_MAX: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Vec<Result<u32, ()>>;

    fn read(chunks: &[&[u8]]) -> Read {
        let mut decoder = Decoder::<u32>::default();
        let all = chunks.iter().flat_map(|chunk| decoder.push(chunk).unwrap());
        all.map(|value| value.map_err(|_| ())).collect()
    }

    #[test]
    fn values_are_read_in_whatever_chunks_they_arrive() {
        for (chunks, values) in [
            (vec![&b"1\n2\n"[..]], vec![Ok(1), Ok(2)]),
            (vec![b"1", b"2", b"\n", b"3"], vec![Ok(12)]),
            (vec![b"1\r\n2\r", b"\n"], vec![Ok(1), Ok(2)]),
            (vec![b"\n\n \n1\n\r\n"], vec![Ok(1)]),
            (vec![b"one\n2\n", b"\xff\n3\n"], vec![Err(()), Ok(2), Err(()), Ok(3)]),
            (vec![b"", b"1", b"", b"\n"], vec![Ok(1)]),
        ] {
            assert_eq!(read(&chunks), values, "{chunks:?}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_given_up() {
        let mut decoder = Decoder::<u32>::default();
        assert_eq!(decoder.push(&vec![b' '; LINE_MAX]), Ok(vec![]));
        assert_eq!(decoder.push(b"1"), Err(TooLong { max: LINE_MAX }));
    }
}
