"""The items of a run as an app sees them: what was said, called, answered, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from bot.agents.agent import Agent
from bot.agents.errors import UserError
from bot.agents.message import output_text
from bot.agents.plain import Item, copied, text_of
from bot.agents.tree import Call, RunTree, Turn

TResponseInputItem: TypeAlias = dict[str, Any]  # Any: the provider's item
"""An item of the history, as the provider's API has it."""

Agents: TypeAlias = Mapping[str, Agent[Any]]
"""The agents of a run, by name."""


@dataclass(frozen=True)
class RunItem:
    """Something in the history; `raw_item` is the provider's."""

    agent: Agent[Any]
    raw_item: Item
    type: ClassVar[str]

    def to_input_item(self) -> Item:
        """As the model is given it."""
        return self.raw_item


@dataclass(frozen=True)
class MessageOutputItem(RunItem):
    """What the model said."""

    type: ClassVar[str] = "message_output_item"


@dataclass(frozen=True)
class ReasoningItem(RunItem):
    """What the model thought."""

    type: ClassVar[str] = "reasoning_item"


@dataclass(frozen=True)
class ToolCallItem(RunItem):
    """A call that the model asked for."""

    type: ClassVar[str] = "tool_call_item"


@dataclass(frozen=True)
class ToolCallOutputItem(RunItem):
    """What came of a call, as the model reads it in `output`."""

    output: str
    type: ClassVar[str] = "tool_call_output_item"


@dataclass(frozen=True)
class ToolApprovalItem:
    """A call that waits for a person: `arguments` is JSON as the model wrote it, `raw_item` the provider's item.

    `path` is our own name of the call, as `call_id` may come twice. With `may_have_run` the call was started, and
    whether it was carried out is not known: to approve it runs it again.
    """

    agent: Agent[Any]
    raw_item: Item
    tool_name: str | None = None
    path: str | None = None
    digest: str = ""
    round: int = 0
    may_have_run: bool = False
    type: ClassVar[str] = "tool_approval_item"

    @property
    def name(self) -> str | None:
        return self.tool_name or text_of(self.raw_item, "name") or None

    @property
    def call_id(self) -> str | None:
        return text_of(self.raw_item, "call_id") or text_of(self.raw_item, "id") or None

    @property
    def arguments(self) -> str:
        return text_of(self.raw_item, "arguments")


class ItemHelpers:
    """Text out of items."""

    @staticmethod
    def text_message_output(message: MessageOutputItem) -> str:
        return output_text([message.raw_item])

    @staticmethod
    def text_message_outputs(items: list[RunItem]) -> str:
        return "".join(output_text([item.raw_item]) for item in items if isinstance(item, MessageOutputItem))


def interruption(call: Call, agents: Agents) -> ToolApprovalItem:
    """The call as something for a person to decide. It is a copy: changing it changes nothing."""
    return ToolApprovalItem(
        agent=agent_of(call.agent, agents),
        raw_item=copied(call.raw_item),
        tool_name=call.tool,
        path=call.path,
        digest=call.digest,
        round=call.round,
        may_have_run=call.status == "unknown",
    )


def run_items(run: RunTree, agents: Agents, *, since: int = 0) -> list[RunItem]:
    """All that the turns from `since` on brought, in order."""
    return [item for turn in run.turns[since:] for item in items_of_turn(turn, agents)]


def items_of_turn(turn: Turn, agents: Agents) -> Iterator[RunItem]:
    agent = agent_of(turn.agent, agents)
    yield from (response_item(raw, agent) for raw in turn.shown)
    for call in turn.calls:
        if call.output is not None:
            yield output_item_of(call, agent)


def output_item_of(call: Call, agent: Agent[Any]) -> ToolCallOutputItem:
    """What came of a call that is over."""
    output = copied(call.output or {})
    return ToolCallOutputItem(agent, output, text_of(output, "output"))


def response_item(raw: Item, agent: Agent[Any]) -> RunItem:
    """An item of a response, by its kind; what is neither message nor reasoning is something that was called."""
    match raw.get("type"):
        case "message":
            return MessageOutputItem(agent, copied(raw))
        case "reasoning":
            return ReasoningItem(agent, copied(raw))
        case _:
            return ToolCallItem(agent, copied(raw))


def agent_of(name: str, agents: Agents) -> Agent[Any]:
    """The agent of that name. Raises `UserError` when the run's agents have none."""
    agent = agents.get(name)
    if agent is None:
        raise UserError(f"This run needs the agent {name!r}, and only knows: {', '.join(sorted(agents))}.")
    return agent
