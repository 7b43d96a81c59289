"""Processes that go on with one run, each until it waits, ends, or dies at a given place; and the people beside it."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import JsonValue, TypeAdapter

from bot.agents import Agent, NotPerformed, RunConfig, RunState, StreamEvent, ToolExecutionConfig
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Incoming, Journal
from bot.agents.loop.setting import Setting
from bot.agents.record.decision import Decided, Decision, Verdict
from bot.agents.record.kept import Conversation, Kept
from bot.agents.record.message import text_message
from bot.agents.record.people import Origin
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call, Turn
from bot.agents.sessions.file import FileSession
from tests.agents.cast import SaidBefore, operator
from tests.agents.scripts import Scenario, Step

Stop: TypeAlias = tuple[Literal["before", "after", "effect"], int]
"""Where a process dies: before or after the save of that number reaches the store, or right after that effect."""

_DECIDED = TypeAdapter(list[Decided])


class Died(Exception):
    """The process ends here."""


@dataclass
class LivedWorld:
    """What outlives the processes, in `directory`: the saved run, what was decided, and a log of effects and saves.

    `found` is what people see who look whether a call was carried out. With `exits` a process really ends at a stop.
    """

    directory: Path
    scenario: Scenario
    desk: Agent[Any]
    stops: frozenset[Stop] = frozenset()
    found: Mapping[str, str] = field(default_factory=dict[str, str])
    exits: bool = False
    unapproved: list[str] = field(default_factory=list[str])
    read: dict[tuple[str, int], list[list[Item]]] = field(default_factory=dict[tuple[str, int], list[list[Item]]])
    told: list[StreamEvent] = field(default_factory=list[StreamEvent])
    session_items: list[Item] = field(default_factory=list[Item])

    def __post_init__(self) -> None:
        self._log, self._run, self._decided = (self.directory / name for name in ("log", "run", "decided"))
        self.effects = Counter[str]()
        self.keys = set[tuple[str, str]]()
        self.saves = 0
        self.dead = False
        for line in self._log.read_text().splitlines() if self._log.exists() else []:
            self._count(line)
        if not self._run.exists():
            self._run.write_text(self._first().to_string())
        self.decided = _DECIDED.validate_json(self._decided.read_bytes()) if self._decided.exists() else []

    @property
    def config(self) -> RunConfig:
        return RunConfig(
            model=SaidBefore(self),
            gate=operator,
            tool_execution=ToolExecutionConfig(max_function_tool_concurrency=self.scenario.concurrency),
        )

    @property
    def session(self) -> FileSession | None:
        """Where the conversation is kept, if the scenario has a session."""
        return FileSession("one", self.directory) if self.scenario.history == "session" else None

    async def load(self) -> RunState:
        """The run as it was saved last."""
        return await RunState.from_string(self.desk, self._run.read_text())

    def keep(self, state: RunState) -> None:
        """Save the run outside of its loop."""
        self._run.write_text(state.to_string())

    async def live(self) -> RunState | None:
        """One process: it goes on with the saved run as far as that can go; None when it died on the way."""
        self.dead = False
        state = await self.load()

        async def save(_: object) -> None:
            text = state.to_string()
            await asyncio.sleep(0)  # a store takes its time
            self._save(text)

        async def incoming() -> Incoming:
            return Incoming(decisions=self.decided if self.scenario.from_outside else [])

        async def context(_: Origin | None) -> LivedWorld:
            return self

        setting = Setting(
            agents=registry(self.desk),
            config=self.config,
            context=context,
            journal=Journal(save=save, incoming=incoming),
            session=self.session,
            tell=self.told.append if self.scenario.streamed else None,
        )
        try:
            await drive(state, setting)
        except Died:
            return None
        return state

    def people_decide(self, state: RunState) -> None:
        """They look after what may have happened first, and else decide the next calls that wait."""
        waiting = state.waiting
        assert waiting, f"the run has not ended, and waits for nobody: {[(c.path, c.status) for c in state.open_calls]}"
        uncertain = [call for call in waiting if call.status == "unknown"]
        for call in uncertain or waiting[: self.scenario.at_once]:
            if call.waiting:
                self._decide(state, call)
        self._decided.write_bytes(_DECIDED.dump_json(self.decided))

    def perform(self, path: str, key: str) -> str:
        step = self.scenario.step(path)
        if not self._may(path, step):
            self.unapproved.append(path)
        if step.ends != "refusing":
            self._note(f"effect {path} {key}")
            self._die_at(("effect", self.effects.total()))
        match step.ends:
            case "raising":
                raise RuntimeError("broken")
            case "refusing":
                raise NotPerformed("Nothing was done.")
            case _:
                return "done"

    def was_asked(self, within: str, turn: int, given: list[Item]) -> None:
        self.read.setdefault((within, turn), []).append(given)

    def _decide(self, state: RunState, call: Call) -> None:
        step = self.scenario.step(call.path)
        verdict, words = _verdict(step, call, happened=call.path in self.effects)
        if verdict == "done":
            words = self.found.get(call.path, f"{call.path} was looked at.")
        arguments = step.arguments(call.path, edited=True) if call.status == "pending" and step.edited else None
        always = call.status == "pending" and step.says in ("always", "never")
        decision = Decision(verdict=verdict, message=words, at=datetime.now(UTC))
        self.decided.append(
            Decided(
                path=call.path,
                round=call.round,
                digest=call.digest,
                decision=decision,
                always=always,
                arguments=arguments,
            )
        )
        if not self.scenario.from_outside:
            decide(state, call.path, verdict, words, always=always, arguments=arguments)

    def _may(self, path: str, step: Step) -> bool:
        """Whether the call may begin now: by itself, by the app's word, by a person's, or by an earlier "always"."""
        if step.may_not_ask or (step.asks == "callback" and not step.refused):
            return True
        approved = [each for each in self.decided if each.decision.verdict == "approve"]
        owner = path.rpartition("/")[0]
        return any(each.path == path for each in approved) or any(
            each.always and each.path.rpartition("/")[0] == owner and self.scenario.step(each.path).tool == step.tool
            for each in approved
        )

    def _save(self, text: str) -> None:
        if self.dead:
            raise Died
        self._note("save")
        self._die_at(("before", self.saves))
        if self.dead:
            raise Died
        self._run.write_text(text)
        self._die_at(("after", self.saves))
        if self.dead:
            raise Died

    def _die_at(self, place: Stop) -> None:
        """From here on nothing is saved, if the process dies here."""
        if place in self.stops:
            if self.exits:
                os._exit(9)
            self.dead = True

    def _note(self, line: str) -> None:
        with self._log.open("a") as log:
            log.write(f"{line}\n")
        self._count(line)

    def _count(self, line: str) -> None:
        match line.split(" "):
            case ["effect", path, key]:
                self.effects[path] += 1
                self.keys.add((path, key))
            case _:
                self.saves += 1

    def _first(self) -> RunState:
        state = RunState(run_id="r_1", start_agent="desk", agent="desk", max_turns=None)
        state.turns = [Turn(agent="desk", input=[text_message("m1", "Go")])]
        state.conversation = Conversation() if self.scenario.history == "chain" else None
        state.kept = Kept(before=0) if self.scenario.history == "session" else None
        return state


def decide(
    state: RunState,
    path: str,
    verdict: Verdict,
    words: str | None,
    *,
    always: bool = False,
    arguments: dict[str, JsonValue] | None = None,
) -> None:
    """Decide the call at that path as an app does that has the state."""
    [item] = [each for each in state.get_interruptions() if each.path == path]
    match verdict:
        case "approve":
            state.approve(item, always_approve=always, arguments=arguments)
        case "reject":
            state.reject(item, always_reject=always, rejection_message=words)
        case "done":
            state.mark_done(item, words or "")


def _verdict(step: Step, call: Call, *, happened: bool) -> tuple[Verdict, str | None]:
    if call.status == "unknown":
        return ("done" if happened else "approve"), None
    return ("reject", f"Not {call.path}.") if step.refused else ("approve", None)


def outputs_of(state: RunState) -> dict[str, str]:
    """What came of each call, by path, without what the model is told beside it of changed arguments."""
    said = {call.path: (call, _text(call.output)) for call in state.all_calls if call.output}
    return {path: text.partition(")\n")[2] if call.run_with else text for path, (call, text) in said.items()}


def _text(output: Item) -> str:
    """An answer in words; of a shell what its one command wrote."""
    match output.get("output"):
        case str(text) if output.get("type") != "local_shell_call_output":
            return text
        case str(text):
            return str(json.loads(text)[0]["stdout"])
        case [{"stdout": stdout}, *_]:
            return str(stdout)
        case _:
            return ""


def items_of(state: RunState) -> list[object]:
    """All that the model reads, also in the runs within."""
    return [*state.items, *((call.path, call.child.items) for call in state.all_calls if call.child)]
