"""Rules of a dossier beyond its schema."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, Final

from hub.domain.checks.shared import Path, broken, event_in_order, in_order, unique_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.domain.problem import Problem

Document = dict[str, Any]


def _due_after_reception(document: Document) -> Iterator[Problem]:
    return in_order(
        ("due_at",), "due_before_received", first=document.get("received_at"), then=document.get("due_at"),
        vi="ngày hẹn trả trước ngày tiếp nhận; ngày hẹn trả phải bằng hoặc sau ngày tiếp nhận",
        en="due before it was received; due_at must not be earlier than received_at",
    )  # fmt: skip


def _end_after_reception(document: Document) -> Iterator[Problem]:
    for name in ("finished_at", "returned_at"):
        yield from in_order(
            (name,), "ended_before_received", first=document.get("received_at"), then=document.get(name),
            vi="thời điểm này trước ngày tiếp nhận; phải bằng hoặc sau received_at",
            en="earlier than the reception; it must not be earlier than received_at",
        )  # fmt: skip


def _return_to_given(document: Document) -> Iterator[Problem]:
    if document.get("return_method") == "post" and "return_to" not in document:
        yield broken(
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
            yield broken(
                ("payments", index, "fee_code"), "reference", "fee_code_unknown",
                vi="không có khoản phí nào mang mã này trong fees hoặc trong supplements/*/fees",
                en="no fee with this code, neither in fees nor in supplements/*/fees",
            )  # fmt: skip


def _supplements_in_order(document: Document) -> Iterator[Problem]:
    for index, supplement in enumerate(document.get("supplements", ())):
        yield from in_order(
            ("supplements", index, "received_at"), "supplement_before_request",
            first=supplement["requested_at"], then=supplement.get("received_at"),
            vi="nhận bổ sung trước khi yêu cầu; phải bằng hoặc sau requested_at",
            en="the answer is earlier than the request; it must not be earlier than requested_at",
        )  # fmt: skip


def _content_is_base64(document: Document) -> Iterator[Problem]:
    for path, attachment in _attachments(document):
        content = attachment.get("content")
        if content is None or _is_base64(content):
            continue
        yield broken(
            (*path, "content"), "contentEncoding", "content_not_base64",
            vi="không phải base64 đúng chuẩn (không xuống dòng, đủ ký tự đệm =)",
            en="not proper base64 (no line breaks, padded with =)",
        )  # fmt: skip


def _events_in_order(document: Document) -> Iterator[Problem]:
    for index, event in enumerate(document.get("events", ())):
        if "started_at" in event:
            yield from event_in_order(event, ("events", index))


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


RULES: Final = (
    _due_after_reception,
    _end_after_reception,
    _return_to_given,
    _fee_codes_known,
    _supplements_in_order,
    _content_is_base64,
    unique_ids("payments", "supplements", "events"),
    _events_in_order,
)
