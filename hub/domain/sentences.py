"""What is said about each broken rule: a stable code, a Vietnamese and an English sentence, never a value."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, Final

# keyword -> (code, Vietnamese, English); {limit} and {right} are filled in from the schema, never from the document
RULES: Final[dict[str, tuple[str, str, str]]] = {
    "required": ("missing_property", "thiếu thuộc tính bắt buộc này", "this required property is missing"),
    "additionalProperties": (
        "unknown_property",
        "thuộc tính này không có trong lược đồ",
        "the schema has no such property",
    ),
    "type": ("wrong_type", "sai kiểu dữ liệu; phải là {limit}", "wrong type; it must be {limit}"),
    "enum": (
        "not_in_list",
        "không thuộc danh sách; phải là một trong: {limit}",
        "not in the list; it must be one of: {limit}",
    ),
    "const": ("not_in_list", "phải đúng là {limit}", "it must be {limit}"),
    "pattern": ("malformed", "sai dạng", "malformed"),
    "format": ("malformed", "không có thật hoặc sai dạng", "malformed, or there is no such day or time"),
    "minLength": (
        "empty",
        "không được để trống; hãy bỏ hẳn thuộc tính nếu không có",
        "must not be empty; leave the property out instead",
    ),
    "maxLength": ("too_long", "quá dài; nhiều nhất {limit} ký tự", "too long; at most {limit} characters"),
    "minimum": ("out_of_range", "quá nhỏ; nhỏ nhất là {limit}", "too small; the least is {limit}"),
    "maximum": ("out_of_range", "quá lớn; lớn nhất là {limit}", "too large; the most is {limit}"),
    "minItems": ("too_few", "quá ít phần tử; ít nhất {limit}", "too few items; at least {limit}"),
    "maxItems": ("too_many", "quá nhiều phần tử; nhiều nhất {limit}", "too many items; at most {limit}"),
    "minProperties": ("too_few", "quá ít thuộc tính; ít nhất {limit}", "too few properties; at least {limit}"),
    "maxProperties": ("too_many", "quá nhiều thuộc tính; nhiều nhất {limit}", "too many properties; at most {limit}"),
    "uniqueItems": ("duplicate_item", "có phần tử lặp lại", "an item is repeated"),
    "oneOf": ("wrong_shape", "sai cấu trúc", "wrong shape"),
    "anyOf": ("wrong_shape", "không khớp cách ghi nào được phép", "none of the allowed shapes"),
    "surrogate": (
        "lone_surrogate",
        "chứa ký tự Unicode hỏng (surrogate đơn lẻ); hãy gửi lại bằng UTF-8 đúng",
        "contains a lone surrogate, which is not text; send it again in proper UTF-8",
    ),
    "nul": ("text_has_control_characters", "chứa ký tự U+0000", "contains the character U+0000, which is not text"),
    "digits": (
        "too_many_digits",
        "số quá lớn để giữ đúng từng chữ số; hãy gửi dưới dạng chuỗi",
        "too large a number to keep each of its digits; send it as a string",
    ),
    "names": (
        "duplicate_name",
        "hai thuộc tính cùng tên, chỉ khác cách ghi dấu (NFC, NFD)",
        "two properties have the same name, their marks written differently (NFC, NFD)",
    ),
    "depth": ("too_deep", "lồng nhau quá sâu; nhiều nhất {limit} tầng", "nested too deeply; at most {limit} levels"),
}

_TYPES_VI: Final = {
    "string": "chuỗi",
    "integer": "số nguyên",
    "number": "số",
    "boolean": "true hoặc false",
    "object": "đối tượng",
    "array": "mảng",
}
_TYPES_EN: Final = {"integer": "a whole number", "boolean": "true or false", "object": "an object", "array": "an array"}
_OTHER_DIGITS: Final = re.compile(r"[^\x00-\x7f]")


def sentence(keyword: str, limit: Any, node: dict[str, Any], value: Any) -> tuple[str, str, str]:
    """Code, Vietnamese and English for one broken keyword of schema node `node`; `value` only chooses the hints."""
    code, vi, en = RULES.get(keyword, ("invalid", "không hợp lệ ({limit})", "invalid ({limit})"))
    if keyword in _OWN_WORDS:
        code = node.get("x-code", code)
    vi = vi.format(limit=_limit(keyword, limit, _TYPES_VI))
    en = en.format(limit=_limit(keyword, limit, _TYPES_EN))
    if value is None and keyword in ("type", "enum", "const"):
        vi, en = vi + " (không dùng null: hãy bỏ hẳn thuộc tính)", en + " (never null: leave the property out)"
    if "x-right" in node and keyword not in ("minLength", "maxLength"):
        vi, en = f"{vi}; đúng ra là {node['x-right-vi']}", f"{en}; right would be {node['x-right']}"
    if keyword == "pattern" and isinstance(value, str):
        hint_vi, hint_en = _hint(value)
        vi, en = vi + hint_vi, en + hint_en
    return code, vi, en


def suggestion(name: str, known: list[str]) -> tuple[str, str]:
    """What may be meant, when an unknown property looks like a known one."""
    near = get_close_matches(name[:64], known, n=1)
    return (f"; có lẽ ý bạn là {near[0]}", f"; perhaps you mean {near[0]}") if near else ("", "")


_OWN_WORDS: Final = frozenset({"pattern", "format", "enum", "oneOf", "anyOf", "minProperties"})
"""Keywords for which a schema node may name a code of its own (`x-code`)."""


def _limit(keyword: str, limit: Any, words: dict[str, str]) -> str:
    if keyword == "type":
        return ", ".join(words.get(str(word), str(word)) for word in (limit if isinstance(limit, list) else [limit]))
    if isinstance(limit, list):
        return ", ".join(str(entry) for entry in limit)
    return str(limit) if isinstance(limit, (int, float, str)) else ""


def _hint(value: str) -> tuple[str, str]:
    if value.endswith(("\n", "\r")):
        return " (có ký tự xuống dòng ở cuối)", " (there is a line break at the end)"
    if value != value.strip():
        return " (có khoảng trắng ở đầu hoặc cuối)", " (there is white space at the start or end)"
    if any(character.isdigit() for character in _OTHER_DIGITS.findall(value)):
        return (
            " (có chữ số không phải 0-9, ví dụ chữ số toàn rộng)",
            " (it has digits other than 0-9, such as full-width ones)",
        )
    return "", ""
