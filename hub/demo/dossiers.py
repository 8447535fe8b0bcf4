"""Dossiers with their histories, and the disorderly way in which a district system sends them.

Each case ends in one final document. What is sent is that document in one piece, or its first form, its final form and
its events apart, shuffled: some before their dossier, some twice. The hub must come to the same record either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from hub.demo.forms import FORMS, form
from hub.demo.people import enterprise, name, officer, person
from hub.demo.shipped import COMMON, HOME, communes, national
from hub.domain.derive import ENDED
from hub.domain.times import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.demo.people import Person
    from hub.demo.shipped import Commune

OFFICES = 24  # communes whose one-stop shops take part
OLDEST_DAYS = 20
# How cases go, and how many of a hundred go that way.
PATHS: Sequence[tuple[tuple[str, ...], int]] = (
    (("accepted", "processing", "finished", "returned"), 30),
    (("accepted", "processing", "finished"), 18),
    (("accepted", "processing"), 14),
    (("accepted",), 8),
    (("registered", "accepted", "processing", "finished"), 6),
    (("accepted", "supplement_requested", "processing", "finished", "returned"), 8),
    (("accepted", "supplement_requested"), 3),
    (("accepted", "payment_requested", "processing", "finished"), 5),
    (("registered", "refused"), 4),
    (("accepted", "withdrawn"), 2),
    (("accepted", "processing", "stopped"), 2),
)
SAID = {
    "registered": "Công dân nộp hồ sơ",
    "accepted": "Tiếp nhận hồ sơ",
    "processing": "Chuyển xử lý",
    "supplement_requested": "Yêu cầu bổ sung giấy tờ",
    "payment_requested": "Yêu cầu nộp phí, lệ phí",
    "refused": "Từ chối tiếp nhận: không thuộc thẩm quyền",
    "withdrawn": "Công dân xin rút hồ sơ",
    "stopped": "Dừng xử lý",
    "finished": "Đã ký kết quả",
    "returned": "Đã trả kết quả",
}
MOMENTS = {"accepted": "received_at", "finished": "finished_at", "returned": "returned_at", "refused": "refused_at"}


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier. `first`: as it stood at the counter (None: it is sent whole, with its events)."""

    code: str
    final: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    first: Mapping[str, Any] | None

    @property
    def whole(self) -> dict[str, Any]:
        """Everything in one document."""
        return {**self.final, "events": list(self.events)}


def cases(number: int, *, procedures: Sequence[Mapping[str, Any]], now: datetime, seed: int = 1) -> Iterator[Case]:
    """Make `number` cases under these procedures, all of the last weeks before `now`."""
    chance = Random(seed)  # noqa: S311 (a repeatable demo, no secret)
    offices = [one for one in communes() if one.province == HOME][:OFFICES]
    known = {national(each["code"]): each for each in procedures}
    often = [known[code] for code in COMMON if code in known]
    counters: dict[str, int] = {}
    for _ in range(number):
        procedure = chance.choice(often) if often and chance.random() < 0.6 else chance.choice(procedures)  # noqa: PLR2004
        yield _case(chance, procedure, chance.choice(offices), counters, now)


def _case(
    chance: Random, procedure: Mapping[str, Any], office: Commune, counters: dict[str, int], now: datetime
) -> Case:
    statuses = chance.choices([path for path, _ in PATHS], [share for _, share in PATHS])[0]
    return_method = chance.choices(("counter", "post", "online"), (72, 18, 10))[0]
    if return_method == "post":
        statuses = tuple(status for status in statuses if status != "returned")  # the post tells that by itself
    moments = _moments(chance, len(statuses), now)
    day = f"{office.agency}-{moments[0]:%y%m%d}"
    counters[day] = counters.get(day, 0) + 1
    code = f"{day}-{counters[day]:04}"
    applicant = person(chance)
    first = _first(chance, code, procedure, office, applicant)
    if return_method == "post":
        first["return_to"] = {"contact": applicant.contact}
        if first.get("fees"):
            first["return_to"]["money_to_collect"] = first["fees"][0]["amount"]
    first["return_method"] = return_method
    first["filed_at"] = written(moments[0] - timedelta(minutes=chance.randint(2, 60)))
    if chance.random() < 0.04 and not ENDED & set(statuses):  # noqa: PLR2004
        first["pickup"] = {"contact": applicant.contact, "requested_at": first["filed_at"]}
    kind = FORMS.get(national(procedure["code"]))
    if kind:
        first["form"] = form(chance, kind, applicant, moments[0].date())
    events = [
        {
            "id": f"{code}/{place}",
            "occurred_at": written(moment),
            "status": status,
            "officer": officer(chance, office.name),
            "content": SAID[status],
        }
        for place, (status, moment) in enumerate(zip(statuses, moments, strict=True), start=1)
    ]
    if statuses[0] == "accepted":
        first["received_at"], first["due_at"] = written(moments[0]), written(moments[0] + timedelta(days=10))
    first["modified_at"] = written(moments[0])
    final = {**first, **_later(chance, procedure, first, dict(zip(statuses, moments, strict=True)))}
    final["modified_at"] = written(moments[-1])
    return Case(code, final, events, first if chance.random() < 0.25 else None)  # noqa: PLR2004


def _moments(chance: Random, steps: int, now: datetime) -> list[datetime]:
    """Times of the steps, in office hours' order, the last one safely in the past."""
    span = timedelta(days=chance.uniform(1, OLDEST_DAYS))
    start, room = now - span, (span - timedelta(hours=1)) / steps
    return [(start + room * (place + chance.uniform(0, 0.9))).replace(microsecond=0) for place in range(steps)]


def _first(
    chance: Random, code: str, procedure: Mapping[str, Any], office: Commune, applicant: Person
) -> dict[str, Any]:
    papers = [paper for case in procedure.get("cases", ()) for paper in case.get("papers", ())][:5]
    fees = procedure["channels"][0].get("fees", ())[:1]
    document: dict[str, Any] = {
        "code": code,
        "procedure": {name: procedure[name] for name in ("code", "name", "version", "field")},
        "agencies": {"received": office.office, "competent": office.office},
        "applicant": enterprise(chance) if _for_firms(procedure) else applicant.party,
        "channel": chance.choices(("counter", "online", "post"), (70, 25, 5))[0],
        "summary": f"Hồ sơ {procedure['name'][:200]}",
        "papers": [_paper(paper) for paper in papers],
        "fees": [_fee(fee) for fee in fees],
        "verified": {"vneid": chance.random() < 0.5},  # noqa: PLR2004
    }
    if chance.random() < 0.15:  # noqa: PLR2004
        document["submitter"] = person(chance).party
    return {name: value for name, value in document.items() if value}


def _paper(paper: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": paper["name"], "copies": {"original": paper["originals"], "copy": paper["copies"]}}


def _fee(fee: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": "LP1", "name": "Lệ phí", "kind": "normal", "amount": fee["amount"], "collected_at": "reception"}


def _for_firms(procedure: Mapping[str, Any]) -> bool:
    return not any("Công dân" in subject or "Người" in subject for subject in procedure.get("subjects", ("Công dân",)))


def _later(
    chance: Random, procedure: Mapping[str, Any], first: Mapping[str, Any], at: Mapping[str, datetime]
) -> dict[str, Any]:
    """What the handler knows by the end."""
    later: dict[str, Any] = {MOMENTS[status]: written(moment) for status, moment in at.items() if status in MOMENTS}
    if "accepted" in at:
        later["due_at"] = written(at["accepted"] + timedelta(days=10))
    if fees := first.get("fees"):
        paid = at.get("processing") or next(iter(at.values()))
        method = "online" if first["channel"] == "online" else "cash"
        payment = {"id": f"{first['code']}/tt1", "paid_at": written(paid), "fee_code": fees[0]["code"]}
        later["payments"] = [{**payment, "amount": fees[0]["amount"], "method": method}]
    if "supplement_requested" in at:
        later["supplements"] = [_supplement(chance, first, at)]
    if "finished" in at:
        named = procedure.get("results") or [{"name": "Văn bản kết quả"}]
        later["results"] = [dict(result) for result in named[:2]]
    return later


def _supplement(chance: Random, first: Mapping[str, Any], at: Mapping[str, datetime]) -> dict[str, Any]:
    asked = at["supplement_requested"]
    supplement = {
        "id": f"{first['code']}/bs1",
        "requested_by": name(chance, "female"),
        "requested_at": written(asked),
        "content": "Đề nghị bổ sung bản chính giấy tờ tùy thân",
        "status": "requested",
    }
    if "processing" in at:
        supplement["status"], supplement["received_by"] = "received", name(chance, "male")
        supplement["received_at"] = written(at["processing"])
    return supplement
