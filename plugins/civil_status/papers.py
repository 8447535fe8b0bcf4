"""The papers of a dossier as the ministry's software takes them, and what tells that they changed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Link = Callable[[Mapping[str, Any]], str]


def files(document: Mapping[str, Any], link: Link) -> list[dict[str, Any]]:
    """List the papers' files: content where the hub was given it, else the address to fetch it from."""
    found = []
    for number, (paper, attachment) in enumerate(_attachments(document), start=1):
        entry = {
            "id": number,
            "loaiGiayTo": 0,
            "tenGiayTo": paper["name"],
            "tenTepDinhKem": attachment["name"],
            "huyGiayTo": 0,
        }
        content = attachment.get("content")
        found.append(entry | ({"duLieuTepDinhKem": content} if content else {"duongDanTepDinhKem": link(attachment)}))
    return found


def contents(document: Mapping[str, Any]) -> list[list[str]]:
    """List what the files are, wherever they can be fetched from."""
    return [
        [paper["name"], one["name"], one.get("sha256") or one.get("content") or one.get("url", "")]
        for paper, one in _attachments(document)
    ]


def _attachments(document: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    papers = [*document.get("papers", ()), *document.get("other_papers", ())]
    return [(paper, attachment) for paper in papers for attachment in paper.get("attachments", ())]
