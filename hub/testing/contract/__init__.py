"""The contract every connector must pass, faults included; one subclass gives all its tests.

In `tests/plugins/<name>/test_contract.py`:

    class TestVnpost(ConnectorContract):
        connector_class = VnpostConnector
        simulator_class = VnpostSimulator

        def settings_for(self, simulator): return {"url": simulator.url, "password": "a-long-secret"}
        def records(self): return [("postal_order", "H56-…", {...}), …]

The other attributes and methods that may be given stand in `hub.testing.contract.base`.
"""

from __future__ import annotations

import pytest

PARTS = "answers base bench bringing checking converging making_equal mapping pushing receiving reconciling settings"
pytest.register_assert_rewrite(*(f"hub.testing.contract.{part}" for part in PARTS.split()))

from hub.testing.contract.base import ContractBase  # noqa: E402 (after the rewrite is asked for)
from hub.testing.contract.bench import Bench  # noqa: E402
from hub.testing.contract.bringing import BringingContract  # noqa: E402
from hub.testing.contract.converging import ConvergingContract  # noqa: E402
from hub.testing.contract.mapping import MappingContract  # noqa: E402
from hub.testing.contract.receiving import ReceivingContract  # noqa: E402
from hub.testing.contract.reconciling import ReconcilingContract  # noqa: E402
from hub.testing.contract.settings import SettingsContract  # noqa: E402

__all__ = ["Bench", "ConnectorContract", "ContractBase"]


class ConnectorContract(
    SettingsContract,
    MappingContract,
    ConvergingContract,  # which is also Checking, Pushing and Answers
    BringingContract,
    ReceivingContract,
    ReconcilingContract,
):
    """All of it; what needs an ability the connector has not is skipped."""
