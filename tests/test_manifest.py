"""The manifest: what the Slack app may do and hears of, and that it is found wherever the package is."""

import tomllib
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bot.manifest import manifest_text, scopes
from bot.workspace.config import EVENTS, SCOPES

ROOT = Path(__file__).parent.parent


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Scopes(BaseModel):
    """Scopes of the bot alone: it never acts with a person's own token."""

    model_config = ConfigDict(extra="forbid")
    bot: list[str]


class _OAuth(_Part):
    scopes: _Scopes


class _Events(_Part):
    bot_events: list[str]


class _Interactivity(_Part):
    is_enabled: bool


class _Settings(_Part):
    event_subscriptions: _Events
    interactivity: _Interactivity
    socket_mode_enabled: bool


class _Home(_Part):
    home_tab_enabled: bool
    messages_tab_enabled: bool
    messages_tab_read_only_enabled: bool


class _BotUser(_Part):
    display_name: str


class _Command(_Part):
    command: str
    description: str
    usage_hint: str


class _Features(_Part):
    app_home: _Home
    bot_user: _BotUser
    slash_commands: list[_Command]


class _Display(_Part):
    name: str
    description: str
    long_description: str


class _Manifest(_Part):
    display_information: _Display
    features: _Features
    oauth_config: _OAuth
    settings: _Settings


def test_it_asks_for_no_more_than_the_bot_needs() -> None:
    assert _manifest().oauth_config.scopes.bot == list(SCOPES)


def test_its_scopes_are_read_without_a_yaml_parser() -> None:
    assert list(scopes()) == _manifest().oauth_config.scopes.bot


def test_it_subscribes_to_what_the_bot_listens_to() -> None:
    assert _manifest().settings.event_subscriptions.bot_events == list(EVENTS)


def test_clicks_and_events_come_over_the_socket() -> None:
    settings = _manifest().settings
    assert settings.socket_mode_enabled
    assert settings.interactivity.is_enabled


def test_people_can_write_to_the_app_open_its_home_and_type_its_command() -> None:
    features = _manifest().features
    assert features.bot_user.display_name == "assent"
    assert features.app_home.home_tab_enabled
    assert features.app_home.messages_tab_enabled
    assert not features.app_home.messages_tab_read_only_enabled
    assert [command.command for command in features.slash_commands] == ["/assent"]
    assert all(command.description and command.usage_hint for command in features.slash_commands)


def test_its_texts_have_the_lengths_that_slack_takes() -> None:
    shown = _manifest().display_information
    assert len(shown.name) <= 35
    assert len(shown.description) <= 140
    assert 174 < len(shown.long_description) <= 4000


def test_a_wheel_carries_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {
        "manifest.yml": "bot/manifest.yml"
    }
    assert manifest_text() == (ROOT / "manifest.yml").read_text()


def _manifest() -> _Manifest:
    return _Manifest.model_validate(yaml.safe_load(manifest_text()))
