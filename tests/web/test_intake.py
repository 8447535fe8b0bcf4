"""Backpressure: intake closes by itself and opens by itself; reading goes on; nothing acknowledged is lost."""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from hub.flows import client_keys, pressure
from hub.flows.pressure import Pressure
from hub.store import bulk, channels, clients, deliveries
from hub.store.tables import delivery, record
from hub.testing import house
from hub.testing.clock import SetClock
from hub.testing.waiting import wait_until
from hub.web.app import create_app
from hub.web.batch import LINES
from tests.web.conftest import Api

MORE_THAN_ANY_DISK = 2**62


def put(api, number: int):
    return api.put(f"/v1/dossiers/H56.14-260511-{number:04}", house.dossier(number))


def waiting_rows(hub, count: int, *, channel: str = "away") -> None:
    """A channel whose partner is away, with a backlog."""
    hub.context.store.write(
        lambda connection: channels.put(
            connection, channel, {"connector": "echo", "settings": {}, "routing": {}, "politeness": {}}, now=0
        )
    )
    rows = [(channel, "dossier", f"x{number}", 1) for number in range(count)]
    hub.context.store.write(lambda connection: bulk.write(connection, [deliveries.wanted(rows, now=hub.context.now())]))


def test_a_nearly_full_disk_closes_intake_and_nothing_else(make_hub, tmp_path):
    hub = make_hub(disk_directory=tmp_path, disk_minimum=MORE_THAN_ANY_DISK)
    api = hub.client()

    refused = put(api, 1)

    assert refused.status_code == 503
    assert refused.json["code"] == "storage_full"
    assert int(refused.headers["Retry-After"]) == refused.json["retry_after"] > 0
    assert api.get("/v1/dossiers").status_code == 200
    assert api.get("/v1/changes").status_code == 200
    assert hub.app.test_client().get("/readyz").status_code == 200
    assert api.post("/hooks/nobody", {}).status_code == 503


def test_intake_opens_by_itself_when_there_is_room_again(make_hub, tmp_path, monkeypatch):
    hub = make_hub(disk_directory=tmp_path, disk_minimum=1)
    api = hub.client()
    monkeypatch.setattr(pressure, "disk_is_low", lambda _settings: True)
    assert put(api, 1).status_code == 503
    monkeypatch.undo()

    assert put(api, 1).status_code == 201


def test_a_stranger_is_not_told_of_the_pressure(make_hub, tmp_path):
    hub = make_hub(disk_directory=tmp_path, disk_minimum=MORE_THAN_ANY_DISK)

    assert hub.app.test_client().put("/v1/dossiers/H56.14-260511-0001", data=b"{}").status_code == 401


@pytest.mark.parametrize("limits", [{"backlog_limit": 5}, {"backlog_seconds": 60, "backlog_limit": 0}])
def test_f25_a_backlog_past_its_limit_answers_429_until_it_has_shrunk(make_hub, clock, monkeypatch, limits):
    monkeypatch.setattr(pressure, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(pressure, "SHARE", 0)
    hub = make_hub(**limits)
    api = hub.client()
    waiting_rows(hub, 5)
    clock.advance(seconds=120)

    wait_until(lambda: put(api, 1).status_code == 429, "the backlog was seen")
    refused = put(api, 2)
    reading = api.get("/v1/changes")
    hub.context.store.write(lambda connection: connection.execute(delivery.update().values(state="delivered")))

    assert refused.json["code"] == "backlog_full"
    assert refused.headers["Retry-After"] == "15"
    assert reading.status_code == 200
    wait_until(lambda: put(api, 3).status_code == 201, "intake opened")


def test_f26_no_request_counts_the_backlog_and_the_look_stops_at_the_limit(make_hub, monkeypatch):
    hub = make_hub(backlog_limit=3)
    waiting_rows(hub, 50)
    asked: list[int] = []
    count = pressure.queue_views.waiting
    monkeypatch.setattr(
        pressure.queue_views, "waiting", lambda *given, most: asked.append(most) or count(*given, most=most)
    )
    found = pressure.look(hub.context)

    assert found == pressure.Pressed("backlog", 15, "away")
    assert asked == [3]


def test_a_batch_ends_early_and_says_from_which_line_to_send_again(make_hub, tmp_path, monkeypatch):
    hub = make_hub(disk_directory=tmp_path, disk_minimum=1)
    api = hub.client()
    lines = b"".join(
        orjson.dumps({"kind": "dossier", "document": house.dossier(number)}) + b"\n" for number in range(2 * LINES)
    )
    monkeypatch.setattr("hub.web.batch.SECONDS", 600.0)  # a chunk is full by its lines, however slow the machine
    looks = iter([False, False, True])
    monkeypatch.setattr(pressure, "disk_is_low", lambda _settings: next(looks, True))

    answers = [orjson.loads(line) for line in api.post("/v1/batch", lines).data.splitlines()]

    assert [one["word"] for one in answers[:-1]] == ["created"] * LINES
    assert answers[-1]["line"] == LINES + 1
    assert answers[-1]["ended"]
    assert answers[-1]["error"]["code"] == "storage_full"
    with hub.context.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(record)).scalar_one() == LINES


@pytest.fixture
def make_app_hub():
    """Makes a hub on a given database; its context and one client."""
    made = []

    def make(url: str, **settings):
        context = house.build(url, clock=SetClock(), **settings)
        made.append(context)
        context.store.write(lambda connection: clients.put(connection, "mot-cua", title="", scopes={}, now=0))
        return context, Api(create_app(context).test_client(), client_keys.issue(context, "mot-cua"))

    yield make
    Pressure.finish()
    for context in made:
        context.waker.close()
        context.store.close()


@pytest.fixture
def small_disk():
    """A real file system of 6 MB, where this machine lets us mount one; PostgreSQL's user may enter it."""
    place = Path(tempfile.mkdtemp(prefix="lt-small-"))
    place.chmod(0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount a tmpfs")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)
    place.rmdir()


def large(number: int) -> dict:
    """A dossier that no compression makes small."""
    return house.dossier(number, information=random.Random(number).randbytes(2_000).hex())


def fill_until_refused(api) -> list[int]:
    """Publish until the disk is full; return what was acknowledged."""
    acknowledged = []
    for number in range(5_000):
        answer = api.put(f"/v1/dossiers/H56.14-260511-{number:04}", large(number))
        if answer.status_code != 201:
            assert answer.status_code == 503, answer.data
            assert answer.json["code"] in {"storage_full", "database_away"}
            assert answer.headers["Retry-After"]
            return acknowledged
        acknowledged.append(number)
    raise AssertionError("the disk never filled")


def refused_again(api):
    """The server may find some room after the first refusal: return the next one."""
    answers = (api.put(f"/v1/dossiers/H56.14-260511-{number:04}", large(number)) for number in range(8_000, 8_900))
    return next(answer for answer in answers if answer.status_code != 201)


def assert_all_there(api, acknowledged: list[int]) -> None:
    for number in acknowledged:
        assert api.get(f"/v1/dossiers/H56.14-260511-{number:04}").status_code == 200


def test_a_disk_that_is_really_full_loses_nothing_and_intake_comes_back(small_disk, sqlite_template, make_app_hub):
    shutil.copyfile(sqlite_template, small_disk / "hub.db")
    filler = small_disk / "filler"
    filler.write_bytes(bytes(2 * 2**20))
    hub, api = make_app_hub(f"sqlite:///{small_disk / 'hub.db'}", disk_minimum=0)

    acknowledged = fill_until_refused(api)
    assert_all_there(api, acknowledged)
    feed = api.get("/v1/changes?limit=1000&documents=false").json["items"]
    filler.unlink()

    assert acknowledged
    assert {int(one["key"][-4:]) for one in feed} >= set(acknowledged[:900])
    wait_until(lambda: put(api, 9_000).status_code == 201, "intake came back by itself")
    assert_all_there(api, acknowledged)
    with hub.store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_the_minimum_closes_intake_before_the_disk_is_full(small_disk, sqlite_template, make_app_hub):
    shutil.copyfile(sqlite_template, small_disk / "hub.db")
    _, api = make_app_hub(f"sqlite:///{small_disk / 'hub.db'}", disk_minimum=3 * 2**20)

    acknowledged = fill_until_refused(api)

    free = shutil.disk_usage(small_disk).free
    assert 2 * 2**20 < free < 3 * 2**20
    assert_all_there(api, acknowledged)


def test_a_database_file_that_may_not_grow_answers_as_a_full_disk(sqlite_url, make_app_hub):
    from sqlalchemy import event

    hub, api = make_app_hub(sqlite_url, disk_minimum=0)
    pages = 200

    def cap(connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(hub.store.engine, "connect", cap)
    hub.store.engine.dispose()
    acknowledged = fill_until_refused(api)
    refused = api.put("/v1/dossiers/H56.14-260511-9000", large(9_000))
    pages = 100_000
    hub.store.engine.dispose()

    assert refused.json["code"] == "storage_full"
    assert put(api, 9_000).status_code == 201
    assert_all_there(api, acknowledged)


def test_a_full_tablespace_of_postgresql_answers_as_a_full_disk(small_disk, postgres_url, make_app_hub):
    import psycopg

    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        directory = Path(connection.execute("SHOW data_directory").fetchone()[0])
        owner = directory.stat()
        shutil.chown(small_disk, owner.st_uid, owner.st_gid)
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        connection.execute("ALTER TABLE record SET TABLESPACE small")
    hub, api = make_app_hub(postgres_url)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(3 * 2**20))

    acknowledged = fill_until_refused(api)
    refused = refused_again(api)
    filler.unlink()

    assert acknowledged
    wait_until(lambda: put(api, 9_001).status_code in {200, 201}, "intake came back by itself")
    assert_all_there(api, acknowledged)
    assert refused.json["code"] == "storage_full"
    hub.store.close()
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("ALTER TABLE record SET TABLESPACE pg_default")
        connection.execute("DROP TABLESPACE small")
