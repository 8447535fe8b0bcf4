"""What the gateway checks in a message before it takes it, in the order and the words it does. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins.sms.mapping import COMMAND, UNACCENTED
from plugins.sms.text import is_simple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

NUMBER = re.compile(r"84[35789][0-9]{8}")
PLACES = {"code": r"(?P<code>\S+)", "due": r".{1,40}", "agency": r".{0,160}"}


def pattern(template: str) -> re.Pattern[str]:
    """A template with its places, as the messages it allows."""
    parts = re.split(r"\{(code|due|agency)\}", template)
    return re.compile("".join(PLACES[part] if at % 2 else re.escape(part) for at, part in enumerate(parts)))


def problem(operation: Element, *, brand: str) -> str | None:
    """The first check that fails, in the gateway's words."""
    value = {str(child.tag): (child.text or "").strip() for child in operation}  # unqualified: a prefix fails here
    checks = (
        (value.get("RequestID"), "Check RequestID: NULL_OR_BLANK"),
        (value.get("RequestID", "").isdecimal(), "Check RequestID: REQUEST_ID_NOT_NUMBER"),
        (value.get("UserID"), "Check UserID: NULL_OR_BLANK"),
        (NUMBER.fullmatch(value.get("ReceiverID", "")), "Check ReceiverID: FORMAT_ERROR"),
        (value.get("UserID") == value.get("ReceiverID"), "UserID_NOT_EQUAL_ReceiverID"),
        (value.get("ServiceID") == brand, "Check ServiceID: ALIAS_INVALID:TELCO=VT"),
        (value.get("CommandCode") == COMMAND, "Check CommandCode: COMMAND_CODE_ERROR"),
        (value.get("Content"), "Check Content: NULL_OR_BLANK"),
        (value.get("ContentType") == UNACCENTED, "Check Content: CONTENT_TYPE_ERROR"),
        (is_simple(value.get("Content", "")), "Check Content: MAXLENGTH_LIMIT_160_BYTE"),
    )
    return next((words for passed, words in checks if not passed), None)


def matched(approved: Mapping[str, re.Pattern[str]], content: str) -> tuple[str, str] | None:
    """Status and dossier code of a message that fits an approved template."""
    for status, pattern in approved.items():
        found = pattern.fullmatch(content)
        if found:
            return status, found["code"] if "code" in pattern.groupindex else "?"
    return None


def value(operation: Element, name: str) -> str:
    """One field of the request."""
    return (operation.findtext(name) or "").strip()
