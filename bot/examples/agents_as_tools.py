"""Agents as tools: one agent calls another. The call needs approval, and so does what the other one then does.

In a local Slack: `assent dev bot.examples.agents_as_tools:agent`, then "@assent refund order A1"; the cards name the
way to each call. Alone, with OPENAI_API_KEY set: `python -m bot.examples.agents_as_tools`.
"""

import asyncio

from bot.agents import Agent, function_tool
from bot.examples.terminal import converse


@function_tool
async def price(order: str) -> str:
    """Tell what an order cost."""
    return f"Order {order} cost 4900 cents."


@function_tool(needs_approval=True, risk="high")
async def refund(order: str, cents: int) -> str:
    """Give money back."""
    return f"{cents} cents of order {order} are on their way back."


billing = Agent(
    "Billing",
    instructions="You know what orders cost and refund them. Use your tools at once; a person is asked.",
    tools=[price, refund],
)

agent = Agent(
    "Support",
    instructions="You help with orders. Whatever is about money you leave to billing, in one call. Be brief.",
    tools=[
        billing.as_tool(
            tool_name="ask_billing",
            tool_description="Have billing look up, explain or refund what an order cost.",
            needs_approval=True,
        )
    ],
)


async def main() -> None:
    await converse(agent, "Refund order A1, please.")


if __name__ == "__main__":
    asyncio.run(main())
