"""What the verifier looks at, and what it finds: journals, the hub from outside, the partners' stand-ins.

Shares no code with the hub, as the verifier.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from chaos.journal import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

WRONGS = ("lost", "doubled", "reordered", "stuck", "unexplained")
EXAMPLES = 5


@dataclass
class Published:
    """One dossier as the journals tell of it. The sets hold event ids; marks: time → mark of a form."""

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    sent_forms: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    post: bool = False
    ordered: bool = False

    @property
    def mark(self) -> str:
        """The summary the hub must show: that of the latest acknowledged form ("" if none)."""
        return self.forms[max(self.forms)] if self.forms else ""


@dataclass
class Findings:
    """word → (where, what), and figures for the table."""

    wrong: dict[str, list[str]] = field(default_factory=lambda: {word: [] for word in WRONGS})
    figures: dict[str, int] = field(default_factory=dict)

    def add(self, word: str, where: str, what: object) -> None:
        """Note something wrong."""
        self.wrong[word].append(f"{where}: {what}")

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not any(self.wrong.values())


class Evidence:
    """Where to look. partners: channel → address of its stand-in."""

    def __init__(self, hub: str, key: str, partners: Mapping[str, str], journals: Iterable[Path]) -> None:
        self._hub, self._partners, self._journals = hub, partners, list(journals)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **parameters: Any) -> Any:
        """Ask the hub."""
        answer = self._session.get(f"{self._hub}{path}", params=parameters, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def ask(self, channel: str, path: str) -> Any:
        """Ask a partner's stand-in."""
        answer = requests.get(f"{self._partners[channel]}{path}", timeout=120)
        answer.raise_for_status()
        return answer.json()

    def effects(self, channel: str) -> Iterator[dict[str, Any]]:
        """Everything that ever happened at a partner, in order."""
        after = 0
        while page := self.ask(channel, f"/_sim/effects?after={after}")["effects"]:
            yield from page
            after = page[-1]["number"]

    def published(self, findings: Findings) -> dict[str, Published]:
        """What the journals say; a refusal of what is right is unexplained."""
        dossiers: dict[str, Published] = defaultdict(Published)
        acknowledged: Counter[str] = Counter()
        lines: dict[str, dict[str, Any]] = {}
        for path in self._journals:
            for line in read(path):
                if "sent" in line:
                    lines[line["sent"]] = line
                    one = dossiers[line["code"]]
                    if line["kind"] == "event":
                        one.sent.add(line["id"])
                    else:
                        one.post, one.ordered = line["post"], line["ordered"]
                        one.sent_forms[line["at"]] = line["mark"]
                elif "acknowledged" in line:
                    told = lines[line["acknowledged"]]
                    one = dossiers[told["code"]]
                    if told["kind"] == "event":
                        acknowledged["events"] += told["id"] not in one.acknowledged
                        one.acknowledged.add(told["id"])
                    else:
                        acknowledged["forms"] += 1
                        one.forms[told["at"]] = told["mark"]
                elif "refused" in line:
                    findings.add("unexplained", "client", f"{line['refused']} refused: {line['why']}")
        findings.figures |= {f"acknowledged {name}": count for name, count in acknowledged.items()}
        findings.figures["dossiers"] = len(dossiers)
        return dossiers
