"""The card: what it shows in each state, and what it offers."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.approvals.decide import cancel, decide, expire, settle_by_grant
from bot.approvals.policy import AnyMember, ChannelMembers, Listed, RequesterAlone
from bot.approvals.request import Request, Verdict
from bot.approvals.revoking import revoke
from bot.slack.address import Address
from bot.slack.card import ARGUMENTS_SHOWN, approval_card
from bot.slack.parts import CardView, Progress
from tests.approvals.makers import DIGEST, NONCE, NOON, minutes, person, request, vote, voter
from tests.slack_views.reading import block, menu, offered, written

NOON_TOMORROW = "<!date^1777896000^{date_short_pretty} at {time}|2026-05-04 12:00 UTC>"
TWO_MINUTES_PAST_NOON = "<!date^1777809720^{date_short_pretty} at {time}|2026-05-03 12:02 UTC>"


def settled(verdict: Verdict = "approve", *, asked: Request | None = None, **fields: Any) -> Request:
    return decide(asked or request(), vote(voter("ben"), verdict, **fields), NOON + minutes(2)).request


def test_a_waiting_card_says_what_is_asked_of_whom_until_when() -> None:
    assert written(request()).splitlines()[:15] == [
        "Approval needed: restart_service",
        "Asked by <@U0ANA> · Low risk",
        "The agent says:",
        "web-1 does not answer.",
        "*Agent*",
        "`operations`",
        "*Expires*",
        NOON_TOMORROW,
        "Arguments",
        "{",
        '  "name": "web-1"',
        "}",
        "SHA-256 3fa93fa93fa9",
        "Approve",
        "Reject",
    ]
    assert written(request()).splitlines()[-1] == (
        "Members of this channel may decide. · `r_01HZX3V9QK5W7T2B8N4M6P0RDC/t0.c1/1`"
    )


def test_a_waiting_card_offers_approve_and_reject_with_the_address_and_a_menu() -> None:
    asked = request(version=7)
    elements = offered(asked)
    assert list(elements) == ["Approve", "Reject", "…"]
    assert [element["action_id"] for element in elements.values()] == ["assent:approve", "assent:reject", "assent:more"]
    assert [elements[name]["style"] for name in ("Approve", "Reject")] == ["primary", "danger"]
    assert (
        Address.parse(elements["Approve"]["value"]) == Address.parse(elements["Reject"]["value"]) == Address.of(asked)
    )
    assert elements["Reject"]["accessibility_label"] == "Reject: restart_service"
    assert "confirm" not in elements["Approve"]
    assert menu(asked) == ["view", "always_approve", "always_reject", "cancel"]
    row = block(CardView(asked), asked.thread)
    assert Address.parse_block_id(row["block_id"]) == Address.of(asked)
    assert row["block_id"].endswith(":1:AAAAAAAAAAAAAAAAAAAAAA:7")


def test_every_block_has_another_id_after_every_edit() -> None:
    first = approval_card(CardView(request(version=1)))
    second = approval_card(CardView(request(version=2)))
    third = approval_card(CardView(settled(), Progress("running")))
    fourth = approval_card(CardView(settled(), Progress("done")))
    ids = [str(block["block_id"]) for card in (first, second, third, fourth) for block in card.blocks]
    assert len(set(ids)) == len(ids)


def test_an_always_is_offered_where_it_may_be_said() -> None:
    assert menu(request(risk="high")) == ["view", "always_reject", "cancel"]
    assert menu(request(call_kind="mcp_hosted")) == ["view", "cancel"]
    assert menu(request(kind="uncertain")) == ["view", "cancel"]


@pytest.mark.parametrize(
    ("verdict", "words"), [("approve", "Always approved in this run"), ("reject", "Always rejected in this run")]
)
def test_a_card_decided_for_later_calls_says_so_and_offers_to_revoke_it(verdict: Verdict, words: str) -> None:
    always = settled(verdict, always=True)
    view = CardView(always, revocable=True)
    assert written(view).splitlines()[1] == f"*{words} by <@U0BEN> · {TWO_MINUTES_PAST_NOON}*"
    assert approval_card(view).text.startswith(f"{words}: restart_service, by Ben.")
    grant = block(view, "grant")
    assert grant["text"]["text"] == (
        "It holds for all later calls of `restart_service` by `operations` in this run, whatever their arguments."
    )
    assert (grant["accessory"]["action_id"], grant["accessory"]["value"]) == (
        "assent:revoke",
        Address.of(always).to_value(),
    )
    assert grant["accessory"]["accessibility_label"] == "Revoke: restart_service"


def test_a_grant_that_decides_nothing_any_more_cannot_be_revoked() -> None:
    over = CardView(settled(always=True))
    assert "Always approved in this run by" in written(over)
    assert "Revoke" not in written(over)
    ids = [
        {str(part["block_id"]) for part in approval_card(view).blocks} for view in (over, replace(over, revocable=True))
    ]
    assert not ids[0] & ids[1]


def test_a_grant_within_a_called_agent_says_that_it_ends_with_its_task() -> None:
    nested = settled(always=True, asked=request(path="t0.c0/t0.c1", asked_through=("front desk",)))
    assert "by `operations` while it works on this task" in written(CardView(nested, revocable=True))


def test_a_revoked_card_says_who_revoked_it() -> None:
    revoked = revoke(settled(always=True), voter("ana"), NOON + minutes(2), nonce=NONCE).request
    shown = written(CardView(revoked))
    assert "*Always approved in this run by <@U0BEN>" in shown
    assert (
        f"*Revoked by <@U0ANA> · {TWO_MINUTES_PAST_NOON}*\nIt holds no longer: later calls are decided anew." in shown
    )
    assert "It holds for" not in shown


def test_a_card_that_an_always_decided_says_whose() -> None:
    by_grant = settle_by_grant(
        request(path="t0.c2"), settled("reject", always=True, reason="Not today"), NOON + minutes(2)
    )
    assert by_grant
    shown = written(by_grant.request)
    assert f"*Rejected by <@U0BEN> · {TWO_MINUTES_PAST_NOON}* · as always in this run" in shown
    assert "Not today" in shown


def test_the_digest_of_a_card_changes_with_what_it_shows_and_only_then() -> None:
    digests = {
        approval_card(view).digest
        for view in (
            CardView(request()),
            CardView(request(version=2)),
            CardView(settled()),
            CardView(settled(), Progress("running")),
            CardView(settled(), Progress("done", took=timedelta(seconds=4.2))),
        )
    }
    assert len(digests) == 5
    assert approval_card(CardView(request())).digest in digests


def test_high_risk_is_said_in_words_and_asks_once_more() -> None:
    asked = request(risk="high")
    assert "*High risk* ▲" in written(asked)
    assert (
        "Members of this channel other than the requester may decide. You cannot approve your own request."
        in written(asked)
    )
    assert offered(asked)["Approve"]["confirm"]["text"]["text"] == (
        "restart_service is a tool of high risk, asked for by Ana."
    )


def test_whoever_is_alone_reviews_a_high_risk_call_in_place_of_approving_it() -> None:
    asked = request(approvers=RequesterAlone(), risk="high")
    assert list(offered(asked)) == ["Review…", "Reject", "…"]
    assert offered(asked)["Review…"]["action_id"] == "assent:review"
    assert "The requester may decide. To approve it, its name has to be typed." in written(asked)


def test_the_approvers_are_named_in_slacks_words() -> None:
    approvers = Listed(users=("U0BEN",), groups=("oncall", "channel"))
    view = CardView(request(approvers=approvers), groups={"oncall": "S0ONCALL"}, hint="Act as Ben on the page.")
    assert (
        "Members of <!subteam^S0ONCALL> or members of @\u200bchannel or <@U0BEN> may decide. Act as Ben on the page."
        in written(view)
    )


def test_a_list_of_approvers_that_is_too_long_is_named_by_its_setting() -> None:
    asked = request(approvers=Listed(users=tuple(f"U0{number:05}" for number in range(500))))
    assert "The people that ASSENT_APPROVERS lists may decide." in written(asked)


def test_many_requesters_are_counted() -> None:
    people = tuple(person(f"p{number}") for number in range(8))
    line = block(CardView(request(requesters=people)), "asked")["text"]["text"]
    assert line == "Asked by <@U0P0>, <@U0P1>, <@U0P2>, <@U0P3>, <@U0P4> and 3 more · Low risk"


def test_a_long_text_of_the_model_is_cut_and_no_text_is_not_quoted() -> None:
    assert "x" * 299 + "…" in written(request(why="x" * 1000))
    assert "The agent says:" not in written(request(why="  "))


def test_long_arguments_show_both_ends_and_say_how_much_is_missing_with_the_whole_digest() -> None:
    arguments = json.dumps({"text": "a" * 9000 + "END"})
    shown = written(request(arguments=arguments))
    assert '{\n  "text": "aaa' in shown
    assert 'aEND"\n}' in shown
    assert f"Showing {ARGUMENTS_SHOWN:,} of 9,019 characters. SHA-256 {DIGEST}" in shown
    assert "7,019 characters are not shown here." in shown


def test_long_arguments_of_emoji_are_shown_too() -> None:
    assert "😀" * 700 in written(request(arguments=json.dumps("😀" * 3000, ensure_ascii=False)))


def test_a_call_without_arguments_says_so() -> None:
    assert "No arguments." in written(request(arguments=""))


def test_what_was_done_to_the_arguments_is_said() -> None:
    shown = written(request(arguments='{"password":"hunter2"}'))
    assert "hunter2" not in shown
    assert "One secret is redacted. SHA-256" in shown


def test_a_call_that_may_have_run_offers_to_run_it_again_mark_it_as_done_or_reject_it() -> None:
    asked = request(kind="uncertain", round=2)
    elements = offered(asked)
    assert list(elements) == ["Run again", "Mark as done", "Reject", "…"]
    assert [element["action_id"] for element in elements.values()] == [
        "assent:again",
        "assent:done",
        "assent:reject",
        "assent:more",
    ]
    assert elements["Run again"]["confirm"]["text"]["text"].startswith("It may have run already. restart_service would")
    assert written(asked).startswith("May have run: restart_service")
    assert "whether it was carried out is not known" in written(asked)


def test_evidence_of_a_late_result_stands_on_the_card_and_in_the_question() -> None:
    asked = request(kind="uncertain", evidence="web-1 restarted <!channel>")
    assert "A result came back too late to count:\nweb-1 restarted <!channel>" in written(asked)
    assert offered(asked)["Run again"]["confirm"]["text"]["text"].startswith("It did run")


def test_running_a_high_risk_call_again_alone_takes_the_review_too() -> None:
    asked = request(kind="uncertain", approvers=RequesterAlone(), risk="high")
    assert list(offered(asked)) == ["Review…", "Mark as done", "Reject", "…"]


def test_a_run_at_its_limit_offers_to_continue_or_to_stop() -> None:
    asked = request(kind="limit", path="t20", digest="", arguments="", label="20 turns", why="")
    assert [element["action_id"] for element in offered(asked).values()] == ["assent:continue", "assent:stop"]
    assert written(asked).startswith("Limit of 20 turns reached\nAsked by <@U0ANA>\nThe run has used all its turns.")
    assert "The requester or members of this channel may decide." in written(asked)
    assert "Arguments" not in written(asked)


def test_a_card_that_nobody_can_decide_says_so_and_offers_to_cancel() -> None:
    asked = request(risk="high", stranded="Nobody can decide this. That comes from ASSENT_APPROVERS=channel.")
    assert "▲ Nobody can decide this. That comes from ASSENT_APPROVERS=channel." in written(asked)
    cancel_run = offered(asked)["Cancel run"]
    assert cancel_run["action_id"] == "assent:cancel"
    assert cancel_run["confirm"]["confirm"]["text"] == "Cancel run"


def test_a_longer_time_says_why() -> None:
    assert "Assent was away." in written(request(extended_because="Assent was away."))


@pytest.mark.parametrize(
    ("asked", "title", "decision"),
    [
        (settled(), "restart_service", f"*Approved by <@U0BEN> · {TWO_MINUTES_PAST_NOON}*"),
        (settled("reject"), "restart_service", f"*Rejected by <@U0BEN> · {TWO_MINUTES_PAST_NOON}*"),
        (
            settled(asked=request(kind="uncertain")),
            "restart_service",
            f"*Sent to run again by <@U0BEN> · {TWO_MINUTES_PAST_NOON}*",
        ),
        (
            settled("done", asked=request(kind="uncertain")),
            "restart_service",
            f"*Marked as done by <@U0BEN> · {TWO_MINUTES_PAST_NOON}*",
        ),
        (
            settled("reject", asked=request(kind="limit", path="t20", digest="", label="20 turns")),
            "Limit of 20 turns reached",
            f"*Stopped by <@U0BEN> · {TWO_MINUTES_PAST_NOON}*",
        ),
        (
            settled(source="terminal"),
            "restart_service",
            f"*Approved by <@U0BEN> · {TWO_MINUTES_PAST_NOON}* · from the terminal",
        ),
        (
            settled(asked=request(approvers=AnyMember(), requesters=(person("ben"),))),
            "restart_service",
            f"*Approved by <@U0BEN> · {TWO_MINUTES_PAST_NOON}* · self-approved",
        ),
    ],
)
def test_a_decided_card_says_who_decided_and_when_and_has_no_buttons(asked: Request, title: str, decision: str) -> None:
    assert written(asked).splitlines()[:2] == [title, decision]
    assert offered(asked) == {}


def test_a_decided_card_quotes_the_reason_and_keeps_the_arguments() -> None:
    shown = written(settled("reject", reason="Too old.\nAsk <!channel>"))
    assert "Too old.\nAsk <!channel>" in shown
    assert '"name": "web-1"' in shown
    assert "Expires" not in shown


def test_an_expired_and_a_cancelled_card_say_so() -> None:
    expired = expire(request(), NOON + minutes(24 * 60))
    cancelled = cancel(request(), NOON + minutes(2), by=person("ana"))
    assert expired is not None
    assert cancelled is not None
    assert f"*Expired {NOON_TOMORROW}: nobody had decided.*" in written(expired.request)
    assert f"*Cancelled by <@U0ANA> · {TWO_MINUTES_PAST_NOON}*" in written(cancelled.request)
    assert offered(expired.request) == offered(cancelled.request) == {}


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress("allowed"), "About to run…"),
        (Progress("running"), "Running…"),
        (Progress("done", took=timedelta(seconds=4.21)), "Done in 4.2 s."),
        (Progress("done"), "Done."),
        (Progress("failed", error="TimeoutError"), "Failed: TimeoutError."),
        (Progress("failed"), "Failed."),
        (Progress("unknown"), "It was started, and whether it was carried out is not known."),
    ],
)
def test_a_decided_card_says_how_the_call_ended(progress: Progress, line: str) -> None:
    shown = approval_card(CardView(settled(), progress))
    assert str(block(CardView(settled(), progress), "decision")["text"]["text"]).endswith(f"\n{line}")
    assert shown.text == f"Approved: restart_service, by Ben. {line}"


def test_a_card_marked_as_done_says_so_once() -> None:
    marked = settled("done", asked=request(kind="uncertain"), reason="I saw it.")
    assert written(CardView(marked, Progress("done"))).count("one") == 1  # "done", "Done"


def test_a_name_that_the_title_cannot_hold_stands_among_the_facts() -> None:
    long = "restart_" * 20
    assert f"*Tool*\n`{long}`" in written(request(tool=long, label=long))
    assert "*Tool*\n`restart_service`" in written(request(label="Restart a service"))


def test_the_notification_has_no_arguments_and_nothing_alive() -> None:
    asked = request(label="<!channel> :tada:", requesters=(person("ana").model_copy(update={"name": "<!here>"}),))
    assert approval_card(CardView(asked)).text == (
        "Approval needed: &lt;!channel&gt; :\u200btada:, asked by &lt;!here&gt;"
    )
    assert approval_card(CardView(request(approvers=ChannelMembers()))).text == (
        "Approval needed: restart_service, asked by Ana"
    )
