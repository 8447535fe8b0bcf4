"""All a plugin author needs: markers, the connector and its abilities, types, outcomes, errors, tools."""

from hub.sdk.answers import Answer
from hub.sdk.connector import Connector, Polls, Pulls, Pushes, Recalls, Receives
from hub.sdk.credentials import Credential, Renewable
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
from hub.sdk.types import (
    Clock,
    Health,
    HealthWord,
    Incoming,
    Item,
    Outgoing,
    Page,
    Receipt,
    Reception,
    Reply,
    Request,
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
    "SystemClock",
    "Timeouts",
    "TokenGateway",
    "Tools",
    "Unanswered",
    "Unmappable",
    "ask_each",
    "deferred",
    "delivered",
    "health_of",
    "hookimpl",
    "outcome_of",
    "push_each",
    "rejected",
    "unknown",
]
