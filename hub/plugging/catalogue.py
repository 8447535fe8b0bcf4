"""The connectors there are: which plugin brought each, whether settings fit it, and how one is made."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from hub.domain.schemas import problem
from hub.domain.sentences import sentence, suggestion
from hub.plugging.errors import SettingsRefused, UnknownConnector
from hub.sdk import Lists, Polls, Pulls, Pushes, Recalls, Receives, Sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.domain.problem import Problem
    from hub.sdk import Connector, Tools

ABILITIES = (Pushes, Recalls, Lists, Sums, Pulls, Polls, Receives)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a connector or simulator comes from."""

    plugin: str
    distribution: str = ""
    version: str = ""

    def __str__(self) -> str:
        """Name it as sentences about it do."""
        return f"plugin {self.plugin}" + (f" of {self.distribution} {self.version}" if self.distribution else "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One connector class and its origin."""

    connector: type[Connector]
    origin: Origin
    validator: Any

    @property
    def name(self) -> str:
        """The connector's name."""
        return self.connector.name

    @property
    def abilities(self) -> tuple[str, ...]:
        """What it can do, in lower-case words: pushes, recalls, …."""
        return tuple(each.__name__.lower() for each in ABILITIES if each in self.connector.__mro__)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of its top-level settings that are never shown."""
        properties = self.connector.settings_schema.get("properties", {})
        return tuple(name for name, schema in properties.items() if schema.get("writeOnly"))


class Catalogue:
    """Connectors by name."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        """Iterate in the order of names."""
        return iter([self._entries[name] for name in sorted(self._entries)])

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a connector of this name."""
        return name in self._entries

    def add(self, connector: type[Connector], origin: Origin) -> None:
        """Add a checked class."""
        validator = jsonschema_rs.validator_for(dict(connector.settings_schema), validate_formats=True, offline=True)
        self._entries[connector.name] = Entry(connector, origin, validator)

    def remove(self, plugin: str) -> None:
        """Take away all that a refused plugin brought."""
        self._entries = {name: each for name, each in self._entries.items() if each.origin.plugin != plugin}

    def entry(self, name: str) -> Entry:
        """Return one. Raises UnknownConnector naming the nearest."""
        if name not in self._entries:
            near = difflib.get_close_matches(name, self._entries, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(self._entries)) or 'none'}."
            raise UnknownConnector(f"No connector is called {name}; {hint}")
        return self._entries[name]

    def problems(self, name: str, settings: Mapping[str, Any]) -> list[Problem]:
        """Return all that is wrong with a channel's settings, each with its pointer; no value is repeated."""
        entry = self.entry(name)
        schema = entry.connector.settings_schema
        return [each for cause in entry.validator.iter_errors(dict(settings)) for each in _explain(cause, schema)]

    def connect(self, name: str, settings: Mapping[str, Any], tools: Tools) -> Connector:
        """Make a connector for one channel. Raises UnknownConnector, SettingsRefused."""
        problems = self.problems(name, settings)
        if problems:
            raise SettingsRefused(name, problems)
        return self.entry(name).connector(settings, tools)


def _explain(cause: jsonschema_rs.ValidationError, schema: Mapping[str, Any]) -> Iterator[Problem]:
    node: Any = schema
    for step in list(cause.schema_path)[:-1]:
        node = node.get(step, {}) if isinstance(node, dict) else node[step]
    keyword, path, facts = cause.kind.name, list(cause.instance_path), cause.kind.as_dict()
    limit = node.get(keyword) if isinstance(node, dict) else None
    code, vi, en = sentence(keyword, limit, {}, "")
    if keyword == "minLength" and limit != 1:
        code, vi, en = "too_short", f"quá ngắn; ít nhất {limit} ký tự", f"too short; at least {limit} characters"
    if keyword == "additionalProperties":
        for name in facts["unexpected"]:
            near_vi, near_en = suggestion(name, list(node.get("properties", {})))
            yield problem(keyword, [*path, name], code=code, vi=vi + near_vi, en=en + near_en)
    elif keyword == "required":
        yield problem(keyword, [*path, facts["property"]], code=code, vi=vi, en=en)
    else:
        yield problem(keyword, path, code=code, vi=vi, en=en)
