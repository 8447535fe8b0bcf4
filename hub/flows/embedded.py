"""Files that come embedded in documents: taken out, named by their content."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from hub.domain.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLAIN = "application/octet-stream"


def take_files(document: Mapping[str, Any], files: list[dict[str, Any]]) -> list[Problem]:
    """Replace every embedded `content` (base64) by url, sha256 and size, in place; the bytes go to `files`."""
    return [
        problem
        for attachment, pointer in attachments_of(document)
        if "content" in attachment
        for problem in _take(attachment, files, pointer)
    ]


def attachments_of(document: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every attachment of a dossier with its JSON pointer."""
    for name in ("papers", "other_papers"):
        for place, paper in enumerate(document.get(name, ())):
            for number, attachment in enumerate(paper.get("attachments", ())):
                yield attachment, f"/{name}/{place}/attachments/{number}"
    for place, result in enumerate(document.get("results", ())):
        if "attachment" in result:
            yield result["attachment"], f"/results/{place}/attachment"


def _take(attachment: dict[str, Any], files: list[dict[str, Any]], pointer: str) -> list[Problem]:
    try:
        content = base64.b64decode(attachment.pop("content"), validate=True)
    except binascii.Error:
        return [_not_base64(pointer)]
    digest = hashlib.sha256(content).hexdigest()
    if attachment.get("sha256", digest) != digest:
        return [_other_hash(pointer)]
    attachment |= {"url": f"/v1/attachments/{digest}", "sha256": digest, "size": len(content)}
    kept = {"sha256": digest, "media_type": attachment.get("media_type", PLAIN), "name": attachment["name"]}
    files.append({**kept, "size": len(content), "content": content})
    return []


def _not_base64(pointer: str) -> Problem:
    return Problem(
        f"{pointer}/content",
        "base64",
        "content_not_base64",
        "Nội dung tệp không phải base64 hợp lệ.",
        "The file's content is not valid base64.",
    )


def _other_hash(pointer: str) -> Problem:
    return Problem(
        f"{pointer}/sha256",
        "sha256",
        "hash_mismatch",
        "Mã băm không khớp với nội dung tệp.",
        "The hash does not fit the file's content.",
    )
