"""One of two databases that are measured against each other: its hub, its dossiers, its deliveries."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from sqlalchemy import text

from bench import history
from bench.stage import ACTOR, Stage, add_channels
from hub import wiring
from hub.config import create_key_file
from hub.config import load as settings_of
from hub.demo.partners import free_port
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.flows.operate import pause, resume
from hub.flows.operate_clients import add_key, put_client
from hub.store import epoch, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

PLACE = "filled"  # in hub_state: generations, and the time from which they count


@dataclass(eq=False)
class Side:
    """`generations` of history; what comes in now makes the generations after them."""

    stage: Stage
    chance: Random
    generations: int = 0
    begun: int = 0
    came: int = 0  # dossiers taken in since
    rows: dict[str, int] = field(default_factory=dict)  # of the history, by table
    rounds: dict[str, str] = field(default_factory=dict)
    words: int = 0

    @classmethod
    @contextmanager
    def of(cls, url: str, directory: Path, *, chance: Random) -> Iterator[Side]:
        key = directory / "key"
        if not key.exists():
            create_key_file(key)
        port = free_port()
        environment = {"HUB_DATABASE_URL": url, "HUB_SECRET_KEY_FILE": str(key), "HUB_LISTEN": f"127.0.0.1:{port}"}
        environment["HUB_LOG_LEVEL"] = "warning"
        begun = time.perf_counter()
        migrate.upgrade(url)
        print(f"migrated in {time.perf_counter() - begun:.1f} s", flush=True)
        context = wiring.build(settings_of(environment))
        stage = Stage(directory, environment, ("127.0.0.1", port), "", context)
        with ExitStack() as stack:
            stack.callback(context.store.close)
            stack.callback(context.waker.close)
            stack.callback(stage.stop)
            if not list(context.channels):
                add_channels(stack, stage, alive=False)
                context.channels.forget()  # what was looked at before
            put_client(context, "bench", title="", scopes={"can": ["read", "write", "feed"]}, actor=ACTOR)
            stage.key = add_key(context, "bench", expires_at=None, actor=ACTOR)
            yield cls(stage, chance)

    def filled(self, generations: int) -> dict[str, int]:
        """Make the history unless it is there; return its rows by table."""
        context = self.stage.context
        with context.store.reading() as connection:
            known = epoch.read(connection, PLACE)
        if known is None:
            known = {"generations": generations, "begun": context.now(), "came": 0, "rows": {}}
            if generations:
                known["rows"] = history.fill(context, generations=generations, now=known["begun"], says=True)
            self._keep(known)
        self.generations, self.begun, self.came = known["generations"], known["begun"], known["came"]
        self.rows = known.get("rows", {})
        return self.rows

    def _keep(self, known: dict[str, Any]) -> None:
        store = self.stage.context.store
        store.write(lambda connection: epoch.write(connection, PLACE, known, now=known["begun"]))

    # -- dossiers -----------------------------------------------------------------------------------------------------

    def fresh(self, count: int) -> list[dict[str, Any]]:
        """Dossiers that nobody has sent yet, of offices all over the province."""
        found = [self._document(self.came + one) for one in range(count)]
        self.came += count
        self._keep({"generations": self.generations, "begun": self.begun, "came": self.came, "rows": self.rows})
        return found

    def _document(self, number: int) -> dict[str, Any]:
        old = history.templates()[number % history.HUNDRED]
        agency, key = old["code"].split("-")[0], self._new_key(number)
        written = orjson.dumps(old).replace(old["code"].encode(), key.encode())
        document: dict[str, Any] = orjson.loads(
            written.replace(f'"{agency}"'.encode(), f'"{key.split("-")[0]}"'.encode())
        )
        return document

    def _new_key(self, number: int) -> str:
        return self._key(self.generations + 1 + number // history.HUNDRED, number % history.HUNDRED)

    def _key(self, generation: int, number: int) -> str:
        place = history.generation(generation, of=self.generations or 10_000, now=self.begun)
        return place.key(history.templates()[number]["code"].split("-")[0], number)

    def lines(self, count: int) -> list[bytes]:
        return [
            orjson.dumps({"kind": "dossier", "document": one}, option=orjson.OPT_APPEND_NEWLINE)
            for one in self.fresh(count)
        ]

    def put(self, document: dict[str, Any]) -> bytes:
        return self.stage.request("PUT", f"/v1/dossiers/{quote(document['code'])}", orjson.dumps(document))

    def old(self, count: int) -> list[str]:
        """Keys anywhere in the history, each at most once; without a history, of what came in since."""
        if not self.generations:
            return [self._new_key(one) for one in self.chance.sample(range(self.came), count)]
        chosen = self.chance.sample(range(self.generations * history.HUNDRED), count)
        return [self._key(1 + one // history.HUNDRED, one % history.HUNDRED) for one in chosen]

    def word(self) -> str:
        self.words += 1
        return f"Bước {self.begun}-{self.came}-{self.words}-{self.chance.random()}"

    def places(self, count: int) -> list[str]:
        """Cursors anywhere in the feed."""
        with self.stage.context.store.reading() as connection:
            last = connection.execute(text("SELECT max(sequence) FROM change")).scalar_one()
            query = text("SELECT transaction_id, sequence FROM change WHERE sequence >= :at ORDER BY sequence LIMIT 1")
            found = [
                connection.execute(query, {"at": self.chance.randint(1, max(last - 200, 1))}).one()
                for _ in range(count)
            ]
        return [f"{one.transaction_id}-{one.sequence}" for one in found]

    # -- what is done -------------------------------------------------------------------------------------------------

    def streamed(self, request: bytes) -> float:
        """Send a batch over one line, reading while writing; return the seconds."""
        begun = time.perf_counter()
        with socket.create_connection(self.stage.address) as out:
            once = request.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nConnection: close\r\n", 1)
            writer = threading.Thread(target=out.sendall, args=(once,))
            writer.start()
            told = bytearray()
            while part := out.recv(1 << 16):
                told += part
            writer.join()
        if told.count(b'"created"') < request.count(b"\n") // 2:
            raise RuntimeError(f"not taken in: {bytes(told[:2000])!r}")
        return time.perf_counter() - begun

    def settle(self) -> int:
        """Claim and settle one batch of each channel."""
        context = self.stage.context
        return sum(history.settle_next(context, channel, limit=20, rounds=self.rounds) for channel in context.channels)

    def first_claim(self) -> tuple[float, float]:
        """Start the hub with its worker; seconds until it is ready, and until it claimed what was waiting."""
        context, name = self.stage.context, "national"
        while self.settle():
            pass
        (document,) = self.fresh(1)
        message = admit_document("dossier", document, history.CLIENT).message
        assert message is not None
        accept(context, [Unit([message])])
        resume(context, name, actor=ACTOR)
        query = text("SELECT fence FROM delivery WHERE kind = 'dossier' AND key = :key AND channel = :channel")
        begun, seen = time.monotonic(), [0.0]

        def watch() -> None:
            while time.monotonic() - begun < 60:
                with context.store.reading() as connection:
                    if connection.execute(query, {"key": document["code"], "channel": name}).scalar():
                        seen[0] = time.monotonic() - begun
                        return
                time.sleep(0.01)

        watcher = threading.Thread(target=watch)
        watcher.start()
        self.stage.start()
        watcher.join()
        self.stage.stop()
        pause(context, name, why="bench", actor=ACTOR)
        return self.stage.seconds, seen[0]
