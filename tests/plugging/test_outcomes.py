"""What a connector raises or returns becomes exactly one outcome per delivery; an exception is never success."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from hub.plugging.outcomes import from_error, one_each
from hub.sdk import OutcomeWord, Outgoing, Reason, Refused, deferred, delivered, errors, unknown

BATCH = [Outgoing(number, "test", "dossier", f"H56-{number}", 1, {}, {}) for number in (1, 2)]


@pytest.mark.parametrize(
    ("name", "word", "reason"),
    [
        ("NotSent", "deferred", "unreachable"),
        ("Busy", "deferred", "busy"),
        ("CredentialsRefused", "deferred", "credentials"),
        ("Unanswered", "unknown", "unanswered"),
        ("Garbled", "unknown", "garbled"),
        ("Rejecting", "rejected", "data"),
        ("Unmappable", "rejected", "mapping"),
    ],
)
def test_a_declared_error_is_the_outcome_of_the_whole_batch(name, word, reason):
    outcomes = from_error(getattr(errors, name)("a sentence", code="E1", retry_after=7), BATCH)

    assert [(each.delivery_id, each.word, each.reason) for each in outcomes] == [(1, word, reason), (2, word, reason)]
    assert {(each.code, each.detail, each.retry_after) for each in outcomes} == {("E1", "a sentence", 7)}


@pytest.mark.parametrize("problem", [RuntimeError("boom"), Refused("not here"), errors.ConnectorError("bare")])
def test_f22_anything_else_is_a_defect_and_unknown(problem):
    with capture_logs() as logs:
        outcomes = from_error(problem, BATCH)

    assert {(each.word, each.reason) for each in outcomes} == {(OutcomeWord.UNKNOWN, Reason.FAULT)}
    assert logs[0]["event"] == "connector.failed"


def test_outcomes_come_back_in_the_batchs_order():
    assert one_each(BATCH, [delivered(BATCH[1]), delivered(BATCH[0])]) == [delivered(each) for each in BATCH]


def test_outcomes_that_disagree_are_unknown():
    outcomes = one_each(BATCH, [delivered(BATCH[0]), deferred(BATCH[0], Reason.BUSY, detail="…"), delivered(BATCH[1])])

    assert [each.word for each in outcomes] == [OutcomeWord.UNKNOWN, OutcomeWord.DELIVERED]


def test_an_outcome_of_another_batch_is_logged_and_dropped():
    stranger = Outgoing(9, "test", "dossier", "H56-9", 1, {}, {})

    with capture_logs() as logs:
        outcomes = one_each(BATCH[:1], [delivered(stranger), unknown(BATCH[0], Reason.GARBLED, detail="…")])

    assert [each.delivery_id for each in outcomes] == [1]
    assert logs[0]["event"] == "connector.outcome_extra"
