"""A run that can be put away, decided on, and gone on with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import JsonValue, PrivateAttr

from bot.agents import decisions, saved
from bot.agents.agent import Agent, registry
from bot.agents.decisions import Names
from bot.agents.errors import UserError
from bot.agents.items import Agents, ToolApprovalItem, agent_of, interruption
from bot.agents.plain import copied
from bot.agents.tree import RunTree


class RunState(RunTree):
    """All of a run. It is trusted when it is loaded: keep it where only you can write.

    Hand it to `Runner.run` in place of an input to go on. The app's `context` goes along in memory; in JSON it is
    kept when it is JSON itself.
    """

    _agents: Agents = PrivateAttr(default_factory=dict[str, "Agent[Any]"])
    _context: Any = PrivateAttr(default=None)

    def bound_to(self, agents: Agents, context: Any) -> Self:
        """This state, knowing the agents that it names, and the app's object."""
        self._agents, self._context = agents, context
        return self

    @property
    def known_agents(self) -> Agents:
        """The agents that it names, by name."""
        return self._agents

    @property
    def app_context(self) -> Any:
        """What the app gave as `context=`."""
        return self._context

    def approve(self, item: Names, always_approve: bool = False) -> None:
        """Let this call go ahead; with `always_approve` also the tool's others in this run, waiting or later.

        Of a call that may have run it means: run it again. The last decision on a call counts. Raises `UserError` when
        the item names no call of this run that can be decided.
        """
        decisions.approve(self, item, always=always_approve)

    def reject(self, item: Names, always_reject: bool = False, rejection_message: str | None = None) -> None:
        """This call is not made, and the model reads `rejection_message`, also when that is empty.

        With `always_reject` the same holds for the other calls of its tool in this run, waiting or later.
        """
        decisions.reject(self, item, always=always_reject, message=rejection_message)

    def mark_done(self, item: Names, output: str) -> None:
        """A call that may have run was carried out: it is not run again, and the model reads `output`."""
        decisions.mark_done(self, item, output=output)

    def get_interruptions(self) -> list[ToolApprovalItem]:
        """The calls that wait for a person; copies."""
        return [interruption(call, self._agents) for call in self.waiting]

    def to_json(self) -> dict[str, JsonValue]:
        """The run as one JSON document with a version. Raises `UserError` for a context that is no JSON."""
        return saved.dump(self.model_copy(update={"context": _as_json(self._context)}))

    def to_string(self) -> str:
        """The same as text."""
        return json.dumps(self.to_json(), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    async def from_json(cls, initial_agent: Agent[Any], state_json: Mapping[str, Any]) -> RunState:
        """The state that `to_json` gave, for the agent that the run began with.

        Raises `UserError`, which never tells what was in the document, when it is damaged, of a newer version, or names
        an agent that cannot be reached from `initial_agent`.
        """
        return _known(saved.load_document(copied(dict(state_json)), RunState), initial_agent)

    @classmethod
    async def from_string(cls, initial_agent: Agent[Any], state_string: str) -> RunState:
        """The state that `to_string` gave; see `from_json`."""
        return _known(saved.load_text(state_string, RunState), initial_agent)

    def take_over(self, other: RunTree) -> None:
        """Become what `other` is, which is a later form of the same run."""
        for name in RunTree.model_fields:
            setattr(self, name, getattr(other, name))


def _known(state: RunState, initial_agent: Agent[Any]) -> RunState:
    agents = registry(initial_agent)
    for name in {state.agent, *(turn.agent for turn in state.turns)}:
        agent_of(name, agents)
    return state.bound_to(agents, state.context)


def _as_json(context: Any) -> JsonValue:
    if context is None:
        return None
    try:
        return json.loads(json.dumps(context, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise UserError(
            f"The context is a {type(context).__name__}, which is no JSON, so it cannot be saved with the run. "
            "Use a dict, or leave it out and give it again as context= when you go on."
        ) from error
