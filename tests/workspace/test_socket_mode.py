"""Envelopes, acks, redelivery and several connections."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace import Workspace
from bot.workspace.driver import Driver
from bot.workspace.faults import Fault
from bot.workspace.seen import Entry
from tests.workspace.bolt import Bolt, SlackClient


async def test_an_event_is_repeated_until_it_is_acked(driver: Driver, bolt: Bolt) -> None:
    attempts: list[str] = []

    @bolt.app.event("app_mention")
    async def fail_twice(body: dict[str, Any]) -> None:
        attempts.append(body["event_id"])
        if len(attempts) < 3:
            raise RuntimeError("not yet")

    await bolt.connect()
    await driver.say("ana", "#ops", "@assent try")
    acked = await driver.until(lambda: _envelopes(driver, acked=True))
    assert acked[0].attempt == 2
    assert len(attempts) == 3
    assert len(set(attempts)) == 1


async def test_slack_gives_up_after_three_repeats(driver: Driver, bolt: Bolt) -> None:
    @bolt.app.event("app_mention")
    async def fail() -> None:
        raise RuntimeError("never")

    await bolt.connect()
    await driver.say("ana", "#ops", "@assent try")
    await driver.until(lambda: _envelopes(driver, acked=False, times=4))
    await driver.say("ana", "#ops", "@assent again")
    entries = await driver.until(lambda: _envelopes(driver, acked=False, times=8))
    assert [entry.attempt for entry in entries] == [0, 1, 2, 3, 0, 1, 2, 3]


async def test_an_event_waits_for_an_app_that_is_away(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await driver.say("ana", "#ops", "@assent anybody there?")
    await driver.until(lambda: _envelopes(driver, acked=False))
    await bolt.connect()
    await driver.until(bolt.heard_as_many_as(1))


async def test_each_envelope_goes_to_one_connection(driver: Driver, workspace: Workspace) -> None:
    async with _connection(workspace) as one, _connection(workspace) as two:
        assert (await one.receive_json())["num_connections"] == 1
        assert (await two.receive_json())["num_connections"] == 2
        await driver.say("ana", "#ops", "@assent first")
        await driver.say("ana", "#ops", "@assent second")
        first, second = await one.receive_json(), await two.receive_json()
        for socket, envelope in ((one, first), (two, second)):
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
        texts = {envelope["payload"]["event"]["text"] for envelope in (first, second)}
        assert texts == {"<@U0ASSENT> first", "<@U0ASSENT> second"}
        await driver.until(lambda: _envelopes(driver, acked=True, times=2))


async def test_two_bolt_connections_share_the_work(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await bolt.connect()
    await bolt.connect()
    for number in range(6):
        await driver.say("ana", "#ops", f"@assent {number}")
    await driver.until(bolt.heard_as_many_as(6))
    assert sorted(event["text"][-1] for event in bolt.events()) == list("012345")


async def test_a_duplicate_arrives_twice_with_one_event_id(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await bolt.connect()
    await driver.fault(Fault(kind="duplicate"))
    await driver.say("ana", "#ops", "@assent once")
    await driver.until(bolt.heard_as_many_as(2))
    assert len({body["event_id"] for body in bolt.heard}) == 1
    entries = await driver.until(lambda: _envelopes(driver, acked=True, times=2))
    assert len({entry.envelope_id for entry in entries}) == 2


async def test_an_app_that_is_asked_to_refresh_comes_back(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await bolt.connect()
    old = bolt.handlers[0].client.current_session
    await driver.fault(Fault(kind="disconnect", reason="refresh_requested"))

    async def reconnected() -> bool:
        now = bolt.handlers[0].client.current_session
        return now is not old and now is not None and not now.closed

    await driver.until(reconnected)
    await driver.say("ana", "#ops", "@assent still there?")
    await driver.until(bolt.heard_as_many_as(1))


async def test_a_line_that_is_cut_loses_no_event(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await bolt.connect()
    await driver.fault(Fault(kind="disconnect", method="events_api"))
    await driver.say("ana", "#ops", "@assent hello")
    await driver.until(bolt.heard_as_many_as(1), within=15)


async def test_a_ticket_opens_one_connection(workspace: Workspace) -> None:
    url = await _ticket(workspace)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_an_eleventh_connection_is_turned_away(workspace: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await _ticket(workspace)) for _ in range(10)]
        for socket in sockets:
            assert (await socket.receive_json())["type"] == "hello"
        eleventh = await session.ws_connect(await _ticket(workspace))
        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"


async def _envelopes(driver: Driver, *, acked: bool, times: int = 1) -> list[Entry]:
    """The envelopes in the log that were acked, or were not; none until there are so many."""
    entries = [one for one in await driver.log() if one.kind == "envelope" and one.acked is acked]
    return entries if len(entries) >= times else []


@asynccontextmanager
async def _connection(workspace: Workspace) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    """A bare WebSocket in Socket Mode, for a test that acks by hand."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await _ticket(workspace)) as socket:
        yield socket


async def _ticket(workspace: Workspace) -> str:
    """The address of one new connection."""
    client: SlackClient = AsyncWebClient(base_url=workspace.api_url)
    return (await client.apps_connections_open(app_token=workspace.app_token))["url"]
