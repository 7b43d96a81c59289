"""Shell: the model runs commands in the working directory, each call after a person has read what it would run.

In a local Slack: `assent dev bot.examples.shell:agent`, then "@assent which files here are the largest?"; the commands
are real. Alone, with OPENAI_API_KEY set: `python -m bot.examples.shell`, or with a question of yours behind it. There
"a" approves whatever the shell is asked for from then on in this run, and "x" rejects all of it.
"""

import asyncio
import sys
from pathlib import Path

from bot.agents import Agent, LocalShell, Runner, ShellTool, ToolApprovalItem
from bot.examples.terminal import choose

agent = Agent(
    "Shell",
    instructions="You answer by running commands in the shell, as few as will do. Say what you found in one paragraph.",
    tools=[ShellTool(executor=LocalShell(Path.cwd(), timeout=60), needs_approval=True)],
)


def commands_of(item: ToolApprovalItem) -> list[str]:
    """The commands of a call, as the model wrote them."""
    match item.raw_item.get("action"):
        case {"commands": [*commands]}:
            return [str(command) for command in commands]
        case _:
            return []


async def main(question: str) -> None:
    result = await Runner.run(agent, question)
    while result.interruptions:
        state = result.to_state()
        for interruption in state.get_interruptions():
            for command in commands_of(interruption):
                print(f"  $ {command}")
            match await choose("Run this? yes, always, never (x) or no", "y/a/x/n"):
                case ("y" | "a") as answer:
                    state.approve(interruption, always_approve=answer == "a")
                case answer:
                    state.reject(interruption, always_reject=answer == "x")
        result = await Runner.run(agent, state)
    print(result.final_output)


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "What is in this directory?"))
