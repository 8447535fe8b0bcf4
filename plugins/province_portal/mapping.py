"""Dossiers as the Document API writes them (MSyncDocument, traces). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from plugins.province_portal.codes import APPLICANTS, IDENTITIES, RETURN_TYPES, STATUSES, SUCCESSFUL
from plugins.province_portal.mapping_compare import digest
from plugins.province_portal.mapping_papers import attachments, fees, papers, supplements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VIETNAM = timezone(timedelta(hours=7))


def document_out(dossier: Mapping[str, Any], link: Callable[[Mapping[str, Any]], str]) -> dict[str, Any]:
    """Express the descriptive part of a dossier; what is not known is left out."""
    applicant, competent, status = dossier["applicant"], dossier["agencies"]["competent"], status_of(dossier)
    accepted = min((event["occurred_at"] for event in _steps(dossier, "accepted")), default=None)
    end = _last(dossier, "finished") if status in SUCCESSFUL else {}
    returned = _last(dossier, "returned") if status == "returned" else {}
    officer = end.get("officer", {})
    wire = {
        "DocTypeCode": dossier["procedure"]["code"],
        "DocTypeName": dossier["procedure"]["name"],
        "DocCode": dossier["code"],
        "CitizenName": applicant["name"],
        "CitizenInfo": dossier.get("information"),
        "ApplicantsId": _identity(applicant),
        "ApplicantsType": APPLICANTS[applicant["type"]],
        "Address": one_line(applicant.get("address", {})),
        "Email": applicant.get("email"),
        "Phone": applicant.get("phone"),
        "Compendium": dossier.get("summary"),
        "Note": dossier.get("note"),
        "DateCreated": stamp(dossier.get("filed_at")),
        "DateReceived": stamp(dossier.get("received_at") or accepted),
        "DateAppointed": stamp(dossier.get("due_at")),
        "IsSuccess": status in SUCCESSFUL,
        "SuccessDate": stamp(dossier.get("finished_at") or end.get("occurred_at")),
        "SuccessNote": end.get("content"),
        "ApproverName": officer.get("name"),
        "ApproverPosition": officer.get("title"),
        "IsReturned": status == "returned",
        "ReturnedDate": stamp(dossier.get("returned_at") or returned.get("occurred_at")),
        "ReturnedType": RETURN_TYPES.get(dossier.get("return_method", "")),
        "FinishedDate": stamp(dossier.get("finished_at")),
        "Status": STATUSES[status],
        "ProcessingOrganName": dossier["agencies"]["received"]["name"],
        "OrganInchargeIdLevel1": competent["id"],
        "OrganInchargeName": competent["name"],
        "HasSupplementary": bool(dossier.get("supplements")),
        "Supplementaries": supplements(dossier.get("supplements", ()), stamp),
        "Attachments": attachments(dossier, link),
        "DocFees": fees(dossier.get("fees", ())),
        "DocPapers": papers(dossier),
    }
    return {name: value for name, value in wire.items() if value is not None}


def traces_out(dossier: Mapping[str, Any], channel: str) -> list[tuple[str, dict[str, Any]]]:
    """Express the progress, oldest first, each step with its key; what came from the channel is not sent back."""
    events = [event for event in dossier.get("events", ()) if event.get("source") != channel]
    steps = [(event, _trace(dossier, event)) for event in sorted(events, key=lambda event: event["occurred_at"])]
    return [(event.get("key") or event.get("id") or digest(trace), trace) for event, trace in steps]


def _trace(dossier: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    officer, competent = event.get("officer", {}), dossier["agencies"]["competent"]
    wire = {
        "DocCode": dossier["code"],
        "UserName": officer.get("name"),
        "UserPosition": officer.get("title"),
        "DateCreated": stamp(event["occurred_at"]),
        "Comment": event.get("content"),
        "Status": STATUSES[event["status"]],
        "OrganizationInchargeIdLevel1": competent["id"],
        "OrganizationInchargeName": officer.get("department", competent["name"]),
    }
    return {name: value for name, value in wire.items() if value is not None}


def status_of(dossier: Mapping[str, Any]) -> str:
    """Return the status word; a dossier that carries none has been received or not."""
    return str(dossier.get("status") or ("accepted" if "received_at" in dossier else "registered"))


@lru_cache(maxsize=4_096)  # one dossier is told several times, with the same times in it
def stamp(time: str | None) -> str | None:
    """Return a time in the portal's form, `2026-05-11T08:30:00.000+0700`."""
    if time is None:
        return None
    moment = datetime.fromisoformat(time).astimezone(VIETNAM)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0700"


def one_line(address: Mapping[str, Any]) -> str | None:
    """Return the address in one line."""
    units = [address.get(unit, {}).get("name") for unit in ("commune", "district", "province")]
    return ", ".join(part for part in (address.get("detail"), *units, address.get("country")) if part) or None


def _identity(party: Mapping[str, Any]) -> str | None:
    numbers = {each["type"]: each["number"] for each in reversed(party.get("identities", ()))}
    return next((numbers[kind] for kind in IDENTITIES if kind in numbers), None)


def _last(dossier: Mapping[str, Any], status: str) -> Mapping[str, Any]:
    """Return the latest step with this status; a note changes no status."""
    return max(_steps(dossier, status), key=lambda event: event["occurred_at"], default={})


def _steps(dossier: Mapping[str, Any], status: str) -> list[Mapping[str, Any]]:
    return [event for event in dossier.get("events", ()) if event["status"] == status and not event.get("note")]
