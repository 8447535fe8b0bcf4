"""Steps are known again by their content, each row held for one step."""

from __future__ import annotations

from hub.sdk import known_again

MARKS = (lambda row: (row["at"], row["words"]), lambda row: row["at"])


def test_a_row_stands_for_one_step_and_what_is_wholly_the_same_is_found_first():
    steps = [
        ("corrected", {"at": 1, "words": "new"}),
        ("same", {"at": 1, "words": "old"}),
        ("new", {"at": 2, "words": "a"}),
    ]

    assert known_again(steps, [{"at": 1, "words": "old"}], MARKS) == {"same"}
    assert known_again(steps, [{"at": 1, "words": "old"}, {"at": 1, "words": "odd"}], MARKS) == {"same", "corrected"}
    assert known_again(steps, [], MARKS) == set()


def test_of_two_steps_that_look_the_same_the_first_is_held_by_one_row():
    twins = [("first", {"at": 1, "words": "a"}), ("second", {"at": 1, "words": "a"})]

    assert known_again(twins, iter([{"at": 1, "words": "a"}]), MARKS) == {"first"}
    assert known_again(twins, [{"at": 1, "words": "a"}] * 2, MARKS) == {"first", "second"}
