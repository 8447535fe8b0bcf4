"""What is left of a body that is too large: read and thrown away, so that the answer arrives.

A connection that is closed with bytes unread is reset, and the reset overtakes the answer: the client, or the proxy
before the hub, sees a broken line instead of 413.
"""

from __future__ import annotations

import time

from flask import request
from gunicorn.http.errors import ParseException

MOST_BYTES, MOST_SECONDS = 64 * 2**20, 10.0  # whoever sends more sees the broken line
PIECE = 65_536


def read_leftover() -> None:
    """Read to the end of the body, within reason."""
    stream, left, until = request.environ["wsgi.input"], MOST_BYTES, time.monotonic() + MOST_SECONDS
    try:
        while left > 0 and time.monotonic() < until and (piece := stream.read(PIECE)):
            left -= len(piece)
    except (OSError, ParseException):
        return  # nobody is there any more to be answered, or none that can be understood
