"""Reads the headers that make a request conditional or repeatable; anything odd is a 400 that names the header."""

from __future__ import annotations

import re

from flask import request

from hub.web.refusal import Refusal

ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"', re.ASCII)
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)


def etag(version: int) -> str:
    """Write a version as an entity tag."""
    return f'"{version}"'


def precondition() -> int | str | None:
    """Read If-Match and If-None-Match of a write: the version wanted (0: not there yet), "*" (any), or None."""
    given = request.headers.get("If-Match", "").strip()
    if given:
        if given == "*":
            return "*"
        match = ETAG.fullmatch(given)
        if match is None or given.startswith("W/"):
            raise _wrong_header("If-Match")
        return int(match[1])
    if request.headers.get("If-None-Match", "").strip() == "*":
        return 0
    return None


def known_version(version: int) -> bool:
    """Tell whether If-None-Match of a read names this version."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or str(version) in ETAG.findall(given)


def idempotency_key() -> str | None:
    """Read Idempotency-Key."""
    given = request.headers.get("Idempotency-Key")
    if given is not None and not IDEMPOTENCY_KEY.fullmatch(given):
        raise _wrong_header("Idempotency-Key")
    return given


def _wrong_header(name: str) -> Refusal:
    return Refusal("bad_header", vi=f"Header {name} không hợp lệ.", en=f"The header {name} is not valid.", header=name)
