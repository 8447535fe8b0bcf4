"""Papers, files, fees and supplements of a dossier, as the Document API writes them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.province_portal.codes import FEE_TYPES, OTHER_PAPER, PAPER_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Link = Callable[[Mapping[str, Any]], str]
    Stamp = Callable[[str | None], str | None]


def papers(dossier: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each kind of copy of each paper."""
    rows = []
    for paper in dossier.get("papers", ()):
        copies = paper.get("copies") or {"original": 1}
        rows += [
            {"PaperName": paper["name"], "PaperType": PAPER_TYPES[kind], "Amount": amount}
            for kind, amount in sorted(copies.items())
        ]
    rows += [
        {"PaperName": paper["name"], "PaperType": OTHER_PAPER, "Amount": paper.get("quantity", 1)}
        for paper in dossier.get("other_papers", ())
    ]
    return rows


def attachments(dossier: Mapping[str, Any], link: Link) -> list[dict[str, Any]]:
    """Every file by its address; the source embeds them in base64, which a dossier of photographs cannot afford."""
    return [
        _known(
            {
                "AttachmentId": attachment.get("id"),
                "AttachmentName": attachment["name"],
                "AttachmentUrl": link(attachment),
                "IsDeleted": False,
                "IsVerified": verified,
            }
        )
        for attachment, verified in _files(dossier)
    ]


def _files(dossier: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    for paper in (*dossier.get("papers", ()), *dossier.get("other_papers", ())):
        for attachment in paper.get("attachments", ()):
            yield attachment, bool(paper.get("digitised"))
    for result in dossier.get("results", ()):
        if "attachment" in result:
            yield result["attachment"], True


def fees(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Name, kind and price."""
    return [{"FeeName": fee["name"], "FeeType": FEE_TYPES[fee["kind"]], "Price": fee["amount"]} for fee in given]


def supplements(given: Iterable[Mapping[str, Any]], stamp: Stamp) -> list[dict[str, Any]]:
    """What was asked for later, and whether it came."""
    return [
        _known(
            {
                "SupplementaryId": each["id"],
                "SendUser": each.get("requested_by"),
                "SendDate": stamp(each["requested_at"]),
                "SendComment": each["content"],
                "IsReceived": each["status"] == "received",
                "ReceivedUser": each.get("received_by"),
                "ReceivedDate": stamp(each.get("received_at")),
                "ReceivedComment": each.get("received_note"),
                "OldDateAppointed": stamp(each.get("due_before")),
                "NewDateAppointed": stamp(each.get("due_after")),
                "Papers": [{"PaperName": name} for name in each.get("papers", ())],
                "Fees": fees(each.get("fees", ())),
            }
        )
        for each in given
    ]


def _known(wire: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wire.items() if value is not None}
