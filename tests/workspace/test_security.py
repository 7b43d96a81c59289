"""The door: a page somewhere else cannot press the buttons here."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.workspace import Workspace
from bot.workspace.driver import ControlRefused, Driver

SAY = {"user": "ana", "channel": "ops", "text": "@assent rotate everything"}


@pytest.fixture
async def stranger() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser or tool that knows nothing of the workspace."""
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_form_on_another_page_posts_nothing(
    workspace: Workspace, driver: Driver, stranger: aiohttp.ClientSession
) -> None:
    headers = {"Origin": "https://evil.example", "Authorization": f"Bearer {workspace.control_token}"}
    async with stranger.post(f"{workspace.url}/control/messages", data=SAY, headers=headers) as answer:
        assert answer.status == 403
    async with stranger.post(f"{workspace.url}/control/messages", json=SAY, headers=headers) as answer:
        assert answer.status == 403
    assert await driver.channel("#ops", "ana") == []


async def test_a_post_that_is_not_json_is_refused_even_with_the_token(
    workspace: Workspace, driver: Driver, stranger: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": f"Bearer {workspace.control_token}", "Content-Type": "text/plain"}
    body = b'{"user": "ana", "channel": "ops", "text": "hello"}'
    async with stranger.post(f"{workspace.url}/control/messages", data=body, headers=headers) as answer:
        assert answer.status == 415
        assert (await answer.json())["error"] == "not_json"
    assert await driver.channel("#ops", "ana") == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1:1"])
@pytest.mark.parametrize("path", ["/control/health", "/", "/page/index.html", "/api/auth.test", "/link/"])
async def test_a_name_that_was_rebound_to_this_machine_is_refused(
    host: str, path: str, workspace: Workspace, stranger: aiohttp.ClientSession
) -> None:
    headers = {"Host": host, "Authorization": f"Bearer {workspace.control_token}"}
    url = f"{workspace.url}{path}?token={workspace.control_token}"
    async with stranger.get(url, headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
async def test_a_foreign_origin_is_refused(origin: str, workspace: Workspace, stranger: aiohttp.ClientSession) -> None:
    headers = {"Origin": origin, "Authorization": f"Bearer {workspace.control_token}"}
    async with stranger.get(f"{workspace.url}/control/health", headers=headers) as answer:
        assert answer.status == 403


async def test_the_own_page_is_let_in(workspace: Workspace, stranger: aiohttp.ClientSession) -> None:
    headers = {"Origin": workspace.url, "Authorization": f"Bearer {workspace.control_token}"}
    async with stranger.post(f"{workspace.url}/control/messages", json=SAY, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
async def test_without_the_token_nothing_is_told(
    header: dict[str, str], workspace: Workspace, stranger: aiohttp.ClientSession
) -> None:
    for path in ("/control/health", "/control/log", "/control/stream", "/"):
        async with stranger.get(f"{workspace.url}{path}", headers=header) as answer:
            assert answer.status == 401
    async with stranger.post(f"{workspace.url}/control/messages", json=SAY, headers=header) as answer:
        assert answer.status == 401


async def test_the_token_in_an_address_opens_the_page_and_the_stream_only(
    workspace: Workspace, stranger: aiohttp.ClientSession
) -> None:
    query = f"?token={workspace.control_token}"
    async with stranger.get(f"{workspace.url}/control/stream{query}") as answer:
        assert answer.status == 200
        assert b'"hello"' in await answer.content.readline()
    async with stranger.get(f"{workspace.url}/control/health{query}") as answer:
        assert answer.status == 401


async def test_the_page_runs_its_own_scripts_only(workspace: Workspace, stranger: aiohttp.ClientSession) -> None:
    async with stranger.get(workspace.page_url) as answer:
        assert answer.status == 200
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


async def test_only_this_machine_can_reach_it(workspace: Workspace) -> None:
    assert workspace.url.startswith("http://127.0.0.1:")


async def test_the_token_lies_in_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    async with Workspace(data_dir=tmp_path / "data") as workspace:
        token = tmp_path / "data" / "control-token"
        assert token.read_text() == workspace.control_token
        assert token.stat().st_mode & 0o777 == 0o600
        async with Driver(workspace.url, token.read_text()) as driver:
            assert await driver.users()


async def test_what_is_wrong_with_a_body_is_said(driver: Driver) -> None:
    with pytest.raises(ControlRefused, match=r"invalid_arguments.*chanel.*Fields: user, channel") as refused:
        await driver.post("messages", {"user": "ana", "chanel": "ops", "text": "x"})
    assert refused.value.status == 400
    with pytest.raises(ControlRefused, match=r"There is no user zoe\. Users: ana, ben"):
        await driver.say("zoe", "#ops", "x")
