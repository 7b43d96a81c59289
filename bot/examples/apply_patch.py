"""Apply patch: the model changes text files below the working directory, each change after a person has read it.

In a local Slack: `assent dev bot.examples.apply_patch:agent`, then "@assent make tasks.md with three chores"; the card
shows the diff, and the files are real. Alone, with OPENAI_API_KEY set: `python -m bot.examples.apply_patch`.
"""

import asyncio
from pathlib import Path

from bot.agents import Agent, ApplyPatchTool, MemorySession, WorkspaceEditor
from bot.examples.terminal import converse

agent = Agent(
    "Editor",
    instructions="You make and change text files with apply_patch, at once; a person is asked. Then say what changed.",
    tools=[ApplyPatchTool(editor=WorkspaceEditor(Path.cwd()), needs_approval=True)],
)


async def main() -> None:
    await converse(
        agent,
        "Make tasks.md, a list of three chores with a box to tick in front of each.",
        "Tick the first box.",
        session=MemorySession("tasks"),
    )


if __name__ == "__main__":
    asyncio.run(main())
