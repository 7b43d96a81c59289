"""A server for the Responses API that keeps histories, and refuses what does not fit to them, as OpenAI does."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.agents.record.plain import Item
from tests.agents.responses_server import Answer, ResponsesServer, Sent, response, served


@dataclass(frozen=True)
class Says:
    """The model's answer. With `failure` there is none, and nothing of the request is kept; `id` may be missing."""

    output: Sequence[Item] = ()
    id: str | None = ""
    failure: int = 0


@dataclass
class KeepingServer(ResponsesServer):
    """Answers with the next of `script`; `refused` has why it would not take a request.

    `responses` has the history up to each response, `conversations` that of each conversation.
    """

    answers: list[Answer] = field(default_factory=list[Answer])
    script: list[Says] = field(default_factory=list[Says])
    responses: dict[str, list[Item]] = field(default_factory=dict[str, list[Item]])
    conversations: dict[str, list[Item]] = field(default_factory=dict[str, list[Item]])
    refused: list[str] = field(default_factory=list[str])

    @property
    def inputs(self) -> list[list[Item]]:
        """What each request brought."""
        return [sent.body["input"] for sent in self.requests]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body: dict[str, Any] = await request.json()
        self.requests.append(Sent(body, request.headers, dict(request.query)))
        if len(self.requests) > len(self.script):
            return self._refuse("The script has no further answer.")
        said = self.script[len(self.requests) - 1]
        if said.failure:
            return web.json_response({"error": {"message": "Broken."}}, status=said.failure)
        history = self._before(body)
        if history is None:
            return self._refuse("There is no such history.")
        history = [*history, *body["input"]]
        if why := _wrong_with(history):
            return self._refuse(why)
        id = f"resp_{len(self.requests)}" if said.id == "" else said.id
        history += said.output
        if id:
            self.responses[id] = history
        if conversation := body.get("conversation"):
            self.conversations[conversation] = history
        return await self._say(request, response(*said.output, id=id), stream=bool(body.get("stream")))

    def _before(self, body: dict[str, Any]) -> list[Item] | None:
        """What the history of a request has already, or None where there is no such history, or there are two."""
        match body.get("previous_response_id"), body.get("conversation"):
            case None, None:
                return []
            case str(previous), None:
                return self.responses.get(previous)
            case None, str(conversation):
                return self.conversations.get(conversation)
            case _:
                return None

    async def _say(self, request: web.Request, body: dict[str, Any], *, stream: bool) -> web.StreamResponse:
        if not stream:
            return web.json_response(body)
        return await self._stream(request, Answer(), [{"type": "response.completed", "response": body}])

    def _refuse(self, why: str) -> web.Response:
        self.refused.append(why)
        return web.Response(status=400, text=json.dumps({"error": {"message": why}}), content_type="application/json")


def _wrong_with(history: Sequence[Item]) -> str | None:
    """Why no model can go on with that history."""
    ids = [item["id"] for item in history if "id" in item and "output" not in item]
    if len(set(map(str, ids))) < len(ids):
        return "Duplicate item."
    calls = [item["call_id"] for item in history if str(item.get("type")).endswith("_call")]
    calls += [item["id"] for item in history if item.get("type") == "mcp_approval_request"]
    answered = [item["call_id"] for item in history if str(item.get("type")).endswith("_call_output")]
    answered += [item["approval_request_id"] for item in history if item.get("type") == "mcp_approval_response"]
    for each in answered:
        if each not in calls:
            return f"No tool call found for output {each}."
        if answered.count(each) > 1:
            return f"The output of {each} was given before."
    unanswered = [each for each in calls if each not in answered]
    return f"No tool output found for call {unanswered[0]}." if unanswered else None


@asynccontextmanager
async def keeping(*script: Says) -> AsyncGenerator[KeepingServer]:
    """The server, on a free port of this machine, until the block ends; it has the conversation conv_1."""
    server = KeepingServer(script=list(script), conversations={"conv_1": []})
    async with served(server, "/v1/responses"):
        yield server
