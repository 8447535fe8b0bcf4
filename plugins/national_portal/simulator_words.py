"""How the simulated portal says yes and no, in the codes of `answers.ANSWERS`, written as a portal writes them."""

from __future__ import annotations

from typing import Any

Answer = dict[str, Any]
TAKEN, EXISTS, EXISTS_TOO, TROUBLE, DATA, NOT_FOUND = "0", "3", -3, "-1", "2", "4"
SERVICE, ACCESS, SESSION = "5", "6", "7"


def yes(result: Any = None) -> Answer:
    """Taken."""
    return {"error_code": TAKEN, "message": "Thành công", "result": result}


def no(code: Any, message: str) -> Answer:
    """Refused."""
    return {"error_code": code, "message": message, "result": None}
