"""Scenarios made up at random: what the model asks for, how each call ends, and what people say to it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from pydantic import JsonValue

from bot.agents.record.plain import Item
from bot.agents.testing import call

Kind = Literal["function", "agent", "shell", "local_shell", "apply_patch", "mcp_hosted", "mcp_local", "handoff"]
Asks = Literal["free", "gated", "rule", "rule says no", "operator", "callback", "guardrail"]
"""Who says that a person must decide: nobody, the tool, its rule, the operator's gate, or a guardrail on its input.

With "callback" the app's `on_approval` decides instead."""

Ends = Literal["well", "raising", "refusing", "misfit"]
"""It may raise when it has had its effect, or before with `NotPerformed`; or its arguments may be no JSON."""

Says = Literal["approve", "reject", "always", "never", "edit"]

_CHANGEABLE = ("function", "agent", "mcp_local")
_ASKS: dict[Kind, Sequence[Asks]] = {
    "function": get_args(Asks),
    "agent": ("free", "gated", "rule", "rule says no", "operator"),
    "shell": ("free", "rule", "operator"),
    "local_shell": ("free", "rule", "operator"),
    "apply_patch": ("free", "rule", "operator"),
    "mcp_hosted": ("gated", "callback"),
    "mcp_local": ("free", "gated", "rule", "rule says no", "operator"),
    "handoff": ("free", "gated", "rule", "operator"),
}
_DEEPEST = 3


@dataclass(frozen=True)
class Step:
    """One call. An idempotent one is `repeatable`; of a `checked` one a guardrail withholds what came of it.

    `within` is what the agent that is called is asked to do, and with `cut` a handoff leaves the history behind.
    """

    kind: Kind
    asks: Asks
    ends: Ends
    says: Says
    repeatable: bool = False
    checked: bool = False
    cut: bool = False
    within: Script = ()

    @property
    def tool(self) -> str:
        """The tool's name; what differs between two tools is in it."""
        asks = "rule" if self.asks == "rule says no" else self.asks
        match self.kind:
            case "function" | "mcp_local":
                return f"{self.kind}_{asks}" + "_repeatable" * self.repeatable + "_checked" * self.checked
            case "agent":
                return f"ask_{asks}" + "_short" * (self.ends == "raising")
            case "handoff":
                return f"hand_over_{asks}" + "_cut" * self.cut
            case _:
                return self.kind

    @property
    def may_not_ask(self) -> bool:
        """Whether nobody need let it go ahead."""
        return self.asks == "free" or (self.asks == "rule says no" and self.ends != "misfit")

    @property
    def refused(self) -> bool:
        return self.says in ("reject", "never")

    @property
    def edited(self) -> bool:
        return self.says == "edit" and self.kind in _CHANGEABLE

    def arguments(self, path: str, *, edited: bool = False) -> dict[str, JsonValue]:
        """What it is called with."""
        order = f"{path} {self.asks}" + " edited" * edited
        return {"input": f"Go {path}" + " edited" * edited} if self.kind == "agent" else {"order": order}

    def item(self, path: str) -> Item:
        """The model's call; its id is the same in the runs of other agents."""
        call_id = path.rsplit("/", 1)[-1]
        order = f"{path} {self.asks}"
        match self.kind:
            case "shell":
                action: dict[str, JsonValue] = {} if self.ends == "misfit" else {"commands": [order]}
                return {"type": "shell_call", "id": f"sh_{call_id}", "call_id": call_id, "action": action}
            case "local_shell":
                words: list[JsonValue] = [1] if self.ends == "misfit" else [*order.split()]
                exec_: dict[str, JsonValue] = {"type": "exec", "command": words, "env": {}}
                return {"type": "local_shell_call", "id": f"ls_{call_id}", "call_id": call_id, "action": exec_}
            case "apply_patch":
                kind = "rename_file" if self.ends == "misfit" else "create_file"
                operation: dict[str, JsonValue] = {"type": kind, "path": order, "diff": "+new"}
                return {"type": "apply_patch_call", "id": f"ap_{call_id}", "call_id": call_id, "operation": operation}
            case "mcp_hosted":
                label = "asking" if self.asks == "gated" else "deciding"
                text = f'{{"order": "{order}"}}'
                asked: Item = {"type": "mcp_approval_request", "id": call_id, "name": "look", "server_label": label}
                return asked | {"arguments": text}
            case _:
                broken = f'{{"order": "{order}"' if self.ends == "misfit" else None
                return call(self.tool, broken or self.arguments(path), call_id=call_id)

    def __str__(self) -> str:
        flags = "repeatable " * self.repeatable + "checked " * self.checked + "cut " * self.cut
        return f"{flags}{self.kind} [{self.asks}] ends {self.ends}; people: {self.says}"


Script: TypeAlias = tuple[tuple[Step, ...], ...]
"""What the model asks for, turn by turn; after the last it answers."""


@dataclass(frozen=True)
class Scenario:
    """A script, and how it is lived: who keeps the history, how decisions come, and how many are made at once."""

    name: str
    script: Script
    streamed: bool
    from_outside: bool
    at_once: int
    concurrency: int | None
    history: Literal["own", "session", "chain"]

    def within(self, path: str) -> Script:
        """What the run within the call at a path is asked to do; that of the whole run for the empty path."""
        return self.step(path).within if path else self.script

    def step(self, path: str) -> Step:
        """The call at a path."""
        *outer, last = path.split("/")
        turn, place = (int(number[1:]) for number in last.split("."))
        return self.within("/".join(outer))[turn][place]

    def __str__(self) -> str:
        how = ["streamed"] * self.streamed + ["decided from outside" if self.from_outside else "decided on the state"]
        how += [f"{self.at_once} at once", f"history: {self.history}", f"concurrency: {self.concurrency}"]
        return "\n".join([f"Scenario {self.name}: {', '.join(how)}", *_lines(self.script, "  ")])


def scenario(seed: int, number: int) -> Scenario:
    """The scenario of that number, always the same."""
    chance = random.Random(f"{seed}:{number}")
    history: Literal["own", "session", "chain"] = chance.choice(["own", "own", "session", "chain"])
    return Scenario(
        name=f"{number} of seed {seed}",
        script=_script(chance, 0, may_cut=history != "chain"),
        streamed=chance.random() < 0.5,
        from_outside=chance.random() < 0.5,
        at_once=chance.randrange(1, 4),
        concurrency=chance.choice([None, None, 1, 2]),
        history=history,
    )


def _script(chance: random.Random, depth: int, *, may_cut: bool) -> Script:
    turns, calls = (3, 3) if depth == 0 else (2, 2)
    return tuple(
        tuple(_step(chance, depth, may_cut=may_cut) for _ in range(chance.randint(1, calls)))
        for _ in range(chance.randint(1, turns))
    )


def _step(chance: random.Random, depth: int, *, may_cut: bool) -> Step:
    weights = [6, 5 if depth < _DEEPEST else 0, 2, 1, 2, 2, 2, 3]
    [kind] = chance.choices(get_args(Kind), weights)
    asks = chance.choice(_ASKS[kind])
    [ends] = chance.choices(get_args(Ends), [8, 2, 1, 1])
    if kind == "mcp_hosted" or (kind == "agent" and ends == "refusing"):
        ends = "well"
    if kind == "handoff" and asks == "free" and ends == "raising":
        ends = "well"  # "it was carried out" is no right word for a handoff that failed
    says = chance.choices(get_args(Says), [5, 2, 1, 1, 1])[0]
    return Step(
        kind,
        asks,
        ends,
        says,
        repeatable=kind in ("function", "mcp_local") and chance.random() < 0.25,
        checked=kind == "function" and chance.random() < 0.2,
        cut=may_cut and kind == "handoff" and chance.random() < 0.5,
        within=_script(chance, depth + 1, may_cut=True) if kind == "agent" else (),
    )


def steps(script: Script) -> Iterator[Step]:
    """All calls, also of the runs within."""
    for turn in script:
        for step in turn:
            yield step
            yield from steps(step.within)


def _lines(script: Script, indent: str) -> Iterator[str]:
    for number, turn in enumerate(script):
        for place, step in enumerate(turn):
            yield f"{indent}t{number}.c{place} {step}"
            yield from _lines(step.within, indent + "    ")
