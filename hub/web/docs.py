"""/v1/docs: the description as one page, made by the server; no script and no request to anywhere else."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from hub.web.described import PARAMETERS
from hub.web.error_table import TABLE
from hub.web.guards import no_guard
from hub.web.openapi import description

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.web.service import Service

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1b1b1b;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #ccc}code,pre{font:14px/1.4 ui-monospace,monospace}
pre{background:#f4f4f4;padding:.75rem}details{margin:.4rem 0;border-left:3px solid #ddd;padding-left:.8rem}
summary{cursor:pointer}b.m{display:inline-block;min-width:4.5rem;text-transform:uppercase}table{border-collapse:collapse}
td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}
@media (prefers-color-scheme:dark){body{background:#161616;color:#eee}pre{background:#262626}a{color:#8ab4f8}}
"""


def docs(service: Service) -> Blueprint:
    """Make the route `/v1/docs`."""
    routes = Blueprint("docs", __name__, url_prefix="/v1")
    url = service.context.settings.public_url

    @routes.get("/docs")
    @no_guard("the description holds no data")
    def show() -> Response:
        return Response(page(url), content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})

    return routes


@cache
def page(url: str) -> str:
    """Return the page."""
    whole = description(url)
    schemas = whole["components"]["schemas"]
    return "\n".join(
        (
            "<!doctype html><html lang=vi><meta charset=utf-8><meta name=viewport content='width=device-width'>",
            f"<title>Liên Thông API</title><style>{STYLE}</style><h1>Liên Thông API</h1>",
            f"<p>{_text(whole['info']['description'])}</p><p><a href=openapi.json>openapi.json</a> (OpenAPI 3.1)</p>",
            f"<pre>curl -H 'Authorization: Bearer lt_…' {escape(url)}/v1/dossiers?limit=1</pre>",
            "<h2>Đường dẫn · Routes</h2>",
            *_routes(whole),
            "<h2>Mã lỗi · Errors</h2><table><tr><th>code<th>status<th>vi<th>en</tr>",
            *(
                f"<tr id='{code}'><td><code>{code}</code><td>{row[0]}<td>{escape(row[1])}<td>{escape(row[2])}</tr>"
                for code, row in TABLE.items()
            ),
            "</table><h2>Cấu trúc · Schemas</h2>",
            *(_schema(name, schema) for name, schema in schemas.items()),
            "</html>",
        )
    )


def _routes(whole: dict[str, Any]) -> Iterator[str]:
    for path, methods in whole["paths"].items():
        for method, one in methods.items():
            head = f"<b class=m>{method}</b> <code>{escape(path)}</code> — {escape(one['summary'])}"
            yield f"<details><summary>{head}</summary>"
            yield f"<p>{_text(one['description'])}</p>"
            names = [each["$ref"].rpartition("/")[2] for each in one.get("parameters", ())]
            yield from _parameters(names)
            for media_type, content in one.get("requestBody", {}).get("content", {}).items():
                yield f"<p>{escape(media_type)} {_link(content['schema'])}</p>"
                example = content.get("example") or next(
                    (each["value"] for each in content.get("examples", {}).values()), None
                )
                if example is not None:
                    yield f"<pre>{_code(example)}</pre>"
            for status, answer in one["responses"].items():
                links = [_link(content["schema"]) for content in answer.get("content", {}).values()]
                yield f"<p><code>{status}</code> {escape(answer.get('description', 'Problem'))} {' '.join(links)}</p>"
            yield "</details>"


def _parameters(names: list[str]) -> Iterator[str]:
    if not names:
        return
    yield "<table>"
    for name in names:
        one = PARAMETERS[name]
        words = escape(one["schema"].get("description", one["schema"]["type"]))
        yield f"<tr><td><code>{escape(one['name'])}</code><td>{one['in']}<td>{words}</tr>"
    yield "</table>"


def _schema(name: str, schema: dict[str, Any]) -> str:
    return (
        f"<details id='schema-{escape(name)}'><summary><code>{escape(name)}</code> "
        f"{_text(schema.get('description', ''))}</summary><pre>{_code(schema)}</pre></details>"
    )


def _link(schema: dict[str, Any]) -> str:
    name = schema.get("$ref", "").rpartition("/")[2]
    return f"<a href='#schema-{escape(name)}'>{escape(name)}</a>" if name else _text(schema.get("description", ""))


def _code(value: Any) -> str:
    return escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1))


def _text(words: str) -> str:
    return escape(words).replace("\n\n", "<br>")
