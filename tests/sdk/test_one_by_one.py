"""One record a call: one outcome each, the memo as far as it came, nothing tried on a broken line."""

from __future__ import annotations

import pytest

from hub.sdk import (
    Busy,
    Garbled,
    NotSent,
    OutcomeWord,
    Outgoing,
    Reason,
    Refused,
    Rejecting,
    Unanswered,
    Unmappable,
    ask_each,
    delivered,
    push_each,
)

OTHERS = {"kind": "dossier", "version": 1, "document": {}, "mapped": None}


def batch(*keys, acknowledged=None):
    return [
        Outgoing(delivery_id=number, channel="c", key=key, acknowledged=acknowledged or {}, **OTHERS)
        for number, key in enumerate(keys, start=1)
    ]


def partner(**errors):
    """A partner that raises by key, after it took the first part of the record."""
    tried = []

    def act(outgoing, memo):
        tried.append(outgoing.key)
        memo["part"] = outgoing.key
        if outgoing.key in errors:
            raise errors[outgoing.key]
        return delivered(outgoing, acknowledged=memo)

    act.tried = tried
    return act


def words(outcomes):
    return [(each.word.value, each.reason and each.reason.value) for each in outcomes]


@pytest.mark.parametrize(
    ("error", "word", "reason"),
    [
        (NotSent("no line"), OutcomeWord.DEFERRED, Reason.UNREACHABLE),
        (Busy("wait", code="429", retry_after=7), OutcomeWord.DEFERRED, Reason.BUSY),
        (Unanswered("cut"), OutcomeWord.UNKNOWN, Reason.UNANSWERED),
        (Garbled("noise"), OutcomeWord.UNKNOWN, Reason.GARBLED),
    ],
)
def test_f15_a_broken_line_tries_no_more_and_hides_nothing(error, word, reason):
    push = partner(b=error)

    outcomes = push_each(batch("a", "b", "c"), push)

    assert push.tried == ["a", "b"]
    assert words(outcomes) == [("delivered", None), (word, reason), ("deferred", reason)]
    assert [each.delivery_id for each in outcomes] == [1, 2, 3]
    assert [each.retry_after for each in outcomes[1:]] == [error.retry_after] * 2
    assert outcomes[1].code == error.code


@pytest.mark.parametrize(("error", "reason"), [(Rejecting("no"), "data"), (Unmappable("no word"), "mapping")])
def test_a_no_to_one_record_does_not_hold_up_the_others(error, reason):
    outcomes = push_each(batch("a", "b"), partner(a=error))

    assert words(outcomes) == [("rejected", reason), ("delivered", None)]


def test_the_memo_is_kept_as_far_as_the_record_came():
    given = batch("a", "b", acknowledged={"created": True})

    outcomes = push_each(given, partner(a=Unanswered("cut")))

    assert outcomes[0].acknowledged == {"created": True, "part": "a"}
    assert outcomes[1].acknowledged is None, "not tried: what is known stays as it is"
    assert given[0].acknowledged == {"created": True}


def test_a_connector_may_have_its_own_memo():
    [outcome] = push_each(batch("a"), partner(), memo_of=lambda outgoing: {"own": outgoing.version})

    assert outcome.acknowledged == {"own": 1, "part": "a"}


def test_what_cannot_be_asked_is_unknown_and_the_rest_is_not_asked():
    ask = partner(b=Busy("wait", code="503"))

    outcomes = ask_each(batch("a", "b", "c"), ask)

    assert ask.tried == ["a", "b"]
    assert words(outcomes) == [("delivered", None), ("unknown", "busy"), ("unknown", "busy")]
    assert [each.code for each in outcomes] == [None, "503", "503"]


@pytest.mark.parametrize("defect", [RuntimeError("a defect"), Refused("for inbound calls only")])
@pytest.mark.parametrize("each", [push_each, ask_each])
def test_a_defect_is_left_to_the_hub(each, defect):
    with pytest.raises(type(defect)):
        each(batch("a"), partner(a=defect))
