"""Which model answers for an agent."""

from __future__ import annotations

from typing import Any

from bot.agents.agent import Agent
from bot.agents.models.chat_completions import OpenAIChatCompletionsModel
from bot.agents.models.interface import Model
from bot.agents.models.provider import OpenAIProvider
from bot.agents.models.responses import OpenAIResponsesModel
from bot.agents.run_config import RunConfig


def model_of(agent: Agent[Any], config: RunConfig) -> Model:
    """The run's model, else the agent's, else the default one; what is only named the provider of the run has."""
    chosen = config.model or agent.model
    if chosen is not None and not isinstance(chosen, str):
        return chosen
    provider = config.model_provider or OpenAIProvider(openai_client=config.openai_client)
    return provider.get_model(chosen)


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
