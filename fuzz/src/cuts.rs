//! A stream of bytes, and where it is cut into chunks: both come from the fuzzer's input.

/// Takes the first byte as a number of cuts and as many bytes after it as the chunks' sizes; the
/// rest is the stream, whose last chunk is what is left.
pub(crate) fn cut(input: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (cuts, rest) = input.split_first().map_or((0, input), |(n, rest)| (usize::from(*n), rest));
    let (sizes, stream) = rest.split_at(cuts.min(rest.len()));
    let mut left = stream;
    let mut chunks = Vec::new();
    for size in sizes {
        let (chunk, rest) = left.split_at(usize::from(*size).min(left.len()));
        chunks.push(chunk);
        left = rest;
    }
    chunks.push(left);
    (chunks, stream)
}
