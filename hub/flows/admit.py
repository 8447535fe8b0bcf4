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
    from collections.abc import Mapping, Sequence

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
    problems = [*take_files(document, files, "")]
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


def take_files(value: Any, files: list[dict[str, Any]], pointer: str) -> list[Problem]:
    """Replace every embedded `content` (base64) by url, sha256 and size, in place; the bytes go to `files`."""
    if isinstance(value, list):
        return [one for place, inner in enumerate(value) for one in take_files(inner, files, f"{pointer}/{place}")]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("content"), str) and "name" in value and "occurred_at" not in value:
        return _take(value, files, pointer)
    return [
        one
        for name, inner in value.items()
        if isinstance(inner, (dict, list)) and name != "form"  # what the citizen typed is left as it is
        for one in take_files(inner, files, f"{pointer}/{name}")
    ]


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
