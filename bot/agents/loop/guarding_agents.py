"""Ask the guardrails of agents, all at the same time, and keep what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeAlias

from bot.agents.agent import Agent
from bot.agents.errors import TripwireTriggered
from bot.agents.guardrail import (
    InputGuardrail,
    InputGuardrailResult,
    InputGuardrailTripwireTriggered,
    OutputGuardrail,
    OutputGuardrailResult,
    OutputGuardrailTripwireTriggered,
)
from bot.agents.loop.app_code import app_code
from bot.agents.loop.guarding import as_json
from bot.agents.loop.live import Live
from bot.agents.record.guardrail_result import GuardrailResult
from bot.agents.record.plain import Item

_Word: TypeAlias = tuple[GuardrailResult, TripwireTriggered | None]
"""What a guardrail said, and the error if it objects."""


async def guard_answer(live: Live, agent: Agent[Any], answer: Any) -> None:
    """Ask the guardrails on the answer. Raises `OutputGuardrailTripwireTriggered` when one objects."""
    ctx = await live.context()

    async def look(guardrail: OutputGuardrail) -> _Word:
        name = guardrail.get_name()
        async with app_code(f"The guardrail {name}", live.setting.journal):
            told = await live.spans.guardrail(name, "output", guardrail.run(ctx, agent, answer))
        tripped, info = bool(told.tripwire_triggered), as_json(told.output_info)
        result = GuardrailResult(name=name, stage="output", tripped=tripped, info=info)
        objection = OutputGuardrailTripwireTriggered(OutputGuardrailResult(guardrail, answer, agent, told))
        return result, objection if tripped else None

    guardrails = [*agent.output_guardrails, *live.setting.config.output_guardrails]
    live.run.guardrails += await _words(live, map(look, guardrails))


async def guard_question(live: Live, agent: Agent[Any], said: list[Item], *, beside: bool) -> list[GuardrailResult]:
    """Ask the guardrails on what people said: those that look beside the model, or those that look before it.

    Raises `InputGuardrailTripwireTriggered` when one objects, which the run then remembers.
    """
    ctx = await live.context()

    async def look(guardrail: InputGuardrail) -> _Word:
        name = guardrail.get_name()
        async with app_code(f"The guardrail {name}", live.setting.journal):
            told = await live.spans.guardrail(name, "input", guardrail.run(ctx, agent, said))
        tripped, info = bool(told.tripwire_triggered), as_json(told.output_info)
        result = GuardrailResult(name=name, stage="input", tripped=tripped, info=info)
        objection = InputGuardrailTripwireTriggered(InputGuardrailResult(guardrail, told))
        return result, objection if tripped else None

    guardrails = [*agent.input_guardrails, *live.setting.config.input_guardrails]
    return await _words(live, [look(each) for each in guardrails if each.run_in_parallel == beside])


async def _words(live: Live, looks: Iterable[Coroutine[Any, Any, _Word]]) -> list[GuardrailResult]:
    """What they say, in their order. The first that objects, or fails, ends the others, and its error is raised."""
    tasks = [asyncio.create_task(look) for look in looks]
    said: dict[asyncio.Task[_Word], GuardrailResult] = {}
    try:
        while len(said) < len(tasks):
            ended, _ = await asyncio.wait(set(tasks) - set(said), return_when=asyncio.FIRST_COMPLETED)
            objections = [_note(task, said) for task in tasks if task in ended]
            if objection := next((each for each in objections if each), None):
                live.run.guardrails += [said[task] for task in tasks if task in said]
                raise objection
        return [said[task] for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _note(task: asyncio.Task[_Word], said: dict[asyncio.Task[_Word], GuardrailResult]) -> TripwireTriggered | None:
    """Remember what one said. Raises what it raised."""
    said[task], objection = task.result()
    return objection
