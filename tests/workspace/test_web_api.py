"""The Web API as slack_sdk meets it."""

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace import Workspace
from bot.workspace.driver import Driver
from bot.workspace.faults import Fault
from tests.workspace.bolt import Body, SlackClient, refused


async def test_the_app_learns_who_it_is_and_what_it_may(slack: SlackClient) -> None:
    answer = await slack.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0ASSENT", "B0ASSENT", "T0LOCAL")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
    assert (await slack.api_test())["ok"] is True


async def test_a_token_must_be_right(workspace: Workspace) -> None:
    for token, error in (
        ("xoxb-wrong", "invalid_auth"),
        ("", "not_authed"),
        (workspace.app_token, "not_allowed_token_type"),
    ):
        client: SlackClient = AsyncWebClient(token=token, base_url=workspace.api_url)
        await refused(client.auth_test(), error)


async def test_forms_and_json_are_read_alike(workspace: Workspace) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    url = f"{workspace.api_url}chat.postMessage"
    form = {"channel": "C0OPS", "text": "one", "blocks": '[{"type": "divider"}]', "token": workspace.bot_token}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=form) as answer:
            by_form = await answer.json()
        body = {"channel": "C0OPS", "text": "two", "blocks": [{"type": "divider"}]}
        async with session.post(url, json=body, headers=headers) as answer:
            by_json = await answer.json()
    for answered in (by_form, by_json):
        assert answered["ok"] is True
        assert answered["message"]["blocks"][0]["type"] == "divider"
        assert answered["message"]["blocks"][0]["block_id"]


async def test_a_message_is_posted_changed_and_deleted(driver: Driver, slack: SlackClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "shown"}}]
    posted = await slack.chat_postMessage(channel="C0OPS", text="said", blocks=blocks)
    silent = await slack.chat_update(channel="C0OPS", ts=posted["ts"], text="again", blocks=blocks)
    assert "edited" not in silent["message"]
    loud = await slack.chat_update(channel="C0OPS", ts=posted["ts"], text="text alone")
    assert loud["message"]["edited"]["user"] == "U0ASSENT"
    assert "blocks" not in loud["message"]
    await slack.chat_delete(channel="C0OPS", ts=posted["ts"])
    assert await driver.channel("#ops", "ana") == []
    await refused(slack.chat_update(channel="C0OPS", ts=posted["ts"], text="too late"), "message_not_found")


async def test_a_deleted_parent_leaves_a_tombstone(driver: Driver, slack: SlackClient) -> None:
    posted = await driver.say("ana", "#ops", "question")
    await slack.chat_postMessage(channel="C0OPS", text="answer", thread_ts=posted.ts)
    await driver.delete(posted)
    thread = await driver.thread("#ops", posted.ts, "ben")
    assert [message.subtype for message in thread.messages] == ["tombstone", None]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0RANDOM", "text": "x"}, "not_in_channel"),
        ({"channel": "C0OPS"}, "no_text"),
        ({"channel": "C0OPS", "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": "C0OPS", "text": "x", "blocks": [{"type": "magic"}]}, "invalid_blocks"),
        ({"channel": "C0OPS", "text": "x", "blocks": "hello"}, "invalid_blocks_format"),
        ({"channel": "C0OPS", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": "C0OPS", "text": "x", "metadata": {"event_type": ""}}, "invalid_metadata_format"),
    ],
)
async def test_what_slack_refuses_is_refused_by_its_name(arguments: Body, error: str, slack: SlackClient) -> None:
    await refused(slack.api_call("chat.postMessage", json=arguments), error)


async def test_invalid_blocks_are_pointed_at(slack: SlackClient) -> None:
    blocks = [{"type": "divider"}, {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    response = await refused(slack.chat_postMessage(channel="C0OPS", text="x", blocks=blocks), "invalid_blocks")
    assert response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"
    ]


async def test_blocks_with_too_much_text_in_all_arerefused(slack: SlackClient) -> None:
    def of(length: int) -> list[Body]:
        return [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}} for _ in range(5)]

    await slack.chat_postMessage(channel="C0OPS", text="x", blocks=of(2640))
    await refused(slack.chat_postMessage(channel="C0OPS", text="x", blocks=of(2641)), "msg_blocks_too_long")


async def test_an_app_changes_its_own_messages_only(driver: Driver, slack: SlackClient) -> None:
    posted = await driver.say("ana", "#ops", "mine")
    await refused(slack.chat_update(channel="C0OPS", ts=posted.ts, text="yours"), "cant_update_message")
    await refused(slack.chat_delete(channel="C0OPS", ts=posted.ts), "cant_delete_message")


async def test_an_ephemeral_message_goes_to_a_member(slack: SlackClient) -> None:
    await refused(slack.chat_postEphemeral(channel="C0PAYMENTS", user="U0CHLOE", text="x"), "user_not_in_channel")
    answer = await slack.chat_postEphemeral(channel="C0PAYMENTS", user="U0ANA", text="x")
    await refused(slack.chat_update(channel="C0PAYMENTS", ts=answer["message_ts"], text="y"), "message_not_found")


async def test_metadata_is_found_again(slack: SlackClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"name": "r_1/t0.c0/1"}}
    root = await slack.chat_postMessage(channel="C0OPS", text="root", metadata=metadata)
    plain = await slack.conversations_replies(channel="C0OPS", ts=root["ts"])
    told = await slack.conversations_replies(channel="C0OPS", ts=root["ts"], include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert told["messages"][0]["metadata"] == metadata
    history = await slack.conversations_history(channel="C0OPS", include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata


async def test_history_is_read_page_by_page(slack: SlackClient) -> None:
    for number in range(5):
        await slack.chat_postMessage(channel="C0OPS", text=str(number))
    seen: list[str] = []
    cursor = None
    while True:
        page = await slack.conversations_history(channel="C0OPS", limit=2, cursor=cursor)
        seen += [message["text"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not page["has_more"]:
            break
    assert seen == list("43210")


async def test_members_are_listed_page_by_page(slack: SlackClient) -> None:
    first = await slack.conversations_members(channel="C0PAYMENTS", limit=2)
    rest = await slack.conversations_members(
        channel="C0PAYMENTS", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert first["members"] + rest["members"] == ["U0ANA", "U0BEN", "U0ASSENT"]


async def test_people_of_every_kind_are_told_apart(slack: SlackClient) -> None:
    facts: dict[str, Body] = {
        name: (await slack.users_info(user=f"U0{name.upper()}"))["user"]
        for name in ("ana", "ada", "gus", "eve", "robo", "dora", "assent")
    }
    assert facts["ana"]["is_restricted"] is False
    assert facts["ada"]["is_admin"] is True
    assert facts["gus"]["is_restricted"] is True
    assert (facts["eve"]["team_id"], facts["eve"]["is_stranger"]) == ("T0OTHER", True)
    assert facts["robo"]["is_bot"] is True
    assert facts["dora"]["deleted"] is True
    assert facts["assent"]["profile"]["api_app_id"] == "A0ASSENT"
    await refused(slack.users_info(user="U0NOBODY"), "user_not_found")


async def test_user_groups_are_found_with_their_users(driver: Driver, slack: SlackClient) -> None:
    groups = (await slack.usergroups_list(include_users=True))["usergroups"]
    assert (groups[0]["handle"], groups[0]["users"]) == ("oncall", ["U0BEN", "U0CHLOE"])
    await driver.change_group("oncall", users=["ana"])
    assert (await slack.usergroups_users_list(usergroup="S0ONCALL"))["users"] == ["U0ANA"]
    await refused(slack.usergroups_users_list(usergroup="S0NONE"), "no_such_subteam")


async def test_channels_are_told_as_the_app_may_know_them(driver: Driver, slack: SlackClient) -> None:
    await driver.change_app("assent", scopes=["channels:read", "groups:read"])
    public = await slack.conversations_list()
    assert {one["name"]: one["is_member"] for one in public["channels"]}["random"] is False
    private = await slack.conversations_list(types="private_channel")
    assert [one["name"] for one in private["channels"]] == ["leads"]
    info = (await slack.conversations_info(channel="C0OPS"))["channel"]
    assert (info["is_ext_shared"], info["is_private"]) == (True, False)
    await driver.change_channel("#leads", members=["ana"])
    await refused(slack.conversations_info(channel="G0LEADS"), "channel_not_found")
    mine = await slack.users_conversations()
    assert "random" not in [one["name"] for one in mine["channels"]]


async def test_a_direct_message_is_opened_and_written_to(driver: Driver, slack: SlackClient) -> None:
    opened = (await slack.conversations_open(users="U0ANA"))["channel"]["id"]
    posted = await slack.chat_postMessage(channel="U0ANA", text="hello")
    assert posted["channel"] == opened
    assert [message.text for message in await driver.channel(opened, "ana")] == ["hello"]
    await refused(slack.conversations_open(users="U0DORA"), "user_disabled")


async def test_a_scope_that_is_missing_is_named(driver: Driver, slack: SlackClient) -> None:
    await driver.change_app("assent", scopes=["users:read"])
    response = await refused(slack.chat_postMessage(channel="C0OPS", text="x"), "missing_scope")
    assert (response["needed"], response["provided"]) == ("chat:write", "users:read")
    await refused(slack.conversations_info(channel="C0OPS"), "missing_scope")


async def test_a_status_stands_under_a_thread_until_the_answer(driver: Driver, slack: SlackClient) -> None:
    posted = await driver.say("ana", "#ops", "@assent go")
    await slack.assistant_threads_setStatus(channel_id="C0OPS", thread_ts=posted.ts, status="is thinking")
    status = (await driver.thread("#ops", posted.ts, "ana")).status
    assert status is not None
    assert status.text == "is thinking"
    await slack.chat_postMessage(channel="C0OPS", thread_ts=posted.ts, text="done")
    assert (await driver.thread("#ops", posted.ts, "ana")).status is None


async def test_a_session_is_for_agents(driver: Driver, slack: SlackClient) -> None:
    posted = await driver.say("ana", "#ops", "@assent go")
    place: Body = {"channel_id": "C0OPS", "thread_ts": posted.ts}
    await refused(slack.agents_sessions_setStatus(**place, status="processing"), "missing_scope")
    await driver.change_app("assent", scopes=["assistant:write"])
    await slack.agents_sessions_setStatus(**place, status="processing")
    status = (await driver.thread("#ops", posted.ts, "ana")).status
    assert status is not None
    assert status.session == "processing"


async def test_blocks_are_validated_without_being_shown(slack: SlackClient) -> None:
    assert (await slack.blocks_validate(blocks=[{"type": "divider"}]))["ok"] is True
    response = await refused(slack.blocks_validate(message={"blocks": [{"type": "alert"}]}), "invalid_message")
    assert response["errors"][0]["pointer"] == "/blocks/0/type"


async def test_a_reaction_is_added_once(driver: Driver, slack: SlackClient) -> None:
    await driver.change_app("assent", scopes=["reactions:write"])
    posted = await driver.say("ana", "#ops", "nice")
    await slack.reactions_add(channel="C0OPS", timestamp=posted.ts, name="eyes")
    await refused(slack.reactions_add(channel="C0OPS", timestamp=posted.ts, name="eyes"), "already_reacted")


async def test_an_unknown_method_is_called_so(slack: SlackClient) -> None:
    await refused(slack.api_call("chat.startStream"), "unknown_method")


async def test_too_many_calls_are_told_when_to_come_back(driver: Driver, workspace: Workspace) -> None:
    await driver.fault(Fault(kind="rate_limited", method="chat.*", retry_after=0))
    patient: SlackClient = AsyncWebClient(
        token=workspace.bot_token,
        base_url=workspace.api_url,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)],
    )
    assert (await patient.chat_postMessage(channel="C0OPS", text="at last"))["ok"] is True
    calls = [entry for entry in await driver.log() if entry.method == "chat.postMessage"]
    assert [(call.status, call.fault) for call in calls] == [(429, "rate_limited"), (200, None)]


async def test_a_dropped_answer_leaves_the_post(driver: Driver, slack: SlackClient) -> None:
    await driver.fault(Fault(kind="drop_response", method="chat.postMessage"))
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel="C0OPS", text="said all the same")
    assert [message.text for message in await driver.channel("#ops", "ana")] == ["said all the same"]


async def test_a_call_may_never_be_answered(driver: Driver, workspace: Workspace) -> None:
    await driver.fault(Fault(kind="timeout", method="chat.postMessage"))
    hasty: SlackClient = AsyncWebClient(
        token=workspace.bot_token, base_url=workspace.api_url, timeout=1, retry_handlers=[]
    )
    with pytest.raises(TimeoutError):
        await hasty.chat_postMessage(channel="C0OPS", text="lost")
    assert await driver.channel("#ops", "ana") == []


async def test_errors_come_as_ordered_and_only_so_often(driver: Driver, slack: SlackClient) -> None:
    await driver.fault(Fault(kind="error", method="chat.postMessage", error="fatal_error", times=2))
    for _ in range(2):
        await refused(slack.chat_postMessage(channel="C0OPS", text="x"), "fatal_error")
    assert (await slack.chat_postMessage(channel="C0OPS", text="x"))["ok"] is True
    await driver.fault(Fault(kind="error", status=503))
    assert (await refused(slack.auth_test(), "internal_error")).status_code == 503


async def test_the_log_tells_no_tokens(driver: Driver, workspace: Workspace, slack: SlackClient) -> None:
    await slack.api_call("auth.test", params={"token": workspace.bot_token})
    entries = await driver.log()
    assert [entry.method for entry in entries] == ["auth.test"]
    assert workspace.bot_token not in "".join(entry.model_dump_json() for entry in entries)
