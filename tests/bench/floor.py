"""The floor: a human-in-the-loop cycle written by hand, with nothing that is not needed for this one cycle."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import redis.asyncio
from openai import AsyncOpenAI

Item = dict[str, Any]
Ask = Callable[[Sequence[Item]], Awaitable[list[Item]]]


async def floor_cycle(ask: Ask, store: redis.asyncio.Redis, question: Sequence[Item]) -> str:
    """Ask, store what waits, load it, approve it, run the tools, ask again."""
    items = [*question, *await ask(question)]
    await store.set("bench:floor", json.dumps(items))
    loaded: list[Item] = json.loads(await store.get("bench:floor") or "[]")
    for item in [each for each in loaded if each.get("type") == "function_call"]:
        output = await delete(**json.loads(item["arguments"]))
        loaded.append({"type": "function_call_output", "call_id": item["call_id"], "output": output})
    answer = await ask(loaded)
    return str(answer[0]["content"][0]["text"])


async def delete(order: str) -> str:
    return f"{order} is deleted"


TOOL: Any = {
    "type": "function",
    "name": "delete",
    "description": "Delete an order.",
    "parameters": {
        "type": "object",
        "properties": {"order": {"type": "string", "title": "Order"}},
        "required": ["order"],
        "additionalProperties": False,
    },
    "strict": True,
}


def over_http(client: AsyncOpenAI) -> Ask:
    """Ask with the client's own typed method."""

    async def ask(items: Sequence[Item]) -> list[Item]:
        given: Any = items
        response = await client.responses.create(model="gpt-5.1", input=given, tools=[TOOL], instructions="Be brief.")
        return [item.model_dump(mode="json", exclude_unset=True) for item in response.output]

    return ask
