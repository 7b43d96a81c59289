"""However hostile a text is, to show it takes time in proportion to its length: a model must not stop the bot."""

import json
import time
from collections.abc import Callable

import pytest

from bot.approvals.redact import without_secrets, without_tokens
from bot.slack.arguments import shown
from bot.slack.kinds import content
from bot.slack.markdown import safe_markdown, split_answer
from bot.slack.notices import ANSWER_LIMIT, answer
from bot.slack.text import code, mrkdwn, visible, without_look_alikes
from tests.approvals.makers import request
from tests.slack_views.hostile import NASTY

UNITS = [
    *NASTY,
    *("!", "![", "[", "[a]", "[a]:", "[a]:\n", "[\n", "- [", "[[a](", "](", "]( ", "(\n ]", "![a](", "[redacted, 1"),
    *("<", "<a", "<a:", "<a:b", "<a:b|", "\n<", "\n <", "    \n", "\n>", "\n- ", "1.", " ", "\t", "\r", "\x0b", "\x85"),
    *("```\n", "```a\nx\n", "```\nx```\n", "x\n", "@", ":", ":a", "a:", "p\u0430", "\u202e", "\ufe0f a", "{", '{"a":'),
    *("-eyJ", "eyJaaaaaaaa.", "-eyJaaaaaaaa.aaaaaaaa", "xox", "xoxb-", "sk-", "ghp_", "AKIA", "A", "Aa", "Bearer "),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----a", "://", "://:", "://a:b", ":://"),
]
BUILDERS: list[Callable[[str], object]] = [
    safe_markdown,
    split_answer,
    shown,
    visible,
    without_look_alikes,
    without_tokens,
    lambda text: without_secrets({text: text}),
    lambda text: mrkdwn(text, 3000),
    lambda text: code(text, 3000),
    lambda text: content(request(call_kind="shell", arguments=json.dumps({"commands": [text]}))),
    lambda text: content(
        request(call_kind="apply_patch", arguments=json.dumps({"type": "update_file", "path": "a", "diff": text}))
    ),
]

SHORT = 20_000
AT_MOST = 8
"""How many times longer four times the text may take; what is quadratic takes sixteen times as long."""

TOO_SHORT_TO_TELL = 0.02
"""Seconds; what is quadratic takes longer for so much text."""


@pytest.mark.parametrize("build", BUILDERS)
def test_four_times_the_text_takes_about_four_times_as_long(build: Callable[[str], object]) -> None:
    slow = [unit for unit in UNITS if not _grows_with_its_length(build, unit)]
    assert slow == []


def test_an_answer_beyond_all_measure_is_cut_and_says_so() -> None:
    contents = answer("word " * 100_000)
    assert sum(len(content.text) for content in contents) < ANSWER_LIMIT
    assert "300,000 characters more are not shown" in str(contents[-1].blocks)
    assert not any("not shown" in str(content.blocks) for content in contents[:-1])
    assert "not shown" not in str(answer("x" * ANSWER_LIMIT)[-1].blocks)


def _grows_with_its_length(build: Callable[[str], object], unit: str) -> bool:
    """Whether it does so once in a few times: a busy machine may hold up any single one."""
    text = unit * (4 * SHORT // len(unit) + 1)
    return any(_fast_enough(build, text[:SHORT], text[: 4 * SHORT]) for _ in range(4))


def _fast_enough(build: Callable[[str], object], short: str, long: str) -> bool:
    long_took = _seconds(build, long)
    return long_took < TOO_SHORT_TO_TELL or long_took < AT_MOST * _seconds(build, short)


def _seconds(build: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    build(text)
    return time.process_time() - began
