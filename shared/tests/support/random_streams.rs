//! Random event streams, cut at random, for all tests that compare the decoder with another reader.

/// Pieces that matter, so that most streams hold events.
const PIECES: [&[u8]; 24] = [
    b"data",
    b"data: ",
    b"data:",
    b"id",
    b"id: ",
    b"event: ",
    b"event",
    b"retry: 9",
    b":",
    b" ",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\r\r",
    b"\r\n\r\n",
    b"\xef\xbb\xbf",
    b"\0",
    b"a",
    b"b",
    b"7",
    "\u{fc}\u{1f570}".as_bytes(),
    b"\xff",
    b"\xe2\x82",
];

/// Makes a stream that the seed decides.
pub(crate) fn stream(seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let pieces = 20 + dice.below(60);
    (0..pieces).flat_map(|_| PIECES[dice.below(PIECES.len())].to_vec()).collect()
}

/// Cuts a stream into chunks that the seed decides; some of them are empty.
pub(crate) fn cut(mut stream: &[u8], seed: u64) -> Vec<&[u8]> {
    let mut dice = Dice(!seed);
    let longest = 1 + dice.below(40);
    let mut chunks = vec![];
    while !stream.is_empty() {
        let (chunk, rest) = stream.split_at(dice.below(longest + 1).min(stream.len()));
        chunks.push(chunk);
        stream = rest;
    }
    chunks
}

/// The same throws for the same seed, in a browser too.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
