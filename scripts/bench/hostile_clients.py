#!/usr/bin/env python3
"""Clients that a live page must bear, as many at a time as wished, for scripts/bench/onlookers.

    scripts/bench/hostile_clients.py URL CLIENTS KIND...

As many of each kind: `silent` says nothing; `half` sends half a request; `slow` a byte a second; `deaf` asks for the
events and never reads; `garbage` sends bytes that are no request; `greedy` asks for the cells again and again; `hoarder` asks for
them and never reads; `curious` asks the database about one cell after the other. Whom the server closes comes again at once.
Prints `ready` when every client has connected once, and when its input ends what they did, as JSON. In between they take only the
processor that nobody else wants, as if they were on other machines: with nice 19, what they compute would itself slow what is
measured.
"""

import asyncio
import collections
import json
import os
import random
import socket
import sys
import urllib.parse

LIMIT = 10  # seconds until all have connected
REFUSED = 0.05  # seconds until the next try, where no connection came about
BATCH = 16  # requests that a hoarder sends at once


class Clients:
    def __init__(self, url, count, kinds):
        self.where = (url.hostname, url.port)
        self.count = count
        self.kinds = [getattr(self, kind) for kind in kinds]
        self.cells = ["0" * 12]  # until the page tells of others
        self.did = collections.Counter()
        self.connected = set()
        self.all_connected = asyncio.Event()

    def request(self, target, rest="\r\n"):
        return f"GET {target} HTTP/1.1\r\nHost: {self.where[0]}:{self.where[1]}\r\n{rest}".encode()

    async def live(self, number):
        kind = self.kinds[number % len(self.kinds)]
        # Of an address each: more connections than one address has ports may be on their way to the end.
        source = (f"127.0.{number // 250}.{number % 250 + 1}", 0)
        while True:
            try:
                reader, writer = await asyncio.open_connection(*self.where, local_addr=source, limit=1 << 20)
            except OSError:
                await asyncio.sleep(REFUSED)
                continue
            self.did["connections"] += 1
            self.connected.add(number)
            if len(self.connected) == self.count:
                self.all_connected.set()
            try:
                await kind(reader, writer)
            except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
                pass
            self.did["closed by the server"] += 1
            writer.transport.abort()

    async def silent(self, reader, _):
        await reader.read()

    async def half(self, reader, writer):
        writer.write(self.request("/api/status", "X-Unfinished: "))
        await reader.read()

    async def slow(self, reader, writer):
        for byte in self.request("/api/status"):
            writer.write(bytes([byte]))
            self.did["bytes one by one"] += 1
            try:
                return await asyncio.wait_for(reader.read(1), 1)
            except asyncio.TimeoutError:
                pass
        await reader.read()

    async def deaf(self, _, writer):
        await self.never_read(writer, self.request("/api/events"))

    async def hoarder(self, _, writer):
        await self.never_read(writer, self.request("/api/cells?limit=200") * BATCH)

    async def never_read(self, writer, bytes_):
        writer.transport.pause_reading()
        writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while True:  # what else would tell that the server has closed
            writer.write(bytes_)
            await writer.drain()
            self.did["requests that are never read"] += 1
            await asyncio.sleep(1)
            bytes_ = b"\r\n"

    async def garbage(self, reader, writer):
        writer.write(random.randbytes(2000) + b"\r\n\r\n")
        await reader.read()
        self.did["garbage"] += 1

    async def greedy(self, reader, writer):
        while True:
            body = await self.answer(reader, writer, f"/api/cells?limit=200&offset={random.randrange(1000)}")
            self.did["answers with cells"] += 1
            if len(self.cells) == 1:
                self.cells += [cell["id"] for cell in json.loads(body).get("cells", [])]

    async def curious(self, reader, writer):
        while True:
            await self.answer(reader, writer, f"/api/cells/{random.choice(self.cells)}")
            self.did["answers about a cell"] += 1

    async def answer(self, reader, writer, target):
        writer.write(self.request(target))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        return await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))


async def main():
    clients = Clients(urllib.parse.urlsplit(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), over.set)
    tasks = [asyncio.ensure_future(clients.live(number)) for number in range(clients.count)]
    await asyncio.wait_for(clients.all_connected.wait(), LIMIT)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    print("ready", flush=True)
    await over.wait()
    for task in tasks:
        task.cancel()
    times = os.times()
    print(json.dumps({**clients.did, "processor seconds": round(times.user + times.system, 1)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
