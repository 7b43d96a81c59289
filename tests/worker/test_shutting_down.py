"""A bot that is told to stop begins nothing any more, and says so when a part of it ends that should not."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from bot.agents import Agent, RunConfig
from bot.agents.testing import ScriptedModel
from bot.app.bot import running_bot
from bot.approvals.policy import AnyMember
from bot.slack.clients import make_clients
from bot.slack.directory import Directory
from bot.slack.writer import ThreadWriter
from bot.store import keys
from bot.store.client import Client
from bot.store.index import Index
from bot.store.posts import Posts
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import Thread
from bot.worker.engine import Engine, Wakes, docket_at
from bot.worker.work import Work
from tests.journeys.house import Houses
from tests.slack.people import OPS, TEAM
from tests.worker.kept import keep_a_message

NO_SLACK = "http://127.0.0.1:9/api/"


async def test_a_thread_that_is_claimed_while_the_engine_stops_is_handed_over(
    client: Client, redis_url: str, thread: Thread
) -> None:
    async with docket_at(redis_url) as docket:
        engine = Engine(_work(client), Wakes(docket), concurrency=1)
        advancing = asyncio.create_task(engine.advance(thread))
        await asyncio.sleep(0)  # it asks for the thread
        await engine.stop()
        await advancing
    assert not engine.drivers
    assert await client.command("HGET", keys.lease(thread), "token") is None
    assert await Index(client).due(1) == [thread]


async def test_a_bot_begins_nothing_while_it_waits_for_what_follows_its_last_acks(houses: Houses) -> None:
    house = await houses.open()
    before = await house.say("ana", "@assent restart web-1")
    card = await before.card()
    await before.approve("ben", card)
    await before.reply("web-1 was restarted")
    await house.fault(kind="delay", method="chat.postEphemeral", seconds=2.5)
    await before.click("ben", card, "Approve")  # in vain, and told so after the ack

    stopping = asyncio.create_task(house.bot.stop())
    await asyncio.sleep(0.2)
    await keep_a_message(house.store, thread := Thread(TEAM, OPS, "1700000000.000100"))
    started = time.monotonic()
    await stopping
    assert time.monotonic() - started > 1.5, "it waited for the word to ben"
    assert await Runs(house.store).find(thread) is None
    assert thread in await Index(house.store).due(10)


async def test_a_part_that_ends_by_itself_is_told(houses: Houses) -> None:
    house = await houses.open()
    await house.bot.stop()
    async with running_bot(house.bot.config, house.bot.served) as bot:
        [task] = [task for task in asyncio.all_tasks() if task.get_name() == "sweep"]
        task.cancel()
        with pytest.raises(RuntimeError, match="`sweep` has ended"):
            await asyncio.wait_for(bot.failed, timeout=10)


async def test_the_parts_that_end_at_the_end_are_no_failure(houses: Houses) -> None:
    house = await houses.open()
    await house.bot.stop()
    async with running_bot(house.bot.config, house.bot.served) as bot:
        pass
    assert not bot.failed.done()


def _work(client: Client) -> Work:
    """What an engine works with; whoever reaches for Slack finds nobody."""
    clients = make_clients("xoxb-nobody", NO_SLACK)
    agent = Agent[None](name="nobody", model=ScriptedModel([]))

    async def no_context(_: object) -> None: ...

    return Work(
        client=client,
        agent=agent,
        agents={agent.name: agent},
        run_config=RunConfig(),
        context=no_context,
        approvers=AnyMember(),
        expires_for=timedelta(hours=1),
        max_turns=1,
        runs=Runs(client),
        requests=Requests(client),
        posts=Posts(client),
        directory=Directory(clients.looking_up, team="T1", bot_user="U1"),
        writer=ThreadWriter(clients.posting, Posts(client), bot_user="U1"),
    )
