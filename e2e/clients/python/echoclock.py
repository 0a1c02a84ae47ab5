"""What every script needs of the server, and what must be true of what it says."""

import json
import os
import signal

HTTP = os.environ["ECHOCLOCK_URL"]
WS = HTTP.replace("http", "ws", 1)

EVENTS = f"{HTTP}/api/clock/events?every=100ms"
STREAM = f"{HTTP}/api/clock/stream?every=100ms"
NEXT = f"{HTTP}/api/clock/next?every=100ms"
CHAT = f"{WS}/api/echo"
RAW = f"{WS}/api/echo/raw"
SOCKET = f"{WS}/api/clock/socket?every=100ms"

# What clients of the field offer.
OFFERED = ["graphql-transport-ws", "ocpp1.6", "mqtt"]

# Seconds after which a client that hears nothing has failed.
PATIENCE = 20


def check(holds, what):
    """Fails where something is not as it must be."""
    if not holds:
        raise AssertionError(what)


def check_hello(name, data, retry):
    """The first event is the server's time, and says when to reconnect."""
    check(name == "connecttime", f"the first event is {name!r}: {data!r}")
    check(json.loads(data)["every"] == "100ms", data)
    check(str(retry) == "2000", f"retry is {retry!r}")


def check_ticks(ticks, after=None):
    """Ticks follow each other without a hole, and a place that is resumed from."""
    places = [json.loads(tick)["seq"] for tick in ticks]
    first = places[0] if after is None else after + 1
    check(places == list(range(first, first + len(places))), f"{places} after {after}")
    return places[-1]


def check_hello_of_chat(message):
    """The server speaks first."""
    check(json.loads(message)["type"] == "hello", message)


def say(key, text):
    """Something to be echoed."""
    return json.dumps({"type": "say", "key": key, "text": text})


def check_echo(message, key, text):
    """The chat gives back what was said."""
    told = json.loads(message)
    check((told["type"], told["key"], told["text"]) == ("echo", key, text), message)


def stop_the_server():
    """Has the server drain, as whoever runs it would."""
    os.kill(int(os.environ["ECHOCLOCK_PID"]), signal.SIGTERM)
