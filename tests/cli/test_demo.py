"""`assent demo` and `assent dev`: from nothing to an approved call, and cleanly away again."""

import json
import re
import signal
import socket
from pathlib import Path

import pytest

from bot.store.embedded import running_url
from bot.workspace.driver import Driver
from bot.workspace.seen import Message
from tests.cli.commands import Running, assent, running

AGENT = '''
from bot.agents import Agent, function_tool
from bot.app import Served
import agents, types
from agents import NAME

@function_tool(needs_approval=True)
def restart_service(service: str) -> str:
    """Restart a service."""
    return f"{NAME} restarted {service}."

served = Served(Agent(NAME, tools=[restart_service]))
'''


def driver_of(process: Running, data_dir: Path) -> Driver:
    url = process.until(r"Open  (http://127\.0\.0\.1:\d+)/\?token=").group(1)
    return Driver(url, (data_dir / "control-token").read_text())


async def test_a_restart_is_asked_for_approved_and_answered(tmp_path: Path):
    with running("demo", "--port", "0", "--no-open", at=tmp_path) as demo:
        async with driver_of(demo, tmp_path / ".assent") as driver:
            posted = await driver.say("ana", "ops", "@assent restart web-1")
            card = await driver.find(posted, lambda message: "Approve" in message.labels, as_user="ben", within=20)
            told = assent("pending", "--json", at=tmp_path)
            assert [one["tool"] for one in json.loads(told.out)] == ["restart_service"]
            await driver.click("ben", card, card.button("Approve").action_id)
            answer = await driver.find(posted, lambda message: "was restarted" in message.visible, as_user="ana")
            assert "web-1" in answer.visible
        assert demo.stop(signal.SIGINT) == 0
    assert running_url(tmp_path / ".assent" / "redis") is None


async def test_what_waits_can_be_decided_from_another_terminal(tmp_path: Path):
    with running("demo", "--port", "0", "--no-open", "--data-dir", "kept", at=tmp_path) as demo:
        async with driver_of(demo, tmp_path / "kept") as driver:
            posted = await driver.say("ana", "ops", "@assent restart web-2")
            await driver.find(posted, lambda message: "Approve" in message.labels, as_user="ana", within=20)
            [waiting] = json.loads(assent("pending", "--json", "--data-dir", "kept", at=tmp_path).out)
            decided = assent(
                "decide", waiting["id"], "reject", "--reason", "It is needed now", "--data-dir", "kept", at=tmp_path
            )
            assert decided.code == 0, decided.printed

            def rejected(message: Message) -> bool:
                return "It is needed now" in message.visible and not message.buttons

            await driver.find(posted, rejected, as_user="ana")
        assert demo.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_an_address_and_what_to_type_and_stops_cleanly(number: signal.Signals, tmp_path: Path):
    with running("demo", "--port", "0", "--no-open", at=tmp_path, env={"HTTPS_PROXY": "http://127.0.0.1:1"}) as demo:
        demo.until("Ctrl-C stops it")
        assert re.search(r"Type  @assent restart web-1", demo.printed)
        token = (tmp_path / ".assent" / "control-token").read_text()
        assert f"/?token={token}" in demo.printed
        assert (tmp_path / ".assent" / "control-token").stat().st_mode & 0o777 == 0o600
        assert demo.stop(number) == 0
        assert "Traceback" not in demo.printed


def test_it_can_be_stopped_while_it_starts(tmp_path: Path):
    with running("demo", "--port", "0", "--no-open", at=tmp_path) as demo:
        (tmp_path / ".assent").mkdir(exist_ok=True)
        while not (tmp_path / ".assent" / "owner.lock").exists():
            pass
        assert demo.stop(signal.SIGINT) == 0
        assert "Traceback" not in demo.printed


def test_a_port_in_use_is_one_line(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = assent("demo", "--no-open", "--port", str(port), at=tmp_path)
    assert told.code == 1
    assert told.printed == f"Port {port} cannot be used: Address already in use. " + (
        "Stop what uses it, or choose another with --port.\n"
    )


def test_without_a_key_live_says_where_to_get_one(tmp_path: Path):
    told = assent("demo", "--live", "--no-open", "--port", "0", at=tmp_path)
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert told.err.startswith("OPENAI_API_KEY is missing. ")


async def test_dev_serves_an_agent_from_a_directory_with_names_like_ours(tmp_path: Path):
    (tmp_path / "bot.py").write_text(AGENT)
    (tmp_path / "agents.py").write_text("NAME = 'Mine'\n")
    (tmp_path / "types.py").write_text("raise RuntimeError('this is not the module that was meant')\n")
    env = {"OPENAI_API_KEY": "sk-of-nobody", "OPENAI_BASE_URL": "http://127.0.0.1:1"}
    with running("dev", "bot.py:served", "--port", "0", "--no-open", at=tmp_path, env=env) as dev:
        async with driver_of(dev, tmp_path / ".assent") as driver:
            posted = await driver.say("ana", "ops", "@assent hello")
            await driver.find(posted, lambda message: message.ts != posted.ts, as_user="ana", within=30)
        assert dev.stop() == 0
        assert "sk-of-nobody" not in dev.printed


@pytest.mark.parametrize(
    ("target", "told"),
    [("none.py:agent", "There is no file none.py."), ("bot.demo.agent:agent", "OPENAI_API_KEY is missing.")],
)
def test_dev_says_in_one_line_what_it_lacks(target: str, told: str, tmp_path: Path):
    ended = assent("dev", target, "--no-open", "--port", "0", at=tmp_path)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith(told)
