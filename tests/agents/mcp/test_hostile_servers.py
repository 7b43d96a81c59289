"""Servers that send what no server should."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot.agents import Runner, UserError
from bot.agents.mcp import MCPServerStdio
from bot.agents.mcp.fit import objection_of
from bot.agents.mcp.results import output_of
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.mcp.raw import raw
from tests.agents.mcp.shelf import clerk

PLAIN: dict[str, Any] = {"type": "object", "properties": {}}
DRAFT_7: dict[str, Any] = {"$schema": "http://json-schema.org/draft-07/schema#"}


def doubling(levels: int) -> dict[str, Any]:
    """A schema of two ways at each level."""
    ways: dict[str, Any] = {
        f"a{at}": {"anyOf": [{"$ref": f"#/$defs/a{at + 1}"}, {"$ref": f"#/$defs/a{at + 1}"}]} for at in range(levels)
    }
    return {"properties": {"x": {"$ref": "#/$defs/a0"}}, "$defs": ways | {f"a{levels}": {"type": "integer"}}}


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


async def test_what_no_model_could_call_is_left_out_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["fine", "dots.and/slashes", "x" * 65, "", "sp ace", "naïve", "new\nline"]
    tools: list[dict[str, Any]] = [{"name": name, "inputSchema": PLAIN} for name in names]
    tools += [
        {"name": "fine", "description": "the second of that name", "inputSchema": PLAIN},
        {"name": "deep", "inputSchema": deep(60)},
        {"name": "huge", "inputSchema": {"type": "object", "description": "x" * 200_000}},
        {"name": "bare", "inputSchema": {"type": "object"}},
    ]
    model = ScriptedModel([[call("fine")], [message("done")]])
    async with raw(tmp_path, tools=tools) as server:
        await Runner.run(clerk(server, model=model), "hi")
    told = [tool.definition() for tool in model.requests[0].tools]
    assert [(tool["name"], tool["description"]) for tool in told] == [("fine", ""), ("bare", "")]
    assert told[1]["parameters"] == PLAIN
    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len([line for line in logged if "is left out" in line]) == 8
    assert len([line for line in logged if "the tool fine is listed twice: the first one is taken" in line]) == 1


async def test_a_description_of_a_megabyte_is_cut(tmp_path: Path) -> None:
    model = ScriptedModel([[message("hello")]])
    tool = {"name": "chatty", "description": "é" * 1_000_000, "inputSchema": PLAIN}
    async with raw(tmp_path, tools=[tool]) as server:
        await Runner.run(clerk(server, model=model), "hi")
    description = str(model.requests[0].tools[0].definition()["description"])
    assert len(description) < 11_000
    assert description.endswith("[Cut here: the first 10,000 of 1,000,000 characters.]")


async def test_lists_without_an_end_are_cut(tmp_path: Path) -> None:
    page: dict[str, Any] = {"result": {"tools": [{"name": "again", "inputSchema": PLAIN}] * 50, "nextCursor": "more"}}
    async with raw(tmp_path, {"tools/list": page}) as server:
        assert len(await server.list_tools()) == 1_000


@pytest.mark.parametrize(
    "answer",
    [
        {"result": {"tools": "none"}},
        {"result": {"tools": [{"name": "no schema"}]}},
        {"result": {"tools": [{"name": "a list", "inputSchema": {"type": "array"}}]}},
        {"result": None},
        {"error": {"code": -32603, "message": "out of order"}},
        {"write": "[1, 2, 3]\n"},
    ],
    ids=str,
)
async def test_a_list_that_is_none_fails_the_run_in_words(tmp_path: Path, answer: dict[str, Any]) -> None:
    async with raw(tmp_path, {"tools/list": answer}, client_session_timeout_seconds=1.0) as server:
        with pytest.raises(UserError, match="The tools of MCP server raw cannot be listed: "):
            await Runner.run(clerk(server), "hi")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"result": {"content": [{"type": "hologram"}]}}, ConnectionError),
        ({"result": {"content": "text"}}, ConnectionError),
        ({"write": "no JSON at all\n"}, TimeoutError),
        ({"write": "[" * 100_000 + "\n"}, TimeoutError),
        ({"write": '{"jsonrpc": "2.0", "id": 999999, "result": {}}\n'}, TimeoutError),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_an_answer_that_is_none_is_an_error_of_that_call(
    tmp_path: Path, answer: dict[str, Any], error: type[Exception]
) -> None:
    async with raw(tmp_path, {"tools/call": answer}, client_session_timeout_seconds=1.0) as server:
        with pytest.raises(error):
            await server.call_tool("write", {})
        assert await server.list_tools() == []


async def test_noise_among_messages_is_passed_over(tmp_path: Path) -> None:
    answer = {"result": {"content": [{"type": "text", "text": "hello"}]}}
    async with raw(tmp_path, {"noise": {"write": "Starting up ...\n\n{}\n\x00\xff\n"}, "tools/call": answer}) as server:
        assert output_of(await server.call_tool("greet", {}), structured=False) == "hello"


async def test_a_message_without_an_end_ends_the_connection() -> None:
    endless = "import sys\nsys.stdin.readline()\nwhile True: sys.stdout.write('x' * 1_000_000)"
    server = MCPServerStdio({"command": sys.executable, "args": ["-c", endless]}, name="endless")
    with pytest.raises(UserError, match=r"MCP server endless cannot be opened: .*ended before it answered"):
        await server.connect()


async def test_many_calls_at_once_do_not_wait_for_a_large_answer(tmp_path: Path) -> None:
    text = "x" * 5_000_000
    answer = {"result": {"content": [{"type": "text", "text": text}]}}
    async with raw(tmp_path, {"tools/call": answer}) as server:
        longest, last = 0.0, time.monotonic()
        calls = asyncio.gather(*(server.call_tool("write", {}) for _ in range(10)))
        while not calls.done():
            await asyncio.sleep(0.005)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        assert len(await calls) == 10
    assert longest < 1.0


@pytest.mark.parametrize(
    ("schema", "arguments", "says"),
    [
        ({"properties": {"a": {"pattern": "^(a+)+$"}}}, {"a": "a" * 50 + "!"}, None),
        ({"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}, {"a" * 50 + "!": 1}, None),
        ({"properties": {"a": {"uniqueItems": True}}}, {"a": [{"n": n} for n in range(20_000)]}, None),
        ({"$ref": "#"}, {}, "its schema is broken"),
        ({"$ref": "http://127.0.0.1:1/schema"}, {}, "its schema is broken"),
        ({"$ref": "#/nowhere"}, {}, "its schema is broken"),
        ({"type": "nonsense"}, {}, "its schema is broken"),
        ({"properties": []}, {"a": 1}, None),
        ({"properties": {"a": {"type": "integer"}}, "additionalProperties": False}, {"b": 1}, "unexpected"),
        ({"properties": {"a": {"enum": ["x" * 10_000]}}}, {"a": "y"}, "Invalid arguments"),
        (doubling(40), {"x": "no"}, None),
        (doubling(40) | {"unevaluatedItems": False, "items": {"$ref": "#/$defs/a0"}}, {"x": ["no"]}, None),
        ({"properties": {"x": {"items": {"anyOf": [{"const": "z"}] * 300}}}}, {"x": ["q"] * 100_000}, None),
        ({"properties": {"x": {"anyOf": [{"type": "integer"}] * 3_000}}}, {"x": ["q" * 100_000]}, None),
        ({"properties": {"a": DRAFT_7 | {"pattern": "^(a+)+$"}}}, {"a": "a" * 50 + "!"}, None),
        (
            DRAFT_7 | {"properties": {"b": {"$ref": "#"}, "a": {"pattern": "^(a+)+$"}}},
            {"b": {"a": "a" * 50 + "!"}},
            None,
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_checking_arguments_always_ends(schema: dict[str, Any], arguments: dict[str, Any], says: str | None) -> None:
    began = time.monotonic()
    objection = objection_of("write", schema)(arguments)
    assert time.monotonic() - began < 3
    assert (says or "") in (objection or "")
    assert len(objection or "") < 1_000


def test_what_takes_too_long_to_check_is_left_to_the_server_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert objection_of("write", doubling(40))({"x": "no"}) is None
    assert "Arguments for write are left to its server" in caplog.text


def test_a_part_of_a_schema_that_names_a_draft_is_checked_like_the_rest() -> None:
    properties: dict[str, Any] = {"a": DRAFT_7 | {"type": "integer"}, "b": {"$ref": "#"}, "$schema": PLAIN}
    objection = objection_of("write", DRAFT_7 | {"properties": properties})
    assert objection({"a": 1, "b": {"a": 2}, "$schema": {}}) is None
    assert "b.a: 'x' is not of type 'integer'" in (objection({"b": {"a": "x"}}) or "")
    assert "$schema: 1 is not of type 'object'" in (objection({"$schema": 1}) or "")
    assert objection_of("write", {"properties": {"a": {"const": DRAFT_7}}})({"a": DRAFT_7}) is None
