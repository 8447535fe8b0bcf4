"""POST /v1/batch: NDJSON, streamed both ways, in constant memory.

Each line is {"kind": …, "document": …} or {"kind": "event", "key": …, "event": …}; each gets one result line, in order,
after the commit of its chunk. A bad line rejects only itself. Results come while lines are still being sent: a client
must read while it writes (as curl does), or say `?at_end=true`, which keeps them until all was sent.
"""

from __future__ import annotations

import tempfile
import time
from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response, g, request, stream_with_context
from sqlalchemy.exc import DBAPIError

from hub.domain.scope import WRITE
from hub.flows.accept import accept
from hub.store.trouble import is_away
from hub.web import answers, intake, json_body, languages, parameters, writing
from hub.web.ahead import ahead
from hub.web.batch_shape import shape_problem
from hub.web.courtesy import Way
from hub.web.errors import body, refusal_of
from hub.web.guards import client_required
from hub.web.lines import READ, lines
from hub.web.refusal import Refusal
from hub.web.writing import Write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.flows.accept import Accepted
    from hub.web.service import Service

NDJSON = "application/x-ndjson"
MEMORY = 2**20  # bytes of kept results before they go to disk
LINES, BYTES, SECONDS = 500, 4 * 2**20, 0.5  # a chunk is committed when it reaches one of these


def batch(service: Service) -> Blueprint:
    """Make the route `/v1/batch`."""
    routes = Blueprint("batch", __name__, url_prefix="/v1")
    settings = service.context.settings

    @routes.post("/batch")
    @client_required(None, WRITE)
    def run() -> Response:
        if request.content_encoding not in {None, "identity"}:
            raise Refusal("unsupported_encoding")
        request.max_content_length = settings.batch_limit
        work = _Batch(service)
        results = _kept(work.results()) if parameters.truth("at_end", default=False) else work.results()
        return Response(stream_with_context(results), content_type=NDJSON)

    return routes


def _kept(results: Iterator[bytes]) -> Iterator[bytes]:
    """Keep the results in a file until every line was read: for clients that cannot read while they write."""
    with tempfile.SpooledTemporaryFile(MEMORY) as file:
        for part in results:
            file.write(part)
        file.seek(0)
        while block := file.read(READ):
            yield block


class _Batch:
    """One batch while it runs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._client = g.client
        self._language = languages.asked(request)
        self._settings = service.context.settings
        self._stream = request.stream
        self._number = 0

    def results(self) -> Iterator[bytes]:
        """Yield the result lines, a chunk at a time."""
        try:
            way = Way(self._service.courtesy, self._client.name)
            for chunk in ahead(self._chunks()):
                way.give()
                yield self._settle(chunk)
        except Exception as error:  # noqa: BLE001 (the answer has begun: the rest of it must tell)
            yield self._end(error)

    def _chunks(self) -> Iterator[list[Write]]:
        """Read and understand lines while the chunk before is being committed."""
        chunk: list[Write] = []
        size, began = 0, time.monotonic()
        way = Way(self._service.courtesy, self._client.name)
        most = way.lines(LINES)
        for line in lines(self._stream, limit=self._settings.body_limit):
            way.give()
            chunk.append(self._read(line))
            size += len(line or b"")
            if len(chunk) >= most or size >= BYTES or time.monotonic() - began > SECONDS:
                yield chunk
                chunk, size, began, most = [], 0, time.monotonic(), way.lines(LINES)
        if chunk:
            yield chunk

    def _read(self, line: bytes | None) -> Write:
        """Understand one line."""
        if line is None:
            return Write(refusal=Refusal("too_large"))
        try:
            raw = json_body.parse(line, depth=self._settings.depth_limit + 1)
            problem = shape_problem(raw)
            if problem:
                return Write(refusal=Refusal("invalid", [problem]))
            if raw["kind"] == "event":
                return writing.event(self._client, raw["key"], raw["event"])
            return writing.document(self._client, raw["kind"], raw["document"])
        except json_body.BadBody as bad:
            return Write(refusal=refusal_of(bad))

    def _settle(self, chunk: Sequence[Write]) -> bytes:
        """Accept a chunk and write its result lines. Raises what the database says when it is away."""
        intake.check(self._service.pressure)  # a long batch notices when it becomes too much
        writing.consider(self._service, self._client, chunk)
        going = [write for write in chunk if write.refusal is None]
        answers = iter(self._accept(going))
        results = []
        for write in chunk:
            self._number += 1
            results.append(self._result(write, None if write.refusal else next(answers)))
        return b"".join(results)

    def _accept(self, going: Sequence[Write]) -> list[Accepted | Exception]:
        if not going:
            return []
        try:
            answered = [one for (one,) in accept(self._service.context, [write.unit for write in going])]
        except Exception as error:  # (a poisonous line fails alone)
            if is_away(error):
                raise
            if len(going) == 1:
                return [error]
            if not isinstance(error, DBAPIError):
                refusal_of(error)  # logs it
            return [answer for write in going for answer in self._accept([write])]
        self._service.count(answered)
        return list(answered)

    def _result(self, write: Write, answer: Accepted | Exception | None) -> bytes:
        refusal = write.refusal
        if isinstance(answer, Exception):
            refusal = refusal_of(answer)
        elif answer is not None:
            refusal = answers.refusal_after(answer)
        if refusal or answer is None or isinstance(answer, Exception):
            problem = body(refusal or Refusal("internal"), self._language, g.request_id)
            return orjson.dumps({"line": self._number, "error": problem}, option=orjson.OPT_APPEND_NEWLINE)
        result = {"line": self._number, **answers.answer(answer, write.warnings)}
        return orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE)

    def _end(self, error: Exception) -> bytes:
        """Say that the batch ended early: every line after the last result was not taken in."""
        problem = body(refusal_of(error), self._language, g.request_id)
        return orjson.dumps(
            {"line": self._number + 1, "ended": True, "error": problem}, option=orjson.OPT_APPEND_NEWLINE
        )
