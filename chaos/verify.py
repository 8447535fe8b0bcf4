"""Reads journals, the change feed and what partners hold; tells what was lost, doubled, reordered, stuck, unexplained.

Shares no code with the hub: the standard library, and through `chaos.evidence` `requests` and the journals' one reader.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from chaos.evidence import Evidence, Findings, Published

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGE = 500
PORTALS = "H56.22-"


def verify(evidence: Evidence) -> Findings:
    """Look at everything once."""
    findings = Findings()
    dossiers = evidence.published(findings)
    held = _feed(evidence, findings, dossiers)
    for code, one in dossiers.items():
        _in_hub(findings, code, one, held.get(code))
    _echo(evidence, findings, dossiers, held)
    _post(evidence, findings, dossiers)
    _national(evidence, findings, dossiers)
    _province(evidence, findings, dossiers)
    return findings


def _feed(evidence: Evidence, findings: Findings, dossiers: Mapping[str, Published]) -> dict[str, dict[str, Any]]:
    """The feed tells rising versions of every record, up to the one it has; return the documents by code."""
    versions: dict[str, int] = {}
    after, count = "0", 0
    while True:
        page = evidence.get("/v1/changes", after=after, limit=PAGE, documents="false")
        for item in page["items"]:
            count += 1
            name = f"{item['kind']}/{item['key']}"
            last = versions.get(name, 0)
            if item["version"] <= last:
                word = "doubled" if item["version"] == last else "reordered"
                findings.add(word, "feed", f"{name} version {item['version']} after {last}")
            versions[name] = max(item["version"], last)
            if item["kind"] == "dossier" and item["key"] not in dossiers:
                findings.add("unexplained", "feed", name)
        if page["next"] == after or (not page["more"] and not page["items"]):
            break
        after = page["next"]
    findings.figures["versions in the feed"] = count
    held: dict[str, dict[str, Any]] = {}
    reached = ""
    while True:
        page = evidence.get("/v1/dossiers", limit=PAGE, **({"after": reached} if reached else {}))
        for item in page["items"]:
            held[item["code"]] = item["document"]
            if versions.get(f"dossier/{item['code']}") != item["version"]:
                findings.add("lost", "feed", f"{item['code']} version {item['version']}")
        if page["next"] is None:
            return held
        reached = page["next"]


def _in_hub(findings: Findings, code: str, one: Published, document: Mapping[str, Any] | None) -> None:
    """What was acknowledged is in the hub once; nothing else is."""
    if document is None:
        if one.forms:
            findings.add("lost", "hub", f"{code}: the dossier")
        elif one.acknowledged:
            findings.add("lost", "hub", f"{code}: {len(one.acknowledged)} events")
        return
    _events("hub", findings, code, one, document, missing="lost")
    if one.mark and document.get("summary") not in _possible(one):
        findings.add("lost", "hub", f"{code}: {one.mark!r}, there is {document.get('summary')!r}")


def _possible(one: Published) -> set[str]:
    """The latest acknowledged form, or a later one that was sent and not answered."""
    last = max(one.forms) if one.forms else ""
    return {mark for at, mark in one.sent_forms.items() if at >= last}


def _events(
    where: str, findings: Findings, code: str, one: Published, document: Mapping[str, Any], *, missing: str
) -> None:
    ids = Counter(event.get("id") for event in document.get("events", ()) if event.get("source") == "one_stop")
    for name in one.acknowledged - ids.keys():
        findings.add(missing, where, f"event {name}")
    for name in ids.keys() - one.sent:
        findings.add("unexplained", where, f"event {name} of {code}")
    for name, times in ids.items():
        if times > 1:
            findings.add("doubled", where, f"event {name} stands there {times} times")
    others = [event for event in document.get("events", ()) if event.get("source") != "one_stop"]
    if others and not one.post:
        findings.add("unexplained", where, f"{len(others)} events of others in {code}")
    ours = [event["occurred_at"] for event in document.get("events", ())]
    if ours != sorted(ours):
        findings.add("reordered", where, f"events of {code}")


def _echo(
    evidence: Evidence, findings: Findings, dossiers: Mapping[str, Published], held: Mapping[str, Mapping[str, Any]]
) -> None:
    """It takes every dossier whole, and tells of each version it took."""
    holdings = {name.removeprefix("dossier/"): one["document"] for name, one in _held(evidence, "echo").items()}
    for code, one in dossiers.items():
        if code not in held:
            continue
        document = holdings.pop(code, None)
        if document is None:
            findings.add("stuck", "echo", f"{code} is not there")
            continue
        _events("echo", findings, code, one, document, missing="stuck")
        if document != held[code]:
            findings.add("stuck", "echo", f"{code} is not as in the hub")
    for code in holdings:
        findings.add("unexplained", "echo", code)
    latest: dict[str, int] = {}
    seen: Counter[tuple[str, str]] = Counter()
    count = 0
    for effect in evidence.effects("echo"):
        name = effect["name"]
        if effect["shelf"] == "put":
            count += 1
            seen[name, effect["what"]["sha256"]] += 1
        elif effect["what"] <= latest.get(name, 0):
            word = "doubled" if effect["what"] == latest[name] else "reordered"
            findings.add(word, "echo", f"{name} version {effect['what']} after {latest[name]}")
        else:
            latest[name] = effect["what"]
    for (name, _), times in seen.items():
        if times > 1:
            findings.add("doubled", "echo", f"{name}: the same content {times} times")
    findings.figures["effects at echo"] = count


def _held(evidence: Evidence, channel: str) -> dict[str, Any]:
    return dict(evidence.ask(channel, "/_sim/holdings"))


def _post(evidence: Evidence, findings: Findings, dossiers: Mapping[str, Published]) -> None:
    """One order for each finished dossier that goes home by post."""
    effects = [one for one in evidence.effects("post") if one["shelf"] == "order"]
    orders = Counter(one["name"] for one in effects if one["what"] == "accepted")
    wanted = {code for code, one in dossiers.items() if one.post and one.forms and f"{code}/7" in one.acknowledged}
    possible = {code for code, one in dossiers.items() if one.post}
    findings.figures["postal orders"] = len(orders)
    for name, times in orders.items():
        if times > 1:
            findings.add("doubled", "post", f"order {name} {times} times")
        if name not in possible:
            findings.add("unexplained", "post", f"order {name}")
    for name in wanted - orders.keys():
        findings.add("stuck", "post", f"order {name}")


def _standing(
    channel: str, evidence: Evidence, findings: Findings, dossiers: Mapping[str, Published]
) -> Iterator[tuple[str, Published, Any]]:
    """Yield each dossier of the second office with what the portal holds of it; tell what is not there or too much."""
    held = _held(evidence, channel)
    for code, one in dossiers.items():
        if not code.startswith(PORTALS) or not one.forms:
            continue
        standing = held.pop(f"dossier/{code}", None)
        if standing is None:
            findings.add("stuck", channel, f"{code} is not there")
        else:
            yield code, one, standing
    for name in held:
        if name.startswith("dossier/"):
            findings.add("unexplained", channel, name)


def _national(evidence: Evidence, findings: Findings, dossiers: Mapping[str, Published]) -> None:
    """Each step of a dossier of the second office stands there once."""
    rows = 0
    for code, one, standing in _standing("national", evidence, findings, dossiers):
        texts = [row.get("NoiDungXuLy", "") for row in standing["progress"]]
        rows += len(texts)
        _marks("national", findings, code, one, texts)
    findings.figures["steps at national"] = rows


def _province(evidence: Evidence, findings: Findings, dossiers: Mapping[str, Published]) -> None:
    rows = 0
    order: dict[str, list[str]] = defaultdict(list)
    for effect in evidence.effects("province"):
        if effect["shelf"] == "trace":
            order[effect["name"]].append(effect["what"].get("Comment") or "")
    for code, one, standing in _standing("province", evidence, findings, dossiers):
        texts = [trace.get("Comment") or "" for trace in standing["traces"]]
        rows += len(texts)
        _marks("province", findings, code, one, texts)
        told = [text for text in order[code] if text.startswith("sk ")]
        if one.ordered and told != sorted(told):
            findings.add("reordered", "province", f"steps of {code}: {told}")
    findings.figures["steps at province"] = rows


def _marks(where: str, findings: Findings, code: str, one: Published, texts: list[str]) -> None:
    counted = Counter(text for text in texts if text.startswith("sk "))
    for name in one.acknowledged:
        times = counted.pop(f"sk {name}.", 0)
        if times != 1:
            findings.add("doubled" if times else "stuck", where, f"step {name} stands there {times} times")
    for text in counted:
        if text.removeprefix("sk ").removesuffix(".") not in one.sent:
            findings.add("unexplained", where, text)
    if len(texts) != sum(counted.values()) + len(one.acknowledged) and not one.post:
        findings.add("unexplained", where, f"{code}: {len(texts)} steps")
