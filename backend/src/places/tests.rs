//! Places at their bounds, and past them.

use std::net::IpAddr;
use std::time::Duration;

use super::*;
use crate::hits::Hits;

const KINDS: [Kind; Kind::COUNT] =
    [Kind::Connection, Kind::Socket, Kind::Stream, Kind::Poll, Kind::File];

fn client(number: u32) -> Client {
    let [_, a, b, c] = number.to_be_bytes();
    IpAddr::from([10, a, b, c]).into()
}

fn bounds(each: usize, requests: u32) -> Places {
    Places { connections: each, sockets: each, streams: each, polls: each, files: each, requests }
}

#[tokio::test]
async fn one_client_and_all_have_as_many_as_they_may() {
    for kind in KINDS {
        let taken = Taken::new(bounds(5, 1), bounds(3, 1), Hits::default());
        let take = |number| taken.take(kind, client(number));
        let mut first: Vec<_> = (0..3).map(|_| take(1).expect("three are its own")).collect();
        let full = take(1).expect_err("and no more");
        assert_eq!((full.what, full.by_client, full.max), (What::Held(kind), true, 3));

        let second: Vec<_> = (0..2).map(|_| take(2).expect("two are left for all")).collect();
        let full = take(2).expect_err("five are all");
        assert_eq!((full.by_client, full.max), (false, 5), "{kind:?}");
        assert!(take(1).expect_err("its own bound goes first").by_client);
        let bounds = taken.bounds(&client(2), Instant::now());
        let Bounds { connections, sockets, streams, polls, files, .. } = bounds;
        let files = files.expect("they are told");
        let told = [connections, sockets, streams, polls, files][kind.index()];
        assert_eq!(told.in_all, Amount { taken: 5, max: 5 });
        assert_eq!(told.yours, Some(Amount { taken: 2, max: 3 }));

        // What is given back is there again, for whoever asks.
        drop(second);
        first.pop();
        drop((take(1).expect("its own"), take(3).expect("another's")));
        drop(first);
        assert_eq!((taken.held(kind), taken.0.clients.known()), (0, 0), "{kind:?}");
    }
}

#[tokio::test]
async fn a_proxy_takes_what_many_do() {
    let taken = Taken::new(bounds(5, 1), bounds(3, 1), Hits::default());
    let take = || taken.take_for_many(Kind::Connection, client(1));
    let _held: Vec<_> = (0..5).map(|_| take().expect("there are five")).collect();
    assert!(!take().expect_err("and no more").by_client);
}

#[tokio::test(start_paused = true)]
async fn requests_have_a_rate_of_ones_own_and_of_all() {
    let taken = Taken::new(bounds(1, 5), bounds(1, 3), Hits::default());
    let now = Instant::now();
    let ask =
        |number, now| taken.ask(client(number), now).map_err(|full| (full.by_client, full.max));
    let said: Vec<_> = (0..100).map(|_| ask(1, now)).collect();
    assert_eq!(said[..3], [Ok(()); 3]);
    assert_eq!(said[3..], [Err((true, 3)); 97]);
    // The hundred of one have taken no more than its three of the five that all have.
    assert_eq!((ask(2, now), ask(2, now), ask(2, now)), (Ok(()), Ok(()), Err((false, 5))));
    assert_eq!(ask(3, now), Err((false, 5)));
    let told = taken.bounds(&client(2), now).requests;
    assert_eq!(told.in_all, Amount { taken: 5, max: 5 });
    assert_eq!(told.yours, Some(Amount { taken: 2, max: 3 }));
    let later = now + Duration::from_secs(1);
    assert_eq!([ask(1, later), ask(3, later)], [Ok(()); 2]);
}

#[tokio::test(start_paused = true)]
async fn clients_that_have_nothing_are_forgotten() {
    let taken = Taken::new(bounds(1_000, 1_000), bounds(1, 1_000), Hits::default());
    let held: Vec<_> =
        (0..100).map(|it| taken.take(Kind::Stream, client(it)).expect("a place")).collect();
    for it in 0..200_000 {
        taken.ask(client(1_000 + it), Instant::now()).expect("the rate is kept to");
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    assert!(taken.0.clients.known() < 2_000, "{} are known", taken.0.clients.known());
    // Whoever was refused by all was not even written down.
    let before = taken.0.clients.known();
    for it in 0..10_000 {
        let _ = taken.ask(client(500_000 + it), Instant::now());
    }
    assert!(taken.0.clients.known() <= before + 1_000);
    let own = taken.bounds(&client(7), Instant::now()).streams.yours.expect("it is told");
    assert_eq!(own.taken, 1, "who holds one is known");
    drop(held);
}

#[tokio::test]
async fn the_last_that_is_given_back_is_told() {
    let taken = Taken::new(bounds(9, 1), bounds(9, 1), Hits::default());
    let take = |kind| taken.take(kind, client(1)).expect("a place");
    let held = [take(Kind::Socket), take(Kind::Poll), take(Kind::Stream)];
    let connection = take(Kind::Connection);
    let waits = tokio::spawn({
        let taken = taken.clone();
        async move { taken.nothing_held().await }
    });
    for place in held {
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        drop(place);
    }
    waits.await.expect("nothing is held but a connection");
    drop(connection);
}

#[test]
fn what_is_full_is_told_with_what_helps() {
    for (what, by_client, max, said, helps) in [
        (What::Held(Kind::Connection), true, 7, "your network has 7 connections", "close some"),
        (What::Held(Kind::Socket), true, 1, "your network has 1 WebSocket open", "other tabs"),
        (What::Held(Kind::Stream), false, 7, "this server has 7 streams open", "in a moment"),
        (What::Held(Kind::Poll), false, 1, "this server has 1 waiting request open", "a moment"),
        (What::Requests, true, 7, "your network asks more than 7 requests a second", "slowly"),
        (What::Requests, false, 1, "this server is asked more than 1 request a second", "moment"),
    ] {
        let told = Full { what, by_client, max, client: client(1) }.to_string();
        assert!(told.contains(said) && told.contains(helps), "{told}");
    }
}
