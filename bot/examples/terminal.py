"""What the examples share when they run alone: asking on the terminal."""

import sys
from functools import partial
from typing import Any

from typing_extensions import Unpack

from bot.agents import Agent, Runner, RunState, ToolApprovalItem
from bot.agents.run_options import RunOptions
from bot.agents.tools.own_thread import in_a_thread_of_its_own


async def converse(agent: Agent[Any], *questions: str, **options: Unpack[RunOptions]) -> None:
    """Ask the agent one question after the other, put each call that waits before whoever sits here, print answers."""
    for question in questions:
        print(f"> {question}")
        result = await Runner.run(agent, question, **options)
        while result.interruptions:
            result = await Runner.run(agent, await decided(result.to_state()), **options)
        print(result.final_output)


async def decided(state: RunState) -> RunState:
    """The run with a word on each call that waits."""
    for interruption in state.get_interruptions():
        if await confirm(told(interruption)):
            state.approve(interruption)
        else:
            state.reject(interruption)
    return state


def told(item: ToolApprovalItem) -> str:
    """What would be done, and by whom."""
    where = f" of {item.server}" if item.server else ""
    return f"{item.agent.name} wants to call {item.name}{where} with {item.arguments or item.raw_item}"


async def confirm(question: str) -> bool:
    """Whether somebody says yes."""
    return await choose(question, "y/n") == "y"


async def choose(question: str, answers: str) -> str:
    """One of the answers, which are written "y/n"; the last one when nobody is there any more."""
    known = answers.split("/")
    while True:
        print(f"{question} [{answers}] ", end="", flush=True)
        line = await in_a_thread_of_its_own(partial(sys.stdin.readline))
        if not line:
            return known[-1]
        if line.strip().lower() in known:
            return line.strip().lower()
