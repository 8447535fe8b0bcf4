"""A hub on each database, with an echo partner on a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.testing import house
from hub.testing.partner import EchoSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.flows.context import Context


@pytest.fixture
def context(database_url: str) -> Iterator[Context]:
    context = house.build(database_url)
    yield context
    context.waker.close()
    context.store.close()


@pytest.fixture
def partner() -> Iterator[EchoSimulator]:
    with EchoSimulator() as simulator:
        yield simulator
