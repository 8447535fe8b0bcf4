"""Every error a connector may raise has one meaning, for the delivery and for the partner's health."""

from __future__ import annotations

import pytest

from hub.sdk import ConnectorError, HealthWord, Refused, errors, health_of
from hub.sdk.meaning import MEANING
from hub.sdk.soap import Fault

KINDS = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ConnectorError)}


def test_the_tree_of_errors_is_the_table():
    assert set(MEANING) == KINDS - {ConnectorError, Refused}


@pytest.mark.parametrize("kind", sorted(MEANING, key=lambda each: each.__name__))
def test_the_docstring_of_the_tree_says_the_same(kind):
    [line] = [each for each in errors.__doc__.splitlines() if f"─ {kind.__name__} " in each]

    assert f" {MEANING[kind][0]} " in line


@pytest.mark.parametrize(
    ("problem", "word"),
    [
        (errors.NotSent("no line"), HealthWord.DOWN),
        (errors.Unanswered("cut"), HealthWord.DOWN),
        (errors.CredentialsRefused("no entry"), HealthWord.MISCONFIGURED),
        (errors.Busy("wait"), HealthWord.DEGRADED),
        (errors.Garbled("noise"), HealthWord.DEGRADED),
        (Fault("a partner's own kind of Rejecting"), HealthWord.DEGRADED),
        (ConnectorError("something"), HealthWord.DOWN),
    ],
)
def test_the_health_of_a_partner(problem, word):
    health = health_of(problem)

    assert (health.word, health.sentence) == (word, problem.sentence)
