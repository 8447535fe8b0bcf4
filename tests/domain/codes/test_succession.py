"""Provinces that were merged away are followed by another from the day of the merger."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from hub.domain.codes import succession

DATA = Path(__file__).parents[4] / "shared" / "data" / "agencies"


def test_a_retired_province_is_followed_by_another_from_the_day_of_the_merger() -> None:
    before, after = date(2025, 6, 30), date(2025, 7, 1)
    assert succession.successor("H02", on=before) == "H02"
    assert succession.successor("000.00.00.H02", on=after) == "H05"
    assert succession.successor("H02.14", on=after) == "H02.14"
    assert succession.governing_root("H02.14", on=after) == "H05"
    assert succession.governing_root("H02.14", on=before) == "H02"
    assert succession.governing_root("H56.14", on=after) == "H56"
    assert succession.succession("H56") is None


def test_the_shipped_table_is_that_of_the_data() -> None:
    table = DATA / "agency_codes_H_pre2025.csv"
    if not table.exists():
        pytest.skip("the data folder is not here")
    with table.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert succession.successor(row["agency_code"], on=date(2026, 1, 1)) == row["current_agency_code"]
