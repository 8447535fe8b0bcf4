"""What the tests of all plugins share: a clock that stands still."""

from __future__ import annotations

import pytest

from hub.testing.clock import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()
