"""Echoclock by Python's clients: a line for each, and the first fault ends it all."""

import asyncio
from importlib.metadata import version

import aiohttp
import requests
import websocket
from websockets.sync.client import connect

import http_clients
import socket_clients
from echoclock import CHAT, EVENTS, PATIENCE, RAW, STREAM, check, stop_the_server


def the_end():
    """A server that stops closes sockets with 1001, and ends streams as streams end."""
    raw = websocket.create_connection(RAW, timeout=PATIENCE)
    events = requests.get(EVENTS, stream=True, timeout=PATIENCE)
    with connect(CHAT) as chat:
        asyncio.run(follow_to_the_end())
        check(socket_clients.code_of_the_end(chat) == 1001, "websockets is told")
    _, frame = raw.recv_data(control_frame=True)
    check(frame[:2] == b"\x03\xe9", frame)
    # A body that is cut off would be an error.
    for _ in events.iter_lines():
        pass


async def follow_to_the_end():
    timeout = aiohttp.ClientTimeout(sock_read=PATIENCE)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        stream = await session.get(STREAM)
        socket = await session.ws_connect(RAW)
        stop_the_server()
        await stream.content.read()
        message = await socket.receive(timeout=PATIENCE)
        check((message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001), message)


for package, works in http_clients.CLIENTS + socket_clients.CLIENTS:
    works()
    print(f"  {package} {version(package)} {works.__doc__}", flush=True)
the_end()
print("Python's clients take part.")
