"""The table of all settings, read off their declarations: for reading them, for their page, for help."""

from __future__ import annotations

import typing
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from hub.config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "HUB_"
CONFIG = "HUB_CONFIG"
UNITS = {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


@dataclass(frozen=True, slots=True)
class Declaration:
    """One row of the table of settings."""

    name: str
    kind: Any
    default: Any
    english: str
    vietnamese: str
    secret: bool
    least: float | None
    form: str

    @property
    def variable(self) -> str:
        """The name in the environment."""
        return f"{PREFIX}{self.name.upper()}"


def _declared() -> dict[str, Declaration]:
    kinds = typing.get_type_hints(Settings)
    return {
        each.name: Declaration(each.name, kinds[each.name], each.default, **each.metadata) for each in fields(Settings)
    }


DECLARATIONS: Mapping[str, Declaration] = _declared()
