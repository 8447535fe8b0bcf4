"""Procedures: the routes that every kind of record has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.web.records import blueprint

if TYPE_CHECKING:
    from flask import Blueprint

    from hub.web.service import Service


def procedures(service: Service) -> Blueprint:
    """Make the routes under `/v1/procedures`."""
    return blueprint(service, "procedure", "procedures")
