"""The worker: delivers, pulls and keeps the rota; any number of them may run beside each other."""

from hub.worker.main import run
from hub.worker.share import Share

__all__ = ["Share", "run"]
