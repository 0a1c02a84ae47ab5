//! Right frames and wrong ones, in whatever pieces they come.

use super::super::head::Written;
use super::*;
use crate::hits::Hits;

/// What was told, without where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Told {
    Message(Kind, Vec<u8>),
    Part,
    Ping(Vec<u8>),
    Other,
    Close(ClientClose),
    Fault(Fault),
}

/// Reads what comes in pieces, keeping what was not looked at as the socket does.
fn read(reader: &mut Reader, bytes: &[u8], piece: usize) -> Vec<Told> {
    let mut told = vec![];
    let mut rest = vec![];
    for more in bytes.chunks(piece.max(1)) {
        let mut buffer = [&rest[..], more].concat();
        let mut input = Input::new(&mut buffer);
        loop {
            let step = reader.next(&mut input);
            told.push(match step {
                Ok(None) => break,
                Err(fault) => {
                    told.push(Told::Fault(fault));
                    return told;
                }
                Ok(Some(Step::Message(kind, Body::Here(range)))) => {
                    Told::Message(kind, input.bytes[range].to_vec())
                }
                Ok(Some(Step::Message(kind, Body::Kept(held)))) => {
                    Told::Message(kind, held.to_vec())
                }
                Ok(Some(Step::Part)) => Told::Part,
                Ok(Some(Step::Ping(range))) => Told::Ping(input.bytes[range].to_vec()),
                Ok(Some(Step::Other)) => Told::Other,
                Ok(Some(Step::Close(close))) => Told::Close(close),
            });
        }
        rest = input.rest().to_vec();
    }
    told
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [7, 200, 0, 91];
    let mut frame = Written::new(0, payload.len()).bytes().to_vec();
    frame[0] = first;
    frame[1] |= 0x80;
    frame.extend(mask);
    frame.extend((0..).zip(payload).map(|(at, byte): (usize, _)| byte ^ mask[at % 4]));
    frame
}

fn reader(message_max: usize, memory: usize) -> (Reader, Budget) {
    let budget = Budget::new(memory, Hits::default());
    (Reader::new(message_max, &budget), budget)
}

#[test]
fn messages_are_the_same_in_whatever_pieces_they_come() {
    let large = vec![b'l'; 100_000];
    let close = ClientClose { code: Some(1000), reason: "bye".to_owned() };
    let message = |kind, bytes: &[u8]| Told::Message(kind, bytes.to_vec());
    let cases: [(u8, &[u8], Told); 14] = [
        (0x81, b"hello", message(Kind::Text, b"hello")),
        (0x82, b"", message(Kind::Binary, b"")),
        (0x01, "h\u{e9}".as_bytes().split_at(2).0, Told::Part),
        (0x89, b"between", Told::Ping(b"between".to_vec())),
        (0x00, "h\u{e9}".as_bytes().split_at(2).1, Told::Part),
        (0x8a, b"", Told::Other),
        (0x80, b"!", message(Kind::Text, "h\u{e9}!".as_bytes())),
        (0x02, b"", Told::Part),
        (0x80, b"", message(Kind::Binary, b"")),
        (0x82, &large, message(Kind::Binary, &large)),
        (0x89, b"", Told::Ping(vec![])),
        (0x81, b"last", message(Kind::Text, b"last")),
        (0x88, b"\x03\xe8bye", Told::Close(close)),
        (0x81, b"nobody looks at this", Told::Other),
    ];
    let bytes: Vec<u8> =
        cases.iter().flat_map(|(first, payload, _)| frame(*first, payload)).collect();
    let expected: Vec<_> = cases[..13].iter().map(|(_, _, told)| told.clone()).collect();
    for piece in [1, 2, 3, 5, 64, 126, 4096, 65_536, bytes.len()] {
        let (mut reader, budget) = reader(100_000, 1 << 20);
        assert!(read(&mut reader, &bytes, piece) == expected, "in pieces of {piece}");
        assert!(reader.is_over() && !reader.is_under_way());
        assert_eq!(budget.used(), 0, "all is given back");
    }
}

#[test]
fn what_breaks_the_rules_is_told_as_soon_as_it_can_be() {
    let protocol = |what| Told::Fault(Fault::Protocol(what));
    let not_text = Told::Fault(Fault::NotText);
    let frames = |frames: &[(u8, &[u8])]| -> Vec<u8> {
        frames.iter().flat_map(|(first, payload)| frame(*first, payload)).collect()
    };
    // Of each as much as is needed to know.
    for (bytes, fault) in [
        (frames(&[(0x80, b"")]), protocol("a message begins with its continuation")),
        (frames(&[(0x01, b"a"), (0x81, b"")]), protocol("a message begins within another one")),
        (frames(&[(0x88, b"\x03")]), protocol("a close frame has half a code")),
        (frames(&[(0x88, b"\x03\xe8\xff")]), Told::Fault(Fault::ReasonNotText)),
        (frames(&[(0x81, b"\xff")]), not_text.clone()),
        (frames(&[(0x81, b"\xe2\x82")]), not_text.clone()),
        (frames(&[(0x01, b"\xe2\x82"), (0x80, b"")]), not_text.clone()),
        (frames(&[(0x01, b"\xed\xa0")]), not_text.clone()),
        (frames(&[(0x81, &[b'\xff'; 300])])[..9].to_vec(), not_text),
        (frames(&[(0x82, &[0; 1_001])])[..8].to_vec(), Told::Fault(Fault::TooBig)),
        (
            frames(&[(0x02, &[0; 600]), (0x80, &[0; 401])])[..616].to_vec(),
            Told::Fault(Fault::TooBig),
        ),
        ([&[0x82, 0xff][..], &[0x7f; 8], &[0; 4]].concat(), Told::Fault(Fault::TooBig)),
    ] {
        for piece in [1, bytes.len()] {
            let (mut reader, _) = reader(1_000, 1 << 20);
            let told = read(&mut reader, &bytes, piece);
            assert_eq!(told.last(), Some(&fault), "{bytes:?} in pieces of {piece}");
        }
    }
}

#[test]
fn a_large_message_needs_room_and_a_small_one_does_not() {
    let large = frame(0x82, &[0; 100_000]);
    let (mut reader, budget) = reader(1 << 20, 50_000);
    let told = read(&mut reader, &large, 1_000);
    assert_eq!(told, [Told::Fault(Fault::NoRoom)]);
    reader.only_the_end(Some(Fault::NoRoom));
    assert_eq!(budget.used(), 0);
    let (mut reader, budget) = self::reader(1 << 20, 0);
    let small = frame(0x82, &[0; 32 * 1024]);
    let told = read(&mut reader, &small, 1_000);
    assert!(matches!(&told[..], [Told::Message(_, message)] if message.len() == 32 * 1024));
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_message_in_small_parts_is_moved_a_few_times_only() {
    let (mut reader, budget) = reader(1 << 20, 1 << 21);
    let mut sizes = vec![];
    read(&mut reader, &frame(0x02, b"x"), 100);
    for _ in 0..10_000 {
        read(&mut reader, &frame(0x00, &[b'x'; 100]), 1_000);
        sizes.push(budget.used());
    }
    sizes.dedup();
    assert!(sizes.len() < 12, "{sizes:?}");
    let told = read(&mut reader, &frame(0x80, b"x"), 100);
    assert!(matches!(&told[..], [Told::Message(_, message)] if message.len() == 1_000_002));
    assert_eq!(budget.used(), 0);
}

#[test]
fn after_a_close_frame_none_is_waited_for_whatever_is_wrong_with_it() {
    for payload in [&b"\x03"[..], b"\x03\xe8\xff", b"\x03\xe8"] {
        let (mut reader, _) = reader(1_000, 1 << 20);
        let told = read(&mut reader, &frame(0x88, payload), 100);
        assert_eq!(told.len(), 1, "{payload:?}");
        assert!(reader.is_over(), "{payload:?}");
    }
}

#[test]
fn what_comes_after_a_fault_is_passed_over_up_to_the_close_frame() {
    let close = ClientClose { code: None, reason: String::new() };
    let after = [frame(0x82, &[1; 2_000]), frame(0x81, b"\xff"), frame(0x00, b"x")].concat();
    let end = frame(0x88, b"");
    for piece in [1, 7, 10_000] {
        let (mut reader, _) = reader(1_000, 1 << 20);
        let told = read(&mut reader, &after[..8], piece);
        assert_eq!(told, [Told::Fault(Fault::TooBig)]);
        reader.only_the_end(Some(Fault::TooBig));
        assert!(!reader.is_over());
        let told = read(&mut reader, &[&after[..], &end].concat(), piece);
        assert_eq!(told.last(), Some(&Told::Close(close.clone())), "in pieces of {piece}");
        assert!(told.iter().all(|told| !matches!(told, Told::Message(..) | Told::Fault(_))));
        assert!(reader.is_over());
    }
}

#[test]
fn any_bytes_end_well() {
    let mut dice = fastrand::Rng::with_seed(6455);
    for _ in 0..20_000 {
        let mut bytes = vec![];
        for _ in 0..dice.usize(1..6) {
            let payload: Vec<u8> = (0..dice.usize(..300)).map(|_| dice.u8(..)).collect();
            let usual = [0x81, 0x01, 0x00, 0x80, 0x82, 0x02, 0x89, 0x8a];
            let first = if dice.u8(..8) > 0 { usual[dice.usize(..8)] } else { dice.u8(..) };
            bytes.extend(frame(first, &payload));
        }
        // Most are right frames; some are damaged.
        if dice.bool() {
            let at = dice.usize(..bytes.len());
            bytes[at] ^= 1 << dice.u8(..8);
        }
        let piece = dice.usize(1..=bytes.len());
        let (mut whole, _) = reader(1_000, 1 << 20);
        let (mut parted, _) = reader(1_000, 1 << 20);
        let (whole, parted) =
            (read(&mut whole, &bytes, bytes.len()), read(&mut parted, &bytes, piece));
        // Whatever the pieces, the same is told; a fault perhaps sooner.
        let is_fault = |told: &&Told| matches!(told, Told::Fault(_));
        let messages =
            |told: &[Told]| told.iter().filter(|it| !is_fault(it)).cloned().collect::<Vec<_>>();
        assert_eq!(messages(&whole), messages(&parted), "{bytes:?}");
        assert_eq!(
            whole.iter().any(|told| is_fault(&told)),
            parted.iter().any(|told| is_fault(&told))
        );
    }
}
