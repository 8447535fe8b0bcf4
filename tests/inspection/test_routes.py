"""Every door states who may come in, and the doors that stand open are named here, one by one."""

from __future__ import annotations

import re

import pytest

from hub.config import Settings
from hub.web.app import create_app
from hub.web.errors import TABLE
from hub.web.guards import Guard
from hub.wiring import build
from tests.inspection.tree import HUB, calls, name, page, python_files

OPEN = {  # path: whoever adds one says why in the view's own guard and adds it here
    "/healthz",
    "/readyz",
    "/v1/openapi.json",
    "/v1/docs",
    "/hooks/<channel>",
    "/files/<sha256>/<signature>",
}
ONES_OWN = {"/v1/webhook"}  # a client says where it wants to be told: no record changes
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    unused = tmp_path_factory.mktemp("routes") / "hub.db"
    context = build(Settings(database_url=f"sqlite:///{unused}", secret_key="only-for-inspection-0123456789abcdef"))
    yield create_app(context)
    context.store.close()


def rules(app):
    return [(rule, getattr(app.view_functions[rule.endpoint], "guard", None)) for rule in app.url_map.iter_rules()]


def test_every_route_states_its_guard(app):
    assert rules(app)
    assert [rule.rule for rule, guard in rules(app) if not isinstance(guard, Guard)] == []


def test_an_open_door_gives_its_reason_and_is_known(app):
    wide_open = {rule.rule: guard.reason for rule, guard in rules(app) if not guard.ability and not guard.loopback}

    assert all(wide_open.values())
    assert {path for path in wide_open if not path.startswith(tuple(OPEN))} == set()


def test_reading_is_never_enough_to_write(app):
    too_easy = [
        rule.rule
        for rule, guard in rules(app)
        if rule.methods & UNSAFE and guard.ability in {"read", "feed"} and rule.rule not in ONES_OWN
    ]

    assert not too_easy


def test_the_pages_name_every_route_of_the_api(app):
    told = page("docs/reference/api.md")
    untold = {
        rule.rule
        for rule, _ in rules(app)
        if rule.rule.startswith("/v1/") and re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) not in told
    }

    assert not untold


def test_nothing_listens_beyond_the_loopback_address_by_itself():
    assert Settings().listen.startswith("127.0.0.1:")


def test_no_view_touches_a_table():
    views = [
        path for path in python_files(HUB / "web") if any(called.endswith(".route") for _, called, _ in calls(path))
    ]
    touching = [name(path) for path in views if "hub.store.tables" in path.read_text(encoding="utf-8")]

    assert not touching


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_error_is_told_on_the_page_of_the_api(code):
    status, vietnamese, english = TABLE[code]

    assert f"| {status} | `{code}` | {vietnamese} | {english} |" in page("docs/reference/api.md")
