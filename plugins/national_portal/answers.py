"""What the portal's `error_code` says, in one visible table; a line marked (assumed) has no source: correct it here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Meaning(StrEnum):
    """What an `error_code` says."""

    TAKEN = "taken"
    EXISTS = "exists"  # the portal has the dossier already
    DATA = "data"  # content refused
    NOT_FOUND = "not_found"  # the portal does not have the dossier or procedure
    SERVICE = "service"  # no such service
    SESSION = "session"  # log in again
    ACCESS = "access"  # unit, account or destination refused
    TEMPORARY = "temporary"  # trouble at the portal; it may have taken the call
    UNKNOWN = "unknown"  # a code no table knows: never success


# Keys after `canonical_code`: 0, "0" and "00" are all "0". Only 0 and 3 / -3 have a source; the rest is assumed.
ANSWERS: Mapping[str, Meaning] = {
    "0": Meaning.TAKEN,
    "3": Meaning.EXISTS,  # only together with ALREADY_THERE in the message
    "-3": Meaning.EXISTS,
    "-1": Meaning.TEMPORARY,  # (assumed) after "-1 error" of the portal's inbound messages
    "2": Meaning.DATA,  # (assumed)
    "4": Meaning.NOT_FOUND,  # (assumed)
    "5": Meaning.SERVICE,  # (assumed)
    "6": Meaning.ACCESS,  # (assumed)
    "7": Meaning.SESSION,  # (assumed)
}
ALREADY_THERE = "đã tồn tại"
NOT_GIVEN = frozenset({Meaning.NOT_FOUND, Meaning.DATA})  # to the question for one procedure: the others are asked for


def record_of(result: Any) -> Any:
    """Return the one record of a look-up: a working system reads a list of one, and takes an empty list for nothing."""
    if isinstance(result, list):
        return result[0] if result else {}
    return result


# What the hub answers when the portal sends a dossier down
INBOUND_TAKEN, INBOUND_DOUBLE, INBOUND_ERROR = 0, 1, -1
