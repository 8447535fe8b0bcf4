"""All a plugin author needs: markers, the connector and its abilities, types, outcomes, errors, tools."""

from hub.sdk.alike import known_again
from hub.sdk.answers import Answer
from hub.sdk.connector import Connector, Lists, Polls, Pulls, Pushes, Recalls, Receives, Sums
from hub.sdk.credentials import Credential, Renewable
from hub.sdk.digests import digest_of, portable
from hub.sdk.errors import (
    Busy,
    ConnectorError,
    CredentialsRefused,
    Garbled,
    NotSent,
    Refused,
    Rejecting,
    Unanswered,
    Unmappable,
)
from hub.sdk.gateway import TokenGateway
from hub.sdk.hookspecs import hookimpl
from hub.sdk.http import Http, Timeouts
from hub.sdk.meaning import health_of, outcome_of
from hub.sdk.one_by_one import ask_each, push_each
from hub.sdk.outcomes import Outcome, OutcomeWord, Reason, deferred, delivered, rejected, unknown
from hub.sdk.tools import Tools
from hub.sdk.typed import one_line
from hub.sdk.types import (
    Clock,
    Health,
    HealthWord,
    Incoming,
    Item,
    Listed,
    Listing,
    Outgoing,
    Page,
    Receipt,
    Reception,
    Reply,
    Request,
    Sum,
    Summary,
    SystemClock,
)

__all__ = [
    "Answer",
    "Busy",
    "Clock",
    "Connector",
    "ConnectorError",
    "Credential",
    "CredentialsRefused",
    "Garbled",
    "Health",
    "HealthWord",
    "Http",
    "Incoming",
    "Item",
    "Listed",
    "Listing",
    "Lists",
    "NotSent",
    "Outcome",
    "OutcomeWord",
    "Outgoing",
    "Page",
    "Polls",
    "Pulls",
    "Pushes",
    "Reason",
    "Recalls",
    "Receipt",
    "Receives",
    "Reception",
    "Refused",
    "Rejecting",
    "Renewable",
    "Reply",
    "Request",
    "Sum",
    "Summary",
    "Sums",
    "SystemClock",
    "Timeouts",
    "TokenGateway",
    "Tools",
    "Unanswered",
    "Unmappable",
    "ask_each",
    "deferred",
    "delivered",
    "digest_of",
    "health_of",
    "hookimpl",
    "known_again",
    "one_line",
    "outcome_of",
    "portable",
    "push_each",
    "rejected",
    "unknown",
]
