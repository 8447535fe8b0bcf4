"""The ten states of a dossier: one word each for the national codes 1 to 10, and which may follow which.

Codes and labels are those of the national portal. No source publishes which state may follow which, and no vendor
enforces it: `TRANSITIONS` and the terminal states are an inference, used only to flag a dossier, never to refuse it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """State of a dossier; the value is the word in documents."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PROCESSING = "processing"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    PAYMENT_REQUESTED = "payment_requested"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    FINISHED = "finished"
    RETURNED = "returned"

    @property
    def national(self) -> int:
        """Code on the national portal (TrangThaiHoSo)."""
        return _TABLE[self][0]

    @property
    def vi(self) -> str:
        """The portal's own label."""
        return _TABLE[self][1]

    @property
    def en(self) -> str:
        """The label in English."""
        return _TABLE[self][2]

    @property
    def terminal(self) -> bool:
        """Whether nothing is expected to follow (an inference)."""
        return self in TERMINAL


def from_national(code: int | str) -> Status:
    """The state of a national code, `4` or `"4"`; raises ValueError for one that does not exist."""
    status = _BY_NATIONAL.get(str(code))
    if status is None:
        raise ValueError("not one of the national status codes 1 to 10")
    return status


def allowed(earlier: Status | str, later: Status | str) -> bool:
    """Whether `later` may follow `earlier` (an inference); a state may always repeat itself. KeyError: no state."""
    return later in _SAME_OR_NEXT[earlier]


_TABLE: Final[dict[Status, tuple[int, str, str]]] = {
    Status.REGISTERED: (1, "Mới đăng ký", "Newly registered"),
    Status.ACCEPTED: (2, "Được tiếp nhận", "Accepted"),
    Status.REFUSED: (3, "Không được tiếp nhận", "Not accepted"),
    Status.PROCESSING: (4, "Đang xử lý", "In process"),
    Status.SUPPLEMENT_REQUESTED: (5, "Yêu cầu bổ sung giấy tờ", "Supplement requested"),
    Status.PAYMENT_REQUESTED: (6, "Yêu cầu thực hiện nghĩa vụ tài chính", "Payment requested"),
    Status.WITHDRAWN: (7, "Công dân yêu cầu rút hồ sơ", "Withdrawn by the applicant"),
    Status.STOPPED: (8, "Dừng xử lý", "Processing stopped"),
    Status.FINISHED: (9, "Đã xử lý xong", "Processing finished"),
    Status.RETURNED: (10, "Đã trả kết quả", "Result returned"),
}
"""The closed table: national code, Vietnamese label, English label."""

_BY_NATIONAL: Final = {str(status.national): status for status in Status}

TERMINAL: Final = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.RETURNED})

_OPEN_ENDS: Final = frozenset({Status.WITHDRAWN, Status.STOPPED})
"""Any dossier that is not at its end may be withdrawn or stopped."""
_ASKED: Final = frozenset({Status.SUPPLEMENT_REQUESTED, Status.PAYMENT_REQUESTED})

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    Status.REGISTERED: frozenset({Status.ACCEPTED, Status.REFUSED, Status.PROCESSING}) | _ASKED | _OPEN_ENDS,
    Status.ACCEPTED: frozenset({Status.PROCESSING, Status.FINISHED, Status.RETURNED}) | _ASKED | _OPEN_ENDS,
    Status.PROCESSING: frozenset({Status.FINISHED, Status.RETURNED}) | _ASKED | _OPEN_ENDS,
    # asked before acceptance, the dossier may still be accepted or refused; asked later, it goes on
    Status.SUPPLEMENT_REQUESTED: frozenset({
        Status.ACCEPTED, Status.REFUSED, Status.PROCESSING, Status.PAYMENT_REQUESTED, Status.FINISHED,
    }) | _OPEN_ENDS,
    Status.PAYMENT_REQUESTED: frozenset({
        Status.ACCEPTED, Status.REFUSED, Status.PROCESSING, Status.SUPPLEMENT_REQUESTED, Status.FINISHED,
        Status.RETURNED,
    }) | _OPEN_ENDS,
    # fees are often paid when the result is fetched
    Status.FINISHED: frozenset({Status.RETURNED, Status.PAYMENT_REQUESTED}),
    Status.REFUSED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.STOPPED: frozenset(),
    Status.RETURNED: frozenset(),
}  # fmt: skip
"""Inferred, see the module's docstring."""

_SAME_OR_NEXT: Final[dict[str, frozenset[Status]]] = {
    status.value: followers | {status} for status, followers in TRANSITIONS.items()
}
