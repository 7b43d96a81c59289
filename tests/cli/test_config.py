"""Settings: each that is missing or malformed is told by name, and its value never."""

from pathlib import Path

import pytest

from bot.approvals.policy import ChannelMembers, Listed
from bot.config import ConfigError, Settings, SharedServeSettings, read_settings

WRONG = {
    "SLACK_BOT_TOKEN": "xapp-s3cret",
    "SLACK_API_URL": "http://s3cret.example/",
    "REDIS_URL": "http://:s3cret@localhost",
    "OPENAI_BASE_URL": "s3cret",
    "ASSENT_EXPIRES_AFTER": "-1",
    "ASSENT_HTTP_PORT": "s3cret",
    "ASSENT_MAX_TURNS": "0",
    "ASSENT_INSECURE_REDIS": "s3cret",
    "ASSENT_LOG": "s3cret",
}


@pytest.fixture(autouse=True)
def an_empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [str(field.validation_alias) for field in Settings.model_fields.values()]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_all_that_serve_needs_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        read_settings(SharedServeSettings)
    names = [problem.split(" ")[0] for problem in caught.value.problems]
    assert names == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ASSENT_APPROVERS", "REDIS_URL"]
    assert "@oncall" in str(caught.value), "the choices of ASSENT_APPROVERS"


def test_each_malformed_setting_is_told_by_name_without_its_value(monkeypatch: pytest.MonkeyPatch):
    for name, value in WRONG.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        read_settings(Settings)
    told = caught.value.problems
    assert sorted(line.split(" ")[0] for line in told) == sorted(WRONG)
    assert not any("\n" in line for line in told)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_environment_wins_over_the_file_and_what_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch):
    Path(".env").write_text("ASSENT_APPROVERS=channel\nASSENT_EXPIRES_AFTER=1.5\nSOMETHING_ELSE=1\nREDIS_URL=\n")
    monkeypatch.setenv("ASSENT_MAX_TURNS", "7")
    settings = read_settings(Settings)
    assert (settings.approvers, settings.max_turns, settings.redis_url) == (ChannelMembers(), 7, None)
    assert settings.expires_for.total_seconds() == 5400
    monkeypatch.setenv("ASSENT_APPROVERS", "@oncall")
    assert read_settings(Settings).approvers == Listed(groups=("oncall",))


def test_lists_of_people_and_channels_are_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ASSENT_REQUESTERS", "@support,U012AB3CD")
    monkeypatch.setenv("ASSENT_CHANNELS", "C012AB3CD,dm")
    settings = read_settings(Settings)
    assert settings.requesters == Listed(users=("U012AB3CD",), groups=("support",))
    assert settings.channels == {"C012AB3CD", "dm"}


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-s3cret",
        "SLACK_APP_TOKEN": "xapp-s3cret",
        "SLACK_SIGNING_SECRET": "s3cret",
        "REDIS_URL": "rediss://:s3cret@redis.example",
        "OPENAI_API_KEY": "s3cret",
    }.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(Settings)
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
