"""Session with OpenAI: its Conversations API keeps what was said, under an id.

Alone, with OPENAI_API_KEY set: `python -m bot.examples.session_conversations`, and with the id that it prints,
`python -m bot.examples.session_conversations conv_...`, it continues there. In a local Slack the thread is the session:
`assent dev bot.examples.session_conversations:agent`, then "@assent book a table for two tonight".
"""

import asyncio
import sys

from bot.agents import OpenAIConversationsSession
from bot.examples.session_memory import QUESTIONS, agent
from bot.examples.terminal import converse


async def main(conversation_id: str | None = None) -> None:
    session = OpenAIConversationsSession(conversation_id)
    await converse(agent, *(QUESTIONS[1:] if conversation_id else QUESTIONS), session=session)
    print(f"This conversation is {session.session_id}.")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:2]))
