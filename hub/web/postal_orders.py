"""Postal orders: the routes that every kind of record has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.web.records import blueprint

if TYPE_CHECKING:
    from flask import Blueprint

    from hub.web.service import Service


def postal_orders(service: Service) -> Blueprint:
    """Make the routes under `/v1/postal-orders`."""
    return blueprint(service, "postal_order", "postal-orders")
