"""The kit for partners' simulators: real sockets, lasting memory, every fault of the closed list."""

from hub.sdk.simulator.base import Simulator
from hub.sdk.simulator.calls import Call, Response
from hub.sdk.simulator.faults import Fault, Faults
from hub.sdk.simulator.memory import Memory
from hub.sdk.simulator.tokens import Tokens, TokenService

__all__ = ["Call", "Fault", "Faults", "Memory", "Response", "Simulator", "TokenService", "Tokens"]
