"""What becomes the answer of a run, and whether it may."""

from __future__ import annotations

import inspect
import json
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue

from bot.agents.agent import Agent
from bot.agents.checkpoint import checkpoint
from bot.agents.error_handlers import RunErrorHandlerInput
from bot.agents.errors import MaxTurnsExceeded, ModelRefusalError, UserError
from bot.agents.items import response_item
from bot.agents.loop.app_code import app_code
from bot.agents.loop.guarding import as_json
from bot.agents.loop.guarding_agents import guard_answer
from bot.agents.loop.live import Live
from bot.agents.record.forms import answer_as_text
from bot.agents.record.kept import Ended
from bot.agents.record.message import Response, output_text, refusal
from bot.agents.record.tree import RunTree, Turn
from bot.agents.stream_events import item_event
from bot.agents.tools.tool_behavior import FunctionToolResult, StopAtTools, ToolsToFinalOutputResult

_FROM_TOOLS = ("function", "agent", "mcp_local")


async def answer_of_tools(live: Live) -> bool:
    """End the run with what its tools returned, where its agent says that this is the answer; true when it did."""
    turn = live.turn
    if turn is None or not turn.response or not turn.calls:
        return False
    agent = live.agent(turn.agent)
    said = await _final_output(live, turn, agent)
    if not said.is_final_output:
        return False
    await guard_answer(live, agent, said.final_output)
    await _end(live, agent, as_json(said.final_output))
    return True


async def answer_at_limit(live: Live) -> bool:
    """End the run with what the app makes of its limit of turns, if anything; true when it did.

    Guardrails on the answer look at that too.
    """
    handler = live.setting.on_limit
    if handler is None:
        return False
    error = over_limit(live.run)
    async with app_code("The handler of max_turns", live.setting.journal):
        told = handler(RunErrorHandlerInput(error=error, context=await live.context()))
        said = await told if inspect.isawaitable(told) else told
    if said is None:
        return False
    agent, output = live.agent(live.run.agent), as_json(said.final_output)
    await guard_answer(live, agent, said.final_output)
    turns = [Turn(agent=agent.name, response=_as_said(output))] if said.include_in_history else []
    live.run.turns += turns
    await _end(live, agent, output)
    for item in [item for turn in turns for item in turn.brought]:
        live.tell(item_event(response_item(item, agent, turns[0])))
    return True


async def _end(live: Live, agent: Agent[Any], output: JsonValue) -> None:
    """End the run with an answer that the model did not give."""
    live.run.ended = Ended(how="done", output=output, at=datetime.now(UTC))
    await live.save()
    checkpoint("response saved")
    ctx = await live.context()
    await live.tell_hooks(agent.name, lambda hooks: hooks.on_agent_end(ctx, agent, output))


def over_limit(run: RunTree) -> MaxTurnsExceeded:
    """The error of a run that has had its turns."""
    return MaxTurnsExceeded(
        f"The run has had its {run.max_turns} turns. Go on with a greater max_turns, or None for no limit."
    )


def _as_said(output: JsonValue) -> Response:
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    content: list[JsonValue] = [{"type": "output_text", "text": text, "annotations": []}]
    return Response(output=[{"type": "message", "role": "assistant", "status": "completed", "content": content}])


def answer_of_model(agent: Agent[Any], response: Response) -> Any:
    """What the model said last, in the form that the agent gives it.

    Raises `ModelBehaviorError` when it has another form, `ModelRefusalError` when the model refused instead.
    """
    schema, text = agent.output_schema, output_text(response.output)
    if schema is None or schema.is_plain_text():
        return text
    if refused := refusal(response.output):
        raise ModelRefusalError(refused)
    return schema.validate_json(text)


async def _final_output(live: Live, turn: Turn, agent: Agent[Any]) -> ToolsToFinalOutputResult:
    behavior = agent.tool_use_behavior
    results = [
        FunctionToolResult(call.tool, answer_as_text(call.output or {}))
        for call in turn.calls
        if call.status == "done" and call.kind in _FROM_TOOLS
    ]
    match behavior:
        case "run_llm_again":
            return ToolsToFinalOutputResult(is_final_output=False)
        case "stop_on_first_tool":
            final = results[:1]
        case StopAtTools(stop_at_tool_names=names):
            final = [result for result in results if result.tool in names][:1]
        case _:
            async with app_code(f"tool_use_behavior of {agent.name}", live.setting.journal):
                told = behavior(await live.context(), results)
                said = await told if inspect.isawaitable(told) else told
            if not isinstance(said, ToolsToFinalOutputResult):  # pyright: ignore[reportUnnecessaryIsInstance]: the app's
                raise UserError(f"tool_use_behavior of {agent.name} must return a ToolsToFinalOutputResult.")
            return said
    return ToolsToFinalOutputResult(is_final_output=bool(final), final_output=final[0].output if final else None)
