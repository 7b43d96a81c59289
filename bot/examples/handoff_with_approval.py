"""Handoff with approval: one agent hands the conversation over to another, once a person has agreed.

In a local Slack: `assent dev bot.examples.handoff_with_approval:agent`, then "@assent I want to close my account".
Alone, with OPENAI_API_KEY set: `python -m bot.examples.handoff_with_approval`.
"""

import asyncio

from bot.agents import Agent, function_tool, handoff
from bot.examples.terminal import converse


@function_tool(needs_approval=True, risk="high")
async def close_account(customer: str) -> str:
    """Close the account of a customer, for good."""
    return f"The account of {customer} is closed."


accounts = Agent(
    "Accounts",
    handoff_description="Opens and closes accounts.",
    instructions="You open and close accounts. Use your tools at once; a person is asked. Be brief.",
    tools=[close_account],
)

agent = Agent(
    "Reception",
    instructions="You greet customers and answer simple questions. What is about accounts you hand over at once.",
    handoffs=[handoff(accounts, needs_approval=True)],
)


async def main() -> None:
    await converse(agent, "This is Ana Lopez. Close my account, please.")


if __name__ == "__main__":
    asyncio.run(main())
