"""The chat, the raw echo and the clock over WebSocket."""

import asyncio
import struct

import aiohttp
import websocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from echoclock import (
    CHAT,
    OFFERED,
    PATIENCE,
    RAW,
    SOCKET,
    check,
    check_echo,
    check_hello_of_chat,
    check_ticks,
    say,
)

# What a raw echo is asked for, and what it selects of what is offered.
SELECTIONS = [(RAW, OFFERED[0]), (f"{RAW}?protocol={OFFERED[1]}", OFFERED[1]), (f"{RAW}?protocol=", None)]

TEXT = "h\u00e9 \U0001f600"
BYTES = bytes(range(256))


def code_of_the_end(socket):
    """Reads on until the server closes."""
    try:
        while True:
            socket.recv(PATIENCE)
    except ConnectionClosed as closed:
        return closed.rcvd.code


def echoes_by_websockets():
    """says, is echoed byte for byte under each subprotocol, closes and is closed"""
    with connect(CHAT, subprotocols=["echoclock.v1"]) as chat:
        check(chat.subprotocol == "echoclock.v1", chat.subprotocol)
        check_hello_of_chat(chat.recv(PATIENCE))
        chat.send(say(7, TEXT))
        check_echo(chat.recv(PATIENCE), 7, TEXT)
        chat.close(4000, "bye")
        check((chat.close_code, chat.close_reason) == (4000, "bye"), chat.close_code)
    for url, selected in SELECTIONS:
        with connect(url, subprotocols=OFFERED) as raw:
            check(raw.subprotocol == selected, f"{url}: {raw.subprotocol}")
            raw.send(TEXT)
            check(raw.recv(PATIENCE) == TEXT, "text comes back as text")
            raw.send(BYTES * 1000)
            check(raw.recv(PATIENCE) == BYTES * 1000, "binary comes back as binary")
            check(raw.ping().wait(PATIENCE), "a ping is answered")
    with connect(SOCKET) as clock:
        check_ticks([clock.recv(PATIENCE) for _ in range(5)])
        clock.send("?")
        check(code_of_the_end(clock) == 1003, "nothing can be said there")


def echoes_by_websocket_client():
    """says, is echoed byte for byte under each subprotocol, and closes"""
    chat = websocket.create_connection(CHAT, timeout=PATIENCE)
    check_hello_of_chat(chat.recv())
    chat.send(say(7, TEXT))
    check_echo(chat.recv(), 7, TEXT)
    chat.send_close(4000, b"bye")
    opcode, frame = chat.recv_data(control_frame=True)
    check((opcode, frame) == (websocket.ABNF.OPCODE_CLOSE, struct.pack("!H", 4000) + b"bye"), frame)
    for url, selected in SELECTIONS:
        # This client will not do without one where it has offered any.
        offered = OFFERED if selected else None
        raw = websocket.create_connection(url, timeout=PATIENCE, subprotocols=offered)
        check(raw.subprotocol == selected, f"{url}: {raw.subprotocol}")
        raw.send(TEXT)
        check(raw.recv() == TEXT, "text comes back as text")
        raw.send_binary(BYTES)
        check(raw.recv() == BYTES, "binary comes back as binary")
        raw.close()


def echoes_by_aiohttp():
    """says, is echoed under each subprotocol, and closes"""
    async def talk():
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(CHAT) as chat:
                check_hello_of_chat(await chat.receive_str(timeout=PATIENCE))
                await chat.send_str(say(7, TEXT))
                check_echo(await chat.receive_str(timeout=PATIENCE), 7, TEXT)
                await chat.close(code=4000, message=b"bye")
                check(chat.close_code == 4000, chat.close_code)
            for url, selected in SELECTIONS:
                async with session.ws_connect(url, protocols=OFFERED, compress=15) as raw:
                    check(raw.protocol == selected, f"{url}: {raw.protocol}")
                    await raw.send_bytes(BYTES)
                    check(await raw.receive_bytes(timeout=PATIENCE) == BYTES, "binary comes back")

    asyncio.run(talk())


CLIENTS = [
    ("websockets", echoes_by_websockets),
    ("websocket-client", echoes_by_websocket_client),
    ("aiohttp", echoes_by_aiohttp),
]
