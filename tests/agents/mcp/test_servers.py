"""Servers over all three transports, and what is asked of them."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from bot.agents.mcp.results import output_of
from tests.agents.mcp.reached import ALL, Reached, reached


async def test_tools_are_listed_and_called(there: Reached) -> None:
    async with there.server() as server:
        listed = {tool.name: tool for tool in await server.list_tools()}
        assert set(listed) == ALL
        assert listed["add"].description == "Add two numbers."
        assert listed["add"].annotations.read_only_hint is True
        assert listed["add"].annotations.destructive_hint is None
        assert set(listed["add"].input_schema["properties"]) == {"a", "b"}  # pyright: ignore[reportArgumentType]: JSON
        result = await server.call_tool("note", {"text": "milk"}, {"assent/idempotency_key": "r_1/t0.c0"})
        assert (result.is_error, output_of(result, structured=False)) == (False, "noted: milk")
        assert there.noted == ["milk r_1/t0.c0"]


async def test_structured_content_comes_beside_the_text(there: Reached) -> None:
    async with there.server() as server:
        result = await server.call_tool("add", {"a": 1, "b": 2})
    assert output_of(result, structured=False) == "3"
    assert json.loads(output_of(result, structured=True)) == {"result": 3}


async def test_several_contents_and_pictures_are_json(there: Reached) -> None:
    async with there.server() as server:
        several = output_of(await server.call_tool("several", {}), structured=False)
        picture = output_of(await server.call_tool("picture", {}), structured=False)
    assert json.loads(several) == [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert json.loads(picture) == {"type": "image", "data": "cG5n", "mimeType": "image/png"}


async def test_what_goes_wrong_in_a_tool_is_an_answer(there: Reached) -> None:
    async with there.server() as server:
        failed = await server.call_tool("fail", {"text": "no milk"})
        unknown = await server.call_tool("no_such_tool", {})
        with pytest.raises(ConnectionError, match="answered with an error: not now"):
            await server.call_tool("refuse", {"text": "not now"})
        assert output_of(await server.call_tool("add", {"a": 1, "b": 1}), structured=False) == "2"
    assert failed.is_error
    assert output_of(failed, structured=False).startswith("The tool failed: ")
    assert "no milk" in output_of(failed, structured=False)
    assert unknown.is_error


async def test_a_server_that_asks_for_something_in_the_middle_of_a_call_gets_nothing(there: Reached) -> None:
    async with there.server() as server:
        with pytest.raises(ConnectionError, match="the server answered with an error: "):
            await server.call_tool("ask_back", {})
        await server.call_tool("note", {"text": "next"})


async def test_prompts_are_listed_and_filled(there: Reached) -> None:
    async with there.server() as server:
        [prompt] = (await server.list_prompts()).prompts
        filled = await server.get_prompt("greet", {"name": "Ana"})
    assert (prompt.name, prompt.description) == ("greet", "Greet somebody.")
    assert [(argument.name, argument.required) for argument in prompt.arguments] == [("name", True)]
    assert [message.content.text for message in filled.messages] == ["Say hello to Ana."]


async def test_a_call_that_takes_too_long_is_given_up_and_the_connection_goes_on(there: Reached) -> None:
    async with there.server(client_session_timeout_seconds=1.0) as server:
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="the server did not answer within 1 s"):
            await server.call_tool("slow_note", {"text": "late", "seconds": 30})
        assert time.monotonic() - began < 8
        await server.call_tool("note", {"text": "next"})
    assert there.noted[0] == "began late"
    assert there.noted[1].startswith("next")


async def test_calls_run_beside_each_other(there: Reached) -> None:
    async with there.server() as server:
        began = time.monotonic()
        calls = [server.call_tool("slow_note", {"text": str(n), "seconds": 1.0}) for n in range(5)]
        await asyncio.gather(*calls)
        assert time.monotonic() - began < 4
    assert sorted(note for note in there.noted if not note.startswith("began")) == ["0", "1", "2", "3", "4"]


async def test_a_program_is_handed_little_of_our_environment(program: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    async with program.server() as server:
        seen = json.loads(output_of(await server.call_tool("environment", {}), structured=False))
    assert "PATH" in seen
    assert "SLACK_BOT_TOKEN" not in seen


async def test_much_is_read_in_reasonable_time(tmp_path: Path) -> None:
    for transport in ("stdio", "streamable-http"):
        async with reached(transport, tmp_path) as there, there.server() as server:
            began = time.monotonic()
            result = await server.call_tool("big", {"characters": 50_000_000})
            assert time.monotonic() - began < 20
            output = output_of(result, structured=False)
            assert len(output) < 201_000
            assert output.endswith("[Cut here: the first 200,000 of 50,000,000 characters.]")
