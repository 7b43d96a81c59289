"""Custom rejection: what the model reads of a call that was not approved, for all calls and for one.

In a local Slack: `assent dev bot.examples.custom_rejection:agent`, then "@assent publish the release notes"; what you
write under Reject is what the model reads. Alone, with OPENAI_API_KEY set: `python -m bot.examples.custom_rejection`.
"""

import asyncio

from bot.agents import Agent, RunConfig, Runner, ToolErrorFormatterArgs, function_tool
from bot.examples.terminal import choose, told


@function_tool(needs_approval=True)
async def publish(title: str, text: str) -> str:
    """Publish a post on the company's blog."""
    return f"Published {title!r}, {len(text)} characters."


agent = Agent(
    "Editor",
    instructions="You write posts of one paragraph and publish them at once; a person is asked. Do as you are told.",
    tools=[publish],
)


def in_our_words(args: ToolErrorFormatterArgs) -> str | None:
    """What the model reads when nobody said why; None leaves it at the usual words."""
    if args.kind != "approval_rejected":
        return None
    return f"The editor in chief did not let {args.tool_name} pass. Do not try it again."


RUN_CONFIG = RunConfig(tool_error_formatter=in_our_words)


async def main() -> None:
    result = await Runner.run(agent, "Publish a post on our new umbrellas.", run_config=RUN_CONFIG)
    while result.interruptions:
        state = result.to_state()
        for interruption in result.interruptions:
            match await choose(f"{told(interruption)}: yes, later or no?", "y/l/n"):
                case "y":
                    state.approve(interruption)
                case "l":
                    state.reject(interruption, rejection_message="Not before Monday. Say so, and end here.")
                case _:
                    state.reject(interruption)
        result = await Runner.run(agent, state, run_config=RUN_CONFIG)
    print(result.final_output)


if __name__ == "__main__":
    asyncio.run(main())
