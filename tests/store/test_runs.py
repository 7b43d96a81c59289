"""A run lives in Redis under its thread: written by its holder alone, and never in part."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.agents.record.kept import Ended
from bot.agents.record.message import Message, Response, text_message
from bot.agents.record.people import Actor
from bot.agents.record.tree import Call, RunTree, Turn
from bot.agents.testing import call, message
from bot.store.client import Client, worker_client
from bot.store.errors import LeaseLost, StoreUnavailable
from bot.store.held import Held
from bot.store.inbox import Inbox
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import Thread
from tests.approvals.makers import person, request
from tests.store.lossy import lossy_wire

AT = datetime(2026, 5, 3, tzinfo=UTC)


def said(id: str, text: str = "restart web-1") -> Message:
    return text_message(id, text)


def run(*messages: Message, id: str = "r_1") -> RunTree:
    return RunTree(run_id=id, start_agent="A", agent="A", turns=[Turn(agent="A", input=list(messages))])


def answered(turn: Turn, *, ended: bool = True) -> None:
    """The model has asked for a call, and that is over or not."""
    turn.response = Response(output=[call("restart", call_id="c1")])
    made = Call(path="t0.c0", item=0, digest="0" * 64, status="done" if ended else "started")
    made.output = {"type": "function_call_output", "call_id": "c1", "output": "ok"} if ended else None
    made.bind("A", turn.response.output[0])
    turn.calls = [made]


async def hear(client: Client, thread: Thread, *messages: Message) -> None:
    for each in messages:
        text = str(each.items[0]["content"])
        await Inbox(client).receive(thread, id=each.id, text=text, by=person("ana"), at=AT, seen_ids=[each.id])


async def held(client: Client, thread: Thread) -> Held:
    found = await Runs(client).claim(thread)
    assert found
    return found


async def begun(client: Client, thread: Thread, state: RunTree) -> Held:
    """A thread that is held, whose run has begun."""
    holder = await held(client, thread)
    assert await holder.load() is None
    await holder.start(state, session_items=[])
    return holder


async def test_the_state_rests_under_the_threads_key_a_field_a_turn(client: Client, thread: Thread):
    await begun(client, thread, run(said("m1")))
    stored = await client.command("HGETALL", "assent:{T1:C1:1763964000.000100}:run")
    assert set(stored) == {"head", "t0"}
    assert json.loads(stored["head"])["run_id"] == "r_1"
    assert json.loads(stored["t0"])["input"][0]["items"] == [{"role": "user", "content": "restart web-1"}]


async def test_what_was_saved_is_found_again(client: Client, thread: Thread):
    state = run(said("m1"))
    holder = await begun(client, thread, state)
    answered(state.turns[0])
    state.turns.append(Turn(agent="A", response=Response(output=[message("done")])))
    state.ended = Ended(how="done", at=AT)
    await holder.save(state)
    assert await Runs(client).find(thread) == state
    await holder.lease.release(look_at=None)
    assert await (await held(client, thread)).load() == state


async def test_a_run_takes_the_messages_that_it_holds_and_no_others(client: Client, thread: Thread):
    await hear(client, thread, said("m1"), said("m2"), said("m3"))
    state = run(said("m1"))
    holder = await begun(client, thread, state)
    assert [each.id for each in (await holder.incoming()).messages] == ["m2", "m3"]
    answered(state.turns[0])
    state.turns.append(Turn(agent="A", input=[said("m3")], response=Response(output=[message("done")])))
    await holder.save(state)
    assert [each.id for each in (await holder.incoming()).messages] == ["m2"]
    assert [each.id for each in await Runs(client).messages(thread)] == ["m2"]


async def test_finished_turns_are_not_written_again(client: Client, thread: Thread):
    state = run(said("m1"))
    holder = await begun(client, thread, state)
    answered(state.turns[0])
    await holder.save(state)
    await client.command("HSET", "assent:{T1:C1:1763964000.000100}:run", "t0", "left alone")
    state.turns.append(Turn(agent="A", response=Response(output=[message("done")])))
    await holder.save(state)
    stored = await client.command("HGETALL", "assent:{T1:C1:1763964000.000100}:run")
    assert stored["t0"] == "left alone"
    assert "t1" in stored


async def test_a_turn_that_is_open_is_written_whenever_it_changed(client: Client, thread: Thread):
    state = run(said("m1"))
    holder = await begun(client, thread, state)
    answered(state.turns[0], ended=False)
    await holder.save(state)
    answered(state.turns[0], ended=True)
    await holder.save(state)
    found = await Runs(client).find(thread)
    assert found
    assert found.turns[0].calls[0].status == "done"


async def test_who_lost_the_lease_writes_nothing(client: Client, thread: Thread):
    state = run(said("m1"))
    holder = await begun(client, thread, state)
    await holder.lease.release(look_at=None)
    other = await held(client, thread)
    state.max_turns = 3
    with pytest.raises(LeaseLost):
        await holder.save(state)
    with pytest.raises(LeaseLost):
        await holder.start(run(said("m2"), id="r_2"), session_items=[])
    found = await other.load()
    assert found
    assert (found.run_id, found.max_turns) == ("r_1", 20)


async def test_a_save_whose_answers_are_lost_is_one_save(client: Client, redis_url: str, thread: Thread):
    await hear(client, thread, said("m1"), said("m2"))
    async with lossy_wire(redis_url) as wire:
        lossy = worker_client(wire.url)
        state = run(said("m1"))
        holder = await begun(lossy, thread, state)
        answered(state.turns[0])
        wire.lose_answers(3)
        await holder.save(state)
        await lossy.aclose()
    assert wire.lost == 3
    assert await Runs(client).find(thread) == state
    assert [each.id for each in await Runs(client).messages(thread)] == ["m2"]


async def test_a_save_gives_up_before_the_lease_ends_when_redis_stays_away(redis_url: str, thread: Thread):
    async with lossy_wire(redis_url) as wire:
        lossy = worker_client(wire.url)
        found = await Runs(lossy, lease_for=timedelta(seconds=3)).claim(thread)
        assert found
        state = run(said("m1"))
        await found.load()
        await found.start(state, session_items=[])
        wire.lose_answers(10_000)
        state.max_turns = 3
        with pytest.raises(StoreUnavailable):
            await found.save(state)
        await lossy.aclose()


async def test_the_next_run_archives_the_last_one_with_its_requests_and_adds_it_to_the_conversation(
    client: Client, thread: Thread
):
    state = run(said("m1"))
    holder = await begun(client, thread, state)
    asked = request(thread=str(thread), run="r_1")
    await Requests(client).open(holder.lease, [asked])
    state.turns[0].response = Response(output=[message("done")])
    state.ended = Ended(how="done", at=AT)
    await holder.save(state)

    await hear(client, thread, said("m2", "and web-2"))
    await holder.start(run(said("m2", "and web-2"), id="r_2"), session_items=state.items)

    runs = Runs(client)
    current = await runs.find(thread)
    assert current
    assert current.run_id == "r_2"
    assert await runs.find_finished(thread, "r_1") == state
    assert await runs.session(thread) == state.items
    assert await Requests(client).of(thread) == []
    assert await Requests(client).of_finished(thread, "r_1") == [asked]
    assert await Requests(client).find(thread, asked.name) == asked
    assert await runs.messages(thread) == []
    assert 0 < await client.command("PTTL", "assent:{T1:C1:1763964000.000100}:runs:r_1") <= 30 * 24 * 3600 * 1000


async def test_a_start_that_is_repeated_is_one_start(client: Client, redis_url: str, thread: Thread):
    async with lossy_wire(redis_url) as wire:
        lossy = worker_client(wire.url)
        holder = await begun(lossy, thread, run(said("m1")))
        wire.lose_answers(2)
        await holder.start(run(said("m2"), id="r_2"), session_items=[{"role": "user", "content": "hello"}])
        await lossy.aclose()
    assert await Runs(client).session(thread) == [{"role": "user", "content": "hello"}]
    assert await Runs(client).find_finished(thread, "r_1")


async def test_the_holder_hears_who_cancelled_its_run_and_of_no_other_runs_cancel(client: Client, thread: Thread):
    holder = await begun(client, thread, run(said("m1")))
    await Inbox(client).cancel(thread, "r_0", by=person("ana"))
    assert (await holder.incoming()).cancelled_by is None
    await Inbox(client).cancel(thread, "r_1", by=person("ben"))
    assert (await holder.incoming()).cancelled_by == Actor(id="U0BEN", name="Ben", team="T0HOME")
    assert (await holder.lease.renew()).moved is False, "what was read is no news"


async def test_a_cancel_that_is_told_late_for_another_run_leaves_the_present_ones(client: Client, thread: Thread):
    holder = await begun(client, thread, run(said("m1")))
    assert await Inbox(client).cancel(thread, "r_1", by=person("ben"))
    await Inbox(client).cancel(thread, "r_0", by=person("ana"))
    assert not await Inbox(client).cancel(thread, "r_1", by=person("ana")), "who did it first stands"
    assert (await holder.incoming()).cancelled_by == Actor(id="U0BEN", name="Ben", team="T0HOME")


async def test_evidence_of_who_lost_the_lease_is_kept_and_wakes_the_thread(client: Client, thread: Thread):
    holder = await begun(client, thread, run(said("m1")))
    await holder.lease.release(look_at=None)
    other = await held(client, thread)
    await holder.late("t0.c0", "restarted")
    await holder.late("t0.c0", "restarted")
    assert [(told.path, told.text) for told in await Runs(client).evidence(thread, "r_1")] == [("t0.c0", "restarted")]
    assert (await other.lease.renew()).moved


async def test_a_run_of_a_newer_version_is_left_alone(client: Client, thread: Thread):
    holder = await begun(client, thread, run(said("m1")))
    head = json.dumps({"version": 999, "run_id": "r_1", "start_agent": "A", "agent": "A"})
    await client.command("HSET", "assent:{T1:C1:1763964000.000100}:run", "head", head)
    with pytest.raises(Exception, match="saved in version 999"):
        await holder.load()
