"""What people read of a call of each kind, before they decide and after."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest

from bot.agents.record.decision import Kind
from bot.approvals.decide import decide
from bot.approvals.request import CallKind, Request
from bot.slack.card import ARGUMENTS_SHOWN, approval_card
from bot.slack.kinds import called, content
from bot.slack.modals import done_modal, full_request_modal, reject_modal
from bot.slack.parts import CardView, Progress
from tests.approvals.makers import DIGEST, NOON, minutes, request, vote, voter
from tests.slack_views.hostile import texts
from tests.slack_views.reading import block, menu, offered, written

DIFF = "@@ def main():\n-    old()\n+    new()\n+    newer()\n"


def of_kind(kind: CallKind, arguments: dict[str, Any] | None = None, **fields: Any) -> Request:
    canonical = json.dumps(arguments or {}, sort_keys=True, separators=(",", ":"))
    tool = fields.pop("tool", kind)
    made: dict[str, Any] = {"call_kind": kind, "tool": tool, "label": tool, "arguments": canonical, **fields}
    return request(**made)


def shell(*commands: str, **more: Any) -> Request:
    return of_kind("shell", {"commands": list(commands), **more})


def patch(diff: str | None = DIFF, *, path: str = "src/app.py", type: str = "update_file", **more: Any) -> Request:
    return of_kind("apply_patch", {"type": type, "path": path, **({} if diff is None else {"diff": diff}), **more})


def whole(asked: Request) -> str:
    """All that stands in the modal that shows a request whole."""
    return "\n".join(text for _, text in texts(full_request_modal(asked)))


def test_every_kind_of_the_runtime_has_a_look() -> None:
    assert {*get_args(Kind), ""} == set(get_args(CallKind))
    for kind in get_args(CallKind):
        assert called(of_kind(kind, tool="do_it"))
        assert content(of_kind(kind)).text == ("" if kind == "handoff" else "{}")


def test_the_commands_of_a_shell_stand_one_to_a_line_as_they_are() -> None:
    asked = shell("rm -rf build/*", "echo `date` <!channel> && ls :tada:", timeout_ms=30_000, max_output_length=4096)
    shown = written(asked)
    assert shown.startswith("Approval needed: shell\n")
    assert "\nCommands\nrm -rf build/*\necho `date` <!channel> && ls :tada:\nSHA-256 " in shown
    assert "\nFor 30 s at most, with 4,096 characters of output at most\n" in shown


def test_an_older_shell_says_where_it_runs_and_as_whom() -> None:
    asked = of_kind("local_shell", {"commands": ["ls"], "working_directory": "/srv", "user": "www", "env": {}})
    assert "\nIn `/srv`, as `www`\nCommand\nls\n" in written(asked)


def test_a_command_with_line_breaks_cannot_pass_for_several() -> None:
    shown = written(shell("cat <<EOF\nrm -rf /\nEOF", "ls"))
    assert "\n$ cat <<EOF\n> rm -rf /\n> EOF\n$ ls\n" in shown
    assert "$ begins a command, > goes on with it. SHA-256" in shown


def test_no_command_is_hidden_between_others_that_look_like_a_key() -> None:
    line = "A" * 64
    shown = written(shell("echo -----BEGIN PRIVATE KEY-----", line, "shutdown now", "echo -----END PRIVATE KEY-----"))
    assert f"\n$ {line}\n$ shutdown now\n" in shown


def test_what_a_shell_is_given_in_its_environment_is_shown_as_it_may_be_run() -> None:
    shown = written(shell('eval "$DEPLOY_TOKEN"', env={"DEPLOY_TOKEN": "rm -rf /data"}))
    assert "rm -rf /data" in shown


@pytest.mark.parametrize(
    "action",
    [
        {"commands": "ls"},
        {"commands": []},
        {"commands": ["ls", 1]},
        {"commands": ["ls"], "env": {"PATH": "/tmp/evil"}},
        {"commands": ["ls"], "shell": "/tmp/evil"},
        {"commands": ["ls"], "timeout_ms": True},
        {"commands": ["ls"], "timeout_ms": 10**400},
        {"commands": ["ls"], "working_directory": "/srv/a  b"},
        {"commands": ["ls"], "user": "x" * 400},
        {"commands": ["ls"], "user": "r\u043eot"},
    ],
)
def test_an_action_that_is_not_as_usual_is_shown_as_the_json_that_it_is(action: dict[str, Any]) -> None:
    asked = of_kind("shell", action)
    assert content(asked).title == "Arguments"
    read = json.loads(content(asked).text)
    assert read == action


def test_invisible_and_foreign_letters_and_secrets_in_commands_are_marked() -> None:
    shown = written(shell("curl https://p\u0430ypal.com \u202e", "export T=ghp_abcdefghijklmnopqrstuvwx"))
    assert "curl https://p\\u0430ypal.com \\u202e\n" in shown
    assert "export T=[redacted, 28 characters]" in shown
    assert "One secret is redacted. It has letters that look like others" in shown


def test_a_patch_is_a_diff_with_counts() -> None:
    shown = written(patch())
    assert shown.startswith("Approval needed: apply_patch\n")
    assert f"\nUpdate `src/app.py` · 2 lines added, 1 removed\nDiff\n{DIFF}\nSHA-256 " in shown


def test_a_new_file_and_a_deleted_one_say_so() -> None:
    created = written(patch("+one\n+two\n", type="create_file"))
    assert "Create `src/app.py` · 2 lines added, 0 removed\nDiff\n+one\n+two\n" in created
    deleted = written(patch(None, type="delete_file"))
    assert "Delete `src/app.py`\nSHA-256 " in deleted
    assert "No arguments" not in deleted


def test_a_long_diff_is_cut_on_the_card_and_whole_in_the_modal() -> None:
    diff = "".join(f"+line {number:05}\n" for number in range(2000))
    asked = patch(diff)
    on_card = written(asked)
    assert "2,000 lines added, 0 removed" in on_card
    counted = re.search(r"Showing ([\d,]+) of 24,000 characters\. SHA-256 " + DIGEST, on_card)
    assert counted
    assert ARGUMENTS_SHOWN - 30 < int(counted[1].replace(",", "")) <= ARGUMENTS_SHOWN
    assert "+line 01000" not in on_card
    assert all(len(line) == 11 for line in on_card.splitlines() if "line" in line and line.startswith("+"))
    assert "not shown here.\n+line 019" in on_card, "a line is shown from its beginning"
    assert "".join(text for _, text in texts(full_request_modal(asked)) if text.startswith("+line")) == diff


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "src/a  b.py"},
        {"path": "src/a\nb.py"},
        {"path": "src/`a`.py"},
        {"path": "src/\u0430pp.py"},
        {"path": "src/\u202epp.py"},
        {"path": ""},
        {"path": "x/" * 200},
        {"type": "move_file"},
        {"mode": "0777"},
    ],
)
def test_a_patch_that_is_not_as_usual_is_shown_as_the_json_that_it_is(odd: dict[str, Any]) -> None:
    told = content(patch(**odd))
    assert (told.title, told.summary) == ("Arguments", "")
    assert json.loads(told.text) == {"type": "update_file", "path": "src/app.py", "diff": DIFF, **odd}


@pytest.mark.parametrize("kind", ["mcp_hosted", "mcp_local"])
def test_a_tool_of_an_mcp_server_is_named_with_its_server(kind: CallKind) -> None:
    asked = of_kind(kind, {"page": "Home"}, tool="delete_page", server="wiki")
    shown = written(asked)
    assert shown.startswith("Approval needed: delete_page on wiki (MCP)\n")
    assert "*Server*\n`wiki`" in whole(asked)
    assert "*Server*" not in shown, "the title says it"
    long = "wiki" * 40
    assert f"*Tool*\n`delete_page`\n*Agent*\n`operations`\n*Server*\n`{long}`" in written(
        asked.model_copy(update={"server": long})
    )
    assert '"page": "Home"' in shown
    assert offered(asked)["Approve"]["accessibility_label"] == "Approve: delete_page on wiki (MCP)"
    assert approval_card(CardView(asked)).text == "Approval needed: delete_page on wiki (MCP), asked by Ana"


def test_a_handoff_says_to_whom() -> None:
    named = of_kind("handoff", {"reason": "a refund"}, tool="transfer_to_billing_agent").model_copy(
        update={"label": "Billing"}
    )
    assert written(named).startswith("Approval needed: hand over to Billing\n")
    assert "*Tool*\n`transfer_to_billing_agent`" in written(named)
    unknown = of_kind("handoff", tool="transfer_to_billing_agent")
    assert called(unknown) == "hand over to billing agent"
    assert "\nNothing but the conversation is handed over.\nSHA-256 " in written(unknown)
    assert "{" in written(unknown.model_copy(update={"arguments": "{"}))


def test_an_agent_that_is_called_is_shown_with_its_task_as_text() -> None:
    asked = of_kind("agent", {"input": 'Refund "A1"\nand say so'}, tool="billing_expert")
    assert written(asked).startswith("Approval needed: billing_expert (agent)\n")
    assert '\nTask\nRefund "A1"\nand say so\nSHA-256' in written(asked)
    assert content(of_kind("agent", {"input": "x", "budget": 5})).title == "Arguments"
    assert content(of_kind("agent", {"input": 5})).title == "Arguments"


def test_a_call_within_a_called_agent_says_for_whom_it_was_asked() -> None:
    asked = of_kind("function", tool="refund", agent="billing expert", asked_through=("support agent",))
    line = "refund, asked by billing expert for support agent"
    assert line in written(asked).splitlines()
    assert line in whole(asked).splitlines()
    deeper = asked.model_copy(update={"asked_through": ("front desk", "support agent")})
    assert f"{line} for front desk" in written(deeper).splitlines()
    assert "asked by billing" not in written(asked.model_copy(update={"asked_through": ()}))


UNCERTAIN: list[tuple[Request, str]] = [
    (of_kind("function", {"name": "web-1"}, tool="restart_service"), '"name": "web-1"'),
    (of_kind("agent", {"input": "Refund A1"}, tool="billing"), "Refund A1"),
    (shell("rm -rf build"), "rm -rf build"),
    (of_kind("local_shell", {"commands": ["rm -rf build"]}), "rm -rf build"),
    (patch(), "+    newer()"),
    (of_kind("mcp_local", {"page": "Home"}, tool="delete_page", server="wiki"), '"page": "Home"'),
    (of_kind("handoff", {"reason": "refund"}, tool="transfer_to_billing"), '"reason": "refund"'),
]


@pytest.mark.parametrize(("asked", "shown"), UNCERTAIN)
def test_a_call_of_any_kind_that_may_have_run_says_so_and_offers_what_there_is_to_do(
    asked: Request, shown: str
) -> None:
    uncertain = asked.model_copy(update={"kind": "uncertain", "round": 2, "evidence": "it was halfway"})
    assert written(uncertain).startswith(f"May have run: {called(asked)}\n")
    assert shown in written(uncertain)
    assert "it was halfway" in written(uncertain)
    assert list(offered(uncertain)) == ["Run again", "Mark as done", "Reject", "…"]
    assert menu(uncertain) == ["view", "cancel"]
    for form in (reject_modal, done_modal):
        assert shown in "\n".join(text for _, text in texts(form(uncertain)))
    again = decide(uncertain, vote(voter("ben")), NOON + minutes(2)).request
    view = CardView(again, Progress("unknown"))
    assert "*Sent to run again by <@U0BEN>" in block(view, "decision")["text"]["text"]
    assert shown in written(view)


@pytest.mark.parametrize(("asked", "shown"), UNCERTAIN)
def test_of_commands_that_may_have_run_it_is_said_that_they_may_still_be_running(asked: Request, shown: str) -> None:
    uncertain = asked.model_copy(update={"kind": "uncertain"})
    warning = "It may still be running: look before you choose."
    commands = asked.call_kind in ("shell", "local_shell")
    assert shown in written(uncertain)
    assert (warning in block(CardView(uncertain), "question")["text"]["text"]) is commands
    assert (warning in offered(uncertain)["Run again"]["confirm"]["text"]["text"]) is commands
    assert warning not in written(asked)
