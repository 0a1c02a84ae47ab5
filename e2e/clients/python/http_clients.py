"""Event streams, lines and polls, by clients that speak HTTP."""

import asyncio
import json
from itertools import islice

import aiohttp
import httpx
import requests
import sseclient
from httpx_sse import connect_sse

from echoclock import EVENTS, NEXT, PATIENCE, STREAM, check, check_hello, check_ticks


def events_by_httpx():
    """follows events, and resumes by header and by query"""
    with httpx.Client(timeout=PATIENCE) as client:

        def take(count, **more):
            with connect_sse(client, "GET", EVENTS, **more) as source:
                hello, *ticks = islice(source.iter_sse(), count)
                check_hello(hello.event, hello.data, hello.retry)
                for tick in ticks:
                    check(tick.id == str(tick.json()["seq"]), tick)
                return [tick.data for tick in ticks]

        before = check_ticks(take(5)) - 20
        check_ticks(take(5, headers={"Last-Event-ID": str(before)}), after=before)
        check_ticks(take(5, params={"every": "100ms", "lastEventId": before}), after=before)


def events_by_sseclient():
    """follows events, and resumes by header"""

    def take(count, **headers):
        with requests.get(EVENTS, stream=True, timeout=PATIENCE, headers=headers) as answer:
            hello, *ticks = islice(sseclient.SSEClient(answer).events(), count)
            check_hello(hello.event, hello.data, hello.retry)
            check({tick.event for tick in ticks} == {"message"}, ticks)
            return [tick.data for tick in ticks], ticks[-1].id

    ticks, last_id = take(5)
    last = check_ticks(ticks)
    check(last_id == str(last), last_id)
    before = last - 20
    check_ticks(take(5, **{"Last-Event-ID": str(before)})[0], after=before)


def lines_and_polls_by_requests():
    """reads lines, polls, and is told what is wrong with a query"""
    with requests.get(STREAM, stream=True, timeout=PATIENCE) as answer:
        last = check_ticks(islice(answer.iter_lines(), 5))
    with requests.Session() as session:
        for _ in range(5):
            answer = session.get(NEXT, params={"after": last, "_": "1795365720250"}, timeout=PATIENCE)
            last = check_ticks(map(json.dumps, answer.json()["items"]), after=last)
        problem = session.get(NEXT, params={"wait": "1.5"}, timeout=PATIENCE)
        check(problem.status_code == 400 and problem.json()["parameter"] == "wait", problem.text)


def lines_by_aiohttp():
    """reads lines"""
    async def read():
        timeout = aiohttp.ClientTimeout(sock_read=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            async with session.get(STREAM) as answer:
                return [await answer.content.readline() for _ in range(5)]

    check_ticks(asyncio.run(read()))


CLIENTS = [
    ("httpx-sse", events_by_httpx),
    ("sseclient-py", events_by_sseclient),
    ("requests", lines_and_polls_by_requests),
    ("aiohttp", lines_by_aiohttp),
]
