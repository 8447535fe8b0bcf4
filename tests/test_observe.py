"""Logs are one JSON object a line, masked; metrics are counted alone or together."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys

import orjson
import pytest
import structlog

from hub import observe


@pytest.fixture
def stream():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    yield stream
    root.handlers, root.level = before, level
    structlog.reset_defaults()


def lines(stream):
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_bound_ids_and_vietnamese_time(stream):
    observe.set_up_logging(stream=stream)

    with observe.bound(channel="national", delivery_id=7):
        structlog.get_logger().info("delivery.settled", outcome="delivered")
    structlog.get_logger().debug("delivery.claimed")

    [line] = lines(stream)
    assert line["event"] == "delivery.settled"
    assert (line["channel"], line["delivery_id"], line["outcome"], line["level"]) == (
        "national",
        7,
        "delivered",
        "info",
    )
    assert line["at"].endswith("+07:00")


def test_f23_secrets_and_personal_data_are_hidden(stream):
    observe.set_up_logging(stream=stream)

    structlog.get_logger().warning(
        "x.y", access_token="t0ken", Authorization="Bearer t0ken", nested={"password": "t0ken", "phone": "0912345678"},
        document={"name": "Nguyễn Văn An"}, items=3,
    )  # fmt: skip

    text = stream.getvalue()
    assert "t0ken" not in text
    assert "0912345678" not in text
    assert "Nguyễn" not in text
    assert lines(stream)[0]["items"] == 3


NAME, PHONE = "NGUYỄN VĂN ẨN", "0912345678"


def _key():
    {}[NAME]


def _number():
    try:
        int(PHONE + "x")
    except ValueError:
        _key()


def _statement():
    from sqlalchemy import create_engine, text

    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:who)"), {"who": NAME + PHONE})


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("fails", [_key, _number, _statement])
def test_f23_a_traceback_tells_where_and_what_kind_but_nobodys_name(stream, form, fails):
    observe.set_up_logging("debug", form, stream=stream)

    try:
        fails()
    except Exception as problem:
        structlog.get_logger().exception("connector.failed")
        structlog.get_logger().error("request.failed", exc_info=problem)
        logging.getLogger("some.library").exception("it failed")
        kind = type(problem).__name__

    text = stream.getvalue()
    assert text.count(f"in {fails.__name__}") >= 3
    assert f"{kind}: [ẩn]" in text
    assert NAME not in text
    assert PHONE not in text
    assert ("no such table: nowhere" in text) is (fails is _statement)


def test_what_a_traceback_may_say_it_says(stream):
    observe.set_up_logging(stream=stream)

    for problem in (KeyError("HoTen"), AttributeError("no x"), FileNotFoundError(2, "No such file", "/a/b")):
        structlog.get_logger().error("x.failed", exc_info=problem)

    said = [line["exception"].splitlines()[-1] for line in lines(stream)]
    assert said == ["KeyError: 'HoTen'", "AttributeError: no x", "FileNotFoundError: [Errno 2] No such file"]


def test_libraries_log_in_the_same_form_and_exceptions_show_no_variables(stream):
    observe.set_up_logging(stream=stream)

    def fails(access):
        raise RuntimeError("no")

    try:
        fails("t0" + "ken")
    except RuntimeError:
        logging.getLogger("some.library").exception("it failed")

    [line] = lines(stream)
    assert line["event"] == "it failed"
    assert "RuntimeError" in line["exception"]
    assert "t0ken" not in stream.getvalue()


def test_the_console_form_is_for_people(stream):
    observe.set_up_logging(form="console", stream=stream)

    structlog.get_logger().info("hub.started", listen="127.0.0.1:8700")

    assert "hub.started" in stream.getvalue()


def test_counted_and_looked_up_metrics_stand_on_one_page():
    observe.metrics().attempts_total.labels("national", "delivered").inc()

    page = observe.exposition({"hub_waiting_age_seconds": [(("national",), 12.5)]}).decode()

    assert 'hub_attempts_total{channel="national",outcome="delivered"}' in page
    assert 'hub_waiting_age_seconds{channel="national"} 12.5' in page


COUNT = """
import os, sys
from pathlib import Path
from hub import observe
observe.set_up_metrics(Path(sys.argv[1]))
if os.fork() == 0:
    observe.metrics().accepted_total.labels("dossier", "created").inc(2)
    os._exit(0)
os.wait()
observe.metrics().accepted_total.labels("dossier", "created").inc(3)
print(observe.exposition({}).decode())
"""


def test_several_processes_count_together(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != observe.SHARED}
    page = subprocess.run(
        [sys.executable, "-c", COUNT, str(tmp_path)], capture_output=True, text=True, check=True, env=environment
    ).stdout

    assert 'hub_accepted_total{kind="dossier",word="created"} 5.0' in page
