"""A thread in which nothing is open ends when it was kept for long enough; what is open never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.agents.record.kept import Ended
from bot.agents.record.message import Response, text_message
from bot.agents.record.tree import RunTree, Turn
from bot.agents.testing import message
from bot.approvals.people import Person
from bot.store.client import Client
from bot.store.clock import now
from bot.store.held import Held
from bot.store.inbox import Inbox
from bot.store.posts import Posts
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import Thread
from tests.approvals.makers import request

AT = datetime(2026, 5, 3, tzinfo=UTC)
KEPT_FOR = timedelta(days=3)


async def test_a_thread_with_nothing_open_ends_after_a_while(client: Client, thread: Thread):
    held = await with_a_run(client, thread, ended=True)
    await held.lease.release(look_at=None)
    spans = await spans_of(client, thread)
    assert {"run", "session", "requests", "audit", "posts", "wake", "lease"} <= set(spans)
    assert all(0 < left <= KEPT_FOR.total_seconds() * 1000 for left in spans.values()), spans


async def test_a_run_that_has_not_ended_never_ends_by_itself(client: Client, thread: Thread):
    held = await with_a_run(client, thread, ended=False)
    await held.lease.release(look_at=None)
    assert await ending(client, thread) == set()


async def test_a_thread_that_is_to_be_looked_at_again_is_kept(client: Client, thread: Thread):
    held = await with_a_run(client, thread, ended=True)
    await held.lease.release(look_at=await now(client) + timedelta(days=365))
    assert await ending(client, thread) == set()


async def test_a_thread_with_a_message_that_no_run_has_taken_is_kept(client: Client, thread: Thread):
    held = await with_a_run(client, thread, ended=True)
    await said_in(client, thread, "m2")
    assert [each.id for each in (await held.incoming()).messages] == ["m2"]
    await held.lease.release(look_at=None)
    assert await ending(client, thread) == set()


async def test_a_message_and_a_claim_keep_a_thread_that_was_about_to_end(client: Client, thread: Thread):
    held = await with_a_run(client, thread, ended=True)
    await held.lease.release(look_at=None)
    assert await Runs(client, kept_for=KEPT_FOR).claim(thread)
    assert await ending(client, thread) == set()

    other = Thread("T1", "C1", "2.2")
    held = await with_a_run(client, other, ended=True)
    await held.lease.release(look_at=None)
    await said_in(client, other, "m2")
    assert await ending(client, other) == set()


async def test_notices_in_a_thread_without_a_run_end_and_those_of_a_run_do_not(client: Client, thread: Thread):
    async with Posts(client).writing(thread, "may not ask"):
        pass
    assert await ending(client, thread) == set(), "there is nothing: nobody has posted it"
    async with Posts(client).writing(thread, "may not ask") as writing:
        assert writing
        await writing.posted("1.1")
    assert await ending(client, thread) == {"posts"}
    await with_a_run(client, thread, ended=False)
    assert await ending(client, thread) == set()


async def with_a_run(client: Client, thread: Thread, *, ended: bool) -> Held:
    """The second run of a thread, held: it asked somebody and a post of it stands."""
    held = await Runs(client, kept_for=KEPT_FOR).claim(thread)
    assert held
    await held.load()
    await held.start(run("r_0"), session_items=[])
    await held.start(state := run("r_1"), session_items=[{"role": "user", "content": "hello"}])
    asked = request(thread=str(thread), run="r_1")
    await Requests(client).open(held.lease, [asked])
    await Posts(client).adopt(thread, f"card {asked.name}", "1.1")
    await said_in(client, thread, "m1")
    await held.incoming()
    state.turns[0].input = [text_message("m1", "hello")]
    state.turns[0].response = Response(output=[message("done")])
    state.ended = Ended(how="done", at=AT) if ended else None
    await held.save(state)
    return held


def run(id: str) -> RunTree:
    return RunTree(run_id=id, start_agent="A", agent="A", turns=[Turn(agent="A")])


async def said_in(client: Client, thread: Thread, id: str) -> None:
    ana = Person(id="U0ANA", name="ana", team=thread.team)
    await Inbox(client).receive(thread, id=id, text="hello", by=ana, at=AT, seen_ids=[f"{thread}{id}"])


async def spans_of(client: Client, thread: Thread) -> dict[str, int]:
    """How long each key of the thread is kept, in ms, -1 without an end; finished runs and ids that came aside."""
    found = [key async for key in client.keys(f"assent:{thread.tag}:*")]
    spans = {key.partition("}:")[2]: int(await client.command("PTTL", key)) for key in found}
    return {name: left for name, left in spans.items() if name != "seen" and not name.startswith("runs:")}


async def ending(client: Client, thread: Thread) -> set[str]:
    return {name for name, left in (await spans_of(client, thread)).items() if left >= 0}
