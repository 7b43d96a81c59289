"""The provider's items that ask for something to be done, and those that answer them: a form for each kind."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from bot.agents.record.clean import encodable
from bot.agents.record.content import Arguments, canonical, parse_arguments
from bot.agents.record.decision import Kind
from bot.agents.record.plain import Item, text_of

NOT_APPROVED = "Tool execution was not approved."
"""What the model reads of a call that a person rejected without a word."""


@dataclass(frozen=True)
class Told:
    """What the model is told of a call: `text`, or `content` where the tool gave more than a text.

    `made` is whether the call was carried out.
    """

    text: str
    made: bool = True
    content: JsonValue = None


class Form(Protocol):
    """How a provider's item says what is called, and how it is answered."""

    def name(self, raw: Item) -> str: ...

    def call_id(self, raw: Item) -> str: ...

    def server(self, raw: Item) -> str | None: ...

    def arguments(self, raw: Item) -> Arguments: ...

    def answer(self, raw: Item, told: Told) -> Item:
        """The item that tells what came of it."""
        ...

    def answered(self, answer: Item) -> str:
        """The id of the call that an answer is for."""
        ...


class _Function:
    """Functions, agents, handoffs and local MCP: all of them are functions to the model."""

    def name(self, raw: Item) -> str:
        return text_of(raw, "name")

    def call_id(self, raw: Item) -> str:
        return text_of(raw, "call_id")

    def server(self, raw: Item) -> str | None:  # noqa: ARG002 - the tool knows it, not the item
        return None

    def arguments(self, raw: Item) -> Arguments:
        return parse_arguments(text_of(raw, "arguments"))

    def answer(self, raw: Item, told: Told) -> Item:
        output = encodable(told.text) if told.content is None else told.content
        return {"type": "function_call_output", "call_id": self.call_id(raw), "output": output}

    def answered(self, answer: Item) -> str:
        return text_of(answer, "call_id")


class _Shell(_Function):
    """Commands for a shell."""

    def name(self, raw: Item) -> str:  # noqa: ARG002 - there is one
        return "shell"

    def arguments(self, raw: Item) -> Arguments:
        return _object_in(raw, "action")

    def answer(self, raw: Item, told: Told) -> Item:
        said: dict[str, JsonValue] = {"type": "shell_call_output", "call_id": self.call_id(raw)}
        if isinstance(told.content, dict):
            return said | told.content
        text = encodable(told.text)
        entry: dict[str, JsonValue] = {"stdout": text, "stderr": ""} if told.made else {"stdout": "", "stderr": text}
        entry["outcome"] = {"type": "exit", "exit_code": 0 if told.made else 1}
        outputs: list[JsonValue] = [entry]
        said["output"] = outputs
        return said


class _LocalShell(_Shell):
    """The older form: one command as a list of words, and one text for what came of it."""

    def arguments(self, raw: Item) -> Arguments:
        action = _object_in(raw, "action").value or {}
        words = action.get("command")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            return Arguments("", None, "The command must be a list of words.")
        rest = {key: value for key, value in action.items() if key not in ("type", "command")}
        return _plain({"commands": [shlex.join(map(str, words))], **rest})

    def answer(self, raw: Item, told: Told) -> Item:
        whole = super().answer(raw, told)
        output = json.dumps(whole.get("output"), ensure_ascii=False, separators=(",", ":"))
        return {"type": "local_shell_call_output", "id": self.call_id(raw), "output": output}

    def answered(self, answer: Item) -> str:
        return text_of(answer, "id")


class _ApplyPatch(_Function):
    """A change to a file."""

    def name(self, raw: Item) -> str:  # noqa: ARG002 - there is one
        return "apply_patch"

    def arguments(self, raw: Item) -> Arguments:
        return _object_in(raw, "operation")

    def answer(self, raw: Item, told: Told) -> Item:
        status = "completed" if told.made else "failed"
        output = encodable(told.text)
        return {"type": "apply_patch_call_output", "call_id": self.call_id(raw), "status": status, "output": output}


class _HostedMCP(_Function):
    """A call that the provider makes once it is allowed."""

    def call_id(self, raw: Item) -> str:
        return text_of(raw, "id")

    def server(self, raw: Item) -> str | None:
        return text_of(raw, "server_label") or None

    def answer(self, raw: Item, told: Told) -> Item:
        said: Item = {
            "type": "mcp_approval_response",
            "approval_request_id": self.call_id(raw),
            "approve": told.made,
        }
        if not told.made and told.text != NOT_APPROVED:
            said["reason"] = encodable(told.text)
        return said

    def answered(self, answer: Item) -> str:
        return text_of(answer, "approval_request_id")


_FUNCTION = _Function()

FORMS: Mapping[Kind, Form] = {
    "function": _FUNCTION,
    "agent": _FUNCTION,
    "handoff": _FUNCTION,
    "mcp_local": _FUNCTION,
    "unknown": _FUNCTION,
    "shell": _Shell(),
    "local_shell": _LocalShell(),
    "apply_patch": _ApplyPatch(),
    "mcp_hosted": _HostedMCP(),
}

KINDS: Mapping[str, Kind] = {
    "function_call": "function",
    "shell_call": "shell",
    "local_shell_call": "local_shell",
    "apply_patch_call": "apply_patch",
    "mcp_approval_request": "mcp_hosted",
}
"""What the types of items ask for; which kind of function is meant, the tool of that name says."""

ANSWERS: Mapping[str, Kind] = {
    "shell_call_output": "shell",
    "local_shell_call_output": "local_shell",
    "apply_patch_call_output": "apply_patch",
}
"""What the provider tells of calls that it carried out itself."""


def asks_for(raw: Item) -> Kind | None:
    """What an item of a response wants to be done, or None when it only says something."""
    return KINDS.get(text_of(raw, "type"))


def calls_in(output: Sequence[Item]) -> list[tuple[int, Kind]]:
    """Where in a response the calls stand that are ours to carry out, and what they ask for.

    What the provider carries out itself, as it does in its own containers, stands there with what came of it.
    """
    answered = {FORMS[kind].answered(raw) for raw in output if (kind := ANSWERS.get(text_of(raw, "type")))} - {""}
    return [
        (place, asked)
        for place, raw in enumerate(output)
        if (asked := asks_for(raw)) and FORMS[asked].call_id(raw) not in answered
    ]


def answer_as_text(answer: Item) -> str:
    """What an answer says, for people to read."""
    match answer.get("output"):
        case str(text):
            return text
        case None:
            return text_of(answer, "reason")
        case content:
            return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _object_in(raw: Item, field: str) -> Arguments:
    """An object within an item; what is null in it is the same as what is not there."""
    found = raw.get(field)
    if not isinstance(found, dict):
        return Arguments("", None, f"The call has no {field}.")
    return _plain({key: value for key, value in found.items() if value is not None})


def _plain(value: dict[str, JsonValue]) -> Arguments:
    return Arguments(canonical(value), value)
