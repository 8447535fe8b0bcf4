"""What each partner holds against what the hub holds: record by record, exactly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import Outgoing
from hub.store import look_out, records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import RowMapping

    from hub.demo.partners import Partner
    from hub.flows.channels import Channel
    from hub.flows.context import Context

PAGE = 500
MOST_NAMED = 5
KINDS = ("procedure", "dossier", "postal_order")
# What must never happen twice. Lists (progress, traces) are compared whole, so that a double shows as a difference.
ONCE = frozenset({"order", "messages", "case", "report", "filed"})


@dataclass
class Comparison:
    """One partner. `named`: some of what is not equal, by key alone."""

    channel: str
    equal: int = 0
    differing: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    pairs: dict[str, Any] = field(default_factory=dict, repr=False)  # key → (expected, actual) of what differs

    @property
    def good(self) -> bool:
        """Tell whether the partner holds exactly what the hub holds, once."""
        return not (self.differing or self.missing or self.unexpected or self.doubles)

    @property
    def named(self) -> list[str]:
        """Some of what is wrong."""
        wrong = (("≠", self.differing), ("–", self.missing), ("+", self.unexpected), ("×2", self.doubles))
        return [f"{sign} {key}" for sign, keys in wrong for key in keys[:MOST_NAMED]]


def compare(context: Context, channel: Channel, partner: Partner) -> Comparison:
    """Compare one partner with what the hub holds now."""
    held = partner.holdings()
    result = Comparison(channel.name, doubles=_doubles(partner.effects()))
    for name, outgoing in _wanted(context, channel):
        assert channel.connector is not None  # noqa: S101 (the demo's channels are usable)
        expected = _plain(channel.connector.holding(outgoing))
        actual = held.pop(name, None)
        if expected == actual:
            result.equal += expected is not None
            continue
        result.pairs[name] = (expected, actual)
        if actual is None:
            result.missing.append(name)
        elif expected is None:
            result.unexpected.append(name)
        else:
            result.differing.append(name)
    result.unexpected.extend(held)
    return result


def _wanted(context: Context, channel: Channel) -> Iterator[tuple[str, Outgoing]]:
    """Every record that the channel is to hold, as its connector sees it."""
    for kind in KINDS:
        after = ""
        while True:
            with context.store.reading() as connection:
                rows = records.page(connection, kind, after=after, limit=PAGE)
                known = look_out.standing(connection, channel.name, kind, [row["key"] for row in rows])
            for row in rows:
                document = orjson.loads(row["document"])
                if row["complete"] and channel.wants(kind, document):
                    outgoing = _outgoing(context, channel, row, document, known.get(row["key"]))
                    yield f"{kind}/{row['key']}", outgoing
            if len(rows) < PAGE:
                break
            after = rows[-1]["key"]


def _outgoing(
    context: Context, channel: Channel, row: RowMapping, document: Mapping[str, Any], delivery: RowMapping | None
) -> Outgoing:
    assert channel.connector is not None  # noqa: S101 (as above)
    return Outgoing(
        delivery["id"] if delivery else 0,
        channel.name,
        row["kind"],
        row["key"],
        row["version"],
        document,
        context.plugins.map_out(channel.connector, row["kind"], document),
        delivery["acknowledged_version"] if delivery else None,
        orjson.loads(delivery["acknowledged"]) if delivery else {},
        delivery["reference"] if delivery else None,
    )


def _plain(value: Any) -> Any:
    """As it would look after a journey as JSON."""
    return None if value is None else orjson.loads(orjson.dumps(value, default=dict))


def _doubles(effects: list[dict[str, Any]]) -> list[str]:
    """Records to which the very same thing happened twice."""
    seen = Counter(
        (one["shelf"], one["name"], orjson.dumps(one["what"], option=orjson.OPT_SORT_KEYS))
        for one in effects
        if one["shelf"] in ONCE
    )
    return sorted({f"{shelf}/{name}" for (shelf, name, _), count in seen.items() if count > 1})
