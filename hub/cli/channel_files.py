"""Channels in a file under version control: `hub channels apply FILE.toml` and `hub channels export`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click
import orjson

from hub.cli.frame import Reach, reach

HEAD = "# Channels of this hub. `[ẩn]` stands for a secret that is kept encrypted: applying it leaves it as it is.\n"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@reach
def apply(ours: Reach, file: Path) -> None:
    """Add and change channels as FILE.toml says; others stay. Thêm, sửa kênh theo tệp.

    [channels.NAME] with connector, and the tables settings, routing, politeness.
    """
    from hub.cli.filling import put_and_tell
    from hub.flows.operate import NotPossible, Wish

    content = _toml(file.read_bytes())
    wishes = content.get("channels", {})
    if content.keys() - {"channels"} or not isinstance(wishes, dict):
        raise NotPossible(
            f"{file} holds tables [channels.NAME] and nothing else; not {sorted(content)}.",
            f"{file} chỉ gồm các bảng [channels.TÊN].",
        )
    for name, wish in wishes.items():
        if not _is_wish(wish):
            raise NotPossible(
                f"[channels.{name}] has connector (text) and the tables settings, routing, politeness; nothing else.",
                f"[channels.{name}] gồm connector (chuỗi) và các bảng settings, routing, politeness.",
            )
    for name, wish in wishes.items():
        given = Wish(wish["connector"], *(wish.get(key, {}) for key in ("settings", "routing", "politeness")))
        put_and_tell(ours, name, given)


def _is_wish(wish: Any) -> bool:
    parts = dict(wish) if isinstance(wish, dict) else {}
    connector = parts.pop("connector", None)
    tables = parts.keys() <= {"settings", "routing", "politeness"} and all(
        isinstance(one, dict) for one in parts.values()
    )
    return isinstance(connector, str) and tables


@click.command()
@reach
def export(ours: Reach) -> None:
    """Write all channels as TOML, without secrets. Ghi mọi kênh ra TOML, không kèm bí mật."""
    from hub.flows.operate import shown_channel
    from hub.store import channels

    with ours.context.store.reading() as connection:
        rows = channels.every(connection)
    lines = [HEAD]
    for row in rows:
        shown = shown_channel(ours.context, row)
        lines.append(f"[channels.{row['name']}]\nconnector = {_value(shown['connector'])}")
        for part in ("settings", "routing", "politeness"):
            if shown[part]:
                lines.append(f"[channels.{row['name']}.{part}]")
                lines.extend(
                    f"{_key(key)} = {_value(value)}" for key, value in shown[part].items() if value is not None
                )
        lines.append("")
    click.echo("\n".join(lines))


def read_settings(content: bytes) -> dict[str, Any]:
    """Read settings written as JSON or as TOML."""
    try:
        settings = orjson.loads(content) if content.lstrip().startswith(b"{") else _toml(content)
    except orjson.JSONDecodeError as problem:
        raise click.ClickException(f"The settings are not JSON: {problem}") from None
    return dict(settings)


def _toml(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise click.ClickException(f"The file is not TOML: {problem}") from None


def _value(value: Any) -> str:
    """One TOML value; JSON's strings, numbers and truths are TOML's too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return orjson.dumps(value).decode().replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _value(name)
