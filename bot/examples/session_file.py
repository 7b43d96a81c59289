"""Session in a file: what was said is there again in the next process, which continues the conversation.

Alone, with OPENAI_API_KEY set: `python -m bot.examples.session_file "Book a table for two at 19:00."`, and then
`python -m bot.examples.session_file "For how many people was that?"`. They leave `tables.jsonl` here, and
`SQLiteSession("tables", "tables.db")` in its place would keep it in a database. In a local Slack the thread is the
session: `assent dev bot.examples.session_file:agent`, then "@assent book a table for two tonight".
"""

import asyncio
import sys

from bot.agents import FileSession
from bot.examples.session_memory import QUESTIONS, agent
from bot.examples.terminal import converse


async def main(*questions: str) -> None:
    await converse(agent, *questions, session=FileSession("tables", "."))


if __name__ == "__main__":
    asyncio.run(main(*(sys.argv[1:] or QUESTIONS)))
