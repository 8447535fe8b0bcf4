"""The ten states: one closed table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.domain.status import TERMINAL, TRANSITIONS, Status, allowed, from_national

CODELISTS = Path(__file__).parents[3] / "shared" / "data" / "codelists" / "codelists.json"


def test_ten_words_for_the_ten_national_codes() -> None:
    assert [status.national for status in Status] == list(range(1, 11))
    assert [from_national(status.national) for status in Status] == list(Status)
    assert all(status.vi and status.en for status in Status)
    assert f"{Status.SUPPLEMENT_REQUESTED}" == "supplement_requested"


@pytest.mark.parametrize("code", [0, 11, "", "00", "01", "x", -1])
def test_another_code_is_never_a_state(code: int | str) -> None:
    with pytest.raises(ValueError, match="1 to 10"):
        from_national(code)


def test_f24_a_national_code_may_be_text_or_number() -> None:
    assert from_national("4") is from_national(4) is Status.PROCESSING


def test_nothing_follows_a_terminal_state_and_something_follows_every_other() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert {status for status in Status if not TRANSITIONS[status]} == TERMINAL
    assert {status for status in Status if status.terminal} == TERMINAL


def test_a_state_may_repeat_itself_and_may_not_go_back_from_its_end() -> None:
    assert all(allowed(status, status) for status in Status)
    assert allowed("registered", "accepted")
    assert not allowed("returned", "processing")
    assert not allowed("finished", "accepted")


def test_every_state_can_be_reached_from_the_first() -> None:
    reached, todo = set[Status](), [Status.REGISTERED]
    while todo:
        status = todo.pop()
        if status not in reached:
            reached.add(status)
            todo.extend(TRANSITIONS[status])
    assert reached == set(Status)


def test_labels_and_terminal_states_are_those_of_the_data() -> None:
    if not CODELISTS.exists():
        pytest.skip("the data folder is not here")
    for item in json.loads(CODELISTS.read_text(encoding="utf-8"))["dossier_status_national"]["items"]:
        status = from_national(item["code"])
        assert status.vi == item["vi"]
        assert status.terminal == item.get("terminal", False)
