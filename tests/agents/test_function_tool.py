"""A Python function becomes a tool: its signature and docstring are the schema, and its arguments are checked first."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, JsonValue

from bot.agents import Agent, Origin, RunContextWrapper, Runner, ToolContext, UserError, function_tool, tool
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused

DONE = [message("Done.")]


class Address(BaseModel):
    street: str
    number: int


@tool
async def send(
    ctx: RunContextWrapper[Any],
    order: str,
    to: Address,
    copies: Annotated[int, Field(ge=1, le=5)] = 1,
    how: Literal["slow", "fast"] = "slow",
    note: str | None = None,
) -> str:
    """Send an order.

    It leaves the house the same day.

    Args:
        order: Its number.
        to: Where it goes.
    """
    return f"{order} to {to.street} {to.number}, {copies} times, {how}, {note} for {ctx.context}"


def test_the_signature_and_the_docstring_are_the_schema():
    assert (send.name, send.description) == ("send", "Send an order.\n\nIt leaves the house the same day.")
    properties: Any = send.params_json_schema["properties"]
    assert list(properties) == ["order", "to", "copies", "how", "note"], "the context is none of the model's"
    assert properties["order"] == {"type": "string", "title": "Order", "description": "Its number."}
    assert properties["how"]["enum"] == ["slow", "fast"]
    assert send.params_json_schema["additionalProperties"] is False
    assert send.params_json_schema["required"] == list(properties), "a strict schema requires everything"


def test_a_tool_may_have_another_name_and_other_words_and_a_schema_that_is_not_strict():
    @function_tool(name_override="mail", description_override="Mail it.", strict_mode=False)
    async def send_it(order: str, copies: int = 1) -> str:
        return f"{order} {copies}"

    assert (send_it.name, send_it.description, send_it.strict_json_schema) == ("mail", "Mail it.", False)
    assert send_it.params_json_schema["required"] == ["order"]


async def read(*arguments: dict[str, JsonValue] | str) -> list[str]:
    """What the model reads when it calls `send` so."""
    calls = [call("send", each, call_id=f"c{n}") for n, each in enumerate(arguments)]
    result = await Runner.run(desk(ScriptedModel([calls, DONE]), send), "Go", context="ana")
    assert result.final_output == "Done."
    return outputs(result.new_items)


async def test_the_body_is_given_the_types_that_it_asks_for():
    home: JsonValue = {"street": "Main", "number": 7}
    assert await read({"order": "A1", "to": home}, {"order": "B2", "to": home, "how": "fast", "note": "!"}) == [
        "A1 to Main 7, 1 times, slow, None for ana",
        "B2 to Main 7, 1 times, fast, ! for ana",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"order": "A1"}, "to: Field required"),
        ({"order": "A1", "to": {"street": "Main", "number": "x"}}, "to.number: Input should be a valid integer"),
        ({"order": "A1", "to": {"street": "Main", "number": 7}, "copies": 9}, "copies: Input should be less than"),
        ({"order": "A1", "to": {"street": "Main", "number": 7}, "more": 1}, "more: Extra inputs are not permitted"),
        ('{"order": ', "not valid JSON"),
        ("[]", "must be a JSON object"),
        ('{"order": "A1", "order": "B2"}', "a key stands twice"),
        ('{"order": "\\ud800"}', "half of a character"),
    ],
)
async def test_arguments_that_do_not_fit_are_told_to_the_model(arguments: dict[str, JsonValue] | str, words: str):
    [told] = await read(arguments)
    assert words in told


async def test_arguments_that_do_not_fit_are_told_to_the_model_and_nobody_is_asked():
    effects = Effects()
    agent = desk(ScriptedModel([[call("delete", {"order": 7})], DONE]), effects.tool("delete", needs_approval=True))
    result = await Runner.run(agent, "Go")
    assert result.interruptions == []
    assert effects == []
    assert "order: Input should be a valid string" in outputs(result.new_items)[0]


async def test_an_unknown_tool_is_told_to_the_model():
    result = await Runner.run(desk(ScriptedModel([[call("nothing")], DONE])), "Go")
    assert (outputs(result.new_items), result.final_output) == (["There is no tool named nothing."], "Done.")


async def test_a_plain_function_runs_beside_the_event_loop():
    threads: list[threading.Thread] = []
    loop_went_on = threading.Event()

    @tool
    def slow(ctx: ToolContext[Any]) -> str:
        threads.append(threading.current_thread())
        assert loop_went_on.wait(5), "the event loop stands still"
        return f"slow as {ctx.tool_name}"

    async def go_on() -> None:
        await asyncio.sleep(0.01)
        loop_went_on.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(go_on())
        run = tasks.create_task(Runner.run(desk(ScriptedModel([[call("slow")], DONE]), slow), "Go"))
    assert outputs(run.result().new_items) == ["slow as slow"]
    assert threads != [threading.main_thread()]


@dataclass
class Row:
    name: str
    size: int | None = None


class Answer(BaseModel):
    text: str = "ok"
    score: float = 0.5


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        ("text", "text"),
        (None, ""),
        (7, "7"),
        (Answer(), '{"text":"ok","score":0.5}'),
        (Row("a"), '{"name":"a","size":null}'),
        ([Row("a"), {"b": (1, 2)}], '[{"name":"a","size":null},{"b":[1,2]}]'),
        (b"bytes", '"bytes"'),
        (object(), "(The tool returned a object, which cannot be written as JSON.)"),
    ],
)
async def test_what_a_tool_returns_is_told_as_text_or_json(returned: object, text: str):
    @tool
    async def look() -> object:
        return returned

    assert outputs((await Runner.run(desk(ScriptedModel([[call("look")], DONE]), look), "Go")).new_items) == [text]


async def test_a_sensitive_output_is_neither_kept_nor_told():
    @function_tool(sensitive_output=True)
    async def rotate() -> str:
        return "hunter2"

    result = await Runner.run(desk(ScriptedModel([[call("rotate")], DONE]), rotate), "Go")
    assert "hunter2" not in result.to_state().to_string()
    assert "sensitive" in outputs(result.new_items)[0]


async def test_an_approved_call_knows_that_it_was_approved():
    seen: list[object] = []

    @function_tool(needs_approval=True)
    async def delete(ctx: ToolContext[Any]) -> str:
        seen.append(ctx.approval and ctx.approval.by)
        seen.append(ctx.origin)
        assert ctx.approval
        return "done"

    agent = desk(ScriptedModel([[call("delete")], DONE]), delete)
    await Runner.run(agent, approve_all(await paused(agent)))
    nobody: Origin | None = None
    assert seen == [None, nobody], "who it was is known where people are"


def test_a_signature_that_no_schema_can_be_made_of_is_refused_when_the_tool_is_made():
    async def many(*orders: str) -> str:
        return str(orders)

    async def any_names(**orders: str) -> str:
        return str(orders)

    async def late_context(order: str, ctx: RunContextWrapper[Any]) -> str:
        return f"{order} {ctx}"

    async def not_strict(orders: dict[str, Any]) -> str:
        return str(orders)

    async def no_json(order: threading.Thread) -> str:
        return str(order)

    async def unknown(order: str) -> str:
        return order

    unknown.__annotations__["order"] = "Nowhere"  # as a type does that is only imported for type checkers
    for function in (many, any_names, late_context, not_strict, no_json, unknown):
        with pytest.raises(UserError, match=function.__name__):
            tool(function)


async def test_a_parameter_may_have_any_name():
    @tool
    async def look(model_config: str, _hidden: str, json: int, copy: bool = True) -> str:
        return f"{model_config} {_hidden} {json} {copy}"

    properties: Any = look.params_json_schema["properties"]
    assert list(properties) == ["model_config", "_hidden", "json", "copy"]
    asked = call("look", {"model_config": "a", "_hidden": "b", "json": 3})
    assert outputs((await Runner.run(desk(ScriptedModel([[asked], DONE]), look), "Go")).new_items) == ["a b 3 True"]


@pytest.mark.parametrize("settings", [{"risk": "grave"}, {"timeout": 0}, {"timeout": -1}])
def test_a_setting_that_cannot_be_is_refused_when_the_tool_is_made(settings: dict[str, Any]):
    with pytest.raises(UserError, match="delete"):

        @function_tool(**settings)
        async def delete() -> str: ...


def test_an_agent_with_two_tools_of_one_name_is_refused():
    tools = [Effects().tool("delete"), Effects().tool("delete", needs_approval=True)]
    with pytest.raises(UserError, match="several tools called delete"):
        Agent[Any]("desk", tools=tools)
