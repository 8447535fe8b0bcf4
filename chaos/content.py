"""What the clients publish: dossiers with unique marks, made again and again the same from a client's seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = ("accepted", "processing", "supplement_requested", "processing", "payment_requested", "processing", "finished")
WAVE = 24  # dossiers shuffled together
START = datetime(2026, 5, 11, 8, 0, tzinfo=timezone(timedelta(hours=7)))
PORTAL_SHARE, POST_SHARE, ORDERED_SHARE, REPEATED_SHARE = 0.08, 0.12, 0.15, 0.15
OFFICE, PORTAL_OFFICE = "H56.14", "H56.22"  # the portals want only what the second one handles


@dataclass(frozen=True, slots=True)
class Operation:
    """One line to publish. `name` is unique; `body` is the line of a batch."""

    name: str
    code: str
    mark: str
    body: dict[str, Any]
    post: bool
    ordered: bool

    @property
    def line(self) -> dict[str, Any]:
        """As the journal tells of it before it is sent."""
        kind = self.body["kind"]
        line = {"sent": self.name, "kind": kind, "code": self.code, "mark": self.mark}
        if kind == "event":
            return {**line, "id": self.body["event"]["id"], "at": self.body["event"]["occurred_at"]}
        at = self.body["document"]["modified_at"]
        return {**line, "at": at, "post": self.post, "ordered": self.ordered}


def wave(client: int, seed: int, number: int) -> list[Operation]:
    """Return the operations of one wave in the order in which they are published."""
    chance = random.Random(f"{seed}/{client}/{number}")
    operations: list[Operation] = []
    for place in range(WAVE):
        operations.extend(_dossier(chance, client, number * WAVE + place + 1))
    repeated = [one for one in operations if one.body["kind"] == "event" and chance.random() < REPEATED_SHARE]
    return _shuffled(chance, operations + repeated)


def _shuffled(chance: random.Random, operations: Sequence[Operation]) -> list[Operation]:
    """Shuffle; the operations of an `ordered` dossier keep their order among themselves."""
    result = list(operations)
    chance.shuffle(result)
    queues: dict[str, list[Operation]] = {}
    for one in operations:
        if one.ordered:
            queues.setdefault(one.code, []).append(one)
    return [queues[one.code].pop(0) if one.ordered else one for one in result]


def _dossier(chance: random.Random, client: int, number: int) -> list[Operation]:
    office = PORTAL_OFFICE if chance.random() < PORTAL_SHARE else OFFICE
    post, ordered = chance.random() < POST_SHARE, chance.random() < ORDERED_SHARE
    code = f"{office}-260511-{client + 1}{number:06}"
    begin = START + timedelta(minutes=chance.randrange(5_000))
    first, final = (
        document(code, office, mark=f"hs {code}/{form}", at=begin + timedelta(minutes=form), post=post)
        for form in (1, 2)
    )
    operations = [Operation(f"{code}/d1", code, first["summary"], _put(first), post, ordered)]
    for place, status in enumerate(PATH, start=1):
        event = {
            "id": f"{code}/{place}",
            "occurred_at": (begin + timedelta(minutes=10 * place)).isoformat(),
            "status": status,
            "content": f"sk {code}/{place}.",
        }
        body = {"kind": "event", "key": code, "event": event}
        operations.append(Operation(event["id"], code, event["content"], body, post, ordered))
    operations.append(Operation(f"{code}/d2", code, final["summary"], _put(final), post, ordered))
    return operations


def _put(form: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "dossier", "document": form}


def document(code: str, office: str, *, mark: str, at: datetime, post: bool) -> dict[str, Any]:
    """Return a dossier; `mark` makes it unique."""
    agency = {"id": office, "name": "Ủy ban nhân dân xã Mẫu"}
    made: dict[str, Any] = {
        "code": code,
        "procedure": {"code": "1.001193", "name": "Thủ tục đăng ký khai sinh"},
        "agencies": {"received": agency, "competent": agency},
        "applicant": {"type": "citizen", "name": "NGUYỄN VĂN MẪU"},
        "channel": "counter",
        "summary": mark,
        "received_at": START.isoformat(),
        "due_at": (START + timedelta(days=10)).isoformat(),
        "modified_at": at.isoformat(),
        "return_method": "post" if post else "counter",
    }
    if post:
        province = {"code": "38", "name": "Tỉnh Thanh Hóa"}
        contact = {"name": "NGUYỄN VĂN MẪU", "phone": "0912345678"}
        made["return_to"] = {"contact": {**contact, "address": {"province": province, "detail": "1 Phố Mẫu"}}}
    return made
