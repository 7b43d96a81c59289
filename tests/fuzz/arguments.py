"""Hostile answers of the model through whole runs: `python -m tests.fuzz.arguments 100000`.

An input is one answer, of up to four items or of too many. A run has up to three, and people decide at random what
waits. No body may be entered that nobody approved, nothing may be raised but our own errors and the client's, and a run
that waits must be one that can be put away and loaded.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import openai

from bot.agents import Agent, AgentsError, OpenAIResponsesModel, Runner, RunState
from bot.agents.models.interface import Model, ModelRequest, RawEvent
from bot.agents.record.message import Response
from bot.agents.record.plain import Item
from bot.agents.testing import message
from tests.agents.responses_server import response
from tests.fuzz.junk import item, json_value
from tests.fuzz.office import Doors, Same, office, told

_LEGS = 4
_BY_WIRE = 0.15
"""How many of the runs go through the provider's client."""


async def fuzz(inputs: int, seed: int) -> Counter[str]:
    """How often each thing came of the inputs; a run that fails is named, and ends it."""
    came: Counter[str] = Counter()
    model = Same(_Answers([]))
    agent, given, number = office(model), 0, 0
    while given < inputs:
        chance = random.Random(f"{seed}:{number}")
        answers = [_answer(chance) for _ in range(min(chance.randint(1, 3), inputs - given))]
        given += len(answers)
        try:
            model.inner = _by_wire(chance, answers) if chance.random() < _BY_WIRE else _Answers([*answers])
            came.update(await _lived(agent, chance))
        except Exception as error:
            raise SystemExit(f"Run {number} of seed {seed}: {type(error).__name__}: {error}\n{answers}") from error
        number += 1
    return came


async def _lived(agent: Agent[Any], chance: random.Random) -> list[str]:
    """What came of one run: an error that it may raise, its end, or that people did not decide on all of it."""
    doors, came = Doors(), list[str]()
    given: str | RunState = "Go"
    for _ in range(_LEGS):
        try:
            state = (await Runner.run(agent, given, context=doors, max_turns=6)).to_state()
        except (AgentsError, openai.OpenAIError) as error:
            came.append(type(error).__name__)
            break
        finally:
            assert doors.broken_open == [], f"entered without approval: {doors.broken_open}"
        if state.ended:
            came.append("ended")
            break
        given = await RunState.from_string(
            agent, state.to_string(context_serializer=lambda _: {}), context_override=doors
        )
        _decide(given, doors, chance)
    return [*came, *["bodies entered"] * len(doors.entered)] or ["waits"]


def _decide(state: RunState, doors: Doors, chance: random.Random) -> None:
    for interruption in state.get_interruptions():
        path = interruption.path or ""
        try:
            match chance.randrange(4):
                case 0:
                    state.reject(interruption)
                case 1 | 2:
                    state.approve(interruption)
                    doors.approved.add(path)
                case _:
                    pass
        except AgentsError:  # such as for a request that names no tool
            doors.approved.discard(path)


def _answer(chance: random.Random) -> list[Item]:
    count = chance.randint(20, 30) if chance.random() < 0.01 else chance.randint(0, 4)
    return [item(chance) for _ in range(count)]


@dataclass
class _Answers:
    """Gives one answer after the other, and then says that all is done."""

    left: list[Sequence[Item]]

    async def get_response(self, request: ModelRequest) -> Response:  # noqa: ARG002
        output = self.left.pop(0) if self.left else [message("Done.")]
        return Response.model_construct(id="resp", output=list(output))

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        yield await self.get_response(request)


def _by_wire(chance: random.Random, answers: Sequence[Sequence[Item]]) -> Model:
    """The same answers as a server gives them, whole or with something in them that no answer has."""
    bodies: list[Any] = [response(*answer) for answer in answers]
    for body in bodies:
        if chance.random() < 0.3:
            body[chance.choice(list(body))] = json_value(chance)
    texts = [json.dumps(body) for body in [*bodies, response(message("Done."))]]

    def reply(_: httpx2.Request) -> httpx2.Response:
        text = texts.pop(0) if len(texts) > 1 else texts[0]
        return httpx2.Response(200, text=text, headers={"Content-Type": "application/json"})

    transport = httpx2.AsyncClient(transport=httpx2.MockTransport(reply))
    client = openai.AsyncOpenAI(
        api_key="sk-test", base_url="http://model.invalid/v1", max_retries=0, http_client=transport
    )
    return OpenAIResponsesModel("gpt-5.1", client)


if __name__ == "__main__":
    told(__doc__, fuzz)
