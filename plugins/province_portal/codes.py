"""The portal's codes in visible tables; a line marked (assumed) has no source and is the one to correct."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# --- services ------------------------------------------------------------------------------------------------------
TOKEN = "/token"  # noqa: S105 (a path)
SYNC_DOCUMENT = "/Document/SyncDocument"  # makes and replaces
UPDATE_TRACES = "/Document/UpdateDocumentTraces"  # one step a call
GET_DOCUMENT = "/Document/GetDocument"  # (assumed) ?DocCode=
SYNC_PROCEDURE = "/Procedure/SyncProcedure"  # (assumed) the record of LayThuTuc
GET_PROCEDURE = "/KetNoiMotCuaQuocGia/LayThuTuc"  # ?maTTHC=


# --- answers (MResult) ---------------------------------------------------------------------------------------------
class Meaning(StrEnum):
    """What a Status says."""

    TAKEN = "taken"
    PARTLY = "partly"
    DATA = "data"
    NOT_FOUND = "not_found"
    ORDER = "order"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"  # a code no table knows: never success


ANSWERS: Mapping[int, Meaning] = {
    200: Meaning.TAKEN,  # the only one seen in a working system
    206: Meaning.PARTLY,  # (assumed)
    400: Meaning.DATA,  # (assumed)
    404: Meaning.NOT_FOUND,  # (assumed)
    409: Meaning.ORDER,  # (assumed)
    500: Meaning.TEMPORARY,  # (assumed)
}
NATIONAL_SUCCESS = 0  # error_code inside the national JSON that LayThuTuc carries as text: 0, "0", "00"

# --- dossiers ------------------------------------------------------------------------------------------------------
STATUSES: Mapping[str, int] = {  # the national list 1..10
    "registered": 1,
    "accepted": 2,
    "refused": 3,
    "processing": 4,
    "supplement_requested": 5,
    "payment_requested": 6,
    "withdrawn": 7,
    "stopped": 8,
    "finished": 9,
    "returned": 10,
}
SUCCESSFUL = frozenset({"finished", "returned"})  # IsSuccess
APPLICANTS: Mapping[str, int] = {
    "citizen": 1,
    "enterprise": 2,
    "state_agency": 3,
    "organisation": 4,
    "household_business": 2,  # (assumed) this generation has no code of its own
}
IDENTITIES = ("personal_id", "old_identity_card", "passport", "enterprise_code", "tax_code", "other")  # best first
RETURN_TYPES: Mapping[str, int] = {"counter": 0, "post": 1, "online": 2}  # 2 (assumed)
FEE_TYPES: Mapping[str, int] = {"normal": 1, "appraisal": 2, "extension": 3}  # (assumed) as the national list
PAPER_TYPES: Mapping[str, int] = {"original": 0, "copy": 1, "electronic": 2}  # (assumed) as the new portal's LoaiBan
OTHER_PAPER = 3  # (assumed) a paper the procedure does not ask for
TIME_FORMAT = "yyyy-MM-ddTHH:mm:ss.SSS+0700"

MAY_LACK = (  # left out where a dossier does not have them
    *("CitizenInfo", "ApplicantsId", "Address", "Email", "Phone", "Compendium", "Note"),
    *("DateCreated", "DateReceived", "DateAppointed", "SuccessDate", "SuccessNote", "ApproverName", "ApproverPosition"),
    *("ReturnedDate", "ReturnedType", "FinishedDate"),
)

# Mandatory by the simulator (assumed: the source marks none)
MANDATORY_DOCUMENT = ("DocTypeCode", "DocTypeName", "DocCode", "CitizenName", "ApplicantsType", "Status")
MANDATORY_TRACE = ("DocCode", "DateCreated", "Status")
MANDATORY_PROCEDURE = ("MATTHC", "TENTTHC", "TRANGTHAI")

# --- procedures (record of LayThuTuc) ------------------------------------------------------------------------------
PROCEDURE_KINDS: Mapping[str, str] = {
    "law_detailed": "TTHC được giao luật quy định chi tiết",
    "not_law_assigned": "TTHC không được luật giao cho địa phương quy định",
    "other": "Loại khác",
    "internal": "",  # 5.x and 6.x have none
}
PROCEDURE_STATES: Mapping[str, str] = {"active": "1", "suspended": "0", "abolished": "2"}  # 0 and 2 (assumed)
LEVELS: Mapping[str, str] = {"ministry": "0", "province": "1", "district": "2", "commune": "3"}
SERVICE_LEVELS: Mapping[str, str] = {"full": "4", "partial": "3", "information": "2"}
FILING_CHANNELS: Mapping[str, str] = {"counter": "1", "online": "2", "post": "3"}
TIME_UNITS: Mapping[str, str] = {"working_day": "Ngày làm việc", "day": "Ngày", "hour": "Giờ", "month": "Tháng"}
DECISION_KINDS: Mapping[str, str] = {"new": "1", "amended": "2", "replaced": "3", "abolished": "4"}  # (assumed)
FEE_KINDS: Mapping[str, str] = {"fee": "1", "charge": "2"}  # (assumed) as the payment platform numbers them
CURRENCY = "Việt Nam Đồng"


def meaning(status: Any) -> Meaning:
    """Read a Status: 200 and "200" are the same; what no table knows is UNKNOWN."""
    code = integer(status)
    return Meaning.UNKNOWN if code is None else ANSWERS.get(code, Meaning.UNKNOWN)


def integer(value: Any) -> int | None:
    """Return a code as a number; None when it is not one."""
    text = "" if isinstance(value, bool) else str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else None
