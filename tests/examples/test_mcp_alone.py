"""The examples with MCP servers alone: they start the server themselves, over each transport."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.agents.testing import call, message
from tests.examples.played import files_in, play

LIST = "bread\napples\ncoffee\nmilk\n"


@pytest.mark.parametrize("name", ["mcp_filesystem", "mcp_streamable_http", "mcp_sse"])
async def test_files_are_read_freely_and_written_when_somebody_agrees(name: str, tmp_path: Path):
    model = [
        [call("read_file", {"name": "shopping.txt"}, call_id="c1")],
        [call("write_file", {"name": "shopping.txt", "text": LIST}, call_id="c2")],
        [call("read_file", {"name": "shopping.txt"}, call_id="c3")],
        [message("Milk is on it.")],
    ]
    played = await play(name, model=model, typed="y", at=tmp_path)
    assert "Household wants to call write_file of files" in played.out
    assert played.out.count("[y/n]") == 1
    assert [item["output"] for item in played.outputs(3)] == [
        "bread\napples\ncoffee\n",
        f"Wrote shopping.txt, {len(LIST)} characters.",
        LIST,
    ]
    assert played.out.endswith("Milk is on it.\n")
    assert files_in(tmp_path) == []


async def test_what_the_filter_leaves_out_the_model_is_not_offered(tmp_path: Path):
    model = [[call("delete_file", {"name": "shopping.txt"})], [message("I cannot.")]]
    played = await play("mcp_filesystem", model=model, at=tmp_path)
    assert [tool["name"] for tool in played.requests[0]["tools"]] == ["list_files", "read_file", "write_file"]
    assert "[y/n]" not in played.out
    assert "delete_file" in played.outputs(1)[0]["output"]


async def test_a_name_with_a_directory_in_it_is_refused(tmp_path: Path):
    model = [[call("read_file", {"name": "../servers/files.py"})], [message("I cannot.")]]
    played = await play("mcp_filesystem", model=model, at=tmp_path)
    assert "Names have no directory in them." in played.outputs(1)[0]["output"]


async def test_every_tool_is_listed_with_its_approval(tmp_path: Path):
    played = await play("mcp_every_tool", model=[[message("Nobody asks.")]], at=tmp_path)
    listed = [line.split(maxsplit=3)[:3] for line in played.out.splitlines()]
    assert listed == [
        ["list_files", "needs", "nobody"],
        ["read_file", "needs", "nobody"],
        ["write_file", "asks", "a"],
        ["delete_file", "asks", "a"],
    ]
    assert played.requests == []
