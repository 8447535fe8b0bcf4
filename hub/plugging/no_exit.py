"""A guard around a stranger's code."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


def no_exit(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """A plugin that calls exit has a defect; it does not end the hub."""

    @wraps(function)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        try:
            return function(*args, **kwargs)
        except SystemExit as problem:
            raise RuntimeError("a plugin called exit") from problem

    return guarded
