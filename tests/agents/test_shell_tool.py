"""The model asks for commands: people and rules see them before they run, and the model reads what came of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from bot.agents import Agent, ModelBehaviorError, RunContextWrapper, Runner, RunState, ToolApprovalItem, UserError
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, message
from bot.agents.tools.local_shell import LocalShell
from bot.agents.tools.shell_call import (
    ShellActionRequest,
    ShellCallOutcome,
    ShellCommandOutput,
    ShellCommandRequest,
    ShellResult,
)
from bot.agents.tools.shell_tool import ShellOnApprovalFunctionResult, ShellTool
from tests.agents.effects import paused, stored

DONE = [message("Done.")]
TIMED_OUT = ShellCommandOutput("a", "b", ShellCallOutcome("timeout"))
LONG = ShellCommandOutput("x" * 100, "y" * 100)


def shell_call(*commands: str, call_id: str = "c1", **limits: JsonValue) -> Item:
    """The model asks for commands."""
    action: JsonValue = {"commands": [*commands], "timeout_ms": None, "max_output_length": None, **limits}
    return {"type": "shell_call", "id": f"sh_{call_id}", "call_id": call_id, "status": "completed", "action": action}


def local_shell_call(action: dict[str, JsonValue]) -> Item:
    """The same in the older form."""
    whole: JsonValue = {"type": "exec", "env": {}, **action}
    return {"type": "local_shell_call", "id": "l1", "call_id": "c1", "status": "completed", "action": whole}


def answer(*entries: JsonValue, call_id: str = "c1") -> Item:
    """What the model is told of a shell call."""
    return {"type": "shell_call_output", "call_id": call_id, "output": [*entries]}


def entry(stdout: str, stderr: str = "", *, exit_code: int = 0) -> JsonValue:
    """What it is told of one command."""
    return {"stdout": stdout, "stderr": stderr, "outcome": {"type": "exit", "exit_code": exit_code}}


class Script(ScriptedModel):
    """A model that asks for these items at once, and is content with what it is told."""

    def __init__(self, *items: Item) -> None:
        super().__init__([[*items], *[DONE] * 5])

    @property
    def told(self) -> list[Item]:
        """The answers that the model was given last."""
        return [dict(item) for item in self.requests[-1].input if str(item.get("type")).endswith("_output")]


def files(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.iterdir())


def operator(model: ScriptedModel, tool: ShellTool) -> Agent[Any]:
    return Agent[Any]("operator", tools=[tool], model=model)


class Notes(list[str]):
    """An executor that notes the commands and carries none out."""

    def __call__(self, request: ShellCommandRequest) -> str:
        self.extend(request.data.action.commands)
        return "noted"


async def test_commands_run_and_the_model_reads_what_came_of_each(tmp_path: Path) -> None:
    model = Script(shell_call("echo a; echo b >&2", "exit 3"))
    result = await Runner.run(operator(model, ShellTool(executor=LocalShell(tmp_path))), "Look")
    assert result.final_output == "Done."
    assert model.told == [answer(entry("a\n", "b\n"), entry("", exit_code=3))]


@pytest.mark.spec("S1")
async def test_a_call_that_needs_approval_shows_its_commands_and_waits(tmp_path: Path) -> None:
    asked = shell_call("touch one", "touch two")
    model = Script(asked)
    agent = operator(model, ShellTool(executor=LocalShell(tmp_path), needs_approval=True))
    state = await paused(agent)
    [waiting] = state.get_interruptions()
    assert (waiting.name, waiting.raw_item) == ("shell", asked)
    assert files(tmp_path) == []
    state.approve(waiting)
    await Runner.run(agent, state)
    assert files(tmp_path) == ["one", "two"]


@pytest.mark.spec("S1")
@pytest.mark.parametrize("risky", [True, False])
async def test_a_rule_is_given_the_context_the_action_and_the_id(risky: bool) -> None:
    seen: list[object] = []

    async def rule(ctx: RunContextWrapper[str], action: ShellActionRequest, call_id: str) -> bool:
        seen.extend([ctx.context, action, call_id])
        return risky

    notes = Notes()
    agent = operator(Script(shell_call("ls", timeout_ms=500)), ShellTool(executor=notes, needs_approval=rule))
    result = await Runner.run(agent, "Look", context="ana")
    assert seen == ["ana", ShellActionRequest(["ls"], timeout_ms=500), "c1"]
    assert (len(result.interruptions), notes) == ((1, []) if risky else (0, ["ls"]))


@pytest.mark.spec("S2")
async def test_of_a_rejected_call_the_model_reads_why_as_the_error_of_one_command() -> None:
    notes, model = Notes(), Script(shell_call("rm -rf data", "ls"), shell_call("ls", call_id="c2"))
    agent = operator(model, ShellTool(executor=notes, needs_approval=True))
    state = await paused(agent)
    first, second = state.get_interruptions()
    state.reject(first, rejection_message="Not on a Friday.")
    state.reject(second)
    await Runner.run(agent, state)
    usual = "Tool execution was not approved."
    assert model.told == [
        answer(entry("", "Not on a Friday.", exit_code=1)),
        answer(entry("", usual, exit_code=1), call_id="c2"),
    ]
    assert notes == []


@pytest.mark.spec("S3")
async def test_a_callback_may_approve_so_that_nobody_is_asked() -> None:
    def callback(ctx: RunContextWrapper[Any], item: ToolApprovalItem) -> ShellOnApprovalFunctionResult:
        assert ctx.context is None
        assert item.raw_item["action"] == {"commands": ["ls"], "timeout_ms": None, "max_output_length": None}
        return {"approve": True}

    notes = Notes()
    agent = operator(Script(shell_call("ls")), ShellTool(executor=notes, needs_approval=True, on_approval=callback))
    assert (await Runner.run(agent, "Look")).final_output == "Done."
    assert notes == ["ls"]


@pytest.mark.spec("S4")
@pytest.mark.parametrize(
    ("reason", "words"), [("Too late.", "Too late."), ("", "Tool execution was not approved."), (None, None)]
)
async def test_a_callback_may_reject_and_say_why(reason: str | None, words: str | None) -> None:
    async def callback(_: RunContextWrapper[Any], __: ToolApprovalItem) -> ShellOnApprovalFunctionResult:
        return {"approve": False} if reason is None else {"approve": False, "reason": reason}

    notes, model = Notes(), Script(shell_call("ls"))
    agent = operator(model, ShellTool(executor=notes, needs_approval=True, on_approval=callback))
    await Runner.run(agent, "Look")
    assert model.told == [answer(entry("", words or "Tool execution was not approved.", exit_code=1))]
    assert notes == []


@pytest.mark.spec("S5")
@pytest.mark.parametrize("setting", [{"executor": Notes()}, {"needs_approval": True}, {"on_approval": print}])
def test_nothing_is_ours_to_run_or_to_approve_where_the_provider_runs_the_commands(setting: dict[str, Any]) -> None:
    for environment in ({"type": "container_auto"}, {"type": "container_reference", "container_id": "cntr_1"}):
        with pytest.raises(UserError, match="runs at the provider"):
            ShellTool(environment=environment, **setting)


@pytest.mark.spec("S5")
async def test_what_the_provider_ran_is_kept_and_not_answered() -> None:
    environment: dict[str, JsonValue] = {"type": "container_auto", "memory_limit": "1g"}
    model = ScriptedModel([[shell_call("ls"), answer(entry("a file\n")), message("There is a file.")]])
    agent = operator(model, ShellTool(environment=environment))
    result = await Runner.run(agent, "Look")
    assert model.requests[0].tools[0].definition() == {"type": "shell", "environment": environment}
    assert result.final_output == "There is a file."
    items = [item.get("type") for item in result.to_input_list()]
    assert items[1:] == ["shell_call", "shell_call_output", "message"]
    assert (await stored(agent, result.to_state())).to_json() == result.to_state().to_json()


async def test_a_call_that_the_provider_did_not_carry_out_itself_is_not_carried_out_here() -> None:
    model = Script(shell_call("ls"))
    await Runner.run(operator(model, ShellTool(environment={"type": "container_auto"})), "Look")
    assert model.told == [answer(entry("", "shell runs at the provider and not here.", exit_code=1))]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "needs an executor"),
        ({"environment": {"type": "local"}}, "needs an executor"),
        ({"executor": "bash"}, "needs an executor"),
        ({"executor": Notes(), "environment": {"type": "moon"}}, "must have the type"),
        ({"executor": Notes(), "environment": {}}, "must have the type"),
        ({"executor": Notes(), "needs_approval": "yes"}, "needs_approval"),
    ],
)
def test_a_tool_that_cannot_work_is_refused_when_it_is_made(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        ShellTool(**settings)


def test_the_model_is_offered_a_local_shell() -> None:
    assert ShellTool(Notes()).definition() == {"type": "shell", "environment": {"type": "local"}}
    assert ShellTool(Notes()).risk == "medium"


@pytest.mark.spec("S6")
async def test_a_call_without_an_id_is_an_error_and_nothing_runs() -> None:
    notes = Notes()
    with pytest.raises(ModelBehaviorError, match="without an id"):
        await Runner.run(operator(Script(shell_call("ls", call_id="")), ShellTool(executor=notes)), "Look")
    assert notes == []


@pytest.mark.spec("S7", "S12")
async def test_what_still_waits_after_a_resume_is_neither_repeated_nor_changed() -> None:
    notes, model = Notes(), Script(shell_call("first"), shell_call("second", call_id="c2"))
    agent = operator(model, ShellTool(executor=notes, needs_approval=True))
    state = await stored(agent, await paused(agent))
    state.approve(state.get_interruptions()[0])
    for _ in range(3):
        state = await stored(agent, (await Runner.run(agent, state)).to_state())
        [waiting] = state.get_interruptions()
        assert (notes, waiting.call_id, waiting.raw_item["type"]) == (["first"], "c2", "shell_call")
    state.approve(state.get_interruptions()[0])
    result = await Runner.run(agent, state)
    assert notes == ["first", "second"]
    assert model.told == [answer(entry("noted")), answer(entry("noted"), call_id="c2")]
    kept = (await stored(agent, result.to_state())).to_json()
    assert json.dumps(kept).count('"shell_call_output"') == 2


@pytest.mark.spec("S8", "S12")
async def test_a_call_in_the_older_form_goes_to_the_same_tool(tmp_path: Path) -> None:
    (tmp_path / "a dir").mkdir()
    action: dict[str, JsonValue] = {
        "command": ["sh", "-c", 'pwd; echo "$GREETING, $0"', "it's"],
        "env": {"GREETING": "good day"},
        "working_directory": f"{tmp_path}/a dir",
        "timeout_ms": 60_000,
        "user": None,
    }
    model = Script(local_shell_call(action))
    agent = operator(model, ShellTool(executor=LocalShell(tmp_path), needs_approval=True))
    state = await stored(agent, await paused(agent))
    [waiting] = state.get_interruptions()
    assert (waiting.name, waiting.raw_item["type"]) == ("shell", "local_shell_call")
    state.approve(waiting)
    await stored(agent, (await Runner.run(agent, state)).to_state())
    [told] = model.told
    assert (told["type"], told["id"]) == ("local_shell_call_output", "c1")
    assert json.loads(str(told["output"])) == [entry(f"{tmp_path}/a dir\ngood day, it's\n")]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (shell_call(), "commands: List should have at least 1 item"),
        (shell_call(*["ls"] * 51), "commands: List should have at most 50 items"),
        (shell_call("ls", commands=["ls", 7]), "commands.1: Input should be a valid string"),
        (shell_call("ls", commands="ls"), "commands: Input should be a valid list"),
        (shell_call("ls", "a\0b"), "commands.1: Value error, It holds a character that no command can hold"),
        (shell_call("ls", timeout_ms=0), "timeout_ms: Input should be greater than 0"),
        (shell_call("ls", timeout_ms="9"), "timeout_ms: Input should be a valid integer"),
        (shell_call("ls", max_output_length=-1), "max_output_length: Input should be greater than or equal to 0"),
        (shell_call("ls") | {"action": None}, "The call has no action."),
        (local_shell_call({"command": "ls"}), "The command must be a list of words."),
        (local_shell_call({"command": ["ls"], "user": "root"}), "user: Input should be None"),
        (local_shell_call({"command": ["ls"], "env": {"A B": "c"}}), "env.A B.[key]: String should match"),
        (local_shell_call({"command": ["ls"], "working_directory": "a\0"}), "working_directory: Value error"),
    ],
)
async def test_an_action_that_cannot_be_carried_out_is_told_to_the_model_and_nothing_runs(
    asked: Item, words: str
) -> None:
    notes, model = Notes(), Script(asked)
    await Runner.run(operator(model, ShellTool(executor=notes)), "Look")
    assert notes == []
    assert words in str(model.told[0]["output"])


@pytest.mark.spec("S13")
async def test_an_approved_call_that_was_changed_in_the_saved_run_is_found_before_a_callback_is_asked_of_another() -> (
    None
):
    asked, notes = list[str](), Notes()

    def callback(_: RunContextWrapper[Any], item: ToolApprovalItem) -> None:
        asked.append(str(item.call_id))

    tool = ShellTool(executor=notes, needs_approval=True, on_approval=callback)
    agent = operator(Script(shell_call("ls"), shell_call("pwd", call_id="c2")), tool)
    state = await paused(agent)
    assert asked == ["c1", "c2"]
    state.approve(state.get_interruptions()[0])
    saved = json.loads(state.to_string().replace('"ls"', '"rm -rf /"'))
    saved["turns"][0]["calls"][1] |= {"status": "new", "round": 0}  # as of a process that ended before it asked
    with pytest.raises(UserError, match="altered"):
        await Runner.run(agent, await RunState.from_json(agent, saved))
    assert (asked, notes) == (["c1", "c2"], [])


async def test_an_executor_that_breaks_off_leaves_a_question_for_a_person() -> None:
    def executor(_: ShellCommandRequest) -> ShellResult:
        raise ConnectionError("lost")

    [waiting] = (await paused(operator(Script(shell_call("ls")), ShellTool(executor=executor)))).get_interruptions()
    assert waiting.may_have_run


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("text", answer(entry("text"))),
        (ShellResult([TIMED_OUT]), answer({"stdout": "a", "stderr": "b", "outcome": {"type": "timeout"}})),
        (ShellResult([]), answer()),
        (ShellResult([ShellCommandOutput("\ud800")], provider_data={"host": "h1"}), answer(entry("\\ud800"))),
        (None, answer(entry(""))),
        ({"a": 1}, answer(entry('{"a":1}'))),
        (ShellResult([LONG], max_output_length=8), answer(entry("xxxx", "yyyy")) | {"max_output_length": 8}),
    ],
)
async def test_an_executor_may_return_a_text_or_a_result_or_anything(returned: Any, told: Item) -> None:
    def executor(_: ShellCommandRequest) -> Any:  # Any: what apps really return
        return returned

    model = Script(shell_call("ls"))
    await Runner.run(operator(model, ShellTool(executor)), "Look")
    assert model.told == [told]


async def test_the_model_reads_no_more_than_it_asked_for() -> None:
    async def executor(request: ShellCommandRequest) -> ShellResult:
        assert request.data.action.max_output_length == 60
        return ShellResult([LONG], max_output_length=1000)

    model = Script(shell_call("ls", max_output_length=60))
    await Runner.run(operator(model, ShellTool(executor)), "Look")
    [told] = model.told
    assert told["max_output_length"] == 60
    assert isinstance(told["output"], list)
    [said] = told["output"]
    assert isinstance(said, dict)
    assert len(f"{said['stdout']}{said['stderr']}") <= 60


async def test_the_loop_of_the_issue_decides_by_what_the_commands_are(tmp_path: Path) -> None:
    model = Script(shell_call("touch kept"), shell_call("rm -rf /", call_id="c2"))
    agent = operator(model, ShellTool(executor=LocalShell(tmp_path), needs_approval=True))
    result = await Runner.run(agent, "Tidy up")
    while result.interruptions:
        state = result.to_state()
        for interruption in result.interruptions:
            action: Any = interruption.raw_item["action"]
            if any(command.startswith("rm") for command in action["commands"]):
                state.reject(interruption, always_reject=False)
            else:
                state.approve(interruption, always_approve=False)
        result = await Runner.run(agent, state)
    assert result.final_output == "Done."
    assert files(tmp_path) == ["kept"]
    assert [told["output"] for told in model.told] == [
        [entry("")],
        [entry("", "Tool execution was not approved.", exit_code=1)],
    ]
