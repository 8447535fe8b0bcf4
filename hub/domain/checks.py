"""Rules of a document that no JSON Schema can express; run on documents that are valid and normalised."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, Final

from hub.domain.codes import s10
from hub.domain.codes.malformed import Malformed
from hub.domain.problem import Problem, pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Document = dict[str, Any]
Path = tuple[str | int, ...]


def check(kind: str, document: Document) -> list[Problem]:
    """Every broken rule of a valid, normalised document."""
    return [problem for rule in _RULES[kind] for problem in rule(document)]


def _due_after_reception(document: Document) -> Iterator[Problem]:
    received, due = document.get("received_at"), document.get("due_at")
    if received and due and due < received:
        yield _problem(
            ("due_at",), "order", "due_before_received",
            vi="ngày hẹn trả trước ngày tiếp nhận; ngày hẹn trả phải bằng hoặc sau ngày tiếp nhận",
            en="due before it was received; due_at must not be earlier than received_at",
        )  # fmt: skip


def _end_after_reception(document: Document) -> Iterator[Problem]:
    received = document.get("received_at")
    if not received:
        return
    for name in ("finished_at", "returned_at"):
        if (moment := document.get(name)) and moment < received:
            yield _problem(
                (name,), "order", "ended_before_received",
                vi="thời điểm này trước ngày tiếp nhận; phải bằng hoặc sau received_at",
                en="earlier than the reception; it must not be earlier than received_at",
            )  # fmt: skip


def _return_to_given(document: Document) -> Iterator[Problem]:
    if document.get("return_method") == "post" and "return_to" not in document:
        yield _problem(
            ("return_to",), "required", "return_to_missing",
            vi="trả kết quả qua bưu chính thì phải có return_to (người nhận và địa chỉ)",
            en="the result is returned by post, so return_to (receiver and address) is needed",
        )  # fmt: skip


def _fee_codes_known(document: Document) -> Iterator[Problem]:
    payments = document.get("payments")
    if not payments or not any("fee_code" in payment for payment in payments):
        return
    fees = [*document.get("fees", ())]
    for supplement in document.get("supplements", ()):
        fees.extend(supplement.get("fees", ()))
    known = {fee["code"] for fee in fees if "code" in fee}
    for index, payment in enumerate(payments):
        if "fee_code" in payment and payment["fee_code"] not in known:
            yield _problem(
                ("payments", index, "fee_code"), "reference", "fee_code_unknown",
                vi="không có khoản phí nào mang mã này trong fees hoặc trong supplements/*/fees",
                en="no fee with this code, neither in fees nor in supplements/*/fees",
            )  # fmt: skip


def _supplements_in_order(document: Document) -> Iterator[Problem]:
    for index, supplement in enumerate(document.get("supplements", ())):
        if (received := supplement.get("received_at")) and received < supplement["requested_at"]:
            yield _problem(
                ("supplements", index, "received_at"), "order", "supplement_before_request",
                vi="nhận bổ sung trước khi yêu cầu; phải bằng hoặc sau requested_at",
                en="the answer is earlier than the request; it must not be earlier than requested_at",
            )  # fmt: skip


def _content_is_base64(document: Document) -> Iterator[Problem]:
    for path, attachment in _attachments(document):
        content = attachment.get("content")
        if content is None or _is_base64(content):
            continue
        yield _problem(
            (*path, "content"), "contentEncoding", "content_not_base64",
            vi="không phải base64 đúng chuẩn (không xuống dòng, đủ ký tự đệm =)",
            en="not proper base64 (no line breaks, padded with =)",
        )  # fmt: skip


def _unique_ids(*lists: str) -> Callable[[Document], Iterator[Problem]]:
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
                    yield _problem(
                        (name, index, "id"), "unique", "duplicate_id",
                        vi="trùng mã với một phần tử trước trong cùng danh sách",
                        en="an earlier entry of the same list has this id",
                    )  # fmt: skip
                elif identifier is not None:
                    seen.add(identifier)

    return rule


def _event_in_order(document: Document, path: Path = ()) -> Iterator[Problem]:
    if (started := document.get("started_at")) and started > document["occurred_at"]:
        yield _problem(
            (*path, "started_at"), "order", "started_after_occurred",
            vi="bước này bắt đầu sau thời điểm xử lý; started_at không được sau occurred_at",
            en="the step began after it happened; started_at must not be later than occurred_at",
        )  # fmt: skip


def _events_in_order(document: Document) -> Iterator[Problem]:
    for index, event in enumerate(document.get("events", ())):
        if "started_at" in event:
            yield from _event_in_order(event, ("events", index))


def _effective_dates(document: Document) -> Iterator[Problem]:
    start, end = document.get("effective_from"), document.get("effective_to")
    if start and end and end < start:
        yield _problem(
            ("effective_to",), "order", "effective_to_before_from",
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
            yield _problem(
                ("channels", index, "case"), "reference", "case_unknown",
                vi="không có trường hợp nào mang mã này trong cases",
                en="no case with this id in cases",
            )  # fmt: skip


def _event_legs_known(document: Document) -> Iterator[Problem]:
    for index, event in enumerate(document.get("events", ())):
        if event["leg"] not in document["legs"]:
            yield _problem(
                ("events", index, "leg"), "reference", "leg_unknown",
                vi="đơn không có chặng này trong legs",
                en="the order has no such leg in legs",
            )  # fmt: skip


def _item_codes(document: Document) -> Iterator[Problem]:
    for index, event in enumerate(document.get("events", ())):
        if (code := event.get("item_code")) is not None:
            try:
                s10.canonical(code)
            except Malformed as error:
                yield _problem(("events", index, "item_code"), "s10", error.code, vi=error.vi, en=error.en)


def _legs_in_order(document: Document) -> Iterator[Problem]:
    for name, leg in document["legs"].items():
        if (cancelled := leg.get("cancelled_at")) and cancelled < leg["requested_at"]:
            yield _problem(
                ("legs", name, "cancelled_at"), "order", "cancelled_before_request",
                vi="hủy trước khi yêu cầu; phải bằng hoặc sau requested_at",
                en="cancelled before it was asked for; it must not be earlier than requested_at",
            )  # fmt: skip


_RULES: Final[dict[str, tuple[Callable[[Document], Iterator[Problem]], ...]]] = {
    "dossier": (
        _due_after_reception,
        _end_after_reception,
        _return_to_given,
        _fee_codes_known,
        _supplements_in_order,
        _content_is_base64,
        _unique_ids("payments", "supplements", "events"),
        _events_in_order,
    ),
    "procedure": (_effective_dates, _cases_known, _unique_ids("cases")),
    "postal_order": (_event_legs_known, _item_codes, _legs_in_order, _unique_ids("events")),
    "event": (_event_in_order,),
}


def _attachments(document: Document) -> Iterator[tuple[Path, Document]]:
    for name in ("papers", "other_papers"):
        for index, paper in enumerate(document.get(name, ())):
            for number, attachment in enumerate(paper.get("attachments", ())):
                yield (name, index, "attachments", number), attachment
    for index, result in enumerate(document.get("results", ())):
        if "attachment" in result:
            yield ("results", index, "attachment"), result["attachment"]


def _is_base64(content: str) -> bool:
    try:
        binascii.a2b_base64(content, strict_mode=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _problem(path: Path, keyword: str, code: str, *, vi: str, en: str) -> Problem:
    where = pointer(path)
    return Problem(where, keyword, code, f"{where}: {vi}.", f"{where}: {en}.")
