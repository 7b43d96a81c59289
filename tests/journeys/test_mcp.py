"""An agent in Slack whose tools are those of an MCP server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.agents import Agent
from bot.agents.testing import call
from bot.app.served import Served
from tests.agents.mcp.reached import Reached, lives, reached
from tests.journeys.house import Houses, asks_for, says


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Reached]:
    async with reached("stdio", tmp_path) as there:
        yield there


def served(there: Reached, **options: Any) -> Served:
    return Served(Agent("Clerk", mcp_servers=[there.server(require_approval="always", **options)]))


async def test_a_call_is_approved_and_made_and_a_server_that_was_killed_is_opened_again(
    houses: Houses, program: Reached
) -> None:
    answers = [
        *(asks_for(call("note", {"text": "milk"})), says("Milk is noted.")),
        *(asks_for(call("note", {"text": "bread"})), says("Bread is noted.")),
    ]
    house = await houses.open(served(program), answers=answers)
    thread = await house.say("ana", "@assent note milk")
    card = await thread.card("note")
    assert "notes" in card.visible
    assert program.noted == []
    await thread.approve("ben", card)
    await thread.reply("Milk is noted.")
    await program.kill()
    await thread.say("ana", "@assent and bread")
    await thread.approve("ben", await thread.card("bread"))
    await thread.reply("Bread is noted.")
    await thread.is_quiet()
    assert [note.split()[0] for note in program.noted] == ["milk", "bread"]
    await house.bot.stop()
    assert not any(lives(pid) for pid in program.pids)


async def test_a_server_that_dies_in_an_approved_call_is_asked_about(houses: Houses, program: Reached) -> None:
    house = await houses.open(
        served(program), answers=[asks_for(call("die", {"text": "goodbye"})), says("It may be gone.")]
    )
    thread = await house.say("ana", "@assent end it")
    await thread.approve("ben", await thread.card("die"))
    again = await thread.card("May have run", button="Run again")
    assert program.noted == ["goodbye"]
    await thread.reject("ben", again)
    await thread.reply("It may be gone.")
    assert program.noted == ["goodbye"]
    await thread.is_quiet()


async def test_a_bot_whose_server_is_away_is_ready_and_says_what_is_missing(houses: Houses, tmp_path: Path) -> None:
    async with reached("streamable-http", tmp_path) as there:
        await there.kill()
        house = await houses.open(
            served(there, client_session_timeout_seconds=2.0),
            answers=[asks_for(call("note", {"text": "milk"})), says("Milk is noted.")],
        )
        thread = await house.say("ana", "@assent note milk")
        await thread.reply("The tools of MCP server notes cannot be listed: the server is away")
        assert house.times_asked == 0
        await there.start()
        await thread.say("ana", "@assent once more")
        await thread.approve("ben", await thread.card("note"))
        await thread.reply("Milk is noted.")
        await thread.is_quiet()
        await house.bot.stop()
    assert [note.split()[0] for note in there.noted] == ["milk"]
