"""Databases beside each other on one PostgreSQL server: made as copies of a template, dropped whoever looks."""

from __future__ import annotations

from contextlib import closing
from typing import LiteralString

import psycopg
from psycopg import sql


def create_database(url: str, name: str, *, template: str = "template1") -> str:
    """Create a database beside the one of `url` as a copy of `template`; give its URL."""
    execute(url, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    return url.replace("/postgres?", f"/{name}?", 1)


def drop_database(url: str, name: str) -> None:
    """Drop a database though sessions may still be open on it."""
    execute(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def execute(url: str, *commands: sql.Composed | LiteralString) -> None:
    """Run commands one by one, each its own transaction."""
    with closing(psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)) as connection:
        for command in commands:
            connection.execute(command)
