"""Human in the loop: the run stops at a call that needs approval, a person decides, and it goes on.

In a local Slack: `assent dev bot.examples.human_in_the_loop:agent`, then "@assent cancel order A1 and refund it".
Alone, with OPENAI_API_KEY set: `python -m bot.examples.human_in_the_loop`.
"""

import asyncio
from typing import Any

from pydantic import JsonValue

from bot.agents import Agent, RunContextWrapper, Runner, function_tool
from bot.examples.terminal import confirm


@function_tool
async def look_up(order: str) -> str:
    """Tell what was ordered, and what it cost."""
    return f"Order {order}: a blue umbrella, 4900 cents, paid, not yet sent."


@function_tool(needs_approval=True)
async def cancel_order(order: str) -> str:
    """Cancel an order."""
    return f"Order {order} is cancelled."


async def is_much(_ctx: RunContextWrapper[Any], arguments: dict[str, JsonValue], _call_id: str) -> bool:
    """Whether somebody must look at a refund: above 1000 cents, and whenever it is not clear how much is meant."""
    cents = arguments.get("cents")
    return not isinstance(cents, int) or cents > 1000


@function_tool(needs_approval=is_much)
async def refund(order: str, cents: int) -> str:
    """Give money back."""
    return f"{cents} cents of order {order} are on their way back."


agent = Agent(
    "Orders",
    instructions="You help with orders. Use your tools at once; a person is asked where that is needed. Be brief.",
    tools=[look_up, cancel_order, refund],
)


async def main() -> None:
    result = await Runner.run(agent, "Cancel order A1, and refund what it cost.")
    while result.interruptions:
        state = result.to_state()
        for interruption in result.interruptions:
            if await confirm(f"May {interruption.agent.name} call {interruption.name} with {interruption.arguments}?"):
                state.approve(interruption)
            else:
                state.reject(interruption)
        result = await Runner.run(agent, state)
    print(result.final_output)


if __name__ == "__main__":
    asyncio.run(main())
