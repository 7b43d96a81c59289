"""Changes to files as a tool: operations of the model, carried out by an editor of the app."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NotRequired, Protocol, TypeAlias, TypedDict, get_args, runtime_checkable
from weakref import WeakValueDictionary

from pydantic import JsonValue

from bot.agents.context import RunContextWrapper
from bot.agents.errors import NotPerformed, PatchRefused, UserError
from bot.agents.record.content import Arguments
from bot.agents.record.decision import Kind, Risk
from bot.agents.tools.own_thread import in_a_thread_of_its_own
from bot.agents.tools.tool import AnyContext, AnyToolContext, CallableTool

ApplyPatchOperationType: TypeAlias = Literal["create_file", "update_file", "delete_file"]

_TYPES: tuple[ApplyPatchOperationType, ...] = get_args(ApplyPatchOperationType)


@dataclass(frozen=True)
class ApplyPatchOperation:
    """One change to one file; `diff` is in the V4A format, and None where a file is deleted."""

    type: ApplyPatchOperationType
    path: str
    diff: str | None = None
    ctx_wrapper: RunContextWrapper[Any] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class ApplyPatchResult:
    """What an editor says of an operation; "failed" is that nothing was changed."""

    status: Literal["completed", "failed"] | None = None
    output: str | None = None


Edited: TypeAlias = ApplyPatchResult | str | None
"""What an editor returns; a text is the output of an operation that was carried out."""


@runtime_checkable
class ApplyPatchEditor(Protocol):
    """Carries operations out, one at a time. A plain method runs in a thread.

    What it raises is taken for a change that may have been made, but for `NotPerformed`, and so for the `PatchRefused`
    of `apply_diff`: read and apply first, then write.
    """

    def create_file(self, operation: ApplyPatchOperation) -> Edited | Awaitable[Edited]: ...

    def update_file(self, operation: ApplyPatchOperation) -> Edited | Awaitable[Edited]: ...

    def delete_file(self, operation: ApplyPatchOperation) -> Edited | Awaitable[Edited]: ...


ApplyPatchApprovalFunction: TypeAlias = Callable[[AnyContext, ApplyPatchOperation, str], bool | Awaitable[bool]]
"""Whether one call needs approval, from the run's context, what would be done and the call's id."""


class ApplyPatchOnApprovalFunctionResult(TypedDict):
    """What `on_approval` answers."""

    approve: bool
    reason: NotRequired[str]


class _Turns:
    """Lets calls through one at a time, in the order in which they come."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakValueDictionary()

    def turn(self) -> asyncio.Lock:
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())


@dataclass(frozen=True, kw_only=True)
class ApplyPatchTool(CallableTool):
    """Lets the model change files: `ApplyPatchTool(editor=WorkspaceEditor("/srv/app"), needs_approval=True)`.

    The calls of one response are carried out in its order.
    """

    editor: ApplyPatchEditor = field(kw_only=False)
    name: str = field(default="apply_patch", init=False)
    kind: Kind = field(default="apply_patch", init=False)
    risk: Risk = "medium"
    needs_approval: bool | ApplyPatchApprovalFunction = False
    _turns: _Turns = field(default_factory=_Turns, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.editor, ApplyPatchEditor):  # pyright: ignore[reportUnnecessaryIsInstance]: the app's own
            raise UserError(
                f"The editor of {self.name} must have the methods {', '.join(_TYPES)}. "
                "To change files below a directory, give it WorkspaceEditor(directory)."
            )

    def definition(self) -> dict[str, JsonValue]:
        return {"type": "apply_patch"}

    def unfit(self, arguments: Arguments) -> str | None:
        if arguments.value is None:
            return f"{self.name} was not called. {arguments.error}"
        try:
            _operation(arguments.value, None)
        except PatchRefused as refused:
            return str(refused)
        return None

    def subject(self, ctx: AnyContext, arguments: dict[str, JsonValue], call_id: str) -> ApplyPatchOperation:  # noqa: ARG002
        return _operation(arguments, ctx)

    async def carry_out(self, ctx: AnyToolContext, arguments: Arguments) -> str:
        """Have the editor do it; what it says of it."""
        operation = _operation(arguments.value or {}, ctx)
        async with self._turns.turn():
            edited = await self._edit(operation)
        if not isinstance(edited, ApplyPatchResult):
            return edited or ""
        if edited.status == "failed":
            raise NotPerformed(edited.output or "The editor could not apply the patch. Nothing was changed.")
        return edited.output or ""

    async def _edit(self, operation: ApplyPatchOperation) -> Edited:
        match operation.type:
            case "create_file":
                method = self.editor.create_file
            case "update_file":
                method = self.editor.update_file
            case "delete_file":
                method = self.editor.delete_file
        if inspect.iscoroutinefunction(method):
            edited = method(operation)
        else:
            edited = await in_a_thread_of_its_own(partial(method, operation))
        return await edited if inspect.isawaitable(edited) else edited


def _operation(arguments: Mapping[str, JsonValue], ctx: AnyContext | None) -> ApplyPatchOperation:
    """What is to be done; raises `PatchRefused` for what is no operation."""
    path, diff = arguments.get("path"), arguments.get("diff")
    if unknown := sorted(arguments.keys() - {"type", "path", "diff"}):
        raise PatchRefused(f"An operation has no {unknown[0]}. Nothing was changed.")
    if not isinstance(path, str) or not path:
        raise PatchRefused("An operation needs the path of a file. Nothing was changed.")
    match arguments.get("type"), diff:
        case ("create_file" | "update_file") as kind, str():
            return ApplyPatchOperation(kind, path, diff, ctx)
        case "delete_file" as kind, None:
            return ApplyPatchOperation(kind, path, None, ctx)
        case ("create_file" | "update_file") as kind, _:
            raise PatchRefused(f"{kind} needs a diff. Nothing was changed.")
        case "delete_file", _:
            raise PatchRefused("delete_file takes no diff. Nothing was changed.")
        case _:
            raise PatchRefused(f"An operation is one of {', '.join(_TYPES)}. Nothing was changed.")
