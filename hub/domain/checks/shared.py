"""What the checks of several kinds share: the shape of a broken rule, and ids that must differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.domain.problem import Problem, pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Document = dict[str, Any]
Path = tuple[str | int, ...]


def broken(path: Path, keyword: str, code: str, *, vi: str, en: str) -> Problem:
    where = pointer(path)
    return Problem(where, keyword, code, f"{where}: {vi}.", f"{where}: {en}.")


def in_order(path: Path, code: str, *, first: str | None, then: str | None, vi: str, en: str) -> Iterator[Problem]:
    """One time, at `path`, must not come before another; where one of the two is absent, nothing is broken."""
    if first and then and then < first:
        yield broken(path, "order", code, vi=vi, en=en)


def unique_ids(*lists: str) -> Callable[[Document], Iterator[Problem]]:
    """The ids within each of these lists differ, or an update could not tell which entry it means."""

    def rule(document: Document) -> Iterator[Problem]:
        for name in lists:
            entries = document.get(name)
            if not entries or len(entries) == 1:
                continue
            seen: set[str] = set()
            for index, entry in enumerate(entries):
                identifier = entry.get("id")
                if identifier is not None and identifier in seen:
                    yield broken(
                        (name, index, "id"), "unique", "duplicate_id",
                        vi="trùng mã với một phần tử trước trong cùng danh sách",
                        en="an earlier entry of the same list has this id",
                    )  # fmt: skip
                elif identifier is not None:
                    seen.add(identifier)

    return rule


def event_in_order(document: Document, path: Path = ()) -> Iterator[Problem]:
    return in_order(
        (*path, "started_at"), "started_after_occurred", first=document.get("started_at"), then=document["occurred_at"],
        vi="bước này bắt đầu sau thời điểm xử lý; started_at không được sau occurred_at",
        en="the step began after it happened; started_at must not be later than occurred_at",
    )  # fmt: skip
