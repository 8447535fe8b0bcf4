"""The demo from beginning to end: start all, publish while partners misbehave, heal, mend, wait for quiet, compare."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from sqlalchemy.exc import SQLAlchemyError

from hub import wiring
from hub.demo import online, partners
from hub.demo.compare import Comparison, compare
from hub.demo.dossiers import cases
from hub.demo.installation import Installation
from hub.demo.mending import Operator
from hub.demo.processes import Keeper, wait_for
from hub.demo.progress import Progress
from hub.demo.publish import District, publish
from hub.demo.shipped import offered
from hub.observe import set_up_logging
from hub.sdk import ConnectorError
from hub.store import delivery_views, look_out, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.demo.partners import Partner
    from hub.flows.context import Context

READY_SECONDS = 60.0
DELIVERING_SECONDS = 8.0  # with faults, after the last request
QUIET_SECONDS = 4.0
MOST_SECONDS = 240.0  # until everything is quiet
AWAY_EVERY_SECONDS = 4.0  # one partner after the other is away for a moment


@dataclass(frozen=True)
class Wish:
    """What the command line asks for."""

    directory: Path
    database: str = "sqlite"
    dossiers: int = 2000
    procedures: int = 40
    online: int = 36
    seed: int = 1
    port: int = 8000
    calm: bool = False
    once: bool = False


def run(wish: Wish) -> bool:
    """Run the demo; return whether every partner holds exactly what the hub holds."""
    set_up_logging("error", "console")
    progress = Progress()
    installation = Installation.make(wish.directory.resolve(), port=wish.port)
    keeper = Keeper(installation.directory)
    with _interrupted():
        try:
            return _run(wish, progress, installation, keeper)
        except KeyboardInterrupt:
            progress.say("Stopping.", "Đang dừng.")
            return False
        finally:
            keeper.stop()
            installation.remove_postgres()


def _run(wish: Wish, progress: Progress, installation: Installation, keeper: Keeper) -> bool:
    if wish.database == "postgres":
        progress.say("Starting a private PostgreSQL.", "Khởi động PostgreSQL riêng.")
        installation.start_postgres(keeper)
    migrate.upgrade(installation.database_url)
    context = wiring.build(installation.settings)
    progress.say("Starting the stand-ins of five partners.", "Khởi động mô phỏng năm đối tác.")
    others = partners.start(keeper, installation.directory)
    key = installation.configure(context, others)
    _import_catalogue(installation, progress)
    keeper.start("hub", [sys.executable, "-m", "hub", "serve"], installation.environment)
    district = District(installation.url, key)
    wait_for(lambda: _ready(district), "the hub is ready", seconds=READY_SECONDS)
    progress.say(f"The hub is ready at {installation.url}.", "Hub sẵn sàng.")
    with progress.watching(context, district, keeper.again):
        _publish(wish, progress, installation, district, others)
        _settle(wish, progress, context, others)
    results = [compare(context, channel, _of(others, channel.name)) for channel in context.channels]
    progress.compared(results, context)
    good = all(one.good for one in results)
    if good:
        progress.say("Every partner holds exactly what the hub holds.", "Mọi đối tác đều giữ đúng như hub.")
    else:
        file = installation.directory / "differences.json"
        file.write_bytes(orjson.dumps({one.channel: one.pairs for one in results}, option=orjson.OPT_INDENT_2))
        progress.say(f"NOT EQUAL: see the table, and {file}.", "CHƯA BẰNG NHAU: xem bảng.")
    if not wish.once:
        _stay(progress, installation, others, key)
    return good


def _import_catalogue(installation: Installation, progress: Progress) -> None:
    """As an administrator would: `hub records import procedure FILE`."""
    file = Path(__file__).parent / "data" / "procedures.ndjson"
    command = [sys.executable, "-m", "hub", "records", "import", "procedure", str(file), "--source", "catalogue"]
    environment = {**os.environ, **installation.environment}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    progress.say(f"Catalogue imported: {done.stdout.strip() or done.stderr.strip()}", "Đã nạp danh mục thủ tục.")


def _publish(
    wish: Wish, progress: Progress, installation: Installation, district: District, others: list[Partner]
) -> None:
    now = datetime.now(UTC)
    procedures = offered(wish.procedures)
    dossiers = list(cases(wish.dossiers, procedures=procedures, now=now, seed=wish.seed))
    portal = _of(others, "national")
    _of(others, "post").act({"act": "auto_track", "on": True})  # parcels move, and the ministry's office decides
    _of(others, "civil_status").act({"act": "auto", "on": True})
    if not wish.calm:
        partners.misbehave(others, seed=wish.seed)
        progress.say("The partners misbehave from now on.", "Từ giờ các đối tác trục trặc.")
    with _absences(others, calm=wish.calm):
        started = time.monotonic()
        numbers = online.file_online(
            portal, hook=f"{installation.url}/hooks/national", number=wish.online, seed=wish.seed
        )
        requests = publish(district, procedures, dossiers, seed=wish.seed)
        online.take_up(district, numbers, now=now, seed=wish.seed)
        seconds = time.monotonic() - started
        told = f"{len(procedures)} procedures, {len(dossiers)} dossiers, {len(numbers)} filed online"
        progress.say(f"Published {told} in {requests} requests, {seconds:.1f} s.", "Đã công bố.")
        if not wish.calm:
            time.sleep(DELIVERING_SECONDS)


def _settle(wish: Wish, progress: Progress, context: Context, others: list[Partner]) -> None:
    """The partners behave again; the operator mends what is parked; then nothing moves any more."""
    for partner in others:
        wait_for(partial(_healed, partner), f"{partner.channel} is back", seconds=READY_SECONDS)
    if not wish.calm:
        progress.say("The partners behave again.", "Các đối tác đã ổn định.")
    until, operator = time.monotonic() + MOST_SECONDS, Operator(context, others)
    last, since = (-1, -1), time.monotonic()
    while time.monotonic() < until and time.monotonic() - since < QUIET_SECONDS:
        time.sleep(0.5)
        try:
            operator.mend()
            seen = _moving(context)
        except (SQLAlchemyError, ConnectorError):
            since = time.monotonic()
            continue
        if seen != last or seen[1]:
            last, since = seen, time.monotonic()
    progress.say(f"All is quiet; {operator.mended} parked deliveries were mended.", "Đã yên; đã xử lý các lượt bị giữ.")


def _moving(context: Context) -> tuple[int, int]:
    """The latest change, and how many deliveries wait."""
    with context.store.reading() as connection:
        counts = delivery_views.counts(connection).values()
        return look_out.latest_change(connection), sum(states.get("waiting", 0) for states in counts)


@contextmanager
def _absences(others: list[Partner], *, calm: bool) -> Iterator[None]:
    """One partner after the other is away for a moment."""
    ended = threading.Event()

    def away() -> None:
        turn = 0
        while not ended.wait(AWAY_EVERY_SECONDS):
            others[turn % len(others)].order(partners.AWAY)
            turn += 1

    thread = threading.Thread(target=away, name="absences", daemon=True)
    if not calm:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if not calm:
            thread.join()


def _healed(partner: Partner) -> bool:
    try:
        partner.heal()
    except ConnectorError:
        return False
    return True


def _ready(district: District) -> bool:
    try:
        return district.http.get(f"{district.url}/readyz").status == 200  # noqa: PLR2004 (HTTP)
    except ConnectorError:
        return False


def _of(others: list[Partner], channel: str) -> Partner:
    return next(one for one in others if one.channel == channel)


def _stay(progress: Progress, installation: Installation, others: list[Partner], key: str) -> None:
    """Print the addresses and wait for Ctrl-C."""
    lines = [
        f"hub           {installation.url}   (/v1/docs, /healthz, /readyz, /metrics, /v1/openapi.json)",
        *(f"{one.channel:<13} {one.url}/_sim/holdings" for one in others),
        "",
        f"HUB={installation.url}",
        f"KEY={key}",
        'curl -sS "$HUB/v1/dossiers?limit=2" -H "Authorization: Bearer $KEY"',
        'curl -sS "$HUB/v1/changes?limit=3" -H "Authorization: Bearer $KEY"',
        "",
        f"Files, logs: {installation.directory}   Ctrl-C ends all · Ctrl-C để dừng",
    ]
    for line in lines:
        progress.console.print(line, markup=False, highlight=False)
    threading.Event().wait()


@contextmanager
def _interrupted() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


__all__ = ["Comparison", "Wish", "run"]
