"""The demo's own hub: settings, key, database, channels and a client, in a directory that is made anew."""

from __future__ import annotations

import fcntl
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.config import create_key_file, load
from hub.demo.partners import CHANNELS, OWN, POLITENESS, free_port
from hub.demo.processes import wait_for
from hub.flows.operate import Wish, put_channel
from hub.flows.operate_clients import add_key, put_client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from hub.config import Settings
    from hub.demo.partners import Partner
    from hub.demo.processes import Keeper
    from hub.flows.context import Context

ACTOR = "demo"
CLIENT = "one_stop"
START_SECONDS = 60.0
POSTGRES_PREFIX = "lt-pg-"  # swept by the test tools when a demo was killed


@dataclass
class Installation:
    """Where everything of one demo lies. `database_home`: the cluster's folder under /tmp (PostgreSQL only)."""

    directory: Path
    database_url: str = ""
    listen: str = ""
    database_home: Path | None = None
    _lock: TextIO | None = field(default=None, repr=False)

    @classmethod
    def make(cls, directory: Path, *, port: int) -> Installation:
        """Make the directory anew."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        create_key_file(directory / "demo.key")
        return cls(directory, f"sqlite:///{directory / 'hub.db'}", f"127.0.0.1:{port or free_port()}")

    @property
    def url(self) -> str:
        """Where the hub is reached."""
        return f"http://{self.listen}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of all its processes."""
        return {
            "HUB_DATABASE_URL": self.database_url,
            "HUB_LISTEN": self.listen,
            "HUB_SECRET_KEY_FILE": str(self.directory / "demo.key"),
            "HUB_LOG_LEVEL": "warning",
            "HUB_LEASE_SECONDS": "10",
        }

    @property
    def settings(self) -> Settings:
        """The same settings for this process."""
        return load(self.environment)

    def start_postgres(self, keeper: Keeper) -> None:
        """Start a private PostgreSQL with real fsync."""
        self.database_home = Path(tempfile.mkdtemp(prefix=POSTGRES_PREFIX))
        self.database_home.chmod(0o755)
        self._lock = (self.database_home / "owner.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        keeper.start("database", [sys.executable, "-m", "hub.demo.database", str(self.database_home / "d")])
        file = self.database_home / "url"
        wait_for(lambda: file.exists() and file.read_text(), "PostgreSQL has started", seconds=START_SECONDS)
        self.database_url = file.read_text(encoding="utf-8")

    def remove_postgres(self) -> None:
        """Remove the cluster, once its server has ended."""
        if self._lock:
            self._lock.close()
        if self.database_home:
            shutil.rmtree(self.database_home, ignore_errors=True)

    def configure(self, context: Context, partners: Sequence[Partner]) -> str:
        """Make channels to the partners and a client; return its key."""
        for partner in partners:
            own: Mapping[str, Any] = OWN.get(partner.connector, {})
            settings = {**partner.settings, **own.get("settings", {})}
            wish = Wish(CHANNELS[partner.channel], settings, own.get("routing", {}), POLITENESS)
            put_channel(context, partner.channel, wish, actor=ACTOR)
        scopes = {"can": ["read", "write", "feed"]}
        put_client(context, CLIENT, title="Hệ thống một cửa", scopes=scopes, actor=ACTOR)
        return add_key(context, CLIENT, expires_at=None, actor=ACTOR)
