"""What a run costs, by the operator's file of prices."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.agents import (
    Agent,
    Model,
    ModelRequest,
    ModelResponse,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    RunState,
    Usage,
    UserError,
)
from bot.agents.pricing import Prices
from bot.agents.testing import ScriptedModel, call, message
from tests.agents import chat_server, responses_server
from tests.agents.effects import Effects, approve_all, desk, paused
from tests.agents.responses_server import Answer
from tests.agents.spans import Recorded, said

FILE = """
[models."gpt-5.1"]
input = 1.25
cached = 0.125
output = 10

[models."gpt-5*"]
input = 2
output = 20

[models."gpt-5.1-*"]
input = 0.1
output = 0.3

[models."qwen*"]
input = 0
output = 0
"""

MILLION = 1_000_000


@pytest.fixture
def prices(tmp_path: Path) -> Prices:
    return Prices.load(written(tmp_path, FILE))


def written(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


class Named(ScriptedModel):
    """A model that says who answered."""

    name = "gpt-5.1"

    async def get_response(self, request: ModelRequest) -> ModelResponse:
        return (await super().get_response(request)).model_copy(update={"model": self.name})


def test_tokens_cost_what_the_file_says_and_those_from_the_cache_less(prices: Prices):
    used = Usage(
        requests=1, input_tokens=MILLION, cached_tokens=400_000, output_tokens=100_000, reasoning_tokens=50_000
    )
    assert prices.cost(used, "gpt-5.1") == Decimal("0.75") + Decimal("0.05") + Decimal("1")
    assert prices.cost(used, "gpt-5-mini") == 2 + 2
    assert prices.cost(Usage(requests=1, input_tokens=1, output_tokens=1), "gpt-5.1-2026-01-01") == Decimal("0.0000004")


def test_the_very_name_comes_first_and_then_the_longest_pattern(prices: Prices):
    used = Usage(requests=1, input_tokens=MILLION)
    costs = {name: prices.cost(used, name) for name in ("gpt-5.1", "gpt-5.1-mini", "gpt-5.2", "qwen3", "o5", "")}
    assert costs == {
        "gpt-5.1": Decimal("1.25"),
        "gpt-5.1-mini": Decimal("0.1"),
        "gpt-5.2": 2,
        "qwen3": 0,
        "o5": None,
        "": None,
    }


def test_a_total_is_not_known_where_one_price_is_not(prices: Prices):
    used = Usage(requests=1, input_tokens=MILLION)
    assert prices.total({"gpt-5.2": used, "qwen3": used}) == 2
    assert prices.total({"gpt-5.2": used, "o5": used}) is None
    assert prices.total({}) == 0


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[models", "no TOML"),
        ("", "models: Field required"),
        ("[models]", "models: "),
        ('[models."a"]\ninput = 1', "models.a.output: Field required"),
        ('[models."a"]\ninput = -1\noutput = 1', "models.a.input: "),
        ('[models."a"]\ninput = nan\noutput = 1', "models.a.input: "),
        ('[models."a"]\ninput = "free"\noutput = 1', "models.a.input: "),
        ('[models."a"]\ninput = 1\noutput = 1\ncashed = 1', "models.a.cashed: "),
        ("[model.a]\ninput = 1\noutput = 1", "model: "),
    ],
)
def test_a_file_that_is_wrong_says_where_and_what_it_should_hold(text: str, wrong: str, tmp_path: Path):
    path = written(tmp_path, text)
    with pytest.raises(UserError) as raised:
        Prices.load(path)
    assert str(path) in str(raised.value)
    assert wrong in str(raised.value)
    assert '[models."gpt-5.1*"]' in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(UserError, match=r"none.toml cannot be read: No such file"):
        Prices.load(tmp_path / "none.toml")


async def test_a_run_knows_which_models_it_used_over_pauses_and_within(prices: Prices):
    inner_model = Named([[call("delete")], [message("Deleted.")]])
    inner_model.name = "qwen3"
    inner = desk(inner_model, Effects().tool("delete", needs_approval=True), name="inner")
    outer = Agent[Any](
        "outer",
        tools=[inner.as_tool("ask_inner", "Asks.")],
        model=Named([[call("ask_inner", {"input": "Go"})], [message("Done.")]]),
    )
    state = await RunState.from_string(outer, (await paused(outer)).to_string())
    done = (await Runner.run(outer, approve_all(state))).to_state()

    twice = Usage(requests=2, input_tokens=20, output_tokens=10)
    assert done.usage_by_model == {"gpt-5.1": twice, "qwen3": twice}
    assert done.usage == twice + twice
    assert prices.total(done.usage_by_model) == Decimal("0.000125")


async def test_a_model_that_does_not_say_who_answered_has_no_price(prices: Prices):
    state = (await Runner.run(desk(ScriptedModel([[message("Done.")]])), "Go")).to_state()
    assert prices.total(state.usage_by_model) is None
    assert "model" not in str(state.to_json()["turns"])


@pytest.mark.parametrize("streamed", [False, True])
async def test_real_models_say_who_answered_and_so_do_their_spans(streamed: bool, recorded: Recorded):
    over_responses = responses_server.response(message("Hi."))
    event = {"type": "response.completed", "response": over_responses}
    answer = Answer(events=[event]) if streamed else Answer(body=over_responses)
    async with responses_server.serving(answer) as server:
        used = await _used_by(OpenAIResponsesModel("gpt-5.1-latest", server.client()), streamed=streamed)
    assert used == {"gpt-5.1": Usage(requests=1, input_tokens=12, output_tokens=3, cached_tokens=8, reasoning_tokens=2)}
    span = recorded.one("chat gpt-5.1-latest")
    assert (said(span, "gen_ai.response.model"), said(span, "gen_ai.provider.name")) == ("gpt-5.1", "openai")
    assert said(span, "gen_ai.usage.cache_read.input_tokens") == 8

    over_chat = chat_server.answered(chat_server.completion("Hi."), streamed=streamed)
    async with chat_server.serving(over_chat) as server:
        used = await _used_by(OpenAIChatCompletionsModel("qwen", server.client()), streamed=streamed)
    assert list(used) == ["qwen3"]
    assert said(recorded.one("chat qwen"), "gen_ai.response.model") == "qwen3"


async def _used_by(model: Model, *, streamed: bool) -> dict[str, Usage]:
    agent = Agent[Any]("desk", model=model)
    if not streamed:
        return (await Runner.run(agent, "Hi")).to_state().usage_by_model
    result = Runner.run_streamed(agent, "Hi")
    async for _ in result.stream_events():
        pass
    return result.to_state().usage_by_model
