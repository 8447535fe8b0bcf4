"""A connector that fails as declared, and one that explodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hub.sdk import Connector, Health, HealthWord, Pushes, delivered, errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Outcome, Outgoing

ERRORS = ("NotSent", "Busy", "CredentialsRefused", "Unanswered", "Garbled", "Rejecting", "Unmappable")
WAYS = ("defect", "exit", "none", "too_few", "too_many", "nonsense")


def _one_setting(name: str, words: Sequence[str], english: str, vietnamese: str) -> Mapping[str, Any]:
    setting = {"enum": list(words), "description": english, "x-description-vi": vietnamese, "examples": [words[0]]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": [name],
        "additionalProperties": False,
        "properties": {name: setting},
    }


class FailingConnector(Connector, Pushes):
    """Raises the error its settings name."""

    name = "failing"
    title = ("Đối tác luôn lỗi", "Partner that always fails")
    settings_schema: ClassVar[Mapping[str, Any]] = _one_setting("error", ERRORS, "Error to raise", "Lỗi cần gây ra")
    accepts = ("dossier", "procedure", "postal_order")
    batch_size = 20
    resend = "safe"

    def check(self) -> Health:
        """Down, as everything here."""
        return Health(HealthWord.DOWN, "This partner always fails.")

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """Nothing to map."""
        return dict(document)

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Raise."""
        raise getattr(errors, self.settings["error"])("failed as told", code="E1", retry_after=7)


class ExplodingConnector(Connector, Pushes):
    """Breaks the contract in the way its settings name."""

    name = "exploding"
    title = ("Trình kết nối hỏng", "Broken connector")
    settings_schema: ClassVar[Mapping[str, Any]] = _one_setting("way", WAYS, "How to break", "Cách gây hỏng")
    accepts = ("dossier", "procedure", "postal_order")
    batch_size = 20
    resend = "safe"

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """Nothing to map."""
        return dict(document)

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Break."""
        way = self.settings["way"]
        if way == "defect":
            raise RuntimeError("a defect")
        if way == "exit":
            raise SystemExit(3)
        good = [delivered(each) for each in batch]
        odd: dict[str, Any] = {"none": None, "too_few": good[1:], "too_many": good + good, "nonsense": ["ok"] * 2}
        answer: Sequence[Outcome] = odd[way]
        return answer
