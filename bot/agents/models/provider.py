"""Where models come from that are only named: a provider that the app gives, and the one for servers like OpenAI's."""

from __future__ import annotations

from openai import AsyncOpenAI

from bot.agents.errors import UserError
from bot.agents.models.chat_completions import OpenAIChatCompletionsModel
from bot.agents.models.default import DEFAULT_MODEL, default_openai_api, default_openai_client
from bot.agents.models.interface import Model
from bot.agents.models.responses import OpenAIResponsesModel


class OpenAIProvider:
    """Models of OpenAI, or of a server that speaks one of its APIs; for `RunConfig(model_provider=...)`.

    Without anything it has the defaults (`set_default_openai_client`, `set_default_openai_api`...). Raises `UserError`
    for a client beside what a client is made of.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        openai_client: AsyncOpenAI | None = None,
        organization: str | None = None,
        project: str | None = None,
        use_responses: bool | None = None,
    ) -> None:
        given = any(value is not None for value in (api_key, base_url, organization, project))
        if openai_client and given:
            raise UserError("Give OpenAIProvider an openai_client, or what one is made of, and not both.")
        if given:
            openai_client = AsyncOpenAI(api_key=api_key, base_url=base_url, organization=organization, project=project)
        self._client = openai_client
        self._use_responses = use_responses

    def get_model(self, model_name: str | None) -> Model:
        """The model of that name, or the default one."""
        responses = default_openai_api() == "responses" if self._use_responses is None else self._use_responses
        kind = OpenAIResponsesModel if responses else OpenAIChatCompletionsModel
        return kind(model_name or DEFAULT_MODEL, self._client or default_openai_client())
