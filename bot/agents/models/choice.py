"""Which model answers for an agent."""

from __future__ import annotations

from typing import Any

from bot.agents.agent import Agent
from bot.agents.models.chat_completions import OpenAIChatCompletionsModel
from bot.agents.models.default import DEFAULT_MODEL, default_openai_api, default_openai_client
from bot.agents.models.interface import Model
from bot.agents.models.responses import OpenAIResponsesModel
from bot.agents.run_config import RunConfig


def model_of(agent: Agent[Any], config: RunConfig) -> Model:
    """The run's model, else the agent's, else the default one; a name means one of the default API."""
    chosen = config.model or agent.model or DEFAULT_MODEL
    if not isinstance(chosen, str):
        return chosen
    kind = OpenAIChatCompletionsModel if default_openai_api() == "chat_completions" else OpenAIResponsesModel
    return kind(chosen, config.openai_client or default_openai_client())


def provider_of(model: Model) -> str | None:
    """Whose API it speaks, where that is known."""
    return "openai" if isinstance(model, OpenAIResponsesModel | OpenAIChatCompletionsModel) else None


def name_of(model: Model) -> str:
    """What it is called: by its provider, or else by its class."""
    match model:
        case OpenAIResponsesModel(model=name) | OpenAIChatCompletionsModel(model=name):
            return name
        case _:
            return type(model).__name__
