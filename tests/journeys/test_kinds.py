"""Every kind of call waits for a person, who reads what it would do, and does what was decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.agents.record.plain import Item
from bot.agents.testing import call
from bot.slack.modals import OUTCOME
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.office import Office, asks_the_wiki, patches, runs


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "app.py").write_text("def main():\n    old()\n")
    return Office(tmp_path)


async def test_commands_are_read_one_to_a_line_and_run_when_approved(houses: Houses, office: Office) -> None:
    house = await houses.open(office.served, answers=[asks_for(runs("echo hello > a.txt", "cat a.txt")), says("Done.")])
    thread = await house.say("ana", "@assent say hello")
    card = await thread.card("echo hello > a.txt\ncat a.txt")
    assert "Approval needed: shell" in card.visible
    assert not (office.root / "a.txt").exists()
    await thread.approve("ben", card)
    await thread.reply("Done.")
    [output] = [item for item in house.read_by_model(1) if item.get("type") == "shell_call_output"]
    assert output["output"][1]["stdout"] == "hello\n"
    await thread.is_quiet()


async def test_a_patch_is_read_as_a_diff_and_applied_when_approved(houses: Houses, office: Office) -> None:
    patch = patches("app.py", "@@ def main():\n-    old()\n+    new()\n+    newer()\n")
    house = await houses.open(office.served, answers=[asks_for(patch), says("Done.")])
    thread = await house.say("ana", "@assent renew the app")
    card = await thread.card("Update `app.py` · 2 lines added, 1 removed")
    assert "-    old()\n+    new()\n" in card.visible
    await thread.approve("ben", card)
    await thread.reply("Done.")
    assert (office.root / "app.py").read_text() == "def main():\n    new()\n    newer()\n"
    await thread.is_quiet()


async def test_a_patch_that_no_form_holds_comes_as_a_file_beside_its_card(houses: Houses, office: Office) -> None:
    diff = "".join(f"+line {number:06}\n" for number in range(30_000))
    patch = patches("long.txt", diff, type="create_file")
    house = await houses.open(office.served, answers=[asks_for(patch), says("Done.")])
    thread = await house.say("ana", "@assent write it all down")
    card = await thread.card("Create `long.txt` · 30,000 lines added, 0 removed")
    assert "All of it is in a file in the thread." in card.visible
    await thread.reply("All that `apply_patch` would do.")
    [beside] = [one for one in await thread.seen_by("ben") if one.files]
    assert await house.driver.file(beside, beside.files[0].name, as_user="ben") == diff
    await thread.approve("ben", card)
    await thread.reply("Done.")
    assert len((office.root / "long.txt").read_text().splitlines()) == 30_000
    assert len([one for one in await thread.seen_by("ben") if one.files]) == 1
    await thread.is_quiet()


async def test_a_tool_of_an_mcp_server_is_named_with_its_server(houses: Houses, office: Office) -> None:
    asked = asks_the_wiki("delete_page", '{"page": "Home"}')
    house = await houses.open(office.served, answers=[asks_for(asked), says("Done.")])
    thread = await house.say("ana", "@assent tidy the wiki")
    card = await thread.card("delete_page on wiki (MCP)")
    await thread.reject("ben", card, "We need it")
    await thread.reply("Done.")
    [answer] = [item for item in house.read_by_model(1) if item.get("type") == "mcp_approval_response"]
    assert (answer["approve"], answer["reason"]) == (False, "We need it")
    await thread.is_quiet()


async def test_a_call_within_a_called_agent_says_for_whom_it_was_asked(houses: Houses, office: Office) -> None:
    answers = [
        asks_for(call("ask_billing", {"input": "Refund A1"}, call_id="call_ask")),
        asks_for(call("refund", {"order": "A1"}, call_id="call_refund")),
        says("It is refunded."),
        says("Done."),
    ]
    house = await houses.open(office.served, answers=answers)
    thread = await house.say("ana", "@assent refund A1")
    outer = await thread.card("ask_billing (agent)")
    assert "Task\nRefund A1" in outer.visible
    await thread.approve("ben", outer)
    inner = await thread.card("refund, asked by billing expert for support agent")
    assert "*Agent*\n`billing expert`" in inner.visible
    await thread.approve("chloe", inner)
    await thread.reply("Done.")
    assert office.refunded == ["A1"]
    await thread.turned(inner, "Approved by <@U0CHLOE>", "Done in")
    await thread.is_quiet()


async def test_an_always_within_a_called_agent_ends_with_its_task(houses: Houses, office: Office) -> None:
    answers = [
        asks_for(call("ask_billing", {"input": "Refund A1 and A2"}, call_id="call_ask")),
        asks_for(call("refund", {"order": "A1"}, call_id="call_a1")),
        asks_for(call("refund", {"order": "A2"}, call_id="call_a2")),
        says("Both are refunded."),
        asks_for(call("ask_billing", {"input": "Refund B1"}, call_id="call_again")),
        asks_for(call("refund", {"order": "B1"}, call_id="call_b1")),
        says("It is refunded."),
        says("Done."),
    ]
    house = await houses.open(office.served, answers=answers)
    thread = await house.say("ana", "@assent refund them")
    await thread.approve("ben", await thread.card("Refund A1 and A2"))
    inner = await thread.card("refund, asked by")
    await thread.choose("ben", inner, "always_approve")
    form = await thread.form("ben")
    assert "by `billing expert` while it works on this task" in form.shown
    assert (await house.driver.submit("ben", form.id, {})).closed

    again = await thread.card("Refund B1")
    assert office.refunded == ["A1", "A2"]
    inner = await thread.turned(inner, "Always approved in this run by", "Done in")
    assert inner.labels == [], "its task is done, so there is nothing to revoke"
    await thread.approve("ben", again)
    await thread.approve("ben", await thread.card('"order": "B1"'))
    await thread.reply("Done.")
    assert office.refunded == ["A1", "A2", "B1"]
    await thread.is_quiet()


async def test_a_handoff_says_to_whom(houses: Houses, office: Office) -> None:
    answers = [asks_for(call("transfer_to_billing_expert", call_id="call_over")), says("Billing speaks.")]
    house = await houses.open(office.served, answers=answers)
    thread = await house.say("ana", "@assent I need billing")
    card = await thread.card("hand over to billing expert")
    await thread.approve("ben", card)
    await thread.reply("Billing speaks.")
    await thread.turned(card, "Approved by")
    await thread.is_quiet()


async def test_commands_that_may_have_run_are_shown_again_before_they_could(houses: Houses, office: Office) -> None:
    office.breaks = 1
    house = await houses.open(office.served, answers=[asks_for(runs("echo once >> log.txt")), says("Done.")])
    thread = await house.say("ana", "@assent note it")
    await thread.approve("ben", await thread.card("echo once"))
    card = await thread.card(button="Run again")
    assert "May have run: shell" in card.visible
    assert "Command\necho once >> log.txt" in card.visible
    await thread.click("ben", card, "Mark as done")
    form = await thread.form("ben")
    assert "echo once >> log.txt" in form.shown
    assert (await house.driver.submit("ben", form.id, {OUTCOME: {OUTCOME: "It stands in the log"}})).closed
    await thread.reply("Done.")
    assert (office.root / "log.txt").read_text() == "once\n"
    [output] = [item for item in house.read_by_model(1) if item.get("type") == "shell_call_output"]
    assert "It stands in the log" in str(output)
    await thread.is_quiet()


@pytest.mark.parametrize(
    "asked",
    [
        runs("echo hello > a.txt"),
        patches("app.py", "@@ def main():\n-    old()\n+    new()\n"),
        call("ask_billing", {"input": "Refund A1"}),
        call("transfer_to_billing_expert"),
    ],
    ids=["shell", "patch", "agent", "handoff"],
)
async def test_what_is_rejected_for_the_run_is_not_asked_again(houses: Houses, office: Office, asked: Item) -> None:
    again = {**asked, "id": "again", "call_id": "call_again"}
    house = await houses.open(office.served, answers=[asks_for(asked), asks_for(again), says("So be it.")])
    thread = await house.say("ana", "@assent do it")
    card = await thread.card()
    await thread.choose("ben", card, "always_reject")
    form = await thread.form("ben")
    assert (await house.driver.submit("ben", form.id, {})).closed
    await thread.reply("So be it.")
    assert len(await thread.cards()) == 1
    assert list(office.root.iterdir()) == [office.root / "app.py"]
    assert "old()" in (office.root / "app.py").read_text()
    await thread.is_quiet()
