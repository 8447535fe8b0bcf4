"""Secrets: kept encrypted or by reference, opened for the connector, never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.vault import SHOWN, Vault, VaultError, opened, sealed, shown

VAULT = Vault("k" * 32)
SCHEMA = {"properties": {"password": {"writeOnly": True}, "tokens": {"writeOnly": True}, "url": {}}}


@given(st.text(), st.lists(st.text()))
def test_what_is_sealed_opens_again_and_never_shows(password, tokens):
    settings = {"password": password, "tokens": tokens, "url": "http://x"}
    kept = sealed(VAULT, settings, SCHEMA)

    assert opened(VAULT, kept) == settings
    assert kept["password"] != password
    assert shown(kept, SCHEMA) == {"password": SHOWN, "tokens": [SHOWN] * len(tokens), "url": "http://x"}


def test_references_are_followed_and_shown_as_such(monkeypatch, tmp_path):
    monkeypatch.setenv("PORTAL_PASSWORD", "abc")
    (tmp_path / "token").write_text("xyz\n")
    settings = {"password": {"$env": "PORTAL_PASSWORD"}, "tokens": [{"$file": str(tmp_path / "token")}]}

    assert sealed(VAULT, settings, SCHEMA) == settings
    assert opened(VAULT, settings) == {"password": "abc", "tokens": ["xyz"]}
    assert shown(settings, SCHEMA) == settings


@pytest.mark.parametrize("kept", [{"$env": "NOT_THERE"}, {"$file": "/nowhere/at/all"}, Vault("o" * 32).seal("x")])
def test_a_secret_that_cannot_be_had_says_why_and_not_what(kept):
    with pytest.raises(VaultError):
        VAULT.open(kept)


def test_signatures_are_for_one_purpose_only():
    signature = VAULT.sign("link", "abc")

    assert VAULT.is_signed("link", "abc", signature)
    assert not VAULT.is_signed("other", "abc", signature)
    assert not VAULT.is_signed("link", "abd", signature)
