"""What can be wrong with plugins and with the settings of a channel; each told in whole sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.domain.problem import Problem


class PluginError(Exception):
    """Plugins cannot be used; each sentence names the plugin and its distribution."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


class UnknownConnector(LookupError):
    """No plugin registers a connector of this name."""


class SettingsRefused(ValueError):
    """A channel's settings do not fit the connector's schema; no value is repeated."""

    def __init__(self, connector: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"settings of {connector}: " + " ".join(each.en for each in problems))
