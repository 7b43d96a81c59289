"""A run that can be put away, decided on, and gone on with."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import JsonValue, PrivateAttr

from bot.agents.agent import Agent, registry
from bot.agents.errors import UserError
from bot.agents.items import ToolApprovalItem, approval_item
from bot.agents.loop.toolbox import static_toolbox
from bot.agents.loop.within import Agents, check_agents, waiting_with_agents
from bot.agents.record import decisions, saved
from bot.agents.record.clean import encodable, keepable
from bot.agents.record.decision import Grant
from bot.agents.record.decisions import Names
from bot.agents.record.message import Message, text_message
from bot.agents.record.plain import Item, copied
from bot.agents.record.saved_context import Deserializer, MissingContext, Serializer, restored_context, saved_context
from bot.agents.record.tree import RunTree


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

    def approve(
        self, approval_item: Names, always_approve: bool = False, *, arguments: dict[str, JsonValue] | None = None
    ) -> None:
        """Let this call go ahead; with `always_approve` also the tool's others in this run, waiting or later.

        With `arguments` it runs with these instead, and the model is told so. Of a call that may have run it means: run
        it again. The last decision on a call counts. Raises `UserError` when the item names no call of this run that
        can be decided, or when the arguments do not fit its tool.
        """
        if arguments is not None:
            self._check_fit(approval_item, arguments)
        decisions.approve(self, approval_item, always=always_approve, arguments=arguments)

    def reject(self, approval_item: Names, always_reject: bool = False, rejection_message: str | None = None) -> None:
        """This call is not made, and the model reads `rejection_message`, also when that is empty.

        With `always_reject` the same holds for the other calls of its tool in this run, waiting or later.
        """
        decisions.reject(self, approval_item, always=always_reject, message=rejection_message)

    def mark_done(self, item: Names, output: str) -> None:
        """A call that may have run was carried out: it is not run again, and the model reads `output`."""
        decisions.mark_done(self, item, output=output)

    def get_interruptions(self) -> list[ToolApprovalItem]:
        """The calls that wait for a person, also those of agents that were called as tools; copies.

        Raises `UserError` when an agent that was called is not there any more.
        """
        return [approval_item(call, agent) for call, agent in waiting_with_agents(self, self._agents)]

    def revoke(self, grant: Grant) -> None:
        """Let an "always" of `grants` hold no longer: the tool's later calls ask again. Raises `UserError`."""
        if not decisions.revoke(self, grant.path):
            raise UserError(f"There is no such decision on {grant.tool} in this run.")

    def add_input(self, input: str | Sequence[Item]) -> None:
        """Something more that is said while the run waits: the model reads it with its next question, once.

        Raises `UserError` when the run has ended, or when it may end without asking the model again.
        """
        if self.ended:
            raise UserError("This run has ended, so nothing can be added. Begin another with result.to_input_list().")
        behavior = self._agents[self.agent].tool_use_behavior if self.agent in self._agents else "run_llm_again"
        if self.open_calls and behavior != "run_llm_again":
            raise UserError(
                f"What a tool of {self.agent} returns may be the answer, so the model might never read what is added. "
                "Go on with the run first."
            )
        self.queued.append(message_of(input, id=f"added {secrets.token_hex(8)}"))

    @property
    def pending_input(self) -> list[Item]:
        """What was added and has not been read by the model yet; copies."""
        return [copied(item) for message in self.queued for item in message.items]

    def to_json(
        self, *, context_serializer: Serializer | None = None, strict_context: bool = False
    ) -> dict[str, JsonValue]:
        """The run as one JSON document with a version.

        The app's object goes along as JSON: a mapping as it is, a pydantic model as its fields, anything else as the
        mapping that `context_serializer` makes of it. With `strict_context` it must be a mapping or have a serializer.
        Raises `UserError` for one that cannot be kept: it is never left out in silence.
        """
        if isinstance(self._context, MissingContext):
            return saved.dump(self)
        context, kind = saved_context(self._context, context_serializer, strict=strict_context)
        return saved.dump(self.model_copy(update={"context": context, "context_type": kind}))

    def to_string(self, *, context_serializer: Serializer | None = None, strict_context: bool = False) -> str:
        """The same as text."""
        document = self.to_json(context_serializer=context_serializer, strict_context=strict_context)
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    async def from_json(
        cls,
        initial_agent: Agent[Any],
        state_json: Mapping[str, Any],
        *,
        context_override: Any = None,
        context_deserializer: Deserializer | None = None,
        strict_context: bool = False,
    ) -> RunState:
        """The state that `to_json` gave, for the agent that the run began with.

        `context_override` is the app's object from now on; else `context_deserializer` (such as
        `MyContext.model_validate`) makes it of what was kept. Raises `UserError`, which never tells what was in the
        document, when it is damaged, of a newer version, or names an agent that cannot be reached from `initial_agent`.
        """
        state = saved.load_json(state_json, RunState)
        return _known(state, initial_agent, context_override, context_deserializer, strict=strict_context)

    @classmethod
    async def from_string(
        cls,
        initial_agent: Agent[Any],
        state_string: str,
        *,
        context_override: Any = None,
        context_deserializer: Deserializer | None = None,
        strict_context: bool = False,
    ) -> RunState:
        """The state that `to_string` gave; see `from_json`."""
        state = saved.load_text(state_string, RunState)
        return _known(state, initial_agent, context_override, context_deserializer, strict=strict_context)

    def take_over(self, other: RunTree) -> None:
        """Become what `other` is, which is a later form of the same run."""
        for name in RunTree.model_fields:
            setattr(self, name, getattr(other, name))

    def _check_fit(self, item: Names, arguments: dict[str, JsonValue]) -> None:
        """Raises `UserError` when arguments do not fit the tool of the call, as far as the tool is known here."""
        _, call = decisions.named(self, item)
        changed = decisions.changed_arguments(call, arguments)
        for waits, agent in waiting_with_agents(self, self._agents):
            tool = static_toolbox(agent, "").for_call(call) if waits is call else None
            reason = tool.unfit(changed) if tool else None
            if reason:
                raise UserError(reason)


def message_of(input: str | Sequence[Item], *, id: str) -> Message:
    """What somebody says, as a message. Raises `UserError` for items that are no JSON."""
    if isinstance(input, str):
        return text_message(id, encodable(input))
    return Message(id=id, items=[copied(item) for item in keepable(input)])


def _known(
    state: RunState, initial_agent: Agent[Any], override: Any, deserializer: Deserializer | None, *, strict: bool
) -> RunState:
    agents = registry(initial_agent)
    check_agents(state, agents)
    return state.bound_to(agents, restored_context(state.context, state.context_type, override, deserializer, strict))
