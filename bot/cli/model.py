"""The client for the model that the settings speak of."""

from openai import APIStatusError, AsyncOpenAI, AuthenticationError, DefaultAsyncHttpxClient, OpenAIError

from bot.agents import set_default_openai_client
from bot.agents.models.default import default_openai_client
from bot.app.served import Served
from bot.config import CommonSettings, ConfigError, missing


def client_for(settings: CommonSettings, *, proxy: str | None = None) -> AsyncOpenAI:
    """A client with the key of the settings, through `proxy` if there is one. Raises `ConfigError` without a key."""
    if settings.openai_api_key is None:
        raise ConfigError(missing("OPENAI_API_KEY"))
    return AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        http_client=DefaultAsyncHttpxClient(proxy=proxy) if proxy else None,
    )


def use_settings_for_models(settings: CommonSettings, *, proxy: str | None = None) -> None:
    """Let agents that name their model use the settings' key; a client that the agent's own code sets later wins."""
    if settings.openai_api_key is not None:
        set_default_openai_client(client_for(settings, proxy=proxy))


def client_of(served: Served) -> AsyncOpenAI | None:
    """The client that the agent's model is asked through; None when the agent brings a model of its own.

    Raises `ConfigError` when the agent names its model and there is no key.
    """
    model = served.run_config.model or served.agent.model
    if model is not None and not isinstance(model, str):
        return None
    try:
        return served.run_config.openai_client or default_openai_client()
    except OpenAIError:
        raise ConfigError(missing("OPENAI_API_KEY")) from None


class ModelUnreachable(Exception):
    """The model's API does not answer, or refuses the key; the message says why."""


async def check_reachable(client: AsyncOpenAI) -> None:
    """Ask for the list of models. Raises `ModelUnreachable`; what the API says is left out, as it may quote the key."""
    try:
        await client.with_options(timeout=10, max_retries=1).models.list()
    except AuthenticationError:
        raise ModelUnreachable("the model's API refuses the key. Copy it again, whole") from None
    except APIStatusError as error:
        raise ModelUnreachable(f"the model's API answers with HTTP status {error.status_code}") from None
    except OpenAIError as error:
        raise ModelUnreachable(f"the model's API does not answer ({type(error).__name__})") from error
