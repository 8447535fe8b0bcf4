"""The comparison finds what is wrong: it must not be blind."""

from __future__ import annotations

from hub.demo.compare import Comparison, _doubles


def test_only_a_comparison_without_any_finding_is_good():
    assert Comparison("national", equal=3).good
    for wrong in ("differing", "missing", "unexpected", "doubles"):
        assert not Comparison("national", equal=3, **{wrong: ["dossier/H56.14-261121-0001"]}).good


def test_findings_are_named_by_key_at_most_five_of_a_kind():
    keys = [f"dossier/H56.14-261121-000{number}" for number in range(8)]

    assert Comparison("post", missing=keys).named == [f"– {key}" for key in keys[:5]]


def test_the_same_message_twice_is_a_double_and_an_update_is_none():
    told = {"number": 1, "shelf": "messages", "name": "x", "what": {"status": "finished"}}
    update = {"number": 2, "shelf": "dossier", "name": "x", "what": {"print": "1"}}

    assert _doubles([told, update, {**told, "number": 3}, {**update, "number": 4}]) == ["messages/x"]
    assert not _doubles([told, update, {**told, "what": {"status": "accepted"}}])
