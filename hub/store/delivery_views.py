"""What operators, metrics and the demo read of deliveries, and what they may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, or_, select, text, update

from hub.store.driver import run
from hub.store.tables import attempt, delivery, exchange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping


NEXT_DUE = "(SELECT min(due_at) FROM delivery WHERE channel = :channel{0} AND state = 'waiting')"


def oldest_waiting(connection: Connection, channel: str) -> int | None:
    """Return since when (ms) the oldest waiting delivery of the channel waits: one index look-up."""
    query = select(func.min(delivery.c.waiting_since)).where(delivery.c.channel == channel, text("state = 'waiting'"))
    return connection.execute(query).scalar_one()  # type: ignore[no-any-return]  # a number or nothing


def next_due(connection: Connection, channels: Sequence[str]) -> dict[str, int | None]:
    """Return when (ms) each channel's next delivery falls due: one index look-up each."""
    query = "SELECT " + ", ".join(NEXT_DUE.format(place) for place in range(len(channels)))
    row = run(connection, query, {f"channel{place}": name for place, name in enumerate(channels)}).one()
    return dict(zip(channels, row, strict=True))


def counts(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """Return channel → state → how many. Scans the table: for the CLI and the demo, never in a request."""
    rows = connection.execute(
        select(delivery.c.channel, delivery.c.state, func.count()).group_by(delivery.c.channel, delivery.c.state)
    )
    result: dict[str, dict[str, int]] = {}
    for channel, state, count in rows:
        result.setdefault(channel, {})[state] = count
    return result


def page(
    connection: Connection, *, filters: Mapping[str, Any] | None = None, after: int = 0, limit: int = 100
) -> Sequence[RowMapping]:
    """Return deliveries by id, those after `after`. filters: channel, state, reason, kind, key."""
    query = select(delivery).where(delivery.c.id > after).order_by(delivery.c.id).limit(limit)
    for name, value in (filters or {}).items():
        if value:
            query = query.where(delivery.c[name] == value)
    return connection.execute(query).mappings().all()


def of_record(connection: Connection, kind: str, key: str) -> Sequence[RowMapping]:
    """Return how each channel stands to one record."""
    query = select(delivery).where(delivery.c.kind == kind, delivery.c.key == key).order_by(delivery.c.channel)
    return connection.execute(query).mappings().all()


def attempts(connection: Connection, delivery_id: int, *, limit: int = 50) -> Sequence[RowMapping]:
    """Return the latest attempts of a delivery, newest first, with what went out and came back (masked)."""
    query = (
        select(attempt, exchange.c.content.label("exchanges"))
        .outerjoin(exchange, exchange.c.id == attempt.c.exchange_id)
        .where(attempt.c.delivery_id == delivery_id)
        .order_by(attempt.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def open_page(connection: Connection, channel: str, *, after: int, limit: int) -> Sequence[RowMapping]:
    """Return delivered but unfinished dossiers of a channel with their documents: those worth polling about."""
    query = text(
        "SELECT d.id, d.kind, d.key, d.acknowledged_version, d.acknowledged, d.reference, r.version, r.document "
        "FROM delivery AS d JOIN record AS r ON r.kind = d.kind AND r.key = d.key "
        "WHERE d.channel = :channel AND d.id > :after AND d.acknowledged_version IS NOT NULL AND d.kind = 'dossier' "
        "AND r.status NOT IN ('finished', 'returned', 'refused', 'withdrawn', 'stopped') ORDER BY d.id LIMIT :limit"
    )
    return connection.execute(query, {"channel": channel, "after": after, "limit": limit}).mappings().all()


def replay(connection: Connection, *, filters: Mapping[str, Any], now: int, resolve: str | None = None) -> int:
    """Let parked deliveries wait again; return how many. filters as in `page`.

    An uncertain one goes only with the operator's word `resolve`: "resend" (it did not come) or "came" (it did).
    """
    chosen = [delivery.c.state == "parked", *(delivery.c[name] == value for name, value in filters.items() if value)]
    if resolve == "came":
        tried = select(func.max(attempt.c.version)).where(attempt.c.delivery_id == delivery.c.id).scalar_subquery()
        came = func.coalesce(tried, delivery.c.wanted_version)  # what was tried came; a newer version still has to go
        newer = delivery.c.wanted_version > came
        done = connection.execute(
            update(delivery)
            .where(and_(*chosen), delivery.c.reason == "uncertain")
            .values(
                state=case((newer, "waiting"), else_="delivered"),
                acknowledged_version=came,
                due_at=now,
                waiting_since=now,
                attempts=0,
                uncertain=False,
                reason=None,
                updated_at=now,
            )
        )
        return done.rowcount
    if resolve is None:
        chosen.append(or_(delivery.c.reason.is_(None), delivery.c.reason != "uncertain"))
    return connection.execute(
        update(delivery)
        .where(and_(*chosen))
        .values(
            state="waiting",
            due_at=now,
            waiting_since=now,
            attempts=0,
            uncertain=case((delivery.c.reason == "uncertain", literal(False)), else_=delivery.c.uncertain),
            updated_at=now,
        )
    ).rowcount
