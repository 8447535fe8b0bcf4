"""Which of the two languages a caller wants; Vietnamese unless told otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flask import Request

Language = Literal["vi", "en"]


def asked(request: Request) -> Language:
    """Read Accept-Language."""
    best = request.accept_languages.best_match(("vi", "en"), default="vi")
    return "en" if best == "en" else "vi"
