"""The shell as a tool: commands of the model, carried out by an executor of the app or by the provider."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NotRequired, TypeAlias, TypedDict

from pydantic import JsonValue, ValidationError

from bot.agents.errors import UserError
from bot.agents.record.content import Arguments
from bot.agents.record.decision import Kind, Risk
from bot.agents.record.plain import copied
from bot.agents.tools.own_thread import in_a_thread_of_its_own
from bot.agents.tools.shell_call import (
    ShellActionRequest,
    ShellCallData,
    ShellCommandOutput,
    ShellCommandRequest,
    ShellResult,
    as_answer,
    read_action,
)
from bot.agents.tools.text_output import output_as_text
from bot.agents.tools.tool import AnyContext, AnyToolContext, CallableTool

ShellExecutor: TypeAlias = Callable[[ShellCommandRequest], str | ShellResult | Awaitable[str | ShellResult]]
"""Runs the commands. A plain function runs in a thread; a text is what one command wrote."""

ShellApprovalFunction: TypeAlias = Callable[[AnyContext, ShellActionRequest, str], bool | Awaitable[bool]]
"""Whether one call needs approval, from the run's context, what would be done and the call's id."""


class ShellOnApprovalFunctionResult(TypedDict):
    """What `on_approval` answers."""

    approve: bool
    reason: NotRequired[str]


_HOSTED = ("container_auto", "container_reference")


@dataclass(frozen=True, kw_only=True)
class ShellTool(CallableTool):
    """Lets the model run commands: `ShellTool(executor=LocalShell("/srv/app"), needs_approval=True)`.

    With an `environment` of the provider's, such as `{"type": "container_auto"}`, the commands run there, and nothing
    of them is ours to run or to approve.
    """

    executor: ShellExecutor | None = field(default=None, kw_only=False)
    name: str = "shell"
    kind: Kind = "shell"
    risk: Risk = "medium"
    needs_approval: bool | ShellApprovalFunction = False
    environment: Mapping[str, JsonValue] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        where = "local" if self.environment is None else self.environment.get("type")
        if where not in ("local", *_HOSTED):
            raise UserError(f'The environment of {self.name} must have the type "local", or {" or ".join(_HOSTED)}.')
        if not self.hosted and not callable(self.executor):
            raise UserError(f"{self.name} needs an executor to run commands, such as LocalShell(directory).")
        ours = (self.executor is not None, self.needs_approval is not False, self.on_approval is not None)
        if self.hosted and any(ours):
            raise UserError(
                f"{self.name} runs at the provider, who asks nobody: it can have no executor, needs_approval or "
                "on_approval. Leave these out, or leave out environment to run the commands here."
            )

    @property
    def hosted(self) -> bool:
        """Whether the provider runs the commands, and the response has what came of them."""
        return self.environment is not None and self.environment.get("type") in _HOSTED

    def definition(self) -> dict[str, JsonValue]:
        return {"type": "shell", "environment": copied(dict(self.environment or {"type": "local"}))}

    def unfit(self, arguments: Arguments) -> str | None:
        if self.hosted:
            return f"{self.name} runs at the provider and not here."
        if arguments.value is None:
            return f"{self.name} was not called. {arguments.error}"
        try:
            read_action(arguments.value)
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
                for each in error.errors(include_url=False, include_input=False)[:10]
            )
            return f"Invalid action for {self.name}, so nothing was run: {wrong}."
        return None

    def subject(self, ctx: AnyContext, arguments: dict[str, JsonValue], call_id: str) -> ShellActionRequest:  # noqa: ARG002
        return read_action(arguments)

    async def carry_out(self, ctx: AnyToolContext, arguments: Arguments) -> dict[str, JsonValue]:
        """Run the commands; what came of them is an entry for each, as the Responses API has it."""
        action = read_action(arguments.value or {})
        returned = await self._executed(ShellCommandRequest(ctx, ShellCallData(ctx.tool_call_id, action)))
        result = returned if isinstance(returned, ShellResult) else _as_result(returned)
        return as_answer(result, action)

    async def _executed(self, request: ShellCommandRequest) -> object:
        if self.executor is None:
            raise UserError(f"{self.name} has no executor.")
        if _is_async(self.executor):
            returned = self.executor(request)
        else:
            returned = await in_a_thread_of_its_own(partial(self.executor, request))
        return await returned if inspect.isawaitable(returned) else returned


def _is_async(executor: ShellExecutor) -> bool:
    return inspect.iscoroutinefunction(executor) or inspect.iscoroutinefunction(type(executor).__call__)


def _as_result(returned: object) -> ShellResult:
    """What an executor returned that is no `ShellResult`: it was carried out, so it is told whatever it is."""
    return ShellResult([ShellCommandOutput(output_as_text(returned))])
