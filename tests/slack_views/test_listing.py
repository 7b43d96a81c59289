"""What waits, and what was decided for later calls, as people list it."""

from bot.approvals.decide import decide
from bot.approvals.request import Request
from bot.slack.home import home_of
from bot.slack.listing import listed_here
from tests.approvals.makers import NOON, minutes, request, vote, voter
from tests.slack_views.hostile import texts


def written(value: object) -> str:
    return "\n".join(text for _, text in texts(value))


def granted() -> Request:
    asked = request(call_kind="mcp_local", tool="delete_page", label="delete_page", server="wiki")
    return decide(asked, vote(voter("ben"), always=True), NOON + minutes(2)).request


def test_what_waits_in_a_channel_is_listed_with_its_risk() -> None:
    content = listed_here([request(), request(risk="high", tool="pay", label="pay")], [])
    assert "• `restart_service`, asked by <@U0ANA>, expires" in written(content.blocks)
    assert "• `pay` (*high risk* ▲), asked by <@U0ANA>, expires" in written(content.blocks)
    assert "write `cancel` to me" in written(content.blocks)
    assert content.text.startswith("Waiting for a decision here")


def test_what_decides_later_calls_is_listed_with_who_said_so() -> None:
    line = "• `delete_page on wiki (MCP)` of `operations`: always approved by <@U0BEN>, <!date^1777809720^"
    assert line in written(listed_here([], [granted()]).blocks)
    home = written(home_of("U0ASSENT", [], [granted()], at=NOON))
    assert line in home
    assert "in <#C0OPS>" in home
    assert "Each ends with its run, or when somebody revokes it on its card." in home


def test_where_there_is_nothing_of_it_it_is_not_spoken_of() -> None:
    assert written(listed_here([], []).blocks).startswith("Nothing waits here.\nMention me")
    assert "Decided for later calls" not in written(home_of("U0ASSENT", [request()], [], at=NOON))
