"""Reads bodies and what stands in addresses; anything odd is a 400 that names the parameter."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import request

from hub.domain.codes import agency, dossier_number, procedure_code
from hub.domain.codes.malformed import Malformed
from hub.flows.context import milliseconds
from hub.web import json_body
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

CANONICAL: dict[str, Callable[[str], str]] = {
    "procedure": procedure_code.canonical,
    "dossier": dossier_number.canonical,
}


def body(depth: int) -> Any:
    """Return the JSON body. Raises BadBody, Refusal (compressed), werkzeug's RequestEntityTooLarge."""
    if request.content_encoding not in {None, "identity"}:
        raise Refusal("unsupported_encoding")
    return json_body.parse(request.get_data(cache=False), depth=depth)


def key_of(kind: str, given: str) -> str:
    """Bring the key of an address into its kept form; one that is malformed stays as it is and finds nothing."""
    try:
        return CANONICAL[kind](given) if kind in CANONICAL else _order_number(given)
    except Malformed:
        return given


def _order_number(given: str) -> str:
    return dossier_number.canonical(given) if dossier_number.is_dossier_number(given) else given


def whole(name: str, *, default: int, most: int, least: int = 1) -> int:
    """Read a whole number from the address; more than the most is the most."""
    given = request.args.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= 9 and int(given) >= least):  # noqa: PLR2004
        raise wrong(name)
    return min(int(given), most)


def seconds(name: str, *, most: float) -> float:
    """Read a number of seconds from the address; more than the most is the most."""
    given = request.args.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", given, re.ASCII):
        raise wrong(name)
    return min(float(given), most)


def truth(name: str, *, default: bool) -> bool:
    """Read true or false from the address."""
    given = request.args.get(name)
    if given is None:
        return default
    if given not in {"true", "false"}:
        raise wrong(name)
    return given == "true"


def moment(name: str) -> int | None:
    """Read a time with offset from the address, as milliseconds."""
    given = request.args.get(name)
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given.replace(" ", "+"))  # a plus that was not written as %2B
    except ValueError:
        raise wrong(name) from None
    if found.tzinfo is None:
        raise wrong(name)
    return milliseconds(found)


def agency_id(name: str) -> str:
    """Read an agency from the address."""
    return _kept(name, agency.canonical)


def procedure(name: str) -> str:
    """Read the code of a procedure from the address."""
    return _kept(name, procedure_code.canonical)


def _kept(name: str, canonical: Callable[[str], str]) -> str:
    given = request.args.get(name, "")
    try:
        return canonical(given) if given else ""
    except Malformed:
        raise wrong(name) from None


def text(name: str) -> str:
    """Read a short text from the address."""
    given = request.args.get(name, "")
    if "\x00" in given or len(given) > 300:  # noqa: PLR2004
        raise wrong(name)
    return given


def wrong(name: str) -> Refusal:
    """A parameter that cannot be read."""
    return Refusal(
        "bad_parameter",
        vi=f"Tham số {name} không hợp lệ.",
        en=f"The parameter {name} is not valid.",
        parameter=name,
    )
