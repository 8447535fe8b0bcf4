"""A district system with a journal: `python -m chaos.client JSON`. Sends everything again until it is acknowledged.

It may be killed at any time: started again it reads its journal and goes on. It shares no code with the hub.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import requests

from chaos import journal
from chaos.content import Operation, wave

LINES = 80  # in one batch
SINGLES = 0.04  # share of operations published by a request of their own
TIMEOUT = (2.0, 20.0)
BREAK = 0.2  # seconds after a failure
FINAL = frozenset({"invalid", "not_allowed", "outside_scope", "too_large", "not_found"})  # sending again is no use
OK = frozenset({200, 201})


class Client:
    """wish: addresses, key, journal, client (number), seed, events (how many to send), stop (a file that ends it)."""

    def __init__(self, wish: dict[str, Any]) -> None:
        self._wish = wish
        path = Path(wish["journal"])
        self._done: set[str] = set()
        self._events = 0
        if path.exists():
            for line in journal.read(path):
                name = line.get("acknowledged") or line.get("refused")
                if name and name not in self._done:
                    self._done.add(name)
                    self._events += line.get("kind") == "event"
        self._journal = journal.Journal(path)
        self._chance = random.Random(f"{wish['seed']}/{wish['client']}/sending")
        self._addresses = list(wish["addresses"])
        self._session = requests.Session()
        self._session.trust_env = False

    def run(self) -> None:
        """Publish wave after wave."""
        number = 0
        while self._events < self._wish["events"] and not Path(self._wish["stop"]).exists():
            todo = [one for one in wave(self._wish["client"], self._wish["seed"], number) if one.name not in self._done]
            if todo:
                self._publish(todo)
            number += 1
        self._journal.write([{"ended": True}])

    def _publish(self, todo: list[Operation]) -> None:
        singles = [one for one in todo if not one.ordered and self._chance.random() < SINGLES]
        alone = {id(one) for one in singles}
        rest = [one for one in todo if id(one) not in alone]
        for start in range(0, len(rest), LINES):
            self._until_done(rest[start : start + LINES])
        for one in singles:
            self._until_done([one], single=True)

    def _until_done(self, operations: list[Operation], *, single: bool = False) -> None:
        self._journal.write([one.line for one in operations])
        while operations:
            try:
                answered = self._single(operations[0]) if single else self._batch(operations)
            except (requests.RequestException, ValueError, KeyError):
                answered = []
            notes, left = [], []
            words = dict(enumerate(answered))
            for place, one in enumerate(operations):
                if (word := words.get(place, "again")) == "again":
                    left.append(one)
                elif one.name not in self._done:
                    kind = one.body["kind"]
                    self._done.add(one.name)
                    self._events += kind == "event"
                    note = {"acknowledged": one.name} if word == "taken" else {"refused": one.name, "why": word}
                    notes.append({**note, "kind": kind, "time": time.time()})
            if notes:
                self._journal.write(notes)
            if left:
                self._chance.shuffle(self._addresses)
                time.sleep(BREAK)
            operations = left

    def _batch(self, operations: list[Operation]) -> list[str]:
        body = b"".join(json.dumps(one.body).encode() + b"\n" for one in operations)
        words: list[str] = []
        answer = self._post("/v1/batch", body, "application/x-ndjson", stream=True)
        if answer.status_code not in OK:
            answer.close()
            return []
        try:
            words.extend(_word(json.loads(line)) for line in answer.iter_lines())
        except (requests.RequestException, ValueError):
            answer.close()  # what was told so far is so; the rest goes again
        return words

    def _single(self, one: Operation) -> list[str]:
        if one.body["kind"] == "event":
            answer = self._post(f"/v1/dossiers/{one.code}/events", json.dumps(one.body["event"]).encode())
        else:
            address = f"{self._addresses[0]}/v1/dossiers/{one.code}"
            data = json.dumps(one.body["document"]).encode()
            answer = self._session.put(address, data=data, headers=self._headers(), timeout=TIMEOUT)
        if answer.status_code in OK:
            answer.json()  # all of it came
            return ["taken"]
        told = answer.json()
        return [_word({"error": told.get("error", told)})]

    def _post(self, path: str, body: bytes, kind: str = "application/json", **options: Any) -> requests.Response:
        address = f"{self._addresses[0]}{path}"
        return self._session.post(address, data=body, headers=self._headers(kind), timeout=TIMEOUT, **options)

    def _headers(self, kind: str = "application/json") -> dict[str, str]:
        return {"Authorization": f"Bearer {self._wish['key']}", "Content-Type": kind}


def _word(answer: dict[str, Any]) -> str:
    """taken, again, or the code of a refusal that is for good."""
    if "error" not in answer:
        return "taken"
    code = str(answer["error"].get("code"))
    return code if code in FINAL and not answer.get("ended") else "again"


if __name__ == "__main__":
    Client(json.loads(sys.argv[1])).run()
