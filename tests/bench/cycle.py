"""CPU of a cycle (ask, pause, store, load, approve, run, answer) against the floor: `python -m tests.bench.cycle`."""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import redis.asyncio
from openai import AsyncOpenAI

from bot.agents import Agent, OpenAIResponsesModel, Runner, RunState, function_tool
from bot.agents.models.interface import Model
from bot.agents.testing import message
from bot.store.embedded import EmbeddedRedis
from tests.bench.floor import Item, floor_cycle, over_http
from tests.bench.measure import cpu_ms, show, tell
from tests.bench.model import InProcess, answer_to
from tests.bench.served import served


@function_tool(needs_approval=True)
async def delete(order: str) -> str:
    """Delete an order."""
    return f"{order} is deleted"


def desk(model: Model) -> Agent[Any]:
    return Agent[Any]("desk", instructions="Be brief.", tools=[delete], model=model)


def question(calls: int, prior: int = 0) -> list[Item]:
    """A question that is answered by so many calls, after so many items of history."""
    before = [{"role": "user", "content": f"Hello {n}"} if n % 2 else message(f"Hello {n}") for n in range(prior)]
    return [*before, {"role": "user", "content": f"{calls} orders are to be deleted"}]


async def our_cycle(agent: Agent[Any], store: redis.asyncio.Redis, asked: list[Item]) -> str:
    paused = await Runner.run(agent, asked)
    await store.set("bench:ours", paused.to_state().to_string())
    text = await store.get("bench:ours")
    state = await RunState.from_string(agent, str(text))
    for interruption in state.get_interruptions():
        state.approve(interruption)
    done = await Runner.run(agent, state)
    return str(done.final_output)


async def dump_and_load(agent: Agent[Any], state: RunState) -> None:
    await RunState.from_string(agent, state.to_string())


async def in_process_ask(items: Any) -> list[Item]:
    return answer_to(items)


@asynccontextmanager
async def a_store() -> AsyncGenerator[redis.asyncio.Redis]:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedRedis.start(Path(folder))
        client = redis.asyncio.Redis.from_url(server.url, decode_responses=True)  # pyright: ignore[reportUnknownMemberType]: its **kwargs
        try:
            yield client
        finally:
            await client.aclose()
            server.stop()


async def in_process(store: redis.asyncio.Redis) -> dict[str, dict[str, float]]:
    agent = desk(InProcess())
    rows: dict[str, dict[str, float]] = {}
    for calls, prior in ((1, 0), (10, 0), (1, 100), (1, 1000)):
        asked = question(calls, prior)
        ms = await cpu_ms(
            {
                "floor": lambda asked=asked: floor_cycle(in_process_ask, store, asked),
                "ours": lambda asked=asked: our_cycle(agent, store, asked),
            }
        )
        rows[f"{calls} pending, {prior} prior items"] = with_ratio(ms)
    return rows


async def http(store: redis.asyncio.Redis) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    cycles: dict[str, dict[str, float]] = {}
    turns: dict[str, dict[str, float]] = {}
    async with served("tests.bench.model") as address, AsyncOpenAI(api_key="sk-bench", base_url=address) as client:
        agent, ask = desk(OpenAIResponsesModel("gpt-5.1", client)), over_http(client)
        for prior in (0, 100, 1000):
            asked, plain = question(1, prior), question(0, prior)
            cycles[f"1 pending, {prior} prior items"] = with_ratio(
                await cpu_ms(
                    {
                        "floor": lambda asked=asked: floor_cycle(ask, store, asked),
                        "ours": lambda asked=asked: our_cycle(agent, store, asked),
                    },
                    calls=10 if prior < 1000 else 2,
                )
            )
            turns[f"{prior} prior items"] = with_ratio(
                await cpu_ms(
                    {"floor": lambda plain=plain: ask(plain), "ours": lambda plain=plain: Runner.run(agent, plain)},
                    calls=20 if prior < 1000 else 4,
                )
            )
    return cycles, turns


async def saved_form() -> dict[str, dict[str, float]]:
    agent = desk(InProcess())
    rows: dict[str, dict[str, float]] = {}
    for calls, prior in ((1, 0), (10, 0), (1, 100), (1, 1000)):
        state = (await Runner.run(agent, question(calls, prior))).to_state()
        ms = await cpu_ms({"ours": lambda state=state: dump_and_load(agent, state)})
        rows[f"{calls} pending, {prior} prior items"] = {
            "bytes": len(state.to_string().encode()),
            "dump + load ms": ms["ours"],
        }
    return rows


def with_ratio(ms: dict[str, float]) -> dict[str, float]:
    return {"floor ms": ms["floor"], "ours ms": ms["ours"], "x floor": ms["ours"] / ms["floor"]}


async def profiled(store: redis.asyncio.Redis, *, prior: int) -> None:
    """Where the CPU of our cycle goes."""
    agent, asked = desk(InProcess()), question(1, prior)
    await our_cycle(agent, store, asked)
    profile = cProfile.Profile()
    with profile:
        for _ in range(500):
            await our_cycle(agent, store, asked)
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--profile", action="store_true", help="show where the CPU of our cycle goes, and nothing else"
    )
    options.add_argument("--prior", type=int, default=0, help="items of history before the profiled cycle")
    given = options.parse_args()
    async with a_store() as store:
        if given.profile:
            return await profiled(store, prior=given.prior)
        cycles = await in_process(store)
        over, turns = await http(store)
    saved = await saved_form()
    show("A cycle, model in process (CPU)", cycles)
    show("A cycle over HTTP with the real client (CPU)", over)
    show("A plain turn over HTTP, against the raw client (CPU)", turns)
    show("The saved form of a run that waits", saved)
    tell({"in_process": cycles, "http": over, "plain_turn": turns, "saved": saved})
    return None


if __name__ == "__main__":
    asyncio.run(main())
