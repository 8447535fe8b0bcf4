"""`python -m chaos.until_done JSON`: a client that, once it has ended, stays quietly until it is stopped."""

from __future__ import annotations

import json
import signal
import sys

from chaos.client import Client

if __name__ == "__main__":
    Client(json.loads(sys.argv[1])).run()
    signal.pause()
