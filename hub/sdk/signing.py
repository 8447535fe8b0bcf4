"""Signatures of outgoing and incoming webhooks by the Standard Webhooks scheme (symmetric, `v1`)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.sdk.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)


def headers(secrets: Sequence[str], *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers; with two secrets (rotation) both signatures stand in one header."""
    stamp = str(int(at.timestamp()))
    signatures = " ".join(f"v1,{_sign(secret, message_id, stamp, body)}" for secret in secrets)
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": signatures}


def verify(secrets: Sequence[str], *, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Check a signed call against any of the secrets. Raises Refused (401) with a sentence."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (message_id and stamp.isascii() and stamp.isdigit()):
        raise Refused("The webhook-id or webhook-timestamp header is missing.")
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > TOLERANCE:
        raise Refused("The webhook-timestamp is more than five minutes off.")
    given = [part[3:] for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    wanted = [_sign(secret, message_id, stamp, body) for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in wanted):
        raise Refused("No webhook-signature fits.")


def _sign(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    content = f"{message_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(_key(secret), content, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("A webhook secret is 'whsec_' followed by base64.") from None
