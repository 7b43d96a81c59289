"""Arguments and words that would deceive: what people read is what would run, as literal text."""

from __future__ import annotations

from bot.agents.record.content import parse_arguments
from bot.agents.testing import call
from bot.workspace.wire import JsonObject, objects
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop
from tests.slack_views.hostile import assert_tame, assert_tame_markup

MARKUP = "<!channel> <@U0BEN> *bold* ```code``` `tick` &amp; <https://evil.example|your bank>"
BIDI = "safe\u202etxt.exe\u2066\u200b\u0007"


async def test_markup_in_arguments_stays_text(houses: Houses) -> None:
    workshop = Workshop()
    house = await houses.open(workshop.served, answers=[asks_for(call("deploy", {"to": MARKUP})), says("Done.")])
    thread = await house.say("ana", "@assent deploy")
    card = await thread.card()
    assert MARKUP in card.shown
    assert_tame(card.blocks)
    assert_tame_markup(card.text)
    await thread.approve("ben", card)
    await thread.reply("Done.")
    assert workshop.done == [f"{MARKUP} for ana"]
    await thread.is_quiet()


async def test_what_cannot_be_seen_is_shown(houses: Houses) -> None:
    workshop = Workshop()
    house = await houses.open(workshop.served, answers=[asks_for(call("deploy", {"to": BIDI})), says("Done.")])
    thread = await house.say("ana", "@assent deploy")
    card = await thread.card()
    for hidden in BIDI[4], BIDI[-3], BIDI[-2], BIDI[-1]:
        assert hidden not in card.visible
        assert hidden not in card.text
    assert "202e" in card.visible.lower()
    await thread.approve("ben", card)
    await thread.reply("Done.")
    assert workshop.done == [f"{BIDI} for ana"]


async def test_of_arguments_too_long_to_show_the_digest_and_all_of_them_can_be_read(houses: Houses) -> None:
    workshop = Workshop()
    long = "".join(f"[{number:05}]" for number in range(7_200))  # 50 KB
    asked = call("deploy", {"to": long})
    house = await houses.open(workshop.served, answers=[asks_for(asked), says("Done.")])
    thread = await house.say("ana", "@assent deploy")
    card = await thread.card()
    [request] = await thread.requests()
    assert request.digest in card.visible
    assert "characters are not shown here" in card.visible
    assert "[00000]" in card.visible
    assert "[07199]" in card.visible
    assert "[03600]" not in card.visible
    await thread.choose("chloe", card, "view")
    whole = await thread.form("chloe")
    assert whole.heading == "Full request"
    assert long in "".join(_boxes(whole.blocks))
    assert request.digest in whole.shown
    canonical = parse_arguments(str(asked["arguments"])).canonical
    assert canonical == request.arguments
    await thread.approve("ben", card)
    await thread.reply("Done.")
    assert workshop.done == [f"{long} for ana"]
    await thread.is_quiet()


async def test_arguments_that_are_no_json_never_run(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("deploy", '{"to": "blue"')), says("I cannot write.")]
    house = await houses.open(workshop.served, answers=answers)
    thread = await house.say("ana", "@assent deploy")
    card = await thread.card()
    assert '{"to": "blue"' in card.visible
    await thread.approve("ben", card)
    await thread.reply("I cannot write.")
    await thread.turned(card, "Failed")
    assert workshop.done == []
    await thread.is_quiet()


async def test_a_tool_that_is_not_there_is_told_to_the_model_alone(houses: Houses) -> None:
    answers = [asks_for(call("<!channel>", {"to": "blue"})), says("There is none.")]
    house = await houses.open(Workshop().served, answers=answers)
    thread = await house.say("ana", "@assent deploy")
    await thread.reply("There is none.")
    assert await thread.cards() == []
    await thread.is_quiet()


async def test_a_reason_is_words_whatever_is_in_it(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[asks_for(call("deploy", {"to": "blue"})), says("No.")])
    thread = await house.say("ana", "@assent deploy")
    card = await thread.card()
    await thread.reject("ben", card, MARKUP)
    await thread.reply("No.")
    assert house.read_by_model(1)[-1]["output"] == MARKUP
    card = await thread.turned(card, MARKUP)
    assert_tame(card.blocks)
    assert_tame_markup(card.text)
    await thread.is_quiet()


async def test_what_people_write_reaches_the_model_as_they_typed_it(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[says("Fine.")])
    thread = await house.say("ana", "@assent is 1 < 2 && 3 > 2?")
    await thread.reply("Fine.")
    assert house.read_by_model(0)[0]["content"] == "is 1 < 2 && 3 > 2?"


def _boxes(blocks: list[JsonObject]) -> list[str]:
    """The texts of the boxes in which arguments stand, put together as they were cut."""
    return [
        str(piece.get("text", ""))
        for block in blocks
        for element in objects(block.get("elements"))
        if element.get("type") == "rich_text_preformatted"
        for piece in objects(element.get("elements"))
    ]
