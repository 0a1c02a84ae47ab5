#!/bin/sh
# Echoclock by curl, as the README has it typed; the first fault ends it all.
set -eu

api=$ECHOCLOCK_URL/api
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "curl: $1" >&2
    exit 1
}

# Takes the first lines of a stream, however long it would go on.
lines() {
    count=$1
    shift
    # curl complains that nobody reads on, and that is what is meant.
    curl --silent --show-error --no-buffer --max-time 20 "$@" 2>/dev/null | head -n "$count"
}

# Each tick of "$1" follows the one before, the first one "$2"; the last one is printed.
in_order() {
    sed -n 's/.*"seq":\([0-9]*\).*/\1/p' "$1" | awk -v last="$2" '
        last != "" && $1 != last + 1 { wrong = 1 }
        { last = $1 }
        END { print last; exit wrong || NR < 4 }
    ' || fail "no ticks in order: $(cat "$1")"
}

lines 16 "$api/clock/events?every=100ms" > "$work/events"
[ "$(head -n 2 "$work/events" | tr '\n' ' ')" = 'retry: 2000 event: connecttime ' ] ||
    fail "the stream begins with $(head -n 4 "$work/events")"
before=$(($(in_order "$work/events" '') - 20))
lines 16 --header "Last-Event-ID: $before" "$api/clock/events?every=100ms" > "$work/events"
in_order "$work/events" "$before" > "$work/last"
lines 16 "$api/clock/events?every=100ms&lastEventId=$before" > "$work/events"
in_order "$work/events" "$before" > "$work/last"
lines 5 "$api/clock/stream?every=100ms&after=$before" > "$work/stream"
in_order "$work/stream" "$before" > "$work/last"
if curl --version | grep -q HTTP2; then
    lines 5 --http2-prior-knowledge "$api/clock/stream?every=100ms&after=$before" > "$work/stream"
    in_order "$work/stream" "$before" > "$work/last"
fi
echo "  curl follows events and lines, and resumes by header and by query"

curl --silent --fail "$api/clock/next?_=1795365720250" > "$work/page"
grep -q '^{"items":\[{"seq":' "$work/page" || fail "a poll is answered by $(cat "$work/page")"
said='{"type":"say","key":1,"text":"hello"}'
curl --silent --fail --data "$said" "$api/echo/once" > "$work/echo"
grep -q '"type":"echo","key":1,"text":"hello"' "$work/echo" || fail "no echo: $(cat "$work/echo")"
echo "  curl polls, and posts what is to be echoed"

# A body that is cut off would be an error.
curl --silent --no-buffer --max-time 20 "$api/clock/events" > "$work/events" & stream=$!
curl --silent --no-buffer --max-time 20 "$api/clock/stream" > "$work/stream" & lines=$!
until [ -s "$work/events" ] && [ -s "$work/stream" ]; do sleep 0.1; done
kill -s TERM "$ECHOCLOCK_PID"
wait "$stream" || fail "the event stream ends with $?"
wait "$lines" || fail "the lines end with $?"
echo "curl takes part."
