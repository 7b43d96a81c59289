"""What an operator sees of a run that goes by in Slack: its spans, and what it has cost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.agents.pricing import Price, Prices
from tests.agents.spans import Recorded, said
from tests.journeys.house import Houses, says

PRICES = Prices({"gpt-5*": Price(input=Decimal(1), cached=Decimal("0.5"), output=Decimal(10))})


async def test_a_run_that_waits_in_slack_is_one_trace_and_says_who_decided(houses: Houses, recorded: Recorded) -> None:
    house = await houses.open()
    conversation = await house.say("ana", "@assent restart web-1")
    card = await conversation.card()
    await conversation.rests()
    await conversation.approve("ben", card)
    await conversation.reply("web-1 was restarted")
    await conversation.is_quiet()

    ours = [span for span in recorded.spans if said(span, "assent.run.id")]
    legs = [span for span in ours if said(span, "gen_ai.operation.name") == "invoke_agent"]
    (wait,) = [span for span in ours if span.name.startswith("approval ")]
    assert [said(span, "assent.run.status") for span in legs] == ["waiting", "done"]
    assert len({span.context.trace_id for span in ours if span.context}) == 1
    assert said(wait, "assent.decision.by") == next(
        user.id for user in await house.driver.users() if user.name == "ben"
    )
    assert said(legs[0], "gen_ai.conversation.id") == f"{conversation.thread.channel}:{conversation.thread.ts}"
    assert "web-1" not in "\n".join(span.to_json() for span in ours)


@pytest.mark.parametrize(("prices", "dollars"), [(PRICES, "0.000038"), (Prices({}), "unknown"), (None, None)])
async def test_the_log_says_what_a_run_has_used_and_cost(
    prices: Prices | None, dollars: str | None, houses: Houses
) -> None:
    with capture_logs() as lines:
        house = await houses.open(answers=[says("Hello Ana.")], prices=prices)
        conversation = await house.say("ana", "@assent hello")
        await conversation.reply("Hello Ana.")
        (line,) = [line for line in lines if line["event"] == "run ended"]
    assert (line["input_tokens"], line["output_tokens"], line.get("dollars")) == (12, 3, dollars)
