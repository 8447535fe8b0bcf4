"""Waiting requests commit together: one of them leads and takes all that wait into its transaction.

No thread and no queue outlives a request; a request returns only after the commit that holds it.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from hub.store.trouble import ended_unknown, meets_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Given = TypeVar("Given")
Result = TypeVar("Result")

LARGEST = 64  # requests in one transaction


class _Ticket(Generic[Given, Result]):
    def __init__(self, given: Given) -> None:
        self.given = given
        self.result: Result | None = None
        self.problem: BaseException | None = None
        self.came = False  # the result is there
        self.woken = threading.Lock()  # held until somebody wakes the request; lighter than an Event
        self.woken.acquire()
        self.done = False


class Together(Generic[Given, Result]):
    """run: does all the given in one transaction and returns their results in order; it may raise for all."""

    def __init__(self, run: Callable[[Sequence[Given]], Sequence[Result]]) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket[Given, Result]] = deque()
        self._led = False

    def submit(self, given: Given) -> Result:
        """Have it done with whatever else waits; return its own result or raise its own problem."""
        ticket: _Ticket[Given, Result] = _Ticket(given)
        with self._lock:
            self._waiting.append(ticket)
            leads = not self._led
            self._led = True
        if not leads:
            ticket.woken.acquire()
        if not ticket.done:  # woken to lead, not because another leader has done it
            self._lead()
        if ticket.problem is not None:
            raise ticket.problem
        return ticket.result  # type: ignore[return-value]  # set by _do

    def _lead(self) -> None:
        """Do one transaction's worth (the leader's own is the oldest, so it is in it), then hand over."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(LARGEST, len(self._waiting)))]
        try:
            self._do(batch)
        except BaseException as problem:  # this process is ending: nobody may wait for ever
            for ticket in batch:
                if not ticket.came:
                    ticket.problem = ticket.problem or problem
            raise
        finally:
            with self._lock:
                successor = self._waiting[0] if self._waiting else None
                self._led = successor is not None
            for ticket in batch:
                ticket.done = True
                ticket.woken.release()
            if successor:
                successor.woken.release()

    def _do(self, batch: Sequence[_Ticket[Given, Result]]) -> None:
        try:
            results = self._run([ticket.given for ticket in batch])
        except Exception as problem:  # noqa: BLE001 (handed to the request it belongs to)
            if len(batch) == 1 or ended_unknown(problem):  # done again it could be there twice
                for ticket in batch:
                    ticket.problem = problem
                return
            self._do_each(batch)
            return
        for ticket, result in zip(batch, results, strict=True):
            ticket.result, ticket.came = result, True

    def _do_each(self, batch: Sequence[_Ticket[Given, Result]]) -> None:
        """A poisonous request fails alone; what would meet all one finds out for the rest."""
        met: BaseException | None = None
        for ticket in batch:
            if met:
                ticket.problem = met
                continue
            self._do([ticket])
            if ticket.problem and meets_all(ticket.problem):
                met = ticket.problem
