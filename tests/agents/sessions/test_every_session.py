"""What holds for every session, wherever it is kept."""

from __future__ import annotations

import asyncio

import pytest

from bot.agents import UserError
from bot.agents.sessions.append import append
from bot.agents.sessions.interface import SessionSettings
from bot.agents.testing import reasoning
from tests.agents.sessions.backends import Open
from tests.agents.sessions.said import assistant, entries, pair, said, user

HISTORY = [user("Refund A1"), reasoning(), *pair("c1"), *pair("c2"), assistant("Refunded.")]


async def test_what_is_added_comes_back_in_order_to_whoever_opens_it(open_session: Open) -> None:
    first = open_session()
    assert await first.get_items() == []
    await first.add_items(HISTORY)
    await open_session().add_items([user("Thanks")])
    await first.add_items([])
    assert said(await open_session().get_items()) == said([*HISTORY, user("Thanks")])


async def test_calls_and_outputs_come_back_as_they_were_but_for_their_ids(open_session: Open) -> None:
    await open_session().add_items(pair("c1"))
    asked, answered = await open_session().get_items()
    assert (asked["name"], asked["arguments"]) == ("refund", '{"order": "c1"}')
    assert (answered["type"], answered["output"]) == ("function_call_output", "c1: done")


async def test_sessions_of_other_names_have_nothing_of_it(open_session: Open) -> None:
    await open_session("a").add_items([user("one")])
    await open_session("b").add_items([user("two")])
    assert said(await open_session("a").get_items()) == ["user: one"]
    assert said(await open_session("b").get_items()) == ["user: two"]


async def test_a_limit_gives_the_latest_items(open_session: Open) -> None:
    await open_session().add_items([user(str(number)) for number in range(250)])
    for limit in (1, 2, 99, 100, 101, 249, 250, 1000):
        latest = await open_session().get_items(limit=limit)
        assert said(latest) == [f"user: {number}" for number in range(max(0, 250 - limit), 250)]
    assert await open_session().get_items(limit=0) == []
    assert len(await open_session().get_items()) == 250


async def test_a_limit_never_cuts_between_a_call_and_its_output(open_session: Open) -> None:
    await open_session().add_items(HISTORY)
    found = {limit: said(await open_session().get_items(limit=limit)) for limit in range(1, 8)}
    assert found == {
        1: ["assistant: Refunded."],
        2: ["assistant: Refunded."],
        3: ["call c2", "output c2", "assistant: Refunded."],
        4: ["call c2", "output c2", "assistant: Refunded."],
        5: ["call c2", "output c2", "assistant: Refunded."],
        6: said(HISTORY[1:]),
        7: said(HISTORY),
    }


async def test_the_settings_limit_what_is_read_unless_a_limit_is_given(open_session: Open) -> None:
    await open_session().add_items([user("1"), user("2"), user("3")])
    session = open_session(settings=SessionSettings(limit=2))
    assert said(await session.get_items()) == ["user: 2", "user: 3"]
    assert said(await session.get_items(limit=1)) == ["user: 3"]
    with pytest.raises(UserError, match="cannot be -1"):
        await session.get_items(limit=-1)


async def test_the_last_item_is_taken_away(open_session: Open) -> None:
    assert await open_session().pop_item() is None
    session = open_session()
    await session.add_items([user("1"), assistant("2")])
    popped = await session.pop_item()
    assert popped
    assert said([popped]) == ["assistant: 2"]
    assert said(await open_session().get_items()) == ["user: 1"]
    await open_session().pop_item()
    assert await open_session().pop_item() is None
    assert await open_session().get_items() == []


async def test_what_is_cleared_is_gone_and_may_begin_anew(open_session: Open) -> None:
    session = open_session()
    await session.clear_session()
    await append(session, entries(HISTORY), again=False)
    await session.clear_session()
    assert await session.get_items() == []
    await append(session, entries(HISTORY), again=False)
    assert said(await session.get_items()) == said(HISTORY)


async def test_what_is_added_again_is_there_once(open_session: Open) -> None:
    await open_session().add_items([user("Before"), assistant("Before")])
    for again in (False, True, True):
        await append(open_session(), entries(HISTORY), again=again)
    assert said(await open_session().get_items()) == said([user("Before"), assistant("Before"), *HISTORY])


async def test_of_what_has_grown_since_an_earlier_attempt_only_the_rest_is_added(open_session: Open) -> None:
    named = entries([user("Go"), *pair("c1"), *pair("c2")])
    await append(open_session(), [named[0], *named[3:]], again=False)
    await append(open_session(), named, again=True)
    await append(open_session(), named, again=True)
    assert said(await open_session().get_items()) == [
        "user: Go",
        "call c2",
        "output c2",
        "call c1",
        "output c1",
    ]


async def test_equal_items_of_later_turns_are_added_all_the_same(open_session: Open) -> None:
    for first in range(3):
        await append(open_session(), entries([user("yes")], first=first), again=False)
    assert said(await open_session().get_items()) == ["user: yes"] * 3


async def test_what_is_changed_outside_is_not_changed_within(open_session: Open) -> None:
    given = [user("1")]
    await open_session().add_items(given)
    given[0]["content"] = "other"
    (await open_session().get_items())[0]["content"] = "other"
    assert said(await open_session().get_items()) == ["user: 1"]


async def test_any_text_comes_back(open_session: Open) -> None:
    texts = ["ünd \u2028 \U0001f600", 'line\nbreak "quoted" \\n', "half \ud83d", "\x00 nul", "x" * 100_000]
    await open_session().add_items([user(text) for text in texts])
    found = said(await open_session().get_items())
    assert found[:2] == [f"user: {text}" for text in texts[:2]]
    assert found[2] == "user: half \\ud83d"
    assert found[3:] == [f"user: {text}" for text in texts[3:]]


async def test_what_is_no_json_is_refused_whole(open_session: Open) -> None:
    broken = {"role": "user", "content": object()}
    with pytest.raises(UserError, match="no JSON"):
        await open_session().add_items([user("1"), broken])  # pyright: ignore[reportArgumentType]: that is the point
    assert await open_session().get_items() == []


async def test_many_may_add_at_the_same_time(open_session: Open) -> None:
    await open_session().add_items([user("Go")])
    await asyncio.gather(*(open_session().add_items(pair(f"c{number}")) for number in range(20)))
    found = said(await open_session().get_items())
    assert sorted(found[1:]) == sorted(f"{word} c{number}" for number in range(20) for word in ("call", "output"))
    for number in range(20):
        assert found.index(f"call c{number}") < found.index(f"output c{number}")


async def test_a_call_that_ends_late_stands_with_its_output_at_the_end(open_session: Open) -> None:
    await append(open_session(), entries([user("Go"), *pair("c2")]), again=False)
    await append(open_session(), entries(pair("c1"), first=3), again=False)
    assert said((await open_session().get_items())[-2:]) == said(pair("c1"))
