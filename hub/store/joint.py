"""What the threads of a worker claim and settle at the same moment is one transaction.

Rows that a settle waits for are locked first, for all of them at once and in the order in which accepting locks them;
claims wait for nobody. So no two transactions wait for each other.
"""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from hub.store import deliveries
from hub.store.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from hub.store.engine import Store

Result = TypeVar("Result")
Part: TypeAlias = "tuple[Sequence[int], Callable[[Connection], Any]]"  # deliveries it settles, work


class Joint:
    """One per process; thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._together: Together[Part, Any] = Together(self._write)

    def write(self, work: Callable[[Connection], Result], *, settles: Sequence[int] = ()) -> Result:
        """As `Store.write`; what fails for one is done alone for each. settles: ids of the deliveries it settles."""
        context = copy_context()  # what is bound to the log stays this thread's

        def in_context(connection: Connection) -> Result:
            return context.run(work, connection)

        result: Result = self._together.submit((settles, in_context))
        return result

    def _write(self, parts: Sequence[Part]) -> Sequence[Any]:
        ids = [one for settles, _ in parts for one in settles]

        def run(connection: Connection) -> Sequence[Any]:
            if self._store.postgresql and len(parts) > 1 and ids:  # on SQLite whoever writes is alone
                deliveries.lock(connection, ids)
            return [work(connection) for _, work in parts]

        return self._store.write(run)
