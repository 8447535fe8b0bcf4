"""One value of a setting: text of the environment or of a TOML file turned into the declared type."""

from __future__ import annotations

import re
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hub.config.table import UNITS

if TYPE_CHECKING:
    from hub.config.table import Declaration


def read(declaration: Declaration, value: Any) -> Any:
    """Turn text of the environment or a TOML value into the declared type; a secret is never repeated."""
    shown = "the value" if declaration.secret else repr(value)
    kind = declaration.kind
    if typing.get_origin(kind) is Literal:
        if value not in typing.get_args(kind):
            raise ValueError(f"{shown} is none of {', '.join(typing.get_args(kind))} (không thuộc các giá trị này).")
        return value
    if kind is bool:
        return _truth(value, shown)
    if kind in {int, float}:
        return _number(declaration, value, shown)
    if kind == tuple[str, ...]:
        words = value.split(",") if isinstance(value, str) else value
        return tuple(word.strip() for word in words if word.strip())
    if not isinstance(value, str):
        raise ValueError(f"{shown} is no text (phải là chuỗi).")  # noqa: TRY004 (one kind of error for all that is misread)
    if kind is not str:
        return Path(value)
    if declaration.form and not re.fullmatch(declaration.form, value):
        raise ValueError(f"{shown} does not have the form {declaration.form} (không đúng dạng)")
    return value


def _truth(value: Any, shown: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise ValueError(f"{shown} is neither true nor false (phải là true hoặc false).") from None


def _number(declaration: Declaration, value: Any, shown: str) -> float:
    text, unit = str(value).strip().replace("_", ""), 1
    for word, size in UNITS.items():
        if text.upper().endswith(word):
            text, unit = text[: -len(word)].strip(), size
    try:
        number = declaration.kind(text) * unit
    except ValueError:
        raise ValueError(f"{shown} is no number (không phải là số).") from None
    if isinstance(value, bool) or (declaration.least is not None and not number >= declaration.least):
        raise ValueError(f"{shown} is less than {declaration.least:g} (quá nhỏ).")
    return float(number) if declaration.kind is float else int(number)
