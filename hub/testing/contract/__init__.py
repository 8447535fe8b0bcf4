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

pytest.register_assert_rewrite(
    *(
        f"hub.testing.contract.{each}"
        for each in (
            "base",
            "bringing",
            "checking",
            "converging",
            "mapping",
            "pushing",
            "receiving",
            "reconciling",
            "settings",
        )
    )
)

from hub.testing.contract.base import Bench, ContractBase  # noqa: E402 (after the rewrite is asked for)
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
    ConvergingContract,  # which is also Checking and Pushing
    BringingContract,
    ReceivingContract,
    ReconcilingContract,
):
    """All of it; what needs an ability the connector has not is skipped."""
