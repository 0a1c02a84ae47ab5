//! Who makes room, and who does not.

use std::net::IpAddr;

use super::*;

fn client(number: u8) -> Client {
    IpAddr::from([192, 0, 2, number]).into()
}

#[tokio::test(start_paused = true)]
async fn those_who_rest_for_longest_make_room() {
    let seats = Seats::new();
    let mut guests = vec![];
    for _ in 0..2 * A_FEW + 2 {
        guests.push(seats.sit(client(1), None));
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    tokio::time::advance(FIRST_WORD).await;
    // One works, and one has worked a moment ago.
    guests[0].guest().note(false);
    guests[1].guest().note(false);
    guests[1].guest().note(true);
    assert!(seats.make_room(Instant::now()));
    let gone: Vec<_> = guests.iter().map(|seat| seat.guest().is_sent_away()).collect();
    let expected: Vec<_> = (0..2 * A_FEW + 2).map(|it| (2..4).contains(&it)).collect();
    assert_eq!(gone, expected);
    guests[2].guest().sent_away().await;

    while seats.make_room(Instant::now()) {}
    let gone = guests[1..].iter().filter(|seat| seat.guest().is_sent_away()).count();
    assert_eq!(gone, 2 * A_FEW + 1, "all that rest, one by one");
    assert!(!guests[0].guest().is_sent_away());
    guests[0].guest().note(true);
    assert!(!seats.make_room(Instant::now()), "one has looked a moment ago");
    tokio::time::advance(LOOK_AGAIN_AFTER).await;
    assert!(seats.make_room(Instant::now()));
    drop(guests);
    let room = seats.0.room();
    assert_eq!((room.seats.len(), room.leaving), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn not_more_are_about_to_go_than_may_be() {
    let seats = Seats::new();
    let sat: Vec<_> = (0..2 * LEAVING_MAX).map(|_| seats.sit(client(1), None)).collect();
    tokio::time::advance(FIRST_WORD).await;
    while seats.make_room(Instant::now()) {}
    let gone = sat.iter().filter(|seat| seat.guest().is_sent_away()).count();
    assert_eq!(gone, LEAVING_MAX);
    let (gone, _stay): (Vec<_>, Vec<_>) =
        sat.into_iter().partition(|seat| seat.guest().is_sent_away());
    drop(gone);
    assert!(seats.make_room(Instant::now()), "they are gone");
}

#[tokio::test(start_paused = true)]
async fn who_squeezes_in_takes_its_own_seat_first() {
    let seats = Seats::new();
    let mut sat = vec![];
    for number in [1, 1, 2, 3] {
        tokio::time::advance(Duration::from_millis(1)).await;
        sat.push(seats.squeeze_in(client(number), 2, 4).expect("there are four"));
    }
    let gone = |sat: &[Seat]| -> Vec<bool> {
        sat.iter().map(|seat| seat.guest().is_sent_away()).collect()
    };
    sat.push(seats.squeeze_in(client(3), 2, 4).expect("the oldest goes"));
    assert_eq!(gone(&sat), [true, false, false, false, false]);
    sat.push(seats.squeeze_in(client(3), 2, 4).expect("its own goes"));
    assert_eq!(gone(&sat), [true, false, false, true, false, false]);
    for seat in &sat[1..] {
        seat.guest().note(false);
    }
    sat.push(seats.squeeze_in(client(3), 2, 4).expect("its own goes, at work as it is"));
    assert_eq!(gone(&sat), [true, false, false, true, true, false, false]);
    sat.push(seats.squeeze_in(client(4), 2, 4).expect("so does the oldest"));
    assert_eq!(gone(&sat), [true, true, false, true, true, false, false, false]);
    assert!(sat.iter().all(|seat| seat.guest().goes_at_once()));
    // Nobody goes as long as those who were sent away do not.
    while sat.len() < LEAVING_MAX + 4 {
        sat.push(seats.squeeze_in(client(4), 2, 4).expect("the oldest goes"));
    }
    assert!(seats.squeeze_in(client(4), 2, 4).is_none());
    sat.remove(0);
    assert!(seats.squeeze_in(client(4), 2, 4).is_some());
}

#[tokio::test(start_paused = true)]
async fn who_has_just_come_has_a_moment_to_ask() {
    let seats = Seats::new();
    let (silent, asks) = (seats.sit(client(1), None), seats.sit(client(1), None));
    asks.guest().note(false);
    asks.guest().note(true);
    assert!(seats.make_room(Instant::now()), "one has had its answer");
    assert!(asks.guest().is_sent_away() && !silent.guest().is_sent_away());
    assert!(!seats.make_room(Instant::now()));
    tokio::time::advance(FIRST_WORD - Duration::from_millis(1)).await;
    assert!(!seats.make_room(Instant::now()));
    tokio::time::advance(LOOK_AGAIN_AFTER).await;
    assert!(seats.make_room(Instant::now()), "it has had its moment");
    assert!(silent.guest().is_sent_away());
}

#[tokio::test(start_paused = true)]
async fn who_was_sent_away_stays_that_and_who_works_is_not() {
    let seats = Seats::new();
    let seat = seats.sit(client(1), None);
    let guest = seat.guest();
    guest.note(false);
    tokio::time::advance(FIRST_WORD).await;
    assert!(!guest.send_away(since(seats.0.start)), "it works");
    guest.note(true);
    let rests_since = guest.rests_since().expect("it rests");
    guest.note(false);
    assert!(!guest.send_away(rests_since), "it has begun with something since");
    guest.note(true);
    assert!(seats.make_room(Instant::now()));
    for rests in [false, true] {
        guest.note(rests);
        assert!(guest.is_sent_away());
    }
}
