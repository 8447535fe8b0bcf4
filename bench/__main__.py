"""`python -m bench [SECTION …] [--database sqlite|postgres|both]`: measures and prints a Markdown table."""

from __future__ import annotations

import argparse
import os
import sys
import time

from bench.sections import SECTIONS

ENGINES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def main() -> int:
    """Run the chosen sections and print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; default: all")
    parser.add_argument("--database", choices=[*ENGINES, "both"], default="both")
    wish = parser.parse_args()
    unknown = sorted(set(wish.sections) - set(SECTIONS))
    if unknown:
        parser.error(f"no section is called {', '.join(unknown)}")
    engines = list(ENGINES) if wish.database == "both" else [wish.database]
    rows: dict[str, dict[str, str]] = {}
    aims: dict[str, str] = {}
    for section in wish.sections or SECTIONS:
        for engine in engines:
            started = time.monotonic()
            for what, figure, aim in SECTIONS[section](engine):
                rows.setdefault(what, {})[engine] = figure
                aims[what] = aim
            sys.stderr.write(f"{section} on {ENGINES[engine]}: {time.monotonic() - started:.0f} s\n")
    command = " ".join(["python -m bench", *wish.sections])
    print(f"{os.cpu_count()} cores, everything on one machine, fsync on.\n")
    print(f"| what | {' | '.join(ENGINES[engine] for engine in engines)} | aim | command |")
    print(f"|---|{'---|' * len(engines)}---|---|")
    for what, figures in rows.items():
        print(f"| {what} | {' | '.join(figures.get(engine, '') for engine in engines)} | {aims[what]} | `{command}` |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
