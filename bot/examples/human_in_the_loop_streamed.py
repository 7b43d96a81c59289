"""Human in the loop, streamed: what the model says is seen as it comes, and the run stops and goes on in the same way.

In a local Slack: `assent dev bot.examples.human_in_the_loop_streamed:agent`, then "@assent mail the minutes to Ben".
Alone, with OPENAI_API_KEY set: `python -m bot.examples.human_in_the_loop_streamed`.
"""

import asyncio

from bot.agents import (
    Agent,
    AgentUpdatedStreamEvent,
    RawResponsesStreamEvent,
    RunItemStreamEvent,
    Runner,
    RunResultStreaming,
    ToolCallOutputItem,
    function_tool,
)
from bot.examples.terminal import decided


@function_tool
async def find_address(name: str) -> str:
    """Find somebody's mail address."""
    return f"{name.lower()}@example.com"


@function_tool(needs_approval=True)
async def send_mail(to: str, subject: str, text: str) -> str:
    """Send a mail."""
    return f"Sent {subject!r} to {to}, {len(text)} characters."


agent = Agent(
    "Secretary",
    instructions="You write and send mails. Send at once; a person is asked before a mail leaves. Be brief.",
    tools=[find_address, send_mail],
)


async def show(result: RunResultStreaming) -> None:
    """Print what happens while it happens. At the end of the events the run has ended, or waits."""
    async for event in result.stream_events():
        match event:
            case RawResponsesStreamEvent(raw={"type": "response.output_text.delta", "delta": str(delta)}):
                print(delta, end="", flush=True)
            case RunItemStreamEvent(item=ToolCallOutputItem(output=output)):
                print(f"({output})")
            case AgentUpdatedStreamEvent(new_agent=new_agent):
                print(f"({new_agent.name} is at work)")
            case _:
                pass


async def main() -> None:
    result = Runner.run_streamed(agent, "Tell Ben by mail that the meeting is at noon.")
    await show(result)
    while result.interruptions:
        result = Runner.run_streamed(agent, await decided(result.to_state()))
        await show(result)
    print()


if __name__ == "__main__":
    asyncio.run(main())
