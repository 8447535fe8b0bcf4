"""Settings: every one declared, documented and checked; wrong names are told, secrets never."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.config import DECLARATIONS, SettingsError, create_key_file, load, reference_page

KEY = "k" * 40


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def wrong(environment, **options):
    with pytest.raises(SettingsError) as caught:
        load(environment, **options)
    return caught.value.sentences


def test_nothing_given_is_a_working_default():
    settings = load({})

    assert settings.database_url == "sqlite:///lienthong.db"
    assert (settings.engine, settings.web_processes) == ("sqlite", 1)
    assert settings.public_url == "http://127.0.0.1:8700"
    assert settings.body_limit == 16 * 2**20


def test_postgresql_gets_two_web_processes():
    settings = load({"HUB_DATABASE_URL": "postgresql+psycopg://hub@db/hub"})

    assert (settings.engine, settings.web_processes) == ("postgresql", 2)


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "hub.toml"
    file.write_text('listen = "0.0.0.0:80"\nweb_threads = 8\nbody_limit = "1 MiB"\nblock_plugins = ["sms"]\n')

    settings = load({"HUB_CONFIG": str(file), "HUB_WEB_THREADS": "4", "HUB_TRACE_PLUGINS": "1"})

    assert (settings.listen, settings.web_threads, settings.body_limit) == ("0.0.0.0:80", 4, 2**20)
    assert settings.block_plugins == ("sms",)
    assert settings.trace_plugins is True


def test_unknown_names_are_told_the_nearest_right_one(tmp_path):
    file = tmp_path / "hub.toml"
    file.write_text("webthreads = 8\n")

    sentences = wrong({"HUB_LISTN": "x"}, file=file)

    assert "HUB_LISTN is not a setting; did you mean HUB_LISTEN?" in sentences[1]
    assert "webthreads is not a setting; did you mean web_threads?" in sentences[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_LISTEN", "8700"),
        ("HUB_WEB_THREADS", "many"),
        ("HUB_WEB_THREADS", "0"),
        ("HUB_LOG_LEVEL", "loud"),
        ("HUB_TRACE_PLUGINS", "perhaps"),
        ("HUB_LEASE_SECONDS", "nan"),
        ("HUB_DATABASE_URL", "mysql://x"),
    ],
)
def test_a_value_that_cannot_be_read_is_told_with_its_name(name, value):
    [sentence] = wrong({name: value})

    assert sentence.startswith(f"{name}: ")


def test_all_that_is_wrong_is_told_at_once():
    assert len(wrong({"HUB_LISTEN": "x", "HUB_WEB_THREADS": "x", "HUB_NONSENSE": "x"})) == 3


def test_f23_secrets_are_neither_in_repr_nor_in_errors():
    settings = load({"HUB_SECRET_KEY": KEY, "HUB_DATABASE_URL": "postgresql://hub:pa55word@db/hub"})

    assert KEY not in repr(settings)
    assert "pa55word" not in repr(settings)
    assert "short" not in wrong({"HUB_SECRET_KEY": "short"})[0]


def test_the_key_file_is_made_private_and_read(tmp_path):
    create_key_file(tmp_path / "lienthong.key")

    assert (tmp_path / "lienthong.key").stat().st_mode & 0o777 == 0o600
    assert len(load({}).require_secret_key()) >= 32
    with pytest.raises(FileExistsError):
        create_key_file(tmp_path / "lienthong.key")


def test_a_key_file_others_can_read_is_refused(tmp_path):
    create_key_file(tmp_path / "lienthong.key")
    (tmp_path / "lienthong.key").chmod(0o644)

    [sentence] = wrong({})

    assert "chmod 600" in sentence


def test_a_missing_key_is_told_where_it_is_needed():
    with pytest.raises(SettingsError, match="hub init"):
        load({}).require_secret_key()


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    assert "cannot be read" in wrong({}, file=tmp_path / "none.toml")[0]


def test_every_setting_is_told_in_both_languages():
    assert all(each.english and each.vietnamese for each in DECLARATIONS.values())


def test_the_reference_page_is_the_table():
    page = Path(__file__).parents[1] / "docs/reference/settings.md"

    assert page.read_text(encoding="utf-8") == reference_page(), (
        "run: python -m hub.config > docs/reference/settings.md"
    )
