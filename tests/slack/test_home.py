"""The App Home tells what the bot does, and what waits where its reader is."""

from __future__ import annotations

from bot.workspace.faults import Fault
from bot.workspace.seen import View
from tests.slack.place import Place


async def test_a_home_tells_how_to_ask_and_what_waits_in_the_channels_of_its_reader(place: Place) -> None:
    await place.asked()
    await place.asked(channel="C0PAYMENTS", tool="pay", label="pay", risk="high")
    await place.driver.change_channel("#payments", members=["ben", "assent"])
    await place.driver.change_channel("#ops", members=["ana", "ben", "assent"])
    of_ana = await _home(place, "ana")
    assert "Mention <@U0ASSENT>" in of_ana.shown
    assert "`restart_service` in <#C0OPS>" in of_ana.shown
    assert "pay" not in of_ana.shown
    of_ben = await _home(place, "ben")
    assert "`pay` in <#C0PAYMENTS> · *High risk* ▲" in of_ben.shown
    assert "`restart_service`" in of_ben.shown
    assert of_ben.buttons == []


async def test_a_home_is_published_anew_whenever_it_is_opened(place: Place) -> None:
    card = await place.asked()
    assert "`restart_service`" in (await _home(place, "ana")).shown
    await card.click("ben", "assent:approve")
    assert "Nothing waits in your channels." in (await _home(place, "ana")).shown


async def test_at_most_ten_requests_are_listed(place: Place) -> None:
    for _ in range(11):
        await place.asked()
    shown = (await _home(place, "ana")).shown
    assert shown.count("`restart_service`") == 10
    assert "These are the 10 oldest." in shown


async def test_what_waits_in_a_direct_message_is_for_its_person_alone(place: Place) -> None:
    dm = await place.driver.direct_message("ana")
    await place.asked(channel=dm.id)
    assert "`restart_service` in a direct message" in (await _home(place, "ana")).shown
    assert "Nothing waits" in (await _home(place, "ben")).shown


async def test_a_guest_is_told_why_nothing_is_listed(place: Place) -> None:
    await place.asked()
    shown = (await _home(place, "gus")).shown
    assert "Guests cannot ask me to do things" in shown
    assert "restart_service" not in shown


async def test_a_channel_whose_members_cannot_be_looked_up_is_left_out(place: Place) -> None:
    await place.asked()
    await place.driver.fault(Fault(kind="error", method="conversations.members"))
    assert "Nothing waits" in (await _home(place, "ana")).shown


async def test_where_slack_fails_the_home_before_stays(place: Place) -> None:
    before = await _home(place, "ana")
    for method in ("users.info", "views.publish"):
        await place.driver.fault(Fault(kind="error", method=method))
        place.pass_time(seconds=120)
        assert await _home(place, "ana") == before


async def _home(place: Place, user: str) -> View:
    """What stands there after it was opened."""
    await place.driver.open_home(user)
    await place.listening.afterwards.drain(within=5)
    view = await place.driver.home(user)
    assert view
    return view
