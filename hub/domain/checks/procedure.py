"""Rules of a procedure beyond its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.domain.checks.shared import broken, in_order, unique_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.domain.problem import Problem

Document = dict[str, Any]


def _effective_dates(document: Document) -> Iterator[Problem]:
    return in_order(
        ("effective_to",), "effective_to_before_from",
        first=document.get("effective_from"), then=document.get("effective_to"),
        vi="ngày hết hiệu lực trước ngày có hiệu lực",
        en="the last day in force is before the first",
    )  # fmt: skip


def _cases_known(document: Document) -> Iterator[Problem]:
    channels = document.get("channels", ())
    if not any("case" in channel for channel in channels):
        return
    known = {case["id"] for case in document.get("cases", ())}
    for index, channel in enumerate(channels):
        if "case" in channel and channel["case"] not in known:
            yield broken(
                ("channels", index, "case"), "reference", "case_unknown",
                vi="không có trường hợp nào mang mã này trong cases",
                en="no case with this id in cases",
            )  # fmt: skip


RULES: Final = (_effective_dates, _cases_known, unique_ids("cases"))
