"""The crowd of live.sh: live.py ticker|chat URL WORKER_PID COUNT BYTES_MOST."""
import glob
import json
import select
import socket
import sys
import time
from urllib.parse import urlsplit

kind, url, worker, count, most = sys.argv[1], sys.argv[2], sys.argv[3], *map(int, sys.argv[4:6])
server = urlsplit(url).hostname, urlsplit(url).port
IDLE_SECONDS = 4


def own_bytes():
    with open(f"/proc/{worker}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon:"))


def cpu_seconds():
    total = 0
    for name in glob.glob(f"/proc/{worker}/task/*/schedstat"):
        with open(name) as stat:
            total += int(stat.read().split()[0])
    return total / 1e9


def frame(message):
    """A text frame of a client, masked with zeros."""
    payload = json.dumps(message).encode()
    return bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload


UPGRADE = (b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
ASKS = {"ticker": b"GET /ticker/events HTTP/1.1\r\nHost: a\r\n\r\n",
        "chat": b"GET /chat/ws HTTP/1.1\r\nHost: a\r\n" + UPGRADE + b"\r\n"}[kind]
OPENED = {"ticker": b'"tick"', "chat": b'"welcome"'}[kind]


class Crowd:
    def __init__(self):
        self.poll, self.clients = select.epoll(), {}

    def grow(self, size):
        while len(self.clients) < size:
            client = socket.create_connection(server)
            client.sendall(ASKS)
            received = b""
            if kind == "chat":
                while b"\r\n\r\n" not in received:
                    received += client.recv(65536)
                received = received.partition(b"\r\n\r\n")[2]
                client.sendall(frame({"type": "join", "room": "r", "name": "m"}))
            while OPENED not in received:
                received += client.recv(65536)
            client.setblocking(False)
            self.clients[client.fileno()] = client
            self.poll.register(client, select.EPOLLIN)

    def drain(self, quiet):
        """Until nothing has come for so long (seconds)."""
        while events := self.poll.poll(quiet):
            for fd, _ in events:
                self.clients[fd].recv(1 << 20)

    def all_hear(self, word):
        """Seconds from the first that hears it to the last."""
        waiting, first, parts = set(self.clients), None, {}
        while waiting:
            for fd, _ in self.poll.poll():
                parts[fd] = parts.get(fd, b"")[-64:] + self.clients[fd].recv(1 << 20)
                if fd in waiting and word in parts[fd]:
                    first = first or time.monotonic()
                    waiting.remove(fd)
        return time.monotonic() - first


crowd = Crowd()
crowd.grow(count // 10)
crowd.drain(1)
before, few = own_bytes(), len(crowd.clients)
crowd.grow(count)
if kind == "ticker":
    crowd.all_hear(b'"tick"')  # a whole pause begins
crowd.drain(1)
each = (own_bytes() - before) // (count - few)
cpu = cpu_seconds()
time.sleep(IDLE_SECONDS if kind == "chat" else IDLE_SECONDS / 2)  # doing nothing is the test
idle = (cpu_seconds() - cpu) / (IDLE_SECONDS if kind == "chat" else IDLE_SECONDS / 2) * 100
cpu = cpu_seconds()
if kind == "chat":
    next(iter(crowd.clients.values())).send(frame({"type": "say", "text": "hello to all"}))
spread = crowd.all_hear(b'"tick"' if kind == "ticker" else b"hello to all")
spent = cpu_seconds() - cpu
print(f"{kind}: {count} connections: {each} bytes each, {idle:.2f} % CPU idle, "
      f"a message to all: {spent * 1000:.0f} ms of CPU, the last hears it "
      f"{spread * 1000:.0f} ms after the first")
failures = ([f"more than {most} bytes"] if each > most else []) + (["not idle"] if idle > 2 else [])
sys.exit("FAILED: " + ", ".join(failures) if failures else 0)
