"""The modals: what they ask, what they show, and what they carry."""

import json
from collections.abc import Mapping
from typing import Any

from bot.approvals.policy import RequesterAlone
from bot.approvals.request import REASON_LIMIT
from bot.slack.address import Address
from bot.slack.modals import (
    ARGUMENTS_SHOWN,
    OUTCOME,
    REASON,
    TYPED_NAME,
    always_approve_modal,
    always_reject_modal,
    done_modal,
    full_request_modal,
    notice_modal,
    reject_modal,
    review_modal,
)
from bot.slack.notices import not_here
from bot.workspace.block_kit import VIEW_SIZE_LIMIT
from tests.approvals.makers import DIGEST, request
from tests.slack_views.hostile import texts

ALONE = request(approvers=RequesterAlone(), risk="high", tool="rotate_secret")
HUGE = json.dumps({"rows": ["ü" * 50] * 12_000}, ensure_ascii=False)


def inputs(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def arguments_in(view: Mapping[str, Any]) -> str:
    return "".join(text for block in view["blocks"] if "arguments" in block["block_id"] for _, text in texts(block))


def test_the_forms_carry_the_address_and_nothing_else() -> None:
    for view in (reject_modal(ALONE), done_modal(ALONE), review_modal(ALONE), full_request_modal(ALONE)):
        assert Address.parse(str(view["private_metadata"])) == Address.of(ALONE)


def test_rejecting_asks_for_a_reason_that_may_be_left_out() -> None:
    view = reject_modal(request())
    [reason] = inputs(view)
    assert view["callback_id"] == "assent:reject"
    assert (reason["block_id"], reason["element"]["action_id"], reason["optional"]) == (REASON, REASON, True)
    assert (reason["element"]["max_length"], reason["element"]["multiline"]) == (REASON_LIMIT, True)


def test_a_form_tells_which_call_it_is_about() -> None:
    for form in (reject_modal, done_modal):
        assert arguments_in(form(request(arguments='{"name":"web-2"}'))) == '{\n  "name": "web-2"\n}'
        assert len(arguments_in(form(request(arguments=HUGE)))) == ARGUMENTS_SHOWN
        assert arguments_in(form(request(arguments=""))) == "No arguments."


def test_approving_for_the_run_asks_once_more_and_says_what_it_would_mean() -> None:
    view = always_approve_modal(request())
    assert view["callback_id"] == "assent:always_approve"
    assert inputs(view) == []
    assert arguments_in(view) == '{\n  "name": "web-1"\n}'
    shown = [text for _, text in texts(view)]
    assert "Nobody is shown the later calls before they are carried out." in shown
    assert (
        "So will all later calls of `restart_service` by `operations` in this run, whatever their arguments, "
        "until somebody revokes it."
    ) in shown


def test_rejecting_for_the_run_asks_for_a_reason_that_may_be_left_out() -> None:
    view = always_reject_modal(request())
    [reason] = inputs(view)
    assert (view["callback_id"], reason["block_id"], reason["optional"]) == ("assent:always_reject", REASON, True)
    assert any(text.startswith("Nor will any later calls of `restart_service`") for _, text in texts(view))


def test_marking_as_done_asks_what_came_of_it() -> None:
    view = done_modal(request(kind="uncertain"))
    [outcome] = inputs(view)
    assert view["callback_id"] == "assent:done"
    assert (outcome["block_id"], outcome["element"]["action_id"], outcome["optional"]) == (OUTCOME, OUTCOME, False)


def test_a_review_shows_all_and_takes_the_tools_name() -> None:
    view = review_modal(ALONE)
    [typed] = inputs(view)
    assert view["callback_id"] == "assent:review"
    assert typed["block_id"] == typed["element"]["action_id"] == TYPED_NAME
    assert typed["label"]["text"] == "Type rotate_secret to approve your own request"
    assert [text for _, text in texts(view["submit"])] == ["Approve"]
    assert any("your own request, for a tool of high risk" in text for _, text in texts(view))
    assert arguments_in(view) == '{\n  "name": "web-1"\n}'


def test_a_review_of_a_call_that_may_have_run_says_what_it_would_do() -> None:
    view = review_modal(ALONE.model_copy(update={"kind": "uncertain"}))
    assert ("plain_text", "Run again") in texts(view)
    assert any("a second time" in text for _, text in texts(view))


def test_what_nobody_could_read_whole_cannot_be_approved_in_a_review() -> None:
    view = review_modal(ALONE.model_copy(update={"arguments": HUGE}))
    assert "submit" not in view
    assert inputs(view) == []
    assert ("plain_text", "Too long to be shown whole, so it cannot be approved in Slack.") in texts(view)


def test_a_full_request_has_arguments_of_a_hundred_kilobytes_whole() -> None:
    rows = json.dumps({"rows": [f"row {number}" for number in range(6000)]})
    view = full_request_modal(request(arguments=rows))
    assert json.loads(arguments_in(view)) == json.loads(rows)
    assert len(json.dumps(view)) < VIEW_SIZE_LIMIT


def test_a_full_request_says_what_it_cut_and_fits() -> None:
    view = full_request_modal(request(arguments=HUGE))
    [small_print] = [text for _, text in texts(view) if "SHA-256" in text]
    shown = arguments_in(view)
    assert small_print.startswith(f"Showing the first {len(shown):,} of ")
    assert small_print.endswith(DIGEST)
    assert 200_000 < len(json.dumps(view)) <= 240_000


def test_a_notice_in_a_modal_says_what_a_message_would() -> None:
    view = notice_modal(not_here())
    assert view["blocks"] == not_here().blocks
    assert "submit" not in view
