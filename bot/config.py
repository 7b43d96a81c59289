"""Settings: what the environment and `.env` say. Nothing else reads them."""

import ipaddress
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.approvals.ask import parse_channels
from bot.approvals.policy import (
    APPROVERS_CHOICES,
    ChannelMembers,
    Listed,
    PolicyError,
    RequesterAlone,
    parse_approvers,
    parse_requesters,
)

ENV_FILE = Path(".env")

Parsed = TypeVar("Parsed")
SomeSettings = TypeVar("SomeSettings", bound="CommonSettings")


class ConfigError(Exception):
    """Settings are missing or wrong; each of `problems` says what it is and what to do, and never a setting's value."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _setting(name: str, what: str) -> Any:  # Any: pydantic takes a field's description among a type's annotations
    return Field(validation_alias=name, description=what)


def _beginning(*prefixes: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(prefixes):
            raise ValueError(f"does not begin with {' or '.join(prefixes)}")
        return value

    return AfterValidator(check)


def _redis_address(value: SecretStr) -> SecretStr:
    try:
        _ = urlsplit(value.get_secret_value()).port  # read for its error
    except ValueError:
        raise ValueError("has a port that is no number") from None
    return value


def _parsed(parse: Callable[[str], Parsed]) -> BeforeValidator:
    def read(value: object) -> object:
        try:
            return parse(value) if isinstance(value, str) else value
        except PolicyError as error:
            raise ValueError(str(error)) from error

    return BeforeValidator(read)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no address like https://slack.com/api/")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise ValueError("would send secrets unencrypted: off this machine it begins with https://")
    return value


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


BotToken = Annotated[SecretStr, _beginning("xoxb-")]
AppToken = Annotated[SecretStr, _beginning("xapp-")]
RedisUrl = Annotated[SecretStr, _beginning("redis://", "rediss://", "unix://"), AfterValidator(_redis_address)]
Approvers = Annotated[RequesterAlone | ChannelMembers | Listed, _parsed(parse_approvers)]
WebAddress = Annotated[str, AfterValidator(_web_address)]

_BOT_TOKEN = _setting(
    "SLACK_BOT_TOKEN", "The bot's token, xoxb-... Copy it from https://api.slack.com/apps, your app, Install App."
)
_APP_TOKEN = _setting(
    "SLACK_APP_TOKEN",
    "The app-level token, xapp-..., with the scope connections:write. "
    "Make it at https://api.slack.com/apps, your app, Basic Information.",
)
_REDIS_URL = _setting(
    "REDIS_URL",
    "The Redis that keeps the runs, like redis://localhost:6379/0, or rediss:// with a password. "
    "Without one, start with --embedded-redis.",
)
_APPROVERS = _setting("ASSENT_APPROVERS", "Who may approve a tool call.")


class CommonSettings(BaseSettings):
    """What every command can do without. What is not set is None, or has its default."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_ignore_empty=True,
        case_sensitive=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    slack_signing_secret: Annotated[
        SecretStr | None, _setting("SLACK_SIGNING_SECRET", "Signs what Slack sends over HTTP; Socket Mode needs none.")
    ] = None
    slack_api_url: Annotated[WebAddress, _setting("SLACK_API_URL", "Where Slack's Web API is.")] = (
        "https://slack.com/api/"
    )
    openai_api_key: Annotated[
        SecretStr | None,
        _setting("OPENAI_API_KEY", "The key for the model. Make one at https://platform.openai.com/api-keys."),
    ] = None
    openai_base_url: Annotated[
        WebAddress | None, _setting("OPENAI_BASE_URL", "Where the model's API is, when it is not OpenAI's own.")
    ] = None
    requesters: Annotated[
        Listed | None, NoDecode, _parsed(parse_requesters), _setting("ASSENT_REQUESTERS", "Who may ask.")
    ] = None
    channels: Annotated[
        frozenset[str] | None, NoDecode, _parsed(parse_channels), _setting("ASSENT_CHANNELS", "Where people may ask.")
    ] = None
    expires_after: Annotated[
        float, Field(gt=0, le=8760), _setting("ASSENT_EXPIRES_AFTER", "Hours until a request expires.")
    ] = 24.0
    max_turns: Annotated[
        int, Field(ge=1, le=1000), _setting("ASSENT_MAX_TURNS", "How often a run asks the model before it stops.")
    ] = 20
    prices: Annotated[Path | None, _setting("ASSENT_PRICES", "A TOML file that says what the models' tokens cost.")] = (
        None
    )
    data_dir: Annotated[Path, _setting("ASSENT_DATA_DIR", "Where files are kept.")] = Path(".assent")
    insecure_redis: Annotated[
        bool, _setting("ASSENT_INSECURE_REDIS", "1 to use a Redis over the network without TLS and password.")
    ] = False
    http_host: Annotated[str, _setting("ASSENT_HTTP_HOST", "Where /healthz and /readyz listen.")] = "127.0.0.1"
    http_port: Annotated[
        int, Field(ge=0, le=65535), _setting("ASSENT_HTTP_PORT", "Their port; 0 takes a free one.")
    ] = 8080
    log: Annotated[Literal["text", "json"], _setting("ASSENT_LOG", "The form of the log: text or json.")] = "text"

    @property
    def slack_is_here(self) -> bool:
        """Whether Slack is the local one."""
        return _loopback(urlsplit(self.slack_api_url).hostname or "")

    @property
    def expires_for(self) -> timedelta:
        return timedelta(hours=self.expires_after)


class StoreSettings(CommonSettings):
    """What commands need that only read and write Redis."""

    redis_url: Annotated[RedisUrl | None, _REDIS_URL] = None


class Settings(StoreSettings):
    """Every setting, as far as it is set."""

    slack_bot_token: Annotated[BotToken | None, _BOT_TOKEN] = None
    slack_app_token: Annotated[AppToken | None, _APP_TOKEN] = None
    approvers: Annotated[Approvers | None, NoDecode, _APPROVERS] = None


class ServeSettings(CommonSettings):
    """What `assent serve` needs, with an embedded Redis."""

    slack_bot_token: Annotated[BotToken, _BOT_TOKEN]
    slack_app_token: Annotated[AppToken, _APP_TOKEN]
    approvers: Annotated[Approvers, NoDecode, _APPROVERS]


class SharedServeSettings(ServeSettings):
    """The same with a Redis of the operator's own."""

    redis_url: Annotated[RedisUrl, _REDIS_URL]


def read_settings(kind: type[SomeSettings]) -> SomeSettings:
    """The settings as they are now. Raises `ConfigError` with a line for each that is missing or malformed."""
    try:
        return kind()
    except ValidationError as error:
        raise ConfigError(*(_in_words(wrong, kind) for wrong in error.errors(include_input=False))) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{ENV_FILE} is not UTF-8 text. Save it as UTF-8.") from None


def drop_proxies() -> str | None:
    """Forget this process' proxy variables, and return the proxy for https.

    For a bot beside a Slack on loopback, as Slack's client asks a proxy even for that, whatever NO_PROXY says.
    """
    names = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")
    dropped = [os.environ.pop(name, "") for name in names]
    return next((proxy for proxy in dropped if proxy), None)


def _in_words(wrong: ErrorDetails, kind: type[CommonSettings]) -> str:
    name = str(wrong["loc"][0])
    if wrong["type"] == "missing":
        return missing(name)
    problem = wrong["msg"].removeprefix("Value error, ")
    if problem.startswith(name):
        return problem  # a parser's own words, which list the choices
    told = problem if wrong["type"] == "value_error" else f"is wrong: {problem[0].lower()}{problem[1:]}"
    return f"{name} {told}. {_fields(kind)[name].description}"


def missing(name: str) -> str:
    """That the setting is not set, what it is and where it comes from."""
    if name == "ASSENT_APPROVERS":
        return f"ASSENT_APPROVERS is missing.\n{APPROVERS_CHOICES}"
    return f"{name} is missing. {_fields(Settings)[name].description}"


def _fields(kind: type[CommonSettings]) -> dict[str, FieldInfo]:
    return {str(field.validation_alias): field for field in kind.model_fields.values()}
