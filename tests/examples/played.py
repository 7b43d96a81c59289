"""An example as a program of its own: a scripted model answers it, and what is typed is known beforehand."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from bot.agents.record.message import output_text
from bot.agents.record.plain import Item
from tests.agents.responses_server import Answer, response, serving
from tests.cli.commands import environment

_ENDS_WITHIN = 60.0


@dataclass(frozen=True)
class Played:
    """What it printed, and the requests that it made of the model."""

    out: str
    requests: list[dict[str, Any]]

    def outputs(self, request: int) -> list[dict[str, Any]]:
        """What the model was told of its calls, the n-th time."""
        return [item for item in self.requests[request]["input"] if "output" in item or "approve" in item]


async def play(
    name: str, *words: str, model: Sequence[Sequence[Item]], typed: str = "", at: Path, streamed: bool = False
) -> Played:
    """Run `python -m bot.examples.NAME` to its end, the letters of `typed` a line each."""
    async with serving(*(answer(*output, streamed=streamed) for output in model)) as server:
        out = await run(name, *words, base_url=server.base_url, typed=typed, at=at)
        return Played(out, [sent.body for sent in server.requests])


async def run(name: str, *words: str, base_url: str, typed: str = "", at: Path) -> str:
    """Run it with the model at an address; what it printed. Fails unless it ends well."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"bot.examples.{name}", *words),
        cwd=at,
        env=environment({"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": base_url}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_ENDS_WITHIN):
            out, err = await process.communicate("".join(f"{letter}\n" for letter in typed).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    return out.decode()


def files_in(directory: Path) -> list[str]:
    """The names of what lies there."""
    return sorted(each.name for each in directory.iterdir())


def answer(*output: Item, streamed: bool = False) -> Answer:
    """The model's answer, whole or as the events of a stream."""
    body = response(*output)
    return Answer(events=_events(body, output)) if streamed else Answer(body=body)


def shell_call(*commands: str, call_id: str = "call_1") -> Item:
    """The model wants commands to be run."""
    action: dict[str, JsonValue] = {"commands": list(commands), "timeout_ms": None, "max_output_length": None}
    return {"type": "shell_call", "id": f"sh_{call_id}", "call_id": call_id, "status": "completed", "action": action}


def patch_call(kind: str, path: str, diff: str, *, call_id: str = "call_1") -> Item:
    """The model wants a file to be changed."""
    operation: dict[str, JsonValue] = {"type": kind, "path": path, "diff": diff}
    head: Item = {"type": "apply_patch_call", "id": f"ap_{call_id}", "call_id": call_id, "status": "completed"}
    return {**head, "operation": operation}


def mcp_request(tool: str, arguments: str = "{}", *, id: str = "mcpr_1") -> Item:
    """The provider asks whether it may call a tool of deepwiki."""
    return {
        "type": "mcp_approval_request",
        "id": id,
        "server_label": "deepwiki",
        "name": tool,
        "arguments": arguments,
    }


def _events(body: dict[str, Any], output: Sequence[Item]) -> list[dict[str, Any]]:
    """Those of a stream, with what is said in words."""
    events: list[dict[str, Any]] = [{"type": "response.created", "response": body | {"output": []}}]
    for place, item in enumerate(output):
        words = output_text([item]).split(" ") if item["type"] == "message" else []
        of_item = {"item_id": item["id"], "output_index": place, "content_index": 0, "logprobs": []}
        events += [{"type": "response.output_text.delta", "delta": f"{word} ", **of_item} for word in words]
        events.append({"type": "response.output_item.done", "output_index": place, "item": item})
    events.append({"type": "response.completed", "response": body})
    return [event | {"sequence_number": number} for number, event in enumerate(events)]
