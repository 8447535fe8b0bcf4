"""Dossier numbers, procedure codes, result codes, item codes and unit codes."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.codes import agency, dossier_number, procedure_code, result_code, s10, units
from hub.domain.codes.malformed import Malformed

DATA = Path(__file__).parents[4] / "shared" / "data"
OLD = st.builds("{:03d}.{:02d}.{:02d}.{}{:02d}".format, st.integers(0, 999), st.integers(0, 99), st.integers(0, 99), st.sampled_from("GH"), st.integers(1, 63))  # fmt: skip
DAYS = st.dates(date(2010, 1, 1), date(2090, 1, 1))


def needs_data() -> None:
    if not DATA.exists():
        pytest.skip("the data folder is not here")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("000.17.22.H56-210531-0001", "H56.22.17-210531-0001"),
        ("000.00.06.H56-231027-0361", "H56.06-231027-0361"),
        ("000.00.14.H20-200703-0002", "H20.14-200703-0002"),
        ("H56.14-240823-0001", "H56.14-240823-0001"),
        ("G09.20-20260609-0092637", "G09.20-20260609-0092637"),
    ],
)
def test_real_dossier_numbers(written: str, kept: str) -> None:
    assert dossier_number.canonical(written) == kept
    assert dossier_number.is_dossier_number(written)


@given(OLD, DAYS, st.integers(0, 9_999_999), st.booleans())
def test_parsing_and_writing_a_dossier_number_is_the_identity_on_kept_ones(
    old: str, day: date, counter: int, wide: bool
) -> None:
    text = f"{old}-{day:%Y%m%d}-{counter:07d}" if wide else f"{old}-{day:%y%m%d}-{counter % 10_000:04d}"
    kept = dossier_number.canonical(text)
    assert str(dossier_number.parse(kept)) == kept
    assert kept.split("-")[1:] == text.split("-")[1:]
    assert dossier_number.parse(text).agency == agency.canonical(old)
    assert dossier_number.parse(text).date == day


def test_a_dossier_number_without_a_real_day_is_still_one() -> None:
    assert dossier_number.parse("H56-991399-0001").date is None


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "03706/2026/07906",
        "H56.14-26051-0001",
        "H56.14-260511-001",
        "H56.14-260511-0007\n",
        "H56.14-２60511-0007",
        "H56.14 -260511-0007",
        "X1-260511-0007",
    ],
)
def test_what_is_no_dossier_number_is_refused_with_a_sentence(junk: str) -> None:
    with pytest.raises(Malformed, match="agency, date and counter"):
        dossier_number.canonical(junk)
    assert not dossier_number.is_dossier_number(junk)


@pytest.mark.parametrize(
    ("written", "kept", "national"),
    [
        ("1.001193", "1.001193", "1.001193"),
        ("2.002621.H56", "2.002621.H56", "2.002621"),
        ("3.000181.000.00.00.H22", "3.000181.H22", "3.000181"),
        ("1.012753.H19.02", "1.012753.H19.02", "1.012753"),
    ],
)
def test_procedure_codes_and_their_national_part(written: str, kept: str, national: str) -> None:
    assert procedure_code.canonical(written) == kept
    assert procedure_code.canonical(kept) == kept
    assert procedure_code.national(written) == national
    assert procedure_code.suffix(national) is None


@given(st.integers(0, 9), st.integers(0, 999_999), OLD)
def test_both_agency_forms_give_one_local_procedure_code(first: int, number: int, old: str) -> None:
    national = f"{first}.{number:06d}"
    kept = f"{national}.{agency.canonical(old)}"
    assert procedure_code.canonical(f"{national}.{old}") == kept
    assert procedure_code.suffix(kept) == agency.canonical(old)


@pytest.mark.parametrize(
    "junk", ["", "1.00119", "1.001193.", "1.001193.Z56", "1.001193\n", "１.001193", "1-001193", "B-BTP-001193-TT"]
)
def test_what_is_no_procedure_code_is_refused_with_a_sentence(junk: str) -> None:
    for read in (procedure_code.canonical, procedure_code.national, procedure_code.suffix):
        with pytest.raises(Malformed, match=r"1\.001193"):
            read(junk)


def test_result_codes() -> None:
    assert result_code.parse("KQ.G15.000031") == ("G15", "000031")
    assert result_code.canonical("KQ.H52.000004") == "KQ.H52.000004"
    for junk in ("KQ.G15.31", "KQ.G15.000031\n", "kq.G15.000031", "G15.000031"):
        with pytest.raises(Malformed, match=r"KQ\.G15\.000031"):
            result_code.canonical(junk)


def test_every_procedure_code_of_the_data_parses() -> None:
    needs_data()
    lines = (DATA / "procedures" / "index.jsonl").read_text(encoding="utf-8").splitlines()
    codes = [json.loads(line)["ma_thu_tuc"] for line in lines]
    assert len(codes) > 800
    assert [procedure_code.canonical(code) for code in codes] == codes


def test_every_result_code_of_the_data_parses() -> None:
    needs_data()
    with (DATA / "procedures" / "result_codes.csv").open(encoding="utf-8") as file:
        codes = [row["result_code"] for row in csv.DictReader(file)]
    assert len(codes) > 2000
    assert [result_code.canonical(code) for code in codes] == codes


@pytest.mark.parametrize("code", ["RB123456785GB", "RB123456785US", "EA123456785VN", "RB 123 456 785 GB"])
def test_item_codes_of_the_standard_are_valid(code: str) -> None:
    assert s10.is_valid(code)
    assert s10.canonical(code) == code.replace(" ", "")


@pytest.mark.parametrize("code", ["RB123456786US", "RB123456784GB"])
def test_a_wrong_check_digit_is_told_apart_from_a_wrong_shape(code: str) -> None:
    with pytest.raises(Malformed, match="check digit") as caught:
        s10.canonical(code)
    assert caught.value.code == "item_code_check_digit"
    with pytest.raises(Malformed) as caught:
        s10.canonical(code[:-1])
    assert caught.value.code == "item_code_malformed"


@pytest.mark.parametrize(("serial", "digit"), [("12345678", 5), ("00000000", 5), ("00000008", 0), ("47312482", 9)])
def test_known_check_digits_with_their_two_exceptions(serial: str, digit: int) -> None:
    assert s10.check_digit(serial) == digit


@given(st.integers(0, 99_999_999), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_changes_the_remainder(number: int, place: int, shift: int) -> None:
    serial = f"{number:08d}"
    wrong = serial[:place] + str((int(serial[place]) + shift) % 10) + serial[place + 1 :]
    weights = (8, 6, 4, 2, 3, 5, 9, 7)
    remainders = [
        sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True)) % 11 for text in (serial, wrong)
    ]
    assert remainders[0] != remainders[1]
    assert s10.is_valid(f"EE{serial}{s10.check_digit(serial)}VN")
    assert s10.country(f"EE{serial}{s10.check_digit(serial)}VN") == "VN"


def test_every_test_number_of_the_standards_data() -> None:
    needs_data()
    numbers = json.loads((DATA / "postal" / "upu_s10.json").read_text())["tracking_numbers"][0]["test_numbers"]
    assert all(s10.is_valid(code) for code in numbers["valid"])
    assert not s10.is_valid(numbers["invalid"][0])


def test_a_commune_code_alone_is_no_key() -> None:
    old, new, newer = date(2025, 6, 30), date(2025, 7, 1), date(2026, 5, 11)
    assert units.had_districts(old)
    assert not units.had_districts(new)
    assert units.same_commune("14758", new, "14758", newer)
    assert not units.same_commune("14758", old, "14758", new)
    assert not units.same_commune("14758", new, "14759", new)
