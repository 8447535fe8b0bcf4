"""A connector to the echo partner: every ability, the plainest protocol there can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Connector,
    ConnectorError,
    Credential,
    CredentialsRefused,
    Garbled,
    Health,
    HealthWord,
    Incoming,
    Item,
    Listed,
    Listing,
    Lists,
    Outcome,
    OutcomeWord,
    Outgoing,
    Page,
    Polls,
    Pulls,
    Pushes,
    Reason,
    Recalls,
    Receipt,
    Receives,
    Reception,
    Refused,
    Renewable,
    Reply,
    Request,
    Tools,
    deferred,
    delivered,
    digest_of,
    health_of,
    signing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Answer

CODES: Mapping[str, tuple[OutcomeWord, Reason | None]] = {
    "0": (OutcomeWord.DELIVERED, None),
    "00": (OutcomeWord.DELIVERED, None),  # the partner is of two minds about its own zero
    "1": (OutcomeWord.DELIVERED, None),  # it has this version already
    "2": (OutcomeWord.REJECTED, Reason.DATA),
    "3": (OutcomeWord.DEFERRED, Reason.ORDER),
    "9": (OutcomeWord.DEFERRED, Reason.BUSY),
}
UNAUTHORISED = 401


class EchoConnector(Connector, Pushes, Recalls, Lists, Pulls, Polls, Receives):
    """Pushes batches of JSON to `/put`, asks `/get`, lists `/list`, pulls `/feed`, is called with signed webhooks."""

    name = "echo"
    title = ("Đối tác thử", "Test partner")
    settings_schema: ClassVar[Mapping[str, Any]] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["url", "secret"],
        "additionalProperties": False,
        "properties": {
            "url": {
                "type": "string",
                "pattern": "^https?://",
                "description": "Address of the partner",
                "x-description-vi": "Địa chỉ của đối tác",
                "examples": ["http://127.0.0.1:8750"],
            },
            "secret": {
                "type": "string",
                "minLength": 8,
                "writeOnly": True,
                "description": "Secret shared with the partner: 'whsec_' and base64",
                "x-description-vi": "Khóa bí mật dùng chung: 'whsec_' và base64",
            },
            "kinds": {
                "type": "array",
                "items": {"enum": ["dossier", "procedure", "postal_order"]},
                "description": "Kinds of record the partner wants; all when absent",
                "x-description-vi": "Các loại bản ghi đối tác cần; bỏ trống là tất cả",
                "examples": [["dossier"]],
            },
        },
    }
    accepts = ("dossier", "procedure", "postal_order")
    emits = ("dossier",)
    batch_size = 20
    resend = "ask"
    shown_fields = frozenset({"code", "key"})

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        super().__init__(settings, tools)
        self._session = Renewable(self._log_in, tools.clock)

    def check(self) -> Health:
        """Ask for `/health` with a session."""
        try:
            self._call("GET", "/health").json()
        except ConnectorError as problem:
            return health_of(problem)
        return Health(HealthWord.OK)

    def wants(self, kind: str, document: Mapping[str, Any]) -> bool:
        """All kinds, or those of the settings."""
        return kind in self.settings.get("kinds", self.accepts)

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """The partner takes our documents as they are."""
        return {"document": dict(document)}

    def map_in(self, item: Item) -> Sequence[Incoming]:
        """A dossier, or an event of one."""
        payload = item.payload
        if "event" in payload:
            return [Incoming("dossier", {"events": [payload["event"]]}, key=payload["code"])]
        return [Incoming("dossier", payload["dossier"])]

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any]:
        """The document itself."""
        return {"document": outgoing.document}

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send all in one call; the idempotency key makes a repetition harmless."""
        wishes = [{"key": _name(each), "id": each.idempotency_key, "document": each.mapped} for each in batch]
        results = self._results(self._call("POST", "/put", json=wishes))
        return [_outcome(each, results.get(_name(each))) for each in batch if _name(each) in results] + [
            deferred(each, Reason.BUSY, detail="The partner took a part of the batch.")
            for each in batch
            if _name(each) not in results
        ]

    def recall(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Ask for the last idempotency key the partner saw for each record, and the digest of what it holds."""
        held = self._call("POST", "/get", json=[_name(each) for each in batch]).json()
        if not isinstance(held, dict):
            raise Garbled("The answer is no object.")
        return [_recalled(each, held.get(_name(each)) or {}) for each in batch]

    def holdings(self, cursor: str | None) -> Listing:
        """The partner lists digests, a thousand a page."""
        body = self._call("GET", "/list", parameters={"after": cursor or ""}).json()
        named = [(*each["key"].split("/", 1), each["digest"]) for each in body["listed"]]
        return Listing([Listed(kind, key, digest) for kind, key, digest in named], body["next"], more=body["more"])

    def pull(self, cursor: str | None) -> Page:
        """Two items a page, so that tests see pages."""
        body = self._call("GET", "/feed", parameters={"after": cursor or "0"}).json()
        items = [Item(each, id=str(each["number"])) for each in body["items"]]
        return Page(items, body["next"], more=body["more"])

    def poll(self, batch: Sequence[Outgoing]) -> Sequence[Item]:
        """Ask what was done with delivered dossiers."""
        news = self._call("POST", "/news", json=[_name(each) for each in batch]).json()
        return [Item(each) for each in news]

    def receive(self, request: Request) -> Receipt:
        """Check the signature, read one JSON body: an item, or a list of items."""
        signing.verify(
            [self.settings["secret"]], headers=request.headers, body=request.body, now=self.tools.clock.now()
        )
        try:
            body = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            raise Refused("The body is not JSON.", status=400) from None
        items = [Item(each, id=request.headers["webhook-id"]) for each in (body if isinstance(body, list) else [body])]
        return Receipt(items, _answer)

    def _log_in(self) -> Credential:
        answer = self.tools.http.post(f"{self.settings['url']}/login", json={"secret": self.settings["secret"]})
        if answer.status == UNAUTHORISED:
            raise CredentialsRefused(code="401")
        token = answer.json().get("token")
        if not token:
            raise Garbled("The login answered without a token.")
        return Credential(token)

    def _call(self, method: str, path: str, **options: Any) -> Answer:
        """One call with the session, renewed once when the partner forgot it."""
        token = self._session.get()
        answer = self._ask(method, path, token, **options)
        if answer.status == UNAUTHORISED:
            answer = self._ask(method, path, self._session.renew(token), **options)
        if answer.status == UNAUTHORISED:
            raise CredentialsRefused(code="401")
        return answer

    def _ask(self, method: str, path: str, token: str, **options: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        return self.tools.http.request(method, f"{self.settings['url']}{path}", headers=headers, **options)

    @staticmethod
    def _results(answer: Answer) -> dict[str, Any]:
        body = answer.json()
        results = body.get("results") if isinstance(body, dict) else None
        if not isinstance(results, list):
            raise Garbled("The answer has no results.", code=str(answer.status))
        return {each["key"]: each for each in results}


def _name(outgoing: Outgoing) -> str:
    return f"{outgoing.kind}/{outgoing.key}"


def _outcome(outgoing: Outgoing, result: Any) -> Outcome:
    code = str(result["code"])
    word, reason = CODES.get(code, (OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE))
    memo = {"id": outgoing.idempotency_key} if word is OutcomeWord.DELIVERED else None
    detail = None if word is OutcomeWord.DELIVERED else f"The partner answered code {code}."
    return Outcome(outgoing.delivery_id, word, reason, code, detail, acknowledged=memo)


def _recalled(outgoing: Outgoing, held: Mapping[str, Any]) -> Outcome:
    if held.get("id") == outgoing.idempotency_key and held.get("digest") == digest_of(outgoing.mapped):
        return delivered(outgoing, acknowledged={"id": held["id"]})
    memo = {"id": held["id"]} if held else {}
    return deferred(outgoing, Reason.UNANSWERED, detail="The partner does not hold this version.", acknowledged=memo)


def _answer(reception: Reception, sentence: str) -> Reply:
    return Reply(orjson.dumps({"reception": reception, "message": sentence}))
