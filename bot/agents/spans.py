"""The spans of one leg of a run: the run as a whole, its turns, and what happens in these."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span, set_span_in_context, use_span

from bot.agents.agent import Handoff
from bot.agents.guardrail import GuardrailFunctionOutput
from bot.agents.loop.execution import Outcome
from bot.agents.loop.setting import Setting
from bot.agents.models.choice import name_of
from bot.agents.models.interface import Model, ModelRequest
from bot.agents.record.message import Response
from bot.agents.record.tree import Call, RunTree
from bot.agents.span_attributes import (
    of_body,
    of_guardrail,
    of_leg_end,
    of_request,
    of_response,
    of_run,
    of_turn,
    of_wait,
)
from bot.agents.tools.tool import CallableTool
from bot.agents.tools.tool_guardrails import ToolGuardrailFunctionOutput
from bot.agents.trace_of_run import Place, first_span, kept_as, place_of
from bot.agents.tracing import below, end_span, mark_failed, open_span, start_span, tell

Word = TypeVar("Word", GuardrailFunctionOutput, ToolGuardrailFunctionOutput)


class Spans:
    """What watches a leg. Where nobody records spans it does next to nothing, and changes nothing."""

    def __init__(self, run: RunTree, setting: Setting, *, path: str) -> None:
        self._run = run
        self._config = setting.config
        self._sensitive = setting.config.trace_include_sensitive_data
        self._session = setting.session.session_id if setting.session else None
        self._path = path
        self._leg: Span = INVALID_SPAN
        self._recording = False
        self._turn: Span = INVALID_SPAN
        self._turn_number = 0

    @contextmanager
    def leg(self) -> Generator[None]:
        """Around all that is done now. A run that was traced before goes on in its trace, under its first span."""
        if self._config.tracing_disabled:
            yield
            return
        place = Place() if self._path else place_of(self._run.trace, self._config)
        self._leg = start_span(f"invoke_agent {self._run.agent}", {}, context=place.context, links=place.links)
        self._recording = self._leg.is_recording()
        found = self._leg.get_span_context()
        if found.is_valid and not self._path and not place.joined:
            self._run.trace = kept_as(found, self._run.trace, self._config)
        if not found.is_valid:
            yield
            return
        with use_span(self._leg, record_exception=False, set_status_on_exception=False), self._recorded():
            yield

    @contextmanager
    def _recorded(self) -> Generator[None]:
        if not self._recording:
            yield
            return
        before = self._run.usage
        tell(self._leg, of_run(self._run, path=self._path, session=self._session))
        try:
            yield
        except BaseException as error:
            mark_failed(self._leg, type(error).__name__)
            raise
        finally:
            tell(self._leg, of_leg_end(self._run, self._run.usage - before))
            end_span(self._turn)
            end_span(self._leg)

    async def model_call(self, model: Model, request: ModelRequest, answer: Awaitable[Response]) -> Response:
        """Await the answer of the model."""
        if not self._recording:
            return await answer
        told = of_request(self._run, request, model=model, sensitive=self._sensitive)
        with open_span(f"chat {name_of(model)}", told, context=self._in_turn()) as span:
            response = await answer
            tell(span, of_response(response, sensitive=self._sensitive))
            return response

    async def tool_call(self, call: Call, tool: CallableTool, body: Awaitable[Outcome]) -> Outcome:
        """Await the body of a call; the run of an agent that is called is within."""
        if not self._recording:
            return await body
        name = f"handoff {tool.agent.name}" if isinstance(tool, Handoff) else f"execute_tool {call.tool}"
        told = of_body(self._run, call, tool, sensitive=self._sensitive)
        with open_span(name, told, context=self._in_turn()) as span:
            outcome = await body
            tell(span, {"assent.call.status": outcome.status})
            if outcome.status in ("failed", "unknown"):
                mark_failed(span, outcome.error_class)
            if self._sensitive and outcome.status == "done":
                tell(span, {"gen_ai.tool.call.result": outcome.text})
            return outcome

    async def guardrail(self, name: str, stage: str, said: Awaitable[Word]) -> Word:
        """Await the word of a guardrail."""
        if not self._recording:
            return await said
        told = of_guardrail(self._run, name, stage)
        with open_span(f"guardrail {name}", told, context=self._in_turn()) as span:
            word = await said
            tell(span, {"assent.guardrail.tripped": _tripped(word)})
            return word

    def waited(self, call: Call) -> None:
        """Somebody has decided on a call that waited: from when it came to need a person until then."""
        decision, asked_at = call.decision, call.asked_at
        if not self._recording or decision is None or asked_at is None:
            return
        kept = self._run.trace
        context = below(first_span(kept)) if kept else set_span_in_context(self._leg)
        told = of_wait(self._run, call, sensitive=self._sensitive)
        span = start_span(f"approval {call.tool}", told, context=context, start_time=_nanoseconds(asked_at))
        end_span(span, end_time=_nanoseconds(max(asked_at, decision.at)))  # the clocks of machines differ

    def _in_turn(self) -> Context:
        """Where what happens now begins: in the present turn, whose span begins with the first thing in it."""
        number = max(1, len(self._run.turns))
        if number != self._turn_number:
            end_span(self._turn)
            self._turn_number = number
            self._turn = start_span("turn", of_turn(self._run, number), context=set_span_in_context(self._leg))
        return set_span_in_context(self._turn)


def _tripped(word: GuardrailFunctionOutput | ToolGuardrailFunctionOutput) -> bool:
    return word.tripwire_triggered if isinstance(word, GuardrailFunctionOutput) else word.behavior != "allow"


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
