//! The clock as a feed, on a wall clock that the test sets.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use echoclock_backend::feed::clock::{ClockFeed, Clocks, SystemClock, WallClock};
use echoclock_backend::feed::{Asked, Encoding, Feed, Follower, Shared};
use echoclock_shared::feed::{Item, Period, Seq, Tick};
use echoclock_shared::time::UnixMillis;

use crate::support;
use crate::support::clock::ManualClock;

/// A wall clock, and the clock of a second that goes by it.
struct Bench {
    wall: Arc<ManualClock>,
    feed: Arc<Shared<ClockFeed>>,
}

impl Bench {
    fn new(millis: u64) -> Self {
        Self::with_period(Period::S1, millis)
    }

    fn with_period(period: Period, millis: u64) -> Self {
        let wall = Arc::new(ManualClock::new(millis));
        let feed = Arc::new(Shared::new(ClockFeed::new(period, Arc::clone(&wall) as _)));
        Self { wall, feed }
    }

    fn follow(&self, asked: Asked) -> Follower<ClockFeed> {
        Follower::new(Arc::clone(&self.feed), Encoding::Events, asked).expect("a cursor in reach")
    }
}

/// Takes what a follower is given next: places, and when each was sent; a gap is an error.
async fn next(follower: &mut Follower<ClockFeed>) -> Vec<(u64, Option<u64>)> {
    let items = next_items(follower).await.into_iter();
    items
        .map(|item| match item {
            Item::Value(tick) => (tick.seq.get(), tick.sent.map(UnixMillis::get)),
            Item::Gap { gap } => panic!("a gap up to {}", gap.oldest),
        })
        .collect()
}

async fn next_items(follower: &mut Follower<ClockFeed>) -> Vec<Item<Tick>> {
    let next = tokio::time::timeout(support::PATIENCE, follower.next()).await;
    let blocks = next.expect("something comes").expect("the clock does not end");
    blocks.iter().map(read).collect()
}

fn read(block: &Bytes) -> Item<Tick> {
    let text = std::str::from_utf8(block).expect("events are text");
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).expect("data");
    serde_json::from_str(data).expect("an item")
}

#[tokio::test]
async fn the_newest_comes_at_once_and_the_next_on_its_boundary() {
    let bench = Bench::new(100_250);
    let mut follower = bench.follow(Asked::Newest);
    assert_eq!(next(&mut follower).await, [(100, None)]);
    bench.wall.set(100_999);
    bench.wall.set(101_000);
    assert_eq!(next(&mut follower).await, [(101, Some(101_000))]);
    bench.wall.set(102_003);
    assert_eq!(next(&mut follower).await, [(102, Some(102_003))]);
}

#[tokio::test]
async fn a_clock_set_forward_emits_what_it_skipped_at_once() {
    let bench = Bench::new(100_250);
    let mut follower = bench.follow(Asked::Newest);
    next(&mut follower).await;
    bench.wall.set(104_700);
    let skipped = [101, 102, 103, 104].map(|seq| (seq, Some(104_700)));
    assert_eq!(next(&mut follower).await, skipped);
}

#[tokio::test]
async fn a_clock_set_back_waits_until_it_gets_there_again() {
    let bench = Bench::new(100_250);
    let mut follower = bench.follow(Asked::Newest);
    next(&mut follower).await;
    for millis in [90_000, 95_500, 100_000, 100_999] {
        bench.wall.set(millis);
        // Whoever comes meanwhile gets the newest that was published.
        assert_eq!(next(&mut bench.follow(Asked::Newest)).await, [(100, None)]);
    }
    bench.wall.set(101_000);
    assert_eq!(next(&mut follower).await, [(101, Some(101_000))]);
}

#[tokio::test]
async fn a_clock_set_back_past_a_minute_starts_anew_after_a_gap() {
    for period in Period::ALL {
        let minute = 60_000_u64.div_ceil(period.millis());
        let bench = Bench::with_period(period, 1_000 * period.millis());
        let set = |place: u64| bench.wall.set(place * period.millis());
        let mut follower = bench.follow(Asked::Newest);
        next(&mut follower).await;
        let mut slow = bench.follow(Asked::After(Seq::new(990)));
        let wrong = 1_000 + 3 * minute;
        set(wrong);
        while next(&mut follower).await.last().is_none_or(|(place, _)| *place < wrong) {}

        // As far back as ticks may wait.
        set(wrong - minute);
        set(wrong + 1);
        let sent = |place: u64| (place, Some(place * period.millis()));
        assert_eq!(next(&mut follower).await, [sent(wrong + 1)], "every {period}");

        set(wrong - minute);
        let items = next_items(&mut follower).await;
        let back = Seq::new(wrong - minute);
        assert_eq!(items, [Item::gap(back), Item::Value(period.tick(back))], "every {period}");
        set(wrong - minute + 1);
        assert_eq!(next(&mut follower).await, [sent(wrong - minute + 1)], "every {period}");

        // One that has seen nothing of the wrong time misses nothing, nor is it told of that time.
        let mut seen = vec![];
        while seen.last().is_none_or(|(place, _)| *place < wrong - minute) {
            seen.extend(next(&mut slow).await);
        }
        let (live, replayed) = seen.split_last().expect("it misses nothing");
        assert_eq!(*live, sent(wrong - minute + 1), "every {period}");
        let expected: Vec<_> = (991..=wrong - minute).map(|place| (place, None)).collect();
        assert_eq!(replayed, expected, "every {period}");
    }
}

#[tokio::test]
async fn who_came_while_the_clock_was_wrong_is_given_live_ticks_after() {
    let bench = Bench::new(1_000_000);
    let mut first = bench.follow(Asked::Newest);
    next(&mut first).await;
    bench.wall.set(1_100_000);
    while next(&mut first).await.last().is_none_or(|(place, _)| *place < 1_100) {}
    // It is as far as it will be once the clock is right, and what comes later is no replay to it.
    let mut other = bench.follow(Asked::After(Seq::new(999)));
    bench.wall.set(1_001_000);
    next_items(&mut first).await;
    assert_eq!(next(&mut other).await, [(1_000, None), (1_001, None)]);
    bench.wall.set(1_002_000);
    assert_eq!(next(&mut other).await, [(1_002, Some(1_002_000))]);
}

#[tokio::test]
async fn a_cursor_from_the_wrong_time_is_told_a_gap_by_whoever_gave_it_out() {
    let bench = Bench::new(1_000_000);
    let wrong = Asked::After(Seq::new(2_000));
    let start = |asked| Follower::new(Arc::clone(&bench.feed), Encoding::Events, asked);
    let rest = async || support::until("the task to end", || !bench.feed.feed().is_ticking()).await;
    start(wrong).expect_err("nobody has seen this place");
    rest().await;
    bench.wall.set(2_000_000);
    // A poll is gone when it is answered.
    assert_eq!(next(&mut bench.follow(Asked::Newest)).await, [(2_000, None)]);
    bench.wall.set(1_001_000);
    rest().await;
    let gap = [Item::gap(Seq::new(1_001)), Item::Value(Period::S1.tick(Seq::new(1_001)))];
    assert_eq!(next_items(&mut bench.follow(wrong)).await, gap);
    start(Asked::After(Seq::new(2_001))).expect_err("nobody has seen this place");
}

/// Real time does not pass here, so that a slow machine is no leap.
#[tokio::test(start_paused = true)]
async fn a_leap_is_one_line_in_the_log_however_many_follow() {
    let log = Log::default();
    let writer = log.clone();
    let logger = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
    let _logs = tracing::subscriber::set_default(logger.finish());
    let wall = Arc::new(ManualClock::new(1_000_000_000));
    let clocks = Clocks::new(&(Arc::clone(&wall) as _));
    let mut watches = Period::ALL.map(|period| clocks.feed(period).feed().watch());
    for (millis, newest, leaps) in [
        (1_000_000_500, 1_000_000_500, 0),
        (1_864_000_500, 1_864_000_500, 1), // ten days ahead
        (1_000_000_500, 1_000_000_500, 2),
        (999_990_000, 1_000_000_500, 3), // ticks wait
        (1_000_061_000, 1_000_061_000, 4),
    ] {
        wall.set(millis);
        for (period, watch) in Period::ALL.into_iter().zip(&mut watches) {
            let now = period.newest_at(UnixMillis::new(newest));
            let there = tokio::time::timeout(support::PATIENCE, watch.wait_for(|it| *it == now));
            there.await.expect("the feed moves").expect("the feed goes on");
        }
        support::until("the leap in the log", || log.lines().len() >= leaps).await;
        assert_eq!(log.lines().len(), leaps, "{:?}", log.lines());
    }
    let told = log.lines().join("\n");
    assert!(told.contains(" WARN ") && told.contains("start anew"), "{told}");
}

/// What is logged.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        let written = self.0.lock().expect("no test panics here");
        String::from_utf8_lossy(&written).lines().map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no test panics here").write(line)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_replay_is_paged_and_not_live() {
    let bench = Bench::new(10_000_000);
    let mut follower = bench.follow(Asked::After(Seq::new(9_500)));
    let mut seen = vec![];
    while seen.len() < 500 {
        let page = next(&mut follower).await;
        assert!(page.len() <= 64, "a page of {}", page.len());
        seen.extend(page);
    }
    assert_eq!(seen, (9_501..=10_000).map(|seq| (seq, None)).collect::<Vec<_>>());
    bench.wall.set(10_001_000);
    assert_eq!(next(&mut follower).await, [(10_001, Some(10_001_000))]);
}

#[tokio::test]
async fn what_is_past_the_retention_is_a_gap() {
    for period in Period::ALL {
        let newest = 10_000;
        let bench = Bench::with_period(period, newest * period.millis());
        let oldest = newest - period.retained() + 1;
        for (after, gap) in [(0, true), (oldest - 2, true), (oldest - 1, false), (oldest, false)] {
            let items = next_items(&mut bench.follow(Asked::After(Seq::new(after)))).await;
            let first = Item::Value(period.tick(Seq::new(oldest.max(after + 1))));
            let expected = if gap { vec![Item::gap(Seq::new(oldest)), first] } else { vec![first] };
            assert_eq!(items[..expected.len()], expected, "every {period} after {after}");
        }
    }
}

#[tokio::test]
async fn a_follower_that_was_slow_past_the_retention_is_told() {
    let bench = Bench::new(1_000_000_000);
    let mut follower = bench.follow(Asked::Newest);
    next(&mut follower).await;
    bench.wall.set(1_010_000_000);
    let items = next_items(&mut follower).await;
    assert_eq!(items[0], Item::gap(Seq::new(1_010_000 - 3_599)));
    let Item::Value(tick) = items[1] else { panic!("items follow the gap") };
    assert_eq!(tick.seq, Seq::new(1_010_000 - 3_599));
}

#[tokio::test]
async fn a_cursor_in_reach_counts_as_the_newest_and_one_out_of_reach_as_lost() {
    let bench = Bench::new(100_000);
    let mut ahead = bench.follow(Asked::After(Seq::new(160)));
    let mut lost = bench.follow(Asked::Lost);
    assert_eq!(
        next_items(&mut lost).await,
        [Item::gap(Seq::new(100)), Item::Value(Period::S1.tick(Seq::new(100)))]
    );
    bench.wall.set(101_000);
    assert_eq!(next(&mut ahead).await, [(101, Some(101_000))]);
    let beyond = Asked::After(Seq::new(162));
    Follower::new(Arc::clone(&bench.feed), Encoding::Events, beyond)
        .expect_err("more than a minute ahead");
}

#[tokio::test]
async fn the_clock_ticks_while_anyone_follows() {
    let bench = Bench::new(100_000);
    assert!(!bench.feed.feed().is_ticking());
    let (one, other) = (bench.follow(Asked::Newest), bench.follow(Asked::Newest));
    assert!(bench.feed.feed().is_ticking());
    drop(one);
    bench.wall.set(101_000);
    let mut watch = bench.feed.feed().watch();
    watch.wait_for(|newest| *newest == Seq::new(101)).await.expect("the other one follows");
    drop((other, watch));
    support::until("the task to end", || !bench.feed.feed().is_ticking()).await;
    // A feed that nobody followed for a while goes on as if nothing had been.
    bench.wall.set(200_500);
    assert_eq!(next(&mut bench.follow(Asked::Newest)).await, [(200, None)]);
}

#[tokio::test]
async fn an_item_is_encoded_once_however_many_follow() {
    let bench = Bench::new(100_000);
    let mut followers: Vec<_> = (0..1_000).map(|_| bench.follow(Asked::Newest)).collect();
    let mut expected = 0;
    for second in 100..=103 {
        bench.wall.set(second * 1_000);
        for follower in &mut followers {
            assert_eq!(next(follower).await.len(), 1);
        }
        expected += 1;
        assert_eq!(bench.feed.encoded(), expected);
    }
    // The same tick as a replay has no `sent`, and so is another item.
    next(&mut bench.follow(Asked::Newest)).await;
    next(&mut bench.follow(Asked::Newest)).await;
    assert_eq!(bench.feed.encoded(), expected + 1);
    // A long replay does not push the newest items out of the cache.
    let mut replay = bench.follow(Asked::After(Seq::new(0)));
    while next_items(&mut replay).await.len() > 60 {}
    let before = bench.feed.encoded();
    next(&mut bench.follow(Asked::Newest)).await;
    assert_eq!(bench.feed.encoded(), before);
}

#[tokio::test]
async fn what_goes_out_at_once_is_encoded_once_for_all_who_follow() {
    let bench = Bench::new(100_000);
    let mut followers: Vec<_> = (0..50).map(|_| bench.follow(Asked::Newest)).collect();
    for follower in &mut followers {
        next(follower).await;
    }
    let mut newest = 100;
    for leap in [40, 1_000, 3_000] {
        let before = bench.feed.encoded();
        newest += leap;
        bench.wall.set(newest * 1_000);
        for follower in &mut followers {
            let mut at = newest - leap;
            while at < newest {
                for (place, sent) in next(follower).await {
                    at += 1;
                    assert_eq!((place, sent), (at, Some(newest * 1_000)));
                }
            }
        }
        assert_eq!(bench.feed.encoded() - before, leap);
    }
}

#[tokio::test]
async fn what_was_encoded_of_a_wrong_time_leaves_room_for_the_right_one() {
    let mut newest = 1_790_050_000;
    let bench = Bench::new(newest * 1_000);
    let mut keeper = bench.follow(Asked::Newest);
    next(&mut keeper).await;
    let replay_all = async |newest: u64| {
        let before = bench.feed.encoded();
        for encoding in [Encoding::Json, Encoding::Lines, Encoding::Frame, Encoding::Events] {
            let asked = Asked::After(Seq::new(newest - 3_600));
            let mut replay = Follower::new(Arc::clone(&bench.feed), encoding, asked).expect("near");
            while replay.is_behind() {
                replay.next().await.expect("the clock does not end");
            }
        }
        bench.feed.encoded() - before
    };
    // All that is kept is of times that are ahead of the last one.
    for _ in 0..2 {
        assert!(replay_all(newest).await > 4 * 3_000);
        newest -= 7_200;
        bench.wall.set(newest * 1_000);
        assert!(matches!(next_items(&mut keeper).await[..], [Item::Gap { .. }, Item::Value(_)]));
    }
    assert!(replay_all(newest).await > 4 * 3_000);
    assert_eq!(replay_all(newest).await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_system_clock_is_looked_at_again_soon_in_case_it_was_set() {
    let start = tokio::time::Instant::now();
    SystemClock.sleep_until(SystemClock.now().plus(Duration::from_secs(60))).await;
    assert!(start.elapsed() <= Duration::from_millis(500), "{:?}", start.elapsed());
}
