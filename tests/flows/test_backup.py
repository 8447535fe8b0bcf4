"""Backup while writers run, the restore drill, and what restore refuses."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select, text

from hub.domain.messages import Role, Source
from hub.domain.scope import Scope
from hub.flows import backup as flow
from hub.flows import feed
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.flows.seal import seal
from hub.sdk.types import SystemClock
from hub.store import copies, ledger, migrate, schema_version
from hub.store.copies import CopyProblem
from hub.store.engine import Store
from hub.store.tables import metadata, record
from hub.testing import house
from hub.testing.waiting import wait_until

CLIENT = Source("mot-cua", Role.CLIENT)


@pytest.fixture
def empty_twin(request, context, tmp_path) -> str:
    """A database without any table, on the engine of the test's hub."""
    if context.store.postgresql:
        return request.getfixturevalue("empty_postgres_url")
    return f"sqlite:///{tmp_path / 'twin.db'}"


def quiet(_done: int, _total: int) -> None:
    """No progress."""


def publish(context, number: int) -> str:
    admitted = admit_document("dossier", house.dossier(number), CLIENT)
    [[accepted]] = accept(context, [Unit([admitted.message])])
    return accepted.key


def make(url: str, file: Path):
    return flow.backup(url, file, clock=SystemClock(), progress=quiet)


def give_back(url: str, file: Path, *, force: bool = False):
    return flow.restore(url, file, force=force, progress=quiet)


def rows_of(url: str) -> dict[str, list[tuple]]:
    """Everything in the database, in an order."""
    store = Store(url, connections=1)
    with store.reading() as connection:
        found = {
            name: sorted(map(repr, connection.execute(select(table)).all()))
            for name, table in metadata.tables.items()
            if name != "hub_state"  # says that a restore was
        }
    store.close()
    return found


def test_f32_a_restored_database_is_row_for_row_the_one_that_was_copied(context, empty_twin, tmp_path, monkeypatch):
    monkeypatch.setattr(flow, "EPOCH", "hub.store.no_epoch")  # what a new life changes is tested with the epoch
    house.add_echo(context, "echo", type("Nowhere", (), {"url": "http://127.0.0.1:9"})())
    for number in range(20):
        publish(context, number)
    seal(context)
    before = rows_of(context.settings.database_url)

    page = make(context.settings.database_url, tmp_path / "hub.backup")
    give_back(empty_twin, tmp_path / "hub.backup")

    assert rows_of(empty_twin) == before
    assert page.marks["record"] == 20
    assert page.size == (tmp_path / "hub.backup").stat().st_size


def test_f32_what_was_acknowledged_before_the_backup_began_is_in_it_whatever_is_written_meanwhile(
    context, empty_twin, tmp_path
):
    acknowledged: list[str] = []
    ended = threading.Event()

    def write(lane: int) -> None:
        number = lane
        while not ended.is_set():
            acknowledged.append(publish(context, number))
            number += 4

    with ThreadPoolExecutor(5) as pool:
        lanes = [pool.submit(write, lane) for lane in range(4)]
        try:
            wait_until(lambda: len(acknowledged) > 40, "some are in", seconds=30)
            before = list(acknowledged)
            make(context.settings.database_url, tmp_path / "hub.backup")
            count = len(acknowledged)
            wait_until(
                lambda: len(acknowledged) > count, "more are in", seconds=30
            )  # the writers did not stand still for it
        finally:
            ended.set()
        [lane.result() for lane in lanes]

    give_back(empty_twin, tmp_path / "hub.backup")
    hub = house.build(empty_twin)
    seal(hub)
    with hub.store.reading() as connection:
        held = set(connection.execute(select(record.c.key)).scalars())
        assert set(before) <= held
        assert list(ledger.breaks(connection)) == []
        told = [line for row in ledger.sealed(connection, limit=100_000) for line in orjson.loads(row["content"])]
        assert {line[1] for line in told if line[0] == "dossier"} == held
    publish(hub, 99_999)
    hub.waker.close()
    hub.store.close()


def test_restore_refuses_a_database_that_holds_something_unless_told_twice(context, tmp_path):
    url = context.settings.database_url
    publish(context, 1)
    make(url, tmp_path / "hub.backup")
    publish(context, 2)
    with context.store.reading() as connection:
        seen = connection.execute(select(func.count()).select_from(record)).scalar_one()
    context.store.close()

    with pytest.raises(CopyProblem, match="--force"):
        give_back(url, tmp_path / "hub.backup")
    assert len(rows_of(url)["record"]) == seen == 2
    give_back(url, tmp_path / "hub.backup", force=True)

    assert len(rows_of(url)["record"]) == 1


def test_f34_a_backup_that_is_cut_or_changed_is_refused_before_anything_is_touched(context, empty_twin, tmp_path):
    publish(context, 1)
    whole = tmp_path / "hub.backup"
    make(context.settings.database_url, whole)
    content = whole.read_bytes()

    whole.write_bytes(content[:-1])
    with pytest.raises(CopyProblem, match="bytes"):
        give_back(empty_twin, whole)
    whole.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(CopyProblem, match="SHA-256"):
        give_back(empty_twin, whole)
    whole.write_bytes(content)
    flow.page_of(whole).unlink()
    with pytest.raises(CopyProblem, match="missing"):
        give_back(empty_twin, whole)


def test_a_backup_is_never_written_over(context, tmp_path):
    (tmp_path / "hub.backup").write_text("mine")

    with pytest.raises(CopyProblem, match="never written over"):
        make(context.settings.database_url, tmp_path / "hub.backup")

    assert (tmp_path / "hub.backup").read_text() == "mine"
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_of_a_newer_schema_is_refused(context, empty_twin, tmp_path, monkeypatch):
    make(context.settings.database_url, tmp_path / "hub.backup")
    monkeypatch.setattr(migrate, "known", lambda: frozenset({"0000"}))

    with pytest.raises(CopyProblem, match="newer than this release"):
        give_back(empty_twin, tmp_path / "hub.backup")


def test_a_backup_of_the_first_schema_comes_back_at_the_newest(empty_database_url, tmp_path):
    migrate.upgrade(empty_database_url, to="0001")
    make(empty_database_url, tmp_path / "hub.backup")

    give_back(empty_database_url, tmp_path / "hub.backup", force=True)

    store = Store(empty_database_url)
    with store.reading() as connection:
        assert schema_version.is_current(connection)
    store.close()


def test_without_the_programs_of_postgresql_the_sentence_says_what_to_install(postgres_url, tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "_candidates", lambda _name: [])

    with pytest.raises(CopyProblem, match=r"postgresql-client-\d+"):
        make(postgres_url, tmp_path / "hub.backup")


def test_the_hub_is_told_that_its_time_went_back(context, empty_twin, tmp_path, monkeypatch):
    told = []

    class Epoch:
        @staticmethod
        def restored(connection) -> None:
            told.append(connection.execute(text("SELECT count(*) FROM record")).scalar_one())

    publish(context, 1)
    make(context.settings.database_url, tmp_path / "hub.backup")
    monkeypatch.setattr(flow, "import_module", lambda _name: Epoch)
    give_back(empty_twin, tmp_path / "hub.backup")

    assert told == [1]


def test_progress_grows_to_the_whole(context, tmp_path):
    seen: list[tuple[int, int]] = []
    publish(context, 1)
    flow.backup(
        context.settings.database_url,
        tmp_path / "hub.backup",
        clock=SystemClock(),
        progress=lambda done, total: seen.append((done, total)),
    )

    assert context.store.postgresql or seen[-1][0] == seen[-1][1] > 0


def test_a_cursor_of_any_lost_life_stays_good_also_when_the_same_backup_is_restored_twice(context, tmp_path):
    url, file = context.settings.database_url, tmp_path / "hub.backup"
    publish(context, 1)
    make(url, file)
    cursors = []
    for _ in range(2):
        give_back(url, file, force=True)
        for number in (2, 3):
            publish(context, number)
        cursors.append(feed.end(context))
    give_back(url, file, force=True)
    publish(context, 4)

    for cursor in cursors:
        portion = feed.portion(context, cursor, Scope(), limit=100)
        assert [item["key"][-1] for item in portion.items] == ["4"]
