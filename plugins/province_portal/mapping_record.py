"""The record read back: LayThuTuc gives it as JSON in a text inside JSON. Pure."""

from __future__ import annotations

from typing import Any

import orjson

from hub.sdk import Garbled
from plugins.province_portal.codes import NATIONAL_SUCCESS, integer


def record_in(message: str) -> dict[str, Any] | None:
    """Return the record inside the text of LayThuTuc's `message`; None: the portal has none. Raises Garbled.

    The text is the national answer {error_code, message, result}; `result` is the record or a list of it. Some proxies
    give the record itself.
    """
    try:
        inner = orjson.loads(message)
    except orjson.JSONDecodeError:
        raise Garbled("The message of LayThuTuc holds no JSON.") from None
    if isinstance(inner, dict) and "error_code" in inner:
        if integer(inner["error_code"]) != NATIONAL_SUCCESS:
            raise Garbled("The national answer in LayThuTuc has an unknown error_code.")
        inner = inner.get("result")
    if isinstance(inner, list):
        inner = inner[0] if inner else None
    if inner is not None and not isinstance(inner, dict):
        raise Garbled("The message of LayThuTuc holds no record.")
    return inner or None
