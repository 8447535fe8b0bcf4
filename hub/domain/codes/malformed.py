"""The one error of this room: a text that is not the code it should be."""

from __future__ import annotations


class Malformed(ValueError):
    """A text is not such a code; says what would be right, never what was given."""

    def __init__(self, code: str, *, vi: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.vi = vi
        self.en = en
