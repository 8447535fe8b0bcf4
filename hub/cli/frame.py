"""What all commands share: late import of subcommands, settings and context, errors as sentences."""

from __future__ import annotations

import getpass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.config import Settings
    from hub.flows.context import Context


class Lazy(click.Group):
    """A group that imports a subcommand when it runs; its help needs only the table."""

    def __init__(self, *arguments: Any, commands_by_name: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._table = commands_by_name

    def list_commands(self, _context: click.Context) -> list[str]:
        """In the order of the table."""
        return list(self._table)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Import it now."""
        if name not in self._table:
            return None
        module, _, attribute = self._table[name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._table.items()])

    def invoke(self, context: click.Context) -> Any:
        """Run; what a person can mend is told in sentences, not in a traceback."""
        try:
            return super().invoke(context)
        except Exception as problem:
            sentences = _sentences(problem)
            if sentences is None:
                raise
            for sentence in sentences:
                click.secho(f"✗ {sentence}", err=True, fg="red")
            context.exit(1)


def _sentences(problem: Exception) -> list[str] | None:
    """What to tell instead of a traceback; None: this is a defect and must be seen whole."""
    said = getattr(problem, "sentences", None)  # SettingsError, PluginError, Refused
    if said:
        return list(said)
    kinds = [kind.__name__ for kind in type(problem).__mro__]
    if {"UnknownConnector", "SettingsRefused"} & set(kinds):
        return [str(problem)]
    if "VaultError" in kinds:
        return [f"A secret cannot be read: {problem} (không đọc được bí mật)"]
    if {"OperationalError", "ProgrammingError"} & set(kinds) or kinds[0] == "DatabaseError":
        from hub.cli.troubles import trouble

        return list(trouble(problem))
    if isinstance(problem, OSError) and problem.errno and not isinstance(problem, BrokenPipeError):
        return [f"The system refuses: {problem}", "Hệ điều hành từ chối."]
    return None


class Reach:
    """What a command can reach, made when it is first asked for."""

    def __init__(self, config: Path | None) -> None:
        self.config = config

    @cached_property
    def settings(self) -> Settings:
        """The settings of this command."""
        from hub.config import load

        return load(file=self.config)

    @cached_property
    def context(self) -> Context:
        """Store, plugins, channels; quiet but for warnings."""
        from hub import wiring
        from hub.observe import set_up_logging

        set_up_logging("error", "console")
        return wiring.build(self.settings)

    def close(self) -> None:
        """Leave the database, if the command reached it."""
        if "context" in self.__dict__:
            self.context.waker.close()
            self.context.store.close()

    @property
    def actor(self) -> str:
        """Who acts, for the ledger."""
        try:
            return f"cli:{getpass.getuser()}"
        except (OSError, KeyError):
            return "cli"


reach = click.make_pass_decorator(Reach)
