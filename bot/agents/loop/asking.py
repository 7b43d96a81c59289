"""Ask the model for the next turn, and keep what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.agents.agent import Agent
from bot.agents.checkpoint import checkpoint
from bot.agents.context import RunContextWrapper
from bot.agents.errors import ModelBehaviorError, TripwireTriggered
from bot.agents.items import response_item
from bot.agents.loop.answering import answer_of_model
from bot.agents.loop.app_code import app_code
from bot.agents.loop.delivery import model_input, previous_response_id
from bot.agents.loop.guarding_agents import guard_answer, guard_question
from bot.agents.loop.live import Live
from bot.agents.loop.reading import read_calls, read_response
from bot.agents.loop.remembering import write_session
from bot.agents.model_settings import ModelSettings
from bot.agents.models.choice import model_of
from bot.agents.models.interface import Model, ModelRequest
from bot.agents.record.guardrail_result import GuardrailResult
from bot.agents.record.kept import Ended
from bot.agents.record.message import Response, output_text
from bot.agents.record.tree import Call, Turn
from bot.agents.stream_events import AgentUpdatedStreamEvent, RawResponsesStreamEvent, item_event

REPEATS_AT_MOST = 5
"""Responses in a row that only repeat calls which were made already."""


async def ask(live: Live) -> None:
    """Begin to ask; what people said meanwhile goes into the turn."""
    run, agent = live.run, live.agent(live.run.agent)
    if live.turn is None or live.turn.response:
        run.turns.append(Turn(agent=agent.name))
    run.turns[-1].input = list(live.messages)
    ctx = await live.context()
    if len(run.turns) == 1:
        live.tell(AgentUpdatedStreamEvent(agent))
        await live.tell_hooks(agent.name, lambda hooks: hooks.on_agent_start(ctx, agent))
    instructions = await _instructions(live, agent, ctx)
    await write_session(live)
    box = await live.open_toolbox(agent.name)
    request = ModelRequest(
        input=model_input(run, live.setting.history),
        instructions=instructions,
        tools=box.offered,
        settings=_settings(live, agent),
        output_schema=agent.output_schema,
        previous_response_id=previous_response_id(run),
        conversation_id=run.conversation.conversation_id if run.conversation else None,
    )
    await live.tell_hooks(agent.name, lambda hooks: hooks.on_llm_start(ctx, agent, request.instructions, request.input))
    checkpoint("model asked")
    live.asking = asyncio.create_task(_guarded_response(live, request, agent, run.turns[-1]))


async def keep_response(live: Live) -> None:
    """Keep a whole response; only then do its calls exist. One without calls ends the run."""
    task, turn = live.asking, live.turn
    live.asking = None
    if task is None or turn is None:
        return
    if task.cancelled():
        raise ModelBehaviorError("The model's client was cancelled from within.")
    answer, results = task.result()
    response, agent = read_response(answer), live.agent(turn.agent)
    box, path = await live.toolbox(agent.name), f"{live.path}/" if live.path else ""
    path += f"t{len(live.run.turns) - 1}"
    calls = read_calls(response, agent.name, box, path=path, earlier=live.by_call_id)
    said_before = list(live.run.guardrails)
    _check_progress(live, calls)
    live.run.guardrails += results
    turn.response, turn.calls = response, calls
    live.by_call_id.update({call.call_id: call for call in calls if not call.replay_of})
    live.messages, live.run.queued = [], []
    if not calls:
        await _may_answer(live, turn, response, agent, said_before)
        live.run.ended = Ended(how="done", at=datetime.now(UTC))
    await live.save()
    checkpoint("response saved")
    await _tell(live, turn, response, agent)


async def _instructions(live: Live, agent: Agent[Any], ctx: RunContextWrapper[Any]) -> str | None:
    if not callable(agent.instructions):
        return agent.instructions
    async with app_code(f"The function that gives the instructions of {agent.name}", live.setting.journal):
        return await agent.get_system_prompt(ctx)


def _settings(live: Live, agent: Agent[Any]) -> ModelSettings:
    """The agent's settings with those of the run. A choice of tool holds until the agent has used one, as it would
    call it for ever otherwise; after that the model chooses."""
    settings = agent.model_settings.resolve(live.setting.config.model_settings)
    used = agent.reset_tool_choice and any(turn.calls for turn in live.run.turns if turn.agent == agent.name)
    return replace(settings, tool_choice=None) if used and settings.tool_choice else settings


def _check_progress(live: Live, calls: Sequence[Call]) -> None:
    """Raises `ModelBehaviorError` for a model that only repeats calls it has made, again and again: it reads the same
    history each time, and might do so for ever."""
    turns = [calls, *(turn.calls for turn in reversed(live.run.turns[:-1]))][:REPEATS_AT_MOST]
    if len(turns) == REPEATS_AT_MOST and all(each and all(call.replay_of for call in each) for each in turns):
        raise ModelBehaviorError(
            f"The model has repeated earlier calls {REPEATS_AT_MOST} times, and done nothing else."
        )


async def _may_answer(
    live: Live, turn: Turn, response: Response, agent: Agent[Any], said_before: list[GuardrailResult]
) -> None:
    """Raises when the answer has another form than the agent's, or a guardrail objects; then nobody reads it again.

    When a guardrail fails the answer is not kept either: the model is asked again, and `said_before` is what there is.
    """
    answer = answer_of_model(agent, response)
    try:
        await guard_answer(live, agent, answer)
    except TripwireTriggered:
        turn.response = response.model_copy(update={"output": []})
        await live.save()
        raise
    except BaseException:
        turn.response, live.run.guardrails = None, said_before
        raise


async def _guarded_response(
    live: Live, request: ModelRequest, agent: Agent[Any], turn: Turn
) -> tuple[Response, list[GuardrailResult]]:
    """The answer, and what guardrails said of the question; when one objects, the model is not waited for."""
    said = [item for message in turn.input for item in message.items]
    if not said or not (agent.input_guardrails or live.setting.config.input_guardrails):
        return await _response(live, request, agent), []
    before = await guard_question(live, agent, said, beside=False)
    asking = asyncio.create_task(_response(live, request, agent))
    try:
        beside = await guard_question(live, agent, said, beside=True)
        return await asking, [*before, *beside]
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def _response(live: Live, request: ModelRequest, agent: Agent[Any]) -> Response:
    model = model_of(agent, live.setting.config)
    return await live.spans.model_call(model, request, _answer(live, request, model))


async def _answer(live: Live, request: ModelRequest, model: Model) -> Response:
    """The whole answer; where somebody listens it is streamed."""
    if live.setting.tell is None:
        return await model.get_response(request)
    async for event in model.stream_response(request):
        if isinstance(event, Response):
            return event
        live.tell(RawResponsesStreamEvent(event))
    raise ModelBehaviorError("The model's answer broke off before it was complete.")


async def _tell(live: Live, turn: Turn, response: Response, agent: Agent[Any]) -> None:
    for raw in turn.shown:
        live.tell(item_event(response_item(raw, agent, turn)))
    ctx = await live.context()
    await live.tell_hooks(agent.name, lambda hooks: hooks.on_llm_end(ctx, agent, response))
    if live.run.ended:
        await live.tell_hooks(agent.name, lambda hooks: hooks.on_agent_end(ctx, agent, output_text(response.output)))
