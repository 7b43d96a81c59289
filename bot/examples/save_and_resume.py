"""Save and resume: a run that waits is put into a file, and another process goes on with it, days later if need be.

Alone, with OPENAI_API_KEY set: `python -m bot.examples.save_and_resume run.json` asks and saves; the same once more
reads the file, lets you decide, and goes on. In a local Slack the bot does that by itself, restarts and all:
`assent dev bot.examples.save_and_resume:agent`, then "@assent delete the backups of May".
"""

import asyncio
import sys
from pathlib import Path

from bot.agents import Agent, Runner, RunResult, RunState, function_tool
from bot.examples.terminal import decided


@function_tool
async def list_backups() -> str:
    """List the backups that there are."""
    return "2031-04, 2031-05, 2031-06"


@function_tool(needs_approval=True, risk="high")
async def delete_backup(month: str) -> str:
    """Delete the backup of a month."""
    return f"The backup of {month} is deleted."


agent = Agent(
    "Backups",
    instructions="You look after backups. Use your tools at once; a person is asked before anything is deleted.",
    tools=[list_backups, delete_backup],
)


async def begin(file: Path) -> None:
    """Begin a run, and save it where it stops."""
    save(await Runner.run(agent, "Delete the backup of 2031-05."), file)


async def go_on(file: Path) -> None:
    """Go on with the run in the file, once somebody has decided.

    Meanwhile the file is aside: a process that dies in the middle leaves no run that seems to wait, as going on with
    that would do again what was done.
    """
    state = await decided(await RunState.from_string(agent, await asyncio.to_thread(file.read_text)))
    aside = await asyncio.to_thread(file.rename, file.with_suffix(".taken"))
    save(await Runner.run(agent, state), file)
    await asyncio.to_thread(aside.unlink)


def save(result: RunResult, file: Path) -> None:
    """Keep a run that waits; of one that has ended print the answer."""
    if not result.interruptions:
        print(result.final_output)
        return
    file.write_text(result.to_state().to_string())
    print(f"The run waits in {file}. Start this again to decide.")


if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "run.json")
    asyncio.run(go_on(path) if path.exists() else begin(path))
