"""The model asks for changes to files: rules and people see them before they are made, and it reads what came of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from bot.agents import (
    Agent,
    NotPerformed,
    RunContextWrapper,
    Runner,
    ToolApprovalItem,
    UserError,
    function_tool,
)
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, message
from bot.agents.tools.apply_diff import apply_diff
from bot.agents.tools.apply_patch import (
    ApplyPatchOnApprovalFunctionResult,
    ApplyPatchOperation,
    ApplyPatchResult,
    ApplyPatchTool,
    Edited,
)
from bot.agents.tools.workspace_editor import WorkspaceEditor
from tests.agents.effects import approve_all, paused, stored

DONE = [message("Done.")]


def patch(
    operation: str, path: JsonValue = "a.txt", diff: JsonValue = None, *, call_id: str = "c1", **more: JsonValue
) -> Item:
    """The model asks for one change."""
    asked: dict[str, JsonValue] = {"type": operation, "path": path, "diff": diff, **more}
    return {
        "type": "apply_patch_call",
        "id": f"ap_{call_id}",
        "call_id": call_id,
        "status": "completed",
        "operation": asked,
    }


UPDATE = patch("update_file", diff="-one\n+two\n")


def answer(status: str, output: str, *, call_id: str = "c1") -> Item:
    """What the model is told of a change."""
    return {"type": "apply_patch_call_output", "call_id": call_id, "status": status, "output": output}


class Script(ScriptedModel):
    """A model that asks for these items at once, and is content with what it is told."""

    def __init__(self, *items: Item) -> None:
        super().__init__([[*items], *[DONE] * 5])

    @property
    def told(self) -> list[Item]:
        """The answers that the model was given last."""
        return [dict(item) for item in self.requests[-1].input if str(item.get("type")).endswith("_output")]


def writer(model: ScriptedModel, *tools: Any) -> Agent[Any]:  # Any: tools of all kinds
    return Agent[Any]("writer", tools=[*tools], model=model)


class Memory:
    """An editor as apps write them: plain methods, files in memory. It notes what it does."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.made: list[ApplyPatchOperation] = []

    def create_file(self, operation: ApplyPatchOperation) -> Edited:
        return self._put(operation, apply_diff("", operation.diff or "", mode="create"))

    def update_file(self, operation: ApplyPatchOperation) -> Edited:
        return self._put(operation, apply_diff(self.texts[operation.path], operation.diff or ""))

    def delete_file(self, operation: ApplyPatchOperation) -> Edited:
        self.made.append(operation)
        del self.texts[operation.path]
        return None

    def _put(self, operation: ApplyPatchOperation, text: str) -> Edited:
        self.made.append(operation)
        self.texts[operation.path] = text
        return ApplyPatchResult(output=f"{operation.path}: {operation.type}")


class Does(Memory):
    """An editor that does something else for an update."""

    def __init__(self, update: Callable[[], Edited]) -> None:
        super().__init__()
        self._update = update

    def update_file(self, operation: ApplyPatchOperation) -> Edited:
        self.made.append(operation)
        return self._update()


def held(directory: Path) -> list[tuple[str, str]]:
    """The files of a directory, with what they hold."""
    return [(each.name, each.read_text()) for each in directory.iterdir()]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("one\n")
    return tmp_path


async def test_files_are_created_changed_and_deleted_in_the_order_of_the_response(files: Path) -> None:
    model = Script(
        patch("create_file", "b.txt", "+one\n+", call_id="c1"),
        patch("update_file", "b.txt", "-one\n+two\n", call_id="c2"),
        patch("update_file", "b.txt", "-two\n+three\n", call_id="c3"),
        patch("delete_file", "a.txt", call_id="c4"),
    )
    result = await Runner.run(writer(model, ApplyPatchTool(editor=WorkspaceEditor(files))), "Write")
    assert result.final_output == "Done."
    assert model.told == [
        answer("completed", "Created b.txt.", call_id="c1"),
        answer("completed", "Updated b.txt.", call_id="c2"),
        answer("completed", "Updated b.txt.", call_id="c3"),
        answer("completed", "Deleted a.txt.", call_id="c4"),
    ]
    assert held(files) == [("b.txt", "three\n")]


async def test_the_model_is_offered_the_tool_of_the_provider(files: Path) -> None:
    model = Script()
    model.answers = [DONE]
    await Runner.run(writer(model, ApplyPatchTool(editor=WorkspaceEditor(files))), "Write")
    assert [tool.definition() for tool in model.requests[0].tools] == [{"type": "apply_patch"}]


@pytest.mark.spec("S9")
async def test_a_change_that_needs_approval_waits_and_shows_what_it_is(files: Path) -> None:
    state = await paused(writer(Script(UPDATE), ApplyPatchTool(editor=WorkspaceEditor(files), needs_approval=True)))
    [asked] = state.get_interruptions()
    assert (asked.tool_name, asked.call_id, asked.raw_item) == ("apply_patch", "c1", UPDATE)
    assert (files / "a.txt").read_text() == "one\n"


@pytest.mark.spec("S9")
async def test_a_rule_is_shown_the_operation_and_the_id_of_the_call() -> None:
    shown: list[tuple[object, ApplyPatchOperation, str]] = []

    async def rule(ctx: RunContextWrapper[Any], operation: ApplyPatchOperation, call_id: str) -> bool:
        shown.append((ctx.context, operation, call_id))
        assert operation.ctx_wrapper is ctx
        return operation.type == "delete_file"

    editor = Memory(**{"a.txt": "one\n"})
    model = Script(UPDATE, patch("delete_file", call_id="c2"))
    result = await Runner.run(writer(model, ApplyPatchTool(editor=editor, needs_approval=rule)), "Write", context="ana")
    assert [each.call_id for each in result.interruptions] == ["c2"]
    assert editor.texts == {"a.txt": "two\n"}
    assert shown == [
        ("ana", ApplyPatchOperation("update_file", "a.txt", "-one\n+two\n"), "c1"),
        ("ana", ApplyPatchOperation("delete_file", "a.txt"), "c2"),
    ]


@pytest.mark.spec("S12", "P5")
async def test_an_approved_change_is_made_once_and_what_was_made_before_is_not_made_again() -> None:
    editor = Memory(**{"a.txt": "one\n"})
    model = Script(UPDATE, patch("delete_file", "b.txt", call_id="c2"))
    editor.texts["b.txt"] = ""
    tool = ApplyPatchTool(editor=editor, needs_approval=lambda _, operation, __: operation.type == "delete_file")
    agent = writer(model, tool)
    state = approve_all(await stored(agent, await paused(agent)))
    state = await stored(agent, (await Runner.run(agent, await stored(agent, state))).to_state())

    assert [each.type for each in editor.made] == ["update_file", "delete_file"]
    assert model.told == [answer("completed", "a.txt: update_file"), answer("completed", "", call_id="c2")]
    assert [item.get("type") for item in state.items if "apply_patch" in str(item.get("type"))] == [
        "apply_patch_call",
        "apply_patch_call",
        "apply_patch_call_output",
        "apply_patch_call_output",
    ]


@pytest.mark.spec("S10")
@pytest.mark.parametrize(("said", "read"), [("Not there.", "Not there."), (None, "Tool execution was not approved.")])
async def test_a_rejected_change_is_told_as_a_failed_one(said: str | None, read: str) -> None:
    editor, model = Memory(), Script(UPDATE)
    agent = writer(model, ApplyPatchTool(editor=editor, needs_approval=True))
    state = await paused(agent)
    state.reject(state.get_interruptions()[0], rejection_message=said)
    await Runner.run(agent, await stored(agent, state))
    assert model.told == [answer("failed", read)]
    assert editor.made == []


@pytest.mark.spec("S11")
@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"approve": True}, answer("completed", "a.txt: update_file")),
        ({"approve": False, "reason": "Frozen."}, answer("failed", "Frozen.")),
        ({"approve": False, "reason": ""}, answer("failed", "Tool execution was not approved.")),
    ],
)
async def test_a_callback_may_decide_in_place_of_a_person(said: ApplyPatchOnApprovalFunctionResult, told: Item) -> None:
    asked: list[ToolApprovalItem] = []

    def decide(_: RunContextWrapper[Any], item: ToolApprovalItem) -> ApplyPatchOnApprovalFunctionResult:
        asked.append(item)
        return said

    editor, model = Memory(**{"a.txt": "one\n"}), Script(UPDATE)
    tool = ApplyPatchTool(editor=editor, needs_approval=True, on_approval=decide)
    assert (await Runner.run(writer(model, tool), "Write")).interruptions == []
    assert model.told == [told]
    assert [each.raw_item for each in asked] == [UPDATE]
    assert len(editor.made) == said["approve"]


@pytest.mark.spec("S14")
def test_no_other_tool_of_the_agent_can_have_its_name_and_so_its_always() -> None:
    @function_tool(name_override="apply_patch")
    async def other(diff: str) -> str:
        return f"applied {diff}"

    with pytest.raises(UserError, match="several tools called apply_patch"):
        writer(Script(UPDATE), ApplyPatchTool(editor=Memory()), other)


async def test_an_always_holds_for_the_later_changes_of_the_run() -> None:
    editor = Memory(**{"a.txt": "one\n"})
    model = ScriptedModel([[UPDATE], [patch("delete_file", call_id="c2")], DONE])
    agent = writer(model, ApplyPatchTool(editor=editor, needs_approval=True))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    assert (await Runner.run(agent, await stored(agent, state))).final_output == "Done."
    assert [each.type for each in editor.made] == ["update_file", "delete_file"]


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        (
            patch("update_file", diff="-three\n"),
            "Hunk 1 (line 1 of the diff) wants `three` (line 1 of the diff), which is",
        ),
        (patch("update_file", "../a.txt", "-one\n"), "'../a.txt' is outside."),
        (patch("create_file", diff="+x"), "'a.txt' exists already."),
        (patch("update_file"), "update_file needs a diff."),
        (patch("create_file", diff=7), "create_file needs a diff."),
        (patch("delete_file", diff="-one"), "delete_file takes no diff."),
        (patch("move_file"), "An operation is one of create_file, update_file, delete_file."),
        (patch("update_file", "", "-one"), "An operation needs the path of a file."),
        (patch("update_file", 7, "-one"), "An operation needs the path of a file."),
        (patch("update_file", diff="-one", move_to="b.txt"), "An operation has no move_to."),
        (UPDATE | {"operation": "-one"}, "apply_patch was not called. The call has no operation."),
    ],
)
@pytest.mark.parametrize("approved", [True, False])
async def test_what_cannot_be_applied_changes_nothing_and_the_model_reads_why(
    files: Path, asked: Item, read: str, approved: bool
) -> None:
    model = Script(asked)
    agent = writer(model, ApplyPatchTool(editor=WorkspaceEditor(files), needs_approval=approved))
    result = await Runner.run(agent, "Write")
    if result.interruptions:
        assert approved, "only what can be read is put before a person"
        result = await Runner.run(agent, approve_all(result.to_state()))
    [told] = model.told
    assert (told["status"], told["type"], told["call_id"]) == ("failed", "apply_patch_call_output", "c1")
    assert str(told["output"]).startswith(read)
    assert held(files) == [("a.txt", "one\n")]


def raises(error: Exception) -> Callable[[], Edited]:
    def update() -> Edited:
        raise error

    return update


async def test_a_person_is_asked_what_came_of_a_change_that_broke_off_while_it_was_made() -> None:
    editor = Does(raises(OSError(5, "Input/output error")))
    agent = writer(Script(UPDATE), ApplyPatchTool(editor=editor))
    result = await Runner.run(agent, "Write")
    assert [each.may_have_run for each in result.interruptions] == [True]
    assert len(editor.made) == 1


@pytest.mark.parametrize(
    ("update", "told"),
    [
        (lambda: None, answer("completed", "")),
        (lambda: "Changed.", answer("completed", "Changed.")),
        (ApplyPatchResult, answer("completed", "")),
        (lambda: ApplyPatchResult("completed", "Changed."), answer("completed", "Changed.")),
        (lambda: ApplyPatchResult("failed", "It is locked."), answer("failed", "It is locked.")),
        (raises(NotPerformed("It is locked.")), answer("failed", "It is locked.")),
    ],
)
async def test_the_model_reads_what_the_editor_says(update: Callable[[], Edited], told: Item) -> None:
    model = Script(UPDATE)
    assert (await Runner.run(writer(model, ApplyPatchTool(Does(update))), "Write")).interruptions == []
    assert model.told == [told]


class Slow:
    """An editor that notes who is at work, on the loop or in threads."""

    def __init__(self, *, awaited: bool) -> None:
        self.seen: list[str] = []
        self._awaited = awaited

    def create_file(self, operation: ApplyPatchOperation) -> Awaitable[Edited] | Edited:
        return self._edit(operation)

    update_file = delete_file = create_file

    def _edit(self, operation: ApplyPatchOperation) -> Awaitable[Edited] | Edited:
        if self._awaited:
            return self._awaitable(operation)
        self._note(operation, "begins")
        time.sleep(0.02)
        self._note(operation, "ends")
        return None

    async def _awaitable(self, operation: ApplyPatchOperation) -> Edited:
        self._note(operation, "begins")
        await asyncio.sleep(0.02)
        self._note(operation, "ends")
        return None

    def _note(self, operation: ApplyPatchOperation, what: str) -> None:
        self.seen.append(f"{operation.path} {what}")
        if not self._awaited:
            assert threading.current_thread() is not threading.main_thread()


@pytest.mark.parametrize("awaited", [True, False])
async def test_changes_are_made_one_after_the_other_in_their_order(awaited: bool) -> None:
    editor = Slow(awaited=awaited)
    model = Script(*(patch("update_file", f"{number}", "", call_id=f"c{number}") for number in range(5)))
    await Runner.run(writer(model, ApplyPatchTool(editor=editor)), "Write")
    assert editor.seen == [f"{number} {what}" for number in range(5) for what in ("begins", "ends")]


def test_a_tool_serves_run_after_run_whatever_loop_they_are_on() -> None:
    editor = Memory(**{"a.txt": "one\n"})
    tool = ApplyPatchTool(editor=editor)
    for turn in range(2):
        change = [patch("create_file", f"{turn}-{number}", "+x", call_id=f"c{number}") for number in range(3)]
        asyncio.run(_run(writer(Script(*change), tool)))
    assert [each.path for each in editor.made] == ["0-0", "0-1", "0-2", "1-0", "1-1", "1-2"]


async def _run(agent: Agent[Any]) -> None:
    await Runner.run(agent, "Write")


def test_a_thing_that_is_no_editor_is_refused_at_once() -> None:
    with pytest.raises(UserError, match="must have the methods create_file, update_file, delete_file"):
        ApplyPatchTool(editor=object())  # pyright: ignore[reportArgumentType]: what this test is about


async def test_a_patch_without_a_tool_for_it_is_told_to_the_model() -> None:
    model = Script(UPDATE)
    await Runner.run(writer(model), "Write")
    assert model.told == [answer("failed", "There is no tool named apply_patch.")]
