"""Texts the way a plain telephone shows them: without accents, in one message. Pure."""

from __future__ import annotations

import unicodedata

LONGEST = 160  # characters of one message in the GSM 03.38 alphabet
# Letters that decomposition does not take apart; ð and Ð are what old fonts left of đ and Đ.
STROKES = str.maketrans("đĐðÐ", "dDdD") | str.maketrans(
    {"–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " "}
)
# The GSM 03.38 basic alphabet as far as it is ASCII; "[", "]", "{", "}", "\\", "^", "|", "~" cost two characters there.
SIMPLE = frozenset("@$_ !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\n")


def unaccented(text: str) -> str:
    """Write Vietnamese without accents (Đường -> Duong); what is then still not of the alphabet becomes a blank."""
    plain = unicodedata.normalize("NFD", text.translate(STROKES))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter in SIMPLE else " " for letter in letters).split())


def is_simple(text: str) -> bool:
    """Tell whether the text goes as one unaccented message."""
    return 0 < len(text) <= LONGEST and SIMPLE.issuperset(text)


def filled(template: str, places: dict[str, str]) -> str:
    """Fill a template; when the message would be too long the agency's name is cut at a word."""
    plain = {name: unaccented(value) for name, value in places.items()}
    message = template.format(**plain)
    excess = len(message) - LONGEST
    if excess > 0 and "{agency}" in template:
        room = len(plain["agency"]) - -(-excess // template.count("{agency}"))
        plain["agency"] = _cut(plain["agency"], room)
        message = template.format(**plain)
    return message


def _cut(text: str, room: int) -> str:
    if room <= 0:
        return ""
    return text if len(text) <= room else (text[: room + 1].rpartition(" ")[0] or text[:room])
