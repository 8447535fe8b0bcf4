"""All that is checked while a plugin is loaded; each finding is one sentence. Fail closed."""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from hub.domain.messages import KINDS
from hub.sdk import Connector, Polls, Pulls, Pushes, Recalls, Receives
from hub.sdk.hookspecs import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "hub_"
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
RESEND = ("ask", "safe", "never")
REQUIRED = ("name", "title", "settings_schema")


def plugin_problems(plugin: object) -> list[str]:
    """What is wrong with a plugin's hook implementations, beyond what pluggy finds by itself."""
    if inspect.isclass(plugin):
        return ["it is a class; register an instance of it, or a module."]
    if getattr(type(plugin), "__hash__", None) is None:
        return ["it cannot be hashed, so that it cannot be told from other plugins."]
    return [problem for name, value in _members(plugin) for problem in _implementation_problems(name, value)]


def connector_problems(connector: Any) -> list[str]:
    """What is wrong with a connector class: its attributes, its settings schema, its abilities."""
    if not (isinstance(connector, type) and issubclass(connector, Connector)):
        return [f"{connector!r} is not a subclass of hub.sdk.Connector."]
    missing = [each for each in REQUIRED if not hasattr(connector, each)]
    if missing:
        return [f"{connector.__name__} lacks the attribute {', '.join(missing)}."]
    return [*_attribute_problems(connector), *schema_problems(connector), *_ability_problems(connector)]


def schema_problems(connector: type[Connector]) -> list[str]:
    """What is wrong with a settings schema."""
    schema, name = connector.settings_schema, connector.__name__
    try:
        jsonschema_rs.meta.validate(dict(schema))
    except (jsonschema_rs.ValidationError, ValueError, TypeError) as problem:
        return [f"{name}.settings_schema is not a valid JSON Schema: {str(problem).splitlines()[0]}"]
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        return [f"{name}.settings_schema must have type object and additionalProperties false."]
    return [
        f"{name}.settings_schema: the setting {key} lacks {word}."
        for key, value in schema.get("properties", {}).items()
        for word in ("description", "x-description-vi")
        if not (isinstance(value, dict) and value.get(word))
    ]


def _implementation_problems(name: str, value: Any) -> Iterator[str]:
    options = getattr(value, f"{PROJECT}_impl", None)
    if options is None:
        if name.startswith(PREFIX):
            yield f"the function {name} is not marked with @hookimpl, so that it would never be called."
        return
    if options.get("specname"):
        yield f"the function {name} uses specname; name it {options['specname']} instead."
    if options.get("hookwrapper"):
        yield f"the function {name} is an old-style hookwrapper; use wrapper=True."
    for argument in inspect.signature(value).parameters.values():
        if argument.default is not argument.empty:
            yield f"the argument {argument.name} of {name} has a default value; hooks get every argument."


def _attribute_problems(connector: type[Connector]) -> Iterator[str]:
    given: Any = connector  # a stranger's class: nothing about its attributes can be taken for granted
    name, title = connector.__name__, given.title
    if not (isinstance(given.name, str) and NAME.match(given.name)):
        yield f"{name}.name must match [a-z][a-z0-9_]*, not {connector.name!r}."
    if not (isinstance(title, tuple) and len(title) == 2 and all(isinstance(each, str) and each for each in title)):  # noqa: PLR2004 (languages)
        yield f"{name}.title must be a pair: Vietnamese, English."
    for word in ("accepts", "emits", "apart"):
        value = getattr(given, word)
        if not (isinstance(value, tuple) and all(each in KINDS for each in value)):
            yield f"{name}.{word} must be a tuple of kinds of record; there are {', '.join(KINDS)}."
    if not (isinstance(given.batch_size, int) and given.batch_size >= 1):
        yield f"{name}.batch_size must be at least 1."
    if connector.resend not in RESEND:
        yield f"{name}.resend must be one of {', '.join(RESEND)}."


def _ability_problems(connector: type[Connector]) -> Iterator[str]:
    name = connector.__name__
    abstract = sorted(getattr(connector, "__abstractmethods__", ()))
    if abstract:
        yield f"{name} inherits an ability but does not implement {', '.join(abstract)}."
    if bool(connector.accepts) != issubclass(connector, Pushes):
        yield f"{name}: accepts and the ability Pushes go together; it has only one of them."
    if bool(connector.emits) != issubclass(connector, (Pulls, Polls, Receives)):
        yield f"{name}: emits and one of the abilities Pulls, Polls, Receives go together; it has only one of them."
    if issubclass(connector, Pushes) and connector.resend == "ask" and not issubclass(connector, Recalls):
        yield f"{name}.resend is 'ask', but it does not inherit Recalls."
    for ability in ("map_out",) * bool(connector.accepts) + ("map_in",) * bool(connector.emits):
        if getattr(connector, ability) is getattr(Connector, ability):
            yield f"{name} does not implement {ability}."


def _members(plugin: object) -> Iterator[tuple[str, Any]]:
    """The functions of a plugin that could be hook implementations: what it defines or marks, not what it imports."""
    for name in dir(plugin):
        value = inspect.getattr_static(plugin, name, None)
        value = getattr(value, "__func__", value)
        if not inspect.isroutine(value):
            continue
        foreign = isinstance(plugin, ModuleType) and getattr(value, "__module__", None) != plugin.__name__
        if not foreign or hasattr(value, f"{PROJECT}_impl"):
            yield name, value
