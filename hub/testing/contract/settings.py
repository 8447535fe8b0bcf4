"""Settings: a valid schema that describes itself in both languages; secrets are never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from hub.plugging.checks import connector_problems
from hub.sdk import ConnectorError, Pulls, Pushes
from hub.sdk.exchange import recording
from hub.sdk.simulator import Fault
from hub.testing.contract.base import ContractBase
from hub.testing.contract.documents import personal_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.testing.contract.bench import Bench

STRUCTURAL = {"object", "array", "boolean"}


class SettingsContract(ContractBase):
    """The settings schema validates, draws the form, marks the secrets."""

    def test_the_class_passes_the_load_time_checks(self) -> None:
        assert connector_problems(self.connector_class) == []
        assert self.simulator_class.name == self.connector_class.name

    def test_the_settings_of_the_tests_are_valid(self, bench: Bench) -> None:
        validator = jsonschema_rs.validator_for(dict(self.connector_class.settings_schema))

        assert [each.message for each in validator.iter_errors(bench.connector.settings)] == []

    def test_every_setting_has_examples_and_they_validate(self) -> None:
        for name, schema in _properties(self.connector_class.settings_schema):
            if schema.get("writeOnly") or schema.get("type") in STRUCTURAL or "enum" in schema or "$ref" in schema:
                examples = schema.get("examples", [])
            else:
                examples = schema["examples"]
            validator = jsonschema_rs.validator_for(
                {**schema, "$defs": self.connector_class.settings_schema.get("$defs", {})}
            )
            for example in examples:
                assert validator.is_valid(example), f"{name}: the example {example!r} is not valid"

    def test_every_setting_is_described_in_both_languages(self) -> None:
        undescribed = [
            name
            for name, schema in _properties(self.connector_class.settings_schema)
            if not (schema.get("description") and schema.get("x-description-vi"))
        ]

        assert undescribed == []

    def test_f23_no_secret_is_ever_shown(self, bench: Bench) -> None:
        secrets = [each for each in _secrets(self.connector_class.settings_schema, bench.connector.settings) if each]
        if not secrets:
            pytest.skip("no secret among the settings")

        told = "\n".join(self._all_that_is_told(bench))

        assert [secret for secret in secrets if secret in told] == []

    def test_f23_nothing_personal_is_ever_logged(self, pushing: Bench) -> None:
        personal = {each for kind, _, document in self.records() for each in personal_values(kind, document)}

        told = "\n".join(self._all_that_is_told(pushing))

        assert [value for value in personal if value in told] == []

    def _all_that_is_told(self, bench: Bench) -> Iterator[str]:
        connector = bench.connector
        yield repr(connector)
        for fault in (None, Fault.HTTP_500, Fault.GARBLED, Fault.TIMEOUT_AFTER):
            if fault:
                bench.order(fault)
            yield repr(connector.check())
            if isinstance(connector, Pushes):
                self.publish_all(bench)
                yield repr(bench.driver.step())
            if isinstance(connector, Pulls):
                with recording() as exchanges:
                    try:
                        yield repr(connector.pull(None).cursor)
                    except ConnectorError as problem:
                        yield repr(problem)
                yield repr(exchanges)
            bench.behave()
        yield repr(bench.driver.exchanges)
        yield repr(bench.entries)


def _properties(schema: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, inner in schema.get("properties", {}).items():
        yield f"{within}{name}", inner
        yield from _properties(inner, f"{within}{name}.")
        if isinstance(inner.get("items"), dict):
            yield from _properties(inner["items"], f"{within}{name}[].")


def _secrets(schema: Mapping[str, Any], settings: Any) -> Iterator[str]:
    """The values of `writeOnly` settings, nested ones too."""
    for name, inner in schema.get("properties", {}).items():
        value = settings.get(name) if isinstance(settings, dict) else None
        if inner.get("writeOnly") and isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _secrets(inner, value)
        elif isinstance(value, list):
            for each in value:
                yield from _secrets(inner.get("items", {}), each)
