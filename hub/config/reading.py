"""Reads the settings of a process: environment, then TOML file, then default; all that is wrong is told at once."""

from __future__ import annotations

import difflib
import os
import secrets
import stat
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.config.settings import Settings, SettingsError
from hub.config.table import CONFIG, DECLARATIONS, PREFIX
from hub.config.values import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEY_BYTES = 32


def load(environment: Mapping[str, str] | None = None, *, file: Path | None = None) -> Settings:
    """Read the settings. Raises SettingsError with a sentence for everything that is wrong."""
    environment = os.environ if environment is None else environment
    file = file or (Path(environment[CONFIG]) if environment.get(CONFIG) else None)
    wrong: list[str] = []
    given = _from_file(file, wrong) | _from_environment(environment, wrong)
    values = {}
    for name, (where, value) in given.items():
        try:
            values[name] = read(DECLARATIONS[name], value)
        except ValueError as problem:
            wrong.append(f"{where}: {problem}")
    if not wrong and not values.get("secret_key"):
        _add_key(values, wrong)
    if wrong:
        raise SettingsError(wrong)
    return Settings(**values)


def create_key_file(path: Path) -> None:
    """Make a new key readable by its owner only. Raises FileExistsError: a key is never written over."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(KEY_BYTES) + "\n")


def _from_environment(environment: Mapping[str, str], wrong: list[str]) -> dict[str, tuple[str, Any]]:
    known = {each.variable: each.name for each in DECLARATIONS.values()}
    names = [name for name in environment if name.startswith(PREFIX) and name != CONFIG]
    wrong.extend(_unknown(name, [*known, CONFIG]) for name in names if name not in known)
    return {known[name]: (name, environment[name]) for name in names if name in known and environment[name]}


def _from_file(file: Path | None, wrong: list[str]) -> dict[str, tuple[str, Any]]:
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        wrong.append(f"{file} cannot be read (không đọc được tệp): {problem}")
        return {}
    wrong.extend(f"{file}: {_unknown(name, DECLARATIONS)}" for name in content if name not in DECLARATIONS)
    return {name: (f"{file}: {name}", value) for name, value in content.items() if name in DECLARATIONS}


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0)[0]
    return f"{name} is not a setting; did you mean {near}? ({name} không phải là thiết lập; ý bạn là {near}?)"


def _add_key(values: dict[str, Any], wrong: list[str]) -> None:
    path: Path = values.get("secret_key_file", DECLARATIONS["secret_key_file"].default)
    if not path.is_file():
        return
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        wrong.append(f"{path} can be read by others; say `chmod 600 {path}`. (Người khác đọc được tệp khóa.)")
        return
    try:
        values["secret_key"] = read(DECLARATIONS["secret_key"], path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError) as problem:
        wrong.append(f"{path}: {problem}")
