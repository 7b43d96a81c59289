"""Who may decide, under each setting: whoever may not learns why, alone, and the card stays as it is."""

from __future__ import annotations

import pytest

from bot.approvals.policy import AnyMember, Approvers, ChannelMembers, Listed, RequesterAlone
from bot.slack.modals import TYPED_NAME
from bot.workspace.seen import Message
from tests.journeys.conversation import Conversation
from tests.journeys.house import Houses

ONCALL = Listed(groups=("oncall",))  # ben and chloe
CHLOE = Listed(users=("U0CHLOE",))

NOT_FULL_MEMBERS = {
    "gus": "Guests cannot decide requests",
    "eve": "People from outside this workspace cannot decide requests",
    "robo": "Bots and apps cannot decide requests",
    "dora": "A deactivated account cannot decide requests",
}


@pytest.mark.parametrize("approvers", [AnyMember(), RequesterAlone(), ChannelMembers(), ONCALL, CHLOE])
async def test_none_but_full_members_decide(approvers: Approvers, houses: Houses) -> None:
    house = await houses.open(approvers=approvers)
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    for user, why in NOT_FULL_MEMBERS.items():
        before = len(await _told_alone(thread))
        await thread.click(user, card, "Approve", forge=True)
        assert why in await _next_told_alone(thread, before)
    await _stands_unchanged(thread, card)


@pytest.mark.parametrize(
    ("approvers", "outsider", "why"),
    [
        (RequesterAlone(), "ben", "Only the requester may decide this"),
        (ONCALL, "ada", "Only members of <!subteam^S0ONCALL> may decide this"),
        (CHLOE, "ben", "Only <@U0CHLOE> may decide this"),
    ],
)
async def test_a_member_whom_the_setting_does_not_mean_is_told_who_may(
    approvers: Approvers, outsider: str, why: str, houses: Houses
) -> None:
    house = await houses.open(approvers=approvers)
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    assert why in await thread.refused(outsider, card)
    assert why in await thread.refused(outsider, card, "Reject")
    await _stands_unchanged(thread, card)


async def test_who_is_not_in_the_channel_does_not_decide_for_it(houses: Houses) -> None:
    house = await houses.open(approvers=ChannelMembers())
    thread = await house.say("ana", "@assent restart web-1", channel="payments")
    card = await thread.card()
    before = len(await _told_alone(thread))
    await thread.click("chloe", card, "Approve", forge=True)
    assert "Only members of this channel may decide this" in await _next_told_alone(thread, before)
    await _stands_unchanged(thread, card)
    await thread.approve("ben", card)
    await thread.reply("restarted")


@pytest.mark.parametrize(
    ("approvers", "who"),
    [(AnyMember(), "ana"), (RequesterAlone(), "ana"), (ChannelMembers(), "ana"), (ONCALL, "ben"), (CHLOE, "chloe")],
)
async def test_whom_the_setting_means_decides(approvers: Approvers, who: str, houses: Houses) -> None:
    house = await houses.open(approvers=approvers)
    thread = await house.say("ana", "@assent restart web-1")
    await thread.approve(who, await thread.card())
    await thread.reply("web-1 was restarted")


@pytest.mark.parametrize(
    ("approvers", "requester", "other"),
    [(AnyMember(), "ana", "ben"), (ChannelMembers(), "ana", "ben"), (ONCALL, "ben", "chloe")],
)
async def test_high_risk_takes_another_person(approvers: Approvers, requester: str, other: str, houses: Houses) -> None:
    house = await houses.open(approvers=approvers)
    thread = await house.say(requester, "@assent rotate the secret of api")
    card = await thread.card()
    assert "You cannot approve your own request" in await thread.refused(requester, card)
    await _stands_unchanged(thread, card)
    await thread.approve(other, card)
    await thread.reply("rotate the secret of api")
    await thread.is_quiet()


async def test_who_works_alone_types_the_name_of_a_high_risk_tool(houses: Houses) -> None:
    house = await houses.open(approvers=RequesterAlone())
    thread = await house.say("ana", "@assent rotate the secret of api")
    card = await thread.card(button="Review…")
    assert "Approve" not in card.labels
    await thread.click("ana", card, "Review…")
    form = await thread.form("ana")
    wrong = await house.driver.submit("ana", form.id, {TYPED_NAME: {TYPED_NAME: "rotate"}})
    assert "type its name exactly" in wrong.errors[TYPED_NAME]
    right = await house.driver.submit("ana", form.id, {TYPED_NAME: {TYPED_NAME: "rotate_secret"}})
    assert right.closed
    await thread.turned(card, "Approved by", "self-approved")
    await thread.reply("rotate the secret of api")
    [request] = await thread.requests()
    assert request.settlement
    assert request.settlement.self_approved


async def test_where_nobody_could_decide_the_card_says_so_and_offers_to_cancel(houses: Houses) -> None:
    house = await houses.open(approvers=Listed(users=("U0ANA",)))
    thread = await house.say("ana", "@assent rotate the secret of api")
    card = await thread.card()
    assert "Nobody can decide this" in card.visible
    assert "ASSENT_APPROVERS=U0ANA" in card.visible
    await thread.click("ana", card, "Cancel run")
    await thread.turned(card, "Cancelled")
    await thread.reply("Cancelled by")
    await thread.is_quiet()


async def test_in_a_direct_message_nobody_else_could_decide_for_the_channel(houses: Houses) -> None:
    house = await houses.open(approvers=ChannelMembers())
    thread = await house.write_directly("ana", "rotate the secret of api")
    card = await thread.card()
    assert "Nobody can decide this" in card.visible
    assert "ASSENT_APPROVERS=channel" in card.visible
    assert "Cancel run" in card.labels


async def test_in_a_direct_message_its_person_decides_for_the_channel(houses: Houses) -> None:
    house = await houses.open(approvers=ChannelMembers())
    thread = await house.write_directly("ana", "restart web-1")
    await thread.approve("ana", await thread.card())
    await thread.reply("web-1 was restarted")
    await thread.is_quiet()


async def test_an_empty_group_is_told_at_once(houses: Houses) -> None:
    house = await houses.open(approvers=ONCALL)
    await house.driver.change_group("oncall", users=[])
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    assert "ASSENT_APPROVERS=@oncall" in card.visible
    assert "Cancel run" in card.labels


async def test_who_asked_later_in_the_same_run_is_a_requester_too(houses: Houses) -> None:
    """ "Requester" means everyone whose message is in the run's input."""
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    first = await thread.card()
    await thread.say("ben", "@assent rotate the secret of api")
    await thread.approve("chloe", first)
    card = await thread.card("rotate_secret")
    assert "You cannot approve your own request" in await thread.refused("ana", card)
    assert "You cannot approve your own request" in await thread.refused("ben", card)
    await thread.approve("chloe", card)
    await thread.reply("rotate the secret of api")


async def test_who_became_a_guest_meanwhile_decides_a_high_risk_call_no_more(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent rotate the secret of api")
    card = await thread.card()
    await house.driver.change_user("ben", is_restricted=True)
    assert "Guests cannot decide requests" in await thread.refused("ben", card)
    await _stands_unchanged(thread, card)


async def test_where_slack_does_not_say_who_somebody_is_nothing_counts(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await house.fault(kind="error", method="users.info", times=5)
    assert "I could not check who may decide this" in await thread.refused("ben", card)
    await _stands_unchanged(thread, card)
    await house.driver.clear_faults()
    await thread.approve("ben", card)
    await thread.reply("web-1 was restarted")


async def _stands_unchanged(thread: Conversation, card: Message) -> None:
    now = await thread.now(card)
    assert (now.blocks, now.edited) == (card.blocks, card.edited)
    assert all(not request.settled for request in await thread.requests())


async def _told_alone(thread: Conversation) -> list[str]:
    """What the bot told anybody alone, as Slack heard it: whoever has no client reads it nowhere."""
    log = await thread.driver.log()
    return [
        str(entry.args) for entry in log if entry.method in ("chat.postEphemeral", "views.open", "chat.postMessage")
    ]


async def _next_told_alone(thread: Conversation, before: int) -> str:
    async def look() -> str | None:
        told = await _told_alone(thread)
        return told[before] if len(told) > before else None

    return await thread.driver.until(look)
