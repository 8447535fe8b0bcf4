"""The description is valid, complete, in both languages, and true of the running app."""

from __future__ import annotations

import re

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.domain.bundling import FILES, bundle
from hub.web.described import PARAMETERS
from hub.web.openapi import description
from hub.web.operations import EVENT, OPERATIONS

URL = "http://127.0.0.1:8700"


def test_the_description_is_valid(hub):
    served = hub.app.test_client().get("/v1/openapi.json").json

    assert list(OpenAPIV31SpecValidator(served).iter_errors()) == []
    assert served == description(hub.context.settings.public_url)


def test_it_has_every_route_and_no_other(hub):
    there = {
        (method.lower(), re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule))
        for rule in hub.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1/")
    }

    assert {(one.method, one.path) for one in OPERATIONS} == there - {("get", "/v1/openapi.json"), ("get", "/v1/docs")}


def test_shared_definitions_mean_the_same_in_every_document():
    shared = [bundle(kind)["$defs"] for kind in FILES]
    names = {name for each in shared for name in each}

    for name in names:
        meanings = [each[name] for each in shared if name in each]
        assert all(one == meanings[0] for one in meanings), name


def test_every_parameter_is_used_and_every_operation_speaks_both_languages():
    used = {name for one in OPERATIONS for name in one.parameters}

    assert used == set(PARAMETERS)
    assert all(one.vi and one.en and one.vi != one.en for one in OPERATIONS)


def test_the_page_asks_nobody_else(hub):
    answer = hub.app.test_client().get("/v1/docs")
    page = answer.data.decode()

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in page
    assert not re.findall(r"""(?:src|href)=['"]?(?:https?:)?//""", page)
    for one in OPERATIONS:
        assert one.path in page


def test_a_dossier_of_which_only_events_came_is_as_described(hub, api, dossier):
    path = f"/v1/dossiers/{dossier['code']}"
    operation = schemathesis.openapi.from_wsgi("/v1/openapi.json", hub.app).find_operation_by_id("getDossier")

    for send in (lambda: api.post(f"{path}/events", EVENT), lambda: api.put(path, dossier)):
        assert send().status_code < 300
        case = operation.Case(path_parameters={"key": dossier["code"]})
        answer = case.call(headers={"Authorization": f"Bearer {api.token}"})
        assert answer.status_code == 200
        case.validate_response(answer, checks=CHECKS)


CHECKS = (
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.response_schema_conformance,
    schemathesis.checks.content_type_conformance,
)


@pytest.mark.parametrize("name", [one.name for one in OPERATIONS if one.name not in {"batch", "setWebhook"}])
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_whatever_is_sent_the_answer_is_as_described(hub, api, name, mode):
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", hub.app)
    operation = schema.find_operation_by_id(name)

    @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        answer = case.call(headers={"Authorization": f"Bearer {api.token}"})
        case.validate_response(answer, checks=CHECKS)

    send()
