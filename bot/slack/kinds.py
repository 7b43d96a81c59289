"""How calls of each kind are shown: what they are called, and what they would do."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from pydantic import JsonValue

from bot.approvals.request import CallKind, Request
from bot.slack.arguments import Shown, literally, object_in, shown
from bot.slack.text import code, size


def called(request: Request) -> str:
    """What people call it, in plain text: "refund", "delete_page on wiki (MCP)", "hand over to billing agent"."""
    return _LOOKS[request.call_kind].name(request)


def content(request: Request) -> Shown:
    """What the call would do, as text that people can read whole; it says all that the request is bound to."""
    return _content(request.call_kind, request.arguments)


@lru_cache(maxsize=32)  # a card is drawn at every look, and half a megabyte takes a tenth of a second
def _content(kind: CallKind, arguments: str) -> Shown:
    return _LOOKS[kind].content(arguments)


@dataclass(frozen=True)
class _Look:
    """The look of one kind. Arguments of another form than the kind has are shown as the JSON that they are."""

    name: Callable[[Request], str]
    content: Callable[[str], Shown] = shown


def _label(request: Request) -> str:
    return request.label


def _of_agent(request: Request) -> str:
    return f"{request.label} (agent)"


def _on_server(request: Request) -> str:
    on = f" on {request.server}" if request.server else ""
    return f"{request.label}{on} (MCP)"


def _hand_over(request: Request) -> str:
    """The label is the other agent's name; where it is not known, the usual name of such a tool holds it."""
    given = request.label if request.label != request.tool else ""
    return f"hand over to {given or request.tool.removeprefix('transfer_to_').replace('_', ' ')}"


def _handed_over(arguments: str) -> Shown:
    """What the other agent is given beside the conversation."""
    if object_in(arguments) == {}:
        return Shown("", (), summary="Nothing but the conversation is handed over.")
    return shown(arguments)


def _task(arguments: str) -> Shown:
    """What an agent is told to do."""
    given = object_in(arguments) or {}
    match given.get("input"):
        case str(task) if len(given) == 1:
            return replace(literally(task, of=arguments), title="Task")
        case _:
            return shown(arguments)


def _commands(arguments: str) -> Shown:
    """The commands of a shell, one to a line; with line breaks in them, a prompt tells where each begins."""
    action = object_in(arguments) or {}
    commands, rest = action.get("commands"), {key: value for key, value in action.items() if key != "commands"}
    limits = _limits(rest)
    if not isinstance(commands, list) or not commands or limits is None:
        return shown(arguments, telling_names=False)
    lines = [command for command in commands if isinstance(command, str)]
    if len(lines) != len(commands):
        return shown(arguments, telling_names=False)
    text, prompted = _one_to_a_line(lines)
    told = literally(text, of=arguments)
    notes = (*told.notes, "$ begins a command, > goes on with it.") if prompted else told.notes
    in_words = ", ".join(limits)
    title = "Command" if len(lines) == 1 else "Commands"
    return replace(told, notes=notes, title=title, summary=in_words[:1].upper() + in_words[1:])


def _one_to_a_line(commands: list[str]) -> tuple[str, bool]:
    if not any("\n" in command or "-----BEGIN" in command for command in commands):
        return "\n".join(commands), False
    return "\n".join("$ " + command.replace("\n", "\n> ") for command in commands), True


_LIMITS = ("working_directory", "user", "timeout_ms", "max_output_length")


def _limits(rest: Mapping[str, JsonValue]) -> list[str] | None:
    """What else an action says, in words, or None when there are no words for all of it."""
    words: list[str] = []
    for key in dict.fromkeys([*_LIMITS, *rest]):
        match key, (value := rest.get(key)):
            case "timeout_ms", int() if _is_number(value):
                words.append(f"for {value / 1000:g} s at most")
            case "max_output_length", int() if _is_number(value):
                words.append(f"with {value:,} characters of output at most")
            case "working_directory", str() if _is_plain(value):
                words.append(f"in {code(value, 2 * _NAME)}")
            case "user", str() if _is_plain(value):
                words.append(f"as {code(value, 2 * _NAME)}")
            case _, None:
                pass
            case "env", dict() if not value:
                pass
            case _:
                return None
    return words


_CHANGES: Mapping[JsonValue, str] = {"create_file": "Create", "update_file": "Update", "delete_file": "Delete"}


def _patch(arguments: str) -> Shown:
    """A change to a file: which, how many lines come and go, and the diff."""
    operation = object_in(arguments) or {}
    match operation.get("type"), operation.get("path"), operation.get("diff", ""):
        case str(kind), str(path), str(diff) if kind in _CHANGES and _is_plain(path) and not operation.keys() - _PATCH:
            told = literally(diff, of=arguments)
            file = f"{_CHANGES[kind]} {code(path, 2 * _NAME)}"
            counted = f" · {_changed(diff)}" if kind != "delete_file" or diff else ""
            return replace(told, title="Diff", summary=f"{file}{counted}")
        case _:
            return shown(arguments)


_PATCH = {"type", "path", "diff"}


def _changed(diff: str) -> str:
    lines = diff.split("\n")
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return f"{_counted(added, 'line')} added, {removed:,} removed"


_NAME = 300
"""Characters of a path or a name in a sentence; with what keeps them from coming alive, twice as many at most."""

_HUGE = 10**12


def _is_plain(name: str) -> bool:
    """Whether it can stand in a sentence as it is, with nothing of it cut, collapsed, hidden or written otherwise."""
    as_it_is = literally(name, of=name).text == name == " ".join(name.split())
    return bool(name) and as_it_is and "`" not in name and size(html.escape(name, quote=False)) <= _NAME


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _HUGE


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


_FUNCTION = _Look(_label)
_SHELL = _Look(_label, _commands)
_MCP = _Look(_on_server)

_LOOKS: Mapping[CallKind, _Look] = {
    "function": _FUNCTION,
    "agent": _Look(_of_agent, _task),
    "shell": _SHELL,
    "local_shell": _SHELL,
    "apply_patch": _Look(_label, _patch),
    "mcp_hosted": _MCP,
    "mcp_local": _MCP,
    "handoff": _Look(_hand_over, _handed_over),
    "unknown": _FUNCTION,
    "": _FUNCTION,
}
