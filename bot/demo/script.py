"""What the offline model answers: simple rules over the conversation, so that a demo and a test know what comes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

from pydantic import JsonValue
from pydantic_core import from_json

from bot.demo.conversation import FunctionCall, FunctionCallOutput, Item, Message
from bot.demo.model_request import ModelRequest
from bot.demo.wishes import ToolName, Unclear, Wish, read_wishes


@dataclass(frozen=True)
class Call:
    """A call that the model asks for, with its arguments as JSON."""

    tool: str
    arguments: str


@dataclass(frozen=True)
class Reply:
    """What the model says: a text, or the calls to be made before it can say something."""

    text: str = ""
    calls: tuple[Call, ...] = ()


def answer(request: ModelRequest) -> Reply:
    """Ask for the calls that are still to be made, step by step; when all have come back, tell how they ended.

    Everything that was said since the last answer is dealt with, and nothing before it.
    """
    recent = _since_last_answer(request.input)
    asked = [read_wishes(item.text) for item in recent if isinstance(item, Message) and item.role == "user"]
    made = [item for item in recent if isinstance(item, FunctionCall)]
    due = list(_due(asked, made, offered=request.offered))
    if due:
        return Reply(calls=tuple(due if request.parallel_tool_calls else due[:1]))
    return Reply(text=_told(recent, asked, offered=request.offered))


def _since_last_answer(items: Sequence[Item]) -> Sequence[Item]:
    for at in range(len(items) - 1, -1, -1):
        item = items[at]
        if isinstance(item, Message) and item.role == "assistant":
            return items[at + 1 :]
    return items


Wishes = list[Wish | Unclear]


def _due(asked: list[Wishes], made: list[FunctionCall], *, offered: frozenset[str]) -> Iterator[Call]:
    """The calls to ask for now: of each message the first step that has any left."""
    done = [(call.name, _parsed(call.arguments)) for call in made]
    for wishes in asked:
        step: int | None = None
        for wish in wishes:
            if isinstance(wish, Unclear) or wish.tool not in offered:
                continue
            if (wish.tool, _arguments(wish)) in done:
                done.remove((wish.tool, _arguments(wish)))
            elif step is None or wish.step == step:
                step = wish.step
                yield Call(wish.tool, json.dumps(_arguments(wish), ensure_ascii=False, separators=(",", ":")))


def _arguments(wish: Wish) -> JsonValue:
    match wish.tool:
        case "list_services":
            return {}
        case "restart_service" | "rotate_secret":
            return {"service": wish.service}
        case "scale_service":
            return {"service": wish.service, "replicas": wish.replicas}


def _parsed(arguments: str) -> JsonValue:
    try:
        return from_json(arguments)
    except ValueError:  # no JSON, so no call of ours
        return None


def _told(recent: Sequence[Item], asked: list[Wishes], *, offered: frozenset[str]) -> str:
    outputs = {item.call_id: item.text for item in recent if isinstance(item, FunctionCallOutput)}
    ended = [
        (_in_words(item.name, _parsed(item.arguments)), outputs[item.call_id].strip())
        for item in recent
        if isinstance(item, FunctionCall)
    ]
    said = [part for wishes in asked for part in wishes]
    impossible = [part for part in said if isinstance(part, Wish) and part.tool not in offered]
    if not ended and not impossible:
        return _what_it_can_do(offered)
    told = [_endings(ended)] if ended else []
    told += [
        f"I cannot {_in_words(wish.tool, _arguments(wish))}: I was not given the tool `{wish.tool}`."
        for wish in impossible
    ]
    told += [f"I did not understand {_code(part.words)}." for part in said if isinstance(part, Unclear)]
    return "\n\n".join(dict.fromkeys(told))


def _endings(ended: list[tuple[str, str]]) -> str:
    """What each call brought, in its own words, be it an output or the reason of a rejection."""
    if len(ended) == 1:
        words, output = ended[0]
        return f"{words}:\n\n{output}" if "\n" in output else f"{words}: {output}"
    return "\n".join(_ending(words, output) for words, output in ended)


def _ending(words: str, output: str) -> str:
    return f"- {words}:\n{indent(output, '  ')}" if "\n" in output else f"- {words}: {output}"


def _in_words(tool: str, arguments: JsonValue) -> str:
    match tool, arguments:
        case "list_services", _:
            return _code("list services")
        case "restart_service", {"service": service}:
            return _code(f"restart {service}")
        case "scale_service", {"service": service, "replicas": replicas}:
            return _code(f"scale {service} to {replicas}")
        case "rotate_secret", {"service": service}:
            return _code(f"rotate the secret of {service}")
        case _:
            return _code(tool)


def _code(words: str) -> str:
    """The words as code on one line: whatever they are, nothing in them is read as Markdown."""
    line = " ".join(words.replace("`", "'").split())
    return f"`{line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + '…'}`"


_LONGEST_LINE = 80

_EXAMPLES: dict[ToolName, tuple[str, ...]] = {
    "list_services": ("what is running?",),
    "restart_service": ("restart web-1", "restart web-1 and web-2"),
    "scale_service": ("scale api to 4", "scale api to 8"),
    "rotate_secret": ("rotate the secret of api",),
}


def _what_it_can_do(offered: frozenset[str]) -> str:
    examples = [example for tool, those in _EXAMPLES.items() if tool in offered for example in those]
    if not examples:
        return "I look after a small make-believe fleet, but I was given none of the tools for it."
    listed = "\n".join(f"- `{example}`" for example in examples)
    return (
        f"I look after a small make-believe fleet. Ask me for one of these, or for several with *and* or *then*:\n\n"
        f"{listed}\n\nWhat could do harm waits until someone approves it."
    )
