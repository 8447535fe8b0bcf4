"""Agency identifiers: both forms lead to one, and nothing else gets through."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.codes import agency
from hub.domain.codes.malformed import Malformed

DATA = Path(__file__).parents[4] / "shared" / "data" / "agencies"
ROOTS = st.builds("{}{:02d}".format, st.sampled_from("GH"), st.integers(1, 63))
GROUPS = st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 999))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("000.17.22.H56", "H56.22.17"),
        ("000.00.06.H56", "H56.06"),
        ("000.00.00.H56", "H56"),
        ("000.00.01.H22", "H22.01"),
        ("000.00.14.H20", "H20.14"),
        ("001.02.03.G15", "G15.03.02.001"),
        ("001.00.22.H56", "H56.22.00.001"),
        ("H26.107", "H26.107"),
        ("H56.14", "H56.14"),
        ("G09.20", "G09.20"),
        ("G12.18", "G12.18"),
        ("H56.00.00", "H56"),
        ("H56", "H56"),
    ],
)
def test_real_samples_of_both_forms(written: str, kept: str) -> None:
    assert agency.canonical(written) == kept


@given(ROOTS, GROUPS)
def test_both_forms_are_the_same_agency(root: str, groups: tuple[int, int, int]) -> None:
    second, third, fourth = groups
    old = f"{fourth:03d}.{third:02d}.{second:02d}.{root}"
    new = f"{root}.{second:02d}.{third:02d}.{fourth:03d}"
    assert agency.canonical(old) == agency.canonical(new)
    assert agency.canonical(agency.canonical(old)) == agency.canonical(old)


@given(ROOTS, GROUPS, GROUPS)
def test_two_agencies_never_become_one(root: str, one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    forms = [f"{fourth:03d}.{third:02d}.{second:02d}.{root}" for second, third, fourth in (one, other)]
    assert (agency.canonical(forms[0]) == agency.canonical(forms[1])) == (one == other)


@pytest.mark.parametrize(
    "junk",
    ["", "H5", "X56", "h56", "H56.", ".H56", "H56.14\n", "Ｈ56", "H５６", "00.14.H56", "000.00.14.H56.22", "H56.12345",
     "H56.1.2.3.4", "H56-14", " H56", "000.00.14.X56", "H56..14"],
)  # fmt: skip
def test_junk_is_refused_with_a_sentence_that_says_what_would_be_right(junk: str) -> None:
    with pytest.raises(Malformed) as caught:
        agency.canonical(junk)
    assert caught.value.code == "agency_id_malformed"
    assert "H56.22.17" in caught.value.en
    assert "H56.22.17" in caught.value.vi


@given(st.text(max_size=24))
def test_any_text_is_either_an_agency_or_malformed(text: str) -> None:
    try:
        kept = agency.canonical(text)
    except Malformed:
        return
    assert agency.canonical(kept) == kept
    assert kept.isascii()
