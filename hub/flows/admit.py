"""Admit: turn what a client or partner sent into messages: checked, normalised, embedded files taken out."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.domain import intake
from hub.domain.messages import KEY_OF, Message, message
from hub.domain.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.domain.messages import Source

PLAIN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Either a message with its files, or the problems that keep the document out."""

    message: Message | None
    files: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Problem] = ()
    document: Mapping[str, Any] = field(default_factory=dict)


def admit_document(
    kind: str, raw: Any, source: Source, *, key: str | None = None, if_match: int | None = None
) -> Admitted:
    """Admit a whole document. key: what the address says it is, if it came with one."""
    dated = isinstance(raw, dict) and "modified_at" in raw
    document, problems = intake.admit(kind, raw, speaker=source.name)
    if document is None:
        return Admitted(None, problems=problems)
    if key is not None and document[KEY_OF[kind]] != key:
        return Admitted(None, problems=[_other_key(KEY_OF[kind])])
    files: list[dict[str, Any]] = []
    problems = [*take_files(document, files)]
    if problems:
        return Admitted(None, problems=problems)
    return Admitted(message(kind, document, source, if_match=if_match, dated=dated), files, (), document)


def admit_events(kind: str, key: str, raws: Sequence[Any], source: Source) -> Admitted:
    """Admit events of a record that may not be there yet."""
    events: list[Mapping[str, Any]] = []
    problems: list[Problem] = []
    for place, raw in enumerate(raws):
        event, wrong = intake.admit("event" if kind == "dossier" else "postal_event", raw)
        problems.extend(
            Problem(f"/events/{place}{one.pointer}", one.keyword, one.code, one.vi, one.en) for one in wrong
        )
        if event is not None:
            events.append(event)
    if problems:
        return Admitted(None, problems=problems)
    return Admitted(Message(kind, key, source, None, events))


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


def _other_key(name: str) -> Problem:
    return Problem(
        f"/{name}",
        "key",
        "key_mismatch",
        "Mã trong tài liệu khác với mã trong địa chỉ.",
        "The document bears another key than the address.",
    )


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
