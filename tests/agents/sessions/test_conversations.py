"""Sessions that OpenAI keeps: ids, pages, parts, and writes that fail or are never answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import openai
import pytest

from bot.agents.record.plain import Item
from bot.agents.sessions.append import append
from bot.agents.sessions.conversations import OpenAIConversationsSession
from bot.agents.sessions.interface import Session, SessionError
from bot.agents.testing import call, message, reasoning
from tests.agents.sessions.conversations_server import ConversationsServer, Failure, serving
from tests.agents.sessions.said import entries, output, pair, said, user

TURN: list[Item] = [user("Refund A1"), reasoning(), *pair("c1"), message("Refunded.")]


@pytest.fixture
async def server() -> AsyncIterator[ConversationsServer]:
    async with serving() as server:
        yield server


async def test_a_conversation_is_begun_with_the_first_items_and_can_be_come_back_to(
    server: ConversationsServer,
) -> None:
    session = OpenAIConversationsSession(openai_client=server.client())
    assert await session.get_items() == []
    assert (session.session_id, server.conversations) == ("", {})
    await session.add_items([user("1")])
    assert list(server.conversations) == [session.session_id]
    again = OpenAIConversationsSession(session.session_id, server.client())
    assert said(await again.get_items()) == ["user: 1"]


async def test_one_conversation_is_begun_however_many_write_first(server: ConversationsServer) -> None:
    session = OpenAIConversationsSession(openai_client=server.client())
    await asyncio.gather(*(session.add_items([user(str(number))]) for number in range(5)))
    assert len(server.conversations) == 1
    assert len(await session.get_items()) == 5


@pytest.mark.spec("SS4")
async def test_what_comes_back_with_other_ids_is_neither_added_twice_nor_sent_with_ids_that_are_known(
    server: ConversationsServer,
) -> None:
    session: Session = OpenAIConversationsSession(openai_client=server.client())
    await append(session, entries(TURN), again=False)
    await append(session, entries(TURN), again=True)
    came_back = await session.get_items()
    assert said(came_back) == said(TURN)
    assert [item["id"] for item in came_back] != [item.get("id") for item in TURN]
    other: Session = OpenAIConversationsSession(openai_client=server.client())
    await other.add_items(came_back)
    assert said(await other.get_items()) == said(TURN)
    assert len(server.writes) == 2


async def test_what_the_api_does_not_take_back_is_left_out(server: ConversationsServer) -> None:
    session = OpenAIConversationsSession(openai_client=server.client())
    await session.add_items([reasoning(id=""), reasoning("rs_7"), *pair("c1")])
    thought, asked, _ = await session.get_items()
    assert thought == {"type": "reasoning", "id": "rs_7", "summary": [], "status": "completed"}
    assert set(asked) == {"type", "id", "status", "call_id", "name", "arguments"}


async def test_a_long_batch_is_sent_in_parts_that_keep_calls_and_outputs_together(
    server: ConversationsServer,
) -> None:
    session = OpenAIConversationsSession(openai_client=server.client())
    items = [user("Go"), *(item for number in range(30) for item in pair(f"c{number}"))]
    await session.add_items(items)
    assert [len(sent) for sent in server.writes] == [19, 20, 20, 2]
    assert said(await session.get_items()) == said(items)


async def test_a_batch_that_cannot_be_cut_is_sent_all_the_same(server: ConversationsServer) -> None:
    session = OpenAIConversationsSession(openai_client=server.client())
    ids = [f"c{number}" for number in range(20)]
    items = [user("Go"), *(call("refund", call_id=id) for id in ids), *map(output, ids)]
    await session.add_items(items)
    assert [len(sent) for sent in server.writes] == [1, 20, 20]
    assert said(await session.get_items()) == said(items)


@pytest.mark.parametrize("failure", ["limited", "broken before", "broken after", "silent after"])
async def test_a_write_that_fails_or_is_not_answered_is_there_once(
    server: ConversationsServer, failure: Failure
) -> None:
    session = OpenAIConversationsSession(openai_client=server.client())
    await session.add_items([user("Hello"), message("Hello.")])
    server.failures = [failure]
    await session.add_items(TURN)
    assert said(await session.get_items()) == ["user: Hello", "assistant: Hello.", *said(TURN)]


async def test_what_is_refused_for_now_is_added_though_the_same_was_said_before(server: ConversationsServer) -> None:
    session = OpenAIConversationsSession(openai_client=server.client())
    await session.add_items([user("yes")])
    server.failures = ["limited"]
    await session.add_items([user("yes")])
    assert said(await session.get_items()) == ["user: yes", "user: yes"]


@pytest.mark.parametrize("failure", ["broken before", "broken after"])
async def test_when_no_attempt_is_answered_well_the_next_write_of_the_run_mends_it(
    server: ConversationsServer, failure: Failure
) -> None:
    session: Session = OpenAIConversationsSession(openai_client=server.client(max_retries=0))
    server.failures = [failure]
    with pytest.raises(openai.InternalServerError):
        await append(session, entries(TURN[:-1]), again=False)
    await append(session, entries(TURN), again=True)
    assert said(await session.get_items()) == said(TURN)


async def test_what_can_never_go_well_is_not_tried_again(server: ConversationsServer) -> None:
    session = OpenAIConversationsSession("conv_gone", server.client())
    with pytest.raises(openai.NotFoundError):
        await session.add_items([user("1")])
    with pytest.raises(openai.NotFoundError):
        await session.get_items()


async def test_a_cleared_conversation_is_deleted_and_the_next_items_begin_another(
    server: ConversationsServer,
) -> None:
    session = OpenAIConversationsSession(openai_client=server.client())
    await session.add_items([user("1")])
    first = session.session_id
    await session.clear_session()
    assert (session.session_id, server.conversations) == ("", {})
    await session.add_items([user("2")])
    assert session.session_id not in ("", first)
    await OpenAIConversationsSession(first, server.client()).clear_session()


async def test_no_id_of_a_conversation_leads_to_another_place_of_the_api(server: ConversationsServer) -> None:
    with pytest.raises(openai.NotFoundError):
        await OpenAIConversationsSession("../models?", server.client()).get_items()


@pytest.mark.parametrize("page", [{}, {"data": None}, {"data": ["no item"]}, [], "text", {"data": [], "has_more": "?"}])
async def test_an_answer_of_something_else_is_told_as_that(server: ConversationsServer, page: object) -> None:
    server.page = page
    with pytest.raises(SessionError, match="not in the form of the Conversations API"):
        await OpenAIConversationsSession("conv_1", server.client()).get_items()
