"""The district systems: they publish over HTTP as such systems do, in disorder, and try again when the hub is away."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from hub.sdk import ConnectorError, Http, Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hub.demo.dossiers import Case

THREADS = 8
LINES = 100  # in one batch
GIVE_UP_SECONDS = 90.0  # with a hub that was killed and does not come back
TIMEOUTS = Timeouts(connect=2.0, read=30.0, total=60.0)
TAKEN = frozenset({200, 201})
AGAIN = frozenset({429, 500, 502, 503, 504})


class NotTaken(Exception):
    """The hub refused something that is right: a defect."""


@dataclass
class District:
    """A client of the hub. `words` counts what became of everything published."""

    url: str
    key: str
    words: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    http: Http = field(default_factory=lambda: Http(TIMEOUTS, connections=THREADS + 2))

    def put(self, path: str, document: Mapping[str, Any]) -> None:
        """Publish one document."""
        self._count([self._send("PUT", path, orjson.dumps(document)).json()])

    def events(self, code: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Publish progress of a dossier, which the hub may not know yet."""
        body = orjson.dumps({"events": list(events)})
        self._count([self._send("POST", f"/v1/dossiers/{quote(code)}/events", body).json()])

    def batch(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Publish many at once. An answer that breaks off is no answer: all lines go again, which changes nothing."""
        body = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
        answers: list[dict[str, Any]] = []
        until = time.monotonic() + GIVE_UP_SECONDS
        while len(answers) < len(lines) or any(one.get("ended") for one in answers):
            if time.monotonic() > until:
                raise NotTaken("the hub does not take a batch")
            answer = self._send("POST", "/v1/batch", body, media_type="application/x-ndjson")
            answers = [orjson.loads(line) for line in answer.content.splitlines()]
        self._count(answers)

    def get(self, path: str) -> Any:
        """Read; None when it is not there."""
        answer = self._send("GET", path, b"", fine=TAKEN | {404})
        return answer.json() if answer.status in TAKEN else None

    def _send(
        self, method: str, path: str, body: bytes, *, media_type: str = "application/json", fine: frozenset[int] = TAKEN
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": media_type}
        until, pause = time.monotonic() + GIVE_UP_SECONDS, 0.1
        while True:
            status: int | None = None
            try:
                answer = self.http.request(method, f"{self.url}{path}", body=body, headers=headers)
                status = answer.status
                if status in fine:
                    return answer
            except ConnectorError as problem:
                if time.monotonic() > until:
                    raise NotTaken(f"{method} {path}: {problem.sentence}") from problem
            if status is not None and (status not in AGAIN or time.monotonic() > until):
                raise NotTaken(f"{method} {path}: {status} {answer.content[:500]!r}")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _count(self, answers: Iterable[Mapping[str, Any]]) -> None:
        with self.lock:
            for one in answers:
                if "error" in one:
                    raise NotTaken(f"{one['error']}")
                self.words[str(one.get("word", "taken"))] += 1


def publish(district: District, procedures: Sequence[Mapping[str, Any]], cases: Sequence[Case], *, seed: int) -> int:
    """Publish everything; return how many requests that took. Raises NotTaken."""
    chance = Random(seed)  # noqa: S311 (repeatable disorder)
    work: list[Callable[[], None]] = [_put_procedure(district, one) for one in procedures]
    whole = [case for case in cases if case.first is None]
    chance.shuffle(whole)
    for start in range(0, len(whole), LINES):
        lines = [{"kind": "dossier", "document": case.whole} for case in whole[start : start + LINES]]
        work.append(_batch(district, lines))
    for case in cases:
        if case.first is not None:
            work.extend(_pieces(district, case, chance))
    chance.shuffle(work)
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(one) for one in work]:
            done.result()
    return len(work)


def _put_procedure(district: District, procedure: Mapping[str, Any]) -> Callable[[], None]:
    return lambda: district.put(f"/v1/procedures/{procedure['code']}", procedure)


def _batch(district: District, lines: Sequence[Mapping[str, Any]]) -> Callable[[], None]:
    return lambda: district.batch(lines)


def _pieces(district: District, case: Case, chance: Random) -> list[Callable[[], None]]:
    """First form, final form and events apart; one of the events twice."""
    path = f"/v1/dossiers/{quote(case.code)}"
    events = [*case.events, chance.choice(case.events)]
    return [
        *(lambda document=document: district.put(path, document) for document in (case.first, case.final)),
        *(lambda event=event: district.events(case.code, [event]) for event in events),
    ]
