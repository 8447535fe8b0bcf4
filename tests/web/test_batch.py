"""NDJSON both ways: one result for each line, in order, after its commit; a bad line rejects only itself."""

from __future__ import annotations

import io
import tracemalloc

import orjson
import pytest
from sqlalchemy.exc import OperationalError

from hub.web.lines import READ, lines

EVENT = {"id": "e1", "occurred_at": "2026-05-12T09:30:00+07:00", "status": "processing"}


def ndjson(*rows):
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def results(answer):
    return [orjson.loads(line) for line in answer.data.splitlines()]


def test_every_line_has_its_result_in_order(api, dossier, procedure, postal_order):
    answer = api.post(
        "/v1/batch",
        ndjson(
            {"kind": "procedure", "document": procedure},
            {"kind": "dossier", "document": dossier},
            {"kind": "event", "key": dossier["code"], "event": EVENT},
            {"kind": "dossier", "document": dossier},
            {"kind": "postal_order", "document": postal_order},
            {"kind": "event", "key": "H56.14-260511-7777", "event": EVENT},
        ),
    )
    got = results(answer)

    assert answer.content_type == "application/x-ndjson"
    assert [one["line"] for one in got] == [1, 2, 3, 4, 5, 6]
    assert [one["word"] for one in got] == ["created", "created", "updated", "unchanged", "created", "created"]
    assert got[5]["flags"] == ["incomplete"]
    assert api.get(f"/v1/dossiers/{dossier['code']}").json["status"] == "processing"


def test_f39_a_bad_line_rejects_only_itself(api, dossier):
    good = [{**dossier, "code": f"H56.14-260511-{number:04}"} for number in range(3)]
    body = b"".join(
        (
            ndjson({"kind": "dossier", "document": good[0]}),
            b"not json\n",
            b"\n",
            b"[]\n",
            b'{"kind":"dossier","kind":"dossier","document":{}}\n',
            b'{"kind":"nothing"}\n',
            ndjson(
                {"kind": "dossier"}, {"kind": "dossier", "document": {}, "more": 1}, {"kind": "dossier", "document": 7}
            ),
            ndjson({"kind": "event", "key": 7, "event": EVENT}, {"kind": "event", "key": "no-number", "event": EVENT}),
            ndjson({"kind": "event", "key": dossier["code"], "event": {"status": "done"}}),
            ndjson({"kind": "dossier", "document": good[1]}),
            b"\xff\xfe\n",
            ndjson({"kind": "dossier", "document": good[2]})[:-1],  # the last line needs no end
        )
    )
    got = results(api.post("/v1/batch", body))

    assert [one["line"] for one in got] == list(range(1, 16))
    assert [one["line"] for one in got if "error" not in one] == [1, 13, 15]
    assert got[11]["error"]["errors"][0]["pointer"] in {"/occurred_at", "/status"}
    assert {one["error"]["code"] for one in got if "error" in one} == {
        "not_json",
        "not_utf8",
        "invalid",
        "duplicate_name",
    }


def test_a_line_over_the_limit_is_refused_and_the_next_one_read(make_hub, dossier):
    api = make_hub(body_limit=8192).client()
    long = {"kind": "dossier", "document": {**dossier, "summary": "x" * 9000}}
    got = results(api.post("/v1/batch", ndjson(long, {"kind": "dossier", "document": dossier}, long)))

    assert [one.get("word") or one["error"]["code"] for one in got] == ["too_large", "created", "too_large"]


def test_a_batch_over_its_limit_ends_telling_where(make_hub, dossier):
    api = make_hub(batch_limit=1024 * 64).client()
    rows = [{"kind": "dossier", "document": {**dossier, "code": f"H56.14-260511-{number:04}"}} for number in range(200)]
    answer = api.http.post(
        "/v1/batch", input_stream=io.BytesIO(ndjson(*rows)), headers={"Authorization": f"Bearer {api.token}"},
        environ_overrides={"wsgi.input_terminated": True},
    )  # fmt: skip
    got = results(answer)

    assert answer.status_code == 413 or (got[-1]["ended"] and got[-1]["error"]["code"] == "too_large")


def test_a_line_the_database_cannot_take_fails_alone(hub, api, dossier, monkeypatch):
    from hub.web import batch

    whole = batch.accept

    def poisoned(context, units):
        if any(unit.messages[0].key.endswith("0003") for unit in units):
            raise ValueError("poison")
        return whole(context, units)

    monkeypatch.setattr(batch, "accept", poisoned)
    rows = [{"kind": "dossier", "document": {**dossier, "code": f"H56.14-260511-{number:04}"}} for number in range(6)]
    got = results(api.post("/v1/batch", ndjson(*rows)))

    assert [one.get("word") or one["error"]["code"] for one in got] == ["created"] * 3 + ["internal"] + ["created"] * 2


def test_when_the_database_goes_away_no_line_is_answered_that_was_not_kept(hub, api, dossier, monkeypatch):
    from hub.web import batch

    whole, calls = batch.accept, []

    def away(context, units):
        calls.append(len(units))
        if len(calls) > 1:
            raise OperationalError("COMMIT", {}, Exception("gone"))
        return whole(context, units)

    monkeypatch.setattr(batch, "accept", away)
    monkeypatch.setattr(batch, "LINES", 4)
    rows = [{"kind": "dossier", "document": {**dossier, "code": f"H56.14-260511-{number:04}"}} for number in range(12)]
    got = results(api.post("/v1/batch", ndjson(*rows)))

    assert [one["line"] for one in got] == [1, 2, 3, 4, 5]
    assert (got[-1]["ended"], got[-1]["error"]["code"]) == (True, "database_away")
    assert len(api.get("/v1/dossiers").json["items"]) == 4


def test_what_is_outside_the_scope_is_refused_line_by_line(hub, dossier):
    mine = hub.client("quan", agencies=["H57"])
    other = {**dossier, "code": "H57.14-260511-0001"}
    other["agencies"] = {role: {**one, "id": "H57.14"} for role, one in dossier["agencies"].items()}
    got = results(
        mine.post("/v1/batch", ndjson({"kind": "dossier", "document": dossier}, {"kind": "dossier", "document": other}))
    )

    assert [one.get("word") or one["error"]["code"] for one in got] == ["outside_scope", "created"]


def test_results_are_kept_until_the_end_for_who_cannot_read_while_writing(api, dossier, monkeypatch):
    from hub.web import batch

    monkeypatch.setattr(batch, "MEMORY", 1000)
    rows = [{"kind": "dossier", "document": {**dossier, "code": f"H56.14-260511-{number:04}"}} for number in range(300)]
    got = results(api.post("/v1/batch?at_end=true", ndjson(*rows)))

    assert [one["line"] for one in got] == list(range(1, 301))


@pytest.mark.parametrize("size", [1, 7, READ - 1, READ, READ + 1, 3 * READ])
def test_lines_are_split_wherever_the_reads_fall(size):
    given = [b"a" * size, b"", b"b" * (size + 3), b"c"]

    assert list(lines(io.BytesIO(b"\n".join(given)), limit=10**6)) == given
    assert list(lines(io.BytesIO(b"\n".join(given) + b"\n"), limit=10**6)) == given


def test_an_endless_line_takes_no_memory():
    class Endless:
        left = 64 * 2**20 // READ

        def read(self, size):
            self.left -= 1
            return b"x" * READ if self.left else b""

    tracemalloc.start()
    found = list(lines(Endless(), limit=2**20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == [None]
    assert peak < 8 * 2**20
