"""Manners a linter does not know: who may print, who may wait, whose clock is read, how events are named."""

from __future__ import annotations

import ast

from tests.inspection.tree import HUB, PLUGINS, ROOT, TESTS, calls, name, python_files

_LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def test_only_commands_print():
    talkers = [path for path in python_files(HUB, PLUGINS) if not path.is_relative_to(HUB / "cli")]

    assert not [f"{name(path)}:{line}" for path in talkers for line, called, _ in calls(path) if called == "print"]


def test_tests_wait_for_conditions_never_for_time():
    sleeps = [
        f"{name(path)}:{line}"
        for path in python_files(TESTS)
        for line, called, _ in calls(path)
        if called in {"time.sleep", "sleep"}
    ]

    assert not sleeps


def test_every_time_knows_its_zone():
    naive = [
        f"{name(path)}:{line}: {called}"
        for path in python_files(ROOT)
        for line, called, node in calls(path)
        if called.endswith((".utcnow", ".utcfromtimestamp"))
        or called in {"date.today", "datetime.date.today"}
        or (called.endswith("datetime.now") and not node.args and not node.keywords)
        or (called.endswith("datetime.fromtimestamp") and len(node.args) + len(node.keywords) < 2)
    ]

    assert not naive


def test_log_events_are_dotted_words_and_fields():
    formatted = [
        f"{name(path)}:{line}"
        for path in python_files(HUB, PLUGINS)
        for line, called, node in calls(path)
        if called.split(".")[-1] in _LOG_METHODS and "log" in called.lower()
        if node.args and isinstance(node.args[0], ast.JoinedStr)
    ]

    assert not formatted
