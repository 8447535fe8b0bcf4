"""`python -m chaos`: breaks a whole installation and verifies it; the last line is the verdict."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from chaos.breaking import break_everything
from chaos.cluster import Wish
from chaos.evidence import EXAMPLES, WRONGS, Findings
from hub.observe import set_up_logging

START = time.monotonic()


def say(sentence: str) -> None:
    """Tell of a step."""
    print(f"[{time.monotonic() - START:6.1f} s] {sentence}", flush=True)


def main() -> int:
    """Run the scenario that was asked for."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument(
        "--scenario", choices=("all", "postal", "resume", "alone", "pause", "failover", "vanish"), default="all"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--directory", type=Path, default=Path("var/chaos"))
    given = parser.parse_args()
    wish = Wish(given.database, given.seed, given.seconds, given.faults, given.events, given.directory, given.scenario)
    if given.scenario in {"failover", "vanish"} and given.database != "postgres":
        parser.error(f"{given.scenario} needs a server: --database postgres (make: DB=postgres)")
    set_up_logging("error", "console")
    wish.directory.mkdir(parents=True, exist_ok=True)
    if wish.scenario != "all":
        from chaos import promises

        return promises.run(wish, say)
    say(f"database {wish.database}, seed {wish.seed}, {wish.faults} faults, {wish.events} events")
    findings, played, notes = break_everything(wish, say)
    return 0 if tell(findings, played, notes, wish) else 1


def tell(findings: Findings, played: dict[str, int], notes: list[str], wish: Wish) -> bool:
    """Print the table and the verdict."""
    print("\nfaults · lỗi đã gây ra")
    for name, count in sorted(played.items()):
        print(f"  {count:>8}  {name}")
    print("\nfigures · số liệu")
    for name, count in findings.figures.items():
        print(f"  {count:>8}  {name}")
    print("\nfound · kết quả")
    for word in WRONGS:
        wrong = findings.wrong[word]
        print(f"  {len(wrong):>8}  {word}")
        for one in wrong[:EXAMPLES]:
            print(f"            {one}")
    for note in notes:
        print(f"  note: {note}")
    counts = ", ".join(f"{len(findings.wrong[word])} {word}" for word in WRONGS)
    faults = sum(count for name, count in played.items() if not name.startswith(("line:", "at ")))
    events = findings.figures.get("acknowledged events", 0)
    verdict = "PASSED" if findings.good and events else "FAILED"
    print(f"{verdict} {wish.database} seed {wish.seed}: {events} acknowledged events, {faults} faults; {counts}")
    return verdict == "PASSED"


if __name__ == "__main__":
    sys.exit(main())
