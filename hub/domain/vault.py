"""Secrets at rest: a reference to the environment or a file, or encrypted under the hub's key. Never shown again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT, FILE, ENCRYPTED = "$env", "$file", "$encrypted"
REFERENCES = frozenset({ENVIRONMENT, FILE, ENCRYPTED})
SHOWN = "[ẩn]"


class VaultError(ValueError):
    """A secret cannot be had; the sentence says which and why, never what."""


class Vault:
    """Encrypts and signs under keys derived from the hub's secret key (one purpose, one key)."""

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derived("secrets at rest")))

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()

    def seal(self, text: str) -> dict[str, str]:
        """Return the form in which a secret is kept."""
        return {ENCRYPTED: self._fernet.encrypt(text.encode()).decode()}

    def open(self, kept: Any) -> Any:
        """Return the value of a reference, and anything else as it is. Raises VaultError."""
        if not is_reference(kept):
            return kept
        ((kind, place),) = kept.items()
        if kind == ENVIRONMENT:
            if place not in os.environ:
                raise VaultError(f"the environment has no {place}")
            return os.environ[place]
        if kind == FILE:
            try:
                return Path(place).read_text(encoding="utf-8").strip()
            except OSError as problem:
                raise VaultError(f"the file {place} cannot be read ({problem.strerror})") from None
        try:
            return self._fernet.decrypt(place.encode()).decode()
        except InvalidToken:
            raise VaultError("a secret was encrypted under another secret key") from None

    def sign(self, purpose: str, text: str) -> str:
        """Return a short signature (128 bits, hex) that only this hub can make."""
        return hmac.new(self._derived(purpose), text.encode(), hashlib.sha256).hexdigest()[:32]

    def is_signed(self, purpose: str, text: str, signature: str) -> bool:
        """Check a signature in constant time."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode("utf-8", "replace"))


def is_reference(value: Any) -> bool:
    """Tell whether a settings value is a secret's reference."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in REFERENCES


def secret_names(settings_schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the settings that the connector's schema marks `writeOnly`."""
    properties = settings_schema.get("properties", {})
    return frozenset(name for name, one in properties.items() if one.get("writeOnly"))


def sealed(vault: Vault, settings: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as they are kept: secrets given as text are encrypted, references stay."""
    secret = secret_names(schema)
    return {name: _each(vault.seal, value) if name in secret else value for name, value in settings.items()}


def opened(vault: Vault, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as a connector gets them. Raises VaultError."""
    return {name: _open_deep(vault, value) for name, value in settings.items()}


def shown(settings: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as people may see them; references to environment and files are shown as such."""
    secret = secret_names(schema)
    return {name: _masked(value) if name in secret else value for name, value in settings.items()}


def _each(act: Any, value: Any) -> Any:
    if isinstance(value, list):
        return [_each(act, one) for one in value]
    return act(value) if isinstance(value, str) else value


def _open_deep(vault: Vault, value: Any) -> Any:
    if isinstance(value, list):
        return [_open_deep(vault, one) for one in value]
    return vault.open(value)


def _masked(value: Any) -> Any:
    if is_reference(value) and ENCRYPTED not in value:
        return value
    return [_masked(one) for one in value] if isinstance(value, list) else SHOWN
