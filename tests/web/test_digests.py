"""GET /v1/digests: equal on two hubs that hold the same, cut in equal parts, only what the client may see."""

from __future__ import annotations

import pytest

from hub.flows.accept import accept
from hub.sdk.digests import digest_of, halves, portable, print_of, summed, written
from hub.testing import house
from tests.flows.test_accept import unit


def fill(hub, count=40, **more):
    accept(hub.context, [unit(house.dossier(number, **more)) for number in range(1, count + 1)])


def ask(api, **parameters):
    query = "&".join(f"{name}={value}" for name, value in {"kind": "dossier", **parameters}.items())
    answer = api.get(f"/v1/digests?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_range_is_cut_into_parts_of_equal_size(hub, api):
    fill(hub)

    parts = ask(api, parts=4)["parts"]

    assert [part["count"] for part in parts] == [10, 10, 10, 10]
    assert [part["from"][-2:] for part in parts] == ["01", "11", "21", "31"]
    assert len({part["digest"] for part in parts}) == 4


def test_a_small_range_is_told_record_by_record(hub, api):
    fill(hub)

    parts = ask(api, parts=10, **{"from": "H56.14-260511-0011", "to": "H56.14-260511-0021"})["parts"]

    assert [part["count"] for part in parts] == [1] * 10
    document = api.get("/v1/dossiers/H56.14-260511-0011").json
    assert parts[0]["digest"] == written(*print_of(document))


def test_the_digest_of_a_part_is_that_of_its_records(hub, api):
    fill(hub)
    parts = ask(api, parts=2)["parts"]
    singles = ask(api, parts=100, to=parts[1]["from"])["parts"]

    halved = [tuple(int(half, 16) for half in reversed(one["digest"].split("-"))) for one in singles]

    assert parts[0]["digest"] == summed(halved)


def test_a_change_changes_the_digest_of_its_part_alone(hub, api):
    fill(hub)
    before = ask(api, parts=4)["parts"]

    accept(hub.context, [unit(house.dossier(12, summary="Khác", modified_at="2026-06-01T08:00:00+07:00"))])

    after = ask(api, parts=4)["parts"]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True, True]


def test_only_what_the_client_may_see_is_counted(hub):
    fill(hub, 5)
    mine = hub.client("mine", agencies=["H56.14"])
    others = hub.client("others", agencies=["H56.15", "H56.1"])

    assert ask(mine)["agencies"] == ["H56.14"]
    assert len(ask(mine)["parts"]) == 5
    assert ask(others)["parts"] == []
    assert ask(hub.client("all"), agency="H56")["agencies"] == ["H56"]


@pytest.mark.parametrize("query", ["", "kind=letter", "kind=dossier&parts=1", "kind=dossier&agency=?"])
def test_what_cannot_be_read_is_refused(api, query):
    assert api.get(f"/v1/digests?{query}").status_code == 400


def test_a_kind_outside_the_scope_is_refused(hub):
    assert hub.client("some", kinds=["procedure"]).get("/v1/digests?kind=dossier").status_code == 403
    assert hub.client("blind", can=["write"]).get("/v1/digests?kind=dossier").status_code == 403


def test_a_record_is_the_same_however_each_hub_names_its_sources_and_keeps_its_files():
    event = {"occurred_at": "2026-05-11T08:30:00+07:00", "status": "accepted"}
    here = {"code": "A", "status": "accepted", "events": [{**event, "source": "a", "key": "a/1", "id": "1"}]}
    there = {"code": "A", "flags": [], "events": [{**event, "source": "b", "key": "b/a/1", "id": "a/1"}]}
    papers = {"papers": [{"attachments": [{"name": "x", "sha256": "0", "url": "/here"}]}]}
    moved = {"papers": [{"attachments": [{"name": "x", "sha256": "0", "url": "https://there"}]}]}

    assert portable(here) == portable(there)
    assert portable(papers) == portable(moved)
    assert portable({**here, "events": []}) != portable(here)
    assert halves(digest_of(portable(here))) == print_of(there)


def test_a_small_range_of_many_records_is_read_by_the_index_alone(hub):
    """The plan names the primary key and no sort: the cost is that of the range, not of the table."""
    from sqlalchemy import text

    from hub.flows.fold import fold
    from hub.store import imprints

    fill(hub, 200)
    fold(hub.context)
    given = {"kind": "dossier", "start": "H56.14-260511-0100", "stop": "H56.14-260511-0110", "most": 100}
    query = imprints.SINGLE.format(range=imprints.BEFORE)
    with hub.context.store.reading() as connection:
        if hub.context.store.postgresql:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            plan = "\n".join(row[0] for row in connection.execute(text(f"EXPLAIN {query}"), given))
            assert "Index Cond: ((kind = 'dossier'" in plan
            assert "key <" in plan
            assert "Sort" not in plan
        else:
            plan = "\n".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}"), given))
            assert plan == "SEARCH imprint USING PRIMARY KEY (kind=? AND key>? AND key<?)"
