"""`assent pending` and `assent decide`: see what waits, and settle it where Slack cannot."""

import getpass
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.approvals.policy import RequesterAlone
from bot.approvals.request import Request
from bot.store.client import worker_client
from bot.store.clock import now
from bot.store.embedded import EmbeddedRedis
from bot.store.index import Index
from bot.store.lease import claim
from bot.store.requests import Requests
from bot.store.thread import Thread
from tests.approvals.makers import request
from tests.cli.commands import Ended, assent

DAY = timedelta(days=1)


async def waits(redis_url: str, **fields: Any) -> Request:  # fields of Request as keywords
    """A request that waits in the Redis there."""
    client = worker_client(redis_url)
    at = await now(client)
    opened = request(created_at=at, expires_at=at + DAY, **fields)
    lease = await claim(client, Thread.parse(opened.thread))
    assert lease
    await Requests(client).open(lease, [opened])
    await client.aclose()
    return opened


async def found(redis_url: str, asked: Request) -> Request:
    client = worker_client(redis_url)
    kept = await Requests(client).find(Thread.parse(asked.thread), asked.name)
    await client.aclose()
    assert kept
    return kept


def decide(redis_url: str, at: Path, *words: str, typed: str = "") -> Ended:
    return assent("decide", *words, at=at, env={"REDIS_URL": redis_url}, typed=typed)


def id_of(asked: Request) -> str:
    return f"{asked.thread}/{asked.name}"


async def test_what_waits_is_a_line_each_with_an_id_that_can_be_copied(redis_url: str, tmp_path: Path):
    asked = await waits(redis_url)
    told = assent("pending", at=tmp_path, env={"REDIS_URL": redis_url})
    assert (told.code, told.err) == (0, "")
    heading, line = told.out.splitlines()
    assert heading.split() == ["Thread", "Tool", "Asked", "by", "Since", "Expires", "ID"]
    for word in (asked.thread, 'restart_service { "name": "web-1" }', "Ana", "in 23 h 59 min"):
        assert word in line
    assert line.split()[-1] == id_of(asked)


async def test_what_waits_can_be_read_by_programs(redis_url: str, tmp_path: Path):
    asked = await waits(redis_url, arguments='{"password":"hunter2-hunter2"}')
    told = assent("pending", "--json", at=tmp_path, env={"REDIS_URL": redis_url})
    [one] = json.loads(told.out)
    assert (one["id"], one["tool"], one["asked_by"]) == (
        id_of(asked),
        "restart_service",
        [{"id": "U0ANA", "name": "Ana"}],
    )
    assert "hunter2" not in told.printed


async def test_hostile_words_cannot_steer_the_terminal(redis_url: str, tmp_path: Path):
    await waits(redis_url, arguments='{"name":"\\u001b[2J[bold]x[/bold]\\u202eevil"}', tool="restart\x1b[31m")
    told = assent("pending", at=tmp_path, env={"REDIS_URL": redis_url})
    assert told.code == 0
    assert not {"\x1b", "\u202e"} & set(told.out)
    assert "[bold]" in told.out


def test_nothing_waits_says_so(redis_url: str, tmp_path: Path):
    told = assent("pending", at=tmp_path, env={"REDIS_URL": redis_url})
    assert (told.code, told.out) == (0, "Nothing waits for a person.\n")


async def test_a_decision_counts_and_is_recorded_as_made_from_the_terminal_by_whom(redis_url: str, tmp_path: Path):
    asked = await waits(redis_url)
    told = decide(redis_url, tmp_path, id_of(asked), "reject", "--reason", "Not on a Friday")
    assert told.code == 0, told.err
    assert told.out == f"restart_service: rejected by {getpass.getuser()}, from the terminal.\n"
    settlement = (await found(redis_url, asked)).settlement
    assert settlement
    assert (settlement.verdict, settlement.reason, settlement.source) == ("reject", "Not on a Friday", "terminal")
    assert settlement.by
    assert settlement.by.name == getpass.getuser()


async def test_a_worker_looks_at_the_thread_at_once(redis_url: str, tmp_path: Path):
    asked = await waits(redis_url)
    assert decide(redis_url, tmp_path, id_of(asked), "approve").code == 0
    client = worker_client(redis_url)
    assert await Index(client).due(10) == [Thread.parse(asked.thread)]
    await client.aclose()


async def test_a_second_decision_is_refused_in_one_line(redis_url: str, tmp_path: Path):
    asked = await waits(redis_url)
    decide(redis_url, tmp_path, id_of(asked), "approve")
    late = decide(redis_url, tmp_path, id_of(asked), "reject")
    assert (late.code, late.out) == (1, "")
    assert late.err.startswith("Already approved by ")
    assert late.err.count("\n") == 1
    settlement = (await found(redis_url, asked)).settlement
    assert settlement
    assert settlement.verdict == "approve"


@pytest.mark.parametrize(("word", "verdict"), [("again", "approve"), ("done", "done"), ("reject", "reject")])
async def test_a_call_that_may_have_run_has_answers_of_its_own(word: str, verdict: str, redis_url: str, tmp_path: Path):
    asked = await waits(redis_url, kind="uncertain", round=2)
    told = decide(redis_url, tmp_path, id_of(asked), word, "--reason", "It was restarted at noon")
    assert told.code == 0, told.err
    settlement = (await found(redis_url, asked)).settlement
    assert settlement
    assert (settlement.verdict, settlement.reason) == (verdict, "It was restarted at noon")


@pytest.mark.parametrize("word", ["again", "done"])
async def test_those_answers_fit_no_other_call(word: str, redis_url: str, tmp_path: Path):
    asked = await waits(redis_url)
    told = decide(redis_url, tmp_path, id_of(asked), word)
    assert told.code == 1
    assert "may have run" in told.err
    assert not (await found(redis_url, asked)).settled


async def test_a_high_risk_tool_of_one_person_alone_takes_its_name_typed_here_too(redis_url: str, tmp_path: Path):
    asked = await waits(redis_url, approvers=RequesterAlone(), risk="high")
    wrong = decide(redis_url, tmp_path, id_of(asked), "approve", typed="restart\n")
    assert wrong.code == 1
    assert "type its name" in wrong.err
    assert decide(redis_url, tmp_path, id_of(asked), "approve", typed="restart_service\n").code == 0


@pytest.mark.parametrize("word", ["nonsense", "T0HOME:C0OPS:1.2", "T0HOME:C0OPS:1.2/r_none/t0.c0/1"])
def test_an_id_that_names_nothing_is_one_line(word: str, redis_url: str, tmp_path: Path):
    told = decide(redis_url, tmp_path, word, "approve")
    assert (told.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert "assent pending" in told.err


def test_another_word_than_those_is_refused(redis_url: str, tmp_path: Path):
    assert decide(redis_url, tmp_path, "T0HOME:C0OPS:1.2/r/t0.c0/1", "maybe").code == 2


def test_without_a_redis_it_says_where_it_looked(tmp_path: Path):
    told = assent("pending", at=tmp_path)
    assert told.code == 1
    assert "No bot runs on .assent" in told.err
    assert "REDIS_URL" in told.err


def test_a_redis_that_is_away_is_one_line_without_its_password(tmp_path: Path):
    told = assent("pending", at=tmp_path, env={"REDIS_URL": "redis://:s3cret-word@127.0.0.1:1/0"})
    assert (told.code, told.err.count("\n")) == (1, 1)
    assert "Redis did not answer" in told.err
    assert "s3cret" not in told.printed


async def test_it_finds_the_redis_of_a_bot_that_runs_on_the_data_directory(tmp_path: Path):
    redis = EmbeddedRedis.start(tmp_path / ".assent" / "redis")
    try:
        asked = await waits(redis.url)
        assert id_of(asked) in assent("pending", at=tmp_path).out
        assert (
            id_of(asked) in assent("pending", "--data-dir", ".assent", at=tmp_path, env={"REDIS_URL": "redis://x"}).out
        )
    finally:
        redis.stop()
