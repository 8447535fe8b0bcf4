"""What the simulated portal takes and refuses: dossiers, steps, procedures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk.simulator import Call, Fault, Memory, Response
from plugins.province_portal.codes import MANDATORY_DOCUMENT, MANDATORY_PROCEDURE, MANDATORY_TRACE, STATUSES
from plugins.province_portal.mapping_compare import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

LISTS = ("Supplementaries", "Attachments", "DocFees", "DocPapers")


class Intake:
    """A dossier or procedure sent again replaces the old one; a step sent again stands there twice."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def document(self, call: Call, document: dict[str, Any]) -> Response:
        refusal = _refusal(document, MANDATORY_DOCUMENT)
        if refusal:
            return refusal
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return said(409, "Thủ tục chưa được công bố")
        if call.fault is Fault.PARTIAL_BATCH:  # half of each list
            document |= {name: document[name][: len(document[name]) // 2] for name in LISTS if name in document}
            document.pop("Compendium", None)
        self._keep("document", document["DocCode"], document)
        if call.fault is Fault.PARTIAL_BATCH:
            return said(206, "Chỉ tiếp nhận được một phần hồ sơ")
        return said(200, "Thành công")

    def trace(self, call: Call, trace: dict[str, Any]) -> Response:
        refusal = _refusal(trace, MANDATORY_TRACE)
        if refusal:
            return refusal
        code = trace["DocCode"]
        if self.memory.get("document", code) is None or call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return said(404, "Không tìm thấy hồ sơ")
        if call.fault is Fault.PARTIAL_BATCH:
            return said(206, "Chưa ghi nhận được tiến trình")
        self.memory.put("traces", code, [*(self.memory.get("traces", code) or ()), trace])
        self.memory.effect("trace", code, trace)
        return said(200, "Thành công")

    def procedure(self, call: Call, record: dict[str, Any]) -> Response:
        refusal = _refusal(record, MANDATORY_PROCEDURE)
        if refusal:
            return refusal
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return said(409, "Quyết định công bố chưa được phê duyệt")
        if call.fault is Fault.PARTIAL_BATCH:
            record.pop("THANHPHANHOSO", None)
        self._keep("procedure", record["MATTHC"], record)
        if call.fault is Fault.PARTIAL_BATCH:
            return said(206, "Chỉ tiếp nhận được một phần thủ tục")
        return said(200, "Thành công")

    def _keep(self, shelf: str, name: str, content: dict[str, Any]) -> None:
        if self.memory.get(shelf, name) != content:  # the same again is no effect
            self.memory.put(shelf, name, content)
            self.memory.effect(shelf, name, digest(content))


def _refusal(content: dict[str, Any], mandatory: Sequence[str]) -> Response | None:
    missing = [name for name in mandatory if content.get(name) in (None, "")]
    if missing:
        return said(400, f"Thiếu trường bắt buộc: {', '.join(missing)}")
    if "Status" in mandatory and content["Status"] not in STATUSES.values():
        return said(400, "Trạng thái không hợp lệ")
    return None


def said(status: Any, message: str, **more: Any) -> Response:
    """Answer with an MResult."""
    return Response.json({"Status": status, "Message": message, **more})
