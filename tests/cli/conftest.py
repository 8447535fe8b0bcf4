"""Commands run in this process against a fresh database, settings coming from the environment as in life."""

from __future__ import annotations

import orjson
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.config import create_key_file


@pytest.fixture
def environment(tmp_path, monkeypatch, sqlite_url):
    create_key_file(tmp_path / "key")
    monkeypatch.setenv("HUB_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("HUB_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("HUB_LISTEN", "127.0.0.1:1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def hub(environment):
    def run(*arguments, status=0, given=None):
        result = CliRunner().invoke(main, arguments, input=given)
        assert result.exit_code == status, result.output + repr(result.exception)
        return result.output

    return run


@pytest.fixture
def told(hub):
    return lambda *arguments: orjson.loads(hub(*arguments, "--json"))


@pytest.fixture
def settings(environment):
    def write(**changes):
        file = environment / "sms.json"
        content = {
            "url": "http://127.0.0.1:9/bulkapi",
            "user": "u",
            "password": "mat-khau-rieng",
            "cp_code": "C",
            "brand": "B",
        }
        file.write_bytes(orjson.dumps({**content, **changes}))
        return str(file)

    return write
