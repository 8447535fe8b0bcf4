"""The gateway's simulator on a real socket."""

import sys
from pathlib import Path

import pytest

from plugins.sms.simulator import SmsSimulator

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def gateway():
    with SmsSimulator() as gateway:
        yield gateway
