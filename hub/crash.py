"""Named crash points: a test names one in the environment and the process dies there, as by kill -9.

`LIENTHONG_CRASH_AT=deliver.pushed` dies the first time, `deliver.pushed:3` the third time the point is passed.
"""

from __future__ import annotations

import itertools
import os
import signal

VARIABLE = "LIENTHONG_CRASH_AT"
POINTS = (
    "accept.before_commit", "accept.committed", "deliver.claimed", "deliver.pushing", "deliver.pushed",
    "deliver.settling", "deliver.settled", "pull.read", "pull.committed",
)  # fmt: skip

_named, _, _count = os.environ.get(VARIABLE, "").partition(":")
_passes = itertools.count(1)


def crash_point(name: str) -> None:
    """Die here if the environment says so; else nothing."""
    if _named == name and next(_passes) == int(_count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
