"""What can go wrong with a partner; the tree is the policy.

ConnectorError
├── NotSent        deferred   nothing left this machine (no connection, no credentials yet)
├── Busy           deferred   the partner asks to wait (429, 503), with `retry_after` seconds
├── CredentialsRefused deferred  login or token refused; the channel is marked misconfigured
├── Unanswered     unknown    it left, the answer did not come (time-out, cut, 5xx of a gateway)
├── Garbled        unknown    an answer came that cannot be read
├── Rejecting      rejected   the partner's clear no
├── Unmappable     rejected   our record cannot be expressed for the partner
└── Refused        -          an inbound call that is not authentic or not readable (`receive` only)
Any other exception is a defect: unknown, with the traceback in the log.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Something went wrong between the hub and a partner.

    The text never holds personal data or secrets: it is kept and shown.
    """

    def __init__(self, sentence: str = "", *, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(sentence or (self.__doc__ or "").splitlines()[0])
        self.sentence = str(self)
        self.code = code
        self.retry_after = retry_after


class NotSent(ConnectorError):
    """No connection could be made; nothing was sent."""


class Busy(ConnectorError):
    """The partner asks to wait."""


class CredentialsRefused(ConnectorError):
    """The partner refuses the channel's credentials."""


class Unanswered(ConnectorError):
    """The request left, but its answer did not come."""


class Garbled(ConnectorError):
    """The partner's answer cannot be read."""


class Rejecting(ConnectorError):
    """The partner refuses the content."""


class Unmappable(ConnectorError):
    """The record cannot be expressed in the partner's form."""


class Refused(ConnectorError):
    """An inbound call is not authentic or not readable.

    `status` is the HTTP status of the answer: 401 not authentic, 400 not readable, 404 no such service.
    """

    def __init__(self, sentence: str, *, status: int = 401) -> None:
        super().__init__(sentence)
        self.status = status
