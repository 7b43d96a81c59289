"""The log without tokens, and the two questions that an orchestrator asks."""

import io
import json
import logging
from collections.abc import Iterator

import aiohttp
import pytest
import structlog

from bot.app.health import health_server
from bot.app.logs import set_up_logs

TOKEN = "xoxb-1234567890-abcdefghij"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root, ours = logging.getLogger(), logging.getLogger("bot")
    before = root.handlers[:], root.level, ours.level
    structlog.reset_defaults()
    yield io.StringIO()
    structlog.reset_defaults()
    root.handlers[:], root.level, ours.level = before


def test_a_transition_is_one_line_of_json(log: io.StringIO):
    set_up_logs("json", to=log)
    structlog.get_logger("bot.worker").info("started", run="r1", thread="T1:C1:1.2", call="t0.c0")
    line = json.loads(log.getvalue())
    assert (line["event"], line["run"], line["thread"], line["call"]) == ("started", "r1", "T1:C1:1.2", "t0.c0")
    assert (line["level"], line["logger"]) == ("info", "bot.worker")


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_token_gets_into_it_whoever_writes(form: str, log: io.StringIO):
    set_up_logs("json" if form == "json" else "text", to=log)
    ours, theirs = structlog.get_logger("bot.slack"), logging.getLogger("slack_sdk.web")
    ours.info("connected", url=f"wss://x?{TOKEN}", more={"token": TOKEN})
    theirs.warning("sent %s", TOKEN)
    try:
        raise ValueError(TOKEN)
    except ValueError:
        ours.exception("failed")
        theirs.exception("failed")
    assert log.getvalue().count("ValueError") >= 2
    assert TOKEN not in log.getvalue()


def test_others_are_heard_from_warnings_on(log: io.StringIO):
    set_up_logs("text", to=log)
    for name in ("slack_bolt", "slack_sdk", "docket.worker", "aiohttp.server"):
        logging.getLogger(name).info("chatter of %s", name)
        logging.getLogger(name).warning("warning of %s", name)
    assert "chatter" not in log.getvalue()
    assert log.getvalue().count("warning of") == 4


async def test_alive_is_not_ready():
    ready = False
    async with health_server(lambda: ready, host="127.0.0.1", port=0) as port, aiohttp.ClientSession() as session:

        async def status(path: str) -> int:
            async with session.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status

        assert (await status("/healthz"), await status("/readyz")) == (200, 503)
        ready = True
        assert (await status("/healthz"), await status("/readyz")) == (200, 200)


async def test_a_port_in_use_is_an_error_and_leaves_nothing_behind():
    async with health_server(lambda: True, host="127.0.0.1", port=0) as port:
        with pytest.raises(OSError, match="in use"):
            async with health_server(lambda: True, host="127.0.0.1", port=port):
                pass
