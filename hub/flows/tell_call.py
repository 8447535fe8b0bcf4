"""One signed message to one client, and what its answer means."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from hub.domain.retry import Politeness, wait
from hub.flows import feed, public_address
from hub.sdk import signing
from hub.sdk.errors import Busy, ConnectorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.flows.context import Context
    from hub.sdk.http import Http

log = structlog.get_logger("hub.tell")

POLITENESS = Politeness()
GONE = 410
OK = range(200, 300)


def call(context: Context, http: Http, row: Mapping[str, Any], portion: feed.Portion) -> dict[str, Any]:
    """Send one message; return what to write down."""
    now = context.clock.now()
    first, last = portion.items[0]["cursor"], portion.items[-1]["cursor"]
    content = {
        "type": "changes",
        "timestamp": feed.moment(context.now()),
        "data": {"items": portion.items, "next": str(portion.next)},
    }
    body = orjson.dumps(content)
    secrets = [context.vault.open(one) for one in orjson.loads(row["secrets"])]
    headers = signing.headers(secrets, message_id=f"changes_{first}_{last}", at=now, body=body)
    wish = None
    try:
        public_address.check(row["url"], allow_private=context.settings.webhook_allow_private)
        answer = http.post(row["url"], body=body, headers={"Content-Type": "application/json", **headers})
    except public_address.NotPublic as problem:
        return _failed(context, row, f"The address is not called: {problem}.", None)
    except ConnectorError as problem:
        wish = problem.retry_after if isinstance(problem, Busy) else None
        return _failed(context, row, problem.sentence, wish)
    if answer.status in OK:
        return {"cursor": str(portion.next), "failures": 0, "due_at": context.now(), "detail": None}
    if answer.status == GONE:
        log.warning("tell.paused", client=row["client"])
        return {"paused": True, "detail": "The client answered 410: it wants no more."}
    return _failed(context, row, f"HTTP {answer.status}", wish)


def _failed(context: Context, row: Mapping[str, Any], sentence: str, wish: float | None) -> dict[str, Any]:
    failures = row["failures"] + 1
    pause = wait(POLITENESS, tries=failures, wish=wish, chance=random.random())  # noqa: S311 (jitter)
    log.warning("tell.refused", client=row["client"], failures=failures, sentence=sentence)
    if pause is None:
        return {"failures": failures, "paused": True, "detail": f"{sentence} (given up after {failures} tries)"}
    return {"failures": failures, "due_at": context.now() + int(pause * 1000), "detail": sentence}
