"""Working days and due times in Vietnam: Decree 118/2025/NĐ-CP offices, Labour Code holidays, swapped Saturdays.

The day after reception is day 1. What comes after hours, or on a day off, counts as come on the next working day.
A limit in days or months that would end on a day off ends on the next working day (Civil Code 2015, article 148).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from hub.domain.days_off import days_off
from hub.domain.times import VIETNAM

Unit = Literal["working_day", "day", "hour", "month"]

SATURDAY: Final = 5
HOURS_A_DAY: Final = 8
ONE_DAY: Final = timedelta(days=1)
MAX_STEPS: Final = 20_000
"""Days one computation may walk over; more is an error of the caller (the schema allows 10,000 units)."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working time of an office; the settings are those that differ from office to office."""

    compensating_days_count: bool = True
    """Whether a Saturday worked in exchange for a day off is a working day (offices differ)."""
    sessions: tuple[tuple[time, time], ...] = ((time(7), time(11, 30)), (time(13, 30), time(17)))
    """Morning and afternoon hours."""
    same_day_until: time = time(15)
    """Same-day procedures received later than this end on the next working day."""

    @property
    def closing(self) -> time:
        """The end of the working day, when results are due."""
        return self.sessions[-1][1]

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on a day."""
        year = days_off(day.year)
        if day in year.worked:
            return self.compensating_days_count
        return day.weekday() < SATURDAY and day not in year.off

    def next_working_day(self, day: date) -> date:
        """The first working day after a day."""
        return self._from(day + ONE_DAY)

    def add_working_days(self, day: date, amount: int) -> date:
        """The working day `amount` working days after a day (0: the day itself, or the next working one)."""
        current = self._from(day) if amount == 0 else day
        for _ in range(amount):
            current = self.next_working_day(current)
        return current

    def working_days_between(self, earlier: date, later: date) -> int:
        """Working days after `earlier` up to and including `later`."""
        days = (later - earlier).days
        if days > MAX_STEPS:
            raise ValueError("the two days are too far apart")
        return sum(self.is_working_day(earlier + ONE_DAY * step) for step in range(1, days + 1))

    def due(self, received_at: datetime, amount: float, unit: Unit, *, same_day: bool = False) -> datetime:
        """When a result is due: `amount` units after reception; `same_day` for procedures settled on the day itself."""
        if amount < 0:
            raise ValueError("a time limit cannot be negative")
        local = _vietnamese(received_at)
        if same_day:
            return self._same_day(local)
        start = self._start(local)
        if unit == "hour":
            return self._after_hours(start, amount)
        if amount != int(amount):
            return self._after_hours(start, amount * HOURS_A_DAY) if unit == "working_day" else self._reject(amount)
        return self._closing_of(self._last_day(start.date(), int(amount), unit))

    def shifted(self, due_at: datetime, *, requested_at: datetime, resumed_at: datetime) -> datetime:
        """A due time moved by a supplement: later by as many working days as the office had to wait."""
        waited = self.working_days_between(_vietnamese(requested_at).date(), _vietnamese(resumed_at).date())
        old = _vietnamese(due_at)
        return datetime.combine(self.add_working_days(old.date(), waited), old.time(), VIETNAM) if waited else old

    def _last_day(self, start: date, amount: int, unit: Unit) -> date:
        if unit == "working_day":
            return self.add_working_days(start, amount)
        if unit == "day":
            return self._from(start + ONE_DAY * amount)
        return self._from(_months_later(start, amount))

    def _same_day(self, local: datetime) -> datetime:
        day = local.date()
        in_time = self.is_working_day(day) and local.time() <= self.same_day_until
        return self._closing_of(day if in_time else self.next_working_day(day))

    def _start(self, local: datetime) -> datetime:
        """The reception as it counts: after hours or on a day off means the opening of the next working day."""
        day = local.date()
        if self.is_working_day(day) and local.time() <= self.closing:
            return local
        return datetime.combine(self.next_working_day(day), self.sessions[0][0], VIETNAM)

    def _after_hours(self, start: datetime, hours: float) -> datetime:
        left = timedelta(hours=hours)
        day = start.date()
        for _ in range(MAX_STEPS):
            for opening, closing in self.sessions:
                begin = max(datetime.combine(day, opening, VIETNAM), start)
                end = datetime.combine(day, closing, VIETNAM)
                if begin + left <= end:
                    return begin + left
                left -= max(end - begin, timedelta())
            day = self.next_working_day(day)
        raise ValueError("the time limit is too long")

    def _closing_of(self, day: date) -> datetime:
        return datetime.combine(day, self.closing, VIETNAM)

    def _from(self, day: date) -> date:
        for _ in range(MAX_STEPS):
            if self.is_working_day(day):
                return day
            day += ONE_DAY
        raise ValueError("no working day found")

    @staticmethod
    def _reject(amount: float) -> datetime:
        raise ValueError(f"{amount} calendar days or months: only whole ones can be counted")


USUAL: Final = WorkCalendar()
"""Compensating Saturdays count, 07:00-11:30 and 13:30-17:00."""


def due(
    received_at: datetime, amount: float, unit: Unit, *, same_day: bool = False, calendar: WorkCalendar = USUAL
) -> datetime:
    """When a result is due, by the usual calendar or another."""
    return calendar.due(received_at, amount, unit, same_day=same_day)


def _vietnamese(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without offset means nothing")
    return moment.astimezone(VIETNAM)


def _months_later(day: date, amount: int) -> date:
    """The same day of a later month, or that month's last day."""
    months = day.year * 12 + day.month - 1 + amount
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
