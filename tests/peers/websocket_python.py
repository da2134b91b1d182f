#!/usr/bin/python3
"""Debian's python3-websockets against our echo; websocket.sh starts it.

    websocket_python.py HOST:PORT plain|deflate
"""
import asyncio
import logging
import random
import sys
import urllib.request

import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatusCode
from websockets.frames import Opcode
from websockets.legacy.client import WebSocketClientProtocol

SERVER, DEFLATES = sys.argv[1], sys.argv[2] == "deflate"
LIMIT = 16 * 1024 * 1024  # as websocket.sh sets it
NOISE = random.Random(1).randbytes(LIMIT)  # deflate cannot make it smaller


class Client(WebSocketClientProtocol):
    """Notes what the library keeps to itself: the opcode of each frame."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.frames = []

    async def read_frame(self, max_size):
        frame = await super().read_frame(max_size)
        self.frames.append(frame.opcode)
        return frame


def connect(where, **more):
    more.setdefault("compression", "deflate" if DEFLATES else None)
    more.setdefault("max_size", 2 * LIMIT)  # it counts what is compressed, too
    more.setdefault("ping_interval", None)
    return websockets.connect(f"ws://{SERVER}{where}", create_protocol=Client, **more)


def same(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: got {str(got)[:200]}, wanted {str(wanted)[:200]}")


async def echoed(client, message, wanted=None):
    """`message` comes back; one that is sent in fragments, whole."""
    wanted = message if wanted is None else wanted
    await client.send(message)
    same(await client.recv(), wanted, f"echo of {len(wanted)}")


async def ended(client, code, why=""):
    """The server closes, and the client sees why."""
    try:
        same(await client.recv(), None, f"no message before the close with {code}")
    except ConnectionClosed as closed:
        same((closed.rcvd.code, closed.rcvd.reason), (code, why), "the close of the server")


async def noted(app, word):
    """How often the app has noted it."""
    def get():
        with urllib.request.urlopen(f"http://{SERVER}{app}/seen") as answer:
            return answer.read().decode().split(" ")
    return (await asyncio.get_running_loop().run_in_executor(None, get)).count(word)


async def await_noted(app, word, before):
    """Once more: what is noted at the end of a WebSocket may come behind the end itself."""
    while await noted(app, word) <= before:
        await asyncio.sleep(0.02)


async def messages(app):
    async with connect(app + "/") as client:
        same(len(client.extensions), 1 if DEFLATES else 0, "extensions")
        same(client.response_headers["x-app"], "echo", "a field of the app in the 101")
        for text in ("hello", "", "grüße 🎉 \0", "a" * 125, "b" * 126, "c" * 65536):
            await echoed(client, text)
        for binary in (b"", b"\0\xff\x80", NOISE[:65535], NOISE[:65536]):
            await echoed(client, binary)
        for n in range(300):  # sent at once, and each in its turn
            await client.send(f"message {n} " + "x" * n)
        for n in range(300):
            same(await client.recv(), f"message {n} " + "x" * n, "the order")


async def fragments(app):
    async with connect(app + "/") as client:
        await echoed(client, ["one ", "", "two ", "three"], "one two three")
        await echoed(client, [b"\0", b"", b"\xff"], b"\0\xff")
        await echoed(client, [NOISE[n:n + 1000] for n in range(0, 200_000, 1000)],
                     NOISE[:200_000])
        # A character may be divided between two frames, and a ping may come between.
        if not DEFLATES:
            await client.write_frame(False, Opcode.TEXT, "🎉".encode()[:2])
            await (await client.ping(b"between"))
            await client.write_frame(True, Opcode.CONT, "🎉".encode()[2:])
            same(await client.recv(), "🎉", "a divided character")
        # The server divides what it compresses.
        client.frames.clear()
        await echoed(client, NOISE[:100_000])
        same(Opcode.CONT in client.frames, DEFLATES, "fragments of the server")


async def large_messages(app):
    async with connect(app + "/") as client:
        await echoed(client, NOISE)
        await echoed(client, "0123456789abcdef" * (LIMIT // 16))
    for too_large in ("x" * (LIMIT + 1), ["x" * LIMIT, "x"]):
        async with connect(app + "/") as client:
            try:
                await client.send(too_large)
            except ConnectionClosed:
                pass  # it may know before it has sent all
            await ended(client, 1009)


async def other_compression(app):
    """Whoever does not offer it, or not so that our window is bounded, does without."""
    async with connect(app + "/", compression=None) as client:
        same(client.extensions, [], "extensions that nobody offered")
        await echoed(client, NOISE[:10_000])
    async with connect(app + "/", compression="deflate") as client:
        same(len(client.extensions), 1 if DEFLATES else 0, "extensions that are offered")
        await echoed(client, "abc" * 10_000)


async def closes(app):
    for code in (1000, 1001, 1003, 3000, 4999):
        before = await noted(app, f"closed{code}bye")
        async with connect(app + "/") as client:
            await client.close(code, "bye")
            same((client.close_code, client.close_rcvd.reason), (code, ""), "the echoed close")
            same(client.close_rcvd_then_sent, False, "who closed first")
        await await_noted(app, f"closed{code}bye", before)
    for code in (1000, 1001, 1003, 3000, 4999):
        before = await noted(app, f"closed{code}because")
        async with connect(app + "/") as client:
            await client.send(f"close {code}")
            await ended(client, code, "because")
            same(client.close_rcvd_then_sent, True, "who closed first")
        await await_noted(app, f"closed{code}because", before)  # the client's echo


async def breaches(app):
    for text in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"good \xc0\x80"):
        async with connect(app + "/") as client:
            await client.write_frame(True, Opcode.TEXT, text)
            await ended(client, 1007)
    async with connect(app + "/") as client:  # in the second frame
        await client.write_frame(False, Opcode.TEXT, b"good")
        await client.write_frame(True, Opcode.CONT, b"\xff")
        await ended(client, 1007)
    async with connect(app + "/", compression=None) as client:
        await client.write_frame(True, Opcode.CONT, b"of nothing")
        await ended(client, 1002)
    async with connect(app + "/") as client:
        await client.send("throw")
        await ended(client, 1011)


async def pings(app):
    async with connect(app + "/") as client:
        for payload in (b"", b"are you there", b"p" * 125):
            await (await client.ping(payload))
        await client.pong(b"nobody asked")
        await echoed(client, "still here")
        while Opcode.PING not in client.frames:  # the server's; the library answers
            await asyncio.sleep(0.02)
        await echoed(client, "still here")


async def handshakes(app):
    offered = ["chat", "superchat"]
    async with connect(f"{app}/protocol?superchat", subprotocols=offered) as client:
        same(client.subprotocol, "superchat", "the subprotocol")
    async with connect(app + "/", subprotocols=offered) as client:
        same(client.subprotocol, None, "no subprotocol")
    for where, status in (("/refused", 403), ("/protocol?other", 500)):
        try:
            async with connect(app + where, subprotocols=offered):
                raise AssertionError(f"{where} is open")
        except InvalidStatusCode as refused:
            same(refused.status_code, status, where)


async def crowd(app):
    async def one(n):
        async with connect(app + "/") as client:
            for i in range(20):
                await echoed(client, f"{n} and {i} " * 50)
    await asyncio.gather(*(one(n) for n in range(25)))


async def main():
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # our breaches
    parts = (messages, fragments, large_messages, other_compression, closes, breaches, pings,
             handshakes, crowd)
    for app in ("/event", "/blocking"):
        for part in parts:
            await asyncio.wait_for(part(app), 60)
            print(f"{sys.argv[2]} {app}: {part.__name__}", flush=True)


asyncio.run(main())
