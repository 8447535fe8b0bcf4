"""The software's simulator on a real socket."""

import sys
from pathlib import Path

import pytest

from plugins.civil_status.simulator import CivilStatusSimulator

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def ministry():
    with CivilStatusSimulator() as ministry:
        yield ministry
