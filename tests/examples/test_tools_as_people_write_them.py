"""Programs with hosted MCP and the shell as people write them with the OpenAI Agents SDK, but for the import line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.agents import (
    Agent,
    HostedMCPTool,
    MCPToolApprovalFunctionResult,
    MCPToolApprovalRequest,
    Runner,
    ShellCallOutcome,
    ShellCommandOutput,
    ShellCommandRequest,
    ShellResult,
    ShellTool,
    ToolApprovalItem,
)
from bot.agents.testing import message
from tests.examples.played import files_in, mcp_request, shell_call
from tests.examples.provider import Provider, outputs


async def confirm(question: str, answers: Iterator[bool]) -> bool:
    print(question)
    return next(answers)


async def test_a_hosted_mcp_server_that_requires_approval(provider: Provider):
    server = await provider.answering(
        [mcp_request("search_codex", '{"query":"language"}', id="mcpr_1"), mcp_request("fetch", id="mcpr_2")],
        [message("Rust.")],
    )
    answers = iter([True, False])

    agent = Agent(
        name="MCP Assistant",
        instructions="You must always use the MCP tools to answer questions.",
        tools=[
            HostedMCPTool(
                tool_config={
                    "type": "mcp",
                    "server_label": "deepwiki",
                    "server_url": "https://mcp.example.com/mcp",
                    "require_approval": "always",
                }
            )
        ],
    )

    result = await Runner.run(agent, "Which language is the repo written in?")
    while result.interruptions:
        state = result.to_state()
        for interruption in result.interruptions:
            if await confirm(f"Approve running the tool `{interruption.name}`?", answers):
                state.approve(interruption)
            else:
                state.reject(interruption, rejection_message="Not this one.")
        result = await Runner.run(agent, state)

    assert result.final_output == "Rust."
    assert [item for item in server.requests[1].body["input"] if item.get("type") == "mcp_approval_response"] == [
        {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True},
        {
            "type": "mcp_approval_response",
            "approval_request_id": "mcpr_2",
            "approve": False,
            "reason": "Not this one.",
        },
    ]


async def test_a_callback_decides_about_a_hosted_mcp_server(provider: Provider):
    server = await provider.answering(
        [mcp_request("search_codex", id="mcpr_1"), mcp_request("fetch", id="mcpr_2")], [message("Rust.")]
    )
    safe_tools = {"search_codex"}

    def approve_tool(request: MCPToolApprovalRequest) -> MCPToolApprovalFunctionResult:
        if request.data.name in safe_tools:
            return {"approve": True}
        return {"approve": False, "reason": f"Escalate {request.data.server_label} to a human reviewer"}

    agent = Agent(
        name="Assistant",
        tools=[
            HostedMCPTool(
                tool_config={
                    "type": "mcp",
                    "server_label": "deepwiki",
                    "server_url": "https://mcp.example.com/mcp",
                    "require_approval": "always",
                },
                on_approval_request=approve_tool,
            )
        ],
    )

    result = await Runner.run(agent, "Which language is the repo written in?")

    assert result.final_output == "Rust."
    assert [
        (item["approve"], item.get("reason")) for item in server.requests[1].body["input"] if "approve" in item
    ] == [
        (True, None),
        (False, "Escalate deepwiki to a human reviewer"),
    ]


class ShellExecutor:
    """Executes shell commands with optional approval."""

    def __init__(self, cwd: Path | None = None):
        self.cwd = Path(cwd or Path.cwd())

    async def __call__(self, request: ShellCommandRequest) -> ShellResult:
        action = request.data.action

        outputs: list[ShellCommandOutput] = []
        for command in action.commands:
            proc = await asyncio.create_subprocess_shell(
                command,
                cwd=self.cwd,
                env=os.environ.copy(),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            timed_out = False
            try:
                timeout = (action.timeout_ms or 0) / 1000 or None
                stdout_bytes, stderr_bytes = await asyncio.wait_for(proc.communicate(), timeout=timeout)
            except TimeoutError:
                proc.kill()
                stdout_bytes, stderr_bytes = await proc.communicate()
                timed_out = True

            outputs.append(
                ShellCommandOutput(
                    command=command,
                    stdout=stdout_bytes.decode("utf-8", errors="ignore"),
                    stderr=stderr_bytes.decode("utf-8", errors="ignore"),
                    outcome=ShellCallOutcome(
                        type="timeout" if timed_out else "exit",
                        exit_code=getattr(proc, "returncode", None),
                    ),
                )
            )
            if timed_out:
                break

        return ShellResult(output=outputs, provider_data={"working_directory": str(self.cwd)})


def _extract_commands(approval_item: ToolApprovalItem) -> list[str]:
    raw: Any = approval_item.raw_item
    return [str(command) for command in raw["action"]["commands"]]


async def prompt_shell_approval(commands: list[str], answers: Iterator[str]) -> tuple[bool, bool]:
    """Approve or not, and whether that is for all."""
    print("Shell command approval required:", *commands, sep="\n  ")
    response = next(answers)
    return response.startswith("y"), response.endswith("always")


@pytest.mark.parametrize(
    ("typed", "made", "last"),
    [
        (["yes", "yes"], ["a", "b", "c"], ""),
        (["yes always"], ["a", "b", "c"], ""),
        (["no", "yes"], ["c"], ""),
        (["no always"], [], "Tool execution was not approved."),
    ],
)
async def test_the_shell_loop_that_reads_the_commands(
    typed: list[str], made: list[str], last: str, provider: Provider, tmp_path: Path
):
    server = await provider.answering(
        [shell_call("touch a", "touch b", call_id="c1")], [shell_call("touch c", call_id="c2")], [message("There.")]
    )
    answers = iter(typed)
    read: list[list[str]] = []

    agent = Agent(
        name="Shell HITL Assistant",
        model="gpt-5.1",
        instructions="You can run shell commands using the shell tool.",
        tools=[ShellTool(executor=ShellExecutor(cwd=tmp_path), needs_approval=True)],
    )

    result = await Runner.run(agent, "Make three files.")

    while result.interruptions:
        print("\n== Pending approvals ==")
        state = result.to_state()

        for interruption in result.interruptions:
            commands = _extract_commands(interruption)
            read.append(commands)
            approved, always = await prompt_shell_approval(commands, answers)
            if approved:
                state.approve(interruption, always_approve=always)
            else:
                state.reject(interruption, always_reject=always)

        result = await Runner.run(agent, state)

    assert result.final_output == "There."
    assert read == [["touch a", "touch b"], ["touch c"]][: len(typed)]
    assert files_in(tmp_path) == made
    assert outputs(server, 2)[1][0]["stderr"] == last
