"""What a workspace keeps over a restart, and how it is declared."""

from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace import Config, Workspace, WorkspaceConfigError, load_config
from bot.workspace.driver import Driver
from tests.workspace.bolt import SlackClient


async def test_messages_and_tokens_are_found_again(tmp_path: Path) -> None:
    async with Workspace(data_dir=tmp_path) as workspace, Driver(workspace.url, workspace.control_token) as driver:
        tokens = (workspace.bot_token, workspace.app_token, workspace.signing_secret)
        posted = await driver.say("ana", "#ops", "@assent remember me")
        channel = await driver.direct_message("ben")
        client: SlackClient = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
        await client.chat_postMessage(channel="C0OPS", thread_ts=posted.ts, text="noted")
        await client.chat_postEphemeral(channel="C0OPS", user="U0ANA", text="not for keeping")
        await client.chat_postMessage(channel=channel.id, text="in private")
    async with Workspace(data_dir=tmp_path) as workspace, Driver(workspace.url, workspace.control_token) as driver:
        assert (workspace.bot_token, workspace.app_token, workspace.signing_secret) == tokens
        thread = await driver.thread("#ops", posted.ts, "ana")
        assert [message.text for message in thread.messages] == ["<@U0ASSENT> remember me", "noted"]
        assert [message.text for message in await driver.channel(channel.id, "ben")] == ["in private"]
        assert len(await driver.channel("#ops", "ana")) == 1
        later = await driver.say("ana", "#ops", "later")
        assert later.ts > thread.messages[-1].ts


async def test_what_was_changed_is_on_disk_soon_without_a_clean_stop(tmp_path: Path) -> None:
    async with Workspace(data_dir=tmp_path) as workspace, Driver(workspace.url, workspace.control_token) as driver:
        await driver.say("ana", "#ops", "keep this")

        async def kept() -> bool:
            return "keep this" in (tmp_path / "workspace.json").read_text()

        await driver.until(kept)
    assert (tmp_path / "workspace.json").stat().st_mode & 0o777 == 0o600


async def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "workspace.json").write_text("{")
    with pytest.raises(WorkspaceConfigError, match="Move it away"):
        await Workspace(data_dir=tmp_path).start()
    assert (tmp_path / "workspace.json").read_text() == "{"


async def test_a_file_declares_who_is_there(tmp_path: Path) -> None:
    declared = tmp_path / "workspace.toml"
    declared.write_text("""
        [[users]]
        name = "zoe"
        [[users]]
        name = "max"
        guest = true
        [[groups]]
        handle = "leads"
        users = ["zoe"]
        [[channels]]
        name = "lab"
        members = ["@leads", "mybot"]
        [[apps]]
        name = "mybot"
        commands = ["/mybot"]
        bot_token = "xoxb-fixed"
    """)
    async with (
        Workspace(load_config(declared)) as workspace,
        Driver(workspace.url, workspace.control_token) as driver,
    ):
        assert workspace.bot_token == "xoxb-fixed"
        assert [(user.name, user.kind) for user in await driver.users()] == [
            ("zoe", "member"),
            ("max", "guest"),
            ("mybot", "app"),
        ]
        assert [(one.name, one.members) for one in await driver.channels()] == [("lab", ("U0ZOE", "U0MYBOT"))]


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("a.toml", "users = 3", "users"),
        ("a.toml", "[[", "neither TOML nor JSON"),
        ("a.json", "{", "neither TOML nor JSON"),
        ("a.json", '{"users": [{"name": "zoe"}], "channels": [{"name": "lab", "members": ["max"]}]}', "#lab names max"),
        ("a.json", '{"users": [{"name": "zoe"}, {"name": "zoe"}]}', "two are the same"),
        ("a.json", '{"people": []}', "people"),
    ],
)
def test_a_wrong_declaration_is_explained(name: str, written: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(written)
    with pytest.raises(WorkspaceConfigError, match=said):
        load_config(path)


def test_a_missing_declaration_is_explained(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceConfigError, match="Cannot read"):
        load_config(tmp_path / "none.toml")


async def test_a_second_app_has_its_own_tokens() -> None:
    config = Config.model_validate({"apps": [{"name": "assent"}, {"name": "other"}]})
    async with Workspace(config) as workspace, Driver(workspace.url, workspace.control_token) as driver:
        apps = (await driver.get("apps"))["apps"]
        assert len({app["bot_token"] for app in apps}) == 2
        client: SlackClient = AsyncWebClient(token=apps[1]["bot_token"], base_url=workspace.api_url)
        assert (await client.auth_test())["user_id"] == "U0OTHER"
