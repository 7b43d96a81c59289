"""What the bot says in a thread and to one person."""

from bot.approvals.decide import decide, expire
from bot.approvals.people import Refusal
from bot.approvals.policy import Listed
from bot.slack import notices
from bot.slack.blocks import Content
from bot.slack.markdown import PAGE
from tests.approvals.makers import NOON, minutes, person, request, vote, voter

SOON = "<!date^1777809720^{date_short_pretty} at {time}|2026-05-03 12:02 UTC>"


def said(content: Content) -> str:
    [block] = content.blocks
    assert block == {
        "type": "section",
        "text": {"type": "mrkdwn", "text": content.text, "verbatim": True},
        "block_id": "notice",
    }
    return content.text


def test_an_answer_is_one_markdown_block_with_an_excerpt_for_the_notification() -> None:
    [content] = notices.answer("**Done**: web-1 is up. <!channel>")
    assert content.blocks == [{"type": "markdown", "text": "**Done**: web-1 is up. <\u200b!channel>"}]
    assert content.text.startswith("**Done**: web-1 is up. &lt;")
    assert len(notices.answer("word " * 1000)[0].text) <= notices.EXCERPT


def test_a_long_answer_becomes_several_messages() -> None:
    contents = notices.answer("\n\n".join(["word " * 100] * 60))
    assert len(contents) == 4
    assert all(len(str(content.blocks[0]["text"])) <= PAGE for content in contents)


def test_an_empty_answer_says_something() -> None:
    assert [content.blocks[0]["text"] for content in notices.answer(" ")] == [
        "(The agent has finished and said nothing.)"
    ]


def test_a_message_that_may_be_a_repeat_says_so() -> None:
    again = notices.repeated(notices.failed("TimeoutError"))
    assert len(again.blocks) == 2
    assert "may be a repeat" in str(again.blocks[1])
    assert again.text == notices.failed("TimeoutError").text


def test_a_failed_run_names_the_class_of_the_error() -> None:
    assert said(notices.failed("APIConnectionError")).startswith("This run failed: `APIConnectionError`.")


def test_an_expired_request_is_told_to_the_requester() -> None:
    assert said(notices.expired(request())) == (
        "<@U0ANA> Nobody decided on `restart_service` in time, so I go on without it."
    )


def test_a_cancelled_run_names_what_may_have_run() -> None:
    assert said(notices.cancelled(person("ana"))) == "Cancelled by <@U0ANA>."
    assert said(notices.cancelled(None, may_have_run=["restart_service", "a`b"])) == (
        "Cancelled. These calls had been started, and whether they were carried out is not known: "
        "`restart_service`, `a'b`."
    )


def test_a_message_on_the_way_is_acknowledged() -> None:
    assert "waiting for a decision" in said(notices.queued(waiting=True))
    assert "before my next step" in said(notices.queued(waiting=False))


def test_the_other_notices_say_what_to_do() -> None:
    assert "Write to me to go on" in said(notices.parked())
    assert "newer version" in said(notices.too_new())
    assert "all 20 turns" in said(notices.at_limit(20))
    assert "nothing to cancel" in said(notices.nothing_to_cancel())
    assert "Please try again" in said(notices.not_recorded())
    assert "Please try again" in said(notices.could_not_check())
    assert "nothing has happened" in said(notices.not_here())


def test_who_may_not_ask_is_told_why() -> None:
    refusal = Refusal(code="guest", reason="Guests cannot <!channel>.")
    assert said(notices.may_not_ask(refusal)) == "Guests cannot &lt;!channel&gt;."


def test_a_late_click_learns_who_was_first() -> None:
    first = decide(request(), vote(voter("ben"), "reject"), NOON + minutes(2)).request
    late = decide(first, vote(voter("cleo")), NOON + minutes(3))
    assert late.refusal is not None
    assert said(notices.refused(late.refusal, late.request)) == f"Already rejected by <@U0BEN>, {SOON}."


def test_a_click_after_the_end_learns_that_it_expired() -> None:
    late = decide(request(), vote(voter("ben")), NOON + minutes(24 * 60))
    assert late.refusal is not None
    assert said(notices.refused(late.refusal, late.request)).startswith("This expired <!date^1777896000^")
    expired = expire(request(), NOON + minutes(24 * 60))
    assert expired is not None
    later = decide(expired.request, vote(voter("ben")), NOON + minutes(24 * 61))
    assert later.refusal is not None
    assert said(notices.refused(later.refusal, later.request)).startswith("This expired <!date^1777896000^")


def test_the_wrong_person_learns_who_may_decide() -> None:
    asked = request(approvers=Listed(users=("U0BEN",), groups=("oncall",)), risk="high")
    wrong = decide(asked, vote(voter("cleo")), NOON).refusal
    own = decide(asked, vote(voter("ana", groups=frozenset({"oncall"}))), NOON).refusal
    assert wrong is not None
    assert own is not None
    words = "members of <!subteam^S0ONCALL> or <@U0BEN> other than the requester"
    groups = {"oncall": "S0ONCALL"}
    assert said(notices.refused(wrong, asked, groups=groups)) == f"Only {words} may decide this."
    assert said(notices.refused(own, asked, groups=groups)) == (
        f"You cannot approve your own request: {words} may decide it. You can cancel the run."
    )


def test_other_refusals_are_told_as_they_are() -> None:
    refused = decide(request(), vote(voter("ben", is_guest=True)), NOON).refusal
    assert refused is not None
    assert said(notices.refused(refused, request())) == refused.reason
