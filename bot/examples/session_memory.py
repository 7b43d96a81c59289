"""Session in memory: the second question builds on the first, as both runs share a session.

Alone, with OPENAI_API_KEY set: `python -m bot.examples.session_memory`. In a local Slack the thread is the session:
`assent dev bot.examples.session_memory:agent`, then "@assent book a table for two tonight", and go on in the thread.
"""

import asyncio

from bot.agents import Agent, MemorySession, function_tool
from bot.examples.terminal import converse


@function_tool(needs_approval=True)
async def book_table(people: int, at: str) -> str:
    """Book a table."""
    return f"A table for {people} is booked at {at}."


agent = Agent(
    "Tables",
    instructions="You book tables at once; a person is asked before. Be brief.",
    tools=[book_table],
)

QUESTIONS = ("Book a table for two at 19:00.", "For how many people was that?")


async def main() -> None:
    await converse(agent, *QUESTIONS, session=MemorySession("tables"))


if __name__ == "__main__":
    asyncio.run(main())
