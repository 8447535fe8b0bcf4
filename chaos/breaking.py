"""The main scenario: publish while everything breaks, heal, wait, verify."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from chaos.cluster import Cluster, all_ready
from chaos.database import START_SECONDS
from chaos.evidence import Evidence, Findings
from chaos.faults import Breaking
from chaos.starting import running
from chaos.verify import verify
from hub.demo.mending import Operator
from hub.demo.processes import wait_for
from hub.store import delivery_views, look_out

if TYPE_CHECKING:
    from pathlib import Path

    from chaos.cluster import Wish
    from chaos.saying import Say
    from hub.demo.partners import Partner

PUBLISHING_SECONDS = 900.0  # after the last fault, until every client has its acknowledgements
SETTLING_SECONDS = 600.0
QUIET_SECONDS = 4.0


def break_everything(wish: Wish, say: Say) -> tuple[Findings, dict[str, int], list[str]]:
    """Return what is wrong, the faults played, and what could not be done here."""
    with running(wish) as cluster:
        say(f"{len(cluster.keeper.pids())} processes run; {wish.clients} clients publish.")
        cluster.partners[1].act({"act": "auto_track", "on": True})
        cluster.start_clients(wish.events)
        breaking = Breaking(cluster)
        breaking.run(seconds=wish.seconds, number=wish.faults)
        played = {**breaking.played}
        say(f"{breaking.played.total()} faults played; healing.")
        breaking.heal()
        lines = cluster.rates({})
        wait_for(lambda: all_ready(cluster), "the hub is ready", seconds=START_SECONDS)
        published(cluster, say)
        mended = settled(cluster, say)
        findings = look(cluster)
        findings.figures |= {"mended by the operator": mended}
        played |= {f"line: {name}": count for name, count in lines.items()}
        played |= {
            f"at {one.channel}: requests met by a fault (of the latest 5,000)": _faults_met(one)
            for one in cluster.partners
        }
        if not findings.good:
            for path in (cluster.disk or cluster.installation.directory).glob("hub.db*"):
                shutil.copyfile(path, cluster.installation.directory / f"kept.{path.name}")
            (wish.directory / f"{wish.database}.wrong.txt").write_text(
                "\n".join(f"{word}: {one}" for word, ones in findings.wrong.items() for one in ones), encoding="utf-8"
            )
        return findings, played, cluster.notes


def _faults_met(partner: Partner) -> int:
    """Count the requests that the partner's own log says met a fault."""
    told = partner.http.get(f"{partner.url}/_sim/log").json()["requests"]
    return sum(1 for one in told if one["fault"])


def look(cluster: Cluster) -> Findings:
    """Run the verifier on what is there now."""
    partners = {one.channel: one.url for one in cluster.partners}
    return verify(Evidence(cluster.direct, cluster.key, partners, cluster.journals))


def published(cluster: Cluster, say: Say) -> None:
    """Wait for the clients; they begin nothing new if there is enough or if time is up."""
    until = time.monotonic() + PUBLISHING_SECONDS
    shown = time.monotonic()
    while not all(_ended(path) for path in cluster.journals):
        if time.monotonic() > until:
            cluster.stop_file.touch()
            if time.monotonic() > until + 60:
                say("A client still has things that nobody acknowledged.")
                return
        if time.monotonic() - shown > 15:
            shown = time.monotonic()
            say("still publishing")
        time.sleep(0.5)
    say("Every client has its acknowledgements.")


def _ended(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 200))
        return b'"ended"' in file.read()


def settled(cluster: Cluster, say: Say) -> int:
    """Wait until nothing moves; the operator lets go what was refused."""
    operator = Operator(cluster.context, cluster.partners)
    until, last, since = time.monotonic() + SETTLING_SECONDS, None, time.monotonic()
    shown = time.monotonic()
    while time.monotonic() < until and time.monotonic() - since < QUIET_SECONDS:
        time.sleep(0.5)
        operator.mend()
        with cluster.context.store.reading() as connection:
            counts = delivery_views.counts(connection)
            seen = (look_out.latest_change(connection), counts)
        waiting = {name: states.get("waiting", 0) for name, states in counts.items()}
        if seen != last or any(waiting.values()):
            last, since = seen, time.monotonic()
        if time.monotonic() - shown > 10:
            shown = time.monotonic()
            say(f"waiting: {waiting}")
    say(f"Quiet: {counts}")
    return operator.mended
