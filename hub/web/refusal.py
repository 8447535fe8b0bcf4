"""The one exception that views raise: a request that is refused for a reason of the table of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.domain.problem import Problem


class Refusal(Exception):
    """A request that is refused for a reason of the table; `errors` say what is wrong where."""

    def __init__(
        self,
        code: str,
        errors: Sequence[Problem] = (),
        *,
        vi: str = "",
        en: str = "",
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors
        self.sentences = (vi, en)
        self.headers = dict(headers or {})
        self.facts = facts


def shown(problem: Problem) -> dict[str, str]:
    """Express one error or warning of a document; it holds no value of the document."""
    return {"pointer": problem.pointer, "code": problem.code, "vi": problem.vi, "en": problem.en}
