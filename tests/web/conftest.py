"""A hub with its web app on a real database, clients with keys, documents that are valid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.config import Settings
from hub.domain.schemas import examples
from hub.flows import client_keys
from hub.flows.context import Context
from hub.flows.pressure import Pressure
from hub.plugging.manager import Plugins
from hub.store import clients
from hub.testing import partner
from hub.testing.clock import SetClock
from hub.web.app import create_app
from hub.wiring import build

SECRET_KEY = "a-secret-key-only-for-tests-0123456789"


@dataclass
class Api:
    """One client's view of the app."""

    http: FlaskClient
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = body if isinstance(body, (bytes, type(None))) else orjson.dumps(body)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.open(
            path, method=method, data=data, headers={"Authorization": f"Bearer {self.token}", **self.headers, **names}
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)


@dataclass
class Hub:
    """A context and its app; makes clients."""

    context: Context
    app: Flask

    def client(self, name: str = "mot-cua", **scopes: Any) -> Api:
        self.context.store.write(
            lambda connection: clients.put(connection, name, title=name, scopes=scopes, now=self.context.now())
        )
        return Api(self.app.test_client(), client_keys.issue(self.context, name))


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def make_hub(database_url: str, clock: SetClock) -> Iterator[Callable[..., Hub]]:
    """Makes hubs on the test's database; settings as keywords."""
    made: list[Context] = []

    def make(**settings: Any) -> Hub:
        plugins = Plugins()
        plugins.register(partner)
        given = {"database_url": database_url, "secret_key": SECRET_KEY, **settings}
        context = build(Settings(**given), clock=clock, plugins=plugins)
        made.append(context)
        return Hub(context, create_app(context))

    yield make
    Pressure.finish()
    for context in made:
        context.waker.close()
        context.store.close()


@pytest.fixture
def hub(make_hub: Callable[..., Hub]) -> Hub:
    return make_hub()


@pytest.fixture
def api(hub: Hub) -> Api:
    return hub.client()


@pytest.fixture
def dossier() -> dict[str, Any]:
    return examples("dossier")["birth-at-the-counter"]


@pytest.fixture
def procedure() -> dict[str, Any]:
    return examples("procedure")["birth-registration"]


@pytest.fixture
def postal_order() -> dict[str, Any]:
    return examples("postal_order")["result-home"]
