"""Working days and due times, by the vectors known from the field."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar import USUAL, Unit, WorkCalendar, due
from hub.domain.days_off import day_off_name
from hub.domain.times import VIETNAM

TABLE = Path(__file__).parents[3] / "shared" / "data" / "calendar" / "vn_public_holidays_2020_2027.csv"
PLAIN = WorkCalendar(compensating_days_count=False)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(VIETNAM))  # noqa: DTZ001 - Hypothesis wants naive bounds


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("received", "amount", "unit", "expected"),
    [
        ("2026-04-23T10:00", 5, "working_day", "2026-05-05T17:00"),
        ("2026-08-19T10:00", 5, "working_day", "2026-08-25T17:00"),
        ("2026-05-11T10:00", 1, "working_day", "2026-05-12T17:00"),
        ("2026-05-11T17:30", 1, "working_day", "2026-05-13T17:00"),  # after hours: counts as come on Tuesday
        ("2026-05-16T10:00", 1, "working_day", "2026-05-19T17:00"),  # Saturday: counts as come on Monday
        ("2026-05-11T10:00", 30, "day", "2026-06-10T17:00"),
        ("2026-05-11T10:00", 5, "day", "2026-05-18T17:00"),  # would end on Saturday
        ("2026-01-31T10:00", 1, "month", "2026-03-02T17:00"),  # 31 January is a Saturday: from 2 February
        ("2026-03-31T10:00", 1, "month", "2026-05-04T17:00"),  # 30 April is a holiday, 1 May too, then a weekend
        ("2026-05-11T10:00", 4, "hour", "2026-05-11T16:00"),  # the break at noon does not count
        ("2026-05-11T16:00", 2, "hour", "2026-05-12T08:00"),
        ("2026-05-11T17:10", 8, "hour", "2026-05-12T17:00"),
        ("2026-05-11T06:00", 1, "hour", "2026-05-11T08:00"),
        ("2026-05-11T08:00", 0.5, "working_day", "2026-05-11T14:00"),
        ("2026-05-11T10:00", 0, "working_day", "2026-05-11T17:00"),
    ],
)
def test_due_times(received: str, amount: float, unit: Unit, expected: str) -> None:
    assert due(at(received), amount, unit) == at(expected)


def test_whether_a_compensating_saturday_counts_is_a_setting() -> None:
    assert due(at("2026-08-19T10:00"), 5, "working_day", calendar=PLAIN) == at("2026-08-26T17:00")


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-05-11T08:00", "2026-05-11T17:00"),
        ("2026-05-11T15:00", "2026-05-11T17:00"),
        ("2026-05-11T15:00:01", "2026-05-12T17:00"),
        ("2026-05-15T16:00", "2026-05-18T17:00"),
        ("2026-05-16T08:00", "2026-05-18T17:00"),
        ("2026-04-29T15:30", "2026-05-04T17:00"),
    ],
)
def test_a_same_day_procedure_received_after_15_is_due_on_the_next_working_day(received: str, expected: str) -> None:
    assert due(at(received), 1, "working_day", same_day=True) == at(expected)


def test_times_of_any_offset_mean_the_same() -> None:
    assert due(datetime.fromisoformat("2026-05-11T03:00:00+00:00"), 1, "working_day") == at("2026-05-12T17:00")


def test_the_day_of_culture_is_off_from_2026_on() -> None:
    assert USUAL.is_working_day(date(2025, 11, 24))
    assert not USUAL.is_working_day(date(2026, 11, 24))
    assert day_off_name(date(2026, 11, 24)) == "Ngày Văn hóa Việt Nam"
    assert day_off_name(date(2026, 11, 25)) is None


def test_an_override_has_what_the_package_lacks() -> None:
    assert not USUAL.is_working_day(date(2026, 1, 2))
    assert USUAL.is_working_day(date(2026, 1, 10))
    assert not PLAIN.is_working_day(date(2026, 1, 10))


def test_a_supplement_moves_the_due_time_by_the_working_days_waited() -> None:
    moved = USUAL.shifted(
        at("2026-05-15T17:00"), requested_at=at("2026-05-12T15:00"), resumed_at=at("2026-05-18T09:00")
    )
    assert moved == at("2026-05-21T17:00")
    same = USUAL.shifted(at("2026-05-15T17:00"), requested_at=at("2026-05-12T09:00"), resumed_at=at("2026-05-12T15:00"))
    assert same == at("2026-05-15T17:00")


@pytest.mark.parametrize(("amount", "unit"), [(-1, "day"), (1.5, "day"), (0.5, "month")])
def test_what_cannot_be_counted_is_an_error(amount: float, unit: Unit) -> None:
    with pytest.raises(ValueError):
        due(at("2026-05-11T10:00"), amount, unit)


def test_a_time_without_offset_is_an_error() -> None:
    with pytest.raises(ValueError, match="offset"):
        due(datetime(2026, 5, 11, 10), 1, "day")  # noqa: DTZ001 - the error under test


@given(MOMENTS, st.integers(0, 60), st.sampled_from(["working_day", "day", "hour", "month"]))
def test_a_due_time_is_working_time_and_a_longer_limit_never_ends_earlier(
    received: datetime, amount: int, unit: Unit
) -> None:
    ends = [due(received, count, unit) for count in (amount, amount + 1)]
    assert ends[0] <= ends[1]
    assert all(USUAL.is_working_day(end.date()) for end in ends)
    assert all(any(opening <= end.time() <= closing for opening, closing in USUAL.sessions) for end in ends)
    assert ends[1] >= received


@given(st.dates(date(2020, 1, 1), date(2028, 1, 1)), st.integers(0, 40))
def test_counting_working_days_undoes_adding_them(day: date, amount: int) -> None:
    start = day if USUAL.is_working_day(day) else USUAL.next_working_day(day)
    assert USUAL.working_days_between(start, USUAL.add_working_days(start, amount)) == amount


def test_every_day_of_the_data_is_off_or_worked_as_it_says() -> None:
    if not TABLE.exists():
        pytest.skip("the data folder is not here")
    with TABLE.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["date"] >= "2024"]
    for row in rows:
        day = date.fromisoformat(row["date"])
        assert USUAL.is_working_day(day) == (row["kind"] == "work"), row
    assert USUAL.is_working_day(date(2026, 5, 11) + timedelta(days=1))
