"""Merging: any order, any number of times, in any portions, the same record."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.merge import join
from hub.domain.messages import Held, Message, Role, Source, message
from hub.testing import house

KEY = "H56.14-260511-0001"
SOURCES = (Source("district", Role.CLIENT), Source("commune", Role.CLIENT), Source("portal", Role.CHANNEL))
STATUSES = ("registered", "accepted", "processing", "supplement_requested", "finished", "returned", "withdrawn")
TIMES = st.integers(0, 5).map(lambda hour: f"2026-05-11T0{hour}:00:00+07:00")

events = st.fixed_dictionaries(
    {"occurred_at": TIMES, "status": st.sampled_from(STATUSES)},
    optional={"id": st.sampled_from("abc"), "content": st.sampled_from(["một", "hai"]), "note": st.just(True)},
)


@st.composite
def messages(draw):
    source = draw(st.sampled_from(SOURCES))
    told = draw(st.lists(events, max_size=3))
    if draw(st.booleans()):
        return Message("dossier", KEY, source, None, told)
    body = house.dossier(
        modified_at=draw(TIMES),
        summary=draw(st.sampled_from(["x", "y"])),
        numbers={source.name[:3]: draw(st.sampled_from("12"))},
        applicant={"type": "citizen", "name": draw(st.sampled_from(["A", "B"]))},
    )
    if draw(st.booleans()):
        del body["received_at"]
    return message("dossier", {**body, "events": told}, source)


def merged(told, held=None):
    held = held or Held("dossier", KEY)
    for one in told:
        held = join(held, one)
    return held


@given(st.data(), st.lists(messages(), min_size=1, max_size=6))
def test_any_permutation_and_repetition_gives_the_same_record(data, told):
    repeated = told + data.draw(st.lists(st.sampled_from(told), max_size=4))
    shuffled = data.draw(st.permutations(repeated))

    assert merged(shuffled).document == merged(told).document


@given(st.lists(messages(), min_size=1, max_size=6))
def test_saying_everything_again_changes_nothing(told):
    once = merged(told)

    assert merged(told, once).version == once.version


@given(st.lists(messages(), min_size=2, max_size=6), st.integers(1, 5))
def test_the_way_through_the_database_changes_nothing(told, cut):
    """A record loaded between two messages joins as the one in memory does."""
    from hub.store.records import _held, _row

    first = merged(told[:cut])
    row = _row(first, 0, lambda value: orjson.dumps(value).decode())

    class Row:
        kind, key, version, origin = first.kind, first.key, first.version, first.origin
        document, claims, digest = row["document"], row["claims"], row["digest"]

    loaded = _held(Row) if first.version else first

    assert merged(told[cut:], loaded).document == merged(told).document


def test_the_status_is_that_of_the_latest_event_by_time_of_occurrence():
    district = SOURCES[0]
    told = [
        Message("dossier", KEY, district, None, [house.event("finished", "15:00")]),
        message("dossier", house.dossier(), district),
        Message("dossier", KEY, district, None, [house.event("processing", "10:00")]),
    ]

    assert merged(told).document["status"] == "finished"


def test_a_note_moves_nothing():
    told = [
        message("dossier", house.dossier(events=[house.event("finished", "15:00")]), SOURCES[0]),
        Message("dossier", KEY, SOURCES[0], None, [house.event("finished", "16:00", note=True)]),
    ]

    assert merged(told).document["status_at"] == "2026-05-11T15:00:00+07:00"


def test_the_portal_owns_what_the_citizen_typed_until_the_handler_accepts():
    portal, district = SOURCES[2], SOURCES[0]
    typed = house.dossier(applicant={"type": "citizen", "name": "Tự khai"}, filed_via="national_portal")
    handled = house.dossier(applicant={"type": "citizen", "name": "Đã kiểm tra"}, filed_via="local")
    for one in (typed, handled):
        del one["received_at"]
    before = merged([message("dossier", typed, portal), message("dossier", handled, district)])
    after = join(before, Message("dossier", KEY, district, None, [house.event("accepted", "09:00")]))

    assert before.document["applicant"]["name"] == "Tự khai"
    assert after.document["applicant"]["name"] == "Đã kiểm tra"
    assert after.document["filed_via"] == "national_portal"


def test_an_impossible_transition_is_kept_and_flagged():
    told = [house.event("returned", "10:00"), house.event("processing", "11:00")]

    document = merged([message("dossier", house.dossier(events=told), SOURCES[0])]).document

    assert document["flags"] == ["impossible_transition"]
    assert [one["status"] for one in document["events"]] == ["returned", "processing"]


def test_a_national_procedure_is_the_portals_and_a_local_one_the_clients():
    for code, winner in (("1.001193", "portal"), ("1.001193.H56", "district")):
        held = Held("procedure", code)
        for source in (SOURCES[0], SOURCES[2]):
            body = {"code": code, "name": source.name, "version": "1", "modified_at": "2026-01-01T00:00:00+07:00"}
            held = join(held, Message("procedure", code, source, body))

        assert held.document["name"] == winner


@pytest.mark.parametrize("read", [True, False])
@pytest.mark.parametrize(("told", "versions"), [(["z", "a"], 2), (["a", "z", "a", "a"], 3)])
def test_a_correction_that_counts_here_counts_at_the_hub_above(read, told, versions):
    """The hub above hears nothing but the document: at one time the greater content would stay there."""
    here = above = Held("dossier", KEY)
    for summary in told:
        version = here.version if read and here.version else None
        one = message("dossier", house.dossier(summary=summary), SOURCES[0], if_match=version, dated=False)
        here = join(here, one)
        above = join(above, message("dossier", here.document, Source("hub_below", Role.CLIENT)))

        assert (here.document["summary"], above.document["summary"]) == (summary, summary)
    assert (here.version, above.version) == (versions, versions)


def test_a_conditional_correction_with_an_earlier_time_goes_after_what_it_corrects():
    held = join(Held("dossier", KEY), message("dossier", house.dossier(summary="z"), SOURCES[0]))
    early = house.dossier(summary="a", modified_at="2026-05-10T08:00:00+07:00")
    held = join(held, message("dossier", early, SOURCES[0], if_match=1))
    again = join(held, message("dossier", early, SOURCES[0], if_match=2))

    assert (held.version, held.document["summary"], again.version) == (2, "a", 2)
    assert "2026-05-10" < held.document["modified_at"] == again.document["modified_at"]
