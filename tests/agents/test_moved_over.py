"""What programs written for the OpenAI Agents SDK ask of it beside the loop, and find here under the same names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from openai import AsyncOpenAI
from opentelemetry.trace import INVALID_SPAN

from bot.agents import (
    Agent,
    HandoffOutputItem,
    ItemHelpers,
    MemorySession,
    MessageOutputItem,
    Model,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIProvider,
    OpenAIResponsesModel,
    RunConfig,
    RunContextWrapper,
    Runner,
    SessionSettings,
    ToolCallItem,
    ToolCallOutputItem,
    ToolOutputImage,
    Usage,
    UserError,
    custom_span,
    enable_verbose_stdout_logging,
    function_tool,
    handoff,
    set_tracing_disabled,
)
from bot.agents.models.choice import model_of
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk, paused

REFUSED: Item = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Well. "}, {"type": "refusal", "refusal": "No."}],
}


async def test_a_loop_over_the_new_items_prints_who_said_called_and_gave_what():
    effects = Effects()
    billing = desk(ScriptedModel([[call("refund", {"order": "A1"})], [message("Done.")]]), effects.tool("refund"))
    front = Agent[Any]("front", handoffs=[billing], model=ScriptedModel([[call("transfer_to_desk", call_id="h")]]))
    told: list[str] = []
    for item in (await Runner.run(front, "Refund A1")).new_items:
        match item:
            case MessageOutputItem():
                told.append(f"{item.agent.name}: {ItemHelpers.text_message_output(item)}")
            case HandoffOutputItem():
                told.append(f"from {item.source_agent.name} to {item.target_agent.name}")
            case ToolCallItem():
                told.append(f"{item.tool_name} {item.call_id}")
            case ToolCallOutputItem():
                told.append(f"{item.call_id}: {item.output}")
            case _:
                pass
    assert told == ["from front to desk", "refund call_1", "call_1: refund A1: done", "desk: Done."]


def test_texts_and_refusals_are_read_out_of_messages():
    assert ItemHelpers.extract_text(REFUSED) == "Well. "
    assert ItemHelpers.extract_refusal(REFUSED) == "No."
    assert ItemHelpers.extract_last_content(REFUSED) == "No."
    assert ItemHelpers.extract_last_text(REFUSED) is None
    assert ItemHelpers.extract_last_text(message("Hello")) == "Hello"
    assert ItemHelpers.extract_text(call("refund")) is None
    assert ItemHelpers.extract_last_content(call("refund")) == ""


def test_inputs_and_outputs_become_items():
    given = [message("Hello")]
    assert ItemHelpers.input_to_new_input_list("Hi") == [{"role": "user", "content": "Hi"}]
    assert ItemHelpers.input_to_new_input_list(given) == given
    answer = {"type": "function_call_output", "call_id": "call_1"}
    assert ItemHelpers.tool_call_output_item(call("chart"), {"a": 1}) == {**answer, "output": '{"a":1}'}
    image = ItemHelpers.tool_call_output_item(call("chart"), ToolOutputImage(file_id="f"))
    assert image == {**answer, "output": [{"type": "input_image", "file_id": "f"}]}


async def test_an_agent_tells_the_tools_that_it_is_offered_now():
    async def never(ctx: RunContextWrapper[Any], agent: Any) -> bool:  # noqa: ARG001 - what a function is given
        return False

    @function_tool(is_enabled=never)
    async def hidden() -> str:
        return ""

    @function_tool
    async def shown() -> str:
        return ""

    agent = Agent[Any]("desk", tools=[hidden, shown], handoffs=[Agent[Any]("other")], model=ScriptedModel([[]]))
    context = (await Runner.run(agent, "Hi")).context_wrapper
    assert [tool.name for tool in await agent.get_all_tools(context)] == ["shown"]
    assert await agent.get_mcp_tools(context) == []


def test_a_handoff_tells_how_the_model_is_offered_it():
    way = handoff(Agent[Any]("Billing"), tool_description_override="Refunds.")
    assert (way.tool_name, way.tool_description, way.agent_name) == ("transfer_to_billing", "Refunds.", "Billing")
    assert way.input_json_schema["properties"] == {}


@pytest.mark.parametrize("style", ["google", "numpy", "sphinx", None])
def test_docstrings_of_every_style_are_read(style: Any):
    async def google(order: str) -> str:  # noqa: ARG001 - only for its docstring
        """Refund an order.

        Args:
            order: Its number.
        """
        return ""

    async def numpy(order: str) -> str:  # noqa: ARG001 - as above
        """Refund an order.

        Parameters
        ----------
        order
            Its number.
        """
        return ""

    async def sphinx(order: str) -> str:  # noqa: ARG001 - as above
        """Refund an order.

        :param order: Its number.
        """
        return ""

    written = {"google": google, "numpy": numpy, "sphinx": sphinx}
    tool = function_tool(docstring_style=style)(written.get(style, google))
    schema: Any = tool.params_json_schema
    assert (tool.description, schema["properties"]["order"]["description"]) == ("Refund an order.", "Its number.")


def test_a_docstring_can_be_left_out():
    @function_tool(use_docstring_info=False)
    async def refund(order: str) -> str:  # noqa: ARG001 - only for its docstring
        """For developers only."""
        return ""

    assert refund.description == ""


async def test_tools_and_hooks_can_ask_what_was_decided_on_a_call():
    effects = Effects()
    agent = desk(ScriptedModel([[call("refund"), call("delete", call_id="c2"), call("wait", call_id="c3")]]))
    gated = [effects.tool(name, needs_approval=True) for name in ("refund", "delete", "wait")]
    state = await paused(agent.clone(tools=gated))
    first, second, _ = state.get_interruptions()
    state.approve(first)
    state.reject(second, rejection_message="Never.")
    context = RunContextWrapper(context=None, run=state)
    decided = [context.is_tool_approved(*each) for each in (("refund", "call_1"), ("delete", "c2"), ("wait", "c3"))]
    assert decided == [True, False, None]
    assert context.get_rejection_message("delete", "c2") == "Never."
    assert context.get_rejection_message("refund", "call_1") is None


async def test_a_run_that_waits_tells_what_was_added_to_it():
    state = await paused(desk(ScriptedModel([[call("refund")]]), Effects().tool("refund", needs_approval=True)))
    state.add_input("Hurry")
    state.pending_input.clear()
    assert state.pending_input == [{"role": "user", "content": "Hurry"}]


def test_usage_has_its_details():
    usage = Usage(requests=1, input_tokens=9, output_tokens=4, cached_tokens=3, reasoning_tokens=2)
    assert usage.input_tokens_details.cached_tokens == 3
    assert usage.output_tokens_details.reasoning_tokens == 2


def test_settings_of_a_run_win_and_extra_arguments_are_joined():
    agents = ModelSettings(temperature=0.1, extra_args={"seed": 1, "user": "ana"})
    resolved = agents.resolve(ModelSettings(top_p=0.5, extra_args={"seed": 2}))
    assert (resolved.temperature, resolved.top_p) == (0.1, 0.5)
    assert resolved.extra_args == {"seed": 2, "user": "ana"}


@dataclass
class House:
    """A provider with one model, whatever it is called."""

    model: Model
    asked: list[str | None] = field(default_factory=list[str | None])

    def get_model(self, model_name: str | None) -> Model:
        self.asked.append(model_name)
        return self.model


async def test_a_run_may_bring_the_provider_of_models_that_are_only_named():
    house = House(ScriptedModel([[message("Done.")]] * 3))
    config = RunConfig(model_provider=house)
    for agent in (Agent[Any]("desk", model="qwen3"), Agent[Any]("desk")):
        assert (await Runner.run(agent, "Hi", run_config=config)).final_output == "Done."
    own = Agent[Any]("desk", model=ScriptedModel([[message("Mine.")]]))
    assert (await Runner.run(own, "Hi", run_config=config)).final_output == "Mine."
    assert house.asked == ["qwen3", None]


async def test_the_provider_of_openai_has_models_of_either_api():
    client = AsyncOpenAI(api_key="sk-test", base_url="http://127.0.0.1:1/v1")
    agent = Agent[Any]("desk", model="qwen3")
    chat = RunConfig(model_provider=OpenAIProvider(openai_client=client, use_responses=False))
    assert isinstance(model_of(agent, chat), OpenAIChatCompletionsModel)
    responses = RunConfig(model_provider=OpenAIProvider(base_url="http://127.0.0.1:1/v1", api_key="sk-test"))
    assert isinstance(model_of(agent, responses), OpenAIResponsesModel)
    with pytest.raises(UserError, match="not both"):
        OpenAIProvider(openai_client=client, api_key="sk-test")
    with pytest.raises(UserError, match="not both"):
        RunConfig(model_provider=OpenAIProvider(), openai_client=client)


async def test_a_run_may_read_less_of_its_session():
    session = MemorySession("s", SessionSettings(limit=3))
    await session.add_items([{"role": "user", "content": str(number)} for number in range(4)])
    model = ScriptedModel([[message("Done.")]])
    config = RunConfig(session_settings=SessionSettings(limit=1))
    await Runner.run(Agent[Any]("desk", model=model), "Hi", session=session, run_config=config)
    assert [item["content"] for item in model.requests[0].input] == ["3", "Hi"]


@pytest.fixture
def tracing_off() -> Iterator[None]:
    set_tracing_disabled(True)
    yield
    set_tracing_disabled(False)


@pytest.mark.usefixtures("tracing_off")
def test_tracing_can_be_switched_off_for_the_whole_program():
    with custom_span("mine") as span:
        assert span is INVALID_SPAN


def test_what_the_runtime_logs_can_be_printed_once(capsys: pytest.CaptureFixture[str]):
    logger = logging.getLogger("bot.agents")
    level, before = logger.level, list(logger.handlers)
    try:
        enable_verbose_stdout_logging()
        enable_verbose_stdout_logging()
        logging.getLogger("bot.agents.anything").debug("seen")
        assert capsys.readouterr().out == "seen\n"
    finally:
        logger.setLevel(level)
        for handler in set(logger.handlers) - set(before):
            logger.removeHandler(handler)
