"""`hub plugins`: what is installed, and the settings each connector wants."""

from __future__ import annotations

import click

from hub.cli.frame import Reach, reach
from hub.cli.shown import as_json, table, tell


@click.group()
def plugins() -> None:
    """Installed plugins and their connectors.

    Các plugin đã cài và connector của chúng.
    """


@plugins.command("list")
@as_json
@reach
def list_plugins(ours: Reach, *, json: bool) -> None:
    """Every plugin with its version, connectors and hooks. Mọi plugin, phiên bản, connector và hook."""
    found = ours.context.plugins
    told = [
        {
            "plugin": name,
            "distribution": origin.distribution,
            "version": origin.version,
            "connectors": [entry.name for entry in found.catalogue if entry.origin.plugin == name],
            "hooks": found.hooks_of(name),
        }
        for name, origin in sorted(found.origins.items())
    ]
    if json:
        tell(told)
        return
    table(
        ("plugin", "distribution", "connectors", "hooks"),
        (
            (
                one["plugin"],
                f"{one['distribution']} {one['version']}",
                ", ".join(one["connectors"]),
                "\n".join(one["hooks"]),
            )
            for one in told
        ),
    )


@plugins.command()
@click.argument("connector")
@as_json
@reach
def show(ours: Reach, *, connector: str, json: bool) -> None:
    """A connector: what it can do and the settings of its channels. Một connector và các thiết lập của nó."""
    entry = ours.context.plugins.catalogue.entry(connector)
    schema = entry.connector.settings_schema
    if json:
        tell({"connector": connector, "abilities": entry.abilities, "settings_schema": schema})
        return
    vietnamese, english = entry.connector.title
    click.secho(f"{connector}: {english} · {vietnamese}", bold=True)
    click.echo(
        f"{entry.origin}; {', '.join(entry.abilities)}; accepts {', '.join(entry.connector.accepts) or 'nothing'}"
    )
    required = schema.get("required", ())
    table(
        ("setting", "", "what it is", "ý nghĩa"),
        (
            (
                name,
                " ".join(
                    word for word, holds in (("required", name in required), ("secret", one.get("writeOnly"))) if holds
                ),
                one.get("description"),
                one.get("x-description-vi"),
            )
            for name, one in schema.get("properties", {}).items()
        ),
    )
