"""What the demo shows while it runs: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from hub.store import delivery_views, look_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hub.demo.compare import Comparison
    from hub.demo.publish import District
    from hub.flows.context import Context

LIVE_SECONDS, LINE_SECONDS = 0.5, 5.0
LINE_WIDTH = 150


class Progress:
    """One for the whole demo."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or _console()
        self._started = time.monotonic()

    def say(self, english: str, vietnamese: str = "") -> None:
        """Tell of a step, with the seconds since the start."""
        seconds = time.monotonic() - self._started
        rest = f" · {vietnamese}" if vietnamese else ""
        self.console.print(f"[{seconds:6.1f} s] {english}{rest}", markup=False, highlight=False)

    @contextmanager
    def watching(self, context: Context, district: District, restarts: Callable[[], dict[str, int]]) -> Iterator[None]:
        """Show how far everything is until the block ends."""
        ended = threading.Event()

        def lines() -> None:
            while not ended.wait(LINE_SECONDS):
                with suppress(SQLAlchemyError):
                    self.say(_line(context, district, restarts()))

        def live() -> None:
            with Live(console=self.console, refresh_per_second=4, transient=True) as shown:
                while not ended.wait(LIVE_SECONDS):
                    with suppress(SQLAlchemyError):
                        shown.update(_table(context, district, restarts()))

        thread = threading.Thread(target=live if self.console.is_terminal else lines, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def compared(self, results: Sequence[Comparison], context: Context) -> None:
        """Show what each partner holds against what the hub holds."""
        with context.store.reading() as connection:
            tries = look_out.tries(connection)
        table = Table(
            *("partner · đối tác", "equal · bằng", "differing · khác", "missing · thiếu", "unexpected · thừa"),
            *("doubles · trùng", "failed tries · lần lỗi", "which · mã"),
            box=SIMPLE_HEAD,
        )
        for one in results:
            numbers = (one.equal, len(one.differing), len(one.missing), len(one.unexpected), len(one.doubles))
            table.add_row(
                one.channel,
                *(str(number) for number in numbers),
                str(sum(n for word, n in tries.get(one.channel, {}).items() if word != "delivered")),
                "\n".join(one.named),
                style="green" if one.good else "red",
            )
        self.console.print(table, markup=False)


def _console() -> Console:
    """A terminal as wide as it is; a file wide enough for the tables."""
    console = Console()
    return console if console.is_terminal else Console(width=LINE_WIDTH, soft_wrap=True)


def _look(context: Context) -> list[tuple[str, dict[str, int], dict[str, int]]]:
    with context.store.reading() as connection:
        counts, tries = delivery_views.counts(connection), look_out.tries(connection)
    return [(name, dict(counts[name]), dict(tries.get(name, {}))) for name in sorted(counts)]


def _table(context: Context, district: District, restarts: dict[str, int]) -> Table:
    words = ", ".join(f"{count} {word}" for word, count in sorted(district.words.items()))
    deaths = ", ".join(f"{name} ×{count}" for name, count in restarts.items())
    table = Table(
        *(
            "channel",
            "waiting · chờ",
            "delivered · đã gửi",
            "parked · giữ lại",
            "tries · lần thử",
            "not answered · lỗi",
        ),
        box=SIMPLE_HEAD,
        title=f"published · đã công bố: {words}",
        caption=f"started again · khởi động lại: {deaths}" if deaths else None,
    )
    for name, states, tries in _look(context):
        failed = sum(tries.values()) - tries.get("delivered", 0)
        numbers = (*(states.get(state, 0) for state in ("waiting", "delivered", "parked")), sum(tries.values()), failed)
        table.add_row(name, *(str(number) for number in numbers))
    return table


def _line(context: Context, district: District, restarts: dict[str, int]) -> str:
    parts = [
        f"{name} {states.get('waiting', 0)}/{states.get('delivered', 0)}/{states.get('parked', 0)}"
        for name, states, _ in _look(context)
    ]
    deaths = "".join(f", {name} died ×{count}" for name, count in restarts.items())
    return f"published {sum(district.words.values())}; waiting/delivered/parked: {', '.join(parts)}{deaths}"
