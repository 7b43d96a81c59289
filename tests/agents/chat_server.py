"""A server of Chat Completions that answers what a test tells it to, and refuses a history that real ones refuse."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.agents.responses_server import Answer, ResponsesServer, served


class ChatServer(ResponsesServer):
    """Answers each request with the next of `answers`, the last one again and again."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        wrong = wrong_in(body["messages"])
        if wrong:
            return web.json_response({"error": {"message": wrong}}, status=400)
        return await super().answer(request)


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncGenerator[ChatServer]:
    """The server, on a free port of this machine, until the block ends."""
    server = ChatServer(list(answers))
    async with served(server, "/v1/chat/completions"):
        yield server


def wrong_in(messages: Sequence[dict[str, Any]]) -> str:
    """What a strict server has against a history: calls without outputs right after them, or that it cannot parse."""
    open_calls: list[str] = []
    for place, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                return f"messages[{place}] answers no call before it"
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            return f"messages[{place}] comes before the outputs of {open_calls}"
        calls = message.get("tool_calls", [])
        if message["role"] == "assistant" and not (message["content"] or message.get("refusal") or calls):
            return f"messages[{place}] says nothing"
        for call in calls:
            if not isinstance(json.loads(call["function"]["arguments"]), dict):
                return f"messages[{place}] has arguments that are no object"
        open_calls = [call["id"] for call in calls]
    return f"no output of {open_calls}" if open_calls else ""


def tool_call(
    name: str, arguments: str | dict[str, str] | None = None, *, call_id: str | None = "call_1"
) -> dict[str, Any]:
    """A call in a message; `arguments` may be any text, also broken JSON. Without a `call_id` it has none."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    call: dict[str, Any] = {"type": "function", "function": {"name": name, "arguments": text}}
    return call if call_id is None else {"id": call_id} | call


def completion(
    content: str | None = None, *calls: dict[str, Any], finish: str | None = None, **message: object
) -> dict[str, Any]:
    """The body of a whole answer."""
    said: dict[str, object] = {"role": "assistant", "content": content, "refusal": None}
    if calls:
        said["tool_calls"] = list(calls)
    reason = finish or ("tool_calls" if calls else "stop")
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1763964000,
        "model": "qwen3",
        "choices": [{"index": 0, "message": said | message, "logprobs": None, "finish_reason": reason}],
        "usage": USAGE,
    }


USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 3,
    "total_tokens": 15,
    "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


def chunk(finish: str | None = None, **delta: object) -> dict[str, Any]:
    """One chunk of a streamed answer."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1763964000, "model": "qwen3"}
    return head | {"choices": [choice], "usage": None}


def fragment(index: int | None, arguments: str | None = None, **fields: object) -> dict[str, Any]:
    """A chunk with a fragment of a call; `name` and `id` are where OpenAI has them."""
    function = {"name": fields.pop("name")} if "name" in fields else {}
    call = {**fields, "function": function if arguments is None else function | {"arguments": arguments}}
    return chunk(tool_calls=[call if index is None else {"index": index} | call])


def chunks(whole: dict[str, Any], *, letters: int = 1) -> list[object]:
    """A whole answer as OpenAI streams it: so many letters at a time, the usage last."""
    choice = whole["choices"][0]
    message = choice["message"]
    sent: list[object] = [chunk(role="assistant", content="")]
    for field in ("reasoning_content", "reasoning", "content", "refusal"):
        sent += [chunk(**{field: piece}) for piece in _pieces(message.get(field) or "", letters)]
    for index, call in enumerate(message.get("tool_calls", [])):
        given = {name: value for name, value in call.items() if name not in ("type", "function")}
        sent.append(fragment(index, "", type="function", name=call["function"]["name"], **given))
        sent += [fragment(index, piece) for piece in _pieces(call["function"]["arguments"], letters)]
    last = chunk(choice["finish_reason"])
    return [*sent, last, last | {"choices": [], "usage": whole["usage"]}, "data: [DONE]\n\n"]


def _pieces(text: str, letters: int) -> list[str]:
    return [text[at : at + letters] for at in range(0, len(text), letters)]


def answered(whole: dict[str, Any], *, streamed: bool) -> Answer:
    """A whole answer, streamed or not."""
    return Answer(events=chunks(whole)) if streamed else Answer(body=whole)
