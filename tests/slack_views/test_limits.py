"""Every builder against Slack's rules for Block Kit, with small, huge and hostile input."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from bot.approvals.decide import cancel, decide, expire
from bot.approvals.people import Person, Refusal, RefusalCode
from bot.approvals.policy import AnyMember, Approvers, ChannelMembers, Listed, RequesterAlone
from bot.approvals.request import REASON_LIMIT, CallKind, Request
from bot.approvals.revoking import revoke
from bot.slack import modals, notices
from bot.slack.blocks import Block, Content
from bot.slack.card import approval_card
from bot.slack.home import home_of, home_of_stranger
from bot.slack.listing import listed_here
from bot.slack.parts import CardView, Progress
from bot.workspace.block_kit import check_message, check_view, text_in
from tests.approvals.makers import NOON, minutes, person, request, vote, voter
from tests.slack_views.hostile import HOSTILE, TIMES, assert_tame, assert_tame_markup, repeated

MESSAGE_BUDGET = 10_000
VIEW_BUDGET = 240_000

APPROVERS: st.SearchStrategy[Approvers] = st.sampled_from(
    [
        AnyMember(),
        RequesterAlone(),
        ChannelMembers(),
        Listed(users=("U0BEN",), groups=("oncall", "channel")),
        Listed(users=tuple(f"U0{number:05}" for number in range(300))),
    ]
)
WORDS = HOSTILE.map(lambda text: text.encode(errors="ignore").decode())  # models hold no lone surrogates
HUGE = st.builds(repeated, WORDS, TIMES)
JSON_TEXT = HUGE.map(lambda text: json.dumps({text: [text], "n": 1}, sort_keys=True, ensure_ascii=False))
ACTIONS = st.fixed_dictionaries(
    {"commands": st.lists(HUGE | st.text(), max_size=4) | HUGE},
    optional={
        "timeout_ms": st.integers() | HUGE,
        "max_output_length": st.integers(),
        "working_directory": HUGE,
        "user": WORDS,
        "env": st.dictionaries(WORDS, WORDS, max_size=2),
    },
)
OPERATIONS = st.fixed_dictionaries(
    {"type": st.sampled_from(["create_file", "update_file", "delete_file", "rename"]), "path": WORDS | st.text()},
    optional={"diff": HUGE | st.integers(), "more": WORDS},
)
TASKS = st.fixed_dictionaries({"input": HUGE}, optional={"more": WORDS})
CANONICAL = (ACTIONS | OPERATIONS | TASKS).map(lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")))
IDS = st.sampled_from(["U0ANA", "U0BEN"]) | WORDS.filter(bool)
PEOPLE = st.builds(Person, id=IDS, name=WORDS, team=st.just("T0HOME"))
REQUESTS = st.builds(
    request,
    approvers=APPROVERS,
    risk=st.sampled_from(["low", "medium", "high"]),
    kind=st.sampled_from(["call", "uncertain", "limit"]),
    agent=HUGE,
    tool=HUGE,
    label=HUGE,
    call_kind=st.sampled_from(get_args(CallKind)),
    server=st.none() | HUGE,
    asked_through=st.lists(WORDS, max_size=8).map(tuple),
    arguments=st.just("") | HUGE | JSON_TEXT | CANONICAL,
    why=HUGE,
    requesters=st.lists(PEOPLE, min_size=1, max_size=12).map(tuple),
    evidence=st.none() | HUGE,
    stranded=st.none() | HUGE,
    extended_because=st.none() | WORDS,
    path=st.sampled_from(["t0.c1", "/".join(["t9999.c99"] * 8)]),
    thread=st.sampled_from(["T0HOME:C0OPS:1777800000.000100", ":".join(["X" * 32] * 3)]),
    run=st.sampled_from(["r_01HZX3V9QK5W7T2B8N4M6P0RDC", "r" * 32]),
    round=st.sampled_from([1, 9999]),
    revision=st.sampled_from([1, 999_999]),
    version=st.sampled_from([1, 999_999]),
)
PROGRESS = st.builds(
    Progress,
    status=st.sampled_from(["waiting", "allowed", "running", "done", "failed", "unknown", "refused"]),
    took=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    error=WORDS,
)
FORMS = (
    modals.reject_modal,
    modals.done_modal,
    modals.review_modal,
    modals.always_approve_modal,
    modals.always_reject_modal,
    modals.full_request_modal,
)
GROUPS = {"oncall": "S0ONCALL", "channel": "<!channel>"}


def settlements(asked: Request, reason: str) -> Iterator[Request]:
    """The request as it is, and in every way that it can end."""
    late = expire(asked, asked.expires_at)
    cancelled = cancel(asked, NOON, by=asked.requesters[0])
    operator = voter("ben", terminal=True)
    yield asked
    yield from (outcome.request for outcome in (late, cancelled) if outcome)
    for verdict in ("approve", "reject", "done"):
        cast = vote(operator, verdict, revision=asked.revision, reason=reason[:REASON_LIMIT], typed_name=asked.tool)
        yield decide(asked, cast, NOON + minutes(1)).request
        always = decide(asked, cast.model_copy(update={"always": True}), NOON + minutes(1)).request
        yield from (always, revoke(always, operator, NOON + minutes(2), nonce=asked.nonce).request)


@given(REQUESTS, PROGRESS, HUGE)
def test_every_card_keeps_slacks_rules_and_is_tame(asked: Request, progress: Progress, reason: str) -> None:
    for state in settlements(asked, reason):
        view = CardView(state, progress, groups=GROUPS, hint="Act as Ben.", revocable=state.always)
        assert_fit(approval_card(view))


@given(REQUESTS)
def test_every_modal_keeps_slacks_rules_and_is_tame(asked: Request) -> None:
    for form in FORMS:
        assert_fit_view(form(asked))


@given(HUGE)
def test_every_answer_keeps_slacks_rules(text: str) -> None:
    for content in notices.answer(text):
        assert_fit(content)
        assert_fit(notices.repeated(content))


@given(REQUESTS, HUGE, st.sampled_from(get_args(RefusalCode)), PEOPLE)
def test_every_notice_keeps_slacks_rules_and_is_tame(asked: Request, text: str, code: RefusalCode, by: Person) -> None:
    refusal = Refusal(code=code, reason=text)
    for content in (
        notices.failed(text),
        notices.expired(asked),
        notices.cancelled(by, may_have_run=[text] * 30),
        notices.may_not_ask(refusal),
        *(notices.refused(refusal, state, groups=GROUPS) for state in settlements(asked, text)),
        notices.queued(waiting=True),
        notices.queued(waiting=False),
        notices.nothing_to_cancel(),
        notices.parked(),
        notices.too_new(),
        notices.at_limit(20),
        notices.not_recorded(),
        notices.could_not_check(),
        notices.not_here(),
        notices.another_copy(),
        notices.not_begun(),
        notices.not_kept(),
        listed_here([asked] * 10, []),
        listed_here([], []),
        listed_here([asked] * 10, list(settlements(asked, text))[-1:] * 10),
        notices.holds_no_more(),
        notices.not_looked_up(),
        notices.nothing_said(),
        notices.may_not_cancel(refusal),
    ):
        assert_fit(content)
        assert_fit_view(modals.notice_modal(content))
        assert_fit(notices.repeated(content))


@given(st.lists(REQUESTS, max_size=12), HUGE, st.sampled_from(get_args(RefusalCode)))
def test_every_home_keeps_slacks_rules_and_is_tame(waiting: list[Request], text: str, code: RefusalCode) -> None:
    assert_fit_view(home_of("U0ASSENT", waiting, waiting, at=NOON))
    assert_fit_view(home_of_stranger("U0ASSENT", Refusal(code=code, reason=text)))


def test_the_smallest_request_keeps_slacks_rules() -> None:
    empty = request(agent="", tool="", label="", arguments="", why="", requesters=(person("ana"),))
    for state in settlements(empty, ""):
        assert_fit(approval_card(CardView(state)))
    assert_fit_view(modals.review_modal(empty))


def assert_fit(content: Content) -> None:
    assert [str(problem) for problem in check_message(content.blocks)] == []
    assert text_in({"blocks": content.blocks}) <= MESSAGE_BUDGET
    assert 0 < len(content.text) <= 4000
    assert_tame(content.blocks)
    assert_tame_markup(content.text)
    json.dumps(content.blocks, ensure_ascii=False).encode()


def assert_fit_view(view: Block) -> None:
    assert [str(problem) for problem in check_view(view)] == []
    assert len(json.dumps(view)) <= VIEW_BUDGET
    assert_tame(view)
