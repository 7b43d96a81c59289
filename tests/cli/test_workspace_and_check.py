"""`assent workspace` tells any bot how to join, and `assent check` tells what is well and what is not."""

import asyncio
import time
from pathlib import Path

import pytest

from bot.demo.model_server import ModelServer
from bot.workspace.driver import Driver
from bot.workspace.seen import Message
from tests.cli.commands import Ended, assent, running
from tests.cli.conftest import LocalSlack, local_slack


async def test_the_workspace_tells_what_a_bot_needs_to_join(slack: LocalSlack):
    assert sorted(slack.env) == ["SLACK_API_URL", "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]
    async with slack.driver() as driver:
        health = await driver.get("health")
    assert {health[name] for name in ("bot_token", "app_token", "signing_secret", "api_url")} == set(slack.env.values())


async def test_the_workspace_keeps_its_state_and_tokens(tmp_path: Path):
    with local_slack(tmp_path) as first:
        async with first.driver() as driver:
            posted = await driver.say("ana", "ops", "still here")
    with local_slack(tmp_path) as second:
        assert second.env["SLACK_BOT_TOKEN"] == first.env["SLACK_BOT_TOKEN"]
        async with second.driver() as driver:
            assert (await driver.thread("ops", posted.ts, "ana")).messages[0].text == "still here"


async def test_a_file_declares_who_is_there(tmp_path: Path):
    (tmp_path / "mine.toml").write_text('[[users]]\nname = "zoe"\n')
    with local_slack(tmp_path, "--config", "mine.toml") as slack:
        async with slack.driver() as driver:
            assert "zoe" in [user.name for user in await driver.users()]


def test_a_file_that_declares_nothing_is_one_line(tmp_path: Path):
    (tmp_path / "mine.toml").write_text("users = 7\n")
    for file in ("mine.toml", "none.toml"):
        told = assent("workspace", "--config", file, at=tmp_path)
        assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
        assert file in told.err


def test_a_port_in_use_is_one_line(slack: LocalSlack, tmp_path: Path):
    told = assent("workspace", "--port", slack.url.rpartition(":")[2], at=tmp_path)
    assert (told.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert "cannot be used: address already in use" in told.err.lower()
    assert "--port" in told.err


def test_two_never_share_a_data_directory(tmp_path: Path):
    with running("workspace", "--port", "0", at=tmp_path) as first:
        first.until("Ctrl-C stops it")
        told = assent("workspace", "--port", "0", at=tmp_path)
        assert told.code == 2
        assert "in use by another assent" in told.err


def test_with_nothing_set_every_line_says_what_to_do(tmp_path: Path):
    told = assent("check", at=tmp_path)
    assert told.code == 1
    assert told.err == ""
    crosses = [line for line in told.out.splitlines() if line.startswith("✗")]
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ASSENT_APPROVERS", "OPENAI_API_KEY"):
        assert any(f"{name} is missing" in line for line in crosses)


def test_a_malformed_setting_is_a_cross_without_its_value(tmp_path: Path):
    told = assent("check", at=tmp_path, env={"SLACK_BOT_TOKEN": "s3cret", "REDIS_URL": "s3cret"})
    assert told.code == 1
    assert "✗ Settings: SLACK_BOT_TOKEN does not begin with xoxb-" in told.out
    assert "✗ Settings: REDIS_URL does not begin with" in told.out
    assert "s3cret" not in told.printed


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ('[models."gpt-5*"]\ninput = 1.25\noutput = 10\n', "✓ Prices: of gpt-5*."),
        ("[models.a]\ninput = 1\n", "✗ Prices: ASSENT_PRICES: The prices in prices.toml are wrong (models.a.output: "),
        (None, "✗ Prices: ASSENT_PRICES: The prices in prices.toml cannot be read: No such file or directory."),
    ],
)
def test_the_file_of_prices_is_looked_at(file: str | None, told: str, tmp_path: Path):
    if file:
        (tmp_path / "prices.toml").write_text(file)
    printed = assent("check", at=tmp_path, env={"ASSENT_PRICES": "prices.toml"}).out
    assert any(line.startswith(told) for line in printed.splitlines()), printed


async def test_all_is_well_beside_a_local_slack_and_model(slack: LocalSlack, redis_url: str, tmp_path: Path):
    async with ModelServer() as model:
        env = _whole(slack, redis_url, model)
        told = await asyncio.to_thread(assent, "check", "bot.demo.agent:agent", at=tmp_path, env=env)
    assert told.code == 0, told.printed
    lines = told.out.splitlines()
    assert all(line.startswith("✓ ") for line in lines)
    assert [line.split(":")[0].removeprefix("✓ ") for line in lines] == [
        "Settings",
        "Agent",
        "Model",
        "Redis",
        "Redis access",
        "SLACK_BOT_TOKEN",
        "Scopes",
        "SLACK_APP_TOKEN",
    ]
    assert not [secret for secret in _secrets(env) if secret in told.printed]


async def test_each_thing_that_is_wrong_has_its_cross(slack: LocalSlack, tmp_path: Path):
    async with ModelServer() as model:
        env = _whole(slack, "redis://127.0.0.1:1", model) | {
            "SLACK_BOT_TOKEN": "xoxb-of-somebody-else",
            "SLACK_APP_TOKEN": "xapp-of-somebody-else",
            "OPENAI_API_KEY": "sk-of-somebody-else",
        }
        told = await asyncio.to_thread(assent, "check", "none.py:agent", at=tmp_path, env=env)
        model_told = await asyncio.to_thread(assent, "check", at=tmp_path, env=env)
    assert (told.code, model_told.code) == (1, 1)
    crosses = [line for line in told.out.splitlines() if line.startswith("✗")]
    assert [line.split(":")[0].removeprefix("✗ ") for line in crosses] == [
        "Agent",
        "Redis",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
    ]
    assert "✗ Model: the model's API refuses the key" in model_told.out
    assert "somebody-else" not in told.printed + model_told.printed


async def test_scopes_that_lack_are_named(redis_url: str, tmp_path: Path):
    with local_slack(tmp_path / "slack") as slack:
        async with slack.driver() as driver:
            await driver.change_app("assent", scopes=["chat:write", "files:read"])
        told = await asyncio.to_thread(assent, "check", at=tmp_path, env={**slack.env, "REDIS_URL": redis_url})
    [line] = [line for line in told.out.splitlines() if "Scopes" in line]
    assert line.startswith("✗ Scopes: app_mentions:read, channels:history")
    assert "manifest.yml" in line


async def test_a_click_on_the_test_card_is_waited_for_and_its_way_told(
    slack: LocalSlack, redis_url: str, tmp_path: Path
):
    async with ModelServer() as model, slack.driver() as driver:
        env = _whole(slack, redis_url, model)
        checking = asyncio.create_task(asyncio.to_thread(assent, "check", "--channel", "ops", at=tmp_path, env=env))
        card = await _card(driver)
        assert (await driver.click("ben", card, card.button("It arrives").action_id)).acked
        told = await checking
        assert told.code == 0, told.printed
        assert "✓ Round trip: the click came" in told.out
        [after] = [message for message in await driver.channel("ops", "ben") if message.ts == card.ts]
        assert after.buttons == []
        assert "It works" in after.visible


async def test_a_channel_that_the_bot_is_not_in_is_told(slack: LocalSlack, redis_url: str, tmp_path: Path):
    async with ModelServer() as model:
        env = _whole(slack, redis_url, model)
        told = await asyncio.to_thread(assent, "check", "--channel", "#random", at=tmp_path, env=env)
    assert told.code == 1
    assert "✗ Round trip: the bot is in no channel #random. Invite it there: /invite @assent" in told.out


@pytest.mark.parametrize("proxy", ["HTTPS_PROXY", "http_proxy"])
def test_a_proxy_is_not_asked_for_a_slack_on_this_machine(proxy: str, slack: LocalSlack, tmp_path: Path):
    began = time.monotonic()
    told: Ended = assent("check", at=tmp_path, env={**slack.env, proxy: "http://127.0.0.1:1"})
    assert "✓ SLACK_BOT_TOKEN" in told.out
    assert time.monotonic() - began < 30


async def _card(driver: Driver) -> Message:
    async def look() -> Message | None:
        said = await driver.channel("ops", "ben")
        return next((message for message in said if "It arrives" in message.labels), None)

    return await driver.until(look, within=30)


def _whole(slack: LocalSlack, redis_url: str, model: ModelServer) -> dict[str, str]:
    return {
        **slack.env,
        "REDIS_URL": redis_url,
        "OPENAI_API_KEY": model.api_key,
        "OPENAI_BASE_URL": model.base_url,
        "ASSENT_APPROVERS": "channel",
    }


def _secrets(env: dict[str, str]) -> list[str]:
    return [env[name] for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "OPENAI_API_KEY")]
