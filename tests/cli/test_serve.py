"""`assent serve`: what it asks for, what it refuses, and how it ends."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from bot.demo.model_server import ModelServer
from tests.cli.commands import assent, running
from tests.cli.conftest import LocalSlack

TARGET = "bot.demo.agent:agent"


def whole(slack: LocalSlack) -> dict[str, str]:
    """What it needs besides a Redis, for a model that nobody asks."""
    return {
        **slack.env,
        "ASSENT_APPROVERS": "channel",
        "ASSENT_HTTP_PORT": "0",
        "OPENAI_API_KEY": "sk-of-nobody",
        "OPENAI_BASE_URL": "http://127.0.0.1:1",
    }


def test_with_nothing_set_it_tells_all_that_is_missing(tmp_path: Path):
    told = assent("serve", TARGET, at=tmp_path)
    assert (told.code, told.out) == (2, "")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "REDIS_URL", "ASSENT_APPROVERS"):
        assert f"{name} is missing. " in told.err or f"{name} is missing.\n" in told.err
    assert "Traceback" not in told.err


def test_without_approvers_it_prints_the_choices(slack: LocalSlack, redis_url: str, tmp_path: Path):
    told = assent("serve", TARGET, at=tmp_path, env=whole(slack) | {"ASSENT_APPROVERS": "", "REDIS_URL": redis_url})
    assert told.code == 2
    assert told.err.startswith("ASSENT_APPROVERS is missing.\n")
    for choice in ("requester", "channel", "@oncall", "U012AB3CD"):
        assert choice in told.err


@pytest.mark.parametrize(
    ("url", "lacks"),
    [
        ("redis://redis.example:6379", "without TLS (rediss://) and a password"),
        ("rediss://redis.example:6379", "without a password"),
        ("redis://:s3cret-word@redis.example:6379", "without TLS (rediss://)"),
    ],
)
def test_a_redis_that_others_can_write_to_is_refused(url: str, lacks: str, slack: LocalSlack, tmp_path: Path):
    told = assent("serve", TARGET, at=tmp_path, env=whole(slack) | {"REDIS_URL": url})
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert lacks in told.err
    assert "ASSENT_INSECURE_REDIS=1" in told.err
    assert "s3cret" not in told.err


def test_that_it_is_used_all_the_same_is_said_aloud(slack: LocalSlack, tmp_path: Path):
    env = whole(slack) | {"REDIS_URL": "redis://redis.invalid:6379", "ASSENT_INSECURE_REDIS": "1"}
    told = assent("serve", TARGET, at=tmp_path, env=env)
    assert told.code == 1
    assert "ASSENT_INSECURE_REDIS is set: whoever writes to this Redis runs code here" in told.err
    assert "Redis did not answer" in told.err


@pytest.mark.parametrize(
    ("name", "method"), [("SLACK_BOT_TOKEN", "auth.test"), ("SLACK_APP_TOKEN", "apps.connections.open")]
)
def test_a_token_that_slack_refuses_ends_it_in_one_clear_line(
    name: str, method: str, slack: LocalSlack, redis_url: str, tmp_path: Path
):
    wrong = f"{slack.env[name][:5]}1-nobody-has-this-token"
    told = assent("serve", TARGET, at=tmp_path, env=whole(slack) | {"REDIS_URL": redis_url, name: wrong})
    assert told.code == 1
    last = told.err.splitlines()[-1]
    assert last == f"Slack refused {method}: invalid_auth. See what is wrong with: assent check"
    assert "Traceback" not in told.err
    assert "nobody-has" not in told.printed


async def test_it_serves_tells_its_health_and_ends_with_0_on_sigterm(slack: LocalSlack, tmp_path: Path):
    env = whole(slack) | {"ASSENT_LOG": "json"}
    with running("serve", TARGET, "--embedded-redis", at=tmp_path, env=env) as bot:
        port = bot.until(r'"port": (\d+)').group(1)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session, asyncio.timeout(20):
            async with session.get("/healthz") as alive:
                assert alive.status == 200
            while True:
                async with session.get("/readyz") as ready:
                    if ready.status == 200:
                        break
                await asyncio.sleep(0.1)
        assert bot.stop() == 0
        assert "Traceback" not in bot.printed
        for secret in (*slack.env.values(), "sk-of-nobody"):
            assert secret.startswith("http") or secret not in bot.printed
    assert (tmp_path / ".assent" / "serve").is_dir()


async def test_it_answers_in_slack(slack: LocalSlack, redis_url: str, tmp_path: Path):
    async with ModelServer() as model, slack.driver() as driver:
        env = whole(slack) | {
            "REDIS_URL": redis_url,
            "OPENAI_API_KEY": model.api_key,
            "OPENAI_BASE_URL": model.base_url,
        }
        with running("serve", TARGET, at=tmp_path, env=env) as bot:
            bot.until("ready")
            posted = await driver.say("ana", "ops", "@assent what is running?")
            await driver.find(posted, lambda message: "db-1" in message.visible, as_user="ana", within=20)
            assert await asyncio.to_thread(bot.stop) == 0


def test_a_health_port_in_use_is_one_line(slack: LocalSlack, redis_url: str, tmp_path: Path):
    port = slack.url.rpartition(":")[2]
    told = assent("serve", TARGET, at=tmp_path, env=whole(slack) | {"REDIS_URL": redis_url, "ASSENT_HTTP_PORT": port})
    assert told.code == 1
    assert f"Port {port} cannot be used: Address already in use." in told.err
    assert "ASSENT_HTTP_PORT" in told.err
