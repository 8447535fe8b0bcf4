"""A TCP proxy that cuts, delays, resets and slices what passes, in both directions, by a seeded chance.

`python -m chaos.proxy SEED ADDRESS CONTROL_PORT LISTEN:HOST:PORT …`. A line of JSON to the control port,
`{"rates": {…}}`, sets how often (share of chunks) each fault is played; the answer tells how often each was.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import struct
import sys
from collections import Counter

CHUNK = 65_536
WAYS = ("reset", "cut", "delay", "slice")
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset
CONNECT_SECONDS = 5.0
LONGEST_DELAY = 0.7  # seconds; below every time-out, so that a late request is never taken for a lost one


class Proxy:
    """All routes of one process; `rates` may change while it runs."""

    def __init__(self, seed: int, address: str) -> None:
        self._address = address
        self._random = random.Random(seed)
        self.rates: dict[str, float] = {}
        self.played: Counter[str] = Counter()

    async def route(self, listen: int, target: tuple[str, int]) -> None:
        """Listen and pass on to the target."""

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._connection(target, reader, writer)

        await asyncio.start_server(handle, self._address, listen, backlog=512)

    async def _connection(
        self, target: tuple[str, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            far_reader, far_writer = await asyncio.wait_for(asyncio.open_connection(*target), CONNECT_SECONDS)
        except OSError:  # a TimeoutError too
            _close(writer, hard=True)
            return
        ways = [
            asyncio.create_task(self._pump(reader, far_writer)),
            asyncio.create_task(self._pump(far_reader, writer)),
        ]
        done, waiting = await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        hard = any(one.exception() for one in done)
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        _close(writer, hard=hard)
        _close(far_writer, hard=hard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one direction on until its end. Raises ConnectionError where the connection is to be broken."""
        while chunk := await reader.read(CHUNK):
            fault = self._draw()
            if fault in {"reset", "cut"}:
                writer.write(chunk[: len(chunk) // 2])
                with contextlib.suppress(OSError):
                    await writer.drain()
                if fault == "reset":
                    raise ConnectionResetError
                writer.close()
                raise ConnectionAbortedError
            if fault == "delay":
                await asyncio.sleep(self._random.uniform(0.02, LONGEST_DELAY))
            if fault == "slice":
                await self._sliced(chunk, writer)
            else:
                writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def _sliced(self, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        place = 0
        for _ in range(20):
            size = self._random.randint(1, 40)
            writer.write(chunk[place : place + size])
            await writer.drain()
            await asyncio.sleep(0.001)
            place += size
        writer.write(chunk[place:])

    def _draw(self) -> str:
        chance = self._random.random()
        for way in WAYS:
            chance -= self.rates.get(way, 0.0)
            if chance < 0:
                self.played[way] += 1
                return way
        return ""

    async def control(self, port: int) -> None:
        """Listen for orders."""

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                self.rates = json.loads(line).get("rates", self.rates)
                writer.write(json.dumps({"played": self.played}).encode() + b"\n")
                await writer.drain()
            writer.close()

        await asyncio.start_server(handle, self._address, port)


def _close(writer: asyncio.StreamWriter, *, hard: bool) -> None:
    with contextlib.suppress(OSError, AttributeError):
        if hard:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        else:
            writer.close()


async def _main(seed: int, address: str, control: int, routes: list[tuple[int, tuple[str, int]]]) -> None:
    proxy = Proxy(seed, address)
    for listen, target in routes:
        await proxy.route(listen, target)
    await proxy.control(control)
    await asyncio.Event().wait()


if __name__ == "__main__":
    _routes = [one.split(":") for one in sys.argv[4:]]
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), [(int(a), (b, int(c))) for a, b, c in _routes]))
